-- Who may ask, and for what. Instants are in milliseconds since 1970.

create table api_keys (
    id text primary key,
    name text not null,
    -- the names of its rights, by spaces
    rights text not null,
    -- the digest of the key; the key itself is kept nowhere
    secret text not null unique,
    created_at integer not null,
    -- who made it, if that is known
    created_by text,
    -- from when it is not valid any more
    expires_at integer,
    -- to the minute
    last_used_at integer,
    -- a revoked key stays, so that it is known what it was
    revoked_at integer
);
