//! What is still worth sending again: what arrives before its moment has passed.

use std::time::Duration;

use crate::codec::MediaKind;

/// From leaving for the first time to being of no use: those who watch wait so long for a picture, those who listen for a sound.
pub const PICTURE: Duration = Duration::from_millis(600);
const SOUND: Duration = Duration::from_millis(200);

/// Until when what repairs a packet that left at `left` for the first time may leave and be of use.
pub fn latest(kind: MediaKind, left: Duration, round_trip: Duration) -> Duration {
    let budget = match kind {
        MediaKind::Audio => SOUND,
        MediaKind::Video => PICTURE,
    };
    (left + budget).saturating_sub(round_trip / 2)
}

/// Whether what left at `left` for the first time can be sent again at `now` and be of use.
pub fn is_in_time(kind: MediaKind, left: Duration, now: Duration, round_trip: Duration) -> bool {
    now <= latest(kind, left, round_trip)
}

/// How long a hole may be expected to be repaired by something cheaper than a keyframe: two more round trips, and what a block of parity takes.
pub fn patience(round_trip: Duration) -> Duration {
    (2 * round_trip + Duration::from_millis(60)).min(Duration::from_millis(450))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_over_sooner_than_pictures() {
        let ms = Duration::from_millis;
        let at = |kind, now, trip| is_in_time(kind, ms(1000), ms(now), ms(trip));
        assert!(at(MediaKind::Audio, 1100, 100) && !at(MediaKind::Audio, 1160, 100));
        assert!(at(MediaKind::Video, 1500, 200) && !at(MediaKind::Video, 1501, 200));
        assert_eq!([patience(ms(80)), patience(ms(500))], [ms(220), ms(450)]);
    }
}
