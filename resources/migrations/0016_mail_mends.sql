-- Mends of mail and verification: the language of a person, mails that strangers ask for, and signups that nobody ever verified.

-- The language that the person's client asked for when the session was opened; null: none. A mail that somebody else causes is
-- written in that of the newest session that has one.
alter table session add column language text check (length(language) between 2 and 20);
-- Also what a person who is removed takes along.
create index session_of_person on session (user_id, created_at);
create index session_of_organization on session (organization_id) where organization_id is not null;

create or replace function open_session(p_session jsonb, p_refresh_token jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.session (tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, language, created_at, expires_at)
    select tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, language, created_at, expires_at
    from jsonb_populate_record(null::aegis.session, p_session);
    insert into aegis.refresh_token (tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at)
    select tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at
    from jsonb_populate_record(null::aegis.refresh_token, p_refresh_token);
end
$$;

-- Does what was asked for by an address that has an account: the token, the mail, the events. Answers false, and sends nothing,
-- when somebody else has done it, or the account has got p_most such mails within the hour; the request is done in any case.
-- Whoever asks uses those up, so there is a reserve: one more when no mail has come for five minutes, and none whose link would
-- still work for half of its time. So the person has such a link, or gets one.
-- The lock on the person makes the count right when several are done at once.
create or replace function fulfil_mail_request(p_id uuid, p_attempts int, p_user_id uuid, p_most int, p_now timestamptz, p_token jsonb,
                                               p_mail jsonb, p_events jsonb) returns boolean
    language plpgsql
as $$
declare
    v_count int;
    v_last timestamptz;
    v_good timestamptz;
    v_lifetime interval := (p_token ->> 'expires_at')::timestamptz - (p_token ->> 'created_at')::timestamptz;
begin
    delete from aegis.mail_request where id = p_id and attempts = p_attempts;
    if not found then
        return false;
    end if;
    perform from aegis."user" where id = p_user_id for update;
    select count(*) filter (where created_at > p_now - interval '1 hour'), max(created_at),
           max(created_at) filter (where used_at is null and email = p_token ->> 'email')
    into v_count, v_last, v_good
    from aegis.email_token
    where user_id = p_user_id and kind = p_token ->> 'kind';
    if v_count >= p_most and (v_last > p_now - interval '5 minutes' or coalesce(v_good > p_now - v_lifetime / 2, false)) then
        return false;
    end if;
    perform aegis.add_email_token(p_token);
    perform aegis.enqueue_mail(p_mail);
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Lets the owner of an organization that waits for an address to be verified in without that. Answers whether it did.
create function activate_organization(p_user_id uuid, p_organization_id uuid, p_now timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    update aegis.organization o set status = 'active', updated_at = p_now
     where o.id = p_organization_id and o.status = 'pending'
       and exists (select from aegis.user_role m
                   join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
                   where m.organization_id = o.id and m.user_id = p_user_id and r.name = 'ORGANIZATION_OWNER');
    if not found then
        return false;
    end if;
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Signups whose owner's address was never verified. A person is deleted only in a transaction of its own and of the organization
-- that manages the account, and an organization only while it waits.
grant delete on "user", organization, organization_details, organization_role to aegis_app;
create policy unverified_only on "user" as restrictive for delete
    using (email_verified_at is null and managed_by = (select nullif(current_setting('app.organization_id', true), '')::uuid)
           and exists (select from organization o where o.id = "user".managed_by and o.status = 'pending'));
create policy pending_only on organization as restrictive for delete using (status = 'pending');
create policy pending_only on organization_details as restrictive for delete
    using (exists (select from organization o where o.id = organization_id and o.status = 'pending'));
create policy pending_only on organization_role as restrictive for delete
    using (exists (select from organization o where o.id = organization_id and o.status = 'pending'));
create index organization_pending on organization (id) where status = 'pending';
create index user_managed_by on "user" (managed_by) where managed_by is not null;

set local role aegis_definer;

-- Those that were begun before then, of whichever tenant, in the order of their ids. One in which somebody else is, and one whose
-- person is somewhere else too, is none of them.
create function unverified_signups(p_before timestamptz, p_after uuid, p_limit int)
    returns table (organization_id uuid, user_id uuid, slug text)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select o.id, u.id, o.slug
    from organization o
    join "user" u on u.managed_by = o.id and u.email_verified_at is null
    where o.status = 'pending' and o.created_at <= p_before and o.id > p_after and u.status <> 'suspended'
      and not exists (select from "user" x where x.managed_by = o.id and x.id <> u.id)
      and not exists (select from user_role m where m.organization_id = o.id and m.user_id <> u.id)
      and not exists (select from user_role m where m.user_id = u.id and m.organization_id <> o.id)
    order by o.id
    limit p_limit;
end
$$;
revoke all on function unverified_signups(timestamptz, uuid, int) from public;
grant execute on function unverified_signups(timestamptz, uuid, int) to aegis_app;

set local role aegis_owner;

-- Removes such a signup with all that a signup makes, but for its events; access ends at once. False, and nothing is done, when it
-- is none any more, or something else belongs to it: that is no reason to keep the others. Who verifies the address at this moment locks the person first, too: then either comes to nothing.
create function remove_unverified_signup(p_organization_id uuid, p_user_id uuid, p_before timestamptz, p_now timestamptz,
                                         p_revocation_id uuid, p_revoked_until timestamptz, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    perform from aegis."user"
      where id = p_user_id and managed_by = p_organization_id and email_verified_at is null and status <> 'suspended' for update;
    if not found then
        return false;
    end if;
    perform from aegis.organization where id = p_organization_id and status = 'pending' and created_at <= p_before for update;
    if not found or exists (select from aegis.user_role where user_id = p_user_id and organization_id <> p_organization_id) then
        return false;
    end if;
    begin
        perform aegis.end_every_session(p_user_id, 'revoked', p_now, p_revocation_id, p_revoked_until, '[]');
        delete from aegis."user" where id = p_user_id;
        delete from aegis.organization_role where organization_id = p_organization_id;
        delete from aegis.organization_details where organization_id = p_organization_id;
        delete from aegis.organization where id = p_organization_id;
    exception when foreign_key_violation then
        return false; -- the block is undone, the end of the sessions with it
    end;
    perform aegis.append_events(p_events);
    return true;
end
$$;

revoke all on function activate_organization(uuid, uuid, timestamptz, jsonb),
    remove_unverified_signup(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, jsonb) from public;
grant execute on function activate_organization(uuid, uuid, timestamptz, jsonb),
    remove_unverified_signup(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, jsonb) to aegis_app;
