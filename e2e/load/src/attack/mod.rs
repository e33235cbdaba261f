//! `attack`: what somebody with a box, or with none, would try against a relay that runs (docs/security/attack.md): certificates, control messages, another home's
//! consultation, floods. Part of `make attack`, whose running call is the judge of what hurts others.
//!
//! Messages are written by hand and not by `yunzhen_protocol::control`: an attacker does not send what our types allow.

mod attempts;
mod boxes;
mod tally;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Deserialize;
use uuid::Uuid;

use boxes::Door;
use tally::Tally;

#[derive(clap::Args)]
pub struct Arguments {
    /// The description of the stack that runs (`stack.json`).
    #[arg(long)]
    stack: PathBuf,
    /// Where the report goes as JSON; without it, to the standard output.
    #[arg(long)]
    json: Option<PathBuf>,
    /// The consultation under way, of the home whose box the stack runs.
    #[arg(long)]
    consultation: Option<Uuid>,
    /// Shorter floods.
    #[arg(long)]
    quick: bool,
}

/// What `scripts/stack.mjs` says of the stack, as far as it is needed here.
#[derive(Deserialize)]
struct Stack {
    pki: PathBuf,
    etc: PathBuf,
    ports: Ports,
    bin: Programs,
    homes: Vec<Home>,
    box_home_id: String,
    accounts: Vec<Account>,
    password: String,
}

#[derive(Deserialize)]
struct Ports {
    boxes: u16,
}

#[derive(Deserialize)]
struct Programs {
    certs: PathBuf,
}

#[derive(Deserialize)]
struct Home {
    id: String,
}

#[derive(Deserialize)]
struct Account {
    role: String,
    username: String,
    home_id: Option<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&arguments.stack).context("the stack's description cannot be read")?;
    let stack: Stack = serde_json::from_str(&text).context("this is no description of a stack")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut tally = Tally::default();
    runtime.block_on(all(arguments, &stack, &mut tally))?;
    let report = tally.report();
    match &arguments.json {
        Some(path) => std::fs::write(path, report.to_string())?,
        None => writeln!(std::io::stdout().lock(), "{report:#}")?,
    }
    anyhow::ensure!(tally.let_through() == 0, "{} attacks were let through", tally.let_through());
    Ok(())
}

async fn all(arguments: &Arguments, stack: &Stack, tally: &mut Tally) -> anyhow::Result<()> {
    let door = Door::new(stack)?;
    // The home of the running call keeps its box: a second one in its name would take its place, as a box that was restarted does.
    let other = stack.homes.iter().find(|home| home.id != stack.box_home_id).context("the stack has one home only")?;
    let own = door.issue("agent", "attacker", &["--home", &other.id])?;
    let others = door.is_welcomed(&own).await;
    anyhow::ensure!(others, "a box with a good certificate is refused too, so nothing here would prove anything");

    attempts::certificates(&door, other, tally).await?;
    attempts::messages(&door, &own, tally).await?;
    attempts::of_another_home(&door, &own, stack, arguments.consultation, tally).await?;
    attempts::clones(&door, &own, tally).await?;
    attempts::floods(&door, &own, arguments.quick, tally).await?;
    attempts::revoked(&door, stack, other, tally).await
}
