#include "server/passwords/Blocklist.h"
#include "server/passwords/PasswordPolicy.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestPasswordPolicy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void composition_data();
    void composition();
    void nist_data();
    void nist();
    void neverTakesTheIdentity_data();
    void neverTakesTheIdentity();
    void answersForTheFieldInSentences();
    void blocklistHasNoRegardToCase();
    void aHostilePasswordIsJudgedQuickly();
};

static PasswordIdentity identity()
{
    return {.email = QStringLiteral("Jane.Goodall@Example.org"), .organizationName = QStringLiteral("Gombe  Stream Ltd")};
}

static QString codesOf(const Result<void> &result)
{
    if (result)
        return QStringLiteral("good");
    if (result.problem().code != ProblemCode::PasswordPolicy)
        return QStringLiteral("another problem");
    QStringList codes;
    for (const FieldError &error : result.problem().fields)
        codes.append(fieldCodeInfo(error.code).name);
    return codes.join(QLatin1Char(' '));
}

static void row(const char *name, const QString &password, const char *codes)
{
    QTest::newRow(name) << password << QString::fromLatin1(codes);
}

void TestPasswordPolicy::composition_data()
{
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("codes");
    row("long and mixed", QStringLiteral("Correct-Horse-7"), "good");
    row("eight characters", QStringLiteral("xK9#mQ2v"), "good");
    row("eight code points beyond the BMP", QStringLiteral("xK9mQ2v") + QStringLiteral("\U0001F511"), "good");
    row("letters of another script", QStringLiteral("Ελληνικός7λόγος"), "good");
    row("256 characters", QStringLiteral("xK9#mQ2vzR4!wT6p").repeated(16), "good");
    row("seven characters", QStringLiteral("xK9#mQ2"), "password_too_short");
    row("seven code points in eight units", QStringLiteral("xK9mQ2") + QStringLiteral("\U0001F511"), "password_too_short");
    row("257 characters", QStringLiteral("xK9#mQ2vzR4!wT6p").repeated(16) + QLatin1Char('a'), "password_too_long");
    row("no upper case", QStringLiteral("xk9#mq2vzr4!"), "password_needs_upper");
    row("no lower case", QStringLiteral("XK9#MQ2VZR4!"), "password_needs_lower");
    row("no digit", QStringLiteral("xKy#mQzvzRw!"), "password_needs_digit");
    row("nothing at all", QString(), "password_too_short password_needs_upper password_needs_lower password_needs_digit");
    row("on the blocklist", QStringLiteral("Password123"), "password_too_common");
    row("on the blocklist in full width", QStringLiteral("Ｐａｓｓｗｏｒｄ１２３"), "password_too_common");
    row("a word and a digit", QStringLiteral("Elephants1"), "password_too_weak");
    row("a repetition", QStringLiteral("Aaaaaaaaaaa1"), "password_too_weak");
    row("a keyboard's row that is not listed", QStringLiteral("Qwertyuiop9"), "password_too_weak");
}

void TestPasswordPolicy::composition()
{
    QFETCH(QString, password);
    QFETCH(QString, codes);

    QCOMPARE(codesOf(PasswordPolicy(PasswordPolicyKind::Composition).check(Secret(password.toUtf8()), identity())), codes);
}

void TestPasswordPolicy::nist_data()
{
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("codes");
    row("a sentence in lower case", QStringLiteral("seven otters juggle lamps"), "good");
    row("fifteen characters", QStringLiteral("vqzt wkjx mbrp g"), "good");
    row("fourteen characters", QStringLiteral("vqzt wkjx mbrp"), "password_too_short");
    row("the famous one", QStringLiteral("CorrectHorseBatteryStaple"), "password_too_common");
    row("one letter", QStringLiteral("aaaaaaaaaaaaaaaaaaaa"), "password_too_weak");
}

void TestPasswordPolicy::nist()
{
    QFETCH(QString, password);
    QFETCH(QString, codes);

    QCOMPARE(codesOf(PasswordPolicy(PasswordPolicyKind::Nist).check(Secret(password.toUtf8()), identity())), codes);
}

void TestPasswordPolicy::neverTakesTheIdentity_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("organization");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("codes");
    const auto identityRow = [](const char *name, const char *email, const char *organization, const char *password, const char *codes) {
        QTest::newRow(name) << QString::fromUtf8(email) << QString::fromUtf8(organization) << QString::fromUtf8(password) << QString::fromUtf8(codes);
    };
    identityRow("the local part", "jane.goodall@example.org", "", "xQ7!Jane.Goodall#", "password_contains_identity");
    identityRow("the whole address", "jane@example.org", "", "Jane@Example.org9", "password_contains_identity");
    identityRow("the organization", "jane@example.org", "Gombe Stream", "7xQ gombe stream!", "password_contains_identity");
    identityRow("the organization in one word", "jane@example.org", "Gombe  Stream", "7xQ!GombeStream", "password_contains_identity");
    identityRow("accents typed otherwise", "jane@example.org", "Zo\xc3\xab Labs", "7xQ!Zoe\xcc\x88 Labs", "password_contains_identity");
    identityRow("a short local part inside a longer word", "jo@example.org", "", "xQ7!jolly#Wren", "good");
    identityRow("a short organization inside a longer word", "jane@example.org", "AB", "xQ7!cabin#Wren", "good");
    identityRow("the domain alone", "jane@example.org", "", "xQ7!example#Wren", "good");
    identityRow("no identity", "", "", "Correct-Horse-7", "good");
}

void TestPasswordPolicy::neverTakesTheIdentity()
{
    QFETCH(QString, email);
    QFETCH(QString, organization);
    QFETCH(QString, password);
    QFETCH(QString, codes);

    const auto result = PasswordPolicy(PasswordPolicyKind::Composition).check(Secret(password.toUtf8()), {email, organization});

    QCOMPARE(codesOf(result), codes);
}

void TestPasswordPolicy::answersForTheFieldInSentences()
{
    const auto result = PasswordPolicy(PasswordPolicyKind::Composition).check(Secret(QByteArrayView("short\xff")), identity());
    const auto shortOne = PasswordPolicy(PasswordPolicyKind::Nist).check(Secret(QByteArrayView("short")), identity());

    QCOMPARE(codesOf(result), QStringLiteral("password_invalid"));
    QCOMPARE(shortOne.problem().status(), 422);
    QCOMPARE(shortOne.problem().fields.front().field, QStringLiteral("password"));
    QCOMPARE(shortOne.problem().fields.front().message, QStringLiteral("The password must have at least 15 characters."));
}

void TestPasswordPolicy::blocklistHasNoRegardToCase()
{
    QVERIFY(blocklistSize() > 5000);
    for (const char *listed : {"password1", "PASSWORD1", "iLoveYou123", "!@#$%^&*", "00000000", "zxcvbnm123"})
        QVERIFY2(isBlocklisted(QString::fromLatin1(listed)), listed);
    for (const char *unlisted : {"", "#", "password1 ", "# passwords", "Correct-Horse-7"})
        QVERIFY2(!isBlocklisted(QString::fromLatin1(unlisted)), unlisted);
}

void TestPasswordPolicy::aHostilePasswordIsJudgedQuickly()
{
    const QString password = QStringLiteral("aA1").repeated(2730);

    const auto result = PasswordPolicy(PasswordPolicyKind::Composition).check(Secret(password.toUtf8()), identity());

    QCOMPARE(codesOf(result), QStringLiteral("password_too_long"));
}

AEGIS_TEST(TestPasswordPolicy)
#include "TestPasswordPolicy.moc"
