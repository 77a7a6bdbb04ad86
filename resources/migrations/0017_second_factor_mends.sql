-- Second factors: backup codes apart from the pause of the app's codes, and no enrolment that outlives its session.

-- How many backup codes were tried with this half of a login.
alter table mfa_challenge add column backup_codes_tried int not null default 0 check (backup_codes_tried >= 0);

-- Counts an attempt to show a backup code, before it is looked for. The count is that of the half login, and of nobody else: whoever
-- knows the password could use up one of the person's, and keep the owner out. The codes have 80 random bits.
--   attempt  the caller may look
--   none     there is no active factor
--   invalid  the challenge (when there is one) is unknown, used, expired, has seen p_limit backup codes, or the account has
--            changed since
create function begin_backup_code(p_user_id uuid, p_challenge_id uuid, p_limit int, p_now timestamptz)
    returns table (outcome text, tried int)
    language plpgsql
as $$
begin
    if p_challenge_id is not null then
        return query
            update aegis.mfa_challenge c set backup_codes_tried = c.backup_codes_tried + 1
              from aegis."user" u
             where c.user_id = p_user_id and c.id = p_challenge_id and c.expires_at > p_now and c.backup_codes_tried < p_limit
               and u.id = c.user_id and u.status = 'active' and u.password_changed_at <= c.created_at
            returning 'attempt', c.backup_codes_tried;
        if not found then
            return query select 'invalid', null::int;
        end if;
    elsif exists (select from aegis.mfa_factor f where f.user_id = p_user_id and f.activated_at is not null) then
        return query select 'attempt', null::int;
    else
        return query select 'none', null::int;
    end if;
end
$$;

-- Confirms an enrolment: from now on a password alone opens no session, and those that one has opened end, but for that in
-- which the person has just shown both. Answers false, and does nothing, when the enrolment is another one by now, or the session
-- has ended: what ends all sessions locks the person as this does, so no call of a thief's that is on its way outlives it.
create or replace function activate_second_factor(p_user_id uuid, p_secret_sealed bytea, p_step bigint, p_code_hashes bytea[],
                                                  p_tenant_id uuid, p_session_id uuid, p_now timestamptz, p_revoked_until timestamptz,
                                                  p_events jsonb)
    returns table (done boolean, ended uuid[])
    language plpgsql
as $$
declare
    v_ended uuid[];
begin
    -- A login that is being completed holds a share of this row: its session is seen and ended, or it sees the second factor.
    perform from aegis."user" where id = p_user_id for no key update;
    update aegis.mfa_factor set activated_at = p_now, last_step = p_step, failures = 0, paused_until = null
     where user_id = p_user_id and activated_at is null and secret_sealed = p_secret_sealed
       and exists (select from aegis.session s
                   where s.tenant_id = p_tenant_id and s.id = p_session_id and s.user_id = p_user_id and s.ended_at is null);
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

revoke all on function begin_backup_code(uuid, uuid, int, timestamptz) from public;
grant execute on function begin_backup_code(uuid, uuid, int, timestamptz) to aegis_app;
