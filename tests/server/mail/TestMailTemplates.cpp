#include "server/mail/MailLanguage.h"
#include "server/mail/MailTemplates.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QXmlStreamReader>

using namespace aegis;

namespace {

MailValues sample()
{
    return {{QStringLiteral("product"), QStringLiteral("Engines")},
            {QStringLiteral("link"), QStringLiteral("https://app.example.com/reset-password#token=abc")},
            {QStringLiteral("organization"), QStringLiteral("analytical-engines")},
            {QStringLiteral("until"), QStringLiteral("2026-11-30 09:25")},
            {QStringLiteral("time"), QStringLiteral("2026-11-30 08:55")},
            {QStringLiteral("address"), QStringLiteral("192.0.2.7")}};
}

QSet<QString> placeholders(const QString &text)
{
    static const QRegularExpression placeholder(QStringLiteral(R"(\{([^}]*)\})"));
    QSet<QString> names;
    for (auto match = placeholder.globalMatch(text); match.hasNext();)
        names.insert(match.next().captured(1));
    return names;
}

} // namespace

class TestMailTemplates : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyLanguageHasEveryText_data() { rows(); }
    void everyLanguageHasEveryText();
    void everyLanguageHasTheSameValues_data() { rows(); }
    void everyLanguageHasTheSameValues();
    void escapesValuesInHtml();
    void putsValuesInOnce();
    void refusesAMissingValue();
    void speaksEnglishToOthers();

private:
    static void rows()
    {
        QTest::addColumn<QByteArray>("language");
        QTest::addColumn<int>("kind");
        for (const QByteArrayView language : mailLanguages()) {
            for (const MailKind kind : allMailKinds())
                QTest::newRow((language.toByteArray() + ' ' + mailKindName(kind).data()).constData()) << language.toByteArray() << int(kind);
        }
    }
    static QString textOf(const QByteArray &language, MailKind kind)
    {
        QFile file(QStringLiteral(":/mail/%1.json").arg(QString::fromLatin1(language)));
        if (!file.open(QIODevice::ReadOnly))
            return {};
        const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
        return QString::fromUtf8(QJsonDocument(object[mailKindName(kind)].toObject()).toJson(QJsonDocument::Compact));
    }

    std::optional<MailTemplates> m_templates;
};

void TestMailTemplates::initTestCase()
{
    auto loaded = MailTemplates::load();
    QVERIFY_RESULT(loaded);
    m_templates = *std::move(loaded);
}

void TestMailTemplates::everyLanguageHasEveryText()
{
    QFETCH(const QByteArray, language);
    QFETCH(const int, kind);

    const auto text = m_templates->render(MailKind(kind), language, sample());

    QVERIFY_RESULT(text);
    QVERIFY(text->subject.contains(QStringLiteral("Engines")));
    QVERIFY(text->subject.size() < 80);
    const bool hasLink = MailKind(kind) != MailKind::PasswordChanged && MailKind(kind) != MailKind::AccountLocked
        && MailKind(kind) != MailKind::MfaReset;
    const bool hasAddress = MailKind(kind) == MailKind::PasswordChanged || MailKind(kind) == MailKind::AccountLocked; // of who may be a thief
    QCOMPARE(text->plain.contains(sample()[QStringLiteral("link")]), hasLink);
    QCOMPARE(text->html.contains(QStringLiteral("href=\"https://app.example.com/reset-password#token=abc\"")), hasLink);
    QCOMPARE(text->plain.contains(QStringLiteral("192.0.2.7")), hasAddress);
    for (const QString &shown : {text->subject, text->plain, text->html})
        QVERIFY2(placeholders(shown).isEmpty(), qPrintable(shown));
    QVERIFY(text->html.contains(QStringLiteral("lang=\"%1\"").arg(QString::fromLatin1(language))));
    if (language != "en") {
        const auto english = m_templates->render(MailKind(kind), "en", sample());
        QVERIFY_RESULT(english);
        QVERIFY(text->subject != english->subject && text->plain != english->plain);
    }
    // Nothing is fetched when it is read: no picture tells anybody that it was.
    QVERIFY2(!text->html.contains(QStringLiteral("src=")) && !text->html.contains(QStringLiteral("url(")), qPrintable(text->html));
}

void TestMailTemplates::everyLanguageHasTheSameValues()
{
    QFETCH(const QByteArray, language);
    QFETCH(const int, kind);

    QCOMPARE(placeholders(textOf(language, MailKind(kind)).remove(QStringLiteral("{\"")).remove(QStringLiteral("\"}"))),
             placeholders(textOf("en", MailKind(kind)).remove(QStringLiteral("{\"")).remove(QStringLiteral("\"}"))));
}

void TestMailTemplates::escapesValuesInHtml()
{
    MailValues values = sample();
    values[QStringLiteral("product")] = QStringLiteral("<b>\"A&B\"</b>");
    values[QStringLiteral("link")] = QStringLiteral("https://app.example.com/?a=1&b=\"><script>");

    const auto text = m_templates->render(MailKind::PasswordReset, "en", values);

    QVERIFY_RESULT(text);
    QVERIFY(!text->html.contains(QStringLiteral("<script>")) && !text->html.contains(QStringLiteral("<b>")));
    QVERIFY(text->html.contains(QStringLiteral("&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;")));
    QVERIFY(text->html.contains(QStringLiteral("href=\"https://app.example.com/?a=1&amp;b=&quot;&gt;&lt;script&gt;\"")));
    QVERIFY(text->plain.contains(QStringLiteral("<b>\"A&B\"</b>")));
}

void TestMailTemplates::putsValuesInOnce()
{
    MailValues values = sample();
    values[QStringLiteral("product")] = QStringLiteral("{link}");

    const auto text = m_templates->render(MailKind::PasswordReset, "en", values);

    QVERIFY_RESULT(text);
    QCOMPARE(text->subject, QStringLiteral("Choose a new password for {link}"));
}

void TestMailTemplates::refusesAMissingValue()
{
    MailValues values = sample();
    values.remove(QStringLiteral("until"));

    const auto text = m_templates->render(MailKind::PasswordReset, "en", values);

    QVERIFY(!text.ok());
    QVERIFY(text.problem().internal.contains(QStringLiteral("{until}")));
}

void TestMailTemplates::speaksEnglishToOthers()
{
    const auto text = m_templates->render(MailKind::PasswordReset, "xx", sample());

    QVERIFY_RESULT(text);
    QVERIFY(text->plain.startsWith(QStringLiteral("Hello,")));
}

AEGIS_TEST(TestMailTemplates)
#include "TestMailTemplates.moc"
