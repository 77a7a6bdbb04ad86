#include "tests/process/BadInputServer.h"

using namespace aegis;
using namespace aegis::test;

/// Well-formed requests with values that nobody should send, and odd ones that are right.
class TestBadValues : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server.initTestCase(); }
    void init() { m_server.init(); }
    void refusesAValue_data();
    void refusesAValue();
    void takesOddValuesAsTheyAre_data();
    void takesOddValuesAsTheyAre();
    void recordsAFailedLoginOnce_data();
    void recordsAFailedLoginOnce();
    void cleanup() { m_server.cleanup(); }
    void cleanupTestCase() { m_server.cleanupTestCase(); }

private:
    QByteArray with(const char *path, const char *member, const QJsonValue &value) const;

    BadInputServer m_server;
};

/// A whole message with one member of its body changed.
QByteArray TestBadValues::with(const char *path, const char *member, const QJsonValue &value) const
{
    QJsonObject body = m_server.goodBody(path);
    body.insert(QLatin1String(member), value);
    for (const EndpointInfo *endpoint : BadInputServer::posts()) {
        if (BadInputServer::pathOf(*endpoint) == path)
            return m_server.message(*endpoint, BadInputServer::text(body));
    }
    return {};
}

void TestBadValues::refusesAValue_data()
{
    BadInputServer::addColumns();
    const auto add = [&](const QByteArray &name, const char *path, const char *member, const QString &value, const char *code = "validation_failed",
                         int status = 422) {
        BadInputServer::addRow(QByteArray(path) + ' ' + member + ": " + name, with(path, member, value), status, code);
    };
    const QString domain = QLatin1Char('@') + QString(63, QLatin1Char('b')) + QLatin1Char('.') + QString(63, QLatin1Char('c')) + QLatin1Char('.');
    for (const char *path : {"/auth/signup", "/auth/register"}) {
        const auto email = [&](const char *name, const QString &value) { add(name, path, "email", value); };
        email("no @", QStringLiteral("grace"));
        email("two @", QStringLiteral("a@b@example.com"));
        email("nobody", QStringLiteral("@example.com"));
        email("nowhere", QStringLiteral("grace@"));
        email("a space", QStringLiteral("grace hopper@example.com"));
        email("quotes", QStringLiteral("\"grace hopper\"@example.com"));
        email("an address for a domain", QStringLiteral("grace@[127.0.0.1]"));
        email("a dot at the end", QStringLiteral("grace.@example.com"));
        email("two dots", QStringLiteral("gr..ace@example.com"));
        email("a zero-width space", QStringLiteral("gr\u200bace@example.com"));
        email("a zero-width joiner", QStringLiteral("gr\u200dace@example.com"));
        email("a byte order mark", QStringLiteral("gr\ufefface@example.com"));
        email("a soft hyphen", QStringLiteral("gr\u00adace@example.com"));
        email("an override of the direction", QStringLiteral("gr\u202eace@example.com"));
        email("a variation selector", QStringLiteral("gr\ufe0face@example.com"));
        email("a Hangul filler", QStringLiteral("gr\u3164ace@example.com"));
        email("a grapheme joiner", QStringLiteral("gr\u034face@example.com"));
        email("a private character", QStringLiteral("gr\ue000ace@example.com"));
        email("no character", QStringLiteral("gr\ufffeace@example.com"));
        email("an emoji", QStringLiteral("\U0001f600@example.com"));
        email("a wide @", QStringLiteral("grace\uff20example.com"));
        email("65 characters before the @", QString(65, QLatin1Char('a')) + QStringLiteral("@example.com"));
        email("255 bytes", QString(64, QLatin1Char('a')) + domain + QString(62, QLatin1Char('d')));
        email("254 characters of more bytes", QString(64, QChar(0x00e9)) + domain + QString(61, QLatin1Char('d')));
        const auto name = [&](const char *what, const QString &value) { add(what, path, "firstName", value); };
        name("spaces", QStringLiteral("   "));
        name("an override of the direction", QStringLiteral("\u202eecarG"));
        name("a line separator", QStringLiteral("Gr\u2028ace"));
        name("a control character", QStringLiteral("Gr\u0085ace"));
        name("delete", QStringLiteral("Gr\u007face"));
        name("no character", QStringLiteral("\uffff"));
        name("101 characters", QString(101, QLatin1Char('a')));
        name("marks without end", QLatin1Char('a') + QString(100, QChar(0x0301)));
        const auto password = [&](const char *what, const QString &value) { add(what, path, "password", value, "password_policy"); };
        password("SQL", QStringLiteral("' or '1'='1"));
        password("a common one", QStringLiteral("Password1"));
        password("257 characters", QStringLiteral("Aa1") + QString(254, QLatin1Char('x')));
        password("only spaces", QString(20, QLatin1Char(' ')));
    }
    for (const QString &slug : {QStringLiteral("ab"), QString(64, QLatin1Char('a')), QStringLiteral("Compilers"), QStringLiteral("com_pilers"),
                                QStringLiteral("com--pilers"), QStringLiteral("-compilers"), QStringLiteral("compilers-"),
                                QStringLiteral("../etc/passwd"), QStringLiteral("admin"), QStringLiteral("\u0441ompilers"),
                                QStringLiteral("com pilers"), QStringLiteral("a'; drop table session; --"), QString(10'000, QLatin1Char('a'))})
        add(slug.left(20).toUtf8(), "/auth/signup", "organizationSlug", slug);
    // A logout ends the session whatever stands there: see TestLogout.
    const auto token = [&](const char *name, const QString &value) {
        add(name, "/auth/refresh", "refreshToken", value, "invalid_refresh_token", 401);
    };
    token("no token", QStringLiteral("x"));
    token("4096 characters", QString(4096, QLatin1Char('a')));
    token("only dots", QString(4000, QLatin1Char('.')));
    token("of no algorithm", QStringLiteral("eyJhbGciOiJub25lIn0.e30."));
    token("not ASCII", QStringLiteral("\u00e9.\u00e9.\u00e9"));
    token("SQL", QStringLiteral("'; select pg_sleep(10); --"));
    token("an access token", QString::fromUtf8(m_server.accessToken()));
    token("changed at its end", QString::fromUtf8(m_server.refreshToken()) + QLatin1Char('A'));
    for (const char *path : {"/auth/refresh", "/auth/logout"})
        add("4097 characters", path, "refreshToken", QString(4097, QLatin1Char('a')));
}

void TestBadValues::refusesAValue()
{
    m_server.checkRow();
}

void TestBadValues::takesOddValuesAsTheyAre_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("storedEmail");
    const auto add = [](const char *row, const QString &email, const QString &name, const QString &storedEmail = QString()) {
        QTest::newRow(row) << email << name << (storedEmail.isEmpty() ? email : storedEmail);
    };
    const QString longest = QString(64, QLatin1Char('a')) + QLatin1Char('@') + QString(63, QLatin1Char('b')) + QLatin1Char('.')
        + QString(63, QLatin1Char('c')) + QLatin1Char('.') + QString(61, QLatin1Char('d'));
    add("254 bytes", longest, QString(100, QLatin1Char('a')));
    add("SQL", QStringLiteral("o'brien--@example.com"), QStringLiteral("Robert'); drop table aegis.session; --"));
    add("markup", QStringLiteral("a&b@example.com"), QStringLiteral("<script>alert(1)</script>{{7*7}}${jndi:ldap://x}"));
    add("upper case", QStringLiteral("MiXeD@EXAMPLE.com"), QStringLiteral("MiXeD"), QStringLiteral("mixed@example.com"));
    add("a letter with a combining mark", QStringLiteral("e\u0301ve@example.com"), QStringLiteral("\u00c9ve"),
        QStringLiteral("\u00e9ve@example.com"));
    add("a letter that looks like another", QStringLiteral("kn\u043ewn@example.com"), QStringLiteral("\u0410da")); // it is another person
    add("a domain in Unicode", QStringLiteral("eve@b\u00fccher.example"), QStringLiteral("\u590f\u5a03"),
        QStringLiteral("eve@xn--bcher-kva.example"));
    add("an emoji of several characters", QStringLiteral("team@example.com"), QStringLiteral("\U0001f469\u200d\U0001f680"));
    add("a backslash", QStringLiteral("back@example.com"), QStringLiteral("a\\b\"c/d%00%0a"));
}

void TestBadValues::takesOddValuesAsTheyAre()
{
    QFETCH(const QString, email);
    QFETCH(const QString, name);
    QFETCH(const QString, storedEmail);
    ApiClient client(m_server.port());

    const ApiAnswer answer = client.post(
        "/auth/register",
        {{QStringLiteral("email"), email}, {QStringLiteral("password"), ApiClient::password()}, {QStringLiteral("firstName"), name}});

    QVERIFY2(answer.status == 201, answer.raw.body.constData());
    const QJsonObject user = answer.json.value(QStringLiteral("user")).toObject();
    QCOMPARE(user.value(QStringLiteral("email")).toString(), storedEmail);
    QCOMPARE(user.value(QStringLiteral("firstName")).toString(), name);
    const Row stored = m_server.database()
                           .query("select u.email, p.first_name from \"user\" u join user_profile p on p.user_id = u.id order by u.id desc limit 1")
                           .first();
    QCOMPARE(stored.get<QString>(0), storedEmail);
    QCOMPARE(stored.get<QString>(1), name);
    const QJsonObject login{{QStringLiteral("email"), email}, {QStringLiteral("password"), ApiClient::password()}};
    QCOMPARE(client.post("/auth/login", login).status, 200);
    m_server.expectMore({{QStringLiteral("user"), 1},
                         {QStringLiteral("user_profile"), 1},
                         {QStringLiteral("user_activity"), 1},
                         {QStringLiteral("session"), 2},
                         {QStringLiteral("refresh_token"), 2},
                         {QStringLiteral("event"), 4}});
    QCOMPARE(m_server.database().brokenRules(), QStringList());
}

void TestBadValues::recordsAFailedLoginOnce_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("password");
    QTest::newRow("SQL in the address") << QStringLiteral("' or 1=1; drop table aegis.user; --") << ApiClient::password();
    QTest::newRow("SQL in the password") << ApiClient::email("known") << QStringLiteral("' or '1'='1");
    QTest::newRow("an address that is none") << QStringLiteral("\u202e\u200b") << ApiClient::password();
    QTest::newRow("a look-alike address") << QStringLiteral("kn\u043ewn@example.com.") << ApiClient::password();
    QTest::newRow("a password with something unseen") << ApiClient::email("known") << ApiClient::password() + QChar(0x200b);
    QTest::newRow("the longest password") << ApiClient::email("known") << QString(1024, QChar(0x00e9));
}

void TestBadValues::recordsAFailedLoginOnce()
{
    QFETCH(const QString, email);
    QFETCH(const QString, password);

    const ApiAnswer answer = ApiClient(m_server.port())
                                 .post("/auth/login", {{QStringLiteral("email"), email}, {QStringLiteral("password"), password}});

    QCOMPARE(answer.status, 401);
    QCOMPARE(answer.code, QByteArray("invalid_credentials"));
    m_server.expectMore({{QStringLiteral("event"), 1}});
}

AEGIS_TEST(TestBadValues)
#include "TestBadValues.moc"
