#include "server/passwords/PasswordHasher.h"
#include "server/users/CsvRecord.h"
#include "server/users/UserImport.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QBuffer>

using namespace aegis;
using namespace aegis::test;

namespace {

const QByteArray password = "Blue-Lantern-7719-Orchard";

/// `length` bytes of a file that never was: nothing of it is kept.
class LongLine final : public QIODevice {
public:
    explicit LongLine(qint64 length) : m_left(length) { open(QIODevice::ReadOnly); }

protected:
    qint64 readData(char *data, qint64 most) override
    {
        const qint64 given = std::min(most, m_left);
        std::fill_n(data, given, 'x');
        m_left -= given;
        return given;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    qint64 m_left;
};

} // namespace

class TestUserImport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void readsCsv_data();
    void readsCsv();
    void importsPeopleWhoThenLogIn_data();
    void importsPeopleWhoThenLogIn();
    void renewsAnImportedHashAtTheFirstLogin();
    void tellsWhichLinesAreBad();
    void tellsNothingOfALine();
    void refusesOtherColumns_data();
    void refusesOtherColumns();
    void leavesWhoIsThereAlone();
    void goesOnWhereItWasBrokenOff();
    void putsPeopleIntoOrganizations();
    void importsSomebodyTwiceInOneFileOnce();
    void hasABoundForMemory();
    void writesEvents();

private:
    struct Outcome {
        UserImport::Counts counts;
        QList<qint64> badLines;
        QStringList says;
        bool isDone = false;
        QString problem;
    };
    Outcome import(QByteArray content, int batch = 3)
    {
        QBuffer file(&content);
        file.open(QIODevice::ReadOnly);
        Outcome outcome;
        UserImport run(*m_session,
                       {.batch = batch,
                        .clock = [this] { return m_server->now(); },
                        .onBadLine =
                            [&](qint64 number, const QString &what) {
                                outcome.badLines.append(number);
                                outcome.says.append(what);
                            }});
        const auto done = run.run(file);
        outcome.isDone = done.ok();
        if (!done && !done.problem().fields.empty())
            outcome.problem = done.problem().fields.front().message;
        outcome.counts = run.counts();
        return outcome;
    }
    TestReply logIn(const QByteArray &email) const
    {
        return m_server->client().post("/auth/login", textObject({{"email", email}, {"password", password}}));
    }

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<DatabaseSession> m_session;
    QByteArray m_bcrypt;
    QByteArray m_argon2;
};

void TestUserImport::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_session = std::make_unique<DatabaseSession>(m_server->database().serving);
    m_bcrypt = hashPassword(Secret(password), {.algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {}, .bcryptRounds = 10}).value();
    m_argon2 = hashPassword(Secret(password), {.algorithm = PasswordAlgorithm::Argon2id, .argon2 = {.memoryKib = 8192, .passes = 2, .lanes = 1}})
                   .value();
}

void TestUserImport::readsCsv_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("fields"); ///< apart by `|`; "-": not CSV
    QTest::newRow("plain") << QByteArray("a,b,c") << QByteArray("a|b|c");
    QTest::newRow("empty ones") << QByteArray(",b,") << QByteArray("|b|");
    QTest::newRow("quoted") << QByteArray(R"("a,b","c ""d""",e)") << QByteArray(R"(a,b|c "d"|e)");
    QTest::newRow("empty quoted") << QByteArray(R"("",x)") << QByteArray("|x");
    QTest::newRow("an Argon2 hash") << QByteArray(R"(a@b.example,"$argon2id$v=19$m=8192,t=2,p=1$c$h")")
                                    << QByteArray("a@b.example|$argon2id$v=19$m=8192,t=2,p=1$c$h");
    QTest::newRow("quote in the middle") << QByteArray(R"(a"b,c)") << QByteArray("-");
    QTest::newRow("text after a quote") << QByteArray(R"("a"b,c)") << QByteArray("-");
    QTest::newRow("no end") << QByteArray(R"("a,b)") << QByteArray("-");
    QTest::newRow("no end after a doubled one") << QByteArray(R"("a"")") << QByteArray("-");
}

void TestUserImport::readsCsv()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, fields);

    const auto record = csvRecord(line);

    QCOMPARE(record ? record->join('|') : QByteArray("-"), fields);
}

void TestUserImport::importsPeopleWhoThenLogIn_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::newRow("CSV") << QByteArray("csv");
    QTest::newRow("CSV of another system") << QByteArray("windows");
    QTest::newRow("JSON") << QByteArray("json");
}

void TestUserImport::importsPeopleWhoThenLogIn()
{
    QFETCH(const QByteArray, format);
    QByteArray content;
    if (format == "json") {
        content = R"({"email":"bcrypt.json@example.com","passwordHash":")" + m_bcrypt + R"(","firstName":"Zoë","lastName":null,"emailVerified":true})"
            + "\n\n" + R"({"email":"argon2.json@example.com","passwordHash":")" + m_argon2 + "\"}"; // no line feed at the end
    } else {
        content = "email,passwordHash,firstName,lastName,emailVerified\nbcrypt." + format + "@example.com," + m_bcrypt + ",Zoë,,true\nargon2."
            + format + "@example.com,\"" + m_argon2 + "\",,,\n";
        if (format == "windows")
            content = "\xef\xbb\xbf" + content.replace("\n", "\r\n");
    }

    const Outcome outcome = import(content);

    QVERIFY(outcome.isDone);
    QCOMPARE(outcome.says, QStringList());
    QCOMPARE(outcome.counts.imported, qint64(2));
    const TestReply first = logIn("bcrypt." + format + "@example.com");
    QVERIFY_REPLY(first, 200, "");
    QCOMPARE(first.json()[QLatin1String("user")][QLatin1String("firstName")].toString(), QStringLiteral("Zoë"));
    QVERIFY(first.json()[QLatin1String("user")][QLatin1String("emailVerified")].toBool());
    const TestReply second = logIn("argon2." + format + "@example.com");
    QVERIFY_REPLY(second, 200, "");
    QVERIFY(!second.json()[QLatin1String("user")][QLatin1String("emailVerified")].toBool());
}

void TestUserImport::renewsAnImportedHashAtTheFirstLogin()
{
    QVERIFY(import("email,passwordHash\nrenewed@example.com," + m_bcrypt + "\n").isDone);

    QVERIFY_REPLY(logIn("renewed@example.com"), 200, "");

    QVERIFY(m_server->value<bool>("select password_hash like '$argon2id$%' from aegis.\"user\" where email = 'renewed@example.com'"));
}

void TestUserImport::tellsWhichLinesAreBad()
{
    const QByteArray slow = "$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHRzb21lc2E$" + QByteArray(43, 'A');
    const QByteArray content = "email,passwordHash,firstName,emailVerified,organizationSlug,role\n" // 1
                               "good.one@example.com,"
        + m_bcrypt
        + ",Ada,yes,,\n" // 2
          "no-address,"
        + m_bcrypt
        + ",Ada,,,\n"                                              // 3
          "too.few@example.com\n"                                  // 4
          "md5@example.com,5f4dcc3b5aa765d61d8327deb882cf99,,,,\n" // 5
          "weak@example.com,$2b$04$"
        + QByteArray(53, 'a')
        + ",,,,\n" // 6
          "slow@example.com,\""
        + slow
        + "\",,,,\n"                         // 7
          "\n"                               // 8
          "maybe@example.com,,,perhaps,,\n"  // 9
          "quote@example.com,\"open,,,,\n"   // 10
          "bytes@example.com,,\xff\xfe,,,\n" // 11
          "control@example.com,,a\x01"
          "b,,,\n"                                    // 12
          "slug@example.com,,,,no-such-slug,MEMBER\n" // 13
          "roleless@example.com,,,,some-slug,\n"      // 14
        + QByteArray(70'000, 'x')
        + ",,,,,\n"                      // 15
          "good.two@example.com,,,,,\n"; // 16

    const Outcome outcome = import(content);

    QVERIFY(outcome.isDone);
    QCOMPARE(outcome.badLines, (QList<qint64>{3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15}));
    QCOMPARE(outcome.counts.bad, qint64(12));
    QCOMPARE(outcome.counts.imported, qint64(2));
    QVERIFY_REPLY(logIn("good.one@example.com"), 200, "");
    QVERIFY_REPLY(logIn("good.two@example.com"), 401, "invalid_credentials"); // has no password yet
    QVERIFY(m_server->value<bool>("select password_hash is null from aegis.\"user\" where email = 'good.two@example.com'"));
}

void TestUserImport::tellsNothingOfALine()
{
    const Outcome outcome = import("{\"email\":\"secret-address\",\"passwordHash\":\"secret-hash\"}\n{\"email\":\"a@b.example\",\"secret-field\":1}\n"
                                   "{\"email\":\"a@b.example\",\"passwordHash\":\"secret-hash\"}\nnonsense secret\n{\"secret\n");

    QCOMPARE(outcome.badLines, (QList<qint64>{1, 2, 3, 4, 5}));
    QVERIFY2(!outcome.says.join(QLatin1Char('\n')).contains(QStringLiteral("secret-hash")), qPrintable(outcome.says.join(QLatin1Char('\n'))));
    QVERIFY(!outcome.says.join(QLatin1Char('\n')).contains(QStringLiteral("secret-address")));
}

void TestUserImport::refusesOtherColumns_data()
{
    QTest::addColumn<QByteArray>("columns");
    QTest::newRow("unknown") << QByteArray("email,password");
    QTest::newRow("without addresses") << QByteArray("firstName,lastName");
    QTest::newRow("twice") << QByteArray("email,firstName,email");
    QTest::newRow("none") << QByteArray("ada@example.com,hash");
    QTest::newRow("no CSV") << QByteArray("\"email");
}

void TestUserImport::refusesOtherColumns()
{
    QFETCH(const QByteArray, columns);
    const QByteArray before = m_server->rowCounts();

    const Outcome outcome = import(columns + "\nada@example.com,x,y\n");

    QVERIFY(!outcome.isDone);
    QVERIFY2(outcome.problem.startsWith(QStringLiteral("The first line must name the columns")), qPrintable(outcome.problem));
    QCOMPARE(m_server->rowCounts(), before);
}

void TestUserImport::leavesWhoIsThereAlone()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray hash = m_server->value<QByteArray>("select password_hash from aegis.\"user\" where id = $1::uuid", Text{ada.userId});

    const Outcome outcome = import("email,passwordHash,emailVerified\n" + ada.email.toUpper() + ',' + m_bcrypt + ",true\n");

    QCOMPARE(outcome.counts.present, qint64(1));
    QCOMPARE(outcome.counts.imported, qint64(0));
    QCOMPARE(m_server->value<QByteArray>("select password_hash from aegis.\"user\" where id = $1::uuid", Text{ada.userId}), hash);
    QVERIFY(m_server->value<bool>("select email_verified_at is null from aegis.\"user\" where id = $1::uuid", Text{ada.userId}));
}

void TestUserImport::goesOnWhereItWasBrokenOff()
{
    QByteArray content = "email,passwordHash\n";
    for (int i = 0; i < 25; ++i)
        content += "again." + QByteArray::number(i) + "@example.com," + m_bcrypt + '\n';
    const auto there = [&] { return m_server->value<qint64>("select count(*) from aegis.\"user\" where email like 'again.%'"); };
    // A whole batch is stored, or nothing of it: the fourth of five fails.
    m_server->sql("create function aegis.test_break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$");
    m_server->sql("create trigger test_break before insert on aegis.\"user\" for each row when (new.email = 'again.18@example.com') "
                  "execute function aegis.test_break()");

    const Outcome broken = import(content, 5);

    QVERIFY(!broken.isDone);
    QCOMPARE(there(), qint64(15));
    m_server->sql("drop trigger test_break on aegis.\"user\"");
    m_server->sql("drop function aegis.test_break()");
    const Outcome whole = import(content, 4);
    QVERIFY(whole.isDone);
    QCOMPARE(whole.counts.present, qint64(15));
    QCOMPARE(whole.counts.imported, qint64(10));
    QCOMPARE(there(), qint64(25));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where type = 'UserCreated' and payload ->> 'email' like 'again.%'"),
             qint64(25));
}

void TestUserImport::putsPeopleIntoOrganizations()
{
    const SignedUp owner = m_server->signUp();

    const Outcome outcome = import("email,passwordHash,organizationSlug,role\nmember@example.com," + m_bcrypt + ',' + owner.slug
                                   + ",ORGANIZATION_OWNER\nother@example.com," + m_bcrypt + ',' + owner.slug + ",NO_SUCH_ROLE\n");

    QCOMPARE(outcome.badLines, (QList<qint64>{3}));
    const TestReply reply = logIn("member@example.com");
    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("organization")][QLatin1String("slug")].toString(), QString::fromUtf8(owner.slug));
    QCOMPARE(m_server->events(owner.organizationId).count("UserCreated"), 2);
    QCOMPARE(m_server->events(owner.organizationId).count("UserRoleCreated"), 2);
    QVERIFY(m_server->value<bool>("select managed_by is null from aegis.\"user\" where email = 'member@example.com'"));
}

void TestUserImport::importsSomebodyTwiceInOneFileOnce()
{
    const Outcome outcome = import("email,firstName\ntwice@example.com,First\nTWICE@example.com,Second\nother.twice@example.com,Third\n");

    QCOMPARE(outcome.counts.imported, qint64(2));
    QCOMPARE(outcome.counts.present, qint64(1));
    QCOMPARE(m_server->value<QByteArray>("select first_name from aegis.user_profile p join aegis.\"user\" u on u.id = p.user_id "
                                         "where u.email = 'twice@example.com'"),
             QByteArray("First"));
}

void TestUserImport::hasABoundForMemory()
{
    LongLine file(qint64(64) * 1024 * 1024); // one line of it
    ImportLines lines(file);

    const auto line = lines.next();

    QVERIFY(line && line->isTooLong);
    QCOMPARE(line->bytes.size(), qsizetype(0));
    QVERIFY(!lines.next());
    QCOMPARE(lines.position(), qint64(64) * 1024 * 1024);
}

void TestUserImport::writesEvents()
{
    QVERIFY(import("email,passwordHash,firstName\nwritten@example.com," + m_bcrypt + ",Ada\n").isDone);

    const Row event = m_server
                          ->sql("select e.payload ->> 'method', e.tenant_id = u.id, e.subject_id = u.id, e.actor_id is null, e.payload::text "
                                "from aegis.event e join aegis.\"user\" u on u.id = e.subject_id where u.email = 'written@example.com'")
                          .first();
    QCOMPARE(event.get<QByteArray>(0), QByteArray("import"));
    QVERIFY(event.get<bool>(1) && event.get<bool>(2) && event.get<bool>(3));
    QVERIFY(!event.get<QByteArray>(4).contains(m_bcrypt));
}

AEGIS_TEST(TestUserImport)
#include "TestUserImport.moc"
