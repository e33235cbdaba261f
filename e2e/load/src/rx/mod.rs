//! Prescriptions: the whole chain from the signature to the nurse's count, with real signatures, and every list of every screen, on SQLite and on PostgreSQL with a
//! million prescriptions behind them, beside the machine's raw fsync rate.
//!
//! The use cases are called in this process, as the API's handlers call them; a list is turned into its JSON. HTTP, TLS and the courier's sign-in are not measured.
//! What people's own devices do, making a signature, is left out of the steps.

mod chain;
mod county;
mod fill;
mod lists;
mod patterns;
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
    /// How many read each list at once.
    #[arg(long, default_value_t = 4)]
    readers: usize,
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
        report.lists.extend(lists::measure(name, &world, arguments.readers, arguments.reads).await?);
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

#[cfg(test)]
#[allow(clippy::unwrap_used)] // tests
mod tests {
    use super::*;

    /// So that a change of the record does not leave a measurement behind that fails when somebody wants it.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_small_county_is_filled_measured_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = Arguments {
            folder: folder.path().to_owned(),
            postgres: None,
            no_sqlite: false,
            seconds: 1,
            prescriptions: 500,
            audit_rows: 1000,
            clients: 2,
            readers: 1,
            reads: 1,
            json: None,
        };
        let location = || Location::File(folder.path().join("small.db"));
        let world = World::new("SQLite", location(), &arguments).await.unwrap();
        let present = world.count().await.unwrap();
        world.close().await;
        let world = World::new("SQLite", location(), &arguments).await.unwrap();
        assert_eq!(world.count().await.unwrap(), present, "what is kept is not filled again");
        let lists = lists::measure("SQLite", &world, arguments.readers, arguments.reads).await.unwrap();
        assert!(lists.iter().any(|list| list.rows == 100), "some have more than a page");
        let chain = chain::measure(&world, arguments.clients, Duration::from_secs(arguments.seconds)).await.unwrap();
        assert!(chain.delivered > 0, "a prescription goes from the signature to the door");
        world.close().await;
        arguments.prescriptions += 1;
        let other = World::new("SQLite", location(), &arguments).await;
        assert!(other.is_err_and(|error| error.to_string().contains("another folder")), "of another size");
    }
}
