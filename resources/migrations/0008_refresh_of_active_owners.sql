-- A refresh that is refused uses nothing up; what is asked often has an index; and what is nobody's to see is cleared away.

-- Whether a session is still open, and its person and its organization are active.
create function is_session_usable(p_tenant_id uuid, p_session_id uuid) returns boolean
    language plpgsql stable
as $$
begin
    return exists (
        select from aegis.session s
        join aegis."user" u on u.id = s.user_id and u.status = 'active'
        where s.tenant_id = p_tenant_id and s.id = p_session_id and s.ended_at is null
          and (s.organization_id is null
               or exists (select from aegis.organization g where g.id = s.organization_id and g.status = 'active')));
end
$$;

-- Rotates a refresh token, in one round trip.
--   rotated  the token was the current one; the new one is stored
--   retry    it is the direct parent of the current one and was rotated less than p_grace ago: two tabs, a lost answer.
--            Nothing is stored; the caller derives the current token again from what is returned
--   reused   it was rotated before: somebody has a copy. Nothing is stored; the caller ends the session
--   invalid  anything else: ended, expired, unknown, or the account or the organization is not active. Nothing is stored: the
--            token works again once they are, and waiting for that is no theft
create or replace function rotate_refresh_token(p_tenant_id uuid, p_session_id uuid, p_user_id uuid, p_generation int, p_hash bytea,
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
       and aegis.is_session_usable(p_tenant_id, p_session_id)
    returning r.* into v_row;
    if not found then
        select r.* into v_row from aegis.refresh_token r
         where r.tenant_id = p_tenant_id and r.session_id = p_session_id and r.user_id = p_user_id;
        v_outcome := case
            when not found or v_row.expires_at <= p_now or not aegis.is_session_usable(p_tenant_id, p_session_id) then 'invalid'
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
            where s.tenant_id = p_tenant_id and s.id = p_session_id;
        if v_outcome = 'rotated' then
            perform aegis.append_events(p_events);
        end if;
        return;
    end if;
    return query select v_outcome, v_row.generation, null::bytea, null::timestamptz, null::timestamptz,
                        null::timestamptz, null::timestamptz, null::text[], null::text[];
end
$$;

-- An instance whose feed is late asks for each request whether its token was revoked, and whether there is a revocation that only
-- a newer server understands.
create index revocation_subject on revocation (subject_id);
create index revocation_of_unknown_kind on revocation (expires_at) where kind not in ('session', 'token', 'user', 'organization');

-- The server's own clearing has no tenant: what has expired it may find and delete, whosever it was. It is sealed, and no longer
-- worth anything.
create policy expired on idempotency_key for select to aegis_app using (expires_at <= now());
create policy clearing on idempotency_key for delete to aegis_app using (expires_at <= now());

revoke all on function is_session_usable(uuid, uuid) from public;
grant execute on function is_session_usable(uuid, uuid) to aegis_app;
