#include "tests/server/db/NoteDatabase.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

namespace aegis::test {

QString makeMigrations(const QString &name, const std::vector<std::pair<QString, QByteArray>> &files)
{
    static const QTemporaryDir directory;
    const QDir place(directory.filePath(name));
    QDir().mkpath(place.path());
    for (const auto &[file, script] : files) {
        QFile opened(place.filePath(file));
        if (!opened.open(QIODevice::WriteOnly) || opened.write(script) != script.size())
            qFatal("%s cannot be written", qPrintable(opened.fileName()));
    }
    return place.path();
}

TestDatabase makeNoteDatabase()
{
    const QByteArray script = R"(
create table note (
    id uuid primary key,
    organization_id uuid not null,
    text text not null,
    is_unique boolean generated always as (nullif(text = 'unique', false)) stored,
    constraint note_unique unique (is_unique) deferrable initially deferred
);
alter table note enable row level security;
alter table note force row level security;
create policy tenant on note to aegis_app
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
grant select, insert, update, delete on note to aegis_app;
)";
    return TestCluster::instance().create(makeMigrations(QStringLiteral("note"), {{QStringLiteral("0001_note.sql"), script}}));
}

QString lookUp(const TestDatabase &database, const QByteArray &query)
{
    const auto connection = Connection::open(database.administrator, {});
    if (!connection)
        return connection.problem().internal;
    const Command command{Sql::composed(query), {}};
    const Exchange exchange = (*connection)->exchange({&command, 1});
    if (exchange.error)
        return exchange.error->internal;
    const Rows &rows = exchange.answers.front();
    return rows.isEmpty() ? QString() : rows.first().get<std::optional<QString>>(0).value_or(QString());
}

qint64 countNotes(const TestDatabase &database)
{
    return lookUp(database, "select count(*) from aegis.note").toLongLong();
}

void clearNotes(const TestDatabase &database)
{
    lookUp(database, "delete from aegis.note");
}

RequestContext contextOf(OrganizationId organization)
{
    return RequestContext::forSystem(systemNow()).withTenant({organization, {}});
}

} // namespace aegis::test
