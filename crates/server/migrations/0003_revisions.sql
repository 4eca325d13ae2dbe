-- What each save of a path left behind: the newest revision is the path as it is now, or as it was when it was deleted.

create table path_revisions (
    path_id text not null references escalation_paths (id),
    -- from 1, one more with each save
    number integer not null,
    saved_at text not null,
    name text not null,
    -- who, where something in front of the server says so
    saved_by text,
    -- what it was other than a save
    note text,
    -- the template that the path is made from
    template_id text,
    -- the payload
    document text not null,
    primary key (path_id, number)
);

create index path_revisions_by_template on path_revisions (template_id);

insert into path_revisions (path_id, number, saved_at, name, template_id, document)
select
    id,
    1,
    updated_at,
    coalesce(json_extract(document, '$.name'), ''),
    case when json_extract(document, '$.kind') = 'templated' then json_extract(document, '$.template_id') end,
    document
from escalation_paths;
