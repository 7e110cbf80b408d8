//! Integration tests of the whole program, in one binary.
//!
//! [`shared_app`] is one in-process application for all tests, [`fresh_app`] one per test with a clock that
//! can be moved, and [`penny_process`] the real program as a child process.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test should panic where it fails, and print why it is skipped"
)]

mod access_tokens;
mod api_compatibility;
mod api_contract;
mod branches;
mod cli;
mod fault_injection;
mod fault_injection_postgres;
mod fresh_app;
mod graphql;
mod graphql_socket;
mod limits_graphql;
mod limits_rest;
mod penny_process;
mod reconnects;
mod rest;
mod scripted_tools;
mod shared_app;
mod sign_in;
mod sign_in_audit;
mod sign_in_databases;
mod sign_in_oidc;
mod socket_limits;
mod stored_data;
mod tenant_isolation_graphql;
mod tenant_isolation_rest;
mod tools;
mod turns;
