#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;

class TestSignupRaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void oneOfManyGets_data();
    void oneOfManyGets();
    void registrationAndSignupCannotShareAnAddress();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestSignupRaces::oneOfManyGets_data()
{
    QTest::addColumn<QStringList>("sameFields");
    QTest::addColumn<QByteArrayList>("codes");
    QTest::newRow("a slug") << QStringList{QStringLiteral("organizationSlug")} << QByteArrayList{"slug_taken"};
    QTest::newRow("an e-mail address") << QStringList{QStringLiteral("email")} << QByteArrayList{"email_taken"};
    QTest::newRow("a slug and an e-mail address") << QStringList{QStringLiteral("organizationSlug"), QStringLiteral("email")}
                                                  << QByteArrayList{"slug_taken", "email_taken"};
}

void TestSignupRaces::oneOfManyGets()
{
    QFETCH(QStringList, sameFields);
    QFETCH(QByteArrayList, codes);
    constexpr int many = 16;
    std::vector<QJsonObject> requests;
    for (int i = 0; i < many; ++i) {
        requests.push_back(m_server->signupRequest());
        for (const QString &field : sameFields)
            requests.back()[field] = requests.front()[field];
    }
    const qint64 users = m_server->value<qint64>("select count(*) from aegis.user");
    const qint64 events = m_server->value<qint64>("select count(*) from aegis.event");

    const auto replies = together(many, [&](int i) { return m_server->client().post("/auth/signup", requests[static_cast<std::size_t>(i)]); });

    int made = 0;
    for (const TestReply &reply : replies) {
        made += reply.status == 201;
        if (reply.status != 201)
            QVERIFY2(reply.status == 409 && codes.contains(reply.code()), reply.described().constData());
    }
    QCOMPARE(made, 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user"), users + 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event"), events + 5);
}

void TestSignupRaces::registrationAndSignupCannotShareAnAddress()
{
    const QJsonObject signup = m_server->signupRequest();
    QJsonObject registration = signup;
    registration.remove(QStringLiteral("organizationName"));
    registration.remove(QStringLiteral("organizationSlug"));
    const QString email = signup[QStringLiteral("email")].toString();

    const auto replies = together(
        8, [&](int i) { return i % 2 ? m_server->client().post("/auth/signup", signup) : m_server->client().post("/auth/register", registration); });

    int made = 0;
    for (const TestReply &reply : replies) {
        made += reply.status == 201;
        QVERIFY2(reply.status == 201 || reply.status == 409, reply.described().constData());
    }
    QCOMPARE(made, 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user where email = $1", email), qint64(1));
}

AEGIS_TEST(TestSignupRaces)
#include "TestSignupRaces.moc"
