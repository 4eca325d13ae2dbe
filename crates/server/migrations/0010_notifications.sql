-- Whom what is sent reaches, and how. Instants are in milliseconds since 1970.

-- Where events of escalations are sent.
create table webhook_endpoints (
    id text primary key,
    url text not null,
    -- JSON: the types of events that it gets
    event_types text not null,
    -- what its requests are signed with
    secret text not null,
    created_at integer not null,
    -- a deleted endpoint gets nothing any more
    archived_at integer
);

-- How people are reached, and when: of each person and kind (`methods`, `rules`) one list, as JSON.
create table user_notifications (
    user_id text not null references users (id),
    kind text not null,
    document text not null,
    updated_at integer not null,
    primary key (user_id, kind)
);

-- What the server signs with itself, made when it is needed first; in hexadecimal.
create table server_keys (
    name text primary key,
    secret text not null
);

-- Each kind of delivery is sent on its own, so that none waits for another.
create index deliveries_due_by_kind on deliveries (kind, try_at) where status = 'waiting';
-- What waits for an escalation is dropped once nobody need be told any more.
create index deliveries_waiting on deliveries (escalation_id) where status = 'waiting';
