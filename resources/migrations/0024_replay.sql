-- What there was at a moment, made again from the events alone. docs/replay.md says which columns, and what cannot be told.

-- The order in which changes of the same thing were made. Whoever changes something holds its lock until the commit, and writes the event
-- last: so of two that wait for each other the first one has the smaller position. Neither the id (of when the request came) nor the
-- transaction id (of its first write, maybe of something else) says that. Null: written before this migration; those come first, in the
-- order of their transactions.
create sequence event_position;
grant usage on sequence event_position to aegis_app;
alter table event add column position bigint;
alter table event alter column position set default nextval('aegis.event_position');

-- Whoever looks at one person or organization reads what was done about it, and not its logins. These types are rare: the indexes cost
-- a login or a refresh nothing.
create index event_of_subject on event (subject_id, id) where type in (
    'UserCreated', 'EmailVerified', 'UserAccountLocked', 'UserAccountUnlocked', 'UserSuspended', 'UserReactivated', 'PlatformRoleGranted',
    'PlatformRoleRevoked', 'UserRoleCreated', 'UserRoleRevoked', 'MembershipEnded', 'OrganizationCreated', 'OrganizationActivated',
    'OrganizationUpdated', 'OrganizationSuspended', 'OrganizationReactivated', 'OrganizationDeleted', 'OrganizationRestored',
    'OrganizationSignupExpired', 'RoleCreated', 'RoleChanged', 'RoleDeleted');
create index event_of_members on event (tenant_id, id)
    where type in ('UserRoleCreated', 'UserRoleRevoked', 'MembershipEnded', 'RoleCreated', 'RoleChanged', 'RoleDeleted');

-- end_every_session() of 0007, which locks the person first, as whoever opens a session does: a login that is under way has ended before,
-- and its session ends here, or it begins after. Without that a session could be told to be older than an end that it has outlived.
create or replace function end_every_session(p_user_id uuid, p_reason text, p_now timestamptz, p_revocation_id uuid,
                                             p_revoked_until timestamptz, p_events jsonb) returns setof uuid
    language plpgsql
as $$
begin
    perform from aegis."user" where id = p_user_id for no key update;
    perform from aegis.session where user_id = p_user_id and ended_at is null order by id for update;
    return query
        with ended as (
            update aegis.session s set ended_at = p_now, end_reason = p_reason
             where s.user_id = p_user_id and s.ended_at is null
            returning s.id),
        later as (
            -- A session ends once, so its id serves as that of its revocation.
            insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
            select e.id, 'session', e.id, p_now, p_revoked_until from ended e where e.id >= aegis.uuid7_floor(p_now)
            returning subject_id)
        select l.subject_id from later l;
    delete from aegis.refresh_token where user_id = p_user_id;
    insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
    values (p_revocation_id, 'user', p_user_id, p_now, p_revoked_until);
    perform aegis.append_events(p_events);
end
$$;

-- grant_role() of 0019, which waits for the end of a membership that is under way (revoke_role), and the other way round: so the one that is
-- told first was done first.
create or replace function grant_role(p_user_id uuid, p_role_id uuid, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('aegis.member.' || v_organization_id || p_user_id, 0));
    if not aegis.tenant_knows(p_user_id) then
        return 'not_found';
    end if;
    insert into aegis.user_role (organization_id, user_id, role_id, created_at)
    values (v_organization_id, p_user_id, p_role_id, p_now) on conflict do nothing;
    if not found then
        return 'unchanged';
    end if;
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

set local role aegis_definer;

create or replace view every_event as
    select tenant_id, id, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, correlation_id, causation_id, ip,
           user_agent, payload, canon, digest, xid, position
    from event where (select platform_reads());

set local role aegis_owner;

-- The events that whoever asks may see: of its tenant, by row-level security; all, with a role of the platform; all, as the role that looks
-- past row-level security. The rights are those of who asks.
create view told_event with (security_invoker = true) as
    select tenant_id, id, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, payload, xid, coalesce(position, 0) as position
    from event where not (select platform_reads())
    union all
    select tenant_id, id, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, payload, xid, coalesce(position, 0)
    from every_event;
grant select on told_event to aegis_app, aegis_definer;

-- Beyond the ids of all events up to a moment: an id may be of up to two seconds after its event (makeUuid7). Immutable, as `timestamptz +
-- interval` is not, so that a query is planned for the partitions that it needs.
create function uuid7_beyond(p_moment timestamptz) returns uuid
    language sql immutable
as $$
    select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    from (select lpad(to_hex((extract(epoch from p_moment) * 1000)::bigint + 3000), 12, '0') as h) x
$$;

-- An event is taken up to p_until (null: all); by its id, too, so that later partitions are left alone. In SQL, and not marked as anything that keeps them from being inlined: so each is one query.
--
-- In each of them `is_created` says whether the event with which it began is among them; without it what is told is a part, and null is what
-- nothing tells.

-- People. p_user null: all, but for those whose signup was removed.
create function replayed_users(p_until timestamptz, p_user uuid)
    returns table (id uuid, status text, locked_until timestamptz, managed_by uuid, email_verified_at timestamptz, is_verification_known boolean,
                   created_at timestamptz, is_created boolean)
    language sql stable
as $$
    with told as (
        select e.*, e.type <> 'EmailVerified' as is_status, e.type = 'UserCreated' as is_creation,
               -- Version 1 did not tell whether the address counts as verified; only of an import that does not follow from the method.
               case when e.version >= 2 then (e.payload ->> 'emailVerified')::boolean
                    when e.payload ->> 'method' <> 'import' then e.payload ->> 'method' = 'operator' end as began_verified
        from aegis.told_event e
        where e.type in ('UserCreated', 'EmailVerified', 'UserAccountLocked', 'UserAccountUnlocked', 'UserSuspended', 'UserReactivated')
          and (p_user is null or e.subject_id = p_user)
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until))))
    select t.subject_id,
           (array_agg(case t.type when 'UserCreated' then t.payload ->> 'status' when 'UserAccountLocked' then 'locked'
                                  when 'UserSuspended' then 'suspended' else 'active' end
                      order by t.position desc, t.xid desc, t.id desc) filter (where t.is_status))[1],
           (array_agg(case when t.type = 'UserAccountLocked' then t.payload ->> 'until' end
                      order by t.position desc, t.xid desc, t.id desc) filter (where t.is_status))[1]::timestamptz,
           (array_agg(t.payload ->> 'managedBy') filter (where t.is_creation))[1]::uuid,
           min(t.occurred_at) filter (where t.type = 'EmailVerified' or (t.is_creation and t.began_verified)),
           bool_or(t.type = 'EmailVerified' or (t.is_creation and t.began_verified is not null)),
           min(t.occurred_at) filter (where t.is_creation),
           bool_or(t.is_creation)
    from told t
    where p_user is not null or t.subject_id not in (
        select (x.payload ->> 'ownerId')::uuid from aegis.told_event x
        where x.type = 'OrganizationSignupExpired' and x.payload ->> 'ownerId' is not null
          and (p_until is null or (x.occurred_at <= p_until and x.id < aegis.uuid7_beyond(p_until))))
    group by t.subject_id
$$;

-- Organizations; p_organization null: all, but for signups that were removed.
create function replayed_organizations(p_until timestamptz, p_organization uuid)
    returns table (id uuid, name text, slug text, status text, status_before text, deleted_at timestamptz, created_at timestamptz, is_created boolean)
    language sql stable
as $$
    with told as (
        select e.*, e.type in ('OrganizationCreated', 'OrganizationUpdated') as is_name, e.type <> 'OrganizationUpdated' as is_status
        from aegis.told_event e
        where e.type in ('OrganizationCreated', 'OrganizationActivated', 'OrganizationUpdated', 'OrganizationSuspended', 'OrganizationReactivated',
                         'OrganizationDeleted', 'OrganizationRestored', 'OrganizationSignupExpired')
          and (p_organization is null or e.subject_id = p_organization)
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until)))),
    last as (
        select t.subject_id,
               (array_agg(coalesce(t.payload #>> '{after,name}', t.payload ->> 'name')
                          order by t.position desc, t.xid desc, t.id desc) filter (where t.is_name))[1] as name,
               (array_agg(coalesce(t.payload #>> '{after,slug}', t.payload ->> 'slug')
                          order by t.position desc, t.xid desc, t.id desc) filter (where t.is_name))[1] as slug,
               (array_agg(t.type order by t.position desc, t.xid desc, t.id desc) filter (where t.is_status))[1] as type,
               (array_agg(t.occurred_at order by t.position desc, t.xid desc, t.id desc) filter (where t.is_status))[1] as since,
               (array_agg(t.payload ->> 'status') filter (where t.type = 'OrganizationCreated'))[1] as first_status,
               (array_agg(t.payload ->> 'before' order by t.position desc, t.xid desc, t.id desc)
                    filter (where t.type = 'OrganizationDeleted'))[1] as status_before,
               min(t.occurred_at) filter (where t.type = 'OrganizationCreated') as created_at,
               bool_or(t.type = 'OrganizationCreated') as is_created
        from told t
        group by t.subject_id)
    select l.subject_id, l.name, l.slug,
           case l.type when 'OrganizationCreated' then l.first_status when 'OrganizationSuspended' then 'suspended'
                       when 'OrganizationDeleted' then 'deleted' when 'OrganizationRestored' then l.status_before
                       when 'OrganizationActivated' then 'active' when 'OrganizationReactivated' then 'active' end,
           case when l.type = 'OrganizationDeleted' then l.status_before end,
           case when l.type = 'OrganizationDeleted' then l.since end,
           l.created_at, l.is_created
    from last l
    where l.type is distinct from 'OrganizationSignupExpired'
$$;

-- Roles of organizations. One that every organization has is made when it is first given, and what it allows stands in the program. One of an
-- organization's own from before RoleCreated was told is known by who was given it: `permissions` is null then.
create function replayed_roles(p_until timestamptz, p_organization uuid)
    returns table (organization_id uuid, id uuid, name text, permissions text[], is_created boolean)
    language sql stable
as $$
    with told as (
        select e.organization_id, e.type, e.position, e.xid, e.id as event_id, e.payload ->> 'role' as role,
               case when e.type = 'UserRoleCreated' then (e.payload ->> 'roleId')::uuid else e.subject_id end as role_id,
               case e.type when 'RoleCreated' then e.payload -> 'permissions' when 'RoleChanged' then e.payload -> 'after' end as permissions
        from aegis.told_event e
        where e.type in ('UserRoleCreated', 'RoleCreated', 'RoleChanged', 'RoleDeleted') and e.organization_id is not null
          and (p_organization is null or e.tenant_id = p_organization)
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until)))),
    last as (
        select t.organization_id, t.role_id,
               (array_agg(t.role order by t.position desc, t.xid desc, t.event_id desc))[1] as role,
               (array_agg(t.permissions order by t.position desc, t.xid desc, t.event_id desc) filter (where t.permissions is not null))[1] as permissions,
               (array_agg(t.type order by t.position desc, t.xid desc, t.event_id desc))[1] as type,
               bool_or(t.type = 'RoleCreated') as is_created
        from told t
        where t.role_id is not null
        group by t.organization_id, t.role_id)
    select l.organization_id, l.role_id, l.role,
           case when l.permissions is not null then array(select p from jsonb_array_elements_text(l.permissions) p order by p)
                when l.role in ('ORGANIZATION_OWNER', 'ADMIN', 'MEMBER', 'AUDITOR') then '{}' end,
           l.is_created or l.role in ('ORGANIZATION_OWNER', 'ADMIN', 'MEMBER', 'AUDITOR')
    from last l
    where l.type <> 'RoleDeleted'
      and (p_organization is not null or l.organization_id not in (
          select x.subject_id from aegis.told_event x where x.type = 'OrganizationSignupExpired'
            and (p_until is null or (x.occurred_at <= p_until and x.id < aegis.uuid7_beyond(p_until)))))
$$;

-- Who is what where: a role that was given and, after that, neither taken nor lost with the membership. One that is given again to who has it
-- counts from the first time.
create function replayed_memberships(p_until timestamptz, p_organization uuid, p_user uuid)
    returns table (organization_id uuid, user_id uuid, role text, role_id uuid, created_at timestamptz)
    language sql stable
as $$
    with told as (
        select e.organization_id, e.subject_id, e.type, e.occurred_at, e.payload ->> 'role' as role, (e.payload ->> 'roleId')::uuid as role_id,
               row_number() over (order by e.position, e.xid, e.id) as place
        from aegis.told_event e
        where e.type in ('UserRoleCreated', 'UserRoleRevoked', 'MembershipEnded') and e.organization_id is not null
          and (p_organization is null or e.tenant_id = p_organization)
          and (p_user is null or e.subject_id = p_user)
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until)))),
    ended as (
        select t.*,
               greatest(max(t.place) filter (where t.type = 'UserRoleRevoked') over (partition by t.organization_id, t.subject_id, t.role),
                        max(t.place) filter (where t.type = 'MembershipEnded') over (partition by t.organization_id, t.subject_id)) as last_end
        from told t)
    select g.organization_id, g.subject_id, g.role, (array_agg(g.role_id order by g.place))[1], (array_agg(g.occurred_at order by g.place))[1]
    from ended g
    where g.type = 'UserRoleCreated' and g.place > coalesce(g.last_end, 0)
      and (p_organization is not null or p_user is not null or g.organization_id not in (
          select x.subject_id from aegis.told_event x where x.type = 'OrganizationSignupExpired'
            and (p_until is null or (x.occurred_at <= p_until and x.id < aegis.uuid7_beyond(p_until)))))
    group by g.organization_id, g.subject_id, g.role
$$;

-- Roles of the platform. granted_by null: an operator at the command line.
create function replayed_platform_roles(p_until timestamptz, p_user uuid)
    returns table (user_id uuid, role text, granted_by uuid, created_at timestamptz)
    language sql stable
as $$
    with told as (
        select e.subject_id, e.type, e.occurred_at, e.actor_id, e.payload ->> 'role' as role,
               row_number() over (order by e.position, e.xid, e.id) as place
        from aegis.told_event e
        where e.type in ('PlatformRoleGranted', 'PlatformRoleRevoked')
          and (p_user is null or e.subject_id = p_user)
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until)))),
    last as (select distinct on (t.subject_id, t.role) t.* from told t order by t.subject_id, t.role, t.place desc)
    select l.subject_id, l.role, l.actor_id, l.occurred_at
    from last l
    where l.type = 'PlatformRoleGranted'
      and (p_user is not null or l.subject_id not in (
          select (x.payload ->> 'ownerId')::uuid from aegis.told_event x
          where x.type = 'OrganizationSignupExpired' and x.payload ->> 'ownerId' is not null
            and (p_until is null or (x.occurred_at <= p_until and x.id < aegis.uuid7_beyond(p_until)))))
$$;

-- Sessions, and the first thing that ended each: an event about it, or one that ended all of its person's that were open by then. A person's
-- new password and new second factor leave the session in which that was done.
create function replayed_sessions(p_until timestamptz)
    returns table (tenant_id uuid, id uuid, user_id uuid, organization_id uuid, created_at timestamptz, expires_at timestamptz, ended_at timestamptz,
                   end_reason text, ended_by uuid, why text)
    language sql stable
as $$
    with told as (
        select e.tenant_id, e.subject_id, e.type, e.occurred_at, e.organization_id, e.actor_id, e.session_id,
               e.payload ->> 'reason' as reason, e.payload ->> 'expiresAt' as expires_at,
               row_number() over (order by e.position, e.xid, e.id) as place
        from aegis.told_event e
        where e.type in ('AuthSessionCreated', 'RefreshTokenRevoked', 'SessionExpired')
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until)))),
    -- The session of a signup whose organization waits for an address to be verified is in none, though the signup is told in it.
    waiting as (
        select e.subject_id as organization_id, e.occurred_at, e.actor_id from aegis.told_event e
        where e.type = 'OrganizationCreated' and e.payload ->> 'status' = 'pending'
          and (p_until is null or (e.occurred_at <= p_until and e.id < aegis.uuid7_beyond(p_until)))),
    opened as (
        select case when w.organization_id is null then t.tenant_id else t.actor_id end as tenant_id, t.subject_id, t.occurred_at,
               case when w.organization_id is null then t.organization_id end as organization_id, t.actor_id, t.expires_at, t.place
        from told t
        left join waiting w on w.organization_id = t.organization_id and w.occurred_at = t.occurred_at and w.actor_id = t.actor_id
        where t.type = 'AuthSessionCreated'),
    ends as (
        select o.subject_id as id, e.place, e.type, e.reason, e.occurred_at, nullif(e.actor_id, o.actor_id) as actor_id
        from opened o join told e on e.subject_id = o.subject_id and e.type <> 'AuthSessionCreated'
        union all
        select o.subject_id, e.place, e.type, e.reason, e.occurred_at, nullif(e.actor_id, o.actor_id)
        from opened o
        join told e on e.subject_id = o.actor_id and e.type = 'RefreshTokenRevoked' and e.place > o.place
             and not (e.reason in ('password_change', 'mfa_enabled') and e.session_id = o.subject_id)),
    ended as (select distinct on (id) * from ends order by id, place)
    select o.tenant_id, o.subject_id, o.actor_id, o.organization_id, o.occurred_at, o.expires_at::timestamptz, e.occurred_at,
           case when e.type = 'SessionExpired' then 'expired' when e.reason in ('logout', 'logout_all', 'token_reuse', 'switched') then e.reason
                when e.id is not null then 'revoked' end,
           case when e.reason in ('administrator', 'account_locked', 'account_suspended', 'mfa_reset', 'password_reset_forced') then e.actor_id end,
           case when e.type = 'SessionExpired' then 'expired' else e.reason end
    from opened o
    left join ended e on e.id = o.subject_id
    where o.actor_id not in (
        select (x.payload ->> 'ownerId')::uuid from aegis.told_event x
        where x.type = 'OrganizationSignupExpired' and x.payload ->> 'ownerId' is not null
          and (p_until is null or (x.occurred_at <= p_until and x.id < aegis.uuid7_beyond(p_until))))
$$;

revoke all on function uuid7_beyond(timestamptz), replayed_users(timestamptz, uuid), replayed_organizations(timestamptz, uuid), replayed_roles(timestamptz, uuid),
    replayed_memberships(timestamptz, uuid, uuid), replayed_platform_roles(timestamptz, uuid), replayed_sessions(timestamptz) from public;
grant execute on function replayed_users(timestamptz, uuid), replayed_organizations(timestamptz, uuid), replayed_roles(timestamptz, uuid),
    replayed_memberships(timestamptz, uuid, uuid), replayed_platform_roles(timestamptz, uuid), uuid7_beyond(timestamptz) to aegis_app, aegis_definer;
grant execute on function replayed_sessions(timestamptz) to aegis_definer;
