#include "shared/result/Result.h" // first: moc 6.4 stumbles over <utility> otherwise

#include "server/auth/NewAccount.h"
#include "shared/json/JsonDecoder.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>

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
    void takesNothingThatTheDecoderHasNotChecked_data();
    void takesNothingThatTheDecoderHasNotChecked();
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
    static QJsonObject signupBody()
    {
        return {{QStringLiteral("email"), QStringLiteral("ada@example.com")},
                {QStringLiteral("password"), QStringLiteral("Correct-Horse-42")},
                {QStringLiteral("firstName"), QStringLiteral("Ada")},
                {QStringLiteral("lastName"), QStringLiteral("Lovelace")},
                {QStringLiteral("organizationName"), QStringLiteral("Engines")},
                {QStringLiteral("organizationSlug"), QStringLiteral("engines")}};
    }
};

/// What the decoder says of a body, as `field:code`.
template <class Request> static QStringList faults(const QJsonObject &body)
{
    QStringList all;
    const Result<Request> result = decode<Request>(QJsonDocument(body).toJson());
    if (result.ok() || result.problem().code != ProblemCode::ValidationFailed)
        return {QStringLiteral("no validation_failed")};
    for (const FieldError &error : result.problem().fields) {
        all.append(error.field + u':' + fieldCodeInfo(error.code).name);
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
    row("a first name of spaces", "firstName", QStringLiteral("   "), "firstName:format");
    row("a first name that is too long", "firstName", QString(101, u'a'), "firstName:length");
    row("a last name that turns text around", "lastName", QStringLiteral("Love\u202elace"), "lastName:format");
    row("an organization's name that is too long", "organizationName", QString(201, u'a'), "organizationName:length");
    row("no name of the organization", "organizationName", QString(), "organizationName:length");
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
    QJsonObject body = signupBody();
    body[field] = value;

    QCOMPARE(faults<SignupRequest>(body), QStringList{fault});
}

void TestNewAccount::refusesARegistration_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("firstName");
    QTest::addColumn<QString>("fault");
    QTest::newRow("a broken address") << QStringLiteral("@example.com") << QStringLiteral("Ada") << QStringLiteral("email:format");
    QTest::newRow("a name that is given but empty") << QStringLiteral("ada@example.com") << QString() << QStringLiteral("firstName:length");
}

void TestNewAccount::refusesARegistration()
{
    QFETCH(QString, email);
    QFETCH(QString, firstName);
    QFETCH(QString, fault);

    const QJsonObject body{
        {QStringLiteral("email"), email}, {QStringLiteral("password"), QStringLiteral("Correct-Horse-42")}, {QStringLiteral("firstName"), firstName}};

    QCOMPARE(faults<RegisterRequest>(body), QStringList{fault});
}

void TestNewAccount::tellsAllFaultsAtOnce()
{
    const QJsonObject body{{QStringLiteral("email"), QStringLiteral("ada")},
                           {QStringLiteral("password"), QString()},
                           {QStringLiteral("firstName"), QStringLiteral(" ")},
                           {QStringLiteral("lastName"), 1},
                           {QStringLiteral("organizationSlug"), QStringLiteral("ab")}};

    QCOMPARE(faults<SignupRequest>(body),
             (QStringList{QStringLiteral("email:format"), QStringLiteral("password:length"), QStringLiteral("firstName:format"),
                          QStringLiteral("lastName:type"), QStringLiteral("organizationName:required"), QStringLiteral("organizationSlug:length")}));
}

void TestNewAccount::takesNothingThatTheDecoderHasNotChecked_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("name");
    QTest::newRow("a broken address") << QStringLiteral("ada") << QStringLiteral("Ada");
    // What the scanner of JSON refuses before:
    QTest::newRow("an address with a line break") << QStringLiteral("ada@example.com\n") << QStringLiteral("Ada");
    QTest::newRow("an address with a NUL") << QStringLiteral("ada@exa") + QChar(u'\0') + QStringLiteral("mple.com") << QStringLiteral("Ada");
    QTest::newRow("a name with a control") << QStringLiteral("ada@example.com") << QStringLiteral("A\u0007da");
    QTest::newRow("a name of spaces") << QStringLiteral("ada@example.com") << QStringLiteral("  ");
    QTest::newRow("a name with half a surrogate") << QStringLiteral("ada@example.com") << QStringLiteral("Love") + QChar(0xd800);
}

void TestNewAccount::takesNothingThatTheDecoderHasNotChecked()
{
    QFETCH(QString, email);
    QFETCH(QString, name);
    SignupRequest request = signup();
    request.email = email;
    request.lastName = name;

    const auto account = NewAccount::from(std::move(request));
    const auto person = NewAccount::from(RegisterRequest{.email = email, .password = {}, .firstName = {}, .lastName = name});

    QVERIFY(!account.ok() && account.problem().code == ProblemCode::ValidationFailed);
    QVERIFY(!person.ok() && person.problem().code == ProblemCode::ValidationFailed);
}

void TestNewAccount::doesNotJudgeThePassword()
{
    SignupRequest request = signup();
    request.password = Secret(QByteArray("1"));

    QVERIFY_RESULT(NewAccount::from(std::move(request)));
}

AEGIS_TEST(TestNewAccount)
#include "TestNewAccount.moc"
