//! Ids and closed code sets of the API: the domain's own, under the names that readers of the API see.

pub use yunzhen_domain::Role;
pub use yunzhen_domain::formulary::{Banned, DrugId};
pub use yunzhen_domain::ids::{
    CalendarId, ConsultationId, DeliveryId, EligibilityId, HomeId, InvitationId, NoteId, ObservationId, PharmacyId,
    PrescriptionId, ResidentId, RoundId, ShiftId, StaffId, UrgentCallId,
};
pub use yunzhen_domain::machines::consultation::State as ConsultationState;
pub use yunzhen_domain::machines::delivery::State as DeliveryState;
pub use yunzhen_domain::machines::prescription::State as PrescriptionState;
pub use yunzhen_domain::machines::urgent_call::{Outcome as UrgentCallOutcome, State as UrgentCallState};
pub use yunzhen_domain::records::{
    Frequency, InvitationKind, LinkSummary, NoteKind, ObservationSource, RejectionCode, Route, Sex, Supply, Urgency,
};
pub use yunzhen_domain::safety::{FindingKind, Outcome, Severity};
pub use yunzhen_domain::schedule::{Position as RoundPosition, Triage};
