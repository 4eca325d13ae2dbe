-- As the migration 0016 of the other folder.

alter table api_keys add column team_ids text;
alter table accounts add column team_roles text not null default '{}';
alter table audit_log add column outcome text collate "C";
