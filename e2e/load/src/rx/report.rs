//! The figures as a table and as JSON.

use std::time::Duration;

use serde::Serialize;

use super::Arguments;
use super::chain::{Measured, STEPS};
use crate::care::percentile;
use crate::report::Verdict;

/// What a list may take, of a hundred reads ninety-nine.
const MOST_MS: f64 = 100.0;

/// The chain on one database.
#[derive(Debug, Serialize)]
pub struct Chain {
    pub database: &'static str,
    pub prescriptions: i64,
    pub delivered: usize,
    pub delivered_per_second: f64,
    /// Durable commands, of which one prescription takes several.
    pub commands_per_second: f64,
    pub fsyncs_per_second: f64,
    pub commands_per_fsync: f64,
    pub steps: Vec<Step>,
}

/// One step of it.
#[derive(Debug, Serialize)]
pub struct Step {
    pub step: &'static str,
    pub p50_milliseconds: f64,
    pub p99_milliseconds: f64,
}

/// One list.
#[derive(Debug, Serialize)]
pub struct List {
    pub database: &'static str,
    pub route: &'static str,
    pub reader: &'static str,
    pub rows: usize,
    pub kibibytes: usize,
    pub p50_milliseconds: f64,
    pub p99_milliseconds: f64,
}

impl Chain {
    pub fn new(database: &'static str, mut measured: Measured, fsyncs_per_second: f64, prescriptions: i64) -> Self {
        let seconds = measured.elapsed.as_secs_f64();
        let commands_per_second = measured.commands as f64 / seconds;
        let steps = STEPS.iter().zip(&mut measured.steps).map(|(step, latencies)| {
            latencies.sort_unstable();
            let (p50, p99) = (percentile(latencies, 50), percentile(latencies, 99));
            Step { step, p50_milliseconds: p50, p99_milliseconds: p99 }
        });
        Self {
            database,
            prescriptions,
            delivered: measured.delivered,
            delivered_per_second: measured.delivered as f64 / seconds,
            commands_per_second,
            fsyncs_per_second,
            commands_per_fsync: commands_per_second / fsyncs_per_second,
            steps: steps.collect(),
        }
    }
}

impl List {
    pub fn new(
        database: &'static str,
        route: &'static str,
        reader: &'static str,
        size: (usize, usize),
        mut latencies: Vec<Duration>,
    ) -> Self {
        latencies.sort_unstable();
        let (p50, p99) = (percentile(&latencies, 50), percentile(&latencies, 99));
        let (rows, bytes) = size;
        Self { database, route, reader, rows, kibibytes: bytes / 1024, p50_milliseconds: p50, p99_milliseconds: p99 }
    }
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: String,
    pub command: String,
    pub seconds: u64,
    pub clients: usize,
    pub audit_rows: u64,
    pub reads_of_each_list: usize,
    /// How many read each list at once.
    pub readers: usize,
    pub chains: Vec<Chain>,
    pub lists: Vec<List>,
    pub verdicts: Vec<Verdict>,
}

impl Report {
    pub fn new(machine: String, arguments: &Arguments) -> Self {
        Self {
            machine,
            command: std::env::args().collect::<Vec<_>>().join(" "),
            seconds: arguments.seconds,
            clients: arguments.clients,
            audit_rows: arguments.audit_rows,
            reads_of_each_list: arguments.reads,
            readers: arguments.readers,
            chains: Vec::new(),
            lists: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// What the issue expects: every list in time. Of the chain it names no number.
    pub fn conclude(&mut self) {
        for chain in &self.chains {
            let slow: Vec<&str> = self
                .lists
                .iter()
                .filter(|list| list.database == chain.database && list.p99_milliseconds >= MOST_MS)
                .map(|list| list.route)
                .collect();
            let which = if slow.is_empty() { String::new() } else { format!(" (not: {})", slow.join(", ")) };
            let expectation = format!("{}: every list in under {MOST_MS:.0} ms p99{which}", chain.database);
            self.verdicts.push(Verdict { expectation, holds: slow.is_empty() });
        }
    }

    pub fn table(&self) -> String {
        let mut out = format!(
            "{}\n{}, {} clients, {} s, {} audit rows before\n",
            self.machine, self.command, self.clients, self.seconds, self.audit_rows
        );
        for chain in &self.chains {
            out.push_str(&format!(
                "\n{}: {} prescriptions present; {} signed to delivered, {:.1} per second; {:.0} durable commands per second, raw fsyncs {:.0} per second, × fsync {:.2}\n",
                chain.database,
                chain.prescriptions,
                chain.delivered,
                chain.delivered_per_second,
                chain.commands_per_second,
                chain.fsyncs_per_second,
                chain.commands_per_fsync,
            ));
            out.push_str("step                    p50 ms    p99 ms\n");
            for step in &chain.steps {
                out.push_str(&format!(
                    "{:<20} {:>9.2} {:>9.2}\n",
                    step.step, step.p50_milliseconds, step.p99_milliseconds
                ));
            }
        }
        out.push_str(&format!(
            "\nlists, {} reads of each by {} at once, first pages and those after, while one prescription a second goes through the chain\n",
            self.reads_of_each_list, self.readers
        ));
        out.push_str(
            "database    route                                     reader         rows    KiB   p50 ms   p99 ms\n",
        );
        for list in &self.lists {
            out.push_str(&format!(
                "{:<11} {:<41} {:<13} {:>5}  {:>5}  {:>7.2}  {:>7.2}\n",
                list.database,
                list.route,
                list.reader,
                list.rows,
                list.kibibytes,
                list.p50_milliseconds,
                list.p99_milliseconds,
            ));
        }
        out.push('\n');
        for verdict in &self.verdicts {
            out.push_str(&format!("{}  {}\n", if verdict.holds { "holds " } else { "MISSED" }, verdict.expectation));
        }
        out
    }
}
