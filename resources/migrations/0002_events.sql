-- The event store: what happened, written in the transaction that did it, never changed.
--
-- tenant_id owns the event: the organization, else the person, else the platform (the nil id). Ids are UUIDv7, so a day is
-- a range of ids, and each day is a partition of its own; old days go by dropping.

create table event (
    tenant_id       uuid not null,
    id              uuid not null,
    type            text not null,
    version         smallint not null,
    occurred_at     timestamptz not null,
    organization_id uuid,
    actor_id        uuid,
    subject_id      uuid,
    session_id      uuid,
    correlation_id  uuid not null,
    causation_id    uuid,
    ip              inet,
    user_agent      text,
    payload         jsonb not null,
    canon           smallint not null default 1, -- how the bytes of the digest are made; see docs/events.md
    digest          bytea not null check (length(digest) = 32),
    xid             bigint not null default (pg_current_xact_id()::text::bigint),
    primary key (tenant_id, id)
) partition by range (id);

create index event_actor on event (tenant_id, actor_id, id desc);
create index event_correlation on event (correlation_id);
create index event_xid on event using brin (xid) with (pages_per_range = 16, autosummarize = on);

alter table event enable row level security, force row level security;
create policy tenant_reads on event for select
    using (tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)
        or tenant_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy tenant_appends on event for insert
    with check (tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)
        or tenant_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
        or tenant_id = '00000000-0000-0000-0000-000000000000'); -- the platform's: anyone adds, no tenant reads
grant select, insert on event to aegis_app; -- append-only: nobody who serves can change or delete one

-- The smallest UUIDv7 of a moment.
create function uuid7_floor(p_moment timestamptz) returns uuid
    language sql immutable
as $$
    select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    from (select lpad(to_hex((extract(epoch from p_moment) * 1000)::bigint), 12, '0') as h) x
$$;
revoke all on function uuid7_floor(timestamptz) from public;

-- Makes the partitions from the day before until p_days after p_today (at most a month), each with forced row-level
-- security of its own. Run by the server at start and regularly; it owns nothing else that a server could not do.
create function ensure_event_partitions(p_today date, p_days int) returns int
    language plpgsql security definer set search_path = aegis, pg_temp
as $$
declare
    v_day date;
    v_name text;
    v_made int := 0;
begin
    if p_days not between 0 and 31 or abs(p_today - (now() at time zone 'UTC')::date) > 3660 then
        raise exception 'partitions are made for at most a month ahead' using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext('aegis.ensure_event_partitions'));
    for v_day in select p_today + i from generate_series(-1, p_days) i loop
        v_name := 'event_' || to_char(v_day, 'YYYYMMDD');
        if to_regclass(format('aegis.%I', v_name)) is null then
            -- Made apart and attached: `create table ... partition of` would lock out everybody who uses the table, and
            -- queue up behind whoever reads it for long.
            execute format('create table aegis.%I (like aegis.event including all)', v_name);
            execute format('alter table aegis.%I enable row level security, force row level security', v_name);
            execute format('alter table aegis.event attach partition aegis.%I for values from (%L) to (%L)', v_name,
                           uuid7_floor(v_day::timestamp at time zone 'UTC'),
                           uuid7_floor((v_day + 1)::timestamp at time zone 'UTC'));
            v_made := v_made + 1;
        end if;
    end loop;
    return v_made;
end
$$;
revoke all on function ensure_event_partitions(date, int) from public;
grant execute on function ensure_event_partitions(date, int) to aegis_app;

do $$ begin perform ensure_event_partitions((now() at time zone 'UTC')::date, 7); end $$;

-- Appends events that the server has made: an array of envelopes, each with the digest of its canonical bytes. PL/pgSQL
-- keeps the plan; a function in SQL that cannot be inlined is parsed and planned at each call.
create function append_events(p_events jsonb) returns void
    language plpgsql
as $$
begin
    insert into aegis.event (tenant_id, id, type, version, occurred_at, organization_id, actor_id, subject_id, session_id,
                             correlation_id, causation_id, ip, user_agent, payload, digest)
    select "tenantId", id, type, version, "occurredAt", "organizationId", actor, subject, "sessionId", "correlationId",
           "causationId", ip, "userAgent", payload, decode(digest, 'hex')
    from jsonb_to_recordset(p_events) as e("tenantId" uuid, id uuid, type text, version smallint, "occurredAt" timestamptz,
                                           "organizationId" uuid, actor uuid, subject uuid, "sessionId" uuid,
                                           "correlationId" uuid, "causationId" uuid, ip inet, "userAgent" text,
                                           payload jsonb, digest text);
end
$$;
revoke all on function append_events(jsonb) from public;
grant execute on function append_events(jsonb) to aegis_app;
