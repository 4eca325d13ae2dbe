-- What is kept with a path and is no part of it: what is expected of it, and named scenarios.

create table path_documents (
    path_id text not null references escalation_paths (id),
    -- `expectations` or `scenarios`
    kind text not null,
    -- a list
    document text not null,
    saved_at text not null,
    primary key (path_id, kind)
);

-- Teams, which own paths.

create table teams (
    id text primary key,
    name text not null,
    document text not null
);
