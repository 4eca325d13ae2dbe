-- What somebody may do with what single teams own; and how a change went that was passed on.

-- the ids of the teams whose things a key may change, a list in JSON; nothing: those of the organisation
alter table api_keys add column team_ids text;
-- roles by the ids of teams, an object in JSON
alter table accounts add column team_roles text not null default '{}';
-- refused or unknown; nothing: it was done
alter table audit_log add column outcome text;
