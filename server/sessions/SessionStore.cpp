#include "server/sessions/SessionStore.h"

#include "server/sessions/DeviceText.h"
#include "server/users/DtoRows.h"

namespace aegis {
namespace {

constexpr Sql rotateSql("select * from aegis.rotate_refresh_token($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
constexpr Sql rotatedFromSql(R"(
    select ip from aegis.event
    where tenant_id = $1 and actor_id = $2 and id >= aegis.uuid7_floor($3) and type = 'TokenRefreshed' and session_id = $4
    order by id desc limit 1)");
constexpr Sql endSql("select aegis.end_session($1, $2, $3, $4, $5, $6, $7, $8)");
constexpr Sql endTogetherSql("select aegis.end_sessions($1, $2, $3, $4, $5, $6, $7, $8)");
constexpr Sql endAllSql("select * from aegis.end_every_session($1, $2, $3, $4, $5, $6)");
constexpr Sql currentSql("select * from aegis.current_session($1, $2, $3)");

SessionStore::Outcome outcomeNamed(const QString &name)
{
    if (name == QLatin1String("rotated"))
        return SessionStore::Outcome::Rotated;
    if (name == QLatin1String("retry"))
        return SessionStore::Outcome::Retry;
    if (name == QLatin1String("reused"))
        return SessionStore::Outcome::Reused;
    return SessionStore::Outcome::Invalid;
}

} // namespace

Task<Result<SessionStore::Rotation>> SessionStore::rotate(Database &database, const RequestContext &context, const RefreshTokenFacts &facts,
                                                          const Replacement &replacement)
{
    Task<Result<Rows>> task = database.writeRows(context, rotateSql, facts.tenant().owner(), facts.session, facts.user, facts.generation,
                                                 Bytes{replacement.hash}, Bytes{replacement.nextHash}, context.now, replacement.nextExpiresAt,
                                                 std::chrono::microseconds(replacement.grace), Json(replacement.events));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::InvalidRefreshToken));
    co_return rotationFrom(row);
}

SessionStore::Rotation SessionStore::rotationFrom(const Row &row)
{
    Rotation rotation;
    rotation.outcome = outcomeNamed(row.get<QString>("outcome"));
    if (rotation.outcome == Outcome::Invalid)
        return rotation;
    rotation.generation = row.get<int>("generation");
    if (rotation.outcome == Outcome::Reused)
        return rotation;
    rotation.nonce = row.get<QByteArray>("nonce");
    rotation.rotatedAt = row.get<Instant>("rotated_at");
    rotation.expiresAt = row.get<Instant>("expires_at");
    rotation.sessionExpiresAt = row.get<Instant>("session_expires_at");
    rotation.authTime = row.get<Instant>("auth_time");
    rotation.authMethods = row.get<QStringList>("auth_methods");
    rotation.roles = row.get<QStringList>("roles");
    return rotation;
}

Result<QHostAddress> SessionStore::rotatedFrom(Tx &tx, const RefreshTokenFacts &facts, Instant since)
{
    TRY(const Rows rows, tx.finalQuery(rotatedFromSql, facts.tenant().owner(), facts.user, since, facts.session));
    return rows.isEmpty() ? QHostAddress() : rows.first().get<std::optional<QHostAddress>>(0).value_or(QHostAddress());
}

Result<bool> SessionStore::end(Tx &tx, const Ending &ending)
{
    const Instant now = tx.context().now;
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, endSql, ending.tenant, ending.session, ending.user, ending.reason, now, makeUuid7(now),
                    ending.revokedUntil, Json(ending.events)));
    return row.get<bool>(0);
}

Result<void> SessionStore::endTogether(Tx &tx, const JointEnding &ending)
{
    const Instant now = tx.context().now;
    std::vector<QUuid> revocations;
    for (std::size_t i = 0; i < ending.sessions.size(); ++i)
        revocations.push_back(makeUuid7(now));
    CHECK(tx.finalQuery(endTogetherSql, ending.user, ending.tenants, ending.sessions, revocations, ending.reason, now, ending.revokedUntil,
                        Json(ending.events)));
    return {};
}

Result<std::vector<SessionId>> SessionStore::endAll(Tx &tx, const AllEnding &ending)
{
    const Instant now = tx.context().now;
    TRY(const Rows rows, tx.finalQuery(endAllSql, ending.user, ending.reason, now, makeUuid7(now), ending.revokedUntil, Json(ending.events)));
    std::vector<SessionId> later;
    for (const Row row : rows)
        later.push_back(row.get<SessionId>(0));
    return later;
}

Task<Result<MeResponse>> SessionStore::current(Database &database, const RequestContext &context)
{
    const SessionId session = context.actor.session;
    const UserId user = context.actor.user;
    Task<Result<Rows>> task = database.readRows(context, currentSql, context.tenant.owner(), session, user);
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::InvalidToken));
    MeResponse me;
    me.user = userFrom(row, user);
    me.organization = organizationFrom(row);
    me.roles = row.get<QStringList>("roles");
    me.session = {.id = session,
                  .createdAt = row.get<Instant>("created_at"),
                  .lastUsedAt = row.get<Instant>("last_used_at"),
                  .expiresAt = row.get<Instant>("expires_at"),
                  .ipAddress = row.get<std::optional<QHostAddress>>("ip").value_or(QHostAddress()).toString(),
                  .userAgent = row.get<std::optional<QString>>("user_agent").value_or(QString()),
                  .device = {},
                  .current = true};
    me.session.device = deviceText(me.session.userAgent);
    co_return me;
}

} // namespace aegis
