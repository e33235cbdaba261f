use super::*;
use bytes::Bytes;
use proptest::prelude::*;
use yunzhen_protocol::rtp::RtpHeader;

/// A leg in virtual time.
struct Leg {
    pacer: LegPacer,
    start: Instant,
    now: Instant,
    sequence: u16,
    timestamp: u32,
    /// When what left, which sequence number.
    left: Vec<(Duration, u16)>,
}

impl Leg {
    fn new(takes_bps: u32) -> Self {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let mut pacer = LegPacer::default();
        pacer.takes(start, takes_bps);
        Self { pacer, start, now: start, sequence: 65_500, timestamp: 0, left: Vec::new() }
    }

    /// A picture comes at once; its sequence numbers.
    fn picture(&mut self, slot: u8, packets: usize, is_key: bool) -> Vec<u16> {
        self.timestamp = self.timestamp.wrapping_add(3000);
        (0..packets).map(|index| self.packet(slot, is_key && index == 0, 1144)).collect()
    }

    fn packet(&mut self, slot: u8, starts_key: bool, length: usize) -> u16 {
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        self.sequence = self.sequence.wrapping_add(1);
        let header = RtpHeader { marker: false, payload_type: 102, sequence, timestamp, ssrc: slot.into() };
        let packet = RtpPacket { header, payload: Bytes::from(vec![0; length]) };
        if let Some(packet) = self.pacer.picture(self.now, slot, packet, starts_key) {
            self.left.push((self.now - self.start, packet.header.sequence));
        }
        sequence
    }

    /// Time passes, and what is due leaves when it is.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.pacer.poll_timeout().filter(|due| *due <= end) {
            assert!(due >= self.now, "a deadline lies ahead");
            self.now = due;
            while let Some((slot, packet)) = self.pacer.release(due) {
                assert_eq!(packet.header.ssrc, u32::from(slot));
                self.left.push((due - self.start, packet.header.sequence));
            }
            assert!(self.pacer.poll_timeout().is_none_or(|next| next > due), "each deadline is served once");
        }
        self.now = end;
    }

    fn numbers(&self) -> Vec<u16> {
        self.left.iter().map(|(_, sequence)| *sequence).collect()
    }
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_key_picture_of_sixty_packets_on_a_leg_of_two_megabits_leaves_spread_over_forty_milliseconds() {
    let mut leg = Leg::new(2_000_000);
    let sent = leg.picture(0, 60, true);
    assert_eq!(leg.left.len(), 11, "the bucket, and the packet that fills it");
    leg.pass(100 * MS);
    assert_eq!(leg.numbers(), sent, "in order, without a gap");
    let last = leg.left[59].0;
    assert!((30 * MS..=40 * MS).contains(&last), "{last:?}");
    for slice in leg.left[11..].chunk_by(|one, other| one.0 == other.0) {
        assert!((1..=8).contains(&slice.len()), "{} at once", slice.len());
    }
    assert_eq!(leg.pacer.take_counts(), Counts { waited: 49, dropped: 0 });
}

#[test]
fn usual_pictures_leave_at_once_and_an_idle_leg_has_no_deadline() {
    let mut leg = Leg::new(1_500_000);
    assert_eq!(leg.pacer.poll_timeout(), None);
    for frame in 0..300 {
        let before = leg.left.len();
        leg.picture(0, 6, frame % 60 == 0);
        assert_eq!((leg.left.len() - before, leg.pacer.poll_timeout()), (6, None), "picture {frame}");
        leg.pass(33 * MS);
    }
    leg.picture(0, 40, true);
    assert_eq!(leg.pacer.poll_timeout(), Some(leg.now + SLICE));
    leg.pass(50 * MS);
    assert_eq!(leg.pacer.poll_timeout(), None, "idle again");
    assert_eq!(leg.pacer.release(leg.now), None);
}

#[test]
fn a_repair_passes_and_takes_its_share() {
    let mut leg = Leg::new(2_000_000);
    for _ in 0..12 {
        assert!(leg.pacer.repair(leg.now, 0, 7, 1144));
    }
    leg.picture(0, 1, false);
    assert!(leg.left.is_empty() && leg.pacer.poll_timeout().is_some());
    leg.pass(5 * MS);
    assert_eq!(leg.left.len(), 1);
}

#[test]
fn what_is_too_old_goes_up_to_the_next_keyframe_and_what_depends_on_it_too() {
    let mut leg = Leg::new(150_000);
    // 4 Mbit/s at most: 2500 bytes a slice. A keyframe that takes 200 ms, and pictures behind it.
    let key = leg.picture(0, 100, true);
    let behind = leg.picture(0, 3, false);
    let other = leg.picture(1, 2, true);
    leg.pass(160 * MS);
    assert!(leg.pacer.is_broken());
    assert_eq!((leg.pacer.lacks_keyframe(), leg.pacer.lacks_keyframe()), (Some(0), None), "asked for once");
    let after = leg.picture(0, 1, false);
    let next = leg.picture(0, 1, true);
    leg.pass(400 * MS);
    let left = leg.numbers();
    assert_eq!(left, [key, other, next].concat(), "keyframes are kept");
    assert!(behind.iter().chain(&after).all(|sequence| !left.contains(sequence)));
    assert_eq!(leg.pacer.take_counts().dropped, 4);
    assert!(!leg.pacer.is_broken());
}

#[test]
fn a_keyframe_that_waits_already_needs_no_other() {
    let mut leg = Leg::new(150_000);
    let first = leg.picture(0, 90, true);
    leg.picture(0, 3, false);
    leg.pass(100 * MS);
    let second = leg.picture(0, 5, true);
    let behind = leg.picture(0, 2, false);
    leg.pass(400 * MS);
    assert_eq!((leg.pacer.lacks_keyframe(), leg.numbers()), (None, [first, second, behind].concat()));
    assert_eq!(leg.pacer.take_counts().dropped, 3);
}

/// What was too much to be sent once was sent all the same, when the browser asked for the gap.
#[test]
fn what_was_dropped_before_a_keyframe_that_goes_on_is_not_repaired() {
    let mut leg = Leg::new(150_000);
    let first = leg.picture(0, 90, true);
    let dropped = leg.picture(0, 3, false);
    leg.pass(100 * MS);
    let second = leg.picture(0, 5, true);
    let other = leg.picture(1, 1, true);
    leg.pass(400 * MS);
    assert_eq!(leg.numbers(), [first.clone(), second.clone(), other].concat());
    let mut repaired = |slot, numbers: &[u16]| {
        let now = leg.now;
        numbers.iter().filter(|sequence| leg.pacer.repair(now, slot, **sequence, 1144)).count()
    };
    assert_eq!((repaired(0, &dropped), repaired(0, &first), repaired(0, &second)), (0, 90, 5));
    assert_eq!(repaired(1, &dropped), 3, "another's numbers are its own");
    leg.pass(REMEMBERED);
    assert!(leg.pacer.repair(leg.now, 0, dropped[0], 1144), "the number has come again");
}

#[test]
fn keyframes_alone_do_not_fill_it_without_end() {
    let mut leg = Leg::new(150_000);
    let begun = leg.picture(0, 20, true);
    for _ in 0..5 {
        leg.picture(1, 100, true);
        assert!(leg.pacer.waiting_bytes <= MOST_BYTES);
    }
    leg.pass(3000 * MS);
    let left = leg.numbers();
    assert!(left.starts_with(&begun[..11]) && leg.pacer.take_counts().dropped > 0);
    assert_eq!((leg.pacer.waiting_bytes, leg.pacer.poll_timeout()), (0, None));
}

proptest! {
    #[test]
    fn whatever_comes_leaves_in_order_within_its_bounds_or_is_dropped_and_counted(
        takes in 100_000u32..4_000_000,
        steps in proptest::collection::vec((0u8..3, 1usize..80, any::<bool>(), 0u64..60), 1..60),
    ) {
        let mut leg = Leg::new(takes);
        let mut sent = 0;
        for (slot, packets, is_key, pause) in steps {
            sent += leg.picture(slot, packets, is_key).len();
            prop_assert!(leg.pacer.waiting_bytes <= MOST_BYTES);
            let waits: usize = leg.pacer.waiting.iter().map(|waiting| waiting.packet.payload.len()).sum();
            prop_assert_eq!(waits, leg.pacer.waiting_bytes);
            prop_assert_eq!(leg.pacer.poll_timeout().is_some(), !leg.pacer.waiting.is_empty());
            leg.pass(Duration::from_millis(pause));
            let is_old = |waiting: &Waiting| leg.now - waiting.since > MOST_WAIT + SLICE;
            prop_assert!(!leg.pacer.waiting.iter().any(|waiting| !waiting.is_key && is_old(waiting)));
        }
        leg.pass(Duration::from_secs(5));
        prop_assert_eq!(leg.pacer.poll_timeout(), None);
        let numbers: Vec<u16> = leg.numbers().into_iter().map(|sequence| sequence.wrapping_sub(65_500)).collect();
        prop_assert!(numbers.is_sorted());
        prop_assert_eq!(leg.left.len() + leg.pacer.take_counts().dropped as usize, sent);
    }
}
