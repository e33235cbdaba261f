//! Diagnostic stills: one full picture of a home's camera, asked for in a consultation.

use crate::ids::{ConsultationId, DocumentId, HomeId, ResidentId, StaffId, StillId};
use crate::machines::still::{Event, State};
use crate::machines::{Refused, named_enum};
use jiff::{SignedDuration, Timestamp};

/// Bytes of one still: a 1080-line picture has six million without any compression.
pub const STILL_MOST_BYTES: u64 = 8 * 1024 * 1024;
/// Stills of one press.
pub const STILLS_AT_ONCE: u8 = 5;
/// Stills of one consultation, those that did not come included.
pub const STILLS_OF_CONSULTATION: usize = 60;
/// A box keeps what it took until it is received, also after a day without a link; what has not come by then will not.
pub const STILL_AWAITED: SignedDuration = SignedDuration::from_hours(72);

named_enum! {
    /// A camera of the home's box.
    StillCamera {
        /// The whole room.
        Room = "room",
        /// The resident, near.
        CloseUp = "close_up",
    }
}

named_enum! {
    /// Why a still will not come.
    StillFailure {
        /// The nurse turned the camera off, or the tablet's own camera is shown.
        CameraOff = "camera_off",
        /// The camera gave no picture.
        CameraFailed = "camera_failed",
        /// The box was in this consultation no more.
        CallOver = "call_over",
        /// The picture has too many bytes.
        TooLarge = "too_large",
        /// The box has no room for another that waits for the link.
        BoxFull = "box_full",
        /// The disk of the box takes nothing: full, or broken.
        BoxDisk = "box_disk",
        /// What arrived has another digest than what was offered.
        WrongDigest = "wrong_digest",
        /// What arrived is not the picture that was announced.
        NotAPicture = "not_a_picture",
        /// Nothing came for so long that nothing will.
        Lost = "lost",
    }
}

/// One still; its picture is a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Still {
    /// Identifier.
    pub id: StillId,
    /// In which consultation.
    pub consultation_id: ConsultationId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// Of which home.
    pub home_id: HomeId,
    /// By which camera.
    pub camera: StillCamera,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: StaffId,
    /// When it was kept, or given up.
    pub ended_at: Option<Timestamp>,
    /// Why it did not come.
    pub failure: Option<StillFailure>,
    /// Pixels, of one that was kept.
    pub size: Option<(u32, u32)>,
    /// The picture of one that was kept.
    pub document_id: Option<DocumentId>,
}

impl Still {
    /// All bytes are here.
    pub fn keep(mut self, document: DocumentId, size: (u32, u32), at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Keep)?;
        (self.ended_at, self.size, self.document_id) = (Some(at), Some(size), Some(document));
        Ok(self)
    }

    /// It will not come.
    pub fn fail(mut self, failure: StillFailure, at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Fail)?;
        (self.ended_at, self.failure) = (Some(at), Some(failure));
        Ok(self)
    }

    /// As it is to be shown at `now`: what was awaited for too long is lost, whether or not anybody wrote that down.
    pub fn seen_at(self, now: Timestamp) -> Self {
        match self.state {
            State::Asked if now.duration_since(self.asked_at) > STILL_AWAITED => {
                let at = self.asked_at + STILL_AWAITED;
                Self { state: State::Failed, failure: Some(StillFailure::Lost), ended_at: Some(at), ..self }
            }
            State::Asked | State::Kept | State::Failed => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Still {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        Still {
            id: StillId::new(at, [1; 10]),
            consultation_id: ConsultationId::new(at, [2; 10]),
            resident_id: ResidentId::new(at, [3; 10]),
            home_id: HomeId::new(at, [4; 10]),
            camera: StillCamera::Room,
            state: State::Asked,
            asked_at: at,
            asked_by: StaffId::new(at, [5; 10]),
            ended_at: None,
            failure: None,
            size: None,
            document_id: None,
        }
    }

    #[test]
    fn it_is_kept_or_fails_once_and_is_lost_in_the_end() {
        let (still, at) = (asked(), asked().asked_at);
        let document = DocumentId::new(at, [6; 10]);
        let kept = still.clone().keep(document, (1280, 720), at).unwrap();
        assert_eq!((kept.state, kept.document_id, kept.size), (State::Kept, Some(document), Some((1280, 720))));
        assert!(kept.clone().fail(StillFailure::WrongDigest, at).is_err());
        assert_eq!(kept.clone().seen_at(at + STILL_AWAITED * 2), kept);
        assert_eq!(still.clone().seen_at(at + STILL_AWAITED), still);
        let late = still.seen_at(at + STILL_AWAITED + SignedDuration::from_secs(1));
        assert_eq!((late.state, late.failure), (State::Failed, Some(StillFailure::Lost)));
    }
}
