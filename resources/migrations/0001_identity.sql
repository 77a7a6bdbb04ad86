-- Who there is: organizations, people, and what a person is in an organization.
--
-- Row-level security is forced on every table, so not even the owner sees another tenant's rows. Two settings of the
-- transaction say who asks: app.organization_id and app.user_id; unset, nothing is seen. The scalar subselects are
-- evaluated once a statement.

create table organization (
    id         uuid primary key,
    slug       text not null,
    status     text not null check (status in ('active', 'suspended', 'deleted')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint organization_slug_key unique (slug),
    constraint organization_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 3 and 63)
);

create table organization_details (
    organization_id uuid primary key references organization (id),
    name            text not null check (length(name) between 1 and 200),
    updated_at      timestamptz not null
);

-- One identity, in any number of organizations. managed_by is the organization that signed it up or created it.
-- The e-mail is stored as it is compared: normalised and in lower case.
create table "user" (
    id                  uuid primary key,
    email               text not null check (length(email) between 3 and 254),
    password_hash       text,
    status              text not null check (status in ('active', 'suspended', 'locked')),
    managed_by          uuid references organization (id),
    email_verified_at   timestamptz,
    password_changed_at timestamptz not null,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    constraint user_email_key unique (email)
);

create table user_profile (
    user_id    uuid primary key references "user" (id) on delete cascade,
    first_name text check (length(first_name) between 1 and 100),
    last_name  text check (length(last_name) between 1 and 100),
    updated_at timestamptz not null
);

create table organization_role (
    organization_id uuid not null references organization (id),
    id              uuid not null,
    name            text not null check (name ~ '^[A-Z][A-Z0-9_]{1,62}$'),
    system          boolean not null,
    created_at      timestamptz not null,
    primary key (organization_id, id),
    constraint organization_role_name_key unique (organization_id, name)
);

create table user_role (
    organization_id uuid not null references organization (id),
    user_id         uuid not null references "user" (id) on delete cascade,
    role_id         uuid not null,
    created_at      timestamptz not null,
    primary key (organization_id, user_id, role_id),
    foreign key (organization_id, role_id) references organization_role (organization_id, id)
);
create index user_role_user on user_role (user_id, organization_id);

alter table organization         enable row level security, force row level security;
alter table organization_details enable row level security, force row level security;
alter table "user"               enable row level security, force row level security;
alter table user_profile         enable row level security, force row level security;
alter table organization_role    enable row level security, force row level security;
alter table user_role            enable row level security, force row level security;

-- What belongs to an organization is visible in that organization.
create policy tenant on organization
    using (id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
create policy tenant on organization_details
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
create policy tenant on organization_role
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));

-- A membership belongs to the organization and is visible to the person as well.
create policy tenant on user_role
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
create policy person on user_role for select
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

-- What belongs to a person is visible to that person and to the organizations it is a member of.
create policy person on "user"
    using (id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy member on "user" for select
    using (exists (select from user_role m
                   where m.user_id = "user".id
                     and m.organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)));
create policy person on user_profile
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy member on user_profile for select
    using (exists (select from user_role m
                   where m.user_id = user_profile.user_id
                     and m.organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)));

grant select, insert, update on organization, organization_details, "user", user_profile to aegis_app;
grant select, insert on organization_role, user_role to aegis_app;

-- What must look across tenants, and no more than its question: which account an e-mail belongs to, and which slugs are
-- taken. Owned by a role that bypasses row-level security and cannot log in.
grant select on organization, organization_details, "user", user_profile, organization_role, user_role to aegis_definer;

set local role aegis_definer;

-- In PL/pgSQL because that keeps the plan: a function in SQL that cannot be inlined is planned anew at each login.
create function login_lookup(p_email text)
    returns table (user_id uuid, email text, password_hash text, user_status text, email_verified boolean,
                   first_name text, last_name text, user_created_at timestamptz,
                   organization_id uuid, organization_name text, organization_slug text, organization_status text,
                   organization_created_at timestamptz, roles text[])
    language plpgsql stable security definer set search_path = aegis, pg_temp rows 1
as $$
#variable_conflict use_column
begin
    return query
    select u.id, u.email, u.password_hash, u.status, u.email_verified_at is not null,
           p.first_name, p.last_name, u.created_at,
           o.id, o.name, o.slug, o.status, o.created_at,
           array(select r.name from user_role m
                 join organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
                 where m.organization_id = o.id and m.user_id = u.id order by r.name)
    from "user" u
    left join user_profile p on p.user_id = u.id
    -- The organization that the session will be in: of the active ones the one joined first.
    left join lateral (
        select org.id, d.name, org.slug, org.status, org.created_at
        from user_role m
        join organization org on org.id = m.organization_id and org.status = 'active'
        join organization_details d on d.organization_id = org.id
        where m.user_id = u.id
        order by m.created_at, m.organization_id
        limit 1) o on true
    where u.email = p_email;
end
$$;

create function taken_slugs(p_slugs text[])
    returns setof text
    language sql stable security definer set search_path = aegis, pg_temp
as $$
    select slug from organization where slug = any (p_slugs)
$$;

revoke all on function login_lookup(text), taken_slugs(text[]) from public;
grant execute on function login_lookup(text), taken_slugs(text[]) to aegis_app;

set local role aegis_owner;
