-- Addresses that are verified, and organizations that wait for that.

-- pending: signed up, and its owner's address is not verified yet. Nobody gets a session in it; its slug is taken.
alter table organization drop constraint organization_status_check;
alter table organization add constraint organization_status_check check (status in ('pending', 'active', 'suspended', 'deleted'));

-- register_person() with the mail that verifies the address, and its token.
create function register_person_with_mail(p_key jsonb, p_organization jsonb, p_details jsonb, p_user jsonb, p_profile jsonb,
                                          p_role jsonb, p_membership jsonb, p_session jsonb, p_refresh_token jsonb,
                                          p_events jsonb, p_email_token jsonb, p_mail jsonb) returns boolean
    language plpgsql
as $$
begin
    if not aegis.register_person(p_key, p_organization, p_details, p_user, p_profile, p_role, p_membership, p_session,
                                 p_refresh_token, p_events) then
        return false;
    end if;
    perform aegis.add_email_token(p_email_token);
    perform aegis.enqueue_mail(p_mail);
    return true;
end
$$;

-- Takes the proof that an address is the person's: uses up the token and all others of its kind. False, and nothing is done,
-- when the token is not good (any more). The organization that the person signed up, if it waits for this, becomes active. The
-- lock on the person lets one of several at the same moment do all of it.
create function verify_email(p_user_id uuid, p_token_hash bytea, p_organization_id uuid, p_now timestamptz, p_events jsonb,
                             p_activation_events jsonb) returns boolean
    language plpgsql
as $$
declare
    v_email text;
    v_verified_at timestamptz;
begin
    select email, email_verified_at into v_email, v_verified_at from aegis."user" where id = p_user_id for update;
    update aegis.email_token set used_at = p_now
     where user_id = p_user_id and token_hash = p_token_hash and kind = 'email_verification' and used_at is null
       and expires_at > p_now and email = v_email;
    if not found then
        return false;
    end if;
    update aegis.email_token set used_at = p_now where user_id = p_user_id and kind = 'email_verification' and used_at is null;
    if v_verified_at is not null then
        return true;
    end if;
    update aegis."user" set email_verified_at = p_now, updated_at = p_now where id = p_user_id;
    perform aegis.append_events(p_events);
    update aegis.organization o set status = 'active', updated_at = p_now
     where o.id = p_organization_id and o.status = 'pending'
       and exists (select from aegis.user_role m
                   join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
                   where m.organization_id = o.id and m.user_id = p_user_id and r.name = 'ORGANIZATION_OWNER');
    if found then
        perform aegis.append_events(p_activation_events);
    end if;
    return true;
end
$$;

revoke all on function
    register_person_with_mail(jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb),
    verify_email(uuid, bytea, uuid, timestamptz, jsonb, jsonb) from public;
grant execute on function
    register_person_with_mail(jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb),
    verify_email(uuid, bytea, uuid, timestamptz, jsonb, jsonb) to aegis_app;

-- People from elsewhere (`aegisd import-users`).

-- An organization and a role of it, by their names. It looks past row-level security because nobody is in the organization
-- yet when its people are imported; it tells the ids of an active organization whose slug the operator knows.
set local role aegis_definer;

create function import_place(p_slug text, p_role text) returns table (organization_id uuid, role_id uuid)
    language sql stable security definer set search_path = aegis, pg_temp rows 1
as $$
    select o.id, r.id from organization o join organization_role r on r.organization_id = o.id and r.name = p_role
    where o.slug = p_slug and o.status = 'active'
$$;
revoke all on function import_place(text, text) from public;
grant execute on function import_place(text, text) to aegis_app;

set local role aegis_owner;

-- Stores people with their profiles, memberships and events, each in a tenant of its own; who has an account already is left
-- alone. Answers for each, in their order, whether it was stored.
create function import_users(p_people jsonb) returns table (stored boolean)
    language plpgsql
as $$
declare
    v_person jsonb;
begin
    for v_person in select e.person from jsonb_array_elements(p_people) with ordinality as e (person, place) order by e.place loop
        perform set_config('app.user_id', v_person -> 'user' ->> 'id', true),
                set_config('app.organization_id', coalesce(v_person -> 'membership' ->> 'organization_id', ''), true);
        insert into aegis."user" (id, email, password_hash, status, email_verified_at, password_changed_at, created_at, updated_at)
        select id, email, password_hash, status, email_verified_at, password_changed_at, created_at, updated_at
        from jsonb_populate_record(null::aegis."user", v_person -> 'user')
        on conflict (email) do nothing;
        stored := found;
        if stored then
            insert into aegis.user_profile (user_id, first_name, last_name, updated_at)
            select user_id, first_name, last_name, updated_at from jsonb_populate_record(null::aegis.user_profile, v_person -> 'profile');
            if jsonb_typeof(v_person -> 'membership') = 'object' then
                insert into aegis.user_role (organization_id, user_id, role_id, created_at)
                select organization_id, user_id, role_id, created_at
                from jsonb_populate_record(null::aegis.user_role, v_person -> 'membership');
            end if;
            perform aegis.append_events(v_person -> 'events');
        end if;
        return next;
    end loop;
end
$$;
revoke all on function import_users(jsonb) from public;
grant execute on function import_users(jsonb) to aegis_app;
