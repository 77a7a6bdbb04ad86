#include "server/http/ClientAddress.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestClientAddress : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsWhoTheClientIs_data();
    void tellsWhoTheClientIs();
    void believesNobodyByDefault();
    void refusesWhatIsNoAddress_data();
    void refusesWhatIsNoAddress();
    void tellsWhetherTheConnectionIsEncrypted();
};

static http::HttpRequest requestFrom(const QString &peer, const QByteArrayList &headers)
{
    http::HttpRequest request;
    request.peer = QHostAddress(peer);
    for (const QByteArray &line : headers)
        request.headers.append(line.first(line.indexOf(':')), line.sliced(line.indexOf(':') + 2));
    return request;
}

void TestClientAddress::tellsWhoTheClientIs_data()
{
    QTest::addColumn<QString>("peer");
    QTest::addColumn<QByteArrayList>("headers");
    QTest::addColumn<QString>("client");
    const auto row = [](const char *name, const char *peer, const QByteArrayList &headers, const char *client) {
        QTest::newRow(name) << QString::fromLatin1(peer) << headers << QString::fromLatin1(client);
    };
    row("no proxy", "203.0.113.5", {}, "203.0.113.5");
    row("a neighbour on the same link", "fe80::1%lo", {}, "fe80::1");
    row("a stranger that writes the field itself", "203.0.113.5", {"X-Forwarded-For: 10.0.0.1"}, "203.0.113.5");
    row("a stranger that writes Forwarded", "203.0.113.5", {"Forwarded: for=10.0.0.1"}, "203.0.113.5");
    row("behind one proxy", "10.0.0.1", {"X-Forwarded-For: 203.0.113.5"}, "203.0.113.5");
    row("what stands left of the client is its own invention", "10.0.0.1", {"X-Forwarded-For: 1.1.1.1, 203.0.113.5"}, "203.0.113.5");
    row("even when it names a trusted proxy", "10.0.0.1", {"X-Forwarded-For: 1.1.1.1, 10.0.0.2, 203.0.113.5"}, "203.0.113.5");
    row("behind two proxies", "10.0.0.1", {"X-Forwarded-For: 203.0.113.5, 10.0.0.2"}, "203.0.113.5");
    row("over several fields", "10.0.0.1", {"X-Forwarded-For: 203.0.113.5", "X-Forwarded-For: 10.0.0.2"}, "203.0.113.5");
    row("proxies all the way", "10.0.0.1", {"X-Forwarded-For: 10.0.0.3, 10.0.0.2"}, "10.0.0.3");
    row("a proxy that says nothing", "10.0.0.1", {}, "10.0.0.1");
    row("nonsense is not followed", "10.0.0.1", {"X-Forwarded-For: 203.0.113.5, evil"}, "10.0.0.1");
    row("nothing is not followed", "10.0.0.1", {"X-Forwarded-For: 203.0.113.5,"}, "10.0.0.1");
    row("short forms are no addresses", "10.0.0.1", {"X-Forwarded-For: 127.1"}, "10.0.0.1");
    row("with a port", "10.0.0.1", {"X-Forwarded-For: 203.0.113.5:4711"}, "203.0.113.5");
    row("IPv6", "10.0.0.1", {"X-Forwarded-For: 2001:db8::7"}, "2001:db8::7");
    row("IPv6 with a port", "10.0.0.1", {"X-Forwarded-For: [2001:db8::7]:443"}, "2001:db8::7");
    row("IPv4 dressed as IPv6", "::ffff:10.0.0.1", {"X-Forwarded-For: ::ffff:203.0.113.5"}, "203.0.113.5");
    row("an IPv6 proxy", "2001:db8:1::1", {"X-Forwarded-For: 203.0.113.5"}, "203.0.113.5");
    row("Forwarded counts for nothing", "10.0.0.1", {"Forwarded: for=203.0.113.5;proto=https"}, "10.0.0.1");
    row("nor does it beside X-Forwarded-For", "10.0.0.1", {"Forwarded: for=1.1.1.1", "X-Forwarded-For: 203.0.113.5"}, "203.0.113.5");
}

void TestClientAddress::tellsWhoTheClientIs()
{
    QFETCH(QString, peer);
    QFETCH(QByteArrayList, headers);
    QFETCH(QString, client);
    const auto addresses = http::ClientAddress::trusting({QStringLiteral("10.0.0.0/8"), QStringLiteral("2001:db8:1::/48")});
    QVERIFY_RESULT(addresses);

    QCOMPARE(addresses->of(requestFrom(peer, headers)).toString(), QHostAddress(client).toString());
}

void TestClientAddress::believesNobodyByDefault()
{
    const auto addresses = http::ClientAddress::trusting({});

    QCOMPARE(addresses->of(requestFrom(QStringLiteral("127.0.0.1"), {"X-Forwarded-For: 203.0.113.5"})), QHostAddress(QStringLiteral("127.0.0.1")));
}

void TestClientAddress::refusesWhatIsNoAddress_data()
{
    QTest::addColumn<QString>("proxy");
    for (const char *proxy : {"", "proxy.local", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.256"})
        QTest::newRow(*proxy ? proxy : "nothing") << QString::fromLatin1(proxy);
}

void TestClientAddress::refusesWhatIsNoAddress()
{
    QFETCH(QString, proxy);

    QVERIFY(!http::ClientAddress::trusting({proxy}).ok());
}

void TestClientAddress::tellsWhetherTheConnectionIsEncrypted()
{
    const auto addresses = http::ClientAddress::trusting({QStringLiteral("10.0.0.1")});
    http::HttpRequest direct = requestFrom(QStringLiteral("203.0.113.5"), {"X-Forwarded-Proto: https"});

    QVERIFY2(!addresses->isEncrypted(direct), "only a trusted proxy is believed");
    direct.tls = true;
    QVERIFY(addresses->isEncrypted(direct));
    QVERIFY(addresses->isEncrypted(requestFrom(QStringLiteral("10.0.0.1"), {"X-Forwarded-Proto: https"})));
    QVERIFY(!addresses->isEncrypted(requestFrom(QStringLiteral("10.0.0.1"), {"X-Forwarded-Proto: http"})));
}

AEGIS_TEST(TestClientAddress)
#include "TestClientAddress.moc"
