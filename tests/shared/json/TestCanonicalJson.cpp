#include "shared/ids/Uuid.h"
#include "shared/json/CanonicalJson.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <limits>

using namespace aegis;

// What is written must be, byte for byte, what QJsonDocument writes: tokens and digests of before must stay the same.
class TestCanonicalJson : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesEveryUnitAsQtDoes();
    void writesTextsAsQtDoes_data();
    void writesTextsAsQtDoes();
    void writesNumbersAsQtDoes_data();
    void writesNumbersAsQtDoes();
    void writesAllKindsOfMembers();
    void nothingIsAnEmptyObject();
    void growsAsFarAsItMust();
};

static QByteArray byQt(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

static QByteArray withText(const QString &text)
{
    CanonicalJson json;
    json.text("a", text);
    return json.take();
}

void TestCanonicalJson::writesEveryUnitAsQtDoes()
{
    for (int unit = 0; unit <= 0xffff; ++unit) {
        const QString text = QStringLiteral("x") + QChar(static_cast<char16_t>(unit)) + QStringLiteral("y");
        if (withText(text) != byQt({{QStringLiteral("a"), text}}))
            QFAIL(qPrintable(QStringLiteral("U+%1: %2").arg(unit, 4, 16).arg(QString::fromLatin1(withText(text)))));
    }
}

void TestCanonicalJson::writesTextsAsQtDoes_data()
{
    QTest::addColumn<QString>("text");
    const QChar high(0xd83d), low(0xde00);
    QTest::newRow("none") << QString();
    QTest::newRow("empty") << QStringLiteral("");
    QTest::newRow("plain") << QStringLiteral("https://auth.example/~a?b=c&d");
    QTest::newRow("quotes and backslashes") << QStringLiteral("\"\\\"\\\\\"");
    QTest::newRow("controls") << QStringLiteral("\b\f\n\r\t\x01\x1f\x7f") + QChar(0);
    QTest::newRow("of two and three bytes") << QStringLiteral("\u0080\u00fc\u07ff\u0800\u2028\ufeff\ufffd");
    QTest::newRow("no characters") << QString(QChar(0xfffe)) + QChar(0xffff);
    QTest::newRow("beyond the first plane") << QStringLiteral("\U00010000\U0001F511\U0010FFFF");
    QTest::newRow("a high surrogate alone") << QString(high);
    QTest::newRow("a low surrogate alone") << QString(low) + QStringLiteral("x");
    QTest::newRow("a high surrogate before text") << QString(high) + QStringLiteral("x");
    QTest::newRow("two high ones and a low one") << QString(high) + high + low;
    QTest::newRow("the wrong way round") << QString(low) + high;
    QTest::newRow("long, at its end strange") << QString(2000, u'a') + high;
}

void TestCanonicalJson::writesTextsAsQtDoes()
{
    QFETCH(QString, text);

    QCOMPARE(withText(text), byQt({{QStringLiteral("a"), text}}));
    QCOMPARE("{\"a\":" + CanonicalJson::quoted(text) + '}', byQt({{QStringLiteral("a"), text}}));
}

void TestCanonicalJson::writesNumbersAsQtDoes_data()
{
    QTest::addColumn<qint64>("number");
    QTest::newRow("zero") << qint64(0);
    QTest::newRow("negative") << qint64(-7);
    QTest::newRow("a time") << qint64(1'800'000'000);
    QTest::newRow("more than a double holds") << (qint64(1) << 53) + 1;
    QTest::newRow("the highest") << std::numeric_limits<qint64>::max();
    QTest::newRow("the lowest") << std::numeric_limits<qint64>::min();
}

void TestCanonicalJson::writesNumbersAsQtDoes()
{
    QFETCH(qint64, number);
    CanonicalJson json(1);

    json.number("a", number);

    QCOMPARE(json.take(), byQt({{QStringLiteral("a"), number}}));
}

void TestCanonicalJson::writesAllKindsOfMembers()
{
    const QUuid id = makeUuid7(fromUnixSeconds(1'800'000'000));
    const QStringList texts{QStringLiteral("ORGANIZATION_OWNER"), QStringLiteral("Pr\u00fcfer \"1\"")};
    const QJsonObject payload{{QStringLiteral("z"), 1.5}, {QStringLiteral("b"), QJsonArray{1, true, QJsonValue::Null}}};
    CanonicalJson json;
    json.uuid("auth_time", id);
    json.texts("authors", texts);
    json.plain("e", "2027-01-15T08:00:00.123Z");
    json.texts("f", {});
    json.null("g");
    json.object("h", payload);
    json.object("i", {});
    json.uuidOrNull("j", id);
    json.uuidOrNull("k", QUuid());

    const QByteArray written = json.take();

    QCOMPARE(written,
             byQt({{QStringLiteral("auth_time"), QString::fromLatin1(uuidText(id))},
                   {QStringLiteral("authors"), QJsonArray::fromStringList(texts)},
                   {QStringLiteral("e"), QStringLiteral("2027-01-15T08:00:00.123Z")},
                   {QStringLiteral("f"), QJsonArray()},
                   {QStringLiteral("g"), QJsonValue::Null},
                   {QStringLiteral("h"), payload},
                   {QStringLiteral("i"), QJsonObject()},
                   {QStringLiteral("j"), QString::fromLatin1(uuidText(id))},
                   {QStringLiteral("k"), QJsonValue::Null}}));
}

void TestCanonicalJson::nothingIsAnEmptyObject()
{
    QCOMPARE(CanonicalJson().take(), QByteArray("{}"));
}

void TestCanonicalJson::growsAsFarAsItMust()
{
    const QString text = QString(700, u'\u00fc') + QString(5000, u'x');
    for (const qsizetype expected : {0, 1, 10, 6000, 100'000}) {
        CanonicalJson json(expected);
        json.text("a", text);
        json.text("b", text);
        QCOMPARE(json.take(), byQt({{QStringLiteral("a"), text}, {QStringLiteral("b"), text}}));
    }
}

AEGIS_TEST(TestCanonicalJson)
#include "TestCanonicalJson.moc"
