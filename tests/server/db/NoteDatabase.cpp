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

QString noteMigrations()
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

create function end_backend() returns trigger language plpgsql as $$
begin
    perform pg_terminate_backend(pg_backend_pid());
    perform pg_sleep(1);
    return null;
end $$;
create constraint trigger doom after insert on note deferrable initially deferred
    for each row when (new.text = 'doomed') execute function end_backend();

-- Constraints with the names of the server's own.
create table account (
    email text constraint user_email_key unique,
    slug text constraint organization_slug_key unique,
    name text constraint account_name_key unique
);
insert into account values ('alice@example.org', 'acme', 'Alice');
grant select, insert on account to aegis_app;

create table day (number integer not null constraint day_positive check (number > 0)) partition by range (number);
create table day_first partition of day for values from (-10) to (10);
grant select, insert, update on day, day_first to aegis_app;
)";
    return makeMigrations(QStringLiteral("note"), {{QStringLiteral("0001_note.sql"), script}});
}

TestDatabase makeNoteDatabase()
{
    return TestCluster::instance().create(noteMigrations());
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
