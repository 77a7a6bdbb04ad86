#include "shared/result/Result.h" // first: moc 6.4 stumbles over <utility> otherwise

#include "server/auth/NewAccount.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestNewAccount : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bringsASignupIntoItsStoredForm();
    void aRegistrationNeedsNoName();
    void refusesASignup_data();
    void refusesASignup();
    void refusesARegistration_data();
    void refusesARegistration();
    void tellsAllFaultsAtOnce();
    void doesNotJudgeThePassword();

private:
    static SignupRequest signup()
    {
        return {.email = QStringLiteral("Ada@Example.com"),
                .password = Secret(QByteArray("Correct-Horse-42")),
                .firstName = QStringLiteral(" Ada "),
                .lastName = QStringLiteral("Lovelace"),
                .organizationName = QStringLiteral("Analytical Engines"),
                .organizationSlug = QStringLiteral("analytical-engines")};
    }
};

static QStringList faults(const Result<NewAccount> &result)
{
    QStringList all;
    if (result.ok() || result.problem().code != ProblemCode::ValidationFailed)
        return {QStringLiteral("no validation_failed")};
    for (const FieldError &error : result.problem().fields) {
        all.append(error.field + u':' + error.code);
        if (error.message.isEmpty())
            all.append(QStringLiteral("without a message"));
    }
    return all;
}

void TestNewAccount::bringsASignupIntoItsStoredForm()
{
    const auto account = NewAccount::from(signup());

    QVERIFY_RESULT(account);
    QCOMPARE(account->email.text(), QStringLiteral("ada@example.com"));
    QCOMPARE(account->firstName.value(), QStringLiteral("Ada"));
    QCOMPARE(account->lastName.value(), QStringLiteral("Lovelace"));
    QCOMPARE(account->organization->name, QStringLiteral("Analytical Engines"));
    QCOMPARE(account->organization->slug.text(), QStringLiteral("analytical-engines"));
    QCOMPARE(account->password.reveal().toByteArray(), QByteArray("Correct-Horse-42"));
}

void TestNewAccount::aRegistrationNeedsNoName()
{
    RegisterRequest request;
    request.email = QStringLiteral("grace@example.com");

    const auto account = NewAccount::from(std::move(request));

    QVERIFY_RESULT(account);
    QVERIFY(!account->firstName && !account->lastName && !account->organization);
}

void TestNewAccount::refusesASignup_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("fault");
    const auto row = [](const char *name, const char *field, const QString &value, const char *fault) {
        QTest::newRow(name) << QString::fromLatin1(field) << value << QString::fromLatin1(fault);
    };
    row("an address without a domain", "email", QStringLiteral("ada"), "email:format");
    row("an address with a line break", "email", QStringLiteral("ada@example.com\n"), "email:format");
    row("an address with a NUL", "email", QStringLiteral("ada@exa") + QChar(u'\0') + QStringLiteral("mple.com"), "email:format");
    row("a first name of spaces", "firstName", QStringLiteral("   "), "firstName:format");
    row("a first name with a control", "firstName", QStringLiteral("A\u0007da"), "firstName:format");
    row("a first name that is too long", "firstName", QString(101, u'a'), "firstName:format");
    row("a last name that turns text around", "lastName", QStringLiteral("Love\u202elace"), "lastName:format");
    row("a last name with half a surrogate", "lastName", QStringLiteral("Love") + QChar(0xd800), "lastName:format");
    row("an organization's name that is too long", "organizationName", QString(201, u'a'), "organizationName:format");
    row("no name of the organization", "organizationName", QString(), "organizationName:format");
    row("a slug that is short", "organizationSlug", QStringLiteral("ab"), "organizationSlug:length");
    row("a slug in capitals", "organizationSlug", QStringLiteral("Engines"), "organizationSlug:characters");
    row("a slug that ends in a hyphen", "organizationSlug", QStringLiteral("engines-"), "organizationSlug:hyphens");
    row("a slug that is reserved", "organizationSlug", QStringLiteral("admin"), "organizationSlug:reserved");
}

void TestNewAccount::refusesASignup()
{
    QFETCH(QString, field);
    QFETCH(QString, value);
    QFETCH(QString, fault);
    SignupRequest request = signup();
    (field == QLatin1String("email")                  ? request.email
         : field == QLatin1String("firstName")        ? request.firstName
         : field == QLatin1String("lastName")         ? request.lastName
         : field == QLatin1String("organizationName") ? request.organizationName
                                                      : request.organizationSlug) = value;

    QCOMPARE(faults(NewAccount::from(std::move(request))), QStringList{fault});
}

void TestNewAccount::refusesARegistration_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("firstName");
    QTest::addColumn<QString>("fault");
    QTest::newRow("a broken address") << QStringLiteral("@example.com") << QStringLiteral("Ada") << QStringLiteral("email:format");
    QTest::newRow("a name that is given but empty") << QStringLiteral("ada@example.com") << QString() << QStringLiteral("firstName:format");
}

void TestNewAccount::refusesARegistration()
{
    QFETCH(QString, email);
    QFETCH(QString, firstName);
    QFETCH(QString, fault);

    QCOMPARE(faults(NewAccount::from(RegisterRequest{.email = email, .password = {}, .firstName = firstName, .lastName = {}})), QStringList{fault});
}

void TestNewAccount::tellsAllFaultsAtOnce()
{
    const QStringList all{QStringLiteral("email:format"), QStringLiteral("firstName:format"), QStringLiteral("lastName:format"),
                          QStringLiteral("organizationName:format"), QStringLiteral("organizationSlug:length")};

    QCOMPARE(faults(NewAccount::from(SignupRequest())), all);
}

void TestNewAccount::doesNotJudgeThePassword()
{
    SignupRequest request = signup();
    request.password = Secret(QByteArray("1"));

    QVERIFY_RESULT(NewAccount::from(std::move(request)));
}

AEGIS_TEST(TestNewAccount)
#include "TestNewAccount.moc"
