//! Tests of the whole program, in one binary: the doors, sign-in, tenants.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "these are tests: what goes wrong should end them where it does, and what is skipped is said"
)]

mod bad_luck;
mod bad_luck_postgres;
mod branches;
mod doors;
mod doors_programs;
mod graphql;
mod graphql_socket;
mod limits_graphql;
mod limits_rest;
mod rest;
mod rest_app;
mod sign_in;
mod sign_in_app;
mod sign_in_audit;
mod sign_in_cli;
mod sign_in_openid;
mod sign_in_stores;
mod sign_in_tokens;
mod sockets;
mod storm;
mod tools;
mod tools_app;
mod turns;
mod turns_app;
mod walk;
mod walk_graphql;
