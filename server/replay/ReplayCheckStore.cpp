#include "server/replay/ReplayCheckStore.h"

namespace aegis {
namespace {

constexpr Sql definerSql("set local role aegis_definer");

// Rows become objects with the same members on both sides; what the events do not tell is left out of theirs. Lists are texts, because @> takes
// a list for contained in a longer one. Events have milliseconds. One statement sees one moment.
constexpr Sql compareSql(R"(
    with rebuilt as materialized (
        select 'user' as what, u.id::text as id, u.is_created, null::timestamptz as ended_at,
               case when u.is_created then jsonb_build_object('managedBy', u.managed_by, 'createdAt', u.created_at) else '{}' end
               || case when u.status is null then '{}' else jsonb_build_object('status', u.status, 'lockedUntil', u.locked_until) end
               || case when u.is_verification_known then jsonb_build_object('emailVerifiedAt', u.email_verified_at) else '{}' end as facts
        from aegis.replayed_users(null, null) u
        union all
        select 'organization', o.id::text, o.is_created, null,
               case when o.is_created then jsonb_build_object('createdAt', o.created_at) else '{}' end
               || case when o.name is null then '{}' else jsonb_build_object('name', o.name, 'slug', o.slug) end
               || case when o.status is null then '{}'
                       else jsonb_build_object('status', o.status, 'statusBefore', o.status_before, 'deletedAt', o.deleted_at) end
        from aegis.replayed_organizations(null, null) o
        union all
        select 'role', r.organization_id || '/' || r.id, r.is_created, null,
               jsonb_build_object('name', r.name)
               || case when r.permissions is null then '{}' else jsonb_build_object('permissions', array_to_string(r.permissions, ' ')) end
        from aegis.replayed_roles(null, null) r
        union all
        select 'membership', m.organization_id || '/' || m.user_id || '/' || m.role, true, null,
               jsonb_build_object('roleId', m.role_id, 'createdAt', m.created_at)
        from aegis.replayed_memberships(null, null, null) m
        union all
        select 'platform role', p.user_id || '/' || p.role, true, null, jsonb_build_object('grantedBy', p.granted_by, 'createdAt', p.created_at)
        from aegis.replayed_platform_roles(null, null) p
        union all
        select 'session', s.id::text, true, s.ended_at,
               jsonb_build_object('tenantId', s.tenant_id, 'userId', s.user_id, 'organizationId', s.organization_id, 'createdAt', s.created_at,
                                  'expiresAt', s.expires_at, 'endedAt', s.ended_at, 'endReason', s.end_reason, 'endedBy', s.ended_by)
        from aegis.replayed_sessions(null) s),
    present as (
        select 'user' as what, u.id::text as id, u.created_at,
               jsonb_build_object('managedBy', u.managed_by, 'createdAt', date_trunc('milliseconds', u.created_at), 'status', u.status,
                                  'lockedUntil', date_trunc('milliseconds', u.locked_until),
                                  'emailVerifiedAt', date_trunc('milliseconds', u.email_verified_at)) as facts
        from aegis."user" u
        union all
        select 'organization', o.id::text, o.created_at,
               jsonb_build_object('createdAt', date_trunc('milliseconds', o.created_at), 'name', d.name, 'slug', o.slug, 'status', o.status,
                                  'statusBefore', o.status_before, 'deletedAt', date_trunc('milliseconds', o.deleted_at))
        from aegis.organization o left join aegis.organization_details d on d.organization_id = o.id
        union all
        select 'role', r.organization_id || '/' || r.id, r.created_at,
               jsonb_build_object('name', r.name, 'permissions', array_to_string(array(select p from unnest(r.permissions) p order by p), ' '))
        from aegis.organization_role r
        union all
        select 'membership', m.organization_id || '/' || m.user_id || '/' || r.name, m.created_at,
               jsonb_build_object('roleId', m.role_id, 'createdAt', date_trunc('milliseconds', m.created_at))
        from aegis.user_role m join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
        union all
        select 'platform role', p.user_id || '/' || p.role, p.created_at,
               jsonb_build_object('grantedBy', p.granted_by, 'createdAt', date_trunc('milliseconds', p.created_at))
        from aegis.platform_role p
        union all
        select 'session', s.id::text, s.created_at,
               jsonb_build_object('tenantId', s.tenant_id, 'userId', s.user_id, 'organizationId', s.organization_id,
                                  'createdAt', date_trunc('milliseconds', s.created_at), 'expiresAt', date_trunc('milliseconds', s.expires_at),
                                  'endedAt', date_trunc('milliseconds', s.ended_at), 'endReason', s.end_reason,
                                  'endedBy', nullif(s.ended_by, s.user_id))
        from aegis.session s),
    beginning as (select min(e.occurred_at) as at from aegis.told_event e),
    pairs as materialized (
        select what, id, r.facts as told, p.facts as present, r.is_created, r.ended_at,
               p.facts is not null and r.is_created is not true and p.created_at < coalesce(b.at, 'infinity') as is_older,
               p.facts is null and r.ended_at < $1 as is_cleared
        from rebuilt r full join present p using (what, id) cross join beginning b),
    differences as materialized (
        select b.what, b.id, coalesce(f.field, 'row') as field,
               case when f.field is not null then b.told ->> f.field when b.told is not null then b.told::text end as told,
               case when f.field is not null then b.present ->> f.field when b.present is not null then b.present::text end as present
        from pairs b
        left join lateral (select k as field from jsonb_object_keys(b.told) k where b.told -> k <> b.present -> k) f on b.told is not null and b.present is not null
        where case when b.told is null then not b.is_older
                   when b.present is null then not coalesce(b.is_cleared, false) and b.is_created
                   else f.field is not null or (not coalesce(b.is_created, false) and not b.is_older) end)
    select 'compared' as kind, what, null as id, null as field, count(*)::text as told, null as present from rebuilt group by what
    union all select 'older', null, null, null, (select count(*) from pairs where is_older)::text, null
    union all select 'cleared', null, null, null, (select count(*) from pairs where is_cleared)::text, null
    union all select 'differences', null, null, null, (select count(*) from differences)::text, null
    union all (select 'difference', what, id, field, told, present from differences order by what, id, field limit 1000))");

} // namespace

Result<ReplayCheckStore::Report> ReplayCheckStore::compare(Tx &tx, Instant sessionsKeptSince)
{
    CHECK(tx.query(definerSql)); // who sees all
    TRY(const Rows rows, tx.query(compareSql, sessionsKeptSince));
    Report report;
    for (const Row row : rows) {
        const QString kind = row.get<QString>("kind");
        const auto told = row.get<std::optional<QString>>("told");
        const qint64 number = told.value_or(QString()).toLongLong();
        if (kind == QLatin1String("difference"))
            report.shown.push_back({.what = row.get<QString>("what"),
                                    .id = row.get<QString>("id"),
                                    .field = row.get<QString>("field"),
                                    .told = told,
                                    .present = row.get<std::optional<QString>>("present")});
        else if (kind == QLatin1String("compared"))
            report.compared[row.get<QString>("what")] = number;
        else if (kind == QLatin1String("older"))
            report.older = number;
        else if (kind == QLatin1String("cleared"))
            report.cleared = number;
        else
            report.differences = number;
    }
    return report;
}

} // namespace aegis
