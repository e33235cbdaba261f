//! Prescriptions: the whole chain from the signature to the nurse's count, with real signatures, and every list of every screen, on SQLite and on PostgreSQL with a
//! million prescriptions behind them, beside the machine's raw fsync rate.
//!
//! The use cases are called in this process, as the API's handlers call them; a list is turned into its JSON. HTTP, TLS and the courier's sign-in are not measured.
//! What people's own devices do, making a signature, is left out of the steps.

mod chain;
mod lists;
mod report;
mod world;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use yunzhen_store::Location;

use crate::care::{fsync_rate, say};
use crate::machine;
use report::Report;
use world::World;

/// What `rx` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where the SQLite file goes and where the disk is measured; a disk, not a memory file system.
    #[arg(long)]
    folder: PathBuf,
    /// The PostgreSQL database that is filled; left out, only SQLite is measured.
    #[arg(long)]
    postgres: Option<Location>,
    /// Only the server is measured.
    #[arg(long)]
    no_sqlite: bool,
    /// Seconds of the chain.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Prescriptions before the first one that is measured.
    #[arg(long, default_value_t = 1_000_000)]
    prescriptions: u64,
    /// Rows of the audit log before it.
    #[arg(long, default_value_t = 1_000_000)]
    audit_rows: u64,
    /// How many at once.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How often each list is read.
    #[arg(long, default_value_t = 200)]
    reads: usize,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure_all(arguments))
}

async fn measure_all(arguments: &Arguments) -> anyhow::Result<()> {
    let mut report = Report::new(machine::describe(), arguments);
    let mut databases = Vec::new();
    if !arguments.no_sqlite {
        databases.push(("SQLite", Location::File(arguments.folder.join("bench-rx.db"))));
    }
    databases.extend(arguments.postgres.clone().map(|server| ("PostgreSQL", server)));
    for (name, location) in databases {
        let world = World::new(name, location, arguments).await?;
        let fsyncs = fsync_rate(&arguments.folder, Duration::from_secs(2)).await?;
        say(&format!("{name}: lists …"))?;
        report.lists.extend(lists::measure(name, &world, arguments.reads).await?);
        say(&format!("{name}: the chain, {} clients …", arguments.clients))?;
        let chain = chain::measure(&world, arguments.clients, Duration::from_secs(arguments.seconds)).await?;
        report.chains.push(report::Chain::new(name, chain, fsyncs, world.count().await?));
        world.close().await;
    }
    report.conclude();
    say(&format!("\n{}", report.table()))?;
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    anyhow::ensure!(report.verdicts.iter().all(|verdict| verdict.holds), "an expectation is missed, see above");
    Ok(())
}
