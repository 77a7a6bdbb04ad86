#pragma once

#include "tests/support/TestServer.h"

namespace aegis::test {

/// Speaks to the database of a server as the role that serves, with the tenant set as the server sets it: what a mistake in
/// the server's SQL could do. The test's thread.
class ServingRole {
public:
    explicit ServingRole(TestServer &server) : m_server(server), m_session(server.database().serving) {}

    DatabaseSession &session() { return m_session; }

    /// One statement on behalf of somebody, with that parameter unless it is null; what went wrong, or how many rows it touched.
    QByteArray touched(const SignedUp &who, const QByteArray &statement, const QByteArray &parameter = {})
    {
        RequestContext context = RequestContext::forSystem(m_server.now());
        context.tenant = {.organization = OrganizationId::parse(who.organizationId).value_or(OrganizationId()),
                          .user = UserId::parse(who.userId).value_or(UserId())};
        const auto affected = m_session.write<qint64>(context, [&](Tx &tx) -> Result<qint64> {
            TRY(const Rows rows, parameter.isNull() ? tx.query(Sql::composed(statement)) : tx.query(Sql::composed(statement), Text{parameter}));
            return rows.affected();
        });
        return affected ? QByteArray::number(*affected) : affected.problem().internal.toUtf8();
    }

private:
    TestServer &m_server;
    DatabaseSession m_session;
};

} // namespace aegis::test
