#include "server/passwords/Argon2.h"
#include "tests/support/TestMain.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <random>
#include <thread>

using namespace aegis;

/// Aegis' own forms of Argon2id against libargon2, on ten thousand random inputs, by several threads at once.
class TestArgon2Random : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFormAgreesWithTheReference();
};

namespace {

constexpr int inputs = 10'000;

struct Input {
    QByteArray password;
    QByteArray salt;
    Argon2Cost cost;
    qsizetype hashSize;

    QString text() const
    {
        return QStringLiteral("m=%1 t=%2, a password of %3 bytes, a salt of %4, a hash of %5")
            .arg(cost.memoryKib)
            .arg(cost.passes)
            .arg(password.size())
            .arg(salt.size())
            .arg(hashSize);
    }
};

/// Inputs that are the same in each run.
class Inputs {
public:
    explicit Inputs(unsigned seed) : m_engine(seed) {}

    Input next(int number)
    {
        // From 8 KiB to 4 MiB, most of them little: the whole test is to take seconds.
        const double share = std::uniform_real_distribution(0.0, 1.0)(m_engine);
        const auto memoryKib = static_cast<std::uint32_t>(8 * std::pow(512.0, share * share * share));
        Input input{bytes(upTo(0, 300)), bytes(upTo(8, 64)), {.memoryKib = memoryKib, .passes = std::uint32_t(upTo(1, 5))}, upTo(12, 64)};
        if (number % 2'500 == 0)
            input.cost = Argon2Cost{};
        return input;
    }

private:
    int upTo(int least, int most) { return std::uniform_int_distribution(least, most)(m_engine); }
    QByteArray bytes(int count)
    {
        QByteArray all(count, '\0');
        std::generate(all.begin(), all.end(), [&] { return static_cast<char>(upTo(0, 255)); });
        return all;
    }

    std::mt19937 m_engine;
};

std::vector<Argon2Engine> ownForms()
{
    std::vector<Argon2Engine> forms;
    for (const Argon2Engine engine : {Argon2Engine::Avx512, Argon2Engine::Avx2, Argon2Engine::Portable}) {
        if (hasArgon2Engine(engine))
            forms.push_back(engine);
    }
    return forms;
}

} // namespace

void TestArgon2Random::everyFormAgreesWithTheReference()
{
    const std::vector<Argon2Engine> forms = ownForms();
    const int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    std::atomic<int> compared = 0;
    std::mutex mutex;
    QStringList differences;

    std::vector<std::thread> threads;
    for (int thread = 0; thread < count; ++thread) {
        threads.emplace_back([&, thread] {
            Inputs generator(20'260'000U + static_cast<unsigned>(thread));
            Argon2Memory memory;
            for (int number = thread; number < inputs; number += count) {
                const Input input = generator.next(number);
                const Secret password(input.password);
                const auto hashBy = [&](Argon2Engine engine) {
                    return argon2id(password, input.salt, input.cost, input.hashSize, {engine, memory}).value();
                };
                const QByteArray expected = hashBy(Argon2Engine::Reference);
                for (const Argon2Engine form : forms) {
                    ++compared;
                    if (hashBy(form) == expected)
                        continue;
                    const std::lock_guard lock(mutex);
                    differences.append(nameOf(form) + QStringLiteral(": ") + input.text());
                }
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QVERIFY2(differences.isEmpty(), qPrintable(differences.mid(0, 20).join(u'\n')));
    QCOMPARE(compared.load(), inputs * static_cast<int>(forms.size()));
}

AEGIS_TEST(TestArgon2Random)
#include "TestArgon2Random.moc"
