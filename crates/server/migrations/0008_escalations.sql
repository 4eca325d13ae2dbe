-- Escalations that run. All of one is here: nothing about it lives in memory alone. Instants are in milliseconds since
-- 1970, and those that the engine counts by (`event_at`, `due_at`, `at`) in seconds.

-- What escalations follow: the path as it was when they began, with the paths that it may hand over to and the templates
-- of all of them; or people. The id is the digest of the document, so that it is kept once, however many follow it.
create table escalation_plans (
    id text primary key,
    document text not null
);

-- What was looked up when something happened: who is on call, who has paused. The id is the digest.
create table escalation_worlds (
    id text primary key,
    document text not null
);

create table escalations (
    -- a ULID by the database's clock, later than that of every one before: the order of the list
    id text primary key,
    plan_id text not null references escalation_plans (id),
    -- the path and its revision; null where people were paged directly
    path_id text,
    path_revision integer,
    title text not null,
    description text not null,
    priority_id text,
    priority_name text not null,
    -- as the API tells it
    creator text not null,
    alert_id text,
    incident_id text,
    idempotency_key text unique,
    -- the one that it took over from, which can be so once
    reassigned_from text unique references escalations (id),
    status text not null,
    -- the engine's state before the first input, and now
    first_state text not null,
    state text not null,
    -- how many inputs it has taken
    version integer not null,
    -- how many steps they have made
    steps integer not null,
    -- when the last of them was
    event_at integer not null,
    -- when its next timer is due; null: only somebody's doing can go on with it
    due_at integer,
    -- why it was set aside; such a one is not run
    error text,
    -- that of the id
    created_at integer not null,
    updated_at integer not null
);

create index escalations_due on escalations (due_at) where due_at is not null and error is null;
create index escalations_by_status on escalations (status, id);
create index escalations_by_path on escalations (path_id, id);
create index escalations_by_path_and_status on escalations (path_id, status, id);
create index escalations_by_alert on escalations (alert_id, id) where alert_id is not null;
create index escalations_by_incident on escalations (incident_id, id) where incident_id is not null;
create index escalations_by_update on escalations (updated_at);

-- What happened to an escalation, in order: with its plan and the worlds all that its steps follow from.
create table escalation_inputs (
    escalation_id text not null references escalations (id),
    -- from 1; the version of the escalation after it
    number integer not null,
    at integer not null,
    -- when a timer was due
    due_at integer,
    -- the engine's event
    kind text not null,
    world_id text not null references escalation_worlds (id),
    -- whose turn it was on a level with round robin, by node
    round_robin text,
    recorded_at integer not null,
    primary key (escalation_id, number)
);

create table escalation_steps (
    escalation_id text not null references escalations (id),
    -- from 1
    number integer not null,
    -- that of the input which made it
    input integer not null,
    -- what the API calls it, if it has a word for it
    event text,
    -- a step of a trace
    document text not null,
    primary key (escalation_id, number)
);

-- What is to be sent, at least once. The id follows from escalation, version and number, so that nothing can be written
-- twice.
create table deliveries (
    id text primary key,
    escalation_id text not null references escalations (id),
    version integer not null,
    -- among those of one version, from 1
    number integer not null,
    -- by what it is sent
    kind text not null,
    -- to whom, and what
    document text not null,
    -- `waiting`, `sent`, or `dead`: it is not tried any more
    status text not null,
    tries integer not null,
    -- when it is tried next
    try_at integer not null,
    -- why it could not be sent when it was tried last
    error text,
    created_at integer not null,
    updated_at integer not null,
    unique (escalation_id, version, number)
);

create index deliveries_due on deliveries (try_at) where status = 'waiting';
create index deliveries_by_status on deliveries (status, id);

-- When each person was last paged on each path: round robin begins with the one paged longest ago.
create table path_pages (
    path_id text not null,
    user_id text not null,
    paged_at integer not null,
    primary key (path_id, user_id)
);

-- One more with each change of what is looked up, so that it can be kept in memory until then. By triggers, so that no
-- change can forget it.
create table world_changes (
    number integer not null
);
insert into world_changes (number) values (0);

create trigger users_are_added after insert on users begin update world_changes set number = number + 1; end;
create trigger users_are_changed after update on users begin update world_changes set number = number + 1; end;
create trigger users_are_removed after delete on users begin update world_changes set number = number + 1; end;
create trigger schedules_are_added after insert on schedules begin update world_changes set number = number + 1; end;
create trigger schedules_are_changed after update on schedules begin update world_changes set number = number + 1; end;
create trigger schedules_are_removed after delete on schedules begin update world_changes set number = number + 1; end;
create trigger overrides_are_added after insert on schedule_overrides begin update world_changes set number = number + 1; end;
create trigger overrides_are_changed after update on schedule_overrides begin update world_changes set number = number + 1; end;
create trigger overrides_are_removed after delete on schedule_overrides begin update world_changes set number = number + 1; end;
create trigger pauses_are_added after insert on notification_pauses begin update world_changes set number = number + 1; end;
create trigger pauses_are_changed after update on notification_pauses begin update world_changes set number = number + 1; end;
create trigger pauses_are_removed after delete on notification_pauses begin update world_changes set number = number + 1; end;
create trigger channels_are_added after insert on channels begin update world_changes set number = number + 1; end;
create trigger channels_are_changed after update on channels begin update world_changes set number = number + 1; end;
create trigger channels_are_removed after delete on channels begin update world_changes set number = number + 1; end;
create trigger priorities_are_added after insert on priorities begin update world_changes set number = number + 1; end;
create trigger priorities_are_changed after update on priorities begin update world_changes set number = number + 1; end;
create trigger priorities_are_removed after delete on priorities begin update world_changes set number = number + 1; end;
