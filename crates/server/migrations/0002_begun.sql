-- Whether the database has been begun: with the demo organisation or without it. A database that was left half begun has
-- no row, and is begun again.

create table begun (
    at text not null
);
