//! The clinic-agent's entry point: settings, logging, start, READY, drain.

use anyhow::Context as _;
use clap::Parser;
use std::path::PathBuf;
use yunzhen_clinic_agent::agent;
use yunzhen_clinic_agent::capture::Capture;
use yunzhen_clinic_agent::config::Config;
use yunzhen_runtime::{Lifecycle, print_ready, telemetry};

/// The box in the nursing home: pictures and sound to the relay, the nurse's page, what she writes.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The configuration file.
    #[arg(long, default_value = "clinic-agent.toml")]
    config: PathBuf,
}

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // One sentence that says what to do; the chain adds the cause where there is one.
            eprintln!("clinic-agent: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let config = Config::load(&arguments.config)?;
    telemetry::init_logging(&config.telemetry)?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another cryptography provider was installed already"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime cannot be started")?;
    runtime.block_on(async {
        let life = Lifecycle::new();
        let agent = agent::start(&life, &config, Box::new(Capture::new(config.capture.clone()))).await?;
        print_ready(&agent.bound).context("standard output cannot be written")?;
        life.run().await?;
        Ok(())
    })
}
