-- What is in the way of who would be on call. Instants are in seconds since 1970.

create table notification_pauses (
    id text primary key,
    user_id text not null references users (id),
    starts_at integer not null,
    ends_at integer not null,
    document text not null,
    cancelled_at text
);

create index notification_pauses_by_start on notification_pauses (starts_at, id);

create table schedule_overrides (
    id text primary key,
    schedule_id text not null references schedules (id),
    rotation_id text not null,
    layer_id text not null,
    starts_at integer not null,
    ends_at integer not null,
    document text not null,
    -- a deleted override, or one whose time another took over
    archived_at text
);

create index schedule_overrides_by_schedule on schedule_overrides (schedule_id, starts_at);
