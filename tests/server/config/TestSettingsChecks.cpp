#include "server/config/LoadSettings.h"
#include "server/db/PostgresPrograms.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestSettingsChecks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesWhatDoesNotGoTogether_data();
    void refusesWhatDoesNotGoTogether();
    void namesTheParameterButNoPieceOfAPassword_data();
    void namesTheParameterButNoPieceOfAPassword();
    void aSessionIdlesAsLongAsItsRefreshTokenUnlessToldOtherwise_data();
    void aSessionIdlesAsLongAsItsRefreshTokenUnlessToldOtherwise();
    void allowsWhatGoesTogether_data();
    void allowsWhatGoesTogether();
    void warnsAboutWhatOtherServersWouldNotKnow();
    void warnsAboutWeakParameters();
    void warnsAboutAProxyThatIsNotTrusted();
    void warnsAboutAnIssuerThatNobodyKnows_data();
    void warnsAboutAnIssuerThatNobodyKnows();
    void warnsAboutLinksThatFollowFromAnIssuerWithoutTls();
    void warnsAboutWhatHasNoEffectYet();

private:
    /// `NAME=value;NAME=value`
    static Result<LoadedSettings> load(const QByteArray &settings)
    {
        Environment environment;
        for (const QByteArray &setting : settings.split(';'))
            environment[setting.left(setting.indexOf('='))] = setting.mid(setting.indexOf('=') + 1);
        return loadSettings({.environment = environment, .file = {}, .machine = Machine::present()});
    }
};

void TestSettingsChecks::refusesWhatDoesNotGoTogether_data()
{
    QTest::addColumn<QByteArray>("settings");
    QTest::addColumn<QString>("name");
    QTest::newRow("others can reach it without TLS") << QByteArray("HOST=0.0.0.0") << QStringLiteral("HOST");
    QTest::newRow("others can reach it over IPv6 without TLS") << QByteArray("HOST=::") << QStringLiteral("HOST");
    QTest::newRow("certificate without key") << QByteArray("TLS_CERT_FILE=/etc/hostname") << QStringLiteral("TLS_KEY_FILE");
    QTest::newRow("key without certificate") << QByteArray("TLS_KEY_FILE=/etc/hostname") << QStringLiteral("TLS_CERT_FILE");
    QTest::newRow("certificate that is not there") << QByteArray("TLS_CERT_FILE=/nowhere;TLS_KEY_FILE=/etc/hostname")
                                                   << QStringLiteral("TLS_CERT_FILE");
    QTest::newRow("certificate that is a directory")
        << QByteArray("TLS_CERT_FILE=/etc;TLS_KEY_FILE=/etc/hostname") << QStringLiteral("TLS_CERT_FILE");
    QTest::newRow("one secret for both tokens") << QByteArray(
        "JWT_SECRET=0123456789abcdef0123456789abcdef;JWT_REFRESH_SECRET=0123456789abcdef0123456789abcdef")
                                                << QStringLiteral("JWT_REFRESH_SECRET");
    QTest::newRow("HS256 without a secret") << QByteArray("JWT_ALGORITHM=HS256") << QStringLiteral("JWT_ALGORITHM");
    QTest::newRow("a secret for nothing") << QByteArray("JWT_ALGORITHM=EdDSA;JWT_SECRET=0123456789abcdef0123456789abcdef")
                                          << QStringLiteral("JWT_ALGORITHM");
    QTest::newRow("a previous secret alone") << QByteArray("JWT_SECRET_PREVIOUS=0123456789abcdef0123456789abcdef")
                                             << QStringLiteral("JWT_SECRET_PREVIOUS");
    QTest::newRow("the same secret before") << QByteArray(
        "JWT_SECRET=0123456789abcdef0123456789abcdef;JWT_SECRET_PREVIOUS=0123456789abcdef0123456789abcdef")
                                            << QStringLiteral("JWT_SECRET_PREVIOUS");
    QTest::newRow("a key signs before caches know it") << QByteArray("JWT_KEY_PUBLISHED_AHEAD=5m") << QStringLiteral("JWT_KEY_PUBLISHED_AHEAD");
    QTest::newRow("a key's turn is over before it comes") << QByteArray("JWT_KEY_ROTATION=1h") << QStringLiteral("JWT_KEY_ROTATION");
    QTest::newRow("access outlives refresh") << QByteArray("JWT_ACCESS_EXPIRATION=1h;JWT_REFRESH_EXPIRATION=30m")
                                             << QStringLiteral("JWT_ACCESS_EXPIRATION");
    QTest::newRow("idle longer than absolute") << QByteArray("SESSION_IDLE_LIFETIME=31d") << QStringLiteral("SESSION_IDLE_LIFETIME");
    QTest::newRow("grace longer than the token") << QByteArray("JWT_ACCESS_EXPIRATION=30s;REFRESH_GRACE=30s") << QStringLiteral("REFRESH_GRACE");
    QTest::newRow("poll rarer than the age") << QByteArray("REVOCATION_POLL=3s") << QStringLiteral("REVOCATION_POLL");
    QTest::newRow("more for one than for all") << QByteArray("HTTP_MAX_CONNECTIONS=100") << QStringLiteral("HTTP_MAX_CONNECTIONS_PER_ADDRESS");
    QTest::newRow("migration address alone") << QByteArray("DATABASE_MIGRATION_URL=postgresql://h/d") << QStringLiteral("DATABASE_MIGRATION_URL");
    QTest::newRow("PgBouncer before the embedded database") << QByteArray("DATABASE_PGBOUNCER=on") << QStringLiteral("DATABASE_PGBOUNCER");
    QTest::newRow("files that are no certificate") << QByteArray("TLS_CERT_FILE=/etc/hostname;TLS_KEY_FILE=/etc/hostname")
                                                   << QStringLiteral("TLS_CERT_FILE");
    QTest::newRow("a directory without PostgreSQL") << QByteArray("POSTGRES_BIN_DIR=/nope") << QStringLiteral("POSTGRES_BIN_DIR");
    QTest::newRow("an address with an unknown parameter") << QByteArray("DATABASE_URL=postgresql://h/d?foo=bar") << QStringLiteral("DATABASE_URL");
    QTest::newRow("an address without its end") << QByteArray("DATABASE_URL=postgresql://u:p@[::1/d") << QStringLiteral("DATABASE_URL");
    QTest::newRow("the other address") << QByteArray("DATABASE_URL=postgresql://h/d;DATABASE_MIGRATION_URL=postgresql://h/d?foo=bar")
                                       << QStringLiteral("DATABASE_MIGRATION_URL");
    QTest::newRow("a user of Redis without password") << QByteArray("REDIS_HOST=localhost;REDIS_USER=aegis") << QStringLiteral("REDIS_PASSWORD");
    QTest::newRow("a mail server that wants no password")
        << QByteArray("SMTP_HOST=mail.example.com;MAIL_FROM=a@example.com;SMTP_USER=a") << QStringLiteral("SMTP_PASSWORD");
    QTest::newRow("a password for nobody") << QByteArray("SMTP_PASSWORD=secret") << QStringLiteral("SMTP_USER");
    QTest::newRow("mails in the clear") << QByteArray("SMTP_HOST=mail.example.com;MAIL_FROM=a@example.com;SMTP_TLS=off")
                                        << QStringLiteral("SMTP_TLS");
    QTest::newRow("mails from nowhere") << QByteArray("SMTP_HOST=mail.example.com") << QStringLiteral("MAIL_FROM");
    QTest::newRow("authorities that are not there") << QByteArray("SMTP_CA_FILE=/nowhere") << QStringLiteral("SMTP_CA_FILE");
    QTest::newRow("a lease that ends before the mail is sent") << QByteArray("MAIL_SEND_TIMEOUT=2m") << QStringLiteral("MAIL_LEASE");
    QTest::newRow("links without TLS") << QByteArray("MAIL_LINK_BASE=http://app.example.com") << QStringLiteral("MAIL_LINK_BASE");
    QTest::newRow("links without TLS into the house")
        << QByteArray("MAIL_LINK_BASE=http://192.168.1.7:3000/account") << QStringLiteral("MAIL_LINK_BASE");
    QTest::newRow("links to a name that only looks like here")
        << QByteArray("MAIL_LINK_BASE=http://localhost.example.com") << QStringLiteral("MAIL_LINK_BASE");
    QTest::newRow("removed before it can be verified")
        << QByteArray("EMAIL_VERIFICATION=required;EMAIL_VERIFICATION_TTL=8d") << QStringLiteral("UNVERIFIED_RETENTION");
    QTest::newRow("pauses that shrink") << QByteArray("MAIL_RETRY_FIRST=20m") << QStringLiteral("MAIL_RETRY_FIRST");
    QTest::newRow("statements outlive requests") << QByteArray("DATABASE_STATEMENT_TIMEOUT=1m") << QStringLiteral("DATABASE_STATEMENT_TIMEOUT");
}

void TestSettingsChecks::refusesWhatDoesNotGoTogether()
{
    QFETCH(const QByteArray, settings);
    QFETCH(const QString, name);

    const auto loaded = load(settings);

    QVERIFY(!loaded.ok());
    QCOMPARE(loaded.problem().fields.size(), std::size_t(1));
    QCOMPARE(loaded.problem().fields.front().field, name);
    QCOMPARE(loaded.problem().fields.front().code, FieldCode::SettingConflict);
}

void TestSettingsChecks::namesTheParameterButNoPieceOfAPassword_data()
{
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QString>("says");
    QTest::addColumn<QString>("saysNot");
    QTest::newRow("unknown") << QByteArray("postgresql://u:hunter2@h/d?foo=bar") << QStringLiteral("parameter 'foo'") << QStringLiteral("hunter2");
    QTest::newRow("behind a known one") << QByteArray("postgresql://h/d?sslmode=require&foo=1") << QStringLiteral("parameter 'foo'")
                                        << QStringLiteral("require");
    QTest::newRow("a password with a slash and a question mark")
        << QByteArray("postgresql://u:a/b?hunter=2@h/d") << QStringLiteral("cannot be read") << QStringLiteral("hunter");
    QTest::newRow("no word") << QByteArray("postgresql://h/d?Hunter2=1") << QStringLiteral("cannot be read") << QStringLiteral("Hunter2");
}

void TestSettingsChecks::namesTheParameterButNoPieceOfAPassword()
{
    QFETCH(const QByteArray, url);
    QFETCH(const QString, says);
    QFETCH(const QString, saysNot);

    const auto loaded = load("DATABASE_URL=" + url);

    QVERIFY(!loaded.ok());
    QVERIFY2(loaded.problem().detail.startsWith(QStringLiteral("DATABASE_URL ")) && loaded.problem().detail.contains(says),
             qPrintable(loaded.problem().detail));
    QVERIFY2(!loaded.problem().detail.contains(saysNot), qPrintable(loaded.problem().detail));
}

void TestSettingsChecks::aSessionIdlesAsLongAsItsRefreshTokenUnlessToldOtherwise_data()
{
    QTest::addColumn<QByteArray>("settings");
    QTest::addColumn<int>("days");
    QTest::addColumn<QString>("warning");
    QTest::newRow("nothing is set") << QByteArray("REFRESH_GRACE=10s") << 7 << QString();
    QTest::newRow("the token alone") << QByteArray("JWT_REFRESH_EXPIRATION=20d") << 20 << QString();
    QTest::newRow("the token, shorter") << QByteArray("JWT_REFRESH_EXPIRATION=2d") << 2 << QString();
    QTest::newRow("the token, beyond the session") << QByteArray("JWT_REFRESH_EXPIRATION=60d") << 30
                                                   << QStringLiteral("JWT_REFRESH_EXPIRATION is longer than SESSION_ABSOLUTE_LIFETIME");
    QTest::newRow("both longer") << QByteArray("JWT_REFRESH_EXPIRATION=60d;SESSION_ABSOLUTE_LIFETIME=90d") << 60 << QString();
    QTest::newRow("idle shorter") << QByteArray("JWT_REFRESH_EXPIRATION=20d;SESSION_IDLE_LIFETIME=3d") << 3
                                  << QStringLiteral("JWT_REFRESH_EXPIRATION is longer than SESSION_IDLE_LIFETIME");
    QTest::newRow("idle longer") << QByteArray("SESSION_IDLE_LIFETIME=9d") << 9
                                 << QStringLiteral("SESSION_IDLE_LIFETIME is longer than JWT_REFRESH_EXPIRATION");
}

void TestSettingsChecks::aSessionIdlesAsLongAsItsRefreshTokenUnlessToldOtherwise()
{
    QFETCH(const QByteArray, settings);
    QFETCH(const int, days);
    QFETCH(const QString, warning);

    const auto loaded = load(settings);

    QVERIFY_RESULT(loaded);
    QVERIFY(loaded->settings.sessionIdleLifetime == std::chrono::hours(24 * days));
    QCOMPARE(loaded->effective.at("SESSION_IDLE_LIFETIME").value, QByteArray::number(days) + 'd');
    QCOMPARE(loaded->warnings.size(), warning.isEmpty() ? 0 : 1);
    QVERIFY2(warning.isEmpty() || loaded->warnings.front().startsWith(warning), qPrintable(loaded->warnings.join(QLatin1Char('\n'))));
}

void TestSettingsChecks::allowsWhatGoesTogether_data()
{
    QTest::addColumn<QByteArray>("settings");
    QTest::newRow("any loopback address") << QByteArray("HOST=127.0.0.2");
    QTest::newRow("IPv6 loopback") << QByteArray("HOST=::1");
    QTest::newRow("localhost") << QByteArray("HOST=localhost");
    QTest::newRow("all addresses behind a proxy") << QByteArray("HOST=0.0.0.0;BEHIND_PROXY=on");
    QTest::newRow("a private cluster by its programs") << QByteArray("POSTGRES_BIN_DIR=") + PostgresPrograms::find({}, 0).value().directory.toUtf8();
    QTest::newRow("programs that are not asked for") << QByteArray("POSTGRES_BIN_DIR=/nope;DATABASE_URL=postgresql://h/d");
    QTest::newRow("parameters of an address") << QByteArray("DATABASE_URL=postgresql://u:p@h/d?sslmode=require&connect_timeout=3");
    QTest::newRow("bcrypt") << QByteArray("PASSWORD_HASH=bcrypt;BCRYPT_ROUNDS=12");
    QTest::newRow("EdDSA") << QByteArray("JWT_ALGORITHM=EdDSA");
    QTest::newRow("RS256, in small letters") << QByteArray("JWT_ALGORITHM=rs256");
    QTest::newRow("HS256 with its secrets") << QByteArray(
        "JWT_ALGORITHM=HS256;JWT_SECRET=0123456789abcdef0123456789abcdef;JWT_SECRET_PREVIOUS=fedcba9876543210fedcba9876543210");
    QTest::newRow("links with TLS") << QByteArray("MAIL_LINK_BASE=https://app.example.com/account");
    QTest::newRow("links to this machine") << QByteArray("MAIL_LINK_BASE=http://localhost:3000");
    QTest::newRow("links to this machine, by IPv6") << QByteArray("MAIL_LINK_BASE=http://[::1]:3000");
    QTest::newRow("an issuer without TLS, and no mail server") << QByteArray("JWT_ISSUER=http://auth.example.com");
    QTest::newRow("no grace") << QByteArray("REFRESH_GRACE=0");
}

void TestSettingsChecks::allowsWhatGoesTogether()
{
    QFETCH(const QByteArray, settings);

    QVERIFY_RESULT(load(settings));
}

void TestSettingsChecks::warnsAboutWhatOtherServersWouldNotKnow()
{
    const QByteArray key = QByteArray("0123456789abcdef").repeated(4);
    const auto some = load("DATABASE_URL=postgresql://h/d;ENCRYPTION_KEY=" + key);
    const auto all = load("DATABASE_URL=postgresql://h/d;ENCRYPTION_KEY=" + key + ";FINGERPRINT_KEY=" + key + ";EMAIL_FINGERPRINT_KEY=" + key
                          + ";JWT_REFRESH_SECRET=" + key + ";AUDIT_SIGNING_KEY=" + key);

    QVERIFY_RESULT(some);
    QCOMPARE(some->warnings.size(), 1);
    QVERIFY(some->warnings.front().startsWith(
        QStringLiteral("JWT_REFRESH_SECRET, FINGERPRINT_KEY, EMAIL_FINGERPRINT_KEY, AUDIT_SIGNING_KEY are not set")));
    QVERIFY_RESULT(all);
    QVERIFY(all->warnings.isEmpty());
}

void TestSettingsChecks::warnsAboutWeakParameters()
{
    const auto weak = load("ARGON2_ITERATIONS=1");
    const auto other = load("ARGON2_ITERATIONS=1;ARGON2_MEMORY_KIB=47104"); // OWASP's other pair

    QVERIFY_RESULT(weak);
    QCOMPARE(weak->warnings.size(), 1);
    QVERIFY(weak->warnings.front().contains(QStringLiteral("OWASP")));
    QVERIFY_RESULT(other);
    QVERIFY(other->warnings.isEmpty());
}

void TestSettingsChecks::warnsAboutAProxyThatIsNotTrusted()
{
    const auto untrusted = load("BEHIND_PROXY=on;JWT_ISSUER=https://a.example");
    const auto trusted = load("BEHIND_PROXY=on;JWT_ISSUER=https://a.example;TRUSTED_PROXIES=10.0.0.0/8");

    QVERIFY_RESULT(untrusted);
    QCOMPARE(untrusted->warnings.size(), 1);
    QVERIFY_RESULT(trusted);
    QVERIFY(trusted->warnings.isEmpty());
}

void TestSettingsChecks::warnsAboutAnIssuerThatNobodyKnows_data()
{
    QTest::addColumn<QByteArray>("settings");
    QTest::addColumn<bool>("warns");
    QTest::newRow("behind a proxy") << QByteArray("BEHIND_PROXY=on;TRUSTED_PROXIES=10.0.0.0/8") << true;
    QTest::newRow("all addresses") << QByteArray("HOST=0.0.0.0;BEHIND_PROXY=on;TRUSTED_PROXIES=10.0.0.0/8") << true;
    QTest::newRow("a port that the kernel chooses") << QByteArray("PORT=0") << true;
    QTest::newRow("this computer") << QByteArray("PORT=8080") << false;
    QTest::newRow("it is set") << QByteArray("PORT=0;JWT_ISSUER=https://a.example") << false;
    QTest::newRow("it is set to this computer") << QByteArray("JWT_ISSUER=http://localhost:8080") << false;
    QTest::newRow("it is no address") << QByteArray("JWT_ISSUER=aegis") << true;
    QTest::newRow("others reach it without TLS") << QByteArray("JWT_ISSUER=http://a.example") << true;
}

void TestSettingsChecks::warnsAboutAnIssuerThatNobodyKnows()
{
    QFETCH(const QByteArray, settings);
    QFETCH(const bool, warns);

    const auto loaded = load(settings);

    QVERIFY_RESULT(loaded);
    QCOMPARE(loaded->warnings.size(), warns ? 1 : 0);
    QVERIFY(!warns || loaded->warnings.front().startsWith(QStringLiteral("JWT_ISSUER")));
}

void TestSettingsChecks::warnsAboutLinksThatFollowFromAnIssuerWithoutTls()
{
    const QByteArray mail = "SMTP_HOST=mail.example.com;MAIL_FROM=a@example.com;JWT_ISSUER=";
    const auto open = load(mail + "http://auth.example.com");
    const auto encrypted = load(mail + "https://auth.example.com");

    QVERIFY_RESULT(open);
    QCOMPARE(open->warnings.size(), 2); // and one about JWT_ISSUER
    QVERIFY2(open->warnings.front().startsWith(QStringLiteral("MAIL_LINK_BASE is not set")), qPrintable(open->warnings.front()));
    QVERIFY_RESULT(encrypted);
    QVERIFY(encrypted->warnings.isEmpty());
}

void TestSettingsChecks::warnsAboutWhatHasNoEffectYet()
{
    const auto loaded = load("EVENT_RETENTION_DAYS=30");

    QVERIFY_RESULT(loaded);
    QCOMPARE(loaded->warnings.size(), 1);
    QVERIFY(loaded->warnings.front().startsWith(QStringLiteral("EVENT_RETENTION_DAYS")));
}

AEGIS_TEST(TestSettingsChecks)
#include "TestSettingsChecks.moc"
