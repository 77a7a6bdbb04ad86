-- Sessions and their refresh tokens.
--
-- tenant_id is the organization that the session is in, else its person; it leads every key. A session keeps one row of
-- refresh_token for as long as it lives: its generation and the SHA-256 of the current and of the previous token. Every
-- rotation updates that row in place (no index holds what changes, a fifth of each page is free), so the table does not
-- grow with use.

create table session (
    tenant_id       uuid not null,
    id              uuid not null,
    user_id         uuid not null references "user" (id) on delete cascade,
    organization_id uuid references organization (id),
    auth_methods    text[] not null,
    auth_time       timestamptz not null,
    ip              inet,
    user_agent      text,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    ended_at        timestamptz,
    end_reason      text check (end_reason in ('logout', 'logout_all', 'token_reuse', 'expired', 'revoked')),
    primary key (tenant_id, id),
    check ((ended_at is null) = (end_reason is null)),
    check (tenant_id = coalesce(organization_id, user_id))
);
create index session_by_user on session (user_id) where ended_at is null;

create table refresh_token (
    tenant_id          uuid not null,
    session_id         uuid not null,
    user_id            uuid not null,
    generation         int not null check (generation >= 1),
    nonce              bytea not null check (length(nonce) = 16),
    current_hash       bytea not null check (length(current_hash) = 32),
    previous_hash      bytea check (length(previous_hash) = 32),
    rotated_at         timestamptz not null,
    expires_at         timestamptz not null,
    session_expires_at timestamptz not null,
    primary key (tenant_id, session_id),
    foreign key (tenant_id, session_id) references session (tenant_id, id) on delete cascade
) with (fillfactor = 80);
create index refresh_token_by_user on refresh_token (user_id);

alter table session       enable row level security, force row level security;
alter table refresh_token enable row level security, force row level security;

create policy tenant on session
    using (tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
create policy person on session
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy tenant on refresh_token
    using (tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
create policy person on refresh_token
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

grant select, insert, update on session to aegis_app;
grant select, insert, update, delete on refresh_token to aegis_app;

-- What ended before its tokens did. Every instance reads it and keeps it in memory; rows go when no token that they speak
-- of can still be alive. subject_id is the id of the session or token that ended, or of the person or organization all of whose
-- sessions from before not_before ended; it tells nothing else.
create table revocation (
    id         uuid primary key,
    kind       text not null check (kind in ('session', 'token', 'user', 'organization')),
    subject_id uuid not null,
    not_before timestamptz not null,
    expires_at timestamptz not null,
    xid        bigint not null default (pg_current_xact_id()::text::bigint)
);
create index revocation_xid on revocation (xid);
create index revocation_expires on revocation (expires_at);
alter table revocation enable row level security, force row level security;
create policy every_instance on revocation to aegis_app using (true); -- no tenant's: the server itself reads them all
grant select, insert, delete on revocation to aegis_app;

-- Stores a session with its first refresh token. Rows come as the server made them; the columns are named, so that one
-- that is added later gets its default.
create function open_session(p_session jsonb, p_refresh_token jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.session (tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, created_at, expires_at)
    select tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, created_at, expires_at
    from jsonb_populate_record(null::aegis.session, p_session);
    insert into aegis.refresh_token (tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at)
    select tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at
    from jsonb_populate_record(null::aegis.refresh_token, p_refresh_token);
end
$$;

-- Ends the login of a person whose password was right: the session, the renewed hash if there is one, the events.
-- Answers false, and does nothing, when the account has changed since it was looked up.
create function complete_login(p_user_id uuid, p_password_hash text, p_new_password_hash text, p_session jsonb,
                               p_refresh_token jsonb, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    -- The organization that the session is to be in was looked up before the password was compared, which takes a while.
    if p_session ->> 'organization_id' is not null and not exists (
        select from aegis.user_role m
        join aegis.organization o on o.id = m.organization_id and o.status = 'active'
        where m.organization_id = (p_session ->> 'organization_id')::uuid and m.user_id = p_user_id) then
        return false;
    end if;
    -- The lock makes a suspension or a change of the password wait, or this wait for it. Who is going to update takes the
    -- stronger one at once: two logins that both held the weaker one would wait for each other.
    if p_new_password_hash is null then
        perform from aegis."user" where id = p_user_id and status = 'active' and password_hash = p_password_hash for share;
    else
        update aegis."user" set password_hash = p_new_password_hash
         where id = p_user_id and status = 'active' and password_hash = p_password_hash;
    end if;
    if not found then
        return false;
    end if;
    perform aegis.open_session(p_session, p_refresh_token);
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Rotates a refresh token, in one round trip.
--   rotated  the token was the current one; the new one is stored
--   retry    it is the direct parent of the current one and was rotated less than p_grace ago: two tabs, a lost answer.
--            Nothing is stored; the caller derives the current token again from what is returned
--   reused   it was rotated before: somebody has a copy. Nothing is stored; the caller ends the session
--   invalid  anything else: ended, expired, unknown, or the account is not active
create function rotate_refresh_token(p_tenant_id uuid, p_session_id uuid, p_user_id uuid, p_generation int, p_hash bytea,
                                     p_new_hash bytea, p_now timestamptz, p_expires_at timestamptz, p_grace interval,
                                     p_events jsonb)
    returns table (outcome text, generation int, nonce bytea, rotated_at timestamptz, expires_at timestamptz,
                   session_expires_at timestamptz, auth_time timestamptz, auth_methods text[], roles text[])
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_row aegis.refresh_token;
    v_outcome text := 'rotated';
begin
    update aegis.refresh_token r
       set generation = r.generation + 1, previous_hash = r.current_hash, current_hash = p_new_hash,
           rotated_at = p_now, expires_at = least(p_expires_at, r.session_expires_at)
     where r.tenant_id = p_tenant_id and r.session_id = p_session_id and r.user_id = p_user_id
       and r.generation = p_generation and r.current_hash = p_hash
       and r.expires_at > p_now
    returning r.* into v_row;
    if not found then
        select r.* into v_row from aegis.refresh_token r
         where r.tenant_id = p_tenant_id and r.session_id = p_session_id and r.user_id = p_user_id;
        if not found or v_row.expires_at <= p_now then
            return query select 'invalid', null::int, null::bytea, null::timestamptz, null::timestamptz,
                                null::timestamptz, null::timestamptz, null::text[], null::text[];
            return;
        end if;
        v_outcome := case
            when p_generation = v_row.generation - 1 and v_row.previous_hash = p_hash and v_row.rotated_at > p_now - p_grace
                then 'retry'
            when p_generation < v_row.generation then 'reused'
            else 'invalid' end;
    end if;
    if v_outcome in ('rotated', 'retry') then
        return query
            select v_outcome, v_row.generation, v_row.nonce, v_row.rotated_at, v_row.expires_at, v_row.session_expires_at,
                   s.auth_time, s.auth_methods,
                   array(select o.name from aegis.user_role m
                         join aegis.organization_role o on o.organization_id = m.organization_id and o.id = m.role_id
                         where m.organization_id = s.organization_id and m.user_id = s.user_id order by o.name)
            from aegis.session s
            join aegis."user" u on u.id = s.user_id and u.status = 'active'
            where s.tenant_id = p_tenant_id and s.id = p_session_id and s.ended_at is null
              and (s.organization_id is null
                   or exists (select from aegis.organization g where g.id = s.organization_id and g.status = 'active'));
        if found then
            if v_outcome = 'rotated' then
                perform aegis.append_events(p_events);
            end if;
            return;
        end if;
        v_outcome := 'invalid'; -- the rotation itself stands: a token of an account that is locked stays used up
    end if;
    return query select v_outcome, v_row.generation, null::bytea, null::timestamptz, null::timestamptz,
                        null::timestamptz, null::timestamptz, null::text[], null::text[];
end
$$;

-- Ends one session, if it has not ended yet: its refresh token goes, its access tokens are revoked until p_revoked_until.
-- The deleted row makes a rotation that runs at the same moment wait and then find nothing. Whoever ends sessions locks first
-- the session, then its token. Answers whether it ended it.
create function end_session(p_tenant_id uuid, p_session_id uuid, p_user_id uuid, p_reason text, p_now timestamptz,
                            p_revocation_id uuid, p_revoked_until timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    update aegis.session set ended_at = p_now, end_reason = p_reason
     where tenant_id = p_tenant_id and id = p_session_id and user_id = p_user_id and ended_at is null;
    if not found then
        return false;
    end if;
    delete from aegis.refresh_token where tenant_id = p_tenant_id and session_id = p_session_id and user_id = p_user_id;
    insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
    values (p_revocation_id, 'session', p_session_id, p_now, p_revoked_until);
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Ends every session of a person, in all tenants, with one revocation for all of them. Answers how many there were; the
-- revocation and the events are written even for none, because the caller has told the person that it is so.
create function end_all_sessions(p_user_id uuid, p_reason text, p_now timestamptz, p_revocation_id uuid,
                                 p_revoked_until timestamptz, p_events jsonb) returns int
    language plpgsql
as $$
declare
    v_count int;
begin
    perform from aegis.session where user_id = p_user_id and ended_at is null order by id for update;
    update aegis.session set ended_at = p_now, end_reason = p_reason where user_id = p_user_id and ended_at is null;
    get diagnostics v_count = row_count;
    delete from aegis.refresh_token where user_id = p_user_id;
    insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
    values (p_revocation_id, 'user', p_user_id, p_now, p_revoked_until);
    perform aegis.append_events(p_events);
    return v_count;
end
$$;

-- What `GET /auth/me` tells: the person, the organization, the roles and the session, as they are now. No row when the
-- session has ended.
create function current_session(p_tenant_id uuid, p_session_id uuid, p_user_id uuid)
    returns table (email text, user_status text, email_verified boolean, first_name text, last_name text,
                   user_created_at timestamptz, organization_id uuid, organization_name text, organization_slug text,
                   organization_status text, organization_created_at timestamptz, roles text[], created_at timestamptz,
                   last_used_at timestamptz, expires_at timestamptz, ip inet, user_agent text)
    language sql stable rows 1
as $$
    select u.email, u.status, u.email_verified_at is not null, p.first_name, p.last_name, u.created_at,
           o.id, d.name, o.slug, o.status, o.created_at,
           array(select r.name from aegis.user_role m
                 join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
                 where m.organization_id = s.organization_id and m.user_id = s.user_id order by r.name),
           s.created_at, t.rotated_at, s.expires_at, s.ip, s.user_agent
    from aegis.session s
    join aegis.refresh_token t on t.tenant_id = s.tenant_id and t.session_id = s.id
    join aegis."user" u on u.id = s.user_id
    left join aegis.user_profile p on p.user_id = u.id
    left join aegis.organization o on o.id = s.organization_id
    left join aegis.organization_details d on d.organization_id = o.id
    where s.tenant_id = p_tenant_id and s.id = p_session_id and s.user_id = p_user_id and s.ended_at is null
$$;

revoke all on function open_session(jsonb, jsonb), complete_login(uuid, text, text, jsonb, jsonb, jsonb),
    rotate_refresh_token(uuid, uuid, uuid, int, bytea, bytea, timestamptz, timestamptz, interval, jsonb),
    end_session(uuid, uuid, uuid, text, timestamptz, uuid, timestamptz, jsonb),
    end_all_sessions(uuid, text, timestamptz, uuid, timestamptz, jsonb), current_session(uuid, uuid, uuid) from public;
grant execute on function open_session(jsonb, jsonb), complete_login(uuid, text, text, jsonb, jsonb, jsonb),
    rotate_refresh_token(uuid, uuid, uuid, int, bytea, bytea, timestamptz, timestamptz, interval, jsonb),
    end_session(uuid, uuid, uuid, text, timestamptz, uuid, timestamptz, jsonb),
    end_all_sessions(uuid, text, timestamptz, uuid, timestamptz, jsonb), current_session(uuid, uuid, uuid) to aegis_app;
