//! Segments of recordings on their way: which goes next, which are given up, and what the relay has to hear of each recording.
//!
//! A recording goes in its order, so that one segment that the disk does not give would hold up all behind it: after some tries the box gives it up in words
//! (`segment_lost`) and goes on when the relay has heard. A relay that does not answer that, an older one or one whose disk takes nothing, holds up that recording only: it is set aside for
//! a while, nothing of it is removed, and it is tried again then and on each new connection. What never comes in that way the relay gives up after a week
//! (`RECORDING_AWAITED`), refuses, and so has removed here.

use crate::recordings::TapeEvent;
use crate::recordings::disk::{Disk, Waiting};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io;
use std::time::Duration;
use yunzhen_domain::ids::{RecordingId, SegmentId};
use yunzhen_protocol::control::{RecordTrouble, SegmentLoss, ToRelay};

/// So often a segment is tried to be read, a second apart.
pub const READ_TRIES: u32 = 3;
/// So often, ten seconds apart, a relay is told what is lost of a recording before that recording is set aside.
pub const LOST_TOLD: u32 = 3;
/// For so long, unless there is a new connection before.
pub const SET_ASIDE: Duration = Duration::from_secs(600);

/// Recordings of this box, as far as the relay has to hear of them.
#[derive(Debug, Default)]
pub struct Recordings {
    /// How many tapes of each have their last segment not on disk: one that goes on before its end was written has two.
    running: HashMap<RecordingId, u32>,
    /// The relay waits for the rest.
    stopped: Vec<RecordingId>,
    hindered: HashMap<RecordingId, Hindered>,
    /// The relay waits for nothing before this of it, and the disk does not let go of that.
    settled: HashMap<RecordingId, u32>,
    /// What could not be read, how often in a row.
    unread: Option<(SegmentId, u32)>,
    /// What is lost of these was said on this connection, and not answered.
    unanswered: HashMap<RecordingId, Unanswered>,
}

/// Words of what is lost of a recording.
#[derive(Clone, Copy, Debug, Default)]
struct Unanswered {
    told: u32,
    aside_until: Option<Duration>,
}

/// What hinders a recording.
#[derive(Clone, Copy, Debug, Default)]
struct Hindered {
    tape: Option<RecordTrouble>,
    tablet: bool,
}

impl Hindered {
    fn reason(self) -> Option<RecordTrouble> {
        self.tape.or(self.tablet.then_some(RecordTrouble::Tablet))
    }
}

/// What becomes of the oldest segment that waits.
#[derive(Debug)]
pub enum Next {
    /// It is offered.
    Offer(ToRelay, SegmentId, Vec<u8>),
    /// It cannot be read.
    Unreadable(Waiting, SegmentLoss),
}

impl Recordings {
    /// Takes what a tape tells. Whether the relay has to hear what hinders it, or what is over.
    pub fn tape(&mut self, id: RecordingId, event: TapeEvent) -> bool {
        match event {
            TapeEvent::Opened => {
                *self.running.entry(id).or_default() += 1;
                // Nothing hinders it: the hospital sees that it has begun.
                self.hindered.entry(id).or_default();
            }
            TapeEvent::Kept => return false,
            TapeEvent::Trouble(trouble) => self.hindered.entry(id).or_default().tape = trouble,
            TapeEvent::Tablet(shown) => self.hindered.entry(id).or_default().tablet = shown,
            TapeEvent::Closed => {
                if let Some(tapes) = self.running.get_mut(&id) {
                    *tapes -= 1;
                    if *tapes == 0 {
                        self.running.remove(&id);
                        self.hindered.remove(&id);
                    }
                }
            }
        }
        true
    }

    /// What hinders each that runs.
    pub fn troubles(&self) -> impl Iterator<Item = ToRelay> {
        self.hindered
            .iter()
            .map(|(id, hindered)| ToRelay::RecordingTrouble { recording_id: *id, reason: hindered.reason() })
    }

    /// The relay waits for the rest of it.
    pub fn stop(&mut self, id: RecordingId) {
        if !self.stopped.contains(&id) {
            self.stopped.push(id);
        }
    }

    /// Whether the relay waits for the rest of any.
    pub fn any_stopped(&self) -> bool {
        !self.stopped.is_empty()
    }

    /// Those that were stopped and of which nothing waits; they are told once.
    pub fn over(&mut self, waiting: &[Waiting]) -> Vec<RecordingId> {
        let running = &self.running;
        let is_over =
            |id: &mut RecordingId| !running.contains_key(id) && waiting.iter().all(|one| one.recording != *id);
        self.stopped.extract_if(.., is_over).collect()
    }

    /// The disk holds what the relay does not wait for.
    pub fn settle(&mut self, id: RecordingId, next: u32) {
        let settled = self.settled.entry(id).or_default();
        *settled = next.max(*settled);
    }

    /// The relay wants of it what the disk holds.
    pub fn is_wanted(&self, one: &Waiting) -> bool {
        self.settled.get(&one.recording).is_none_or(|next| one.index >= *next)
    }

    /// Something is lost of it. Whether the relay is to be told; otherwise the recording is set aside from now on.
    pub fn tell_lost(&mut self, id: RecordingId, now: Duration) -> bool {
        let unanswered = self.unanswered.entry(id).or_default();
        unanswered.told += 1;
        let is_told = unanswered.told <= LOST_TOLD;
        if !is_told {
            *unanswered = Unanswered { told: 0, aside_until: Some(now + SET_ASIDE) };
        }
        is_told
    }

    /// The relay has answered what was lost of it.
    pub fn lost_answered(&mut self, id: RecordingId) {
        self.unanswered.remove(&id);
    }

    /// There is another connection, perhaps with another relay.
    pub fn connected(&mut self) {
        self.unanswered.clear();
    }

    /// Others go before it.
    pub fn is_set_aside(&self, id: RecordingId, now: Duration) -> bool {
        self.unanswered.get(&id).and_then(|one| one.aside_until).is_some_and(|until| now < until)
    }

    /// When the first that is set aside is tried again.
    pub fn resumes(&self, now: Duration) -> Option<Duration> {
        self.unanswered.values().filter_map(|one| one.aside_until).filter(|until| now < *until).min()
    }

    /// It could not be read. Whether it is to be tried again.
    pub fn try_again(&mut self, segment: SegmentId) -> bool {
        let tries = self.unread.filter(|(before, _)| *before == segment).map_or(1, |(_, tries)| tries + 1);
        self.unread = Some((segment, tries));
        tries < READ_TRIES
    }
}

/// The segment that is to go next of those that wait.
pub fn next(disk: &Disk, waiting: &[Waiting]) -> Option<Next> {
    let first = *waiting.first()?;
    let Waiting { recording, index, segment } = first;
    let sealed = match disk.read(first) {
        Ok(sealed) => sealed,
        Err(error) => {
            tracing::error!(%recording, index, %error, "a segment of a recording cannot be read");
            let is_gone = error.kind() == io::ErrorKind::NotFound;
            return Some(Next::Unreadable(first, if is_gone { SegmentLoss::Missing } else { SegmentLoss::Unreadable }));
        }
    };
    let offer = ToRelay::SegmentOffer {
        segment_id: segment,
        recording_id: recording,
        index,
        waiting: u32::try_from(waiting.iter().filter(|one| one.recording == recording).count()).unwrap_or(u32::MAX),
        bytes: sealed.len() as u64,
        sha256: yunzhen_domain::audit::hex(&Sha256::digest(&sealed)),
    };
    Some(Next::Offer(offer, segment, sealed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ID: RecordingId = RecordingId::from_uuid(Uuid::from_u128(1));

    fn one(index: u32) -> Waiting {
        Waiting { recording: ID, index, segment: SegmentId::from_uuid(Uuid::from_u128(u128::from(index))) }
    }

    /// A tape of the same recording began before the one before it had ended, and its end was taken for the end of both.
    #[test]
    fn a_recording_that_goes_on_is_over_when_its_last_tape_is() {
        let mut recordings = Recordings::default();
        recordings.tape(ID, TapeEvent::Opened);
        recordings.tape(ID, TapeEvent::Opened);
        recordings.tape(ID, TapeEvent::Trouble(Some(RecordTrouble::BoxDisk)));
        recordings.stop(ID);
        recordings.tape(ID, TapeEvent::Closed);
        assert!(recordings.over(&[]).is_empty());
        assert_eq!(recordings.troubles().count(), 1, "what hinders it goes on");
        recordings.tape(ID, TapeEvent::Closed);
        assert!(recordings.over(&[one(3)]).is_empty(), "the relay has not all");
        assert_eq!((recordings.over(&[]), recordings.troubles().count()), (vec![ID], 0));
        assert!(recordings.over(&[]).is_empty(), "told once");
    }

    #[test]
    fn what_is_settled_is_wanted_no_more_though_the_disk_does_not_let_go_of_it() {
        let mut recordings = Recordings::default();
        recordings.settle(ID, 5);
        recordings.settle(ID, 2);
        recordings.stop(ID);
        assert_eq!(recordings.over(&[]), [ID], "also when it is over");
        assert_eq!([4, 5].map(|index| recordings.is_wanted(&one(index))), [false, true]);
    }

    #[test]
    fn a_segment_is_given_up_after_some_tries_in_a_row() {
        let mut recordings = Recordings::default();
        let tried = [1, 1, 2, 1, 1, 1].map(|segment| recordings.try_again(one(segment).segment));
        assert_eq!(tried, [true, true, true, true, true, false]);
        assert!(!recordings.try_again(one(1).segment), "nor tried anew when the relay has not heard");
    }

    /// An older relay does not know the word: the box held every later recording, and what it makes until its disk was full.
    #[test]
    fn a_relay_that_never_answers_what_is_lost_holds_up_that_recording_only_and_not_for_ever() {
        let (mut recordings, other) = (Recordings::default(), RecordingId::from_uuid(Uuid::from_u128(2)));
        let at = |seconds| Duration::from_secs(seconds);
        let told = [0, 10, 20, 30].map(|seconds| recordings.tell_lost(ID, at(seconds)));
        assert_eq!(told, [true, true, true, false]);
        assert!(recordings.is_set_aside(ID, at(31)) && !recordings.is_set_aside(other, at(31)));
        assert_eq!(recordings.resumes(at(31)), Some(at(30) + SET_ASIDE));
        recordings.stop(ID);
        assert!(recordings.over(&[one(5)]).is_empty(), "what waits of it is still to come");
        let later = at(30) + SET_ASIDE;
        assert!(!recordings.is_set_aside(ID, later) && recordings.resumes(later).is_none());
        assert!(recordings.tell_lost(ID, later), "and told anew");

        recordings.lost_answered(ID);
        let told = [0, 10, 20].map(|seconds| recordings.tell_lost(ID, later + at(seconds)));
        assert_eq!(told, [true; 3], "an answer begins the count anew");
        assert!(!recordings.tell_lost(ID, later + at(30)));
        recordings.connected();
        assert!(!recordings.is_set_aside(ID, later + at(31)), "another relay may know the word");
    }
}
