-- Programs that ask about tokens and revoke them, and signing keys that go when they are good for nothing any more.

-- Credentials that an operator has made for a program (a resource server). They belong to the platform, and are looked up before
-- anybody's tenant is known. secret_hash is a MAC under a key that the database never sees, so writing here makes no client.
create table client (
    id              uuid primary key,
    name            text not null check (length(name) between 1 and 100),
    -- Whose tokens alone it may ask about; null: everybody's. So it goes with its organization, and never becomes everybody's.
    organization_id uuid references organization (id) on delete cascade,
    secret_hash     bytea not null check (length(secret_hash) = 32),
    created_at      timestamptz not null,
    revoked_at      timestamptz
);
create unique index client_name_key on client (name) where revoked_at is null;
alter table client enable row level security, force row level security;
create policy every_instance on client to aegis_app using (true); -- no tenant's
grant select, insert, update (revoked_at) on client to aegis_app;

-- Revokes one access token, by its id, until it has expired. Answers whether it did; when it was revoked before nothing is written.
-- A token is revoked once, so its id serves as that of its revocation.
create function revoke_access_token(p_token_id uuid, p_now timestamptz, p_revoked_until timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
    values (p_token_id, 'token', p_token_id, p_now, p_revoked_until)
    on conflict (id) do nothing;
    if not found then
        return false;
    end if;
    perform aegis.append_events(p_events);
    return true;
end
$$;
revoke all on function revoke_access_token(uuid, timestamptz, timestamptz, jsonb) from public;
grant execute on function revoke_access_token(uuid, timestamptz, timestamptz, jsonb) to aegis_app;

-- A key whose last token has expired is deleted, private part and all.
grant delete on signing_key to aegis_app;

set local role aegis_definer;

-- The id of the organization that has a slug, for the operator who makes a client for it: across all tenants, and no more than that.
create function organization_of_slug(p_slug text) returns uuid
    language sql stable security definer set search_path = aegis, pg_temp
as $$
    select id from organization where slug = p_slug
$$;
revoke all on function organization_of_slug(text) from public;
grant execute on function organization_of_slug(text) to aegis_app;

set local role aegis_owner;
