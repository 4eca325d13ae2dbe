//! The tests of the server, in one program: each would have all of the server in it otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;
mod faulty;
mod kills;
mod provider;
mod receivers;
mod replay_of;

mod alerts;
mod audit;
mod backups;
mod connections;
mod corpus_played;
mod crash;
mod edges;
mod escalations;
mod failing;
mod given;
mod http;
mod kept;
mod keys;
mod large;
mod limits;
mod locked;
mod lost;
mod notifications;
mod observed;
mod openapi;
mod organisation;
mod program;
mod proxy;
mod races;
mod revisions;
mod rights;
mod running;
mod schedules;
mod security;
mod sign_in;
mod start_and_stop;
mod teams;
mod tls;
