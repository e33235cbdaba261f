//! `relay`: serves; `relay seed` fills an empty record with demo data; `relay openapi` prints the API's document.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use yunzhen_relay::config::Config;
use yunzhen_relay::{http, relay, seed};
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::{clock, ready, telemetry};

/// Forwards media between homes and hospital, and keeps the care record.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The settings file; relay.example.toml explains each key.
    #[arg(long, default_value = "relay.toml", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Fills the record with demo homes, residents and staff; does nothing where they are already.
    Seed {
        /// The password of every demo account.
        #[arg(long, env = "YUNZHEN_DEMO_PASSWORD")]
        password: String,
    },
    /// Prints the OpenAPI 3.1 document.
    Openapi,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relay: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Some(Command::Openapi) => {
            let document = serde_json::to_string_pretty(&http::openapi())?;
            writeln!(std::io::stdout().lock(), "{document}").context("the document could not be written")
        }
        Some(Command::Seed { password }) => {
            let config = Config::load(&arguments.config)?;
            telemetry::init_logging(&config.telemetry)?;
            seed::run(&config.store.path, &password, clock::now_timestamp()).await?;
            // One line for the program that starts the demo.
            writeln!(std::io::stdout().lock(), "{}", seed::summary()).context("standard output is closed")
        }
        None => {
            let config = Config::load(&arguments.config)?;
            telemetry::init_logging(&config.telemetry)?;
            let life = Lifecycle::new();
            let addresses = relay::start(&config, &life, telemetry::init_metrics()?).await?;
            ready::print_ready(&addresses).context("standard output is closed")?;
            life.run().await?;
            Ok(())
        }
    }
}
