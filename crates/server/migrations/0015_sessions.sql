-- People who sign in, and their sessions. Instants are in milliseconds since 1970.

create table accounts (
    id text primary key,
    -- who says who it is: an issuer of OpenID Connect; nothing for those who sign in by links that this server gives out
    issuer text,
    -- what it is called there
    subject text,
    name text not null,
    email text,
    -- viewer, responder, editor or admin
    role text not null,
    created_at integer not null,
    -- nobody signs in with a disabled account, and its sessions are over
    disabled_at integer
);
create unique index accounts_subject on accounts (issuer, subject);

create table sessions (
    id text primary key,
    -- the digest of the token; the token itself is kept nowhere
    secret text not null unique,
    account_id text not null references accounts (id),
    created_at integer not null,
    -- to the minute
    used_at integer not null,
    -- from when it is over, however often it is used
    expires_at integer not null,
    -- somebody signed out, or it was revoked
    ended_at integer
);
create index sessions_account on sessions (account_id);

-- Links by which somebody signs in once.
create table sign_in_links (
    -- the digest of the token in it
    secret text primary key,
    account_id text not null references accounts (id),
    expires_at integer not null,
    used_at integer
);

-- Those who are at their provider to sign in.
create table sign_ins (
    -- the digest of what comes back with them
    state text primary key,
    nonce text not null,
    verifier text not null,
    expires_at integer not null
);
create index sign_ins_expired on sign_ins (expires_at);
