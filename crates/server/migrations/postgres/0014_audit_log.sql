-- As the migration 0014 of the other folder.

create table audit_log (
    number bigint generated always as identity primary key,
    at bigint not null,
    actor_kind text collate "C" not null,
    actor_id text collate "C",
    actor_name text collate "C",
    address text,
    action text collate "C" not null,
    resource text collate "C" not null,
    resource_id text collate "C" not null,
    document_before text,
    document_after text
);
create index audit_log_at on audit_log (at);
create index audit_log_actor_name on audit_log (actor_name);
create index audit_log_actor_id on audit_log (actor_id);
create index audit_log_resource on audit_log (resource, resource_id);
create index audit_log_action on audit_log (action);
