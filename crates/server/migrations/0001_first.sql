-- Documents are kept as the JSON that came, so that nothing is lost; columns are what is searched by.

create table priorities (
    id text primary key,
    name text not null,
    rank integer not null
);

create table channels (
    id text primary key,
    type text not null,
    name text not null
);

create table users (
    id text primary key,
    email text,
    slack_user_id text,
    is_active boolean not null,
    document text not null
);

create table schedules (
    id text primary key,
    document text not null
);

create table escalation_paths (
    id text primary key,
    -- the payload that created it or that replaced it last
    document text not null,
    created_at text not null,
    updated_at text not null,
    -- a deleted path is archived
    archived_at text
);
