//! `hospital-console --config <file>`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use yunzhen_hospital_console::{Config, Console};
use yunzhen_runtime::{Lifecycle, clock, print_ready, telemetry};

/// Serves the web application of specialists, pharmacists, pharmacies, couriers and administrators.
#[derive(Parser)]
#[command(name = "hospital-console", version)]
struct Cli {
    /// The settings file; `hospital-console.example.toml` explains every key.
    #[arg(long, default_value = "hospital-console.toml")]
    config: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hospital-console: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: &Cli) -> anyhow::Result<()> {
    let config = Config::load(&cli.config)?;
    telemetry::init_logging(&config.telemetry)?;
    let life = Lifecycle::new();
    let console = Console::start(&config, &life, clock::now_timestamp()).await?;
    print_ready(&console)?;
    Ok(life.run().await?)
}
