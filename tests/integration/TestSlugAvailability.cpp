#include "shared/text/Slug.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;

class TestSlugAvailability : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void saysThatASlugIsFree();
    void saysWhyASlugIsNotFree_data();
    void saysWhyASlugIsNotFree();
    void suggestsOnlyFreeOnes();
    void neverCallsATakenSlugFree();
    void refusesWhatIsTooLong();
    void readsThePathDecoded();

private:
    TestReply ask(const QByteArray &slug) const { return m_server->client().get("/auth/organizations/slug-available/" + slug); }
    SignedUp signUpAs(const QByteArray &slug)
    {
        QJsonObject request = m_server->signupRequest();
        request[QStringLiteral("organizationSlug")] = QString::fromLatin1(slug);
        return signedUpBy(m_server->client().post("/auth/signup", request), {});
    }
    QStringList suggestions(const TestReply &reply) const
    {
        QStringList all;
        const QJsonArray list = reply.json()[QLatin1String("suggestions")].toArray();
        for (const QJsonValue &suggestion : list)
            all.append(suggestion.toString());
        return all;
    }

    std::unique_ptr<TestServer> m_server;
};

void TestSlugAvailability::saysThatASlugIsFree()
{
    const TestReply reply = ask("nobody-has-this");

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.body, QByteArray(R"({"slug":"nobody-has-this","available":true})"));
    QCOMPARE(signUpAs("nobody-has-this").slug, QByteArray("nobody-has-this"));
}

void TestSlugAvailability::saysWhyASlugIsNotFree_data()
{
    QTest::addColumn<QByteArray>("slug");
    QTest::addColumn<QString>("reason");
    QTest::newRow("taken") << QByteArray("is-taken") << QStringLiteral("taken");
    QTest::newRow("reserved") << QByteArray("admin") << QStringLiteral("reserved");
    QTest::newRow("too short") << QByteArray("ab") << QStringLiteral("length");
    QTest::newRow("too long") << QByteArray(64, 'a') << QStringLiteral("length");
    QTest::newRow("capitals") << QByteArray("Engines") << QStringLiteral("characters");
    QTest::newRow("a dot") << QByteArray("a.b.c") << QStringLiteral("characters");
    QTest::newRow("a hyphen at the end") << QByteArray("engines-") << QStringLiteral("hyphens");
    QTest::newRow("a doubled hyphen") << QByteArray("eng--ines") << QStringLiteral("hyphens");
}

void TestSlugAvailability::saysWhyASlugIsNotFree()
{
    QFETCH(QByteArray, slug);
    QFETCH(QString, reason);
    signUpAs("is-taken");

    const TestReply reply = ask(slug);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("available")].toBool(true), false);
    QCOMPARE(reply.json()[QLatin1String("reason")].toString(), reason);
    QVERIFY(!suggestions(reply).isEmpty());
    for (const QString &suggestion : suggestions(reply)) {
        QVERIFY2(Slug::parse(suggestion), qPrintable(suggestion));
        QVERIFY(ask(suggestion.toLatin1()).json()[QLatin1String("available")].toBool());
    }
}

void TestSlugAvailability::suggestsOnlyFreeOnes()
{
    const QStringList first = suggestions((signUpAs("popular-name"), ask("popular-name")));
    QVERIFY(!first.isEmpty());
    for (const QString &suggestion : first)
        QCOMPARE(signUpAs(suggestion.toLatin1()).slug, suggestion.toLatin1());
    m_server->advance(std::chrono::seconds(11)); // what was suggested is remembered for some seconds

    const QStringList second = suggestions(ask("popular-name"));

    QVERIFY(!second.isEmpty());
    for (const QString &suggestion : second)
        QVERIFY(!first.contains(suggestion));
}

void TestSlugAvailability::neverCallsATakenSlugFree()
{
    QVERIFY(ask("soon-taken").json()[QLatin1String("available")].toBool());
    QCOMPARE(signUpAs("soon-taken").slug, QByteArray("soon-taken"));

    const TestReply reply = ask("soon-taken");

    QCOMPARE(reply.json()[QLatin1String("available")].toBool(true), false);
    QCOMPARE(reply.json()[QLatin1String("reason")].toString(), QStringLiteral("taken"));
    QCOMPARE(ask("soon-taken").json(), reply.json());
}

void TestSlugAvailability::refusesWhatIsTooLong()
{
    const TestReply reply = ask(QByteArray(256, 'a'));

    QVERIFY_REPLY(reply, 422, "validation_failed");
    QCOMPARE(reply.errors(), QByteArrayList{"slug:length"});
    QVERIFY_REPLY(ask(""), 404, "not_found");
}

void TestSlugAvailability::readsThePathDecoded()
{
    const TestReply reply = ask("my%20engines");

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("slug")].toString(), QStringLiteral("my engines"));
    QCOMPARE(reply.json()[QLatin1String("reason")].toString(), QStringLiteral("characters"));
    QVERIFY(suggestions(reply).contains(QStringLiteral("my-engines")));
}

AEGIS_TEST(TestSlugAvailability)
#include "TestSlugAvailability.moc"
