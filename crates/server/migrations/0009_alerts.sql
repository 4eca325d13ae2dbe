-- Alerts that come in. Instants are in milliseconds since 1970.

create table alert_sources (
    id text primary key,
    name text not null,
    -- the digest of what an event must bring; the secret itself is kept nowhere
    secret text not null,
    -- which path, priority and grace period an alert gets
    document text not null,
    created_at integer not null,
    updated_at integer not null,
    -- a deleted source takes no events any more
    archived_at integer
);

create table alerts (
    id text primary key,
    source_id text not null references alert_sources (id),
    deduplication_key text not null,
    title text not null,
    description text,
    source_url text,
    -- JSON
    metadata text not null,
    -- `firing` or `resolved`
    status text not null,
    created_at integer not null,
    updated_at integer not null,
    resolved_at integer
);

-- Of one key one alert fires at a time.
create unique index alerts_firing on alerts (source_id, deduplication_key) where status = 'firing';
