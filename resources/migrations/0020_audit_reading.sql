-- Reading the audit trail of all organizations: by time, which the ids are ordered by. Within one organization the primary key does it.
-- A block range index costs an insert next to nothing.
create index event_id on event using brin (id) with (pages_per_range = 16, autosummarize = on);
