//! Rate, capacity, delay, target and rung over time, as one SVG: a row for each case, a column for each program.

use std::fmt::Write as _;
use std::time::Duration;

use yunzhen_netem::cases::Case;

use super::capacity;
use super::world::{Outcome, SAMPLE, Sample};

const WIDTH: f64 = 620.0;
const RATE: f64 = 150.0;
const DELAY: f64 = 60.0;
const HEAD: f64 = 34.0;
const LEFT: f64 = 46.0;
const GAP: f64 = 26.0;
/// Delays above this leave the plot.
const MOST_DELAY: f64 = 600.0;

/// One run, drawn.
pub struct Panel {
    row: usize,
    column: usize,
    svg: String,
}

/// Draws a run at its place.
pub fn panel(row: usize, column: usize, program: &str, case: &Case, outcome: &Outcome) -> Panel {
    let mut svg = String::new();
    let samples = outcome.flows.iter().map(|flow| flow.samples.len()).max().unwrap_or_default();
    let capacities: Vec<f64> = (0..samples as u32)
        .map(|number| {
            // A second around: packets come in lumps.
            let at = SAMPLE * number;
            let (from, to) = (at.saturating_sub(Duration::from_millis(450)), at + Duration::from_millis(550));
            let bits = capacity::bits(case, case.media[0].direction, from, to).unwrap_or_default();
            bits / (to - from).as_secs_f64() / 1e3
        })
        .collect();
    let rates: Vec<Vec<f64>> = outcome.flows.iter().map(|flow| smooth(&flow.samples)).collect();
    let targets = |sample: &Sample| f64::from(sample.target_bps) / 1e3;
    let highest =
        rates.iter().flatten().copied().chain(outcome.flows.iter().flat_map(|f| f.samples.iter().map(targets)));
    let top = nice(highest.fold(200.0, f64::max));
    let x = |index: usize| LEFT + index as f64 / samples.max(1) as f64 * (WIDTH - LEFT);
    let y = |kilobits: f64| HEAD + RATE * (1.0 - (kilobits / top).clamp(0.0, 1.0));
    let low = HEAD + RATE + 8.0;
    let delay = |ms: f64| low + DELAY * (1.0 - (ms / MOST_DELAY).min(1.0));
    text(&mut svg, LEFT, 14.0, "title", &format!("{}, {program}", case.name));
    for share in [0.0, 0.5, 1.0] {
        text(&mut svg, 2.0, y(top * share) + 4.0, "axis", &format!("{:.0}", top * share));
        line(&mut svg, "grid", [(LEFT, y(top * share)), (WIDTH, y(top * share))].into_iter());
    }
    for ms in [0.0, MOST_DELAY] {
        text(&mut svg, 2.0, delay(ms) + 4.0, "axis", &format!("{ms:.0} ms"));
        line(&mut svg, "grid", [(LEFT, delay(ms)), (WIDTH, delay(ms))].into_iter());
    }
    let area = [(x(0), y(0.0))].into_iter().chain(points(&capacities, x, y)).chain([(x(samples), y(0.0))]);
    line(&mut svg, "capacity", area);
    for (flow, rate) in outcome.flows.iter().zip(&rates) {
        let targets: Vec<f64> = flow.samples.iter().map(targets).collect();
        let waits: Vec<f64> = flow.samples.iter().map(|sample| sample.waited.as_secs_f64() * 1e3).collect();
        let rungs: Vec<f64> = flow.samples.iter().map(|sample| f64::from(sample.frames_per_second) * 20.0).collect();
        line(&mut svg, "target", points(&targets, x, y));
        line(&mut svg, "rate", points(rate, x, y));
        line(&mut svg, "delay", points(&waits, x, delay));
        line(&mut svg, "rung", points(&rungs, x, delay));
    }
    for second in (0..case.length.as_secs()).step_by(20) {
        text(&mut svg, x(second as usize * 10), low + DELAY + 12.0, "axis", &format!("{second}"));
    }
    Panel { row, column, svg }
}

/// The whole sheet.
pub fn sheet(panels: &[Panel]) -> String {
    let (width, height) = (WIDTH + GAP, HEAD + RATE + DELAY + 8.0 + GAP);
    let columns = panels.iter().map(|panel| panel.column + 1).max().unwrap_or(1) as f64;
    let rows = panels.iter().map(|panel| panel.row + 1).max().unwrap_or(1) as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\">\n<style>\
         .title{{font-size:13px;font-weight:600}}.axis{{font-size:10px;fill:#555}}polyline{{fill:none;stroke-width:1.2}}\
         .grid{{stroke:#ddd;stroke-width:.6}}.capacity{{fill:#e4e7eb;stroke:#b6bcc4}}.target{{stroke:#e08a00;stroke-dasharray:4 2}}\
         .rate{{stroke:#1f6fd0}}.delay{{stroke:#c0392b}}.rung{{stroke:#7a4fbf;stroke-dasharray:1 2}}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"46\" y=\"18\" class=\"axis\">kbit/s over seconds: grey capacity, blue what arrived, orange target; below: red wait at the bottleneck, \
         violet frames per second × 20</text>\n",
        columns * width,
        rows * height + HEAD,
    );
    for Panel { row, column, svg } in panels {
        let (left, top) = (*column as f64 * width, *row as f64 * height + HEAD);
        let _ = write!(out, "<g transform=\"translate({left} {top})\">\n{svg}</g>\n");
    }
    out + "</svg>\n"
}

/// Kilobits per second over half a second.
fn smooth(samples: &[Sample]) -> Vec<f64> {
    let window = 5;
    (0..samples.len())
        .map(|index| {
            let last = &samples[index.saturating_sub(window - 1)..=index];
            last.iter().map(|sample| sample.bits as f64).sum::<f64>() / (window as f64 * SAMPLE.as_secs_f64()) / 1e3
        })
        .collect()
}

fn nice(top: f64) -> f64 {
    let step = 10f64.powf(top.log10().floor()) / 2.0;
    (top / step).ceil() * step
}

fn points(values: &[f64], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> impl Iterator<Item = (f64, f64)> {
    values.iter().enumerate().map(move |(index, value)| (x(index), y(*value)))
}

fn line(out: &mut String, class: &str, points: impl Iterator<Item = (f64, f64)>) {
    let _ = write!(out, "<polyline class=\"{class}\" points=\"");
    for (x, y) in points {
        let _ = write!(out, "{x:.1},{y:.1} ");
    }
    out.push_str("\"/>\n");
}

fn text(out: &mut String, x: f64, y: f64, class: &str, text: &str) {
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{text}</text>");
}
