-- Scheduled jobs: what is to be done when, and what was done.

-- What operators say about a job, one row a job that any server knows. Its name, what it does and its usual schedule are the program's.
create table job (
    name          text primary key check (length(name) between 1 and 64),
    schedule      text check (length(schedule) between 1 and 200), -- null: the program's
    paused_at     timestamptz, -- null: it is not paused
    requested_at  timestamptz, -- one run is asked for, whatever the schedule says
    requested_by  uuid,
    told_late_for timestamptz, -- it was told that the run due then is late, so that one instance tells it, once
    created_at    timestamptz not null,
    updated_at    timestamptz not null -- by an operator; a schedule counts from then
);

-- Each run. A row that is `running` belongs to whoever has the lease of the job under the run's id (`job_lease.holder`); nobody can
-- end a run that another one has taken the place of.
create table job_run (
    id           uuid primary key,
    job          text not null references job,
    instance     uuid not null, -- of the server that runs it
    trigger      text not null check (trigger in ('schedule', 'manual')),
    requested_by uuid,
    started_at   timestamptz not null,
    finished_at  timestamptz,
    outcome      text not null check (outcome in ('running', 'succeeded', 'failed', 'abandoned')),
    counts       jsonb not null default '{}',
    error        text,
    check ((outcome = 'running') = (finished_at is null))
);
create unique index job_run_running on job_run (job) where outcome = 'running'; -- one at a time, whatever anybody believes
create index job_run_of_job on job_run (job, id desc);

alter table job enable row level security, force row level security;
alter table job_run enable row level security, force row level security;
create policy every_instance on job to aegis_app using (true); -- no tenant's
create policy every_instance on job_run to aegis_app using (true); -- no tenant's
create policy ended_only on job_run as restrictive for delete to aegis_app using (outcome <> 'running');
grant select, insert on job, job_run to aegis_app;
grant update (schedule, paused_at, requested_at, requested_by, told_late_for, updated_at) on job to aegis_app;
grant update (finished_at, outcome, counts, error) on job_run to aegis_app;
grant delete on job_run to aegis_app;

-- Begins a run if it is due still: nobody has begun one since p_last_run was the last one, the lease is free, and the schedule is not
-- paused. A run that is left open belongs to nobody any more, for its lease is over: it is marked as abandoned. Answers nothing when
-- there is nothing to be done.
create function begin_job_run(p_run_id uuid, p_job text, p_instance uuid, p_trigger text, p_last_run uuid, p_now timestamptz,
                              p_held_until timestamptz)
    returns table (requested_by uuid, abandoned uuid)
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_job aegis.job;
    v_last aegis.job_run;
begin
    select j.* into v_job from aegis.job j where j.name = p_job for update; -- who comes second sees the other's run
    if not found or (p_trigger = 'schedule' and v_job.paused_at is not null) then
        return;
    end if;
    select r.* into v_last from aegis.job_run r where r.job = p_job order by r.id desc limit 1;
    if v_last.id is distinct from p_last_run or not aegis.claim_job(p_job, p_run_id, p_now, p_held_until) then
        return;
    end if;
    update aegis.job_run set outcome = 'abandoned', finished_at = greatest(p_now, started_at) where job = p_job and outcome = 'running';
    insert into aegis.job_run (id, job, instance, trigger, requested_by, started_at, outcome)
    values (p_run_id, p_job, p_instance, p_trigger,
            coalesce(v_job.requested_by, case when v_last.outcome = 'running' then v_last.requested_by end), p_now, 'running');
    update aegis.job set requested_at = null, requested_by = null where name = p_job and requested_at is not null;
    return query select r.requested_by, case when v_last.outcome = 'running' then v_last.id end from aegis.job_run r where r.id = p_run_id;
end
$$;

-- Ends a run with its events, and gives the lease back (`abandoned`: the server stops, and others go on at once); false, and nothing is written, when the run has been taken for abandoned.
create function finish_job_run(p_run_id uuid, p_job text, p_outcome text, p_counts jsonb, p_error text, p_now timestamptz, p_events jsonb)
    returns boolean
    language plpgsql
as $$
begin
    update aegis.job_run set outcome = p_outcome, finished_at = greatest(p_now, started_at), counts = p_counts, error = p_error
     where id = p_run_id and outcome = 'running';
    if not found then
        return false;
    end if;
    if p_outcome = 'abandoned' then -- the server stops: what was asked for is asked for still
        update aegis.job j set requested_at = p_now, requested_by = r.requested_by
          from aegis.job_run r
         where r.id = p_run_id and r.trigger = 'manual' and j.name = p_job and j.requested_at is null;
    end if;
    update aegis.job_lease set held_until = p_now where name = p_job and holder = p_run_id;
    perform aegis.append_events(p_events);
    return true;
end
$$;

revoke all on function begin_job_run(uuid, text, uuid, text, uuid, timestamptz, timestamptz),
    finish_job_run(uuid, text, text, jsonb, text, timestamptz, jsonb) from public;
grant execute on function begin_job_run(uuid, text, uuid, text, uuid, timestamptz, timestamptz),
    finish_job_run(uuid, text, text, jsonb, text, timestamptz, jsonb) to aegis_app;

-- As before, but it waits for nobody: a session that a refresh or a logout has in hand is left to them, and to the next run.
create or replace function expire_sessions(p_tenant_id uuid, p_session_ids uuid[], p_now timestamptz, p_access_lifetime interval, p_events jsonb)
    returns int
    language plpgsql
as $$
declare
    v_held  uuid[];
    v_ended uuid[];
begin
    -- First the session, then its token, as everywhere.
    v_held := array(select s.id from aegis.session s
                    where s.tenant_id = p_tenant_id and s.id = any (p_session_ids) and s.ended_at is null order by s.id for update skip locked);
    v_held := array(select t.session_id from aegis.refresh_token t
                    where t.tenant_id = p_tenant_id and t.session_id = any (v_held) order by t.session_id for update skip locked);
    with ended as (
        update aegis.session s set ended_at = p_now, end_reason = 'expired'
          from aegis.refresh_token t
         where s.tenant_id = p_tenant_id and s.id = any (v_held) and s.ended_at is null
           and t.tenant_id = s.tenant_id and t.session_id = s.id and t.expires_at <= p_now
        returning s.id, greatest(t.rotated_at, s.auth_time) + p_access_lifetime as access_ends),
    revoked as (
        insert into aegis.revocation (id, kind, subject_id, not_before, expires_at)
        select e.id, 'session', e.id, p_now, e.access_ends from ended e where e.access_ends > p_now)
    select coalesce(array_agg(e.id), '{}') into v_ended from ended e;
    delete from aegis.refresh_token where tenant_id = p_tenant_id and session_id = any (v_ended);
    perform aegis.append_events(coalesce((
        select jsonb_agg(e.event order by e.place) from jsonb_array_elements(p_events) with ordinality as e (event, place)
        where (e.event ->> 'subject')::uuid = any (v_ended)), '[]'));
    return cardinality(v_ended);
end
$$;
