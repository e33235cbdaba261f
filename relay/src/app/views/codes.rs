//! Ids and closed code sets of the API: the domain's own, under the names that readers of the API see.

pub use yunzhen_domain::Role;
pub use yunzhen_domain::audit::Purpose;
pub use yunzhen_domain::door_to_dose::{
    Next as ChainNext, Reason as ChainReason, Stage as ChainStage, Turn as ChainTurn,
};
pub use yunzhen_domain::dosage::{Frequency, Route};
pub use yunzhen_domain::doses::Round as DoseRound;
pub use yunzhen_domain::early_warning::{Band, OxygenScale, Parameter};
pub use yunzhen_domain::ecg::Lead as EcgLead;
pub use yunzhen_domain::formulary::{Banned, DrugId};
pub use yunzhen_domain::ids::{BoxId, BreakGlassId, ConsentId, DocumentId, DuplicateId, FavouriteId};
pub use yunzhen_domain::ids::{
    CalendarId, ConsultationId, DeliveryId, EligibilityId, HomeId, InvitationId, NoteId, ObservationId, PharmacyId,
    PrescriptionId, ResidentId, RoundId, ShiftId, StaffId, UrgentCallId,
};
pub use yunzhen_domain::ids::{
    CourierRunId, DiscrepancyId, DispenseId, DoseEntryId, LegalHoldId, PresentDoctorId, RecallId, RecordingId,
    ReferralId, RefillId, SigningKeyId, StillId, StockId, TransportId, VisitId,
};
pub use yunzhen_domain::ids::{PasskeyId, SessionId};
pub use yunzhen_domain::machines::break_glass::State as BreakGlassState;
pub use yunzhen_domain::machines::consultation::State as ConsultationState;
pub use yunzhen_domain::machines::delivery::{AttemptCode, DecisionCode, QuarantineReason, State as DeliveryState};
pub use yunzhen_domain::machines::discrepancy::{
    Cause as DiscrepancyCause, Resolution as DiscrepancyResolution, State as DiscrepancyState,
};
pub use yunzhen_domain::machines::dose::{Outcome as DoseOutcome, State as DoseState};
pub use yunzhen_domain::machines::duplicate::State as DuplicateState;
pub use yunzhen_domain::machines::invitation::State as InvitationState;
pub use yunzhen_domain::machines::legal_hold::State as LegalHoldState;
pub use yunzhen_domain::machines::prescription::State as PrescriptionState;
pub use yunzhen_domain::machines::recall::{Level as RecallLevel, State as RecallState};
pub use yunzhen_domain::machines::recall_home::State as RecallHomeState;
pub use yunzhen_domain::machines::recording::State as RecordingState;
pub use yunzhen_domain::machines::referral::State as ReferralState;
pub use yunzhen_domain::machines::refill::State as RefillState;
pub use yunzhen_domain::machines::signing_key::State as SigningKeyState;
pub use yunzhen_domain::machines::still::State as StillState;
pub use yunzhen_domain::machines::transport::State as TransportState;
pub use yunzhen_domain::machines::urgent_call::{Outcome as UrgentCallOutcome, State as UrgentCallState};
pub use yunzhen_domain::machines::visit::State as VisitState;
pub use yunzhen_domain::machines::visit_stop::State as VisitStopState;
pub use yunzhen_domain::media_timeline::{CallCamera, Rung};
pub use yunzhen_domain::offers::OfferReason;
pub use yunzhen_domain::radio::{RadioStrength, RadioTechnology};
pub use yunzhen_domain::recalls::Place as RecallPlace;
pub use yunzhen_domain::records::BoxState;
pub use yunzhen_domain::records::RenewalEnd;
pub use yunzhen_domain::records::SignInMethod;
pub use yunzhen_domain::records::{
    BodySite, ConsentGiver, ConsentKind, ConsentLack, DocumentKind, RecordingAnswer, Signature,
};
pub use yunzhen_domain::records::{
    InvitationKind, LinkSummary, NoteKind, ObservationSource, RejectionCode, Sex, Supply, Urgency,
};
pub use yunzhen_domain::records::{NeedReason, NotGivenReason};
pub use yunzhen_domain::records::{RecordingFailure, RecordingTrouble, StopCause};
pub use yunzhen_domain::records::{StillCamera, StillFailure};
pub use yunzhen_domain::registry::duplicates::Likeness;
pub use yunzhen_domain::registry::import::Format;
pub use yunzhen_domain::runway::RunsOut;
pub use yunzhen_domain::safety::{FindingKind, NothingLeft, Outcome, Severity};
pub use yunzhen_domain::schedule::Weekday;
pub use yunzhen_domain::schedule::{Position as RoundPosition, Triage};
pub use yunzhen_domain::substitution::SubstitutionReason;
