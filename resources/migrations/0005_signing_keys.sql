-- The keys that sign access tokens. The private part is sealed with the server's encryption key, which the database never
-- sees; the public part is what the JWKS publishes.
create table signing_key (
    kid              text primary key,
    algorithm        text not null check (algorithm in ('ES256', 'EdDSA', 'RS256')),
    private_sealed   bytea not null,
    public_jwk       jsonb not null,
    created_at       timestamptz not null,
    signs_from       timestamptz not null, -- published before it signs
    signs_until      timestamptz,          -- null: until another one takes over
    verifies_until   timestamptz           -- null: for as long as it signs
);
alter table signing_key enable row level security, force row level security;
create policy every_instance on signing_key to aegis_app using (true); -- no tenant's
grant select, insert, update on signing_key to aegis_app;
