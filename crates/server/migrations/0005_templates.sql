-- Templates of paths. Which paths are made from one is said by their revisions.

create table escalation_path_templates (
    id text primary key,
    name text not null,
    -- the payload that created it or that replaced it last
    document text not null,
    created_at text not null,
    updated_at text not null,
    -- a deleted template is archived
    archived_at text
);
