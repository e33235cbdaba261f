//! The figures as a table and as JSON.

use serde::Serialize;

/// One case of one program.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub program: &'static str,
    pub case: String,
    pub boxes: usize,
    pub viewers: usize,
    pub packets_out_per_second: f64,
    pub cpu_microseconds_per_packet: f64,
    pub core_percent: f64,
    pub latency_p50_milliseconds: f64,
    pub latency_p99_milliseconds: f64,
    pub loss_percent: f64,
    pub memory_mebibytes_per_consultation: f64,
    /// CPU per packet as a multiple of the raw UDP forwarder's in the same case.
    pub times_raw_udp: Option<f64>,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: String,
    pub command: String,
    pub seconds_per_case: u64,
    pub rows: Vec<Row>,
    pub verdicts: Vec<Verdict>,
}

/// What the issue expects, and whether it holds.
#[derive(Debug, Serialize)]
pub struct Verdict {
    pub expectation: String,
    pub holds: bool,
}

impl Report {
    /// Fills in ratios and verdicts.
    pub fn conclude(&mut self) {
        let raw: Vec<(String, f64)> = self
            .rows
            .iter()
            .filter(|row| row.program == "raw udp")
            .map(|row| (row.case.clone(), row.cpu_microseconds_per_packet))
            .collect();
        for row in &mut self.rows {
            let base = raw.iter().find(|(case, _)| *case == row.case);
            row.times_raw_udp = base.map(|(_, base)| row.cpu_microseconds_per_packet / base);
        }
        let find = |program: &str, case: &str| self.rows.iter().find(|row| row.program == program && row.case == case);
        let mut verdicts = Vec::new();
        for row in self.rows.iter().filter(|row| row.program == "relay") {
            verdicts
                .push(Verdict { expectation: format!("relay, {}: loss 0", row.case), holds: row.loss_percent == 0.0 });
            if let Some(janus) = find("janus", &row.case) {
                verdicts.push(Verdict {
                    expectation: format!("{}: less CPU per packet than Janus, QUIC included", row.case),
                    holds: row.cpu_microseconds_per_packet < janus.cpu_microseconds_per_packet,
                });
            }
        }
        if let Some(row) = find("relay", "50 one-to-one") {
            let added = find("raw udp", "50 one-to-one").map_or(0.0, |raw| raw.latency_p50_milliseconds);
            verdicts.push(Verdict {
                expectation: "50 one-to-one: p99 added under 2 ms (above the raw forwarder's median)".to_owned(),
                holds: row.latency_p99_milliseconds - added < 2.0,
            });
        }
        self.verdicts = verdicts;
    }

    pub fn table(&self) -> String {
        let mut out = format!("{}\n{}, {} s per case\n\n", self.machine, self.command, self.seconds_per_case);
        out.push_str(
            "program  case             packets/s  µs/packet  × raw  core %  p50 ms  p99 ms  loss %  MiB/consultation\n",
        );
        for row in &self.rows {
            out.push_str(&format!(
                "{:<8} {:<16} {:>9.0}  {:>9.2}  {:>5}  {:>6.1}  {:>6.2}  {:>6.2}  {:>6.3}  {:>16.2}\n",
                row.program,
                row.case,
                row.packets_out_per_second,
                row.cpu_microseconds_per_packet,
                row.times_raw_udp.map_or_else(|| "–".to_owned(), |times| format!("{times:.2}")),
                row.core_percent,
                row.latency_p50_milliseconds,
                row.latency_p99_milliseconds,
                row.loss_percent,
                row.memory_mebibytes_per_consultation,
            ));
        }
        out.push('\n');
        for verdict in &self.verdicts {
            out.push_str(&format!("{}  {}\n", if verdict.holds { "holds " } else { "MISSED" }, verdict.expectation));
        }
        out
    }
}
