-- Tamper evidence: which events there were, in which order, signed with a key that the database never sees. docs/audit.md has the
-- formats and what they prove.
--
-- All events of the installation are the leaves of one Merkle tree (RFC 9162, 2.1), in the order in which they became visible. Each
-- seal is a signed head of it and names the events that it added. It keeps their ids and digests one behind another, 48 bytes an
-- event, because a row an event would double what an event costs; they stay when the day's partition of the events is dropped.

create table seal (
    sequence       bigint primary key check (sequence > 0),
    era            int not null check (era > 0), -- grows when transaction ids began anew: a logical restore
    previous       bytea not null check (length(previous) = 32), -- SHA-256 of the signed statement before; of the first one: zeros
    first_position bigint not null check (first_position >= 0),  -- of its first event in the tree
    tree_size      bigint not null,
    event_count    int not null check (event_count > 0),
    xid_from       bigint not null, -- the transactions that it covers, from here
    xid_to         bigint not null, -- to here, this one not
    root           bytea not null check (length(root) = 32), -- of the whole tree, with its events
    sealed_at      timestamptz not null,
    key_id         text not null,
    signature      bytea not null check (length(signature) = 64),
    event_ids      bytea not null,
    digests        bytea not null,
    constraint seal_tree_size_key unique (tree_size),
    check (tree_size = first_position + event_count),
    check (xid_from < xid_to),
    check (length(event_ids) = 16 * event_count and length(digests) = 32 * event_count)
);
-- Digests do not compress, and proofs read parts of them.
alter table seal alter column event_ids set storage external, alter column digests set storage external;
create unique index seal_xids on seal (era, xid_to);

-- Hashes of complete subtrees with 256, 65536, ... leaves, so that a proof reads a few rows however large the tree is. What is
-- in it follows from the seals.
create table seal_node (
    level    smallint not null check (level > 0 and level % 8 = 0), -- of 2^level leaves
    position bigint not null check (position >= 0),                 -- among those of its level
    hash     bytea not null check (length(hash) = 32),
    primary key (level, position)
);

-- The public halves of the keys that sign, in their order. Each is endorsed by the one before.
create table seal_key (
    first_sequence bigint primary key check (first_sequence > 0), -- of the seals that it signs
    key_id         text not null unique,
    public_key     bytea not null check (length(public_key) = 32), -- Ed25519
    made_at        timestamptz not null,
    previous_key   text,  -- null: the first one
    endorsement    bytea, -- by the previous key; null: the first one, or the previous key was lost
    signature      bytea not null check (length(signature) = 64)   -- by itself
);

alter table seal      enable row level security, force row level security;
alter table seal_node enable row level security, force row level security;
alter table seal_key  enable row level security, force row level security;
create policy every_instance on seal      to aegis_app using (true); -- no tenant's
create policy every_instance on seal_node to aegis_app using (true);
create policy every_instance on seal_key  to aegis_app using (true);
grant select, insert on seal, seal_node, seal_key to aegis_app; -- append-only: nobody who serves can change or delete one

grant select on event, seal to aegis_definer;

set local role aegis_definer;

-- The events of transactions from p_from on that can be sealed: of those that have ended, so that nothing can appear among them
-- later. At least one row, for the horizon; a transaction's events are never divided. With p_without_horizon all that are
-- visible: what a logical restore has brought along from transactions of the cluster before.
create function sealable_events(p_from bigint, p_limit int, p_without_horizon boolean)
    returns table (horizon bigint, newest bigint, sequence bigint, xid bigint, id uuid, digest bytea, occurred_at timestamptz)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
declare
    v_newest bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    v_horizon bigint := case when p_without_horizon then 9223372036854775807
                             else pg_snapshot_xmin(pg_current_snapshot())::text::bigint end;
begin
    return query
    select v_horizon, v_newest, (select coalesce(max(s.sequence), 0) from seal s), e.xid, e.id, e.digest, e.occurred_at
    from (values (1)) as one
    left join (select e.xid, e.id, e.digest, e.occurred_at
               from event e
               where e.xid >= p_from and e.xid < v_horizon
               order by e.xid
               fetch first p_limit rows with ties) e on true
    order by e.xid, e.id;
end
$$;

-- Events as they are stored, for their verification and export: those of the transactions from p_from to before p_to that come
-- after (p_after_xid, p_after_id). The address is as the type writes it, with a mask that is none of a single host.
create function audit_events(p_from bigint, p_to bigint, p_after_xid bigint, p_after_id uuid, p_limit int)
    returns table (xid bigint, tenant_id uuid, id uuid, type text, version smallint, occurred_at timestamptz, organization_id uuid,
                   actor_id uuid, subject_id uuid, session_id uuid, correlation_id uuid, causation_id uuid, ip inet, user_agent text,
                   payload jsonb, canon smallint, digest bytea)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select e.xid, e.tenant_id, e.id, e.type, e.version, e.occurred_at, e.organization_id, e.actor_id, e.subject_id, e.session_id,
           e.correlation_id, e.causation_id, e.ip, e.user_agent, e.payload, e.canon, e.digest
    from event e
    where e.xid >= p_from and e.xid < p_to and (e.xid, e.id) > (p_after_xid, p_after_id)
    order by e.xid, e.id
    limit p_limit;
end
$$;

-- The same for the events with these ids.
create function audit_events_of(p_ids uuid[])
    returns table (xid bigint, tenant_id uuid, id uuid, type text, version smallint, occurred_at timestamptz, organization_id uuid,
                   actor_id uuid, subject_id uuid, session_id uuid, correlation_id uuid, causation_id uuid, ip inet, user_agent text,
                   payload jsonb, canon smallint, digest bytea)
    language plpgsql stable security definer set search_path = aegis, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select e.xid, e.tenant_id, e.id, e.type, e.version, e.occurred_at, e.organization_id, e.actor_id, e.subject_id, e.session_id,
           e.correlation_id, e.causation_id, e.ip, e.user_agent, e.payload, e.canon, e.digest
    from event e
    where e.id = any (p_ids);
end
$$;

revoke all on function sealable_events(bigint, int, boolean), audit_events(bigint, bigint, bigint, uuid, int), audit_events_of(uuid[]) from public;
grant execute on function sealable_events(bigint, int, boolean), audit_events(bigint, bigint, bigint, uuid, int), audit_events_of(uuid[]) to aegis_app;

set local role aegis_owner;
