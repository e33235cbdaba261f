//! The clinic-agent's entry point: settings, logging, start, READY, drain.

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use yunzhen_clinic_agent::agent::{self, Bound};
use yunzhen_clinic_agent::capture::Capture;
use yunzhen_clinic_agent::config::Config;
use yunzhen_clinic_agent::enrolment;
use yunzhen_runtime::serve::bind_tcp;
use yunzhen_runtime::web::problem::Language;
use yunzhen_runtime::{Lifecycle, print_ready, telemetry};

/// The box in the nursing home: pictures and sound to the relay, the nurse's page, what she writes.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, default_value = "clinic-agent.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Enrol this box by a code from the console's page "Boxes": makes its key here, gets its certificate, and writes the files that the configuration names. Start or
    /// restart the box afterwards.
    Enrol {
        /// Host and TCP port of the relay's enrolment; by default as the configuration has it.
        #[arg(long)]
        relay: Option<String>,
        /// The code, good for ten minutes and once.
        #[arg(long)]
        code: String,
    },
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
        if let Some(Command::Enrol { relay, code }) = arguments.command {
            return enrol(&config, relay, &code).await;
        }
        // A box that has no certificate shows how it gets one, and nothing else.
        if !config.identity.certificate.exists() {
            let listener = bind_tcp("the page for enrolment", config.page.listen).await?;
            let page = listener.local_addr().unwrap_or(config.page.listen);
            print_ready(&Bound { page }).context("standard output cannot be written")?;
            if !enrolment::page::until_enrolled(listener, &config).await? {
                return Ok(());
            }
        }
        let life = Lifecycle::new();
        let agent = agent::start(&life, &config, Box::new(Capture::new(config.capture.clone()))).await?;
        print_ready(&agent.bound).context("standard output cannot be written")?;
        life.run().await?;
        Ok(())
    })
}

#[allow(clippy::print_stdout, reason = "what a person at the command line waits for")]
async fn enrol(config: &Config, relay: Option<String>, code: &str) -> anyhow::Result<()> {
    let relay = relay.unwrap_or_else(|| config.relay.enrolment());
    let facts = enrolment::enrol(config, &relay, code, None, Language::En).await?;
    println!("{}", enrolment::told(config, &facts));
    Ok(())
}
