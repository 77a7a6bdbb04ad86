-- What failed logins lead to in the database; revocations that announce themselves; what stored passwords cost.

-- With LOCKOUT=strict failed logins lock an account until then; null while an administrator has locked it, or nobody.
alter table "user" add column locked_until timestamptz;
create index user_locked_until on "user" (locked_until) where locked_until is not null;

-- Locks an account that is active, in a transaction of its person, and ends all its sessions as end_every_session() does: whoever
-- has guessed may have got in. Answers whether it did, and the sessions that were opened later by their ids. An account that is not
-- active stays as it is, and nothing is written.
create function lock_account(p_user_id uuid, p_until timestamptz, p_now timestamptz, p_revocation_id uuid, p_revoked_until timestamptz,
                             p_events jsonb)
    returns table (locked boolean, later uuid[])
    language plpgsql
as $$
begin
    update aegis."user" set status = 'locked', locked_until = p_until, updated_at = p_now
     where id = p_user_id and status = 'active';
    if not found then
        return query select false, '{}'::uuid[];
        return;
    end if;
    return query
        select true, array(select aegis.end_every_session(p_user_id, 'revoked', p_now, p_revocation_id, p_revoked_until, p_events));
end
$$;

-- Ends the lock of an account, in a transaction of its person: when its time is over, or at once by the organization of the
-- transaction if it manages the account. Answers its e-mail address; nothing, and nothing is written, when there is no such lock.
create function unlock_account(p_user_id uuid, p_by_administrator boolean, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_email text;
begin
    if p_by_administrator and not aegis.tenant_manages(p_user_id) then
        return null;
    end if;
    update aegis."user" set status = 'active', locked_until = null, updated_at = p_now
     where id = p_user_id and status = 'locked' and (p_by_administrator or locked_until <= p_now)
    returning email into v_email;
    if v_email is not null then
        perform aegis.append_events(p_events);
    end if;
    return v_email;
end
$$;

-- Every instance that listens asks for revocations at once; the poll, which goes on, finds them all the same. Only revocations
-- notify: NOTIFY in every transaction would cost most of the throughput.
create function announce_revocation() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('aegis_revocation', '');
    return null;
end
$$;
create trigger announce after insert on revocation for each statement execute function announce_revocation();

set local role aegis_definer;

-- Accounts whose lock is over: across all tenants, and no more than their ids.
create function expired_locks(p_now timestamptz, p_most int) returns setof uuid
    language sql stable security definer set search_path = aegis, pg_temp
as $$
    select id from "user" where locked_until <= p_now and status = 'locked' order by locked_until limit p_most
$$;

-- How many accounts have a password of which algorithm and cost (the beginning of the hash; null: none that can be used), of about
-- a hundred thousand at most. Across all tenants; it tells nothing about any account.
create function password_costs() returns table (beginning text, accounts bigint)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
declare
    v_rows real := (select c.reltuples from pg_class c where c.oid = 'aegis."user"'::regclass);
    v_sample text := '';
begin
    if v_rows > 100000 then
        v_sample := format('tablesample system (%s)', round((100000 * 100 / v_rows)::numeric, 4));
    end if;
    return query execute format(
        'select substring(password_hash from %L), count(*) from "user" %s where password_hash is not null group by 1',
        '^(?:\$argon2id\$v=19\$m=[0-9]{1,9},t=[0-9]{1,9},p=[0-9]{1,9}\$|\$2[aby]\$[0-9][0-9]\$)', v_sample);
end
$$;
revoke all on function expired_locks(timestamptz, int), password_costs() from public;
grant execute on function expired_locks(timestamptz, int), password_costs() to aegis_app;

set local role aegis_owner;

revoke all on function lock_account(uuid, timestamptz, timestamptz, uuid, timestamptz, jsonb),
    unlock_account(uuid, boolean, timestamptz, jsonb), announce_revocation() from public;
grant execute on function lock_account(uuid, timestamptz, timestamptz, uuid, timestamptz, jsonb),
    unlock_account(uuid, boolean, timestamptz, jsonb) to aegis_app;
