//! An encoder as a process of frame sizes: it follows its target from one frame to the next, makes keyframes when asked, and pays for large frames with the next.

use std::time::Duration;

use yunzhen_media::ladder::{Ladder, Motion, Rung, STILL_BYTES, STILL_MOST_BYTES, VideoTarget};
use yunzhen_netem::Rng;
use yunzhen_protocol::control::VideoPlan;
use yunzhen_protocol::payload_type;

/// What the relay asks a box for.
const PLAN: VideoPlan =
    VideoPlan { ssrc: 1, payload_type: payload_type::H264, bitrate_bps: 3_000_000, fps: 30, width: 1280, height: 720 };
/// A keyframe is so many times as large as another frame …
const KEYFRAME: f64 = 5.0;
/// … but leaves within this time: the encoder's buffer is no larger.
const LONGEST: f64 = 0.12;
/// What one frame deviates from the mean, as a share.
const DEVIATION: f64 = 0.25;
/// A frame's excess is paid back over so many frames.
const PAID_OVER: f64 = 8.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub number: u32,
    pub key: bool,
    pub bytes: usize,
    /// Its stamp is so much later than the moment in which it was taken, as the box's is.
    pub ahead: Duration,
}

/// What a picture may take, in bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Now.
    pub bps: u32,
    /// In the long run: the rung goes by it.
    pub sustained_bps: u32,
    /// How fast a picture leaves.
    pub pacing_bps: u32,
}

#[derive(Debug)]
pub struct Encoder {
    rng: Rng,
    number: u32,
    due: Duration,
    key_wanted: bool,
    debt: f64,
    ladder: Ladder,
    target: VideoTarget,
    /// When the last still was made, and its bytes.
    still: (Option<Duration>, usize),
}

impl Encoder {
    pub fn new(seed: u64, start: Duration) -> Self {
        let (ladder, target) = (Ladder::default(), VideoTarget::of(&PLAN));
        Self {
            rng: Rng::new(seed),
            number: 0,
            due: start,
            key_wanted: true,
            debt: 0.0,
            ladder,
            target,
            still: (None, STILL_BYTES),
        }
    }

    pub const fn want_keyframe(&mut self) {
        self.key_wanted = true;
    }

    /// What the picture needs to stay on its rung, in bits per second.
    pub fn least_bps(&self) -> u32 {
        self.ladder.rung().least()
    }

    pub fn frames_per_second(&self) -> u32 {
        self.target.fps
    }

    pub fn rung(&self) -> Rung {
        self.ladder.rung()
    }

    /// How the picture moves, and what a packet of it carries where a path takes `most`.
    pub fn shape(&self, most: usize) -> (Motion, usize) {
        (self.target.motion, self.target.payload(most))
    }

    pub fn is_due(&self, now: Duration) -> bool {
        now >= self.due
    }

    /// The camera's next picture, if it is due. `has_room` says whether the queue takes it: else it is not encoded, and the next is predicted from the last that was.
    pub fn film(&mut self, now: Duration, rates: Rates, has_room: bool) -> Option<Frame> {
        if !self.is_due(now) {
            return None;
        }
        let Rates { bps, sustained_bps, pacing_bps } = rates;
        self.step(now, sustained_bps);
        let since = self.due.max(now.saturating_sub(Duration::from_millis(5)));
        if self.target.motion != Motion::Moving {
            return self.film_still(now, bps, has_room);
        }
        let frames_per_second = self.frames_per_second();
        self.due = since + Duration::from_secs(1) / frames_per_second;
        if !has_room {
            return None;
        }
        let mean = f64::from(bps) / 8.0 / f64::from(frames_per_second);
        let key = std::mem::take(&mut self.key_wanted);
        let varied = mean * (DEVIATION * self.rng.normal()).exp();
        let bytes = if key {
            (KEYFRAME * varied).min(f64::from(pacing_bps) / 8.0 * LONGEST)
        } else {
            (varied - self.debt / PAID_OVER).max(mean / 4.0)
        };
        self.debt = (self.debt + bytes - mean).clamp(-2.0 * mean, 12.0 * mean);
        let bytes = (bytes as usize).max(60);
        let frame = Frame { number: self.number, key, bytes, ahead: Duration::ZERO };
        self.number += 1;
        Some(frame)
    }

    /// A sharp picture by itself, when the last has left and its time has come; or none.
    fn film_still(&mut self, now: Duration, bps: u32, has_room: bool) -> Option<Frame> {
        // As often as the camera gives a picture.
        self.due = now + Duration::from_millis(33);
        let target = VideoTarget { bitrate_bps: bps, ..self.target };
        let interval = target.interval(self.still.1)?;
        if !has_room || self.still.0.is_some_and(|last| now < last + interval) {
            return None;
        }
        let varied = STILL_BYTES as f64 * (DEVIATION * self.rng.normal()).exp();
        let bytes = (varied as usize).min(STILL_MOST_BYTES);
        (self.still, self.key_wanted) = ((Some(now), bytes), false);
        let frame = Frame { number: self.number, key: true, bytes, ahead: target.ahead(bytes) };
        self.number += 1;
        Some(frame)
    }

    /// The box's ladder; another size begins with a keyframe.
    fn step(&mut self, now: Duration, bps: u32) {
        self.ladder.step(now, bps);
        let target = self.ladder.target(&PLAN, bps);
        // Each still stands by itself, and so does what follows the last of them. Another pace alone is the same encoder.
        self.key_wanted |= !target.is_made_as(&self.target);
        self.target = target;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn rates(bps: u32) -> Rates {
        Rates { bps, sustained_bps: bps, pacing_bps: bps * 3 / 2 }
    }

    #[test]
    fn its_mean_is_its_target_keyframes_included_and_it_follows_at_the_next_frame() {
        let mut encoder = Encoder::new(1, Duration::ZERO);
        let mut bytes = [0; 2];
        for ms in 0..40_000 {
            let target = if ms < 20_000 { 1_000_000 } else { 500_000 };
            if ms % 5000 == 0 {
                encoder.want_keyframe();
            }
            let frame = encoder.film(Duration::from_millis(ms), rates(target), true);
            bytes[usize::from(ms >= 20_000)] += frame.map_or(0, |frame| frame.bytes);
        }
        for (bytes, target) in bytes.into_iter().zip([1e6, 5e5]) {
            let measured = bytes as f64 * 8.0 / 20.0;
            assert!((measured / target - 1.0).abs() < 0.05, "{measured} of {target}");
        }
    }

    #[test]
    fn goes_down_at_once_and_up_when_it_was_enough_for_a_while() {
        let mut encoder = Encoder::new(1, Duration::ZERO);
        let mut at = |seconds, bps| {
            encoder.film(Duration::from_secs(seconds), rates(bps), true);
            encoder.frames_per_second()
        };
        let steps = [at(0, 700_000), at(1, 300_000), at(2, 60_000), at(3, 100_000), at(4, 120_000), at(5, 120_000)];
        assert_eq!(steps, [30, 15, 10, 10, 10, 15]);
        assert_eq!([at(6, 120_000), at(7, 700_000), at(9, 700_000)], [15, 15, 30]);
    }

    #[test]
    fn what_has_no_room_is_not_encoded() {
        let mut encoder = Encoder::new(1, Duration::ZERO);
        assert_eq!(encoder.film(Duration::ZERO, rates(1_000_000), false), None);
        let frame = encoder.film(Duration::from_millis(40), rates(1_000_000), true).expect("a frame");
        assert_eq!((frame.number, frame.key), (0, true));
    }
}
