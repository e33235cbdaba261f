//! Capacity over time in the format of Mahimahi: each line is a time in milliseconds at which 1500 bytes may leave; at its end the trace starts again.

use std::time::Duration;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Ascending, in milliseconds.
    times: Vec<u64>,
    period: u64,
}

/// Why text is no trace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// Not a number.
    #[error("line {0} is not a time in milliseconds")]
    NotANumber(usize),
    /// Times go back.
    #[error("line {0} is earlier than the line before")]
    Backwards(usize),
    /// No line, or only the time 0: no packet could ever leave.
    #[error("the trace has no time after 0")]
    Empty,
}

impl Trace {
    /// What leaves at one opportunity.
    pub const BYTES: usize = 1500;

    /// Reads a trace.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut times: Vec<u64> = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let time = line.trim().parse().map_err(|_| TraceError::NotANumber(number + 1))?;
            if times.last().is_some_and(|last| *last > time) {
                return Err(TraceError::Backwards(number + 1));
            }
            times.push(time);
        }
        let period = times.last().copied().filter(|last| *last > 0).ok_or(TraceError::Empty)?;
        Ok(Self { times, period })
    }

    /// A trace of our own making: `mean_bps` that swings by `swing` (0–1) over `period`, with `seed`ed gaps.
    pub fn generate(seed: u64, mean_bps: f64, swing: f64, length: Duration) -> Self {
        let mut rng = crate::rng::Rng::new(seed);
        let mut times = Vec::new();
        let mut credit = 0.0;
        let length_ms = length.as_millis().max(1) as u64;
        for ms in 0..length_ms {
            let phase = ms as f64 / 7000.0 * std::f64::consts::TAU;
            let rate = mean_bps * (1.0 + swing * phase.sin()) * (0.5 + rng.unit());
            credit += rate / 1000.0 / (1500.0 * 8.0);
            while credit >= 1.0 {
                credit -= 1.0;
                times.push(ms);
            }
        }
        times.push(length_ms);
        Self { times, period: length_ms }
    }

    /// The same trace, begun so much later: another stretch of the same link.
    pub fn begun_at(&self, offset: Duration) -> Self {
        let offset = offset.as_millis() as u64 % self.period;
        // A time of 0 is one of the period's end, which the trace repeats from.
        let shift = |time: &u64| (time + self.period - offset - 1) % self.period + 1;
        let mut times: Vec<u64> = self.times.iter().map(shift).collect();
        times.sort_unstable();
        Self { times, period: self.period }
    }

    /// After which it starts again.
    pub const fn period(&self) -> Duration {
        Duration::from_millis(self.period)
    }

    /// In the format that [`Self::parse`] reads.
    pub fn to_text(&self) -> String {
        self.times.iter().map(|time| format!("{time}\n")).collect()
    }

    /// Mean capacity.
    pub fn mean_bps(&self) -> f64 {
        self.times.len() as f64 * 1500.0 * 8.0 / (self.period as f64 / 1000.0)
    }

    /// The `number`th opportunity since the start, counting on through repetitions.
    pub(crate) fn opportunity(&self, number: u64) -> Duration {
        let count = self.times.len() as u64;
        Duration::from_millis(number / count * self.period + self.times[(number % count) as usize])
    }

    /// The first opportunity at or after `at`.
    pub(crate) fn first_at(&self, at: Duration) -> u64 {
        let micros = at.as_micros() as u64;
        let ms = micros.div_ceil(1000);
        // The end of a round belongs to it, not to the next.
        let round = ms.saturating_sub(1) / self.period;
        let within = ms - round * self.period;
        round * self.times.len() as u64 + self.times.partition_point(|time| *time < within) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_trace() {
        assert_eq!(Trace::parse(""), Err(TraceError::Empty));
        assert_eq!(Trace::parse("0\n0\n"), Err(TraceError::Empty));
        assert_eq!(Trace::parse("1\nx\n"), Err(TraceError::NotANumber(2)));
        assert_eq!(Trace::parse("2\n1\n"), Err(TraceError::Backwards(2)));
    }

    #[test]
    fn repeats_and_finds_opportunities() {
        let trace = Trace::parse("2\n5\n5\n10\n").expect("trace");
        let at = |number| trace.opportunity(number).as_millis();
        assert_eq!([0, 1, 2, 3, 4, 7].map(at), [2, 5, 5, 10, 12, 20]);
        assert_eq!(trace.first_at(Duration::from_millis(3)), 1);
        assert_eq!(trace.first_at(Duration::from_millis(11)), 4);
        assert_eq!(trace.first_at(Duration::from_millis(10)), 3, "the last of a round");
        assert_eq!(Trace::parse(&trace.to_text()), Ok(trace));
    }

    #[test]
    fn begun_later_it_is_the_same_link() {
        let trace = Trace::parse("2\n5\n5\n10\n").expect("trace");
        let later = trace.begun_at(Duration::from_millis(4));
        let at = |number| later.opportunity(number).as_millis();
        assert_eq!([0, 1, 2, 3, 4].map(at), [1, 1, 6, 8, 11]);
        assert_eq!((later.mean_bps(), later.period()), (trace.mean_bps(), Duration::from_millis(10)));
    }

    #[test]
    fn a_generated_trace_has_its_mean() {
        let trace = Trace::generate(1, 4e6, 0.5, Duration::from_secs(70));
        assert!((trace.mean_bps() / 4e6 - 1.0).abs() < 0.02, "{}", trace.mean_bps());
    }
}
