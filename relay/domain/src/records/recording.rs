//! Recordings of consultations: the home's side, asked for with consent, made by the home's box at a rate of its own.

use crate::Sealed;
use crate::ids::{ConsultationId, HomeId, RecordingId, ResidentId, StaffId};
use crate::machines::recording::{Event, State};
use crate::machines::{Refused, named_enum};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Bytes of one sealed segment: ten seconds at more than five times the default rate.
pub const SEGMENT_MOST_BYTES: u64 = 8 * 1024 * 1024;
/// Segments of one recording: a whole day of short ones.
pub const SEGMENTS_OF_RECORDING: u32 = 20_000;
/// A box keeps what it recorded until it is received, also after days without a link; what has not come so long after the end will not.
pub const RECORDING_AWAITED: SignedDuration = SignedDuration::from_hours(24 * 7);

named_enum! {
    /// Why nothing more is recorded.
    StopCause {
        /// The specialist ended it.
        Asked = "asked",
        /// The consultation is over.
        CallOver = "call_over",
        /// The resident took the consent back.
        ConsentRevoked = "consent_revoked",
    }
}

named_enum! {
    /// What hinders the box while it records; the call goes on.
    RecordingTrouble {
        /// The disk of the box takes nothing more: full, or broken.
        BoxDisk = "box_disk",
        /// As much waits for the link as the box keeps.
        BoxFull = "box_full",
        /// The box's encoder does not keep up with the camera, or fails.
        Encoder = "encoder",
        /// The tablet's own camera is shown, which the box does not record.
        Tablet = "tablet",
    }
}

named_enum! {
    /// Why there is none.
    RecordingFailure {
        /// Nothing was recorded.
        Nothing = "nothing",
        /// Nothing came for so long that nothing will.
        Lost = "lost",
        /// What came cannot be assembled.
        Damaged = "damaged",
    }
}

named_enum! {
    /// Why a stretch of a recording is missing. The link is none of the reasons while the box is in the call: it leaves it after the policy's `call_without_link_minutes`.
    GapReason {
        /// The box had left the call, or was started anew.
        Restarted = "restarted",
        /// The disk of the box took nothing, or held as much as it may.
        Disk = "disk",
        /// Camera and microphone gave nothing: both were turned off, or the tablet's own were used.
        Quiet = "quiet",
        /// The box did not come back with the rest.
        Lost = "lost",
        /// The disk of the box did not give back what it held.
        Unreadable = "unreadable",
        /// What came cannot be read.
        Damaged = "damaged",
    }
}

/// A stretch that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecordingGap)]
pub struct Gap {
    /// Where in the recording it is, milliseconds from its start.
    pub at_ms: u64,
    /// How long it is, milliseconds; 0 where nobody knows.
    pub for_ms: u64,
    /// Why.
    pub reason: GapReason,
}

/// The file of a recording that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movie {
    /// What it lasts, milliseconds, gaps included.
    pub duration_ms: u64,
    /// Of the file as it is watched.
    pub bytes: u64,
    /// Of the same.
    pub sha256: [u8; 32],
    /// What is missing, in its order.
    pub gaps: Vec<Gap>,
}

/// Tries of making it one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assembly {
    /// Those that began.
    pub tries: u32,
    /// When the next is due; of one that is under way, when it is taken for dead. `None`: at once.
    pub due_at: Option<Timestamp>,
}

/// One recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Identifier.
    pub id: RecordingId,
    /// Version of the row.
    pub version: i64,
    /// In which consultation.
    pub consultation_id: ConsultationId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// Of which home.
    pub home_id: HomeId,
    /// Where it stands.
    pub state: State,
    /// What seals its segments and its file.
    pub key: Sealed,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: StaffId,
    /// When the box said that it records.
    pub began_at: Option<Timestamp>,
    /// When it was stopped.
    pub stopped_at: Option<Timestamp>,
    /// Why.
    pub stop_cause: Option<StopCause>,
    /// What hinders the box.
    pub trouble: Option<RecordingTrouble>,
    /// What hindered it at one time or another, each once, in its order.
    pub troubles: Vec<RecordingTrouble>,
    /// The rest was given up.
    pub is_cut: bool,
    /// How it goes with the file.
    pub assembly: Assembly,
    /// When it was kept, or given up.
    pub ended_at: Option<Timestamp>,
    /// Why there is none.
    pub failure: Option<RecordingFailure>,
    /// The file of one that was kept.
    pub movie: Option<Movie>,
}

impl Recording {
    fn after(mut self, event: Event) -> Result<Self, Refused> {
        self.state = self.state.apply(event)?;
        self.version += 1;
        Ok(self)
    }

    /// The box records.
    pub fn begin(self, at: Timestamp) -> Result<Self, Refused> {
        Ok(Self { began_at: Some(at), ..self.after(Event::Begin)? })
    }

    /// Nothing more is recorded.
    pub fn stop(self, cause: StopCause, at: Timestamp) -> Result<Self, Refused> {
        Ok(Self { stopped_at: Some(at), stop_cause: Some(cause), trouble: None, ..self.after(Event::Stop)? })
    }

    /// The box has told what hinders it. `None` when there is nothing new, or nobody waits for it.
    pub fn troubled(self, trouble: Option<RecordingTrouble>) -> Option<Self> {
        let news = self.state.is_running() && self.trouble != trouble;
        news.then(|| {
            let mut troubles = self.troubles.clone();
            troubles.extend(trouble.filter(|one| !self.troubles.contains(one)));
            Self { version: self.version + 1, trouble, troubles, ..self }
        })
    }

    /// All that will come is here. `is_cut`: the rest was given up.
    pub fn complete(self, is_cut: bool) -> Result<Self, Refused> {
        Ok(Self { is_cut, ..self.after(Event::Complete)? })
    }

    /// A try of making it a file begins; at `until` it is taken for dead. `None` when there is nothing to try now: another one is under way, or waited for.
    pub fn begin_assembly(self, at: Timestamp, until: Timestamp) -> Option<Self> {
        let is_due = self.state == State::Assembling && self.assembly.due_at.is_none_or(|due| due <= at);
        let assembly = Assembly { tries: self.assembly.tries + 1, due_at: Some(until) };
        is_due.then(|| Self { version: self.version + 1, assembly, ..self })
    }

    /// The try failed; the next is due then. `None`: nobody tries again by itself.
    pub fn fail_assembly(self, due_at: Option<Timestamp>) -> Result<Self, Refused> {
        let assembly = Assembly { due_at, ..self.assembly };
        match due_at {
            Some(_) => Ok(Self { version: self.version + 1, assembly, ..self }),
            None => Ok(Self { assembly, ..self.after(Event::GiveUp)? }),
        }
    }

    /// Somebody has it tried again, at once and as often as the first time.
    pub fn retry_assembly(self) -> Result<Self, Refused> {
        Ok(Self { assembly: Assembly::default(), ..self.after(Event::Retry)? })
    }

    /// The file is whole.
    pub fn keep(self, movie: Movie, at: Timestamp) -> Result<Self, Refused> {
        Ok(Self { ended_at: Some(at), movie: Some(movie), ..self.after(Event::Keep)? })
    }

    /// There is none.
    pub fn fail(self, failure: RecordingFailure, at: Timestamp) -> Result<Self, Refused> {
        Ok(Self { ended_at: Some(at), failure: Some(failure), ..self.after(Event::Fail)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Recording {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        Recording {
            id: RecordingId::new(at, [1; 10]),
            version: 1,
            consultation_id: ConsultationId::new(at, [2; 10]),
            resident_id: ResidentId::new(at, [3; 10]),
            home_id: HomeId::new(at, [4; 10]),
            state: State::Asked,
            key: Sealed::kept("sealed1.".into()),
            asked_at: at,
            asked_by: StaffId::new(at, [5; 10]),
            began_at: None,
            stopped_at: None,
            stop_cause: None,
            trouble: None,
            troubles: Vec::new(),
            is_cut: false,
            assembly: Assembly::default(),
            ended_at: None,
            failure: None,
            movie: None,
        }
    }

    #[test]
    fn from_the_press_to_the_file_each_step_is_a_version() {
        let at = asked().asked_at;
        let recording = asked().begin(at).unwrap();
        let recording = recording.troubled(Some(RecordingTrouble::BoxDisk)).unwrap();
        assert!(recording.clone().troubled(Some(RecordingTrouble::BoxDisk)).is_none(), "told once");
        assert!(recording.clone().fail(RecordingFailure::Nothing, at).is_err(), "it is stopped first");
        let recording = recording.stop(StopCause::ConsentRevoked, at).unwrap();
        assert_eq!((recording.trouble, recording.stop_cause), (None, Some(StopCause::ConsentRevoked)));
        assert!(recording.clone().troubled(Some(RecordingTrouble::BoxFull)).is_none(), "nobody waits for it");
        let recording = recording.complete(false).unwrap();
        let movie = Movie { duration_ms: 1000, bytes: 10, sha256: [7; 32], gaps: Vec::new() };
        let kept = recording.keep(movie.clone(), at).unwrap();
        assert_eq!((kept.version, kept.state, kept.movie), (6, State::Kept, Some(movie)));
        assert_eq!(kept.troubles, [RecordingTrouble::BoxDisk], "what hindered it stays known");
    }

    #[test]
    fn a_file_is_tried_by_one_at_a_time_then_waits_and_then_for_somebody() {
        let at = asked().asked_at;
        let minute = SignedDuration::from_mins(1);
        let come = asked().stop(StopCause::CallOver, at).unwrap().complete(false).unwrap();
        assert!(asked().begin_assembly(at, at + minute).is_none(), "it has not come");
        let first = come.begin_assembly(at, at + minute).unwrap();
        assert!(first.clone().begin_assembly(at, at + minute).is_none(), "one is under way");
        assert!(first.clone().begin_assembly(at + minute, at + minute).is_some(), "it died");
        let waits = first.fail_assembly(Some(at + minute * 2)).unwrap();
        assert!(waits.clone().begin_assembly(at + minute, at + minute).is_none(), "not before its time");
        let second = waits.begin_assembly(at + minute * 2, at + minute * 3).unwrap();
        assert_eq!(second.assembly.tries, 2);
        let stuck = second.fail_assembly(None).unwrap();
        assert_eq!(stuck.state, State::Stuck);
        assert!(stuck.clone().begin_assembly(at + minute * 9, at + minute * 10).is_none(), "nobody tries by itself");
        let again = stuck.retry_assembly().unwrap();
        assert_eq!((again.state, again.assembly), (State::Assembling, Assembly::default()));
        assert!(again.begin_assembly(at, at + minute).is_some());
    }
}
