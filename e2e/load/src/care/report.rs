//! The figures as a table and as JSON.

use std::time::Duration;

use serde::Serialize;

use super::Measured;
use crate::report::Verdict;

/// One case.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub database: &'static str,
    pub command: &'static str,
    pub clients: usize,
    pub commands: usize,
    pub commands_per_second: f64,
    pub latency_p50_milliseconds: f64,
    pub latency_p99_milliseconds: f64,
    /// The disk alone, in the same run.
    pub fsyncs_per_second: f64,
    /// Durable commands for each fsync that the disk could have done in that time.
    pub commands_per_fsync: f64,
}

impl Row {
    pub fn new(
        database: &'static str,
        command: &'static str,
        clients: usize,
        measured: Measured,
        fsyncs_per_second: f64,
    ) -> Self {
        let commands_per_second = measured.commands as f64 / measured.elapsed.as_secs_f64();
        Self {
            database,
            command,
            clients,
            commands: measured.commands,
            commands_per_second,
            latency_p50_milliseconds: percentile(&measured.latencies, 50),
            latency_p99_milliseconds: percentile(&measured.latencies, 99),
            fsyncs_per_second,
            commands_per_fsync: commands_per_second / fsyncs_per_second,
        }
    }
}

/// Of sorted latencies, in milliseconds.
pub fn percentile(latencies: &[Duration], percent: usize) -> f64 {
    let last = latencies.len().saturating_sub(1);
    latencies.get(last * percent / 100).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: String,
    pub command: String,
    pub seconds_per_case: u64,
    pub audit_rows: i64,
    pub rows: Vec<Row>,
    pub verdicts: Vec<Verdict>,
}

impl Report {
    pub fn new(machine: String, seconds_per_case: u64) -> Self {
        let command = std::env::args().collect::<Vec<_>>().join(" ");
        Self { machine, command, seconds_per_case, audit_rows: 0, rows: Vec::new(), verdicts: Vec::new() }
    }

    /// What the issue expects of the busiest case: each command on its own.
    pub fn conclude(&mut self) {
        let most = self.rows.iter().map(|row| row.clients).max().unwrap_or_default();
        let expected = |row: &Row| if row.database == "SQLite" { 1000.0 } else { 2000.0 };
        let busiest = self.rows.iter().filter(|row| row.clients == most);
        self.verdicts = busiest
            .map(|row| Verdict {
                expectation: format!(
                    "{}, {}, {} clients: at least {:.0} durable commands per second",
                    row.database,
                    row.command,
                    row.clients,
                    expected(row)
                ),
                holds: row.commands_per_second >= expected(row),
            })
            .collect();
    }

    pub fn table(&self) -> String {
        let mut out = format!(
            "{}\n{}, {} s per case, {} audit rows before the first\n\n",
            self.machine, self.command, self.seconds_per_case, self.audit_rows
        );
        out.push_str("database    command              clients  commands/s   p50 ms   p99 ms  raw fsyncs/s  × fsync\n");
        for row in &self.rows {
            out.push_str(&format!(
                "{:<11} {:<20} {:>7}  {:>10.0}  {:>7.2}  {:>7.2}  {:>12.0}  {:>7.2}\n",
                row.database,
                row.command,
                row.clients,
                row.commands_per_second,
                row.latency_p50_milliseconds,
                row.latency_p99_milliseconds,
                row.fsyncs_per_second,
                row.commands_per_fsync,
            ));
        }
        out.push('\n');
        for verdict in &self.verdicts {
            out.push_str(&format!("{}  {}\n", if verdict.holds { "holds " } else { "MISSED" }, verdict.expectation));
        }
        out
    }
}
