#include "shared/query/FilterCatalogues.h"
#include "shared/query/FilterOperators.h"
#include "shared/query/FilterParser.h"
#include "tests/shared/query/SampleFilters.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>
#include <QtCore/QSet>

using namespace aegis;
using namespace aegis::test;

namespace {

struct List {
    const char *name;
    FilterFields fields;
};

const std::array lists{List{"users", userFilterFields},     List{"sessions", sessionFilterFields},
                       List{"events", eventFilterFields},   List{"organizations", organizationFilterFields},
                       List{"members", memberFilterFields}, List{"invitations", invitationFilterFields}};

QString documentPath()
{
    return QStringLiteral(AEGIS_SOURCE_DIR "/docs/queries.md");
}

QString document()
{
    QFile file(documentPath());
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// The table of a list's fields, as the document has it.
QString tableOf(FilterFields fields)
{
    QString table = QStringLiteral("| field | holds | |\n|---|---|---|\n");
    for (const FilterField &field : fields) {
        QStringList values;
        for (const QLatin1String value : field.values)
            values.append(u'`' + QString(value) + u'`');
        const QString holds = values.isEmpty() ? filterTypeText(field.type) : values.join(QStringLiteral(", "));
        table += QStringLiteral("| `%1`%2 | %3 | %4 |\n")
                     .arg(field.name, field.isSearched ? QStringLiteral(" *") : QString(), holds, field.description);
    }
    return table;
}

QString markerOf(const List &list)
{
    return QStringLiteral("<!-- fields: %1 -->\n").arg(QLatin1String(list.name));
}

} // namespace

/// docs/queries.md tells the truth. With AEGIS_UPDATE_DOCS=1 it writes the tables of fields anew.
class TestQueriesDocument : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void examplesCanBeRead_data();
    void examplesCanBeRead();
    void tablesAreOfTheCatalogues();
    void cataloguesAreSound();
};

void TestQueriesDocument::initTestCase()
{
    if (!qEnvironmentVariableIsSet("AEGIS_UPDATE_DOCS"))
        return;
    QString text = document();
    for (const List &list : lists) {
        const qsizetype start = text.indexOf(markerOf(list)) + markerOf(list).size();
        const qsizetype next = text.indexOf(QLatin1String("\n###"), start);
        text.replace(start, (next < 0 ? text.size() : next) - start, tableOf(list.fields));
    }
    QFile file(documentPath());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text.toUtf8());
}

void TestQueriesDocument::examplesCanBeRead_data()
{
    QTest::addColumn<QString>("list");
    QTest::addColumn<QString>("filter");
    QString list;
    int examples = 0;
    for (const QString &line : document().split(u'\n')) {
        if (line.startsWith(QLatin1String("```")))
            list = line.mid(3);
        else if (!list.isEmpty())
            QTest::newRow(qPrintable(QStringLiteral("%1: %2").arg(++examples).arg(line))) << list << line;
    }
    QVERIFY2(examples > 30, "the examples were not found");
}

void TestQueriesDocument::examplesCanBeRead()
{
    QFETCH(QString, list);
    QFETCH(QString, filter);
    const auto found = std::find_if(lists.begin(), lists.end(), [&list](const List &known) { return list == QLatin1String(known.name); });
    QVERIFY(found != lists.end());

    const FilterParsed parsed = parseFilter(filter, found->fields, sampleNow);

    QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(parsed.error().message));
}

void TestQueriesDocument::tablesAreOfTheCatalogues()
{
    const QString text = document();
    for (const List &list : lists)
        QVERIFY2(text.contains(markerOf(list) + tableOf(list.fields)), "run this test with AEGIS_UPDATE_DOCS=1");
}

void TestQueriesDocument::cataloguesAreSound()
{
    for (const List &list : lists) {
        QSet<QString> names;
        for (const FilterField &field : list.fields) {
            names.insert(QString(field.name).toLower());
            QVERIFY2(field.description.endsWith(QLatin1Char('.')), field.name.data());
            QCOMPARE(field.values.empty(), field.type != FilterType::Enum);
            QVERIFY2(!field.isSearched || field.type == FilterType::Text, field.name.data());
        }
        QCOMPARE(names.size(), qsizetype(list.fields.size()));
    }
}

AEGIS_TEST(TestQueriesDocument)
#include "TestQueriesDocument.moc"
