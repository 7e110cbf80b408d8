//! The program `penny`: the HTTP server with all its APIs, the command line, and the composition root
//! ([`boot`]).

pub mod boot;
pub mod cli;
pub mod config;
mod connections;
pub mod doctor;
pub mod rest;
pub mod serve;
pub mod sign_in;
pub mod telemetry;
pub mod web;
