//! `certs`: makes the authority, issues certificates, verifies signed documents.

mod cli;

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    // The one place of this crate that reads the clock: everything below takes the time as an argument.
    #[allow(clippy::disallowed_methods)]
    let now = jiff::Timestamp::now();
    match cli::run(cli::Cli::parse(), now) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("certs: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
