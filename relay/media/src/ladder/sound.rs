//! How sound is sent: as planned, or, where the link is narrow, with half the bits in packets of 60 ms. Pure.
//!
//! Sound of 32 kbit/s in packets of 20 ms takes 60 kbit/s on the wire, nearly half of it headers; 16 kbit/s in packets of 60 ms takes 26 and speech stays clear. It is 40 ms
//! later, which on a link this narrow is less than a picture's packet before it takes.

use std::time::Duration;

use yunzhen_protocol::control::AudioPlan;

/// How long the rate must be enough before sound is as planned again.
const STEADY: Duration = Duration::from_secs(2);
/// Of everything that may be sent: with less, planned sound leaves nothing for a still.
const SLIM_BELOW_BPS: u32 = 80_000;
const FULL_AGAIN_BPS: u32 = 110_000;
const SLIM_BPS: u32 = 16_000;
const PACKET: Duration = Duration::from_millis(20);
const SLIM_PACKET: Duration = Duration::from_millis(60);
/// RTP, QUIC, UDP and IP with each packet, bytes.
const HEADERS: u32 = 71;

/// What the encoder of sound should make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoundTarget {
    /// Bits per second.
    pub bitrate_bps: u32,
    /// How much sound is in a packet.
    pub packet: Duration,
}

impl SoundTarget {
    /// What the relay's plan asks for.
    pub const fn of(plan: &AudioPlan) -> Self {
        Self { bitrate_bps: plan.bitrate_bps, packet: PACKET }
    }

    /// Where the link is narrow.
    pub fn slim(plan: &AudioPlan) -> Self {
        Self { bitrate_bps: plan.bitrate_bps.min(SLIM_BPS), packet: SLIM_PACKET }
    }

    /// On the wire, bits per second.
    pub fn wire_bps(&self) -> f64 {
        f64::from(self.bitrate_bps) + f64::from(HEADERS * 8) / self.packet.as_secs_f64()
    }
}

/// The shape in use.
#[derive(Clone, Copy, Debug, Default)]
pub struct SoundLadder {
    slim: bool,
    enough_since: Option<Duration>,
}

impl SoundLadder {
    /// The shape for this rate (everything, sound and headers included) at this moment.
    pub fn step(&mut self, now: Duration, total_bps: u32, plan: &AudioPlan) -> SoundTarget {
        if total_bps < SLIM_BELOW_BPS {
            self.slim = true;
        }
        if total_bps < FULL_AGAIN_BPS || !self.slim {
            self.enough_since = None;
        } else if now.saturating_sub(*self.enough_since.get_or_insert(now)) >= STEADY {
            self.slim = false;
        }
        if self.slim { SoundTarget::slim(plan) } else { SoundTarget::of(plan) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: AudioPlan = AudioPlan { ssrc: 2, payload_type: 111, bitrate_bps: 32_000 };

    #[test]
    fn slim_sound_takes_less_than_half() {
        let [planned, slim] = [SoundTarget::of(&PLAN), SoundTarget::slim(&PLAN)].map(|target| target.wire_bps());
        assert!((planned - 60_400.0).abs() < 1.0 && (slim - 25_467.0).abs() < 1.0, "{planned} {slim}");
    }

    #[test]
    fn gets_slim_at_once_and_full_when_the_rate_lasts() {
        let mut ladder = SoundLadder::default();
        let mut packet = |ms, bps| ladder.step(Duration::from_millis(ms), bps, &PLAN).packet.as_millis();
        assert_eq!([packet(0, 90_000), packet(10, 79_000), packet(20, 100_000)], [20, 60, 60]);
        assert_eq!([packet(30, 120_000), packet(2000, 100_000), packet(2100, 120_000)], [60, 60, 60]);
        assert_eq!([packet(4000, 120_000), packet(4100, 120_000), packet(4200, 90_000)], [60, 20, 20]);
    }
}
