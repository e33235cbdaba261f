//! Durable commands per second of the care record, on SQLite and on PostgreSQL, with a long audit log behind it, beside the machine's raw fsync rate.
//!
//! The use cases are called in this process, as the API's handlers call them: idempotency key, access, machine, guarded update, audit row, COMMIT with fsync.
//! HTTP and TLS are not measured here. Each client sends its next command when the one before was acknowledged.

mod commands;
mod disk;
mod report;
pub mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use yunzhen_store::Location;

use crate::{machine, now};
use commands::Command;
pub use report::percentile;
use report::{Report, Row};
use world::World;

/// How many at once.
const CLIENTS: [usize; 3] = [1, 16, 64];

/// What `care` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where the SQLite file goes and where the disk is measured; a disk, not a memory file system.
    #[arg(long)]
    folder: PathBuf,
    /// The PostgreSQL database that is filled; left out, only SQLite is measured.
    #[arg(long)]
    postgres: Option<Location>,
    /// Seconds measured per case.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rows of the audit log before the first case.
    #[arg(long, default_value_t = 1_000_000)]
    audit_rows: u64,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure_all(arguments))
}

async fn measure_all(arguments: &Arguments) -> anyhow::Result<()> {
    let duration = Duration::from_secs(arguments.seconds);
    let mut report = Report::new(machine::describe(), arguments.seconds);
    let mut databases = vec![("SQLite", Location::File(arguments.folder.join("bench-care.db")))];
    databases.extend(arguments.postgres.clone().map(|server| ("PostgreSQL", server)));
    for (name, location) in databases {
        say(&format!("{name}: {} audit rows …", arguments.audit_rows))?;
        let world = World::new(location, arguments.audit_rows).await?;
        let fsyncs = fsync_rate(&arguments.folder, Duration::from_secs(2)).await?;
        report.audit_rows = world.audit_rows().await?;
        for command in Command::ALL {
            for clients in CLIENTS {
                say(&format!("{name}: {}, {clients} clients …", command.name()))?;
                let measured = measure(&world, command, clients, duration).await?;
                report.rows.push(Row::new(name, command.name(), clients, measured, fsyncs));
            }
        }
        world.close().await?;
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

/// What one case gave.
pub struct Measured {
    /// Acknowledged.
    pub commands: usize,
    /// From the first to the last.
    pub elapsed: Duration,
    /// Of each, in order of length.
    pub latencies: Vec<Duration>,
}

async fn measure(world: &World, command: Command, clients: usize, duration: Duration) -> anyhow::Result<Measured> {
    let work = Arc::new(command.prepare(world).await?);
    // Connections, statements and caches are warm, as they are in a relay that runs.
    command.run(&work).await?;
    let began = now();
    let running: Vec<_> = (0..clients)
        .map(|_| {
            let work = work.clone();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while began.elapsed() < duration {
                    let sent = now();
                    if !command.run(&work).await? {
                        break;
                    }
                    latencies.push(sent.elapsed());
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for client in running {
        latencies.extend(client.await??);
    }
    let elapsed = began.elapsed();
    latencies.sort_unstable();
    Ok(Measured { commands: latencies.len(), elapsed, latencies })
}

pub async fn fsync_rate(folder: &Path, duration: Duration) -> anyhow::Result<f64> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || disk::fsyncs_per_second(&folder, duration)).await?
}

pub fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
