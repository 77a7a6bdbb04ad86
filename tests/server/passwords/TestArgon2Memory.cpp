#include "server/passwords/Argon2.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>

#include <sys/resource.h>

#include <algorithm>
#include <span>

using namespace aegis;

class TestArgon2Memory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isZeroAfterAHash_data();
    void isZeroAfterAHash();
    void isZeroAfterACheaperHash();
    void isKeptForTheNextHash();
    void isAligned();
    void staysOutOfDumpsAndChildren();
    void isLockedAsFarAsTheLimitAllows();
    void asksForHugePages();
    void isNotToBeHadWithoutAddressSpace();
    void isGivenBack();
};

Q_DECLARE_METATYPE(aegis::Argon2Engine)

static constexpr std::size_t kib = 1024;

static bool isZero(const std::uint64_t *words, std::size_t bytes)
{
    const std::span all(words, bytes / sizeof *words);
    return std::all_of(all.begin(), all.end(), [](std::uint64_t word) { return word == 0; });
}

/// The flags that the kernel has for the mapping with that address (proc(5), VmFlags).
static QByteArrayList flagsOf(const void *address)
{
    QFile smaps(QStringLiteral("/proc/self/smaps"));
    if (!smaps.open(QFile::ReadOnly))
        return {};
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (const QByteArray &line : smaps.readAll().split('\n')) {
        const QByteArrayList range = line.split(' ').front().split('-');
        bool isHex = false;
        if (range.size() == 2 && range.front().toULongLong(&isHex, 16) != 0 && isHex)
            inside = range.front().toULongLong(nullptr, 16) <= wanted && wanted < range.back().toULongLong(nullptr, 16);
        else if (inside && line.startsWith("VmFlags:"))
            return line.mid(8).simplified().split(' ');
    }
    return {};
}

void TestArgon2Memory::isZeroAfterAHash_data()
{
    QTest::addColumn<Argon2Engine>("engine");
    for (const Argon2Engine engine : {Argon2Engine::Avx512, Argon2Engine::Avx2, Argon2Engine::Portable}) {
        if (hasArgon2Engine(engine))
            QTest::newRow(qPrintable(nameOf(engine))) << engine;
    }
}

void TestArgon2Memory::isZeroAfterAHash()
{
    QFETCH(Argon2Engine, engine);
    Argon2Memory memory;

    QVERIFY_RESULT(argon2id(Secret(QByteArrayView("password")), QByteArray(16, 's'), {.memoryKib = 1003, .passes = 2}, 32, {engine, memory}));

    const std::size_t size = memory.size();
    QVERIFY(size >= 1000 * kib);
    QVERIFY(isZero(memory.take(size), size));
    QCOMPARE(memory.size(), size); // it is the memory that was hashed in
}

void TestArgon2Memory::isZeroAfterACheaperHash()
{
    Argon2Memory memory;

    for (const std::uint32_t memoryKib : {512U, 64U, 8U})
        QVERIFY_RESULT(argon2id(Secret(QByteArrayView("password")), QByteArray(16, 's'), {.memoryKib = memoryKib, .passes = 1}, 32,
                                {Argon2Engine::Portable, memory}));

    QCOMPARE(memory.size(), 512 * kib);
    QVERIFY(isZero(memory.take(512 * kib), 512 * kib));
}

void TestArgon2Memory::isKeptForTheNextHash()
{
    Argon2Memory memory;
    const std::uint64_t *first = memory.take(256 * kib);
    QVERIFY(first);
    QVERIFY(isZero(first, 256 * kib));

    QCOMPARE(memory.take(64 * kib), first);
    QCOMPARE(memory.size(), 256 * kib);

    QVERIFY(memory.take(300 * kib));
    QCOMPARE(memory.size(), 300 * kib);
}

void TestArgon2Memory::isAligned()
{
    Argon2Memory little, much;
    QCOMPARE(reinterpret_cast<std::uintptr_t>(little.take(8 * kib)) % 64, std::uintptr_t(0));
    QCOMPARE(reinterpret_cast<std::uintptr_t>(much.take(19456 * kib)) % (2048 * kib), std::uintptr_t(0));
    QCOMPARE(much.size(), 20 * 1024 * kib);
}

void TestArgon2Memory::staysOutOfDumpsAndChildren()
{
    Argon2Memory memory;

    const QByteArrayList flags = flagsOf(memory.take(64 * kib));

    QVERIFY2(flags.contains("dd"), flags.join(' ').constData()); // VM_DONTDUMP
    QVERIFY2(flags.contains("dc"), flags.join(' ').constData()); // VM_DONTCOPY
}

void TestArgon2Memory::isLockedAsFarAsTheLimitAllows()
{
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("AddressSanitizer lets nobody lock memory");
#endif
    rlimit limit{};
    QCOMPARE(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
    if (limit.rlim_cur < 64 * kib)
        QSKIP("this machine lets nobody lock memory");
    Argon2Memory memory;

    const QByteArrayList flags = flagsOf(memory.take(16 * kib));

    QVERIFY2(flags.contains("lo"), flags.join(' ').constData());
}

void TestArgon2Memory::asksForHugePages()
{
    if (!QFile::exists(QStringLiteral("/sys/kernel/mm/transparent_hugepage")))
        QSKIP("this kernel has no huge pages");
    Argon2Memory memory;

    const QByteArrayList flags = flagsOf(memory.take(4096 * kib));

    QVERIFY2(flags.contains("hg"), flags.join(' ').constData());
}

void TestArgon2Memory::isNotToBeHadWithoutAddressSpace()
{
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("AddressSanitizer itself needs an address space without a limit");
#endif
    Argon2Memory memory;
    QVERIFY(memory.take(64 * kib));
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_AS, &before), 0);
    const rlimit tight{.rlim_cur = 400UL << 20U, .rlim_max = before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_AS, &tight), 0);

    const std::uint64_t *none = memory.take(512 * 1024 * kib);

    QCOMPARE(setrlimit(RLIMIT_AS, &before), 0);
    QVERIFY(!none);
    QCOMPARE(memory.size(), std::size_t(0));
    QVERIFY(memory.take(64 * kib)); // and less, or later, it may be
}

void TestArgon2Memory::isGivenBack()
{
    Argon2Memory memory;
    const void *place = memory.take(64 * kib);
    QVERIFY(!flagsOf(place).isEmpty());

    memory.giveBack();

    QCOMPARE(memory.size(), std::size_t(0));
    QVERIFY(memory.take(64 * kib));
    QVERIFY(isZero(memory.take(64 * kib), 64 * kib));
}

AEGIS_TEST(TestArgon2Memory)
#include "TestArgon2Memory.moc"
