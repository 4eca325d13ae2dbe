-- Who changed what, and paged whom. Instants are in milliseconds since 1970.

create table audit_log (
    -- never given twice: whoever reads the log page by page skips nothing
    number integer primary key autoincrement,
    at integer not null,
    -- api_key, session, person, anonymous, link or command_line
    actor_kind text not null,
    -- of an API key, for a session of an account, for a link of a user
    actor_id text,
    actor_name text,
    -- where it came from, if it came over the network
    address text,
    action text not null,
    resource text not null,
    resource_id text not null,
    -- JSON, without secrets; "unreadable" for a document that could not be read
    document_before text,
    document_after text
);
create index audit_log_at on audit_log (at);
create index audit_log_actor_name on audit_log (actor_name);
create index audit_log_actor_id on audit_log (actor_id);
create index audit_log_resource on audit_log (resource, resource_id);
create index audit_log_action on audit_log (action);
