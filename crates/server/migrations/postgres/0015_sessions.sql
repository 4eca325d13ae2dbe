-- As the migration 0015 of the other folder.

create table accounts (
    id text collate "C" primary key,
    issuer text collate "C",
    subject text collate "C",
    name text not null,
    email text,
    role text collate "C" not null,
    created_at bigint not null,
    disabled_at bigint
);
create unique index accounts_subject on accounts (issuer, subject);

create table sessions (
    id text collate "C" primary key,
    secret text collate "C" not null unique,
    account_id text collate "C" not null references accounts (id),
    created_at bigint not null,
    used_at bigint not null,
    expires_at bigint not null,
    ended_at bigint
);
create index sessions_account on sessions (account_id);

create table sign_in_links (
    secret text collate "C" primary key,
    account_id text collate "C" not null references accounts (id),
    expires_at bigint not null,
    used_at bigint
);

create table sign_ins (
    state text collate "C" primary key,
    nonce text not null,
    verifier text not null,
    expires_at bigint not null
);
create index sign_ins_expired on sign_ins (expires_at);
