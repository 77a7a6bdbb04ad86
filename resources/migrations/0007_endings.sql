-- Sessions that end together, and the end of all of them when the clock was set back.

-- Ends some sessions of a person in one go, all or none: each as end_session() does. Of the events those are written that are about
-- a session that it ended, and those that are about none; when all had ended before, nothing is. Answers how many it ended. The
-- order of the ids keeps two calls about the same sessions from waiting for each other.
create function end_sessions(p_user_id uuid, p_tenant_ids uuid[], p_session_ids uuid[], p_revocation_ids uuid[], p_reason text,
                             p_now timestamptz, p_revoked_until timestamptz, p_events jsonb) returns int
    language plpgsql
as $$
declare
    v_one record;
    v_ended uuid[] := '{}';
begin
    for v_one in
        select tenant_id, session_id, revocation_id
        from unnest(p_tenant_ids, p_session_ids, p_revocation_ids) as s (tenant_id, session_id, revocation_id)
        order by session_id
    loop
        if aegis.end_session(v_one.tenant_id, v_one.session_id, p_user_id, p_reason, p_now, v_one.revocation_id, p_revoked_until, '[]') then
            v_ended := v_ended || v_one.session_id;
        end if;
    end loop;
    if cardinality(v_ended) > 0 then
        perform aegis.append_events((
            select jsonb_agg(e.event order by e.place)
            from jsonb_array_elements(p_events) with ordinality as e (event, place)
            where e.event ->> 'type' <> 'RefreshTokenRevoked' or (e.event ->> 'subject')::uuid = any (v_ended)));
    end if;
    return cardinality(v_ended);
end
$$;

-- Ends every session of a person, in all tenants, with one revocation for all that were opened before p_now. A session whose id
-- says that it was opened later (a clock was set back, or another server's is ahead) gets one of its own: moving the common one
-- into the future would refuse the sessions that the person opens next. Answers those sessions. The revocation and the events are
-- written even when there is no session, because the caller has told the person that it is so.
--
-- Takes the place of end_all_sessions(), which stays for servers of the version before.
create function end_every_session(p_user_id uuid, p_reason text, p_now timestamptz, p_revocation_id uuid,
                                  p_revoked_until timestamptz, p_events jsonb) returns setof uuid
    language plpgsql
as $$
begin
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

revoke all on function end_sessions(uuid, uuid[], uuid[], uuid[], text, timestamptz, timestamptz, jsonb),
    end_every_session(uuid, text, timestamptz, uuid, timestamptz, jsonb) from public;
grant execute on function end_sessions(uuid, uuid[], uuid[], uuid[], text, timestamptz, timestamptz, jsonb),
    end_every_session(uuid, text, timestamptz, uuid, timestamptz, jsonb), uuid7_floor(timestamptz) to aegis_app;
