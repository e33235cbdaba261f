//! Typed identifiers: newtypes over UUID v7, made only from a time and random bytes that the caller supplies.
//! Not here: where the time and the bytes come from (the drivers).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A UUID v7 of `now` and ten random bytes.
pub fn uuid_v7(now: Timestamp, random: [u8; 10]) -> Uuid {
    let ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
}

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, ordered by `now`.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid_v7(now, random))
            }
            /// Takes an identifier that already exists.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
            /// The bare identifier, for the store and the audit log.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
    )+};
}

typed_id! {
    /// A nursing home.
    HomeId;
    /// A pharmacy.
    PharmacyId;
    /// A member of staff with an account.
    StaffId;
    /// A resident of a home.
    ResidentId;
    /// One measured value.
    ObservationId;
    /// A note in a resident's record.
    NoteId;
    /// The fact that a resident was seen in person for a diagnosis.
    EligibilityId;
    /// A consent of a resident.
    ConsentId;
    /// Two records that may be one person.
    DuplicateId;
    /// An opening of a record without a relation.
    BreakGlassId;
    /// A document or photo of a resident.
    DocumentId;
    /// A diagnostic still.
    StillId;
    /// A recording of a consultation.
    RecordingId;
    /// A few seconds of a recording on their way from the home.
    SegmentId;
    /// A licensed doctor of the home named as present in a consultation.
    PresentDoctorId;
    /// A round of doctors through homes, in person.
    VisitId;
    /// A referral to a hospital.
    ReferralId;
    /// A ride to the hospital.
    TransportId;
    /// A remote consultation; also the name of its room.
    ConsultationId;
    /// An invitation of an observer to one consultation.
    InvitationId;
    /// A prescription.
    PrescriptionId;
    /// A delivery of one prescription.
    DeliveryId;
    /// A courier's way of one day.
    CourierRunId;
    /// What was short or damaged in one delivery.
    DiscrepancyId;
    /// One measured temperature of a parcel.
    TemperatureId;
    /// One batch of one drug in one pharmacy.
    StockId;
    /// A line of a batch's history.
    StockMoveId;
    /// One filling of a prescription.
    DispenseId;
    /// A turn of duty.
    ShiftId;
    /// A round of one home.
    RoundId;
    /// A resident's one-key call.
    UrgentCallId;
    /// A calendar that is shared by a link.
    CalendarId;
    /// A legal hold on a record.
    LegalHoldId;
    /// A line or a prescription that a specialist keeps under a name.
    FavouriteId;
    /// One entry about a dose.
    DoseEntryId;
    /// A request for a refill.
    RefillId;
    /// A session, without being able to speak for it.
    SessionId;
    /// A passkey of a member of staff.
    PasskeyId;
    /// A pharmacy's own system with credentials.
    PharmacySystemId;
    /// One event on its way to a pharmacy's system.
    WebhookDeliveryId;
    /// A batch that was called back.
    RecallId;
    /// A box, as a machine: another one that takes its place in the home is another box.
    BoxId;
    /// A code by which one box is enrolled.
    EnrolmentCodeId;
    /// A key that a person signs with.
    SigningKeyId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_order_by_time_and_read_back() {
        let a = ConsultationId::new(Timestamp::from_millisecond(1_000).unwrap(), [9; 10]);
        let b = ConsultationId::new(Timestamp::from_millisecond(2_000).unwrap(), [1; 10]);
        assert!(a < b);
        assert_eq!(a.to_string().parse::<ConsultationId>().unwrap(), a);
        assert_eq!(a.uuid().get_version_num(), 7);
    }
}
