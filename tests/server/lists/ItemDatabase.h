#pragma once

#include "server/db/DatabaseSession.h"
#include "server/lists/ListStore.h"
#include "tests/support/TestCluster.h"

namespace aegis::test {

/// A database with a table that has a column of every type of the filter language, some of them with NULL, and the list of it.
class ItemDatabase {
public:
    /// The list, of the items that are of the group `$1`.
    static const ListSource source;

    ItemDatabase();

    /// One statement, as the superuser.
    Result<Rows> run(const QByteArray &statement);
    /// The names of the items that a filter takes, in their order by name; or the problem, in words.
    QString namesOf(const QString &filter);
    Result<ListPage> page(const ListRequest &request);
    Result<ListCount> count(const QString &filter);
    /// The values of the column `name`.
    static QStringList names(const ListPage &page);

    const RequestContext &context() const { return m_context; }

private:
    DatabaseSession m_session;
    RequestContext m_context;
};

} // namespace aegis::test
