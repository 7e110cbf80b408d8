//! The program `penny`: every door on one address, the command line, and the one place that picks
//! concrete parts.

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
