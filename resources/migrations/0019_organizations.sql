-- Organizations and their members as administrators change them.

grant delete on user_role to aegis_app;
grant update (permissions) on organization_role to aegis_app;

-- 0016 lets only organizations that wait be deleted, with their roles; a role of an organization's own may go while nobody has it.
drop policy pending_only on organization_role;
create policy pending_or_own on organization_role as restrictive for delete
    using (not system or exists (select from organization o where o.id = organization_id and o.status = 'pending'));

-- Looks, before an organization is changed in a transaction of its own, whether it is there and is what was looked at; locks it.
create function begin_organization_change(p_organization_id uuid, p_version int) returns text
    language plpgsql
as $$
declare
    v_version int;
begin
    select version into v_version from aegis.organization where id = p_organization_id for no key update;
    return case when not found then 'not_found' when p_version <> v_version then 'stale' else 'may' end;
end
$$;

-- Its name and slug. A taken slug ends in a unique violation.
create function change_organization(p_organization_id uuid, p_version int, p_name text, p_slug text, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_outcome text := aegis.begin_organization_change(p_organization_id, p_version);
begin
    if v_outcome <> 'may' then
        return v_outcome;
    end if;
    update aegis.organization set slug = p_slug, version = version + 1, updated_at = p_now where id = p_organization_id;
    update aegis.organization_details set name = p_name, updated_at = p_now where organization_id = p_organization_id;
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Suspends, deletes, reactivates or restores it. Access in it ends at once where p_to is not 'active'; its sessions stay, and can be refreshed
-- again when it is. later has those that the revocation does not speak of, because by their ids they were opened later (see
-- end_every_session).
create function change_organization_status(p_organization_id uuid, p_version int, p_from text[], p_to text, p_deleted_after timestamptz,
                                           p_now timestamptz, p_revocation_id uuid, p_revoked_until timestamptz, p_events jsonb)
    returns table (outcome text, later uuid[])
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_outcome text := aegis.begin_organization_change(p_organization_id, p_version);
    v_later uuid[] := '{}';
begin
    if v_outcome = 'may' then
        update aegis.organization o
           set status = case when o.status = 'deleted' then coalesce(o.status_before, p_to) else p_to end,
               status_before = case when p_to = 'deleted' then o.status end,
               deleted_at = case when p_to = 'deleted' then p_now end, updated_at = p_now
         where o.id = p_organization_id and o.status = any (p_from)
           and (p_deleted_after is null or o.deleted_at is null or o.deleted_at > p_deleted_after);
        v_outcome := case when found then 'done' else 'unchanged' end;
    end if;
    if v_outcome = 'done' then
        if p_to <> 'active' then
            insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
            values (p_revocation_id, 'organization', p_organization_id, p_now, p_revoked_until);
            with late as (
                insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
                select s.id, 'session', s.id, p_now, p_revoked_until from aegis.session s
                where s.tenant_id = p_organization_id and s.ended_at is null and s.id >= aegis.uuid7_floor(p_now)
                on conflict (id) do nothing
                returning subject_id)
            select coalesce(array_agg(l.subject_id), '{}') into v_later from late l;
        end if;
        perform aegis.append_events(p_events);
    end if;
    return query select v_outcome, v_later;
end
$$;

-- The id of a role of the transaction's organization; null: there is none. A built-in one that it has not used yet is made, with p_new_id.
create function ensure_role(p_role text, p_built_in boolean, p_new_id uuid, p_now timestamptz) returns uuid
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
    v_role_id uuid;
begin
    if p_built_in then
        insert into aegis.organization_role (organization_id, id, name, system, created_at)
        values (v_organization_id, p_new_id, p_role, true, p_now) on conflict (organization_id, name) do nothing;
    end if;
    select id into v_role_id from aegis.organization_role where organization_id = v_organization_id and name = p_role for key share;
    return v_role_id;
end
$$;

-- Gives a role in the transaction's organization: done, unchanged (the person has it), or not_found (it does not know the person).
create function grant_role(p_user_id uuid, p_role_id uuid, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
begin
    if not aegis.tenant_knows(p_user_id) then
        return 'not_found';
    end if;
    insert into aegis.user_role (organization_id, user_id, role_id, created_at)
    values (nullif(current_setting('app.organization_id', true), '')::uuid, p_user_id, p_role_id, p_now) on conflict do nothing;
    if not found then
        return 'unchanged';
    end if;
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Takes a role (all, when p_role is null) from a member of the transaction's organization.
--   done, left (it was the last one: the person is no member any more), unchanged (has it not), last_owner
create function revoke_role(p_user_id uuid, p_role text, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
    perform pg_advisory_xact_lock(hashtextextended('aegis.member.' || v_organization_id || p_user_id, 0)); -- see may_open_session
    if (p_role is null or p_role = 'ORGANIZATION_OWNER') and aegis.is_last_owner(p_user_id, v_organization_id) then
        return 'last_owner';
    end if;
    delete from aegis.user_role m using aegis.organization_role r
     where m.organization_id = v_organization_id and m.user_id = p_user_id
       and r.organization_id = m.organization_id and r.id = m.role_id and (p_role is null or r.name = p_role);
    if not found then
        return 'unchanged';
    end if;
    perform aegis.append_events(p_events);
    return case when exists (select from aegis.user_role m where m.organization_id = v_organization_id and m.user_id = p_user_id)
                then 'done' else 'left' end;
end
$$;

revoke all on function begin_organization_change(uuid, int), change_organization(uuid, int, text, text, timestamptz, jsonb),
    change_organization_status(uuid, int, text[], text, timestamptz, timestamptz, uuid, timestamptz, jsonb),
    ensure_role(text, boolean, uuid, timestamptz), grant_role(uuid, uuid, timestamptz, jsonb), revoke_role(uuid, text, jsonb) from public;
grant execute on function begin_organization_change(uuid, int), change_organization(uuid, int, text, text, timestamptz, jsonb),
    change_organization_status(uuid, int, text[], text, timestamptz, timestamptz, uuid, timestamptz, jsonb),
    ensure_role(text, boolean, uuid, timestamptz), grant_role(uuid, uuid, timestamptz, jsonb), revoke_role(uuid, text, jsonb) to aegis_app;
