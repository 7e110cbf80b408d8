//! Tests of the whole program, in one binary: the doors, sign-in, tenants.

mod graphql;
mod graphql_socket;
mod limits_graphql;
mod limits_rest;
mod rest;
mod rest_app;
