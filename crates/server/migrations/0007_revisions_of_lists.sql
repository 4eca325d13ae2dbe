-- How often a list that is kept with a path was saved, so that a save can depend on what it replaces.

alter table path_documents add column revision integer not null default 1;
