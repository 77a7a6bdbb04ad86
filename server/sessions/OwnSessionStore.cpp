#include "server/sessions/OwnSessionStore.h"

#include "server/sessions/DeviceText.h"

namespace aegis {
namespace {

constexpr Sql listSql(R"(
    select s.id, s.created_at, t.rotated_at, s.expires_at, s.ip, s.user_agent
    from aegis.session s
    join aegis.refresh_token t on t.tenant_id = s.tenant_id and t.session_id = s.id
    where s.user_id = $1 and s.ended_at is null and s.expires_at > $2 and t.expires_at > $2
    order by t.rotated_at desc, s.id desc
    limit 200)");
constexpr Sql tenantSql("select tenant_id from aegis.session where user_id = $1 and id = $2 and ended_at is null");
constexpr Sql reauthenticateSql("select * from aegis.reauthenticate_session($1, $2, $3, $4, $5, $6, $7, $8, $9)");

} // namespace

Result<std::vector<SessionDto>> OwnSessionStore::list(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.finalQuery(listSql, user, tx.context().now));
    std::vector<SessionDto> sessions;
    for (const Row row : rows) {
        SessionDto session;
        session.id = row.get<SessionId>("id");
        session.createdAt = row.get<Instant>("created_at");
        session.lastUsedAt = row.get<Instant>("rotated_at");
        session.expiresAt = row.get<Instant>("expires_at");
        session.ipAddress = row.get<std::optional<QHostAddress>>("ip").value_or(QHostAddress()).toString();
        session.userAgent = row.get<std::optional<QString>>("user_agent").value_or(QString());
        session.device = deviceText(session.userAgent);
        sessions.push_back(std::move(session));
    }
    return sessions;
}

Result<TenantId> OwnSessionStore::tenantOf(Tx &tx, const UserId &user, const SessionId &session)
{
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, tenantSql, user, session));
    return row.get<TenantId>(0);
}

Result<OwnSessionStore::Reauthenticated> OwnSessionStore::reauthenticate(Tx &tx, const Reauthentication &proof)
{
    const RequestContext &context = tx.context();
    const auto codeHash = proof.codeHash ? std::optional(Bytes{*proof.codeHash}) : std::nullopt;
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, reauthenticateSql, context.tenant.owner(), proof.session, proof.user, Text{proof.passwordHash},
                         proof.step, codeHash, proof.methods, context.now, Json(proof.events)));
    const QString outcome = row.get<QString>("outcome");
    if (outcome == QLatin1String("done"))
        return Reauthenticated{
            .outcome = Outcome::Done, .roles = row.get<QStringList>("roles"), .sessionExpiresAt = row.get<Instant>("session_expires_at")};
    if (outcome == QLatin1String("wrong"))
        return Reauthenticated{.outcome = Outcome::Wrong, .roles = {}};
    return Reauthenticated{.outcome = outcome == QLatin1String("changed") ? Outcome::Changed : Outcome::Ended, .roles = {}};
}

} // namespace aegis
