//! How deep the page keeps the buffer of sound: the rule of relay/client/src/call/listening.ts, with its numbers.
//!
//! Here what was concealed is the time in which nothing played; the page has it from `getStats`.

use std::time::Duration;

/// How often the page looks.
const SAMPLE: Duration = Duration::from_secs(2);
/// What is missing of sound each time is made up so well that nobody hears it.
const UNHEARD: Duration = Duration::from_millis(20);
/// So much beyond that within [`SAMPLE`] is heard …
const AUDIBLE: Duration = Duration::from_millis(40);
/// … and more than this is an outage, which no buffer bridges in time.
const OUTAGE: Duration = Duration::from_millis(300);
/// As deep as what was missing, and this.
const MARGIN: Duration = Duration::from_millis(60);
const SHALLOWEST: Duration = Duration::from_millis(120);
const DEEPEST: Duration = Duration::from_millis(280);
/// A hole is remembered for so long.
const REMEMBERED: Duration = Duration::from_secs(180);

#[derive(Debug, Default)]
pub struct Listening {
    concealed: Duration,
    sampled: Duration,
    /// The deepest that was needed, and when it was last.
    needed: Option<(Duration, Duration)>,
    /// Until when what came plays.
    plays_until: Option<Duration>,
}

impl Listening {
    /// Sound plays from `at` on for so long; how deep the buffer is to be.
    pub fn plays(&mut self, at: Duration, lasts: Duration) -> Duration {
        self.concealed += self.plays_until.map_or(Duration::ZERO, |until| at.saturating_sub(until + UNHEARD));
        self.plays_until = self.plays_until.max(Some(at + lasts));
        if at >= self.sampled + SAMPLE {
            let concealed = std::mem::take(&mut self.concealed);
            self.sampled = at;
            if (AUDIBLE..OUTAGE).contains(&concealed) {
                let depth = (concealed + MARGIN).clamp(SHALLOWEST, DEEPEST);
                self.needed = Some((self.needed.map_or(depth, |(before, _)| depth.max(before)), at));
            } else if self.needed.is_some_and(|(_, last)| at > last + REMEMBERED) {
                self.needed = None;
            }
        }
        self.needed.map_or(Duration::ZERO, |(depth, _)| depth)
    }
}
