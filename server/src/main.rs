//! The program `penny`.

use clap::Parser;
use penny::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    penny::cli::run(Cli::parse())
}
