-- As the migration 0013 of the other folder.

create table api_keys (
    id text collate "C" primary key,
    name text not null,
    rights text not null,
    secret text collate "C" not null unique,
    created_at bigint not null,
    created_by text,
    expires_at bigint,
    last_used_at bigint,
    revoked_at bigint
);
