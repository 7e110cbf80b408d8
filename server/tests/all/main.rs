//! Tests of the whole program, in one binary: the doors, sign-in, tenants.

mod graphql;
mod graphql_socket;
mod limits_graphql;
mod limits_rest;
mod rest;
mod rest_app;
mod sign_in;
mod sign_in_app;
mod sign_in_openid;
mod sign_in_stores;
mod sign_in_tokens;
