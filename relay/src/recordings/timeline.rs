//! Where each segment of a recording lies in it, and what is missing. Pure; positions are microseconds from the recording's start.
//!
//! Segments carry the box's clock. Within one run of the box it goes evenly, so that a segment lies where its clock says and a link that was away leaves no
//! trace. A clock that was set back, or leaps by more than a day, is not believed: what comes then follows at once. A box whose link was away hears late that it is to
//! record no more: what it recorded after that is no part of the recording, and a run that its clock puts there began before, with a clock that was set.

use yunzhen_domain::records::{Gap, GapReason};
use yunzhen_protocol::segment::{After, Segment};

/// Nobody misses less than this: it is the time between two pictures, or a sound that was heard late.
const LEAST_GAP_US: u64 = 1_000_000;
/// So much may a segment begin before the end of the one before it: sound and picture are not cut at the same moment.
const OVERLAP_US: u64 = 500_000;
/// A box that is away longer has a clock that was set.
const MOST_GAP_US: u64 = 24 * 3600 * 1_000_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The box's clock at the recording's start, as it is believed since the last leap.
    origin_us: Option<u64>,
    end_us: u64,
    gaps: Vec<Gap>,
    /// Segments before the next one are not here, and why.
    missing: Option<GapReason>,
    /// What begins later is no part of it.
    until_us: Option<u64>,
    /// The rest never came.
    is_cut: bool,
}

impl Timeline {
    /// Of a recording that was ended so long after it began. `is_cut`: its rest was given up.
    pub fn until(until_us: u64, is_cut: bool) -> Self {
        Self { until_us: Some(until_us), is_cut, ..Self::default() }
    }

    /// The next segment: where it begins. `None`: after the recording's end.
    pub fn place(&mut self, segment: &Segment) -> Option<u64> {
        let last = segment.samples.iter().map(|sample| u64::from(sample.at_us)).max().unwrap_or(0);
        let missing = self.missing.take();
        let Some(origin) = self.origin_us else {
            self.origin_us = Some(segment.begins_us);
            self.end_us = last;
            self.gaps.extend(missing.map(|reason| Gap { at_ms: 0, for_ms: 0, reason }));
            return Some(0);
        };
        let is_late = |at: u64| self.until_us.is_some_and(|until| at > until);
        let by_clock = segment.begins_us.checked_sub(origin);
        let fits = |at: &u64| {
            at.saturating_add(OVERLAP_US) >= self.end_us
                && at.saturating_sub(self.end_us) <= MOST_GAP_US
                && !(segment.after == After::Start && is_late(*at))
        };
        let begins = by_clock.filter(fits);
        if is_late(begins.unwrap_or(self.end_us)) {
            self.missing = missing;
            return None;
        }
        let reason = missing.unwrap_or(match segment.after {
            After::Segment => GapReason::Quiet,
            After::Start => GapReason::Restarted,
            After::Disk => GapReason::Disk,
        });
        let at = match begins {
            Some(at) => {
                let for_us = at.saturating_sub(self.end_us);
                if for_us > LEAST_GAP_US || missing.is_some() {
                    self.gaps.push(Gap { at_ms: self.end_us / 1000, for_ms: for_us / 1000, reason });
                }
                at
            }
            None => {
                // How long is not known; that something is missing is.
                self.gaps.push(Gap { at_ms: self.end_us / 1000, for_ms: 0, reason });
                self.origin_us = Some(segment.begins_us.saturating_sub(self.end_us));
                self.end_us
            }
        };
        self.end_us = self.end_us.max(at + last);
        Some(at)
    }

    /// A segment that is not here. How long it was shows where the next one begins.
    pub fn miss(&mut self, reason: GapReason) {
        self.missing.get_or_insert(reason);
    }

    /// How long it is, milliseconds, and what is missing.
    pub fn end(mut self) -> (u64, Vec<Gap>) {
        let end_ms = self.end_us / 1000;
        let rest = self.is_cut.then_some(GapReason::Lost).filter(|rest| self.missing != Some(*rest));
        let at_end = self.missing.into_iter().chain(rest);
        self.gaps.extend(at_end.map(|reason| Gap { at_ms: end_ms, for_ms: 0, reason }));
        (end_ms, self.gaps)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use uuid::Uuid;
    use yunzhen_protocol::segment::{Sample, SampleKind};

    use super::*;

    const S: u64 = 1_000_000;

    fn segment(begins_us: u64, lasts_us: u64, after: After) -> Segment {
        let sample = |at| Sample { kind: SampleKind::Sound, at_us: at as u32, bytes: Bytes::from_static(b"x") };
        let samples = vec![sample(0), sample(lasts_us)];
        Segment { recording: Uuid::nil(), index: 0, begins_us, after, size: (0, 0), samples }
    }

    #[test]
    fn segments_of_one_run_lie_where_the_clock_says_and_only_real_gaps_are_told() {
        let mut line = Timeline::default();
        let clock = 1_800_000_000 * S;
        assert_eq!(line.place(&segment(clock, 4 * S, After::Start)), Some(0));
        assert_eq!(line.place(&segment(clock + 4 * S + 20_000, 4 * S, After::Segment)), Some(4 * S + 20_000));
        assert_eq!(line.place(&segment(clock + 8 * S - 10_000, 2 * S, After::Segment)), Some(8 * S - 10_000));
        // The nurse muted and hid for half a minute; then the power failed; then the disk was full.
        assert_eq!(line.place(&segment(clock + 40 * S, 4 * S, After::Segment)), Some(40 * S));
        assert_eq!(line.place(&segment(clock + 104 * S, 4 * S, After::Start)), Some(104 * S));
        assert_eq!(line.place(&segment(clock + 118 * S, 4 * S, After::Disk)), Some(118 * S));
        let (length, gaps) = line.end();
        assert_eq!(length, 122_000);
        let told: Vec<_> = gaps.iter().map(|gap| (gap.at_ms, gap.for_ms, gap.reason)).collect();
        assert_eq!(
            told,
            [
                (9_990, 30_010, GapReason::Quiet),
                (44_000, 60_000, GapReason::Restarted),
                (108_000, 10_000, GapReason::Disk),
            ]
        );
    }

    #[test]
    fn a_clock_that_was_set_is_not_believed() {
        for set_to in [1_000 * S, 4_000_000_000 * S] {
            let mut line = Timeline::default();
            let clock = 1_800_000_000 * S;
            line.place(&segment(clock, 4 * S, After::Start));
            assert_eq!(line.place(&segment(set_to, 4 * S, After::Start)), Some(4 * S));
            assert_eq!(line.place(&segment(set_to + 4 * S, 4 * S, After::Segment)), Some(8 * S));
            line.miss(GapReason::Lost);
            line.miss(GapReason::Lost);
            let (length, gaps) = line.end();
            assert_eq!((length, gaps.len()), (12_000, 2), "{gaps:?}");
            assert_eq!((gaps[0].for_ms, gaps[1].reason), (0, GapReason::Lost));
        }
    }

    /// One that the box could not read was listed twice: as lost, and as a silence of its length.
    #[test]
    fn a_lost_segment_is_one_gap_with_its_reason_and_its_length() {
        let mut line = Timeline::default();
        let clock = 1_800_000_000 * S;
        line.miss(GapReason::Damaged);
        line.place(&segment(clock, 4 * S, After::Segment));
        line.miss(GapReason::Unreadable);
        line.miss(GapReason::Unreadable);
        line.place(&segment(clock + 12 * S, 4 * S, After::Segment));
        line.miss(GapReason::Lost);
        let (length, gaps) = line.end();
        assert_eq!(length, 16_000);
        let told: Vec<_> = gaps.iter().map(|gap| (gap.at_ms, gap.for_ms, gap.reason)).collect();
        assert_eq!(
            told,
            [(0, 0, GapReason::Damaged), (4_000, 8_000, GapReason::Unreadable), (16_000, 0, GapReason::Lost)]
        );
    }

    /// Segments that were given up before the rest was stood in the list twice, with one reason at one place.
    #[test]
    fn a_rest_that_never_came_is_one_gap_with_what_was_lost_before_it() {
        let told = |missing: Option<GapReason>, is_cut| {
            let mut line = Timeline::until(60 * S, is_cut);
            line.place(&segment(1_800_000_000 * S, 4 * S, After::Start));
            missing.into_iter().for_each(|reason| line.miss(reason));
            line.end().1.iter().map(|gap| (gap.at_ms, gap.reason)).collect::<Vec<_>>()
        };
        assert!(told(None, false).is_empty());
        assert_eq!(told(None, true), [(4_000, GapReason::Lost)]);
        assert_eq!(told(Some(GapReason::Lost), true), [(4_000, GapReason::Lost)]);
        let both = [(4_000, GapReason::Unreadable), (4_000, GapReason::Lost)];
        assert_eq!(told(Some(GapReason::Unreadable), true), both);
    }

    /// The consultation ended, or the consent was taken back, while the box had no link and went on recording.
    #[test]
    fn what_was_recorded_after_the_end_is_no_part_of_it() {
        let mut line = Timeline::until(10 * S, false);
        let clock = 1_800_000_000 * S;
        assert_eq!(line.place(&segment(clock, 4 * S, After::Start)), Some(0));
        assert_eq!(line.place(&segment(clock + 8 * S, 4 * S, After::Segment)), Some(8 * S));
        for later in [12, 16, 300] {
            assert_eq!(line.place(&segment(clock + later * S, 4 * S, After::Segment)), None);
        }
        assert_eq!(line.end(), (12_000, vec![Gap { at_ms: 4_000, for_ms: 4_000, reason: GapReason::Quiet }]));

        // A run begins only on the hospital's word: a clock that puts it after the end was set.
        let mut line = Timeline::until(10 * S, false);
        line.place(&segment(clock, 4 * S, After::Start));
        assert_eq!(line.place(&segment(clock + 7_200 * S, 4 * S, After::Start)), Some(4 * S));
        assert_eq!(line.place(&segment(clock + 7_204 * S, 4 * S, After::Segment)), Some(8 * S));
        assert_eq!(line.place(&segment(clock + 7_208 * S, 4 * S, After::Segment)), None);
    }
}
