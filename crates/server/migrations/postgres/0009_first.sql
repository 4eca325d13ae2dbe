-- All tables, as the migrations 0001 to 0009 of the other folder make them, which say what they are for. For PostgreSQL and
-- for what speaks its language (CockroachDB, YugabyteDB): no triggers, and nothing but text, bigint and boolean.
--
-- What is searched or ordered by is compared byte by byte, as ids are.

create table begun (
    at text not null
);

create table priorities (
    id text collate "C" primary key,
    name text collate "C" not null,
    rank bigint not null
);

create table channels (
    id text collate "C" primary key,
    type text not null,
    name text collate "C" not null
);

create table users (
    id text collate "C" primary key,
    email text collate "C",
    slack_user_id text collate "C",
    is_active boolean not null,
    document text not null
);

create table schedules (
    id text collate "C" primary key,
    document text not null
);

create table teams (
    id text collate "C" primary key,
    name text collate "C" not null,
    document text not null
);

create table escalation_paths (
    id text collate "C" primary key,
    document text not null,
    created_at text collate "C" not null,
    updated_at text collate "C" not null,
    archived_at text collate "C"
);

create table path_revisions (
    path_id text collate "C" not null references escalation_paths (id),
    number bigint not null,
    saved_at text collate "C" not null,
    name text collate "C" not null,
    saved_by text,
    note text,
    template_id text collate "C",
    document text not null,
    primary key (path_id, number)
);

create index path_revisions_by_template on path_revisions (template_id);

create table path_documents (
    path_id text collate "C" not null references escalation_paths (id),
    kind text collate "C" not null,
    document text not null,
    saved_at text collate "C" not null,
    revision bigint not null default 1,
    primary key (path_id, kind)
);

create table escalation_path_templates (
    id text collate "C" primary key,
    name text collate "C" not null,
    document text not null,
    created_at text collate "C" not null,
    updated_at text collate "C" not null,
    archived_at text collate "C"
);

create table notification_pauses (
    id text collate "C" primary key,
    user_id text collate "C" not null references users (id),
    starts_at bigint not null,
    ends_at bigint not null,
    document text not null,
    cancelled_at text collate "C"
);

create index notification_pauses_by_start on notification_pauses (starts_at, id);

create table schedule_overrides (
    id text collate "C" primary key,
    schedule_id text collate "C" not null references schedules (id),
    rotation_id text collate "C" not null,
    layer_id text collate "C" not null,
    starts_at bigint not null,
    ends_at bigint not null,
    document text not null,
    archived_at text collate "C"
);

create index schedule_overrides_by_schedule on schedule_overrides (schedule_id, starts_at);

create table escalation_plans (
    id text collate "C" primary key,
    document text not null
);

create table escalation_worlds (
    id text collate "C" primary key,
    document text not null
);

create table escalations (
    -- a ULID by the database's clock: the order of the list
    id text collate "C" primary key,
    plan_id text collate "C" not null references escalation_plans (id),
    path_id text collate "C",
    path_revision bigint,
    title text not null,
    description text not null,
    priority_id text collate "C",
    priority_name text not null,
    creator text not null,
    alert_id text collate "C",
    incident_id text collate "C",
    idempotency_key text collate "C" unique,
    reassigned_from text collate "C" unique references escalations (id),
    status text collate "C" not null,
    first_state text not null,
    state text not null,
    version bigint not null,
    steps bigint not null,
    event_at bigint not null,
    due_at bigint,
    error text,
    created_at bigint not null,
    updated_at bigint not null
);

create index escalations_due on escalations (due_at) where due_at is not null and error is null;
create index escalations_by_status on escalations (status, id);
create index escalations_by_path on escalations (path_id, id);
create index escalations_by_path_and_status on escalations (path_id, status, id);
create index escalations_by_alert on escalations (alert_id, id) where alert_id is not null;
create index escalations_by_incident on escalations (incident_id, id) where incident_id is not null;
create index escalations_by_update on escalations (updated_at);

create table escalation_inputs (
    escalation_id text collate "C" not null references escalations (id),
    number bigint not null,
    at bigint not null,
    due_at bigint,
    kind text not null,
    world_id text collate "C" not null references escalation_worlds (id),
    round_robin text,
    recorded_at bigint not null,
    primary key (escalation_id, number)
);

create table escalation_steps (
    escalation_id text collate "C" not null references escalations (id),
    number bigint not null,
    input bigint not null,
    event text collate "C",
    document text not null,
    primary key (escalation_id, number)
);

create table deliveries (
    id text collate "C" primary key,
    escalation_id text collate "C" not null references escalations (id),
    version bigint not null,
    number bigint not null,
    kind text collate "C" not null,
    document text not null,
    status text collate "C" not null,
    tries bigint not null,
    try_at bigint not null,
    error text,
    created_at bigint not null,
    updated_at bigint not null,
    unique (escalation_id, version, number)
);

create index deliveries_due on deliveries (try_at) where status = 'waiting';
create index deliveries_by_status on deliveries (status, id);

create table path_pages (
    path_id text collate "C" not null,
    user_id text collate "C" not null,
    paged_at bigint not null,
    primary key (path_id, user_id)
);

-- One row. Each change of what people save locks it and counts in it.
create table world_changes (
    number bigint not null
);
insert into world_changes (number) values (0);

create table alert_sources (
    id text collate "C" primary key,
    name text not null,
    secret text not null,
    document text not null,
    created_at bigint not null,
    updated_at bigint not null,
    archived_at bigint
);

create table alerts (
    id text collate "C" primary key,
    source_id text collate "C" not null references alert_sources (id),
    deduplication_key text collate "C" not null,
    title text not null,
    description text,
    source_url text,
    metadata text not null,
    status text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    resolved_at bigint
);

create unique index alerts_firing on alerts (source_id, deduplication_key) where status = 'firing';
