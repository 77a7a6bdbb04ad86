-- Who administers, what of, and what they do about people and sessions.

-- Roles of the platform: they hold for every organization.
create table platform_role (
    user_id    uuid not null references "user" (id) on delete cascade,
    role       text not null check (role in ('PLATFORM_ADMIN', 'PLATFORM_AUDITOR')),
    granted_by uuid, -- null: an operator at the command line
    created_at timestamptz not null,
    primary key (user_id, role)
);

-- What a role of an organization's own allows. Of those that every organization has it stands in the code.
alter table organization_role add column permissions text[] not null default '{}';

-- Counts the changes that an administrator can meet: what If-Match compares.
alter table "user" add column version int not null default 1;
alter table "user" add column status_by_platform boolean not null default false; -- who administers the platform locked or suspended it
alter table organization add column version int not null default 1;
alter table organization add column deleted_at timestamptz; -- it can be restored for a while
alter table organization add column status_before text;     -- it was deleted: what it is when it is restored

create function count_version() returns trigger
    language plpgsql
as $$
begin
    new.version := old.version + 1;
    return new;
end
$$;
revoke all on function count_version() from public;
create trigger version before update on "user" for each row
    when ((old.email, old.status, old.managed_by, old.email_verified_at, old.locked_until)
          is distinct from (new.email, new.status, new.managed_by, new.email_verified_at, new.locked_until))
    execute function count_version();
create trigger version before update on organization for each row
    when ((old.slug, old.status) is distinct from (new.slug, new.status)) execute function count_version();

-- When a person last signed in: sessions that ended are deleted after a while. Apart from "user", whose rows logins only share.
create table user_activity (
    user_id       uuid primary key references "user" (id) on delete cascade,
    last_login_at timestamptz not null
) with (fillfactor = 80);
create index user_activity_last_login on user_activity (last_login_at);
-- It is not filled from the sessions that there are: reading all of them would hold up every login for as long.

create index session_by_id on session (id); -- for who looks at all of them: the id is ordered by time
alter table session add column ended_by uuid; -- the person who ended it; null where that is not told: the server did, or the person itself

alter table platform_role enable row level security, force row level security;
alter table user_activity enable row level security, force row level security;
-- An organization sees the accounts that it manages, whether they are members or not.
create policy manager on "user" for select
    using (managed_by = (select nullif(current_setting('app.organization_id', true), '')::uuid));

create policy person on platform_role for select
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy person on user_activity
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy member on user_activity for select
    using (exists (select from user_role m
                   where m.user_id = user_activity.user_id
                     and m.organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)));
grant select on platform_role to aegis_app;
grant select, insert, update on user_activity to aegis_app;
grant update (ended_by) on session to aegis_app;

-- open_session() of 0016, which also notes that the person has signed in.
create or replace function open_session(p_session jsonb, p_refresh_token jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.session (tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, language, created_at, expires_at)
    select tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, language, created_at, expires_at
    from jsonb_populate_record(null::aegis.session, p_session);
    insert into aegis.refresh_token (tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at)
    select tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at
    from jsonb_populate_record(null::aegis.refresh_token, p_refresh_token);
    insert into aegis.user_activity as a (user_id, last_login_at)
    values ((p_session ->> 'user_id')::uuid, (p_session ->> 'created_at')::timestamptz)
    on conflict (user_id) do update set last_login_at = excluded.last_login_at where a.last_login_at < excluded.last_login_at;
end
$$;

grant select on platform_role, user_activity, event to aegis_definer;

set local role aegis_definer;

-- Whether the person in whose name this transaction looks across organizations has a role of the platform, by now. The server
-- names that person (app.platform_actor) only where an endpoint's permission was found in such a role; this holds it to that.
create function platform_reads() returns boolean
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return exists (select from platform_role p join "user" u on u.id = p.user_id and u.status = 'active'
                   where p.user_id = nullif(current_setting('app.platform_actor', true), '')::uuid);
end
$$;
-- Whether an account has a role of the platform: then only the platform changes it, whoever manages it.
create function is_of_platform(p_user_id uuid) returns boolean
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return exists (select from platform_role p where p.user_id = p_user_id);
end
$$;
create function platform_administers() returns boolean
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return exists (select from platform_role p join "user" u on u.id = p.user_id and u.status = 'active'
                   where p.user_id = nullif(current_setting('app.platform_actor', true), '')::uuid and p.role = 'PLATFORM_ADMIN');
end
$$;

-- The tables as somebody with a role of the platform sees them: all rows. A view is read with the rights of its owner, who looks past
-- row-level security, so the tables' own policies (and what they cost) stay as they are. Without such a role they are empty.
create view every_organization as
    select id, slug, status, created_at, updated_at, deleted_at, version from organization where (select platform_reads());
create view every_organization_details as
    select organization_id, name, updated_at from organization_details where (select platform_reads());
create view every_user as
    select id, email, status, managed_by, email_verified_at, locked_until, password_changed_at, created_at, updated_at, version
    from "user" where (select platform_reads());
create view every_user_profile as
    select user_id, first_name, last_name, updated_at from user_profile where (select platform_reads());
create view every_user_activity as
    select user_id, last_login_at from user_activity where (select platform_reads());
create view every_organization_role as
    select organization_id, id, name, system, created_at, permissions from organization_role where (select platform_reads());
create view every_user_role as
    select organization_id, user_id, role_id, created_at from user_role where (select platform_reads());
create view every_session as
    select tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, created_at, expires_at, ended_at, end_reason, ended_by
    from session where (select platform_reads());
create view every_refresh_token as
    select tenant_id, session_id, user_id, rotated_at, expires_at from refresh_token where (select platform_reads());
create view every_event as
    select tenant_id, id, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, correlation_id, causation_id, ip,
           user_agent, payload, canon, digest, xid
    from event where (select platform_reads());
create view every_platform_role as
    select user_id, role, granted_by, created_at from platform_role where (select platform_reads());
grant select on every_organization, every_organization_details, every_user, every_user_profile, every_user_activity, every_organization_role,
    every_user_role, every_session, every_refresh_token, every_event, every_platform_role to aegis_app;

-- Whether somebody is the last one whom an organization, or the platform, cannot be without. Both lock for the transaction, so that two
-- who are taken away at the same moment are looked at one after the other. They tell yes or no.
create function is_last_owner(p_user_id uuid, p_organization_id uuid) returns boolean
    language plpgsql security definer set search_path = aegis, pg_temp
as $$
declare
    v_organization_id uuid;
begin
    for v_organization_id in
        select m.organization_id from user_role m
        join organization_role r on r.organization_id = m.organization_id and r.id = m.role_id and r.name = 'ORGANIZATION_OWNER'
        join organization o on o.id = m.organization_id and o.status in ('active', 'suspended')
        where m.user_id = p_user_id and (p_organization_id is null or m.organization_id = p_organization_id)
        order by m.organization_id
    loop
        perform pg_advisory_xact_lock(hashtextextended('aegis.owners.' || v_organization_id, 0));
        if not exists (select from user_role m
                       join organization_role r on r.organization_id = m.organization_id and r.id = m.role_id and r.name = 'ORGANIZATION_OWNER'
                       join "user" u on u.id = m.user_id and u.status = 'active'
                       where m.organization_id = v_organization_id and m.user_id <> p_user_id) then
            return true;
        end if;
    end loop;
    return false;
end
$$;
create function is_last_platform_administrator(p_user_id uuid) returns boolean
    language plpgsql security definer set search_path = aegis, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('aegis.platform_administrators', 0));
    return exists (select from platform_role where user_id = p_user_id and role = 'PLATFORM_ADMIN')
        and not exists (select from platform_role p join "user" u on u.id = p.user_id and u.status = 'active'
                        where p.role = 'PLATFORM_ADMIN' and p.user_id <> p_user_id);
end
$$;

-- Who has roles of the platform, for the operator at the command line.
create function platform_staff() returns table (user_id uuid, email text, status text, role text, created_at timestamptz)
    language sql stable security definer set search_path = aegis, pg_temp
as $$
    select u.id, u.email, u.status, p.role, p.created_at from platform_role p join "user" u on u.id = p.user_id order by p.role, u.email
$$;

revoke all on function platform_reads(), platform_administers(), is_of_platform(uuid), is_last_owner(uuid, uuid),
    is_last_platform_administrator(uuid), platform_staff() from public;
grant execute on function platform_reads(), platform_administers(), is_of_platform(uuid), is_last_owner(uuid, uuid),
    is_last_platform_administrator(uuid), platform_staff() to aegis_app;

set local role aegis_owner;

-- Roles of the platform are given and taken by who administers it, and by an operator at the command line of a server, who has that
-- server's own access to the database anyway and says so (app.operator).
create policy administration on platform_role
    using ((select platform_administers()) or (select current_setting('app.operator', true) = 'on'));
grant insert, delete on platform_role to aegis_app;

-- False: the person has it.
create function grant_platform_role(p_user_id uuid, p_role text, p_now timestamptz, p_by_operator boolean, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    perform set_config('app.operator', case when p_by_operator then 'on' else '' end, true);
    insert into aegis.platform_role (user_id, role, granted_by, created_at)
    values (p_user_id, p_role, nullif(current_setting('app.platform_actor', true), '')::uuid, p_now) on conflict do nothing;
    if not found then
        return false;
    end if;
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- done, last (there would be nobody left who administers), or none.
create function revoke_platform_role(p_user_id uuid, p_role text, p_by_operator boolean, p_events jsonb) returns text
    language plpgsql
as $$
begin
    perform set_config('app.operator', case when p_by_operator then 'on' else '' end, true);
    if p_role = 'PLATFORM_ADMIN' and aegis.is_last_platform_administrator(p_user_id) then
        return 'last';
    end if;
    delete from aegis.platform_role where user_id = p_user_id and role = p_role;
    if not found then
        return 'none';
    end if;
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Ends sessions of the transaction's organization, or, in the name of somebody who administers the platform, of any: each in its own tenant, so
-- that row-level security holds for each. p_user_ids are whose they are. Of the events those are written that are about a session that it
-- ended. Answers those sessions. The order of the ids keeps two calls about the same sessions from waiting for each other.
create function revoke_sessions(p_tenant_ids uuid[], p_session_ids uuid[], p_user_ids uuid[], p_by uuid, p_now timestamptz,
                                p_revoked_until timestamptz, p_events jsonb) returns setof uuid
    language plpgsql
as $$
declare
    v_organization_id text := coalesce(current_setting('app.organization_id', true), '');
    v_user_id text := coalesce(current_setting('app.user_id', true), '');
    v_everywhere boolean := aegis.platform_administers();
    v_one record;
    v_ended uuid[] := '{}';
begin
    for v_one in
        select n.tenant_id, n.id, n.user_id
        from unnest(p_tenant_ids, p_session_ids, p_user_ids) as n (tenant_id, id, user_id)
        where v_everywhere or n.tenant_id::text = v_organization_id
        order by n.id
    loop
        if v_everywhere then
            perform set_config('app.organization_id', v_one.tenant_id::text, true), set_config('app.user_id', v_one.user_id::text, true);
        end if;
        update aegis.session s set ended_at = p_now, end_reason = 'revoked', ended_by = p_by
         where s.tenant_id = v_one.tenant_id and s.id = v_one.id and s.ended_at is null;
        if found then
            delete from aegis.refresh_token t where t.tenant_id = v_one.tenant_id and t.session_id = v_one.id;
            insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) values (v_one.id, 'session', v_one.id, p_now, p_revoked_until)
            on conflict (id) do nothing; -- its organization was suspended in the millisecond that it was opened in
            v_ended := v_ended || v_one.id;
        end if;
    end loop;
    for v_one in
        select e.event ->> 'tenantId' as tenant_id, jsonb_agg(e.event order by e.place) as events
        from jsonb_array_elements(p_events) with ordinality as e (event, place)
        where (e.event ->> 'subject')::uuid = any (v_ended)
        group by 1
    loop
        if v_everywhere then
            perform set_config('app.organization_id', v_one.tenant_id, true);
        end if;
        perform aegis.append_events(v_one.events);
    end loop;
    perform set_config('app.organization_id', v_organization_id, true), set_config('app.user_id', v_user_id, true);
    return query select unnest(v_ended);
end
$$;

-- Stores an account that has no password yet, and the token by which it gets one. A taken address ends in a unique violation.
create function add_account(p_user jsonb, p_profile jsonb, p_token jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis."user" (id, email, status, managed_by, email_verified_at, password_changed_at, created_at, updated_at)
    select id, email, status, managed_by, email_verified_at, password_changed_at, created_at, updated_at
    from jsonb_populate_record(null::aegis."user", p_user);
    insert into aegis.user_profile (user_id, first_name, last_name, updated_at)
    select user_id, first_name, last_name, updated_at from jsonb_populate_record(null::aegis.user_profile, p_profile);
    perform aegis.add_email_token(p_token);
end
$$;

-- Whether this transaction may do to an account what only who manages it may.
create function may_manage(p_user_id uuid) returns boolean
    language plpgsql stable
as $$
begin
    return aegis.platform_administers() or (aegis.tenant_manages(p_user_id) and not aegis.is_of_platform(p_user_id));
end
$$;

-- Who manages the account, or administers the platform, may end the person's access everywhere.
drop policy about_its_own on revocation;
create policy about_its_own on revocation for insert to aegis_app
    with check (case kind
        when 'user' then subject_id = (select nullif(current_setting('app.user_id', true), '')::uuid) or may_manage(subject_id)
        when 'organization' then subject_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)
        else true end);

-- Looks, before an account is changed in a transaction of its person and of the organization that asks, whether that may be; locks it.
--   may         it may
--   not_found   the organization does not know the person: the same whether there is one or not
--   foreign     another organization manages the account, or none does, or it has a role of the platform
--   stale       it has another version than the one that was looked at
create function begin_account_change(p_user_id uuid, p_version int) returns text
    language plpgsql
as $$
declare
    v_version int;
begin
    if not aegis.tenant_knows(p_user_id) and not aegis.platform_administers() then
        return 'not_found';
    end if;
    select version into v_version from aegis."user" where id = p_user_id for no key update;
    if not found then
        return 'not_found';
    end if;
    if not aegis.may_manage(p_user_id) then
        return 'foreign';
    end if;
    return case when p_version is null or p_version = v_version then 'may' else 'stale' end;
end
$$;

-- end_every_session() by an administrator, whom the sessions name afterwards.
create function end_every_session_by(p_user_id uuid, p_by uuid, p_now timestamptz, p_revocation_id uuid, p_revoked_until timestamptz,
                                     p_events jsonb) returns setof uuid
    language plpgsql
as $$
declare
    v_open uuid[];
begin
    perform from aegis.session where user_id = p_user_id and ended_at is null order by id for update;
    v_open := array(select id from aegis.session where user_id = p_user_id and ended_at is null);
    return query select aegis.end_every_session(p_user_id, 'revoked', p_now, p_revocation_id, p_revoked_until, p_events);
    update aegis.session set ended_by = p_by where user_id = p_user_id and id = any (v_open);
end
$$;

-- unlock_account() of 0010, which leaves what the platform has locked to the platform.
create or replace function unlock_account(p_user_id uuid, p_by_administrator boolean, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_email text;
begin
    if p_by_administrator and not aegis.tenant_manages(p_user_id) then
        return null;
    end if;
    update aegis."user" set status = 'active', locked_until = null, status_by_platform = false, updated_at = p_now
     where id = p_user_id and status = 'locked' and ((p_by_administrator and not status_by_platform) or locked_until <= p_now)
    returning email into v_email;
    if v_email is not null then
        perform aegis.append_events(p_events);
    end if;
    return v_email;
end
$$;

-- Whether a session may be opened in an organization, asked right before that is done. Until the transaction ends, the end of the membership
-- (revoke_role) and a change of the organization's status wait for it, and then find the session; or it waits for them.
create function may_open_session(p_organization_id uuid, p_user_id uuid) returns boolean
    language plpgsql
as $$
begin
    if p_organization_id is null then
        return true;
    end if;
    perform pg_advisory_xact_lock_shared(hashtextextended('aegis.member.' || p_organization_id || p_user_id, 0));
    perform from aegis.organization o where o.id = p_organization_id and o.status = 'active' for share;
    return found and exists (select from aegis.user_role m where m.organization_id = p_organization_id and m.user_id = p_user_id);
end
$$;

-- complete_login() and complete_mfa_login() of 0011, which ask that last.
create or replace function complete_login(p_user_id uuid, p_password_hash text, p_new_password_hash text, p_session jsonb,
                                          p_refresh_token jsonb, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    -- The lock makes a suspension, a change of the password or the activation of a second factor wait, or this wait for it. Who
    -- is going to update takes the stronger one at once: two logins that both held the weaker one would wait for each other.
    if p_new_password_hash is null then
        perform from aegis."user" where id = p_user_id and status = 'active' and password_hash = p_password_hash for share;
    else
        update aegis."user" set password_hash = p_new_password_hash
         where id = p_user_id and status = 'active' and password_hash = p_password_hash;
    end if;
    if not found or aegis.has_second_factor(p_user_id) or not aegis.may_open_session((p_session ->> 'organization_id')::uuid, p_user_id) then
        return false;
    end if;
    perform aegis.open_session(p_session, p_refresh_token);
    perform aegis.append_events(p_events);
    return true;
end
$$;
create or replace function complete_mfa_login(p_user_id uuid, p_challenge_id uuid, p_step bigint, p_code_hash bytea, p_session jsonb,
                                              p_refresh_token jsonb, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
begin
    -- Of two that come together the second one waits here, and then finds no row.
    perform from aegis.mfa_challenge c
      join aegis."user" u on u.id = c.user_id and u.status = 'active' and u.password_changed_at <= c.created_at
     where c.user_id = p_user_id and c.id = p_challenge_id and c.expires_at > p_now for update of c for share of u;
    if not found then
        return 'invalid';
    end if;
    if not aegis.may_open_session((p_session ->> 'organization_id')::uuid, p_user_id) then
        return 'changed';
    end if;
    if not aegis.use_second_factor(p_user_id, p_step, p_code_hash, p_now) then
        return 'wrong';
    end if;
    delete from aegis.mfa_challenge where user_id = p_user_id and id = p_challenge_id;
    perform aegis.open_session(p_session, p_refresh_token);
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- is_session_usable() of 0008: a session in an organization whose person is no member any more is none.
create or replace function is_session_usable(p_tenant_id uuid, p_session_id uuid) returns boolean
    language plpgsql stable
as $$
begin
    return exists (
        select from aegis.session s
        join aegis."user" u on u.id = s.user_id and u.status = 'active'
        where s.tenant_id = p_tenant_id and s.id = p_session_id and s.ended_at is null
          and (s.organization_id is null
               or (exists (select from aegis.organization g where g.id = s.organization_id and g.status = 'active')
                   and exists (select from aegis.user_role m where m.organization_id = s.organization_id and m.user_id = s.user_id))));
end
$$;

-- Whether an account may lose its way in: may, last_owner or last_administrator, of whom an organization or the platform has no other. What it
-- is in other organizations is neither told to the one that asks nor a shelter from it.
create function indispensable(p_user_id uuid) returns text
    language plpgsql
as $$
begin
    return case when aegis.is_last_owner(p_user_id, case when aegis.platform_administers() then null
                                                     else nullif(current_setting('app.organization_id', true), '')::uuid end) then 'last_owner'
                when aegis.is_last_platform_administrator(p_user_id) then 'last_administrator'
                else 'may' end;
end
$$;

-- Locks, suspends, unlocks or reactivates an account. Besides the answers of begin_account_change():
--   done         its sessions have ended with it where p_to is not 'active'; later has those that its revocation does not speak of
--   unchanged    its status is none of p_from
--   last_owner, last_administrator   an organization, or the platform, would be left without
create function change_account_status(p_user_id uuid, p_version int, p_from text[], p_to text, p_until timestamptz, p_by uuid, p_now timestamptz,
                                      p_revocation_id uuid, p_revoked_until timestamptz, p_events jsonb)
    returns table (outcome text, later uuid[], email text)
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_outcome text := aegis.begin_account_change(p_user_id, p_version);
    v_email text;
    v_later uuid[] := '{}';
begin
    if v_outcome = 'may' and p_to <> 'active' then
        v_outcome := aegis.indispensable(p_user_id);
    end if;
    if v_outcome = 'may' and p_to = 'active' and not aegis.platform_administers()
        and exists (select from aegis."user" u where u.id = p_user_id and u.status_by_platform) then
        v_outcome := 'foreign'; -- what the platform did the platform undoes
    end if;
    if v_outcome = 'may' then
        update aegis."user" u
           set status = p_to, locked_until = p_until, status_by_platform = p_to <> 'active' and aegis.platform_administers(), updated_at = p_now
         where u.id = p_user_id and u.status = any (p_from) returning u.email into v_email;
        v_outcome := case when found then 'done' else 'unchanged' end;
    end if;
    if v_outcome = 'done' and p_to <> 'active' then
        v_later := array(select aegis.end_every_session_by(p_user_id, p_by, p_now, p_revocation_id, p_revoked_until, p_events));
    elsif v_outcome = 'done' then
        perform aegis.append_events(p_events);
    end if;
    return query select v_outcome, v_later, v_email;
end
$$;

-- Takes the password of an account away and ends its sessions: the person has to set another one by the token of the mail that goes with it.
create function force_password_reset(p_user_id uuid, p_version int, p_by uuid, p_now timestamptz, p_revocation_id uuid, p_revoked_until timestamptz,
                                     p_events jsonb, p_email_token jsonb, p_mail jsonb)
    returns table (outcome text, later uuid[])
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_outcome text := aegis.begin_account_change(p_user_id, p_version);
    v_later uuid[] := '{}';
begin
    if v_outcome = 'may' and aegis.is_last_platform_administrator(p_user_id) then
        v_outcome := 'last_administrator'; -- of an owner whose mail does not come the platform takes care
    end if;
    if v_outcome = 'may' then
        v_outcome := 'done';
        update aegis."user" set password_hash = null, password_changed_at = p_now, version = version + 1, updated_at = p_now where id = p_user_id;
        delete from aegis.mfa_challenge where user_id = p_user_id;
        v_later := array(select aegis.end_every_session_by(p_user_id, p_by, p_now, p_revocation_id, p_revoked_until, p_events));
        perform aegis.add_email_token(p_email_token);
        perform aegis.enqueue_mail(p_mail);
    end if;
    return query select v_outcome, v_later;
end
$$;

-- Takes the second factor off an account, with its backup codes and half logins, and ends its sessions. none: there is none.
create function reset_second_factor(p_user_id uuid, p_version int, p_by uuid, p_now timestamptz, p_revocation_id uuid, p_revoked_until timestamptz,
                                    p_events jsonb, p_mail jsonb)
    returns table (outcome text, later uuid[])
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_outcome text := aegis.begin_account_change(p_user_id, p_version);
    v_later uuid[] := '{}';
begin
    if v_outcome = 'may' then
        delete from aegis.mfa_factor where user_id = p_user_id;
        v_outcome := case when found then 'done' else 'none' end;
    end if;
    if v_outcome = 'done' then
        update aegis."user" set version = version + 1, updated_at = p_now where id = p_user_id;
        delete from aegis.mfa_challenge where user_id = p_user_id;
        v_later := array(select aegis.end_every_session_by(p_user_id, p_by, p_now, p_revocation_id, p_revoked_until, p_events));
        perform aegis.enqueue_mail(p_mail);
    end if;
    return query select v_outcome, v_later;
end
$$;

revoke all on function may_open_session(uuid, uuid), grant_platform_role(uuid, text, timestamptz, boolean, jsonb), revoke_platform_role(uuid, text, boolean, jsonb),
    revoke_sessions(uuid[], uuid[], uuid[], uuid, timestamptz, timestamptz, jsonb), add_account(jsonb, jsonb, jsonb), may_manage(uuid), begin_account_change(uuid, int), indispensable(uuid),
    change_account_status(uuid, int, text[], text, timestamptz, uuid, timestamptz, uuid, timestamptz, jsonb),
    end_every_session_by(uuid, uuid, timestamptz, uuid, timestamptz, jsonb),
    force_password_reset(uuid, int, uuid, timestamptz, uuid, timestamptz, jsonb, jsonb, jsonb),
    reset_second_factor(uuid, int, uuid, timestamptz, uuid, timestamptz, jsonb, jsonb) from public;
grant execute on function may_open_session(uuid, uuid), grant_platform_role(uuid, text, timestamptz, boolean, jsonb), revoke_platform_role(uuid, text, boolean, jsonb),
    revoke_sessions(uuid[], uuid[], uuid[], uuid, timestamptz, timestamptz, jsonb), add_account(jsonb, jsonb, jsonb), may_manage(uuid), begin_account_change(uuid, int), indispensable(uuid),
    change_account_status(uuid, int, text[], text, timestamptz, uuid, timestamptz, uuid, timestamptz, jsonb),
    end_every_session_by(uuid, uuid, timestamptz, uuid, timestamptz, jsonb),
    force_password_reset(uuid, int, uuid, timestamptz, uuid, timestamptz, jsonb, jsonb, jsonb),
    reset_second_factor(uuid, int, uuid, timestamptz, uuid, timestamptz, jsonb, jsonb) to aegis_app;
