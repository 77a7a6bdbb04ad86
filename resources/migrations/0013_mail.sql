-- Mail: what is to be sent, who asked for it, and the tokens in it. Passwords that are changed and reset.

-- Mails that wait to be sent, written in the transaction that causes them. What is in one (the addressee, a token that opens
-- an account) is sealed with the server's encryption key, and the row goes when the mail is sent. A server that sends one puts
-- its next try into the future first (the lease) and counts its attempts: only who has counted last may change the row (the fence).
create table mail_outbox (
    tenant_id       uuid not null,
    id              uuid not null, -- the Message-ID is made of it, so it is the same at each try
    kind            text not null check (kind ~ '^[a-z_]{1,40}$'),
    language        text not null check (length(language) between 2 and 20),
    sealed          bytea not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null, -- after that nobody wants it any more
    next_attempt_at timestamptz not null,
    attempts        int not null default 0,
    primary key (tenant_id, id)
);
create index mail_outbox_due on mail_outbox (next_attempt_at);
alter table mail_outbox enable row level security, force row level security;
-- Whoever causes a mail adds it in its own tenant; only the server's own transactions, which have no tenant, see and send mails.
create policy adding on mail_outbox for insert to aegis_app
    with check (tenant_id in ((select nullif(current_setting('app.organization_id', true), '')::uuid),
                              (select nullif(current_setting('app.user_id', true), '')::uuid)));
create policy sending on mail_outbox to aegis_app
    using ((select nullif(current_setting('app.organization_id', true), '') is null
               and nullif(current_setting('app.user_id', true), '') is null));
grant select, insert, update, delete on mail_outbox to aegis_app;

-- What somebody asked for by an address, whether there is an account or not: so that the answer and its time are the same,
-- nobody looks for the account before the answer is out. Nothing of it is legible here.
create table mail_request (
    id              uuid primary key,
    kind            text not null check (kind in ('password_reset', 'email_verification')),
    sealed          bytea not null,
    created_at      timestamptz not null,
    next_attempt_at timestamptz not null,
    attempts        int not null default 0
);
create index mail_request_due on mail_request (next_attempt_at);
alter table mail_request enable row level security, force row level security;
create policy every_instance on mail_request to aegis_app using (true); -- no tenant's
grant select, insert, update, delete on mail_request to aegis_app;

-- Tokens that were mailed, as SHA-256. Each works once, for the address that it was mailed to.
create table email_token (
    user_id    uuid not null references "user" (id) on delete cascade,
    token_hash bytea not null check (length(token_hash) = 32),
    kind       text not null check (kind in ('password_reset', 'email_verification')),
    email      text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    primary key (user_id, token_hash)
);
create index email_token_expires on email_token (expires_at);
alter table email_token enable row level security, force row level security;
create policy person on email_token
    using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
-- The server's own clearing has no tenant. A token is kept for an hour after its end, because they are counted by the hour.
create policy expired on email_token for select to aegis_app
    using (expires_at <= now() - interval '1 hour'
           and (select nullif(current_setting('app.organization_id', true), '') is null
                   and nullif(current_setting('app.user_id', true), '') is null));
create policy clearing on email_token for delete to aegis_app
    using (expires_at <= now() - interval '1 hour'
           and (select nullif(current_setting('app.organization_id', true), '') is null
                   and nullif(current_setting('app.user_id', true), '') is null));
grant select, insert, delete on email_token to aegis_app;
grant update (used_at) on email_token to aegis_app;

create function enqueue_mail(p_mail jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.mail_outbox (tenant_id, id, kind, language, sealed, created_at, expires_at, next_attempt_at)
    select tenant_id, id, kind, language, sealed, created_at, expires_at, created_at from jsonb_populate_record(null::aegis.mail_outbox, p_mail);
end
$$;

create function add_email_token(p_token jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.email_token (user_id, token_hash, kind, email, created_at, expires_at)
    select user_id, token_hash, kind, email, created_at, expires_at from jsonb_populate_record(null::aegis.email_token, p_token);
end
$$;

-- Does what was asked for by an address that has an account: the token, the mail, the events. Answers false, and sends nothing,
-- when somebody else has done it, or the account has got p_most such mails within the hour; the request is done in any case.
-- The lock on the person makes the count right when several are done at once.
create function fulfil_mail_request(p_id uuid, p_attempts int, p_user_id uuid, p_most int, p_now timestamptz, p_token jsonb,
                                    p_mail jsonb, p_events jsonb) returns boolean
    language plpgsql
as $$
begin
    delete from aegis.mail_request where id = p_id and attempts = p_attempts;
    if not found then
        return false;
    end if;
    perform from aegis."user" where id = p_user_id for update;
    if (select count(*) from aegis.email_token
        where user_id = p_user_id and kind = p_token ->> 'kind' and created_at > p_now - interval '1 hour') >= p_most then
        return false;
    end if;
    perform aegis.add_email_token(p_token);
    perform aegis.enqueue_mail(p_mail);
    perform aegis.append_events(p_events);
    return true;
end
$$;

-- Gives a person who knew the old password a new one, ends the other sessions, and writes the mail that says so. False, and
-- nothing is done, when the account has changed since the old one was compared. Whoever changes a password locks the person
-- first, then its tokens and sessions; a login that began before waits for that, or is seen here and ended.
create function change_password(p_user_id uuid, p_old_hash text, p_new_hash text, p_session_id uuid, p_now timestamptz,
                                p_revoked_until timestamptz, p_mail jsonb, p_events jsonb)
    returns table (changed boolean, ended uuid[])
    language plpgsql
as $$
declare
    v_ended uuid[];
begin
    update aegis."user" set password_hash = p_new_hash, password_changed_at = p_now, updated_at = p_now
     where id = p_user_id and status = 'active' and password_hash = p_old_hash;
    if not found then
        return query select false, '{}'::uuid[];
        return;
    end if;
    update aegis.email_token set used_at = p_now where user_id = p_user_id and kind = 'password_reset' and used_at is null;
    delete from aegis.mfa_challenge where user_id = p_user_id; -- logins that have shown the old password
    perform from aegis.session where user_id = p_user_id and ended_at is null and id <> p_session_id order by id for update;
    with gone as (
        update aegis.session set ended_at = p_now, end_reason = 'revoked'
         where user_id = p_user_id and ended_at is null and id <> p_session_id
        returning id)
    select coalesce(array_agg(id), '{}') into v_ended from gone;
    delete from aegis.refresh_token where user_id = p_user_id and session_id = any (v_ended);
    -- A session ends once, so its id serves as that of its revocation.
    insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
    select id, 'session', id, p_now, p_revoked_until from unnest(v_ended) as id;
    perform aegis.enqueue_mail(p_mail);
    perform aegis.append_events(p_events);
    return query select true, v_ended;
end
$$;

-- Gives the person whose token that is a new password, uses up that token and all others of its kind, ends every session, and
-- writes the mail that says so. False, and nothing is done, when the token is not good (any more). It opens nothing: who
-- comes with the new password still has to pass what a login asks for. Answers the sessions of end_every_session().
create function reset_password(p_user_id uuid, p_token_hash bytea, p_new_hash text, p_now timestamptz, p_revocation_id uuid,
                               p_revoked_until timestamptz, p_mail jsonb, p_events jsonb)
    returns table (done boolean, later uuid[])
    language plpgsql
as $$
declare
    v_email text;
    v_later uuid[];
begin
    select email into v_email from aegis."user" where id = p_user_id and status <> 'suspended' for update;
    update aegis.email_token set used_at = p_now
     where user_id = p_user_id and token_hash = p_token_hash and kind = 'password_reset' and used_at is null and expires_at > p_now
       and email = v_email;
    if not found then
        return query select false, '{}'::uuid[];
        return;
    end if;
    update aegis.email_token set used_at = p_now where user_id = p_user_id and kind = 'password_reset' and used_at is null;
    delete from aegis.mfa_challenge where user_id = p_user_id; -- logins that have shown the old password
    update aegis."user" set password_hash = p_new_hash, password_changed_at = p_now, updated_at = p_now where id = p_user_id;
    v_later := array(select aegis.end_every_session(p_user_id, 'revoked', p_now, p_revocation_id, p_revoked_until, '[]'));
    perform aegis.enqueue_mail(p_mail);
    perform aegis.append_events(p_events);
    return query select true, v_later;
end
$$;

revoke all on function enqueue_mail(jsonb), add_email_token(jsonb),
    fulfil_mail_request(uuid, int, uuid, int, timestamptz, jsonb, jsonb, jsonb),
    change_password(uuid, text, text, uuid, timestamptz, timestamptz, jsonb, jsonb),
    reset_password(uuid, bytea, text, timestamptz, uuid, timestamptz, jsonb, jsonb) from public;
grant execute on function enqueue_mail(jsonb), add_email_token(jsonb),
    fulfil_mail_request(uuid, int, uuid, int, timestamptz, jsonb, jsonb, jsonb),
    change_password(uuid, text, text, uuid, timestamptz, timestamptz, jsonb, jsonb),
    reset_password(uuid, bytea, text, timestamptz, uuid, timestamptz, jsonb, jsonb) to aegis_app;
