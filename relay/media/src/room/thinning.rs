//! A weak viewer among strong ones: what their link does not take is left out, the others lose nothing.
//!
//! For publishers that send one picture; where there is a low one beside it, see [`super::layered`]. It has a rate that those who decide can take (`tick::set_bitrates`). An observer who loses more is sent no more than their own cap ([`crate::bitrate`]): when
//! it is used up, nothing until a keyframe begins and half a second's worth is there again. So the picture gets slow, not torn. And an observer's wish for a keyframe is heard each [`HEARD`]
//! while others watch: a keyframe costs all of them.

use std::time::{Duration, Instant};

/// What may be sent at once, in seconds of the cap: a keyframe and what follows it.
const BURST: f64 = 1.5;
/// What must be there before the picture goes on.
const RESUME: f64 = 0.5;
/// How often an observer is heard who wants a keyframe.
const HEARD: Duration = Duration::from_secs(4);

/// Of one picture to one viewer.
#[derive(Debug, Default)]
pub(super) struct Thinning {
    /// Bits that may be sent; and when that was so. Nothing while the viewer's link takes everything.
    bits: Option<(f64, Instant)>,
    stopped: bool,
    heard: Option<Instant>,
}

impl Thinning {
    /// Whether a packet of so many bytes is sent. `cap_bps` is `None` while the viewer's link takes everything.
    pub(super) fn allows(&mut self, now: Instant, cap_bps: Option<u32>, bytes: usize, starts_keyframe: bool) -> bool {
        let Some(cap) = cap_bps.map(f64::from) else {
            self.bits = None;
            // What was left out is needed to go on.
            self.stopped &= !starts_keyframe;
            return !self.stopped;
        };
        let (bits, at) = self.bits.unwrap_or((BURST * cap, now));
        let bits = (bits + cap * now.saturating_duration_since(at).as_secs_f64()).min(BURST * cap);
        let needed = if self.stopped { RESUME * cap } else { 0.0 }.max(bytes as f64 * 8.0);
        let allowed = bits >= needed && (!self.stopped || starts_keyframe);
        self.stopped = !allowed;
        self.bits = Some((if allowed { bits - bytes as f64 * 8.0 } else { bits }, now));
        allowed
    }

    /// Whether a wish for a keyframe is heard that costs the others too.
    pub(super) fn hears(&mut self, now: Instant) -> bool {
        self.hears_each(now, HEARD)
    }

    /// Whether one is heard where this much lies between two.
    pub(super) fn hears_each(&mut self, now: Instant, time: Duration) -> bool {
        let heard = self.heard.is_none_or(|at| now.saturating_duration_since(at) >= time);
        if heard {
            self.heard = Some(now);
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_the_cap_in_runs_that_begin_with_a_keyframe_and_everything_to_a_strong_viewer() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let mut thinning = Thinning::default();
        let (mut sent, mut before) = (0, true);
        for tick in 0..6000u64 {
            let at = start + Duration::from_millis(10 * tick);
            let keyframe = tick % 200 == 0;
            let allowed = thinning.allows(at, Some(200_000), 1000, keyframe);
            assert!(!allowed || before || keyframe, "a run begins with a keyframe");
            sent += if allowed { 8000 } else { 0 };
            before = allowed;
        }
        assert!((9_000_000..=12_400_000).contains(&sent), "{sent} bits in a minute at 200 kbit/s");
        let at = start + Duration::from_secs(61);
        assert!(thinning.allows(at, None, 1000, true) && thinning.allows(at, None, 100_000, false));
        assert!(thinning.hears(at) && !thinning.hears(at + HEARD / 2) && thinning.hears(at + HEARD));
    }
}
