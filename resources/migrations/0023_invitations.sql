-- Invitations, roles of an organization's own, and the way from one organization of a person to another.

-- Who was asked to join. The token that was mailed is kept as SHA-256 and names the organization, so whoever brings it looks in that
-- organization and nowhere else. One that has ended stays, for who looks back.
create table invitation (
    organization_id uuid not null references organization (id),
    id              uuid not null,
    email           text not null check (length(email) between 3 and 254),
    roles           text[] not null check (cardinality(roles) between 1 and 20),
    token_hash      bytea not null check (length(token_hash) = 32),
    invited_by      uuid not null,
    created_at      timestamptz not null,
    sent_at         timestamptz not null, -- the last time
    sent            int not null default 1, -- how often
    expires_at      timestamptz not null,
    ended_at        timestamptz,
    end_reason      text check (end_reason in ('accepted', 'revoked', 'expired')),
    accepted_by     uuid,
    primary key (organization_id, id),
    check ((ended_at is null) = (end_reason is null))
);
create unique index invitation_pending on invitation (organization_id, email) where ended_at is null;
create unique index invitation_token on invitation (organization_id, token_hash);
create index invitation_sent on invitation (email, sent_at);
alter table invitation enable row level security, force row level security;
create policy tenant on invitation
    using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
grant select, insert on invitation to aegis_app;
grant update (token_hash, invited_by, sent_at, sent, expires_at, ended_at, end_reason, accepted_by) on invitation to aegis_app;

-- Counts the changes of a role of an organization's own: what If-Match compares.
alter table organization_role add column version int not null default 1;
grant update (version) on organization_role to aegis_app;

-- A session that went on in another organization has ended too. Not looked for in the rows that there are: they have none of it.
alter table session drop constraint session_end_reason_check;
alter table session add constraint session_end_reason_check
    check (end_reason in ('logout', 'logout_all', 'token_reuse', 'expired', 'revoked', 'switched')) not valid;

grant select on invitation to aegis_definer;

set local role aegis_definer;

-- The organizations of the person that this transaction is of, which row-level security shows one at a time.
create function own_memberships()
    returns table (organization_id uuid, organization_name text, organization_slug text, organization_status text,
                   organization_created_at timestamptz, roles text[], joined_at timestamptz)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select o.id, d.name, o.slug, o.status, o.created_at, array_agg(r.name order by r.name), min(m.created_at)
    from user_role m
    join organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
    join organization o on o.id = m.organization_id and o.status in ('active', 'suspended')
    join organization_details d on d.organization_id = o.id
    where m.user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
    group by o.id, d.name, o.slug, o.status, o.created_at
    order by min(m.created_at), o.id;
end
$$;
-- How many mails somebody has got since then with invitations, whoever sent them; at least.
create function invitations_mailed(p_email text, p_since timestamptz) returns bigint
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return coalesce((select sum(i.sent) from invitation i where i.email = p_email and i.sent_at > p_since), 0);
end
$$;
revoke all on function own_memberships(), invitations_mailed(text, timestamptz) from public;
grant execute on function own_memberships(), invitations_mailed(text, timestamptz) to aegis_app;

set local role aegis_owner;

-- How many mails with invitations the transaction's organization has sent within the day, at least.
create function invitations_in_a_day(p_now timestamptz) returns bigint
    language plpgsql stable
as $$
begin
    return coalesce((select sum(i.sent) from aegis.invitation i
                     where i.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
                       and i.sent_at > p_now - interval '1 day'), 0);
end
$$;

-- Stores an invitation into the transaction's organization, with its mail.
--   done
--   inactive   the organization is not active
--   member     somebody with that address is a member already
--   pending    there is one that has not ended
--   too_many   p_most mails were sent within the day, or p_most_to to that address by whatever organization
create function invite(p_invitation jsonb, p_most int, p_most_to int, p_now timestamptz, p_mail jsonb, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
    v_email text := p_invitation ->> 'email';
begin
    perform from aegis.organization o where o.id = v_organization_id and o.status = 'active' for share;
    if not found then
        return 'inactive';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('aegis.invitations.' || v_organization_id, 0)); -- or each of many at once counts too few
    if aegis.invitations_in_a_day(p_now) >= p_most or aegis.invitations_mailed(v_email, p_now - interval '1 day') >= p_most_to then
        return 'too_many';
    end if;
    if exists (select from aegis."user" u join aegis.user_role m on m.user_id = u.id and m.organization_id = v_organization_id
               where u.email = v_email) then
        return 'member';
    end if;
    update aegis.invitation i set ended_at = p_now, end_reason = 'expired'
     where i.organization_id = v_organization_id and i.email = v_email and i.ended_at is null and i.expires_at <= p_now;
    insert into aegis.invitation (organization_id, id, email, roles, token_hash, invited_by, created_at, sent_at, expires_at)
    select organization_id, id, email, roles, token_hash, invited_by, created_at, sent_at, expires_at
    from jsonb_populate_record(null::aegis.invitation, p_invitation)
    on conflict do nothing;
    if not found then
        return 'pending';
    end if;
    perform aegis.enqueue_mail(p_mail);
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Sends it once more, with another token, from when on it lasts as long as a new one.
--   done, not_found (there is none, or it has ended), inactive, recent (it was sent within the last minute), too_many
create function resend_invitation(p_id uuid, p_token_hash bytea, p_by uuid, p_most int, p_most_to int, p_now timestamptz, p_expires_at timestamptz, p_mail jsonb,
                                  p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
    v_row aegis.invitation;
begin
    perform from aegis.organization o where o.id = v_organization_id and o.status = 'active' for share;
    if not found then
        return 'inactive';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('aegis.invitations.' || v_organization_id, 0));
    select i.* into v_row from aegis.invitation i
     where i.organization_id = v_organization_id and i.id = p_id and i.ended_at is null for update;
    if not found then
        return 'not_found';
    end if;
    if v_row.sent_at > p_now - interval '1 minute' then
        return 'recent';
    end if;
    if aegis.invitations_in_a_day(p_now) >= p_most or aegis.invitations_mailed(v_row.email, p_now - interval '1 day') >= p_most_to then
        return 'too_many';
    end if;
    update aegis.invitation i set token_hash = p_token_hash, invited_by = p_by, sent_at = p_now, sent = i.sent + 1, expires_at = p_expires_at
     where i.organization_id = v_organization_id and i.id = p_id;
    perform aegis.enqueue_mail(p_mail);
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Takes it back. False: there is none, or it has ended.
create function revoke_invitation(p_id uuid, p_now timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    update aegis.invitation i set ended_at = p_now, end_reason = 'revoked'
     where i.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid and i.id = p_id and i.ended_at is null;
    if not found then
        return false;
    end if;
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Makes the transaction's person a member, who brings the token that was mailed to that person's address: so the address is proved with it.
-- A role that was deleted meanwhile is left out; without any the person becomes a MEMBER. p_built_in says which of the invitation's roles every
-- organization has, and p_role_ids has an id for each that is to be made, and one for MEMBER at the end.
--   done; roles has what the person was given, new_roles and new_role_ids what of it is new to the person
--   invalid    there is no such invitation (any more), the organization is not active, or who has invited may not any more
--   other      it is for another address
create function accept_invitation(p_id uuid, p_token_hash bytea, p_user_id uuid, p_built_in text[], p_role_ids uuid[], p_now timestamptz)
    returns table (outcome text, roles text[], new_roles text[], new_role_ids uuid[], verified boolean)
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
    v_invitation aegis.invitation;
    v_user aegis."user";
    v_role text;
    v_role_id uuid;
    v_place int := 0;
    v_given text[] := '{}';
    v_new text[] := '{}';
    v_new_ids uuid[] := '{}';
    v_verifies boolean;
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('aegis.member.' || v_organization_id || p_user_id, 0)); -- see revoke_role
    perform from aegis.organization o where o.id = v_organization_id and o.status = 'active' for share;
    if not found then
        return query select 'invalid', v_given, v_new, v_new_ids, false;
        return;
    end if;
    -- Of two who bring it at once the second one waits here, and then finds that it has ended.
    select i.* into v_invitation from aegis.invitation i
     where i.organization_id = v_organization_id and i.id = p_id and i.token_hash = p_token_hash and i.ended_at is null and i.expires_at > p_now
       for update;
    if not found
        or not (exists (select from aegis.user_role m join aegis."user" u on u.id = m.user_id and u.status = 'active'
                        where m.organization_id = v_organization_id and m.user_id = v_invitation.invited_by)
                or exists (select from aegis.platform_staff() p
                           where p.user_id = v_invitation.invited_by and p.role = 'PLATFORM_ADMIN' and p.status = 'active')) then
        return query select 'invalid', v_given, v_new, v_new_ids, false;
        return;
    end if;
    select u.* into v_user from aegis."user" u where u.id = p_user_id and u.status = 'active' for no key update;
    if not found or v_user.email <> v_invitation.email then
        return query select 'other', v_given, v_new, v_new_ids, false;
        return;
    end if;
    foreach v_role in array v_invitation.roles || array['MEMBER'] loop
        v_place := v_place + 1;
        continue when v_place > cardinality(v_invitation.roles) and cardinality(v_given) > 0;
        v_role_id := aegis.ensure_role(v_role, v_role = any (p_built_in) or v_role = 'MEMBER', p_role_ids[v_place], p_now);
        continue when v_role_id is null;
        insert into aegis.user_role (organization_id, user_id, role_id, created_at)
        values (v_organization_id, p_user_id, v_role_id, p_now) on conflict do nothing;
        if found then
            v_new := v_new || v_role;
            v_new_ids := v_new_ids || v_role_id;
        end if;
        v_given := v_given || v_role;
    end loop;
    update aegis.invitation i set ended_at = p_now, end_reason = 'accepted', accepted_by = p_user_id
     where i.organization_id = v_organization_id and i.id = p_id;
    -- Whose own organization may wait for the address to be verified does that with the mail about it, which makes it active.
    v_verifies := v_user.email_verified_at is null and coalesce(v_user.managed_by, v_organization_id) = v_organization_id;
    if v_verifies then
        update aegis."user" u set email_verified_at = p_now, updated_at = p_now where u.id = p_user_id;
    end if;
    return query select 'done', v_given, v_new, v_new_ids, v_verifies;
end
$$;

-- Lets the person of a session go on in another organization: the session ends, and p_session begins, with no more than the old one had shown,
-- when it showed that, and for no longer than it would have lasted. p_hash is of the refresh token that was presented, p_methods what the new
-- tokens say of how the person logged in. p_end_events are of the old session's tenant, p_events of the new one's.
--   done, ended (the old one has), not_member (the organization is not active, or the person is none of its members)
--   stale      the token is not the current one (see rotate_refresh_token), or the person has just shown something else
create function switch_session(p_tenant_id uuid, p_session_id uuid, p_user_id uuid, p_hash bytea, p_methods text[], p_session jsonb,
                               p_refresh_token jsonb, p_now timestamptz, p_revoked_until timestamptz, p_end_events jsonb, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id text := current_setting('app.organization_id', true);
    v_row aegis.session;
begin
    perform from aegis."user" where id = p_user_id and status = 'active' for share;
    if not found then
        return 'ended';
    end if;
    if not aegis.may_open_session((p_session ->> 'organization_id')::uuid, p_user_id) then
        return 'not_member';
    end if;
    select s.* into v_row from aegis.session s
     where s.tenant_id = p_tenant_id and s.id = p_session_id and s.user_id = p_user_id and s.ended_at is null and s.expires_at > p_now for update;
    if not found then
        return 'ended';
    end if;
    perform from aegis.refresh_token r
     where r.tenant_id = p_tenant_id and r.session_id = p_session_id and r.current_hash = p_hash and r.expires_at > p_now for update;
    if not found or v_row.auth_methods <> p_methods then
        return 'stale';
    end if;
    update aegis.session s set ended_at = p_now, end_reason = 'switched' where s.tenant_id = p_tenant_id and s.id = p_session_id;
    delete from aegis.refresh_token r where r.tenant_id = p_tenant_id and r.session_id = p_session_id;
    insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) values (p_session_id, 'session', p_session_id, p_now, p_revoked_until)
    on conflict (id) do nothing; -- its organization was suspended in the millisecond that it was opened in
    perform set_config('app.organization_id', coalesce(v_row.organization_id::text, ''), true);
    perform aegis.append_events(p_end_events);
    perform set_config('app.organization_id', v_organization_id, true);
    perform aegis.open_session(p_session || jsonb_build_object('auth_time', v_row.auth_time, 'expires_at', v_row.expires_at), p_refresh_token);
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- revoke_role() of 0019. With a role end the invitations of who had it, which were made by what it allowed; with the membership those to that
-- person's address, too.
create or replace function revoke_role(p_user_id uuid, p_role text, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
    v_left boolean;
    v_email text;
begin
    perform pg_advisory_xact_lock(hashtextextended('aegis.member.' || v_organization_id || p_user_id, 0)); -- see may_open_session
    if (p_role is null or p_role = 'ORGANIZATION_OWNER') and aegis.is_last_owner(p_user_id, v_organization_id) then
        return 'last_owner';
    end if;
    select u.email into v_email from aegis."user" u where u.id = p_user_id; -- before it cannot be seen any more
    delete from aegis.user_role m using aegis.organization_role r
     where m.organization_id = v_organization_id and m.user_id = p_user_id
       and r.organization_id = m.organization_id and r.id = m.role_id and (p_role is null or r.name = p_role);
    if not found then
        return 'unchanged';
    end if;
    v_left := not exists (select from aegis.user_role m where m.organization_id = v_organization_id and m.user_id = p_user_id);
    update aegis.invitation i set ended_at = (p_events -> 0 ->> 'occurredAt')::timestamptz, end_reason = 'revoked'
     where i.organization_id = v_organization_id and i.ended_at is null and (i.invited_by = p_user_id or (v_left and i.email = v_email));
    perform aegis.append_events(p_events);
    return case when v_left then 'left' else 'done' end;
end
$$;

-- Makes or changes a role of the transaction's organization's own: done, stale (it has another version; 0: it must not be there), or full.
create function put_role(p_id uuid, p_name text, p_permissions text[], p_version int, p_most int, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
    if p_version = 0 then
        perform pg_advisory_xact_lock(hashtextextended('aegis.roles.' || v_organization_id, 0)); -- or each of many at once counts too few
        if (select count(*) from aegis.organization_role r where r.organization_id = v_organization_id and not r.system) >= p_most then
            return 'full';
        end if;
        insert into aegis.organization_role (organization_id, id, name, system, created_at, permissions)
        values (v_organization_id, p_id, p_name, false, p_now, p_permissions) on conflict (organization_id, name) do nothing;
    else
        update aegis.organization_role r set permissions = p_permissions, version = r.version + 1
         where r.organization_id = v_organization_id and r.id = p_id and not r.system and r.version = p_version;
    end if;
    if not found then
        return 'stale';
    end if;
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Deletes one that nobody has and no pending invitation names: done, stale, or held.
create function delete_role(p_id uuid, p_version int, p_now timestamptz, p_events jsonb) returns text
    language plpgsql
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
    v_name text;
begin
    select r.name into v_name from aegis.organization_role r
     where r.organization_id = v_organization_id and r.id = p_id and not r.system and r.version = p_version for update;
    if not found then
        return 'stale';
    end if;
    if exists (select from aegis.user_role m where m.organization_id = v_organization_id and m.role_id = p_id)
        or exists (select from aegis.invitation i
                   where i.organization_id = v_organization_id and i.ended_at is null and i.expires_at > p_now and v_name = any (i.roles)) then
        return 'held';
    end if;
    delete from aegis.organization_role r where r.organization_id = v_organization_id and r.id = p_id;
    perform aegis.append_events(p_events);
    return 'done';
end
$$;

-- Stores an organization that somebody who administers the platform makes for others. A taken slug ends in a unique violation.
create function add_organization(p_organization jsonb, p_details jsonb, p_events jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.organization (id, slug, status, created_at, updated_at)
    select id, slug, status, created_at, updated_at from jsonb_populate_record(null::aegis.organization, p_organization);
    insert into aegis.organization_details (organization_id, name, updated_at)
    select organization_id, name, updated_at from jsonb_populate_record(null::aegis.organization_details, p_details);
    perform aegis.append_events(p_events);
end
$$;

revoke all on function invitations_in_a_day(timestamptz), invite(jsonb, int, int, timestamptz, jsonb, jsonb),
    resend_invitation(uuid, bytea, uuid, int, int, timestamptz, timestamptz, jsonb, jsonb), revoke_invitation(uuid, timestamptz, jsonb),
    accept_invitation(uuid, bytea, uuid, text[], uuid[], timestamptz),
    switch_session(uuid, uuid, uuid, bytea, text[], jsonb, jsonb, timestamptz, timestamptz, jsonb, jsonb),
    put_role(uuid, text, text[], int, int, timestamptz, jsonb), delete_role(uuid, int, timestamptz, jsonb), add_organization(jsonb, jsonb, jsonb) from public;
grant execute on function invitations_in_a_day(timestamptz), invite(jsonb, int, int, timestamptz, jsonb, jsonb),
    resend_invitation(uuid, bytea, uuid, int, int, timestamptz, timestamptz, jsonb, jsonb), revoke_invitation(uuid, timestamptz, jsonb),
    accept_invitation(uuid, bytea, uuid, text[], uuid[], timestamptz),
    switch_session(uuid, uuid, uuid, bytea, text[], jsonb, jsonb, timestamptz, timestamptz, jsonb, jsonb),
    put_role(uuid, text, text[], int, int, timestamptz, jsonb), delete_role(uuid, int, timestamptz, jsonb), add_organization(jsonb, jsonb, jsonb) to aegis_app;
