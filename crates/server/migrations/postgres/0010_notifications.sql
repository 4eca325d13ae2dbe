-- As the migration 0010 of the other folder.

create table webhook_endpoints (
    id text collate "C" primary key,
    url text not null,
    event_types text not null,
    secret text not null,
    created_at bigint not null,
    archived_at bigint
);

create table user_notifications (
    user_id text collate "C" not null references users (id),
    kind text collate "C" not null,
    document text not null,
    updated_at bigint not null,
    primary key (user_id, kind)
);

create table server_keys (
    name text collate "C" primary key,
    secret text not null
);

create index deliveries_due_by_kind on deliveries (kind, try_at) where status = 'waiting';
create index deliveries_waiting on deliveries (escalation_id) where status = 'waiting';
