//! Load against the relay: `bench`, its media path; `care`, its record; `rx`, prescriptions on a large record. And `link`, what a bad link makes of a picture; `netem`, such
//! a link for real programs; `attack`, what somebody with a box would try.
//!
//! The media path: QUIC in, WebRTC out. Prints what a forwarded packet costs and how long it takes, beside a raw UDP
//! forwarder and Janus, all in one run, so that the figures are ratios of one machine at one time.
//!
//! The process under test runs on core 0, everything that makes and takes the load on core 1.

mod attack;
mod bench;
mod care;
mod forwarder;
mod janus;
mod link;
mod machine;
mod media_side;
mod netem;
mod report;
mod rx;
mod source;
mod viewers;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Load for the relay")]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    bench: Bench,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What `bench` takes; it is also what happens without a command.
#[derive(clap::Args)]
struct Bench {
    /// Seconds measured per case.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Leave Janus out.
    #[arg(long)]
    no_janus: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The relay's figures: CPU per packet, added latency, memory, loss.
    Bench(Bench),
    /// The record's figures: durable commands per second on both databases.
    Care(care::Arguments),
    /// Prescriptions: the chain from signature to door, and every list, with a million of them present.
    Rx(rx::Arguments),
    /// A picture on bad links, in virtual time: every named case, every recorded trace, with and without adaptation.
    Link(link::Arguments),
    /// A bad link for real programs: a UDP proxy with the link emulator in it.
    Netem(netem::Arguments),
    /// What somebody with a box, or with none, would try against a relay that runs; a part of `make attack`.
    Attack(attack::Arguments),
    /// The media side of the relay alone (started by `bench`).
    #[command(hide = true)]
    ServeMedia,
    /// The raw UDP forwarder (started by `bench`).
    #[command(hide = true)]
    ServeUdp,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.command.unwrap_or(Command::Bench(arguments.bench)) {
        Command::Bench(Bench { seconds, json, no_janus }) => {
            bench::run(Duration::from_secs(seconds), json.as_deref(), !no_janus)
        }
        Command::Care(arguments) => care::run(&arguments),
        Command::Rx(arguments) => rx::run(&arguments),
        Command::Link(arguments) => link::run(&arguments),
        Command::Netem(arguments) => netem::run(arguments),
        Command::Attack(arguments) => attack::run(&arguments),
        Command::ServeMedia => media_side::run(),
        Command::ServeUdp => forwarder::run(),
    }
}

/// The one clock of a run.
#[allow(clippy::disallowed_methods, reason = "a load generator measures real time")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
