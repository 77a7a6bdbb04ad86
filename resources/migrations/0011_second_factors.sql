-- Second factors: one TOTP secret a person, backup codes, and the logins that wait for one of them.

-- The secret is sealed with the server's encryption key, bound to the person. While activated_at is null it is an enrolment that
-- nobody has confirmed, which protects nothing yet. An attempt counts before its code is looked at, so that a
-- crowd of guesses at the same moment gets no more of them than one after another would.
create table mfa_factor (
    user_id       uuid primary key references "user" (id) on delete cascade,
    kind          text not null check (kind in ('totp')),
    secret_sealed bytea not null,
    created_at    timestamptz not null,
    activated_at  timestamptz,
    last_step     bigint,  -- the newest time step whose code was used: no older one works any more (RFC 6238, 5.2)
    failures      int not null default 0 check (failures >= 0),
    paused_until  timestamptz
);

-- Single-use codes on paper: the SHA-256 of the person and the code. One that was used stays, so that the person sees how many.
create table backup_code (
    user_id    uuid not null references mfa_factor (user_id) on delete cascade,
    code_hash  bytea not null check (length(code_hash) = 32),
    created_at timestamptz not null,
    used_at    timestamptz,
    primary key (user_id, code_hash)
);

-- A login whose password was right. The row goes when it is completed, so it is completed once.
create table mfa_challenge (
    user_id    uuid not null references "user" (id) on delete cascade,
    id         uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (user_id, id)
);
create index mfa_challenge_expires on mfa_challenge (expires_at);

alter table mfa_factor    enable row level security, force row level security;
alter table backup_code   enable row level security, force row level security;
alter table mfa_challenge enable row level security, force row level security;

-- All of it belongs to the person, and to no organization.
create policy person on mfa_factor
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy person on backup_code
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy person on mfa_challenge
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
-- The server's own clearing has no tenant; what has expired is worth nothing.
create policy expired on mfa_challenge for select to aegis_app
    using (expires_at <= now() and (select nullif(current_setting('app.organization_id', true), '') is null
                                       and nullif(current_setting('app.user_id', true), '') is null));
create policy clearing on mfa_challenge for delete to aegis_app
    using (expires_at <= now() and (select nullif(current_setting('app.organization_id', true), '') is null
                                       and nullif(current_setting('app.user_id', true), '') is null));

grant select, insert, update, delete on mfa_factor, backup_code to aegis_app;
grant select, insert, update, delete on mfa_challenge to aegis_app;
grant update (auth_methods, auth_time) on session to aegis_app;

grant select (user_id, activated_at, secret_sealed) on mfa_factor to aegis_definer;

-- Both look past row-level security, and tell ids or yes and no. Whether a person has to show a second factor: a login asks before
-- it is anybody's. Whose secrets do not begin as what the present key seals: the rotation of that key has no tenant. An
-- enrolment that nobody has confirmed does not live long enough to be among them.
set local role aegis_definer;

create function has_second_factor(p_user_id uuid) returns boolean
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return exists (select from mfa_factor f where f.user_id = p_user_id and f.activated_at is not null);
end
$$;

create function factors_sealed_otherwise(p_mark bytea, p_after uuid, p_limit int) returns setof uuid
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return query
        select f.user_id from mfa_factor f
        where f.activated_at is not null and substring(f.secret_sealed from 1 for length(p_mark)) <> p_mark and f.user_id > p_after
        order by f.user_id limit p_limit;
end
$$;

revoke all on function has_second_factor(uuid), factors_sealed_otherwise(bytea, uuid, int) from public;
grant execute on function has_second_factor(uuid), factors_sealed_otherwise(bytea, uuid, int) to aegis_app;

set local role aegis_owner;

-- The database itself opens no session on a password alone for who has a second factor, whatever a function forgets.
create policy with_second_factor on session as restrictive for insert
    with check ('otp' = any (auth_methods) or not has_second_factor(user_id));

-- Counts an attempt to show a second factor, before its code is looked at.
--   attempt  the caller may look: what it needs is in the answer
--   paused   there were too many wrong ones: until paused_until
--   none     there is no such factor: active, or, for p_enrolled_since, an enrolment that was begun since
--   invalid  the challenge (when there is one) is unknown, used, expired, or the account has changed since
-- The attempt that reaches the limit starts the pause; when it is right, use_second_factor() takes that back.
create function begin_second_factor(p_user_id uuid, p_challenge_id uuid, p_enrolled_since timestamptz, p_limit int, p_pause interval,
                                    p_now timestamptz)
    returns table (outcome text, secret_sealed bytea, last_step bigint, failures int, paused_until timestamptz)
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_row aegis.mfa_factor;
begin
    if p_challenge_id is not null and not exists (
        select from aegis.mfa_challenge c
        join aegis."user" u on u.id = c.user_id and u.status = 'active' and u.password_changed_at <= c.created_at
        where c.user_id = p_user_id and c.id = p_challenge_id and c.expires_at > p_now) then
        return query select 'invalid', null::bytea, null::bigint, null::int, null::timestamptz;
        return;
    end if;
    update aegis.mfa_factor f
       set failures = case when f.paused_until is null then f.failures + 1 else 1 end,
           paused_until = case when (case when f.paused_until is null then f.failures + 1 else 1 end) >= p_limit then p_now + p_pause end
     where f.user_id = p_user_id and (f.paused_until is null or f.paused_until <= p_now)
       and case when p_enrolled_since is null then f.activated_at is not null
                else f.activated_at is null and f.created_at >= p_enrolled_since end
    returning f.* into v_row;
    if found then
        return query select 'attempt', v_row.secret_sealed, v_row.last_step, v_row.failures, v_row.paused_until;
        return;
    end if;
    select f.* into v_row from aegis.mfa_factor f where f.user_id = p_user_id and f.paused_until > p_now
       and case when p_enrolled_since is null then f.activated_at is not null
                else f.activated_at is null and f.created_at >= p_enrolled_since end;
    return query select case when v_row.user_id is null then 'none' else 'paused' end, null::bytea, null::bigint, null::int, v_row.paused_until;
end
$$;

-- Uses a time step or a backup code up, for what the caller's transaction does with it; false when that was done before, or by
-- somebody at the same moment, or there is no such code. A success ends the count of failures.
create function use_second_factor(p_user_id uuid, p_step bigint, p_code_hash bytea, p_now timestamptz) returns boolean
    language plpgsql
as $$
begin
    if p_step is not null then
        update aegis.mfa_factor set last_step = p_step, failures = 0, paused_until = null
         where user_id = p_user_id and activated_at is not null and (last_step is null or last_step < p_step);
        return found;
    end if;
    update aegis.backup_code set used_at = p_now where user_id = p_user_id and code_hash = p_code_hash and used_at is null;
    if not found then
        return false;
    end if;
    update aegis.mfa_factor set failures = 0, paused_until = null where user_id = p_user_id and activated_at is not null;
    return found;
end
$$;

-- Ends the login of a person whose password was right. Answers false, and does nothing, when the account has changed since it was
-- looked up: a second factor among it, for then this password is not enough any more.
create or replace function complete_login(p_user_id uuid, p_password_hash text, p_new_password_hash text, p_session jsonb,
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
    -- The lock makes a suspension, a change of the password or the activation of a second factor wait, or this wait for it. Who
    -- is going to update takes the stronger one at once: two logins that both held the weaker one would wait for each other.
    if p_new_password_hash is null then
        perform from aegis."user" where id = p_user_id and status = 'active' and password_hash = p_password_hash for share;
    else
        update aegis."user" set password_hash = p_new_password_hash
         where id = p_user_id and status = 'active' and password_hash = p_password_hash;
    end if;
    if not found then
        return false;
    end if;
    if aegis.has_second_factor(p_user_id) then
        return false;
    end if;
    perform aegis.open_session(p_session, p_refresh_token);
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- The first half of a login with a second factor: the password was right. False, and nothing is stored, as complete_login() has it,
-- and when there is no second factor any more. Challenges of the person that have expired go with it.
create function begin_mfa_login(p_user_id uuid, p_password_hash text, p_new_password_hash text, p_challenge_id uuid,
                                p_now timestamptz, p_expires_at timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    if p_new_password_hash is null then
        perform from aegis."user" where id = p_user_id and status = 'active' and password_hash = p_password_hash for share;
    else
        update aegis."user" set password_hash = p_new_password_hash
         where id = p_user_id and status = 'active' and password_hash = p_password_hash;
    end if;
    if not found or not aegis.has_second_factor(p_user_id) then
        return false;
    end if;
    delete from aegis.mfa_challenge where user_id = p_user_id and expires_at <= p_now;
    insert into aegis.mfa_challenge (user_id, id, created_at, expires_at) values (p_user_id, p_challenge_id, p_now, p_expires_at);
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- The second half: uses challenge and proof up and stores the session, all or nothing.
--   done       it is stored
--   wrong      the code was used before, or there is none such; the challenge stays
--   invalid    the challenge is unknown, used or expired, or the account has changed since
--   changed    the organization that the session was to be in is not the person's any more; nothing is used up
create function complete_mfa_login(p_user_id uuid, p_challenge_id uuid, p_step bigint, p_code_hash bytea, p_session jsonb,
                                   p_refresh_token jsonb, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
begin
    if p_session ->> 'organization_id' is not null and not exists (
        select from aegis.user_role m
        join aegis.organization o on o.id = m.organization_id and o.status = 'active'
        where m.organization_id = (p_session ->> 'organization_id')::uuid and m.user_id = p_user_id) then
        return 'changed';
    end if;
    -- Of two that come together the second one waits here, and then finds no row.
    perform from aegis.mfa_challenge c
      join aegis."user" u on u.id = c.user_id and u.status = 'active' and u.password_changed_at <= c.created_at
     where c.user_id = p_user_id and c.id = p_challenge_id and c.expires_at > p_now for update of c for share of u;
    if not found then
        return 'invalid';
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

-- Begins an enrolment, or takes the place of one that nobody has confirmed; false when a second factor is active. The count of
-- failures stays what it was.
create function enrol_second_factor(p_user_id uuid, p_secret_sealed bytea, p_now timestamptz) returns boolean
    language plpgsql
as $$
begin
    insert into aegis.mfa_factor as f (user_id, kind, secret_sealed, created_at) values (p_user_id, 'totp', p_secret_sealed, p_now)
    on conflict (user_id) do update set secret_sealed = excluded.secret_sealed, created_at = excluded.created_at
        where f.activated_at is null;
    return found;
end
$$;

-- Ends the sessions of a person but one, in all tenants; answers those that it ended. Each gets a revocation under its own id,
-- for a session ends once.
create function end_other_sessions(p_user_id uuid, p_kept uuid, p_reason text, p_now timestamptz, p_revoked_until timestamptz)
    returns setof uuid
    language plpgsql
as $$
begin
    perform from aegis.session where user_id = p_user_id and ended_at is null order by id for update;
    return query
        with ended as (
            update aegis.session s set ended_at = p_now, end_reason = p_reason
             where s.user_id = p_user_id and s.id <> p_kept and s.ended_at is null
            returning s.id)
        insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
        select e.id, 'session', e.id, p_now, p_revoked_until from ended e
        returning subject_id;
    delete from aegis.refresh_token where user_id = p_user_id and session_id <> p_kept;
end
$$;

-- Confirms an enrolment: from now on a password alone opens no session, and those that one has opened end, but for that in
-- which the person has just shown both. Answers false, and does nothing, when the enrolment is another one by now.
create function activate_second_factor(p_user_id uuid, p_secret_sealed bytea, p_step bigint, p_code_hashes bytea[], p_tenant_id uuid,
                                       p_session_id uuid, p_now timestamptz, p_revoked_until timestamptz, p_events jsonb)
    returns table (done boolean, ended uuid[])
    language plpgsql
as $$
declare
    v_ended uuid[];
begin
    -- A login that is being completed holds a share of this row: its session is seen and ended, or it sees the second factor.
    perform from aegis."user" where id = p_user_id for no key update;
    update aegis.mfa_factor set activated_at = p_now, last_step = p_step, failures = 0, paused_until = null
     where user_id = p_user_id and activated_at is null and secret_sealed = p_secret_sealed;
    if not found then
        return query select false, '{}'::uuid[];
        return;
    end if;
    insert into aegis.backup_code (user_id, code_hash, created_at) select p_user_id, h, p_now from unnest(p_code_hashes) h;
    update aegis.session set auth_methods = auth_methods || array['otp']
     where tenant_id = p_tenant_id and id = p_session_id and user_id = p_user_id and not 'otp' = any (auth_methods);
    v_ended := array(select e from aegis.end_other_sessions(p_user_id, p_session_id, 'revoked', p_now, p_revoked_until) e);
    perform aegis.append_events(p_events);
    return query select true, v_ended;
end
$$;

-- Takes the second factor of a person away, with its backup codes; false when the proof was used before.
create function remove_second_factor(p_user_id uuid, p_step bigint, p_code_hash bytea, p_now timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    if not aegis.use_second_factor(p_user_id, p_step, p_code_hash, p_now) then
        return false;
    end if;
    delete from aegis.mfa_factor where user_id = p_user_id;
    delete from aegis.mfa_challenge where user_id = p_user_id;
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Gives a person another set of backup codes; none of the old ones works any more. False when the proof was used before.
create function replace_backup_codes(p_user_id uuid, p_step bigint, p_code_hash bytea, p_code_hashes bytea[], p_now timestamptz,
                                     p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    if not aegis.use_second_factor(p_user_id, p_step, p_code_hash, p_now) then
        return false;
    end if;
    delete from aegis.backup_code where user_id = p_user_id;
    insert into aegis.backup_code (user_id, code_hash, created_at) select p_user_id, h, p_now from unnest(p_code_hashes) h;
    perform aegis.append_events(p_events);
    return true;
end
$$;

revoke all on function begin_second_factor(uuid, uuid, timestamptz, int, interval, timestamptz),
    use_second_factor(uuid, bigint, bytea, timestamptz),
    begin_mfa_login(uuid, text, text, uuid, timestamptz, timestamptz, jsonb),
    complete_mfa_login(uuid, uuid, bigint, bytea, jsonb, jsonb, timestamptz, jsonb), enrol_second_factor(uuid, bytea, timestamptz),
    end_other_sessions(uuid, uuid, text, timestamptz, timestamptz),
    activate_second_factor(uuid, bytea, bigint, bytea[], uuid, uuid, timestamptz, timestamptz, jsonb),
    remove_second_factor(uuid, bigint, bytea, timestamptz, jsonb),
    replace_backup_codes(uuid, bigint, bytea, bytea[], timestamptz, jsonb) from public;
grant execute on function begin_second_factor(uuid, uuid, timestamptz, int, interval, timestamptz),
    use_second_factor(uuid, bigint, bytea, timestamptz),
    begin_mfa_login(uuid, text, text, uuid, timestamptz, timestamptz, jsonb),
    complete_mfa_login(uuid, uuid, bigint, bytea, jsonb, jsonb, timestamptz, jsonb), enrol_second_factor(uuid, bytea, timestamptz),
    end_other_sessions(uuid, uuid, text, timestamptz, timestamptz),
    activate_second_factor(uuid, bytea, bigint, bytea[], uuid, uuid, timestamptz, timestamptz, jsonb),
    remove_second_factor(uuid, bigint, bytea, timestamptz, jsonb),
    replace_backup_codes(uuid, bigint, bytea, bytea[], timestamptz, jsonb) to aegis_app;
