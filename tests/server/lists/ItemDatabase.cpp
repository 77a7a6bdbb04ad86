#include "tests/server/lists/ItemDatabase.h"

#include "tests/support/TestMain.h"

#include <array>

namespace aegis::test {
namespace {

constexpr std::array colours{QLatin1String("red"), QLatin1String("green"), QLatin1String("none")};

constexpr std::array fields{
    FilterField{QLatin1String("name"), FilterType::Text, {}, QLatin1String("A text."), true},
    FilterField{QLatin1String("email"), FilterType::Text, {}, QLatin1String("A text in lower case."), true},
    FilterField{QLatin1String("colour"), FilterType::Enum, colours, QLatin1String("An enumeration.")},
    FilterField{QLatin1String("owner"), FilterType::Uuid, {}, QLatin1String("An id.")},
    FilterField{QLatin1String("made"), FilterType::Time, {}, QLatin1String("A time.")},
    FilterField{QLatin1String("ip"), FilterType::Address, {}, QLatin1String("An address.")},
    FilterField{QLatin1String("size"), FilterType::Number, {}, QLatin1String("A number.")},
    FilterField{QLatin1String("open"), FilterType::Boolean, {}, QLatin1String("Yes or no.")},
    FilterField{QLatin1String("tag"), FilterType::Text, {}, QLatin1String("Several texts.")},
    FilterField{QLatin1String("id"), FilterType::Uuid, {}, QLatin1String("The item's id.")},
};

constexpr std::array columns{
    ListColumn{QLatin1String("name"), "i.name", true},
    ListColumn{.field = QLatin1String("email"), .expression = "i.email", .isSortable = true, .isNullable = true, .isLowerCase = true},
    ListColumn{QLatin1String("colour"), "i.colour", true, true},
    ListColumn{QLatin1String("owner"), "i.owner", true, true},
    ListColumn{QLatin1String("made"), "i.made", true, true},
    ListColumn{QLatin1String("ip"), "i.ip", true, true},
    ListColumn{QLatin1String("size"), "i.size", true, true},
    ListColumn{QLatin1String("open"), "i.open", true, true},
    ListColumn{.field = QLatin1String("tag"), .expression = "i.tags", .isList = true},
    ListColumn{QLatin1String("id"), "i.id", true},
};
static_assert(coverFields(fields, columns));
static_assert(!coverFields(fields, std::span(columns).first(9)), "a field without a column is seen");

} // namespace

const ListSource ItemDatabase::source{
    .fields = fields,
    .columns = columns,
    .select = "i.name, i.id",
    .from = "item i",
    .condition = "i.part = $1 or i.part = $1", // an `or` must not let anybody out of the tenant
    .id = "i.id",
    .defaultSort = QLatin1String("name"),
};

ItemDatabase::ItemDatabase() :
    m_session(TestCluster::instance().create({}).administrator), m_context(RequestContext::forSystem(*fromRfc3339("2026-11-30T12:00:00Z")))
{
    const auto schema = run("create schema if not exists aegis");
    const auto made = run("create type colour as enum ('red', 'green', 'none')");
    const auto table = run("create table item (id uuid primary key, part integer not null default 1, name text not null, email text, "
                           "colour colour, owner uuid, made timestamptz, ip inet, size integer, open boolean, tags text[] not null default '{}')");
    if (!schema.ok() || !made.ok() || !table.ok())
        qFatal("the table of items cannot be made");
}

Result<Rows> ItemDatabase::run(const QByteArray &statement)
{
    return m_session.write<Rows>(m_context, [&](Tx &tx) { return tx.finalQuery(Sql::composed(statement)); });
}

QString ItemDatabase::namesOf(const QString &filter)
{
    const auto found = page({.filter = filter, .sort = {}, .descending = {}, .limit = 500, .cursor = {}});
    return found.ok() ? names(*found).join(u' ') : QString::fromUtf8(inWords(found.problem()));
}

Result<ListPage> ItemDatabase::page(const ListRequest &request)
{
    return m_session.read<ListPage>(m_context, [&](Tx &tx) { return ListStore::page(tx, source, request, Parameters::of(1)); });
}

Result<ListCount> ItemDatabase::count(const QString &filter)
{
    return m_session.read<ListCount>(m_context, [&](Tx &tx) { return ListStore::count(tx, source, filter, Parameters::of(1)); });
}

QStringList ItemDatabase::names(const ListPage &page)
{
    QStringList names;
    for (const Row &row : page.rows)
        names.append(row.get<QString>("name"));
    return names;
}

} // namespace aegis::test
