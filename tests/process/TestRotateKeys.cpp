#include "server/crypto/Jws.h"
#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>

#include <thread>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// `aegisd keys rotate` again and again, while people use two servers and one of them is killed: no valid token is refused.
class TestRotateKeys : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesNoValidToken();
    void listsTheKeys();
    void refusesWithoutTheSecretsOfTheServers();
    void makesNoDatabaseWhereThereIsNone();

private:
    static QByteArray url(const ConnectionString &connection)
    {
        return "postgresql:///" + connection.value("dbname") + "?host=" + connection.value("host") + "&user=" + connection.value("user");
    }
};

namespace {

/// Somebody who verifies and refreshes at two servers in turn. Those that are gone are passed over; a refusal is not.
class Person {
public:
    Person(std::vector<quint16> ports, const ApiAnswer &signup) :
        m_ports(std::move(ports)), m_access(signup.text("accessToken")), m_refresh(signup.text("refreshToken"))
    {
    }

    void live(const std::atomic<bool> &stopping)
    {
        std::vector<std::unique_ptr<ApiClient>> clients;
        for (const quint16 port : m_ports)
            clients.push_back(std::make_unique<ApiClient>(port));
        for (std::size_t turn = 0; !stopping; ++turn) {
            ApiClient &client = *clients[turn % clients.size()];
            const bool refreshes = turn % 3 == 0;
            const ApiAnswer answer = refreshes ? client.refresh(m_refresh) : client.verify(m_access);
            if (answer.status == 0 || answer.status == 503) {
                ++losses;
                std::this_thread::yield();
            } else if (answer.status != (refreshes ? 200 : 204)) {
                refusals.append(QString::fromUtf8((refreshes ? "refresh: " : "verify: ") + answer.raw.head + answer.raw.body));
            } else {
                ++successes;
                if (refreshes) {
                    m_access = answer.text("accessToken");
                    m_refresh = answer.text("refreshToken");
                    const std::lock_guard lock(mutex);
                    newest = m_access;
                }
            }
        }
    }

    std::mutex mutex;
    QByteArray newest; ///< access token
    int successes = 0;
    int losses = 0;
    QStringList refusals;

private:
    const std::vector<quint16> m_ports;
    QByteArray m_access;
    QByteArray m_refresh;
};

/// The keys of the document, as a service keeps them.
std::vector<SigningKey> fetch(quint16 port)
{
    std::vector<SigningKey> keys;
    const ApiAnswer document = ApiClient(port).get("/.well-known/jwks.json");
    const QJsonArray published = document.json.value(QLatin1String("keys")).toArray();
    for (const QJsonValue &jwk : published)
        keys.push_back(SigningKey::fromJwk(jwk.toObject()).value());
    return keys;
}

} // namespace

void TestRotateKeys::refusesNoValidToken()
{
    const TestDatabase database = TestCluster::instance().create(QString());
    const DataDirectory directory, another;
    const ServerProcess::Environment settings{{"DATABASE_URL", url(database.serving)},
                                              {"DATABASE_MIGRATION_URL", url(database.administrator)},
                                              {"JWT_REFRESH_SECRET", "a-secret-that-both-servers-know-0123456789"},
                                              {"ENCRYPTION_KEY", QByteArray::number(1).repeated(63) + '2'},
                                              {"FINGERPRINT_KEY", QByteArray::number(3).repeated(63) + '4'},
                                              {"EMAIL_FINGERPRINT_KEY", QByteArray::number(5).repeated(63) + '6'},
                                              {"AUDIT_SIGNING_KEY", QByteArray::number(6).repeated(63) + '7'},
                                              {"JWT_ISSUER", "https://auth.example.com"},
                                              {"JWT_KEY_PUBLISHED_AHEAD", "3s"},
                                              {"JWT_KEY_POLL", "100ms"},
                                              {"JWKS_MAX_AGE", "1s"},
                                              {"REFRESH_GRACE", "1m"},
                                              {"LOG_ACCESS", "off"},
                                              {"LOG_LEVEL", "info"}};
    ServerProcess stays(directory, settings), dies(another, settings);
    QVERIFY_STARTS(stays);
    QVERIFY_STARTS(dies);
    std::vector<std::unique_ptr<Person>> people;
    for (int i = 0; i < 16; ++i) {
        const ApiAnswer signup = ApiClient(stays.port()).signup("person-" + QByteArray::number(i));
        QCOMPARE(signup.status, 201);
        people.push_back(std::make_unique<Person>(std::vector{stays.port(), dies.port()}, signup));
    }
    std::atomic<bool> stopping = false;
    std::vector<std::thread> threads;
    for (const auto &person : people)
        threads.emplace_back([&stopping, &person] { person->live(stopping); });
    const auto end = qScopeGuard([&] {
        stopping = true;
        for (std::thread &thread : threads)
            thread.join();
        threads.clear();
    });

    // A service that asks for the key set once a second, as JWKS_MAX_AGE says, and no oftener.
    std::vector<SigningKey> cached = fetch(stays.port());
    auto fetchedAt = std::chrono::steady_clock::now();
    QStringList strangers;
    AdminDatabase administrator(database.administrator);
    ServerProcess command(directory, settings);
    const auto begin = std::chrono::steady_clock::now();
    int rotations = 0;
    bool isKilled = false;
    while (std::chrono::steady_clock::now() - begin < 18s || rotations < 5) {
        QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("rotate")}), 0);
        ++rotations;
        if (!isKilled && std::chrono::steady_clock::now() - begin > 5s) {
            dies.kill();
            isKilled = true;
        }
        if (std::chrono::steady_clock::now() - fetchedAt > 1s) {
            cached = fetch(stays.port());
            fetchedAt = std::chrono::steady_clock::now();
        }
        for (const auto &person : people) {
            QByteArray token;
            {
                const std::lock_guard lock(person->mutex);
                token = person->newest;
            }
            const auto verifies = [&](const SigningKey &key) { return verifyJws(token, key).ok(); };
            if (!token.isEmpty() && std::none_of(cached.begin(), cached.end(), verifies))
                strangers.append(QString::fromLatin1(token.left(120)));
        }
    }
    stopping = true;
    for (std::thread &thread : threads)
        thread.join();
    threads.clear();

    int successes = 0;
    for (const auto &person : people) {
        QCOMPARE(person->refusals, QStringList());
        successes += person->successes;
    }
    QCOMPARE(strangers, QStringList());
    QVERIFY2(successes > 500, QByteArray::number(successes).constData());
    QVERIFY(rotations > 4);
    QVERIFY2(administrator.count("select count(*) from event where type = 'SigningKeyRotated'") >= 4, "the keys have taken turns");
    QTRY_COMPARE(administrator.count("select count(*) from signing_key where signs_until is null and signs_from <= now()"),
                 qint64(1)); // one retires a look after the turn
    QCOMPARE(administrator.count("select count(*) from event where type = 'SuspiciousActivityDetected'"), qint64(0));
    QVERIFY_STARTS(dies); // the one that was killed takes the keys as they are now
    QTRY_COMPARE(ApiClient(dies.port()).get("/.well-known/jwks.json").raw.body, ApiClient(stays.port()).get("/.well-known/jwks.json").raw.body);
}

void TestRotateKeys::listsTheKeys()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"JWT_ALGORITHM", "EdDSA"}, {"JWT_KEY_POLL", "50ms"}});
    QVERIFY_STARTS(server);
    ServerProcess command(directory, {{"JWT_ALGORITHM", "EdDSA"}});

    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("list")}), 0);
    const QByteArrayList lines = command.output().trimmed().split('\n');
    QCOMPARE(lines.size(), 2);
    QVERIFY2(lines[0].contains("  EdDSA  signing    signs since "), lines[0].constData());
    QVERIFY2(lines[1].contains("  EdDSA  next       signs from "), lines[1].constData());

    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("rotate")}), 0);
    QVERIFY2(command.output().contains("JWT_KEY_PUBLISHED_AHEAD"), command.output().constData());            // the next key has just been made
    AdminDatabase(directory).execute("update signing_key set created_at = created_at - interval '2 hours'"); // its turn is still to come
    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("rotate")}), 0);
    QVERIFY2(command.output().contains("signs from now on"), command.output().constData());
    const QByteArray kid = lines[1].split(' ').front();
    QVERIFY(command.output().contains(kid));
    const auto told = server.waitForEvent(QStringLiteral("signing_key_rotated"));
    QVERIFY(told);
    QCOMPARE(told->value(QLatin1String("kid")).toString().toLatin1(), kid);
    const ApiAnswer signup = ApiClient(server.port()).signup("ada-one");
    const auto header = JwsHeader::parse(QByteArrayView(signup.text("accessToken").split('.').front()));
    QVERIFY_RESULT(header);
    QCOMPARE(header->keyId, kid);
    const QByteArray metrics = ApiClient(server.port()).get("/metrics").raw.body;
    QVERIFY(metrics.contains("aegis_signing_keys{state=\"signing\"} 1"));
    QVERIFY(metrics.contains("aegis_signing_keys{state=\"next\"} 1"));
    QVERIFY(metrics.contains("aegis_signing_keys{state=\"verifying\"} 1"));
    QVERIFY(metrics.contains("aegis_signing_key_age_seconds "));
}

void TestRotateKeys::refusesWithoutTheSecretsOfTheServers()
{
    const TestDatabase database = TestCluster::instance().create();
    const DataDirectory empty;
    ServerProcess command(empty, {{"DATABASE_URL", url(database.serving)}});

    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("rotate")}), 1);
    QVERIFY2(command.errorOutput().contains("ENCRYPTION_KEY is not set"), command.errorOutput().constData());
    QVERIFY(!QFileInfo::exists(empty.file(QStringLiteral("secrets/encryption-key")))); // nothing was made up
    QCOMPARE(AdminDatabase(database.administrator).count("select count(*) from signing_key"), qint64(0));

    ServerProcess shared(empty, {{"DATABASE_URL", url(database.serving)}, {"JWT_SECRET", "a-shared-secret-of-the-tests-0123456789"}});
    QCOMPARE(shared.run({QStringLiteral("keys"), QStringLiteral("rotate")}), 1);
    QVERIFY2(shared.errorOutput().contains("JWT_SECRET_PREVIOUS"), shared.errorOutput().constData());
}

void TestRotateKeys::makesNoDatabaseWhereThereIsNone()
{
    const DataDirectory empty;
    ServerProcess command(empty);

    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("list")}), 1);
    QVERIFY2(command.errorOutput().contains("there is no database in " + empty.path().toUtf8()), command.errorOutput().constData());
    QVERIFY(!QFileInfo::exists(empty.file(QStringLiteral("postgres"))));
}

AEGIS_TEST(TestRotateKeys)
#include "TestRotateKeys.moc"
