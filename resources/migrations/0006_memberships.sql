-- Who may be given a role in an organization, held by the database itself: the foreign key of user_role already keeps the role
-- to the same organization; this keeps the person to it.

-- Whether the organization of this transaction knows that person: as a member, or because it manages the account (it signed it
-- up or created it). It looks past row-level security because a policy of user_role cannot ask user_role, and it only
-- answers about the transaction's own organization.
set local role aegis_definer;

create function tenant_knows(p_user_id uuid) returns boolean
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
declare
    v_organization_id uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
    return exists (select from user_role m where m.user_id = p_user_id and m.organization_id = v_organization_id)
        or exists (select from "user" u where u.id = p_user_id and u.managed_by = v_organization_id);
end
$$;
revoke all on function tenant_knows(uuid) from public;
grant execute on function tenant_knows(uuid) to aegis_app;

set local role aegis_owner;

-- A person joins in a transaction of its own (signup, an invitation that it accepts); an organization gives roles to whom it
-- knows, and to nobody else, whatever id it is told. The refusal is the same for a person who exists and for one who does not.
alter policy tenant on user_role
    with check (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)
        and (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid) or tenant_knows(user_id)));
