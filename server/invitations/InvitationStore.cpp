#include "server/invitations/InvitationStore.h"

#include "server/users/DtoRows.h"
#include "shared/permissions/BuiltInRoles.h"

namespace aegis {
namespace {

constexpr Sql inviteSql("select aegis.invite($1, $2, $3, $4, $5, $6)");
constexpr Sql resendSql("select aegis.resend_invitation($1, $2, $3, $4, $5, $6, $7, $8, $9)");
constexpr Sql revokeSql("select aegis.revoke_invitation($1, $2, $3)");
constexpr Sql getSql("select i.* from aegis.invitation i where i.organization_id = $1 and i.id = $2");
constexpr Sql findSql(R"(
    select i.id, i.email, i.roles, i.expires_at, o.id as organization_id, d.name as organization_name, o.slug as organization_slug,
           o.status as organization_status, o.created_at as organization_created_at,
           exists (select from aegis.login_lookup(i.email)) as has_account
    from aegis.invitation i
    join aegis.organization o on o.id = i.organization_id and o.status = 'active'
    join aegis.organization_details d on d.organization_id = o.id
    where i.organization_id = $1 and i.token_hash = $2 and i.ended_at is null and i.expires_at > $3)");
constexpr Sql acceptSql("select outcome, roles, verified, new_roles, new_role_ids::text[] as new_role_ids from aegis.accept_invitation($1, $2, "
                        "$3, $4, $5::uuid[], $6)");

InvitationStore::Outcome outcomeNamed(const QString &name)
{
    using enum InvitationStore::Outcome;
    if (name == QLatin1String("done"))
        return Done;
    if (name == QLatin1String("inactive"))
        return Inactive;
    if (name == QLatin1String("member"))
        return Member;
    if (name == QLatin1String("pending"))
        return Pending;
    if (name == QLatin1String("too_many"))
        return TooMany;
    return name == QLatin1String("recent") ? Recent : NotFound;
}

} // namespace

Result<InvitationStore::Outcome> InvitationStore::add(Tx &tx, const QJsonObject &invitation, const Most &most, const QJsonObject &mail,
                                                      const QByteArray &events)
{
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, inviteSql, Json(invitation), most.byOrganization, most.toAddress, tx.context().now, Json(mail),
                    Json(events)));
    return outcomeNamed(row.get<QString>(0));
}

Result<InvitationStore::Outcome> InvitationStore::resend(Tx &tx, const Resending &resending)
{
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, resendSql, resending.id, Bytes{resending.tokenHash}, tx.context().actor.user,
                    resending.most.byOrganization, resending.most.toAddress, tx.context().now, resending.expiresAt, Json(resending.mail),
                    Json(resending.events)));
    return outcomeNamed(row.get<QString>(0));
}

Result<bool> InvitationStore::revoke(Tx &tx, const InvitationId &id, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, revokeSql, id, tx.context().now, Json(events)));
    return row.get<bool>(0);
}

Result<InvitationDto> InvitationStore::get(Tx &tx, const InvitationId &id)
{
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, getSql, tx.context().tenant.organization, id));
    return from(row, tx.context().now);
}

InvitationDto InvitationStore::from(const Row &row, Instant now)
{
    const auto reason = row.get<std::optional<QString>>("end_reason");
    const Instant expiresAt = row.get<Instant>("expires_at");
    return {.id = row.get<InvitationId>("id"),
            .email = row.get<QString>("email"),
            .roles = row.get<QStringList>("roles"),
            .status = reason      ? *reason
                : expiresAt > now ? QStringLiteral("pending")
                                  : QStringLiteral("expired"),
            .invitedBy = row.get<UserId>("invited_by"),
            .createdAt = row.get<Instant>("created_at"),
            .sentAt = row.get<Instant>("sent_at"),
            .expiresAt = expiresAt,
            .endedAt = row.get<std::optional<Instant>>("ended_at")};
}

Result<std::optional<InvitationStore::Found>> InvitationStore::find(Tx &tx, const OwnedToken &token)
{
    TRY(const Rows rows, tx.query(findSql, tx.context().tenant.organization, Bytes{token.hash}, tx.context().now));
    if (rows.isEmpty())
        return std::optional<Found>();
    const Row row = rows.first();
    auto email = EmailAddress::parse(row.get<QString>("email"));
    auto organization = organizationFrom(row);
    if (!email || !organization)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("an invitation has an address that is none"));
    InvitationPreview preview{.organizationName = organization->name,
                              .organizationSlug = organization->slug,
                              .email = email->text(),
                              .hasAccount = row.get<bool>("has_account"),
                              .expiresAt = row.get<Instant>("expires_at")};
    return std::optional(Found{.id = row.get<InvitationId>("id"),
                               .email = *std::move(email),
                               .roles = row.get<QStringList>("roles"),
                               .preview = std::move(preview),
                               .organization = *std::move(organization)});
}

Result<InvitationStore::Acceptance> InvitationStore::accept(Tx &tx, const Found &invitation, const OwnedToken &token, const UserId &user)
{
    const Instant now = tx.context().now;
    QStringList builtIn, ids;
    for (const QString &role : invitation.roles) {
        if (builtInRole(organizationRoles(), role))
            builtIn.append(role);
        ids.append(QString::fromLatin1(RoleId::make(now).text()));
    }
    ids.append(QString::fromLatin1(RoleId::make(now).text())); // of MEMBER
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, acceptSql, invitation.id, Bytes{token.hash}, user, builtIn, ids, now));
    Acceptance acceptance{
        .isAccepted = row.get<QString>(0) == QLatin1String("done"), .roles = row.get<QStringList>(1), .given = {}, .hasVerified = row.get<bool>(2)};
    const QStringList names = row.get<QStringList>("new_roles"), nameIds = row.get<QStringList>("new_role_ids");
    for (qsizetype i = 0; i < names.size(); ++i)
        acceptance.given.push_back({.name = names.at(i), .id = RoleId(QUuid::fromString(nameIds.at(i)))});
    return acceptance;
}

} // namespace aegis
