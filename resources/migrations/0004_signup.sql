-- Signup and registration: everything or nothing, once for each Idempotency-Key.

-- The answer that a key was given, sealed (it holds tokens), for as long as a client may repeat the call.
create table idempotency_key (
    tenant_id   uuid not null, -- whose call it was; nil: nobody's yet, as a signup
    operation   text not null,
    key_hash    bytea not null check (length(key_hash) = 32),
    fingerprint bytea not null check (length(fingerprint) = 32),
    response    bytea not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    primary key (tenant_id, operation, key_hash)
);
create index idempotency_key_expires on idempotency_key (expires_at);
alter table idempotency_key enable row level security, force row level security;
create policy tenant on idempotency_key
    using (tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)
        or tenant_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
        or tenant_id = '00000000-0000-0000-0000-000000000000');
grant select, insert, update, delete on idempotency_key to aegis_app;

-- Takes the key for this transaction. False when another transaction has committed an answer under it that is still valid;
-- one that is under way is waited for.
create function claim_idempotency_key(p_key jsonb) returns boolean
    language plpgsql
as $$
declare
    v_key aegis.idempotency_key := jsonb_populate_record(null::aegis.idempotency_key, p_key);
begin
    insert into aegis.idempotency_key as k (tenant_id, operation, key_hash, fingerprint, response, created_at, expires_at)
    values (v_key.tenant_id, v_key.operation, v_key.key_hash, v_key.fingerprint, v_key.response, v_key.created_at, v_key.expires_at)
    on conflict (tenant_id, operation, key_hash) do update
        set fingerprint = excluded.fingerprint, response = excluded.response, created_at = excluded.created_at,
            expires_at = excluded.expires_at
        where k.expires_at <= excluded.created_at;
    return found;
end
$$;

-- Stores a person, with an organization of which it becomes the owner unless those rows are null, and its first session.
-- False, and nothing is stored, when the key was used before. The columns are named, so that one that is added later gets its
-- default. A taken e-mail or slug ends in a unique violation.
create function register_person(p_key jsonb, p_organization jsonb, p_details jsonb, p_user jsonb, p_profile jsonb,
                                p_role jsonb, p_membership jsonb, p_session jsonb, p_refresh_token jsonb, p_events jsonb)
    returns boolean
    language plpgsql
as $$
begin
    if p_key is not null and not aegis.claim_idempotency_key(p_key) then
        return false;
    end if;
    if p_organization is not null then
        insert into aegis.organization (id, slug, status, created_at, updated_at)
        select id, slug, status, created_at, updated_at from jsonb_populate_record(null::aegis.organization, p_organization);
        insert into aegis.organization_details (organization_id, name, updated_at)
        select organization_id, name, updated_at from jsonb_populate_record(null::aegis.organization_details, p_details);
    end if;
    insert into aegis."user" (id, email, password_hash, status, managed_by, password_changed_at, created_at, updated_at)
    select id, email, password_hash, status, managed_by, password_changed_at, created_at, updated_at from jsonb_populate_record(null::aegis."user", p_user);
    insert into aegis.user_profile (user_id, first_name, last_name, updated_at)
    select user_id, first_name, last_name, updated_at from jsonb_populate_record(null::aegis.user_profile, p_profile);
    if p_organization is not null then
        insert into aegis.organization_role (organization_id, id, name, system, created_at)
        select organization_id, id, name, system, created_at from jsonb_populate_record(null::aegis.organization_role, p_role);
        insert into aegis.user_role (organization_id, user_id, role_id, created_at)
        select organization_id, user_id, role_id, created_at from jsonb_populate_record(null::aegis.user_role, p_membership);
    end if;
    perform aegis.open_session(p_session, p_refresh_token);
    perform aegis.append_events(p_events);
    return true;
end
$$;

revoke all on function claim_idempotency_key(jsonb),
    register_person(jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb) from public;
grant execute on function claim_idempotency_key(jsonb),
    register_person(jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb) to aegis_app;
