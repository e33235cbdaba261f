//! A picture on a bad link, in virtual time: every named case of the emulator and every recorded trace, over several seeds, with each program. One table, one sheet of
//! plots.
//!
//! | module | what |
//! |---|---|
//! | [`world`] | one run of a case |
//! | [`sender`], [`encoder`] | a box: sound first, a picture that follows the controller |
//! | [`receiver`], [`playout`], [`listening`] | the far end: reports, what is shown and heard |
//! | [`traffic`] | what competes |
//! | [`figures`], [`report`], [`plot`] | what it comes to |
//! | [`programs`] | who is compared |
//!
//! Not here: real encoders, real sockets, QUIC. What repairs loss is the box's and the relay's own code. A model of the box is compared on a model of the link; rows of real programs on the same links are added as JSON.

mod capacity;
mod encoder;
mod figures;
mod listening;
mod packet;
mod playout;
mod plot;
mod programs;
mod receiver;
mod report;
mod sender;
#[cfg(test)]
mod tests;
mod traffic;
mod world;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use yunzhen_netem::cases::{self, Case};
use yunzhen_netem::{Config, LinkConfig, Rate, Rng, Trace};

use figures::Row;
use programs::Program;

#[derive(clap::Args)]
pub struct Arguments {
    /// Only cases whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// How many seeds each case runs with.
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// A folder of recorded traces (`*.up`), each a case of its own.
    #[arg(long)]
    traces: Option<PathBuf>,
    /// Rows of other programs on the same cases, as `--json` writes them.
    #[arg(long)]
    add: Vec<PathBuf>,
    /// The program that others are held against.
    #[arg(long, default_value = "webrtc")]
    reference: String,
    /// Where every row goes as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where the plots go.
    #[arg(long)]
    svg: Option<PathBuf>,
}

type Make = Box<dyn Fn(u64) -> Case>;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut all: Vec<(String, Make)> = Vec::new();
    for (name, _) in cases::names() {
        all.push((name.to_owned(), Box::new(move |seed| cases::case(name, seed).unwrap_or_else(|| unreachable!()))));
    }
    if let Some(folder) = &arguments.traces {
        all.extend(traces(folder)?);
    }
    all.retain(|(name, _)| name.contains(&arguments.only));
    anyhow::ensure!(!all.is_empty(), "no case's name contains {:?}", arguments.only);
    let (mut rows, mut panels): (Vec<Row>, Vec<plot::Panel>) = (Vec::new(), Vec::new());
    for (place, (name, make)) in all.iter().enumerate() {
        crate::care::say(&format!("{name} …"))?;
        for (column, program) in Program::ALL.into_iter().enumerate() {
            for seed in 1..=arguments.seeds {
                let case = make(seed);
                let outcome = world::run(&case, seed, program);
                rows.push(figures::row(program.name(), &case, seed, &outcome, program.most_bps()));
                if seed == 1 {
                    panels.push(plot::panel(place, column, program.name(), &case, &outcome));
                }
            }
        }
    }
    for path in &arguments.add {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        rows.extend(
            serde_json::from_str::<Vec<Row>>(&text).with_context(|| format!("{} has no rows", path.display()))?,
        );
    }
    let means = report::means(&rows);
    crate::care::say(&format!("\n{} seeds each\n\n{}", arguments.seeds, report::table(&means)))?;
    for (holds, expectation) in report::verdicts(&means, Program::Clocked.name(), &arguments.reference) {
        crate::care::say(&format!("{}  {expectation}", if holds { "holds " } else { "MISSED" }))?;
    }
    if let Some(path) = &arguments.json {
        write(path, &serde_json::to_string_pretty(&rows)?)?;
    }
    if let Some(path) = &arguments.svg {
        write(path, &plot::sheet(&panels))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Recorded traces as cases; each seed begins at another place.
fn traces(folder: &Path) -> anyhow::Result<Vec<(String, Make)>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "up") {
            continue;
        }
        let trace = Trace::parse(&std::fs::read_to_string(&path)?).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.push((name.clone(), Box::new(move |seed| recorded(&name, &trace, seed)) as Make));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// A recorded way up with the deep queue of a radio, and a way down that is wider.
fn recorded(name: &str, trace: &Trace, seed: u64) -> Case {
    let delay = Duration::from_millis(35);
    let offset = trace.period().mul_f64(if seed == 1 { 0.0 } else { Rng::new(seed).unit() });
    let jitter = Duration::from_millis(10);
    let up =
        Config { rate: Rate::Trace(trace.begun_at(offset)), queue_bytes: 300_000, delay, jitter, ..Config::default() };
    let down = Config { rate: Rate::BitsPerSecond(8_000_000), delay, jitter, ..Config::default() };
    cases::one_up(name, trace.period().min(Duration::from_secs(120)), LinkConfig { up, down, timeline: Vec::new() })
}
