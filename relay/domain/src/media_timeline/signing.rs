//! Was what the specialist had of the home enough to sign by? A pure function of the consultation's seconds and the policy.
//!
//! Seconds **together** count: the specialist was in the room and connected, and of the home what was sent to their page ([`Second::seen`]). A home that waits alone
//! shows nothing to anybody, however good its picture is. Seconds from before that was written down count as they did then: by what arrived at the relay.
//!
//! Enough is the least rung of the policy, **at the end** (the best of the last seconds together: now, while the call is up; how it ended, after it) or
//! **held** (for a time in all, anywhere in the consultation). So a call that was good and gets worse while she writes does not take away what she has seen, and one
//! that never showed more than a voice is not signed by. Seconds together without the home's link count as nothing shown.
//!
//! A call is judged when the home has been in it for as long as its end is (10 seconds): before that its picture is still coming up.
//!
//! A consultation in which the home's box never was in the call has no seconds, and there is nothing to judge: the doctor may sit in the room. A hospital that wants
//! a call before every signature sets `call_seconds_for_signing`.

use super::{Attendance, Rung, Second};
use crate::policy::Policy;

/// What a consultation's seconds come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Seconds together in which the home was connected as well.
    pub connected: u32,
    /// The best of the last seconds together; `None` when nothing was seen in them.
    pub last: Option<Rung>,
    /// The best that was seen for long enough.
    pub held: Option<Rung>,
    /// Seconds in which the specialist was there, or nobody wrote that down.
    pub together: u32,
    /// Recorded seconds, whoever was there.
    pub recorded: u32,
}

impl Standing {
    /// Of all seconds of a consultation, oldest first.
    pub fn of(seconds: &[Second], policy: &Policy) -> Self {
        let last = policy.rung_at_end_seconds as usize;
        let is_together = |second: &Second| second.specialist() != Attendance::Absent;
        let best = |found: Option<Rung>, rung: Rung| Some(found.map_or(rung, |found| found.min(rung)));
        let end = seconds.iter().rev().filter(|second| is_together(second)).take(last);
        let held = |rung: &Rung| {
            let long = count(seconds, |second| second.seen().is_some_and(|seen| seen.is_at_least(*rung)));
            long >= policy.rung_held_seconds
        };
        Self {
            connected: count(seconds, |second| is_together(second) && second.is_connected()),
            last: end.filter_map(Second::seen).fold(None, best),
            held: Rung::ALL.iter().copied().find(held),
            together: count(seconds, is_together),
            recorded: count(seconds, |_| true),
        }
    }

    /// The home was in the call for long enough to be judged, and the specialist never with it.
    pub const fn is_apart(&self, policy: &Policy) -> bool {
        self.together == 0 && self.recorded >= policy.rung_at_end_seconds
    }
}

fn count(seconds: &[Second], is_one: impl Fn(&Second) -> bool) -> u32 {
    u32::try_from(seconds.iter().filter(|second| is_one(second)).count()).unwrap_or(u32::MAX)
}

/// Why nothing is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLow {
    /// The home was in the call, and the specialist was not.
    #[error("the specialist was never in the call, and signing asks for {least}")]
    Apart {
        /// Asked for.
        least: Rung,
    },
    /// Less was shown than the policy asks for.
    #[error("the call showed {shown:?} at best, and signing asks for {least}")]
    Rung {
        /// Asked for.
        least: Rung,
        /// The best that counts; `None`: nothing.
        shown: Option<Rung>,
        /// It would count after so many seconds in all.
        held_seconds: u32,
    },
    /// The hospital asks for a call, and there was none, or a shorter one.
    #[error("signing asks for a call of {least} s, and there were {connected} s")]
    Call {
        /// Asked for.
        least: u32,
        /// Had.
        connected: u32,
    },
}

impl TooLow {
    /// Chinese, English.
    pub fn words(&self) -> (String, String) {
        match self {
            Self::Rung { least, shown, held_seconds } => {
                let nothing = ("没有画面和声音", "no picture and no sound");
                let ((now_zh, now_en), (least_zh, least_en)) = (shown.map_or(nothing, Rung::words), least.words());
                (
                    format!(
                        "通话现为“{now_zh}”；按医院规定，签署处方至少需要“{least_zh}”，恢复后或累计满 {held_seconds} 秒即可签署。"
                    ),
                    format!(
                        "The call shows: {now_en}. The hospital asks for at least: {least_en}, now or for {held_seconds} seconds in all, before a prescription is signed."
                    ),
                )
            }
            Self::Apart { least } => {
                let (least_zh, least_en) = least.words();
                (
                    format!(
                        "您还没有进入与养老院的通话；按医院规定，签署处方前须在通话中至少看到“{least_zh}”，请先进入通话。"
                    ),
                    format!(
                        "You have not been in the call with the home. The hospital asks for at least: {least_en}, seen in the call, before a prescription is signed. Join the call first."
                    ),
                )
            }
            Self::Call { least, connected } => (
                format!("按医院规定，签署处方前须与养老院通话至少 {least} 秒；目前为 {connected} 秒。"),
                format!(
                    "The hospital asks for {least} seconds of call with the home before a prescription is signed; there were {connected}."
                ),
            ),
        }
    }
}

/// Whether a prescription of the consultation may be signed by what was seen.
pub fn enough(standing: &Standing, policy: &Policy) -> Result<(), TooLow> {
    if standing.connected < policy.call_seconds_for_signing {
        return Err(TooLow::Call { least: policy.call_seconds_for_signing, connected: standing.connected });
    }
    let least = policy.least_rung();
    if standing.is_apart(policy) {
        return Err(TooLow::Apart { least });
    }
    let shown = standing.last.into_iter().chain(standing.held).min();
    let is_young = standing.recorded < policy.rung_at_end_seconds;
    if is_young || shown.is_some_and(|shown| shown.is_at_least(least)) {
        return Ok(());
    }
    Err(TooLow::Rung { least, shown, held_seconds: policy.rung_held_seconds })
}

#[cfg(test)]
mod tests {
    use super::super::Heard;
    use super::*;

    /// The box is in the call, and sends.
    fn sent(rung: Rung) -> Heard {
        Heard { rung: Some(rung), picture: !matches!(rung, Rung::Sound), sound: true, ..Heard::default() }
    }

    /// The specialist is in the call, and has it.
    fn seconds(rung: Rung, count: usize) -> Vec<Second> {
        let sent = sent(rung);
        let (sound_given, picture_given) = (sent.sound, sent.picture);
        vec![Second::Heard(Heard { specialist: Attendance::Present, sound_given, picture_given, ..sent }); count]
    }

    /// The home is in the call alone.
    fn alone(rung: Rung, count: usize) -> Vec<Second> {
        vec![Second::Heard(sent(rung)); count]
    }

    /// Both wait for the other's first packet.
    fn silent(count: usize) -> Vec<Second> {
        vec![Second::Heard(Heard { specialist: Attendance::Present, ..Heard::default() }); count]
    }

    /// The specialist waits for a home whose link is gone.
    fn gone(count: usize) -> Vec<Second> {
        vec![Second::Away(Attendance::Present); count]
    }

    fn decide(seconds: &[Second], policy: &str) -> Result<(), TooLow> {
        let policy = Policy::from_toml(policy).unwrap();
        enough(&Standing::of(seconds, &policy), &policy)
    }

    fn too_low(least: Rung, shown: Option<Rung>) -> Result<(), TooLow> {
        Err(TooLow::Rung { least, shown, held_seconds: 60 })
    }

    #[test]
    fn the_rung_at_the_end_counts_or_one_that_was_held() {
        assert_eq!(decide(&seconds(Rung::Full, 10), ""), Ok(()));
        assert_eq!(decide(&seconds(Rung::Slow, 10), ""), Ok(()));
        assert_eq!(decide(&seconds(Rung::Stills, 500), ""), too_low(Rung::Slow, Some(Rung::Stills)));
        assert_eq!(decide(&seconds(Rung::Sound, 500), ""), too_low(Rung::Slow, Some(Rung::Sound)));
        let worse = [seconds(Rung::Full, 59), seconds(Rung::Sound, 10)].concat();
        assert_eq!(decide(&worse, ""), too_low(Rung::Slow, Some(Rung::Sound)), "59 s, and 10 s ago");
        let long =
            [seconds(Rung::Full, 30), seconds(Rung::Sound, 10), seconds(Rung::Slow, 30), seconds(Rung::Sound, 99)];
        assert_eq!(decide(&long.concat(), ""), Ok(()), "60 s in all, with a break");
        let dip = [seconds(Rung::Full, 5), seconds(Rung::Sound, 9)].concat();
        assert_eq!(decide(&dip, ""), Ok(()), "it was there within the last ten seconds");
    }

    #[test]
    fn a_call_that_is_still_coming_up_is_not_judged() {
        let coming_up = [silent(4), seconds(Rung::Sound, 5)].concat();
        assert_eq!(decide(&coming_up, ""), Ok(()));
        assert_eq!(decide(&[coming_up, seconds(Rung::Sound, 1)].concat(), ""), too_low(Rung::Slow, Some(Rung::Sound)));
    }

    #[test]
    fn a_link_that_is_away_shows_nothing() {
        let lost = [seconds(Rung::Full, 20), gone(10)].concat();
        assert_eq!(decide(&lost, ""), too_low(Rung::Slow, None));
        assert_eq!(decide(&silent(10), ""), too_low(Rung::Slow, None), "connected, nothing came");
    }

    #[test]
    fn a_home_that_waited_alone_has_shown_nothing_to_anybody() {
        let apart = Err(TooLow::Apart { least: Rung::Slow });
        assert_eq!(decide(&alone(Rung::Full, 9), ""), Ok(()), "it is still coming up");
        assert_eq!(decide(&alone(Rung::Full, 10), ""), apart);
        assert_eq!(decide(&alone(Rung::Full, 600), ""), apart);
        let joins = |rung, count| [alone(Rung::Full, 600), seconds(rung, count)].concat();
        assert_eq!(decide(&joins(Rung::Sound, 3), ""), too_low(Rung::Slow, Some(Rung::Sound)));
        assert_eq!(decide(&joins(Rung::Small, 1), ""), Ok(()), "seen now");
        let asked = "call_seconds_for_signing = 30";
        assert_eq!(decide(&joins(Rung::Full, 29), asked), Err(TooLow::Call { least: 30, connected: 29 }));
        assert_eq!(decide(&joins(Rung::Full, 30), asked), Ok(()));
        assert_eq!(decide(&alone(Rung::Full, 600), asked), Err(TooLow::Call { least: 30, connected: 0 }));
    }

    #[test]
    fn what_was_not_sent_to_the_specialist_s_page_was_not_seen() {
        let heard = |picture_given| {
            let specialist = Attendance::Present;
            Second::Heard(Heard { specialist, sound_given: true, picture_given, ..sent(Rung::Full) })
        };
        assert_eq!(decide(&vec![heard(false); 300], ""), too_low(Rung::Slow, Some(Rung::Sound)));
        let late = [vec![heard(false); 300], vec![heard(true)]].concat();
        assert_eq!(decide(&late, ""), Ok(()));
    }

    #[test]
    fn what_she_saw_stays_when_she_leaves_and_the_home_goes_on_alone() {
        let left = [seconds(Rung::Full, 12), alone(Rung::Sound, 400)].concat();
        assert_eq!(decide(&left, ""), Ok(()), "how her call ended");
        let poor = [seconds(Rung::Full, 12), seconds(Rung::Sound, 10), alone(Rung::Full, 400)].concat();
        assert_eq!(decide(&poor, ""), too_low(Rung::Slow, Some(Rung::Sound)), "what came after she left is not hers");
    }

    #[test]
    fn seconds_from_before_the_specialist_was_written_down_count_by_what_arrived() {
        let heard = Heard { specialist: Attendance::Unrecorded, ..sent(Rung::Full) };
        assert_eq!(decide(&vec![Second::Heard(heard); 20], ""), Ok(()));
        let away = vec![Second::Away(Attendance::Unrecorded); 20];
        assert_eq!(decide(&away, ""), too_low(Rung::Slow, None));
    }

    #[test]
    fn a_hospital_asks_for_more_and_never_for_less() {
        assert_eq!(
            decide(&seconds(Rung::Small, 80), "least_rung_for_signing = 6"),
            too_low(Rung::Full, Some(Rung::Small))
        );
        assert_eq!(decide(&seconds(Rung::Small, 80), "least_rung_for_signing = 5"), Ok(()));
        let refused = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
        assert!(refused("least_rung_for_signing = 3").contains("only be tightened"));
        assert!(refused("least_rung_for_signing = 7").contains("6"), "there is no better one");
        assert!(refused("rung_held_seconds = 59").contains("only be tightened"));
        assert!(refused("rung_at_end_seconds = 11").contains("only be tightened"));
    }

    #[test]
    fn without_a_call_there_is_nothing_to_judge_unless_the_hospital_asks_for_one() {
        assert_eq!(decide(&[], ""), Ok(()));
        assert_eq!(decide(&[], "call_seconds_for_signing = 30"), Err(TooLow::Call { least: 30, connected: 0 }));
        let short = [seconds(Rung::Full, 29), gone(5)].concat();
        assert_eq!(decide(&short, "call_seconds_for_signing = 30"), Err(TooLow::Call { least: 30, connected: 29 }));
        assert_eq!(decide(&seconds(Rung::Full, 30), "call_seconds_for_signing = 30"), Ok(()));
    }

    #[test]
    fn the_reason_is_said_in_both_languages() {
        let (zh, en) = decide(&seconds(Rung::Sound, 10), "").unwrap_err().words();
        assert!(zh.contains("只有声音") && zh.contains("慢速画面") && zh.contains("60"), "{zh}");
        assert!(en.contains("Sound only") && en.contains("Slow picture") && en.contains("60"), "{en}");
        let (zh, en) = decide(&alone(Rung::Full, 10), "").unwrap_err().words();
        assert!(zh.contains("慢速画面") && en.contains("Slow picture"), "{zh} {en}");
        let (zh, en) = TooLow::Call { least: 30, connected: 4 }.words();
        assert!(zh.contains("30") && en.contains("30"));
    }
}
