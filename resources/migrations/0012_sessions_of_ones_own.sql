-- Sessions of one's own: proving again who one is, and the end of those that nobody uses.

-- Proves again, in an open session, who its person is.
--   done       auth_time and auth_methods of the session are new; the answer has what an access token is made of
--   wrong      the second factor was used before, or there is none such
--   changed    the account has changed since it was looked up; a second factor that is missing among it
--   ended      the session has ended, or could not be refreshed either: nobody gets by this what a refresh refuses
create function reauthenticate_session(p_tenant_id uuid, p_session_id uuid, p_user_id uuid, p_password_hash text, p_step bigint,
                                       p_code_hash bytea, p_methods text[], p_now timestamptz, p_events jsonb)
    returns table (outcome text, roles text[], session_expires_at timestamptz)
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_row aegis.session;
begin
    perform from aegis."user" where id = p_user_id and status = 'active' and password_hash = p_password_hash for share;
    if not found or (p_step is null and p_code_hash is null and aegis.has_second_factor(p_user_id)) then
        return query select 'changed', null::text[], null::timestamptz;
        return;
    end if;
    select s.* into v_row from aegis.session s
     where s.tenant_id = p_tenant_id and s.id = p_session_id and s.user_id = p_user_id and s.ended_at is null and s.expires_at > p_now
       and aegis.is_session_usable(s.tenant_id, s.id)
       and exists (select from aegis.refresh_token r where r.tenant_id = s.tenant_id and r.session_id = s.id and r.expires_at > p_now)
       for update;
    if not found then
        return query select 'ended', null::text[], null::timestamptz;
        return;
    end if;
    if (p_step is not null or p_code_hash is not null) and not aegis.use_second_factor(p_user_id, p_step, p_code_hash, p_now) then
        return query select 'wrong', null::text[], null::timestamptz;
        return;
    end if;
    update aegis.session s set auth_time = p_now, auth_methods = p_methods where s.tenant_id = p_tenant_id and s.id = p_session_id;
    perform aegis.append_events(p_events);
    return query select 'done',
        array(select o.name from aegis.user_role m
              join aegis.organization_role o on o.organization_id = m.organization_id and o.id = m.role_id
              where m.organization_id = v_row.organization_id and m.user_id = p_user_id order by o.name),
        v_row.expires_at;
end
$$;

-- Which background work some instance has in hand, and until when: an instance that is killed loses it by time.
create table job_lease (
    name       text primary key,
    holder     uuid not null,
    held_until timestamptz not null
);
alter table job_lease enable row level security, force row level security;
create policy every_instance on job_lease to aegis_app using (true); -- no tenant's
grant select, insert, update on job_lease to aegis_app;

-- Takes the lease, or renews it; false while another instance has it.
create function claim_job(p_name text, p_holder uuid, p_now timestamptz, p_held_until timestamptz) returns boolean
    language plpgsql
as $$
begin
    insert into aegis.job_lease as l (name, holder, held_until) values (p_name, p_holder, p_held_until)
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
        where l.holder = excluded.holder or l.held_until <= p_now;
    return found;
end
$$;

create index session_ended on session (ended_at) where ended_at is not null;

-- What the server's own housekeeping has to find whosever it is. Both only tell whose it is and when it ended or was used; what
-- is done about it is done in the tenant. Pages go by the key, so that each row is looked at once.
grant select on session, refresh_token to aegis_definer;

set local role aegis_definer;

create function expired_sessions(p_now timestamptz, p_after_tenant uuid, p_after_session uuid, p_limit int)
    returns table (tenant_id uuid, id uuid, user_id uuid, organization_id uuid, is_absolute boolean, last_used_at timestamptz)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select t.tenant_id, t.session_id, t.user_id, s.organization_id, t.session_expires_at <= p_now, t.rotated_at
    from refresh_token t
    join session s on s.tenant_id = t.tenant_id and s.id = t.session_id and s.ended_at is null
    where (t.tenant_id, t.session_id) > (p_after_tenant, p_after_session) and t.expires_at <= p_now
    order by t.tenant_id, t.session_id
    limit p_limit;
end
$$;

create function dead_sessions(p_ended_before timestamptz, p_limit int)
    returns table (tenant_id uuid, id uuid, user_id uuid, organization_id uuid)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select s.tenant_id, s.id, s.user_id, s.organization_id from session s where s.ended_at <= p_ended_before order by s.ended_at limit p_limit;
end
$$;

revoke all on function expired_sessions(timestamptz, uuid, uuid, int), dead_sessions(timestamptz, int) from public;
grant execute on function expired_sessions(timestamptz, uuid, uuid, int), dead_sessions(timestamptz, int) to aegis_app;

set local role aegis_owner;

-- Ends those of a tenant's sessions that have expired and have not ended; the events of the others are not written. Access tokens of
-- one that was used shortly before (SESSION_IDLE_LIFETIME may be shorter than they live) are revoked. Answers how many it ended.
create function expire_sessions(p_tenant_id uuid, p_session_ids uuid[], p_now timestamptz, p_access_lifetime interval, p_events jsonb)
    returns int
    language plpgsql
as $$
declare
    v_ended uuid[];
begin
    -- First the session, then its token, as everywhere. A rotation that is under way is waited for, and then its session lives on.
    perform from aegis.session where tenant_id = p_tenant_id and id = any (p_session_ids) and ended_at is null order by id for update;
    perform from aegis.refresh_token where tenant_id = p_tenant_id and session_id = any (p_session_ids) order by session_id for update;
    with ended as (
        update aegis.session s set ended_at = p_now, end_reason = 'expired'
          from aegis.refresh_token t
         where s.tenant_id = p_tenant_id and s.id = any (p_session_ids) and s.ended_at is null
           and t.tenant_id = s.tenant_id and t.session_id = s.id and t.expires_at <= p_now
        returning s.id, greatest(t.rotated_at, s.auth_time) + p_access_lifetime as access_ends),
    revoked as (
        insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
        select e.id, 'session', e.id, p_now, e.access_ends from ended e where e.access_ends > p_now)
    select coalesce(array_agg(e.id), '{}') into v_ended from ended e;
    delete from aegis.refresh_token where tenant_id = p_tenant_id and session_id = any (v_ended);
    perform aegis.append_events(coalesce((
        select jsonb_agg(e.event order by e.place) from jsonb_array_elements(p_events) with ordinality as e (event, place)
        where (e.event ->> 'subject')::uuid = any (v_ended)), '[]'));
    return cardinality(v_ended);
end
$$;

-- Only what has ended may be deleted.
create policy ended_only on session as restrictive for delete using (ended_at is not null);
grant delete on session to aegis_app;

revoke all on function reauthenticate_session(uuid, uuid, uuid, text, bigint, bytea, text[], timestamptz, jsonb),
    claim_job(text, uuid, timestamptz, timestamptz), expire_sessions(uuid, uuid[], timestamptz, interval, jsonb) from public;
grant execute on function reauthenticate_session(uuid, uuid, uuid, text, bigint, bytea, text[], timestamptz, jsonb),
    claim_job(text, uuid, timestamptz, timestamptz), expire_sessions(uuid, uuid[], timestamptz, interval, jsonb) to aegis_app;
