//! Consents, duplicates, broken glass and documents of the registry.

use crate::ids::{BreakGlassId, ConsentId, ConsultationId, DocumentId, DuplicateId, HomeId, ResidentId, StaffId};
use crate::machines::{Refused, break_glass, consent, duplicate, named_enum};
use crate::registry::duplicates::{Likeness, TakenOver};
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named_enum! {
    /// What is consented to; each kind is held separately.
    ConsentKind {
        /// Being seen at a distance.
        TeleConsultation = "tele_consultation",
        /// Picture and sound being kept.
        Recording = "recording",
        /// Family taking part.
        FamilyPresent = "family_present",
        /// The record being shared with the hospital and pharmacy.
        DataSharing = "data_sharing",
        /// Somebody else deciding where the resident cannot.
        SurrogateDecisionMaker = "surrogate_decision_maker",
    }
}

named_enum! {
    /// Why a consent is not in force; never given and taken back are different facts.
    ConsentLack {
        /// Nobody signed it.
        NotGiven = "not_given",
        /// It was taken back.
        Revoked = "revoked",
    }
}

named_enum! {
    /// What the resident says when asked whether a consultation may be recorded.
    RecordingAnswer {
        /// This one may be.
        Agreed = "agreed",
        /// This one may not; it goes on without.
        Refused = "refused",
    }
}

/// The answer, as the nurse who asked wrote it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingAnswered {
    /// In which consultation.
    pub consultation_id: ConsultationId,
    /// What was said.
    pub answer: RecordingAnswer,
    /// When.
    pub answered_at: Timestamp,
    /// Who asked.
    pub answered_by: StaffId,
}

named_enum! {
    /// Who signed.
    ConsentGiver {
        /// The resident.
        Resident = "resident",
        /// The surrogate decision-maker.
        Surrogate = "surrogate",
        /// A guardian by law.
        Guardian = "guardian",
    }
}

/// A signature made with a finger on the tablet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Signature {
    /// The strokes as the `d` of an SVG path.
    SvgPath(String),
    /// A picture, PNG in base64.
    Png(String),
}

/// A consent with its history: who gave it, to which text, who took it back.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    /// Identifier.
    pub id: ConsentId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: consent::State,
    /// Of whom.
    pub resident_id: ResidentId,
    /// The resident's home when it was signed.
    pub home_id: HomeId,
    /// To what.
    pub kind: ConsentKind,
    /// To which version of the text.
    pub text_version: u32,
    /// Who signed.
    pub giver: ConsentGiver,
    /// By name.
    pub giver_name: Sensitive<String>,
    /// Relation to the resident, unless it is the resident.
    pub giver_relation: Option<String>,
    /// What was drawn.
    pub signature: Sensitive<Signature>,
    /// The member of staff who saw it.
    pub witness: StaffId,
    /// By the clock of the home.
    pub given_at: Timestamp,
    /// By the clock of the relay.
    pub received_at: Timestamp,
    /// Taken back at.
    pub revoked_at: Option<Timestamp>,
    /// Who wrote the revocation down.
    pub revoked_by: Option<StaffId>,
    /// In the resident's words.
    pub revoke_reason: Option<Sensitive<String>>,
}

impl Consent {
    /// The record after its revocation.
    pub fn revoke(mut self, by: StaffId, reason: String, at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(consent::Event::Revoke)?;
        self.version += 1;
        self.revoked_at = Some(at);
        self.revoked_by = Some(by);
        self.revoke_reason = Some(reason.into());
        Ok(self)
    }

    /// Whether it counted at `at`.
    pub fn counted(&self, at: Timestamp) -> bool {
        self.given_at <= at && self.revoked_at.is_none_or(|revoked| at < revoked)
    }
}

/// The consent of a kind that is in force at a time: the newest signature, unless it was taken back by then. An older signature does not come back to life.
pub fn consent_in_force(consents: &[Consent], kind: ConsentKind, at: Timestamp) -> Option<&Consent> {
    let of_kind = consents.iter().filter(|c| c.kind == kind && c.given_at <= at);
    of_kind.max_by_key(|c| (c.given_at, c.received_at, c.id)).filter(|c| c.counted(at))
}

/// Why none of a kind is in force at a time; nothing where one is.
pub fn consent_lack(consents: &[Consent], kind: ConsentKind, at: Timestamp) -> Option<ConsentLack> {
    if consent_in_force(consents, kind, at).is_some() {
        return None;
    }
    let given = consents.iter().any(|c| c.kind == kind && c.given_at <= at);
    Some(if given { ConsentLack::Revoked } else { ConsentLack::NotGiven })
}

/// Two records that may be one person.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicatePair {
    /// Identifier.
    pub id: DuplicateId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: duplicate::State,
    /// The record with the lower id.
    pub first_id: ResidentId,
    /// The other.
    pub second_id: ResidentId,
    /// Which of them stands for both, while they are merged.
    pub survivor_id: Option<ResidentId>,
    /// Why they look alike.
    pub likeness: Likeness,
    /// What the survivor took over.
    pub taken_over: Sensitive<TakenOver>,
    /// Found at.
    pub found_at: Timestamp,
    /// Last decided at.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<StaffId>,
    /// Why.
    pub reason: Option<String>,
}

impl DuplicatePair {
    /// The record after a person's decision.
    pub fn decide(
        mut self,
        event: duplicate::Event,
        by: StaffId,
        reason: String,
        at: Timestamp,
    ) -> Result<Self, Refused> {
        self.state = self.state.apply(event)?;
        self.version += 1;
        self.decided_at = Some(at);
        self.decided_by = Some(by);
        self.reason = Some(reason);
        Ok(self)
    }

    /// The record beside `one`.
    pub fn other(&self, one: ResidentId) -> Option<ResidentId> {
        match one {
            _ if one == self.first_id => Some(self.second_id),
            _ if one == self.second_id => Some(self.first_id),
            _ => None,
        }
    }
}

/// An opening of a record without a relation.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakGlass {
    /// Identifier.
    pub id: BreakGlassId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: break_glass::State,
    /// Whose record.
    pub resident_id: ResidentId,
    /// The resident's home.
    pub home_id: HomeId,
    /// Who opened it.
    pub staff_id: StaffId,
    /// Why.
    pub reason: Sensitive<String>,
    /// Opened at.
    pub opened_at: Timestamp,
    /// Over at.
    pub ends_at: Timestamp,
    /// Reviewed at.
    pub reviewed_at: Option<Timestamp>,
    /// By whom.
    pub reviewed_by: Option<StaffId>,
    /// What the reviewer found.
    pub review_note: Option<Sensitive<String>>,
    /// The home took note at; its nurses are told until then. No step of the machine: nobody's decision depends on it, so the version stays.
    pub acknowledged_at: Option<Timestamp>,
    /// Who of the home.
    pub acknowledged_by: Option<StaffId>,
}

impl BreakGlass {
    /// Whether it opens the record at `at`.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.opened_at <= at && at < self.ends_at
    }

    /// Given back before its time.
    pub fn close(mut self, at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(break_glass::Event::Close)?;
        self.version += 1;
        self.ends_at = self.ends_at.min(at);
        Ok(self)
    }

    /// Judged by a second person; what is questioned ends at once.
    pub fn review(mut self, right: bool, by: StaffId, note: String, at: Timestamp) -> Result<Self, Refused> {
        let event = if right { break_glass::Event::Accept } else { break_glass::Event::Question };
        self.state = self.state.apply(event)?;
        self.version += 1;
        self.reviewed_at = Some(at);
        self.reviewed_by = Some(by);
        self.review_note = Some(note.into());
        if !right {
            self.ends_at = self.ends_at.min(at);
        }
        Ok(self)
    }
}

named_enum! {
    /// What a document is.
    DocumentKind {
        /// A photo of a finding.
        Photo = "photo",
        /// The resident's face, by which people know whom they have before them.
        Portrait = "portrait",
        /// A report or letter on paper.
        Report = "report",
        /// Identity card, insurance card.
        Identity = "identity",
        /// A full picture of the home's camera, taken in a consultation. Only a box brings one.
        Still = "still",
        /// What somebody says, to be heard later: when the link carries no talk, or before a call. Also the answer to one.
        VoiceMessage = "voice_message",
        /// Anything else.
        Other = "other",
    }
}

named_enum! {
    /// Where on the body a photo was taken.
    BodySite {
        /// The head with its hair.
        Head = "head",
        /// The face.
        Face = "face",
        /// The neck, at the front.
        Neck = "neck",
        /// The neck, at the back.
        Nape = "nape",
        /// The chest.
        Chest = "chest",
        /// The belly.
        Abdomen = "abdomen",
        /// The groins and what lies between.
        Groin = "groin",
        /// The back above the waist.
        UpperBack = "upper_back",
        /// The back below the waist.
        LowerBack = "lower_back",
        /// The sacrum, where those who lie get sore.
        Sacrum = "sacrum",
        /// The buttocks.
        Buttocks = "buttocks",
        /// The left shoulder; the resident's own left.
        LeftShoulder = "left_shoulder",
        /// The right shoulder; the resident's own right.
        RightShoulder = "right_shoulder",
        /// The left elbow; the resident's own left.
        LeftElbow = "left_elbow",
        /// The right elbow; the resident's own right.
        RightElbow = "right_elbow",
        /// The left forearm; the resident's own left.
        LeftForearm = "left_forearm",
        /// The right forearm; the resident's own right.
        RightForearm = "right_forearm",
        /// The left hand; the resident's own left.
        LeftHand = "left_hand",
        /// The right hand; the resident's own right.
        RightHand = "right_hand",
        /// The left hip; the resident's own left.
        LeftHip = "left_hip",
        /// The right hip; the resident's own right.
        RightHip = "right_hip",
        /// The left thigh; the resident's own left.
        LeftThigh = "left_thigh",
        /// The right thigh; the resident's own right.
        RightThigh = "right_thigh",
        /// The left knee; the resident's own left.
        LeftKnee = "left_knee",
        /// The right knee; the resident's own right.
        RightKnee = "right_knee",
        /// The left lower leg; the resident's own left.
        LeftLowerLeg = "left_lower_leg",
        /// The right lower leg; the resident's own right.
        RightLowerLeg = "right_lower_leg",
        /// The left heel; the resident's own left.
        LeftHeel = "left_heel",
        /// The right heel; the resident's own right.
        RightHeel = "right_heel",
        /// The left foot; the resident's own left.
        LeftFoot = "left_foot",
        /// The right foot; the resident's own right.
        RightFoot = "right_foot",
    }
}

/// A document or photo; its bytes are kept beside it and fetched by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Identifier.
    pub id: DocumentId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// The resident's home when it came in.
    pub home_id: HomeId,
    /// What it is.
    pub kind: DocumentKind,
    /// Where on the body, of a photo of a finding.
    pub body_site: Option<BodySite>,
    /// The consultation that it was left in, of a voice message or a photo.
    pub consultation_id: Option<ConsultationId>,
    /// In words.
    pub title: Sensitive<String>,
    /// As its bytes say.
    pub media_type: String,
    /// How many.
    pub bytes: u64,
    /// Of the bytes.
    pub sha256: [u8; 32],
    /// By the clock of the home.
    pub taken_at: Timestamp,
    /// By the clock of the relay.
    pub received_at: Timestamp,
    /// By whom.
    pub author: StaffId,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
    }

    fn staff() -> StaffId {
        StaffId::new(at(0), [1; 10])
    }

    fn consent(kind: ConsentKind, given: i64, revoked: Option<i64>) -> Consent {
        let consent = Consent {
            id: ConsentId::new(at(given), [1; 10]),
            version: 1,
            state: consent::State::Given,
            resident_id: ResidentId::new(at(0), [1; 10]),
            home_id: HomeId::new(at(0), [1; 10]),
            kind,
            text_version: 1,
            giver: ConsentGiver::Resident,
            giver_name: "王秀英".into(),
            giver_relation: None,
            signature: Signature::SvgPath("M0 0L1 1".into()).into(),
            witness: staff(),
            given_at: at(given),
            received_at: at(given),
            revoked_at: None,
            revoked_by: None,
            revoke_reason: None,
        };
        match revoked {
            Some(hours) => consent.revoke(staff(), "不愿意".into(), at(hours)).unwrap(),
            None => consent,
        }
    }

    #[test]
    fn what_is_in_force_at_a_time() {
        use ConsentKind::{Recording, TeleConsultation as Tele};
        let all = [
            consent(Tele, 0, Some(10)),
            consent(Recording, 2, None),
            consent(Tele, 20, None),
            consent(Tele, 4, Some(6)),
        ];
        for (kind, hours, expected) in [
            (Tele, -1, None),
            (Tele, 0, Some(0)),
            (Tele, 3, Some(0)),
            (Tele, 4, Some(4)),
            (Tele, 6, None),
            (Tele, 9, None),
            (Tele, 20, Some(20)),
            (Tele, 999, Some(20)),
            (Recording, 1, None),
            (Recording, 2, Some(2)),
            (ConsentKind::DataSharing, 50, None),
        ] {
            let found = consent_in_force(&all, kind, at(hours)).map(|c| c.given_at);
            assert_eq!(found, expected.map(at), "{kind} at {hours}");
        }
        assert!(all[0].clone().revoke(staff(), "再次".into(), at(11)).is_err());
    }

    #[test]
    fn a_broken_glass_closes_by_time_by_hand_and_by_question() {
        let glass = BreakGlass {
            id: BreakGlassId::new(at(0), [1; 10]),
            version: 1,
            state: break_glass::State::Open,
            resident_id: ResidentId::new(at(0), [1; 10]),
            home_id: HomeId::new(at(0), [1; 10]),
            staff_id: staff(),
            reason: "急诊".into(),
            opened_at: at(0),
            ends_at: at(2),
            reviewed_at: None,
            reviewed_by: None,
            review_note: None,
            acknowledged_at: None,
            acknowledged_by: None,
        };
        let during = |g: &BreakGlass| [-1, 0, 1, 2].map(|h| g.is_in_force(at(h)));
        assert_eq!(during(&glass), [false, true, true, false]);
        let closed = glass.clone().close(at(1)).unwrap();
        assert_eq!(during(&closed), [false, true, false, false]);
        let accepted = glass.clone().review(true, staff(), "急诊属实".into(), at(1)).unwrap();
        assert_eq!(during(&accepted), [false, true, true, false]);
        let questioned = glass.review(false, staff(), "无关".into(), at(1)).unwrap();
        assert_eq!(during(&questioned), [false, true, false, false]);
        assert!(questioned.review(true, staff(), String::new(), at(3)).is_err());
        // A late review does not lengthen what was over.
        assert_eq!(closed.review(true, staff(), String::new(), at(9)).unwrap().ends_at, at(1));
    }
}
