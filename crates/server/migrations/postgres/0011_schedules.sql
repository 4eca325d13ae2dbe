-- A deleted schedule is archived.
alter table schedules add column archived_at text collate "C";
