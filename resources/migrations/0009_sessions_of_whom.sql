-- Whom a session and a revocation may be about, held by the database itself: until here an organization could open a session for
-- a stranger, refuse a stranger's access everywhere, and delete what others had revoked.

-- Whether the organization of this transaction manages that account (it signed it up or created it): only then may it end the
-- person's access everywhere. It looks past row-level security because who manages an account without being its organization by
-- membership does not see it, and it only answers about the transaction's own organization.
set local role aegis_definer;

create function tenant_manages(p_user_id uuid) returns boolean
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
begin
    return exists (select from "user" u
                   where u.id = p_user_id and u.managed_by = nullif(current_setting('app.organization_id', true), '')::uuid);
end
$$;
revoke all on function tenant_manages(uuid) from public;
grant execute on function tenant_manages(uuid) to aegis_app;

set local role aegis_owner;

-- A session is opened by its person, or by an organization for whom it knows, and in the tenant of the transaction. The refusal is
-- the same for a person who exists and for one who does not. Ending asks nothing of the kind: an organization ends the sessions
-- of somebody who is no longer its member.
create policy opened_here on session as restrictive for insert
    with check (tenant_id in ((select nullif(current_setting('app.organization_id', true), '')::uuid),
                              (select nullif(current_setting('app.user_id', true), '')::uuid))
        and (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid) or tenant_knows(user_id)));
create policy opened_here on refresh_token as restrictive for insert
    with check (tenant_id in ((select nullif(current_setting('app.organization_id', true), '')::uuid),
                              (select nullif(current_setting('app.user_id', true), '')::uuid))
        and (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid) or tenant_knows(user_id)));

-- Whose a session is, and where, never changes afterwards.
revoke update on session, refresh_token from aegis_app;
grant update (ended_at, end_reason) on session to aegis_app;
grant update (generation, previous_hash, current_hash, rotated_at, expires_at) on refresh_token to aegis_app;

-- Every instance reads every revocation. A person ends its own access everywhere, or the organization that manages its account
-- does; an organization that of its own. A session or token is named by an id with 74 random bits that only those are shown who
-- may end it; to look each of them up here would need one more index of all sessions. What has not expired stays.
drop policy every_instance on revocation;
create policy every_instance on revocation for select to aegis_app using (true);
create policy about_its_own on revocation for insert to aegis_app
    with check (case kind
        when 'user' then subject_id = (select nullif(current_setting('app.user_id', true), '')::uuid) or tenant_manages(subject_id)
        when 'organization' then subject_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)
        else true end);
create policy clearing on revocation for delete to aegis_app using (expires_at <= now());
