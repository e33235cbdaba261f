//! How sound is sent: as planned, or, where the link is narrow, with half the bits in packets of 60 ms. Pure.
//!
//! Sound of 32 kbit/s in packets of 20 ms takes 60 kbit/s on the wire, nearly half of it headers; 16 kbit/s in packets of 60 ms takes 26 and speech stays clear. It is 40 ms
//! later, which on a link this narrow is less than a picture's packet before it takes. On an uplink of 150 kbit/s that is the difference between 70 and 100 kbit/s of picture, and leaves room for
//! copies of sound where packets are lost.

use std::time::Duration;

use yunzhen_protocol::control::AudioPlan;

/// How long the rate must be enough before sound is as planned again.
const STEADY: Duration = Duration::from_secs(2);
/// Of everything that may be sent: with less, planned sound leaves too little for a picture that moves well ([`super::Rung::Small`] with some room).
const SLIM_BELOW_BPS: u32 = 160_000;
const FULL_AGAIN_BPS: u32 = 200_000;
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
        assert_eq!([packet(0, 170_000), packet(10, 159_000), packet(20, 190_000)], [20, 60, 60]);
        assert_eq!([packet(30, 210_000), packet(2000, 190_000), packet(2100, 210_000)], [60, 60, 60]);
        assert_eq!([packet(4000, 210_000), packet(4100, 210_000), packet(4200, 170_000)], [60, 20, 20]);
    }

    /// What is left for pictures of what our controller takes of an uplink of 150 kbit/s.
    #[test]
    fn on_150_kbit_sound_leaves_a_picture_of_fifteen_frames_a_second() {
        let mut ladder = SoundLadder::default();
        let left = 130_000.0 - ladder.step(Duration::ZERO, 130_000, &PLAN).wire_bps();
        assert!(left * 0.93 > f64::from(super::super::Rung::Small.least()), "{left}");
    }
}
