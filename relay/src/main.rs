//! `relay`: serves; `relay seed` fills an empty record with demo data; `relay register-home`, `register-staff`, `register-pharmacy` and `change-staff` say who is there; `relay openapi` prints the API's document; `relay audit verify` checks the audit log.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use yunzhen_relay::config::Config;
use yunzhen_relay::register::Register;
use yunzhen_relay::{http, relay, seed};
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::{clock, ready, telemetry};
use yunzhen_store::audit::Head;
use yunzhen_store::{Location, Options, Store, audit};

/// Forwards media between homes and hospital, and keeps the care record.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The settings file; relay.example.toml explains each key.
    #[arg(long, default_value = "relay.toml", global = true)]
    config: PathBuf,
    /// Where the record is, instead of what the settings say: postgres://… or sqlite:….
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<Location>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "parsed once, at the start")]
enum Command {
    /// Fills the record with demo homes, residents and staff; does nothing where they are already.
    Seed {
        /// The password of every demo account.
        #[arg(long, env = "YUNZHEN_DEMO_PASSWORD")]
        password: String,
    },
    #[command(flatten)]
    Register(Register),
    /// Prints the OpenAPI 3.1 document.
    Openapi,
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Subcommand)]
enum Audit {
    /// Recomputes the whole hash chain and prints its head; fails with the first row that was changed, moved or removed. May run beside the relay.
    Verify {
        /// The head that an earlier run printed, kept outside the database: rows that were cut off since, with the head, are found too.
        #[arg(long)]
        head: Option<Head>,
    },
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

/// The settings in force, and logging as they say.
fn settings(arguments: &Arguments) -> anyhow::Result<Config> {
    let mut config = Config::load(&arguments.config)?;
    config.store.url = arguments.database_url.clone().or(config.store.url);
    telemetry::init_logging(&config.telemetry)?;
    Ok(config)
}

async fn run(mut arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command.take() {
        Some(Command::Openapi) => {
            let document = serde_json::to_string_pretty(&http::openapi())?;
            writeln!(std::io::stdout().lock(), "{document}").context("the document could not be written")
        }
        Some(Command::Seed { password }) => {
            let config = settings(&arguments)?;
            seed::run(config.store.location(), &password, clock::now_timestamp()).await?;
            // One line for the program that starts the demo.
            writeln!(std::io::stdout().lock(), "{}", seed::summary()).context("standard output is closed")
        }
        Some(Command::Register(register)) => {
            let config = settings(&arguments)?;
            let store = Store::open_at(config.store.location(), &Options::default()).await?;
            let registered = register.run(&store, clock::now_timestamp()).await;
            store.close().await;
            writeln!(std::io::stdout().lock(), "{}", registered?).context("standard output is closed")
        }
        Some(Command::Audit(Audit::Verify { head })) => {
            let config = settings(&arguments)?;
            let store = Store::open_at(config.store.location(), &Options::default()).await?;
            let mut read = store.read().await?;
            let verified = audit::verify_against(&mut read, head).await;
            drop(read);
            store.close().await;
            let head = verified?;
            writeln!(std::io::stdout().lock(), "{head}").context("standard output is closed")?;
            tracing::info!(rows = head.seq, "the audit log is whole");
            Ok(())
        }
        None => {
            let config = settings(&arguments)?;
            let life = Lifecycle::new();
            let addresses = relay::start(&config, &life, telemetry::init_metrics()?).await?;
            ready::print_ready(&addresses).context("standard output is closed")?;
            life.run().await?;
            Ok(())
        }
    }
}
