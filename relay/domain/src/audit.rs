//! Audit facts: who did what to which entity, without names or clinical text, chained by hash so that no row changes unnoticed.
//! The same rows feed the live views.

use crate::actor::ActorRef;
use crate::ids::{HomeId, PharmacyId};
use crate::machines::named_enum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

named_enum! {
    /// The kind of thing an audit row is about.
    Entity {
        /// A home.
        Home = "home",
        /// An account.
        Staff = "staff",
        /// A resident's record.
        Resident = "resident",
        /// A consultation.
        Consultation = "consultation",
        /// A prescription.
        Prescription = "prescription",
        /// A delivery.
        Delivery = "delivery",
        /// A courier's way of one day.
        CourierRun = "courier_run",
        /// What was short or damaged in a delivery.
        Discrepancy = "discrepancy",
        /// A batch in a pharmacy.
        Stock = "stock",
        /// A pharmacy.
        Pharmacy = "pharmacy",
        /// A round in person.
        Visit = "visit",
        /// A referral.
        Referral = "referral",
        /// A ride to the hospital.
        Transport = "transport",
        /// A session.
        Session = "session",
        /// An invitation.
        Invitation = "invitation",
        /// Two records that may be one person.
        Duplicate = "duplicate",
        /// A consent.
        Consent = "consent",
        /// An opening of a record without a relation.
        BreakGlass = "break_glass",
        /// What a specialist published, or a turn of duty.
        Schedule = "schedule",
        /// A round.
        Round = "round",
        /// A one-key call.
        UrgentCall = "urgent_call",
        /// The queue of urgent consultations.
        Queue = "queue",
        /// A calendar shared by a link.
        Calendar = "calendar",
        /// A legal hold.
        LegalHold = "legal_hold",
        /// What a specialist keeps to prescribe again.
        Favourite = "favourite",
        /// A request for a refill.
        Refill = "refill",
        /// A pharmacy's own system.
        PharmacySystem = "pharmacy_system",
        /// A batch that was called back.
        Recall = "recall",
        /// The box of a home.
        Box = "box",
        /// A key that a person signs with.
        SigningKey = "signing_key",
        /// A key that seals what lies at rest.
        SealingKey = "sealing_key",
    }
}

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal of $entity:ident;)+) => {
        /// What happened. The name is stable: it is stored, hashed and sent to live views.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum EventKind { $($(#[$doc])* #[serde(rename = $text)] $variant),+ }
        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The stored name.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            /// What it is about.
            pub const fn entity(self) -> Entity { match self { $(Self::$variant => Entity::$entity),+ } }
        }
    };
}

event_kinds! {
    /// The record was opened.
    ResidentViewed = "resident.viewed" of Resident;
    /// Vital signs came in.
    ObservationsRecorded = "resident.observations_recorded" of Resident;
    /// A note came in.
    NoteWritten = "resident.note_written" of Resident;
    /// Read as a line of a list: name, bed, allergies, newest vital signs.
    ResidentListed = "resident.listed" of Resident;
    /// Readings over time were read.
    ObservationsViewed = "resident.observations_viewed" of Resident;
    /// A consultation of the resident was read.
    ResidentConsultationViewed = "resident.consultation_viewed" of Resident;
    /// A prescription of the resident was read.
    ResidentPrescriptionViewed = "resident.prescription_viewed" of Resident;
    /// The facts that decide about the safety of a prescription were read.
    ResidentSafetyFactsViewed = "resident.safety_facts_viewed" of Resident;
    /// A delivery for the resident was read.
    ResidentDeliveryViewed = "resident.delivery_viewed" of Resident;
    /// Consents were read.
    ConsentsViewed = "resident.consents_viewed" of Resident;
    /// A document or photo, or the list of them, was read.
    DocumentsViewed = "resident.documents_viewed" of Resident;
    /// The media timeline of a consultation was read.
    MediaTimelineViewed = "resident.media_timeline_viewed" of Resident;
    /// Who it is and in which home was read, and nothing clinical: to judge a duplicate, a transfer, a broken glass.
    ResidentIdentityViewed = "resident.identity_viewed" of Resident;
    /// Registered.
    ResidentRegistered = "resident.registered" of Resident;
    /// Changed by a person.
    ResidentChanged = "resident.changed" of Resident;
    /// Taken over from a file.
    ResidentImported = "resident.imported" of Resident;
    /// Moved to another home.
    ResidentTransferred = "resident.transferred" of Resident;
    /// A document or photo came in.
    DocumentAdded = "resident.document_added" of Resident;
    /// A voice message that was spoken before a call became part of that consultation.
    DocumentAdopted = "resident.document_adopted" of Resident;
    /// Somebody found that two records may be one person.
    DuplicateSuspected = "duplicate.suspected" of Duplicate;
    /// Two records were merged.
    DuplicateMerged = "duplicate.merged" of Duplicate;
    /// A merge was taken back.
    DuplicateUnmerged = "duplicate.unmerged" of Duplicate;
    /// They are two persons.
    DuplicateDismissed = "duplicate.dismissed" of Duplicate;
    /// A consent was given.
    ConsentGiven = "consent.given" of Consent;
    /// A consent was revoked.
    ConsentRevoked = "consent.revoked" of Consent;
    /// A record was opened without a relation.
    BreakGlassOpened = "break_glass.opened" of BreakGlass;
    /// Given back before its time.
    BreakGlassClosed = "break_glass.closed" of BreakGlass;
    /// Reviewed by a second person.
    BreakGlassReviewed = "break_glass.reviewed" of BreakGlass;
    /// The home of the record took note of it.
    BreakGlassAcknowledged = "break_glass.acknowledged" of BreakGlass;
    /// A visit in person came into the ledger.
    EligibilityRecorded = "resident.eligibility_recorded" of Resident;
    /// A fact of the ledger was taken back.
    EligibilityRevoked = "resident.eligibility_revoked" of Resident;
    /// A home was added.
    HomeRegistered = "home.registered" of Home;
    /// An account was added.
    StaffRegistered = "staff.registered" of Staff;
    /// What is on record about a member of staff was changed, or who may sign in.
    StaffChanged = "staff.changed" of Staff;
    /// Joint consultations were allowed in the home.
    JointConsultationAllowed = "home.joint_consultation_allowed" of Home;
    /// Joint consultations were forbidden in the home again.
    JointConsultationForbidden = "home.joint_consultation_forbidden" of Home;
    /// The clock of the home was set.
    HomeZoneSet = "home.zone_set" of Home;
    /// Where the home is and which pharmacy it prefers was set.
    HomePlaceSet = "home.place_set" of Home;
    /// Where a pharmacy is, when it is open and how far it delivers was set.
    PharmacyFactsSet = "pharmacy.facts_set" of Pharmacy;
    /// A pharmacy and its first account were registered by who installs.
    PharmacyRegistered = "pharmacy.registered" of Pharmacy;
    /// Since when a specialist has practised was recorded.
    StaffPracticeRecorded = "staff.practice_recorded" of Staff;
    /// The home's own doctor was named as present.
    PresentDoctorNamed = "consultation.present_doctor_named" of Consultation;
    /// Planned.
    VisitPlanned = "visit.planned" of Visit;
    /// Its day, doctors or residents changed.
    VisitChanged = "visit.changed" of Visit;
    /// The doctors set out.
    VisitStarted = "visit.started" of Visit;
    /// Results came in.
    VisitResultsRecorded = "visit.results_recorded" of Visit;
    /// Done.
    VisitDone = "visit.done" of Visit;
    /// Called off.
    VisitCancelled = "visit.cancelled" of Visit;
    /// Its route or form was read.
    VisitViewed = "visit.viewed" of Visit;
    /// First written.
    ReferralDrafted = "referral.drafted" of Referral;
    /// Rewritten.
    ReferralChanged = "referral.changed" of Referral;
    /// Given to the hospital.
    ReferralSent = "referral.sent" of Referral;
    /// Read by the hospital.
    ReferralSeen = "referral.seen" of Referral;
    /// The hospital asks for more.
    ReferralInformationAsked = "referral.information_asked" of Referral;
    /// The question was answered.
    ReferralInformationAnswered = "referral.information_answered" of Referral;
    /// An appointment was booked.
    ReferralAccepted = "referral.accepted" of Referral;
    /// The resident set out.
    ReferralStarted = "referral.started" of Referral;
    /// The report came back.
    ReferralReported = "referral.reported" of Referral;
    /// Refused by the hospital.
    ReferralRefused = "referral.refused" of Referral;
    /// The resident did not come.
    ReferralMissed = "referral.missed_appointment" of Referral;
    /// Taken back.
    ReferralWithdrawn = "referral.withdrawn" of Referral;
    /// Opened.
    ReferralViewed = "referral.viewed" of Referral;
    /// The hand-over summary was made.
    ReferralHandOverMade = "referral.hand_over_made" of Referral;
    /// Asked for.
    TransportRequested = "transport.requested" of Transport;
    /// A carrier will come.
    TransportConfirmed = "transport.confirmed" of Transport;
    /// Left with the resident.
    TransportDeparted = "transport.departed" of Transport;
    /// At the hospital.
    TransportArrived = "transport.arrived" of Transport;
    /// Called off.
    TransportCancelled = "transport.cancelled" of Transport;
    /// Asked for.
    ConsultationRequested = "consultation.requested" of Consultation;
    /// Offered to a specialist.
    ConsultationOffered = "consultation.offered" of Consultation;
    /// Accepted by the specialist.
    ConsultationAccepted = "consultation.accepted" of Consultation;
    /// The resident waits.
    ConsultationCheckedIn = "consultation.checked_in" of Consultation;
    /// Begun.
    ConsultationBegun = "consultation.begun" of Consultation;
    /// Completed.
    ConsultationCompleted = "consultation.completed" of Consultation;
    /// Cancelled.
    ConsultationCancelled = "consultation.cancelled" of Consultation;
    /// The resident did not come.
    ConsultationNoShow = "consultation.no_show" of Consultation;
    /// Technology failed.
    ConsultationFailed = "consultation.failed_technical" of Consultation;
    /// To be seen in person.
    ConsultationStopped = "consultation.stopped_in_person" of Consultation;
    /// Given back by the specialist.
    ConsultationDeclined = "consultation.declined" of Consultation;
    /// A published time was booked.
    ConsultationBooked = "consultation.booked" of Consultation;
    /// Another time.
    ConsultationMoved = "consultation.moved" of Consultation;
    /// Sent to a specialist on duty.
    ConsultationDirected = "consultation.directed" of Consultation;
    /// Put on the waitlist.
    ConsultationWaitlisted = "consultation.waitlisted" of Consultation;
    /// It comes near.
    ConsultationReminded = "consultation.reminded" of Consultation;
    /// The order of urgent requests is another.
    QueueMoved = "queue.moved" of Queue;
    /// A specialist published times.
    AvailabilityPublished = "schedule.availability_published" of Schedule;
    /// A turn of duty was planned.
    DutyPlanned = "schedule.duty_planned" of Schedule;
    /// A turn of duty was taken back.
    DutyRemoved = "schedule.duty_removed" of Schedule;
    /// A round was planned.
    RoundPlanned = "round.planned" of Round;
    /// Its running order was changed.
    RoundReordered = "round.reordered" of Round;
    /// A resident calls.
    UrgentCallRaised = "urgent_call.raised" of UrgentCall;
    /// Nobody answered: the next ones are called.
    UrgentCallEscalated = "urgent_call.escalated" of UrgentCall;
    /// Somebody takes care of it.
    UrgentCallAnswered = "urgent_call.answered" of UrgentCall;
    /// What became of it.
    UrgentCallEnded = "urgent_call.ended" of UrgentCall;
    /// A calendar was shared.
    CalendarShared = "calendar.shared" of Calendar;
    /// A shared calendar was withdrawn.
    CalendarRevoked = "calendar.revoked" of Calendar;
    /// The specialist's note was saved.
    ConsultationNoteSaved = "consultation.note_saved" of Consultation;
    /// The picture or sound of a participant changed; not a care transition, told to live views.
    ConsultationParticipants = "consultation.participants_changed" of Consultation;
    /// A full picture of the home's camera was asked for.
    ConsultationStillAsked = "consultation.still_asked" of Consultation;
    /// It is in the record.
    ConsultationStillKept = "consultation.still_kept" of Consultation;
    /// It will not come.
    ConsultationStillFailed = "consultation.still_failed" of Consultation;
    /// The resident said that it may be recorded.
    ConsultationRecordingAgreed = "consultation.recording_agreed" of Consultation;
    /// The resident said that it may not be recorded.
    ConsultationRecordingRefused = "consultation.recording_refused" of Consultation;
    /// A recording was asked for.
    ConsultationRecordingAsked = "consultation.recording_asked" of Consultation;
    /// The home's box records.
    ConsultationRecordingBegun = "consultation.recording_begun" of Consultation;
    /// What the box says of its recording changed: no room on its disk, or room again.
    ConsultationRecordingTroubled = "consultation.recording_troubled" of Consultation;
    /// Nothing more is recorded.
    ConsultationRecordingStopped = "consultation.recording_stopped" of Consultation;
    /// All that will come is at the hospital.
    ConsultationRecordingComplete = "consultation.recording_complete" of Consultation;
    /// It is in the record.
    ConsultationRecordingKept = "consultation.recording_kept" of Consultation;
    /// There is none.
    ConsultationRecordingFailed = "consultation.recording_failed" of Consultation;
    /// It could not be made a file, time after time.
    ConsultationRecordingStuck = "consultation.recording_stuck" of Consultation;
    /// It is tried again.
    ConsultationRecordingRetried = "consultation.recording_retried" of Consultation;
    /// It was opened to be watched.
    ConsultationRecordingViewed = "consultation.recording_viewed" of Consultation;
    /// An observer was invited.
    InvitationMade = "invitation.made" of Invitation;
    /// A device opened the link, and waits.
    InvitationOpened = "invitation.opened" of Invitation;
    /// The guest was let in.
    InvitationAdmitted = "invitation.admitted" of Invitation;
    /// The guest was not let in, was sent away, or the link was taken back.
    InvitationRevoked = "invitation.revoked" of Invitation;
    /// First written.
    PrescriptionDrafted = "prescription.drafted" of Prescription;
    /// Rewritten.
    PrescriptionUpdated = "prescription.updated" of Prescription;
    /// Signed.
    PrescriptionSigned = "prescription.signed" of Prescription;
    /// Taken for review.
    PrescriptionClaimed = "prescription.claimed" of Prescription;
    /// Approved.
    PrescriptionApproved = "prescription.approved" of Prescription;
    /// Rejected.
    PrescriptionRejected = "prescription.rejected" of Prescription;
    /// Nobody took it: it was offered to the next pharmacies.
    PrescriptionOffered = "prescription.offered" of Prescription;
    /// Accepted by a pharmacy.
    PrescriptionAccepted = "prescription.accepted" of Prescription;
    /// The same pharmacy asked for its secret again.
    PrescriptionSecretRecovered = "prescription.secret_recovered" of Prescription;
    /// Given back by the pharmacy.
    PrescriptionDeclined = "prescription.declined" of Prescription;
    /// Batches recorded.
    PrescriptionDispensed = "prescription.dispensed" of Prescription;
    /// Packed.
    PrescriptionPacked = "prescription.packed" of Prescription;
    /// With the courier.
    PrescriptionHandedOver = "prescription.handed_over" of Prescription;
    /// In the home.
    PrescriptionDelivered = "prescription.delivered" of Prescription;
    /// Came back.
    PrescriptionReturned = "prescription.returned" of Prescription;
    /// Withdrawn.
    PrescriptionCancelled = "prescription.cancelled" of Prescription;
    /// Withdrawn after something had reached the home.
    PrescriptionStopped = "prescription.stopped" of Prescription;
    /// A part reached the home; the rest is owed.
    PrescriptionPartDelivered = "prescription.part_delivered" of Prescription;
    /// Counted in the home after it was withdrawn: the home has it, and it is not given.
    PrescriptionReachedHome = "prescription.reached_home" of Prescription;
    /// What was missing is settled, and nothing is owed any more.
    PrescriptionClosed = "prescription.closed" of Prescription;
    /// The prescriber is asked.
    PrescriptionAsked = "prescription.asked" of Prescription;
    /// The prescriber answered.
    PrescriptionAnswered = "prescription.answered" of Prescription;
    /// A review was given back to the queue.
    PrescriptionReleased = "prescription.released" of Prescription;
    /// Expired.
    PrescriptionExpired = "prescription.expired" of Prescription;
    /// A specialist kept something under a name.
    FavouriteKept = "favourite.kept" of Favourite;
    /// It was dropped.
    FavouriteDropped = "favourite.dropped" of Favourite;
    /// Made.
    DeliveryCreated = "delivery.created" of Delivery;
    /// The courier will come.
    DeliveryAccepted = "delivery.accepted" of Delivery;
    /// The courier has it.
    DeliveryPickedUp = "delivery.picked_up" of Delivery;
    /// At the door.
    DeliveryArrived = "delivery.arrived" of Delivery;
    /// An attempt failed.
    DeliveryAttemptFailed = "delivery.attempt_failed" of Delivery;
    /// On the road again.
    DeliveryResumed = "delivery.resumed" of Delivery;
    /// May not be handed over as it is.
    DeliveryQuarantined = "delivery.quarantined" of Delivery;
    /// The pharmacy let it go on.
    DeliveryReleased = "delivery.released" of Delivery;
    /// The pharmacy has it again.
    DeliveryTakenBack = "delivery.taken_back" of Delivery;
    /// Called back on the road.
    DeliveryRecalled = "delivery.recalled" of Delivery;
    /// The courier gave up.
    DeliveryGivenBack = "delivery.given_back" of Delivery;
    /// The pharmacy has the courier bring it back.
    DeliveryTurnedBack = "delivery.turned_back" of Delivery;
    /// Received.
    DeliveryReceived = "delivery.received" of Delivery;
    /// Received short or damaged.
    DeliveryDiscrepancy = "delivery.discrepancy" of Delivery;
    /// Refused by the home.
    DeliveryRefused = "delivery.refused" of Delivery;
    /// Lost.
    DeliveryLost = "delivery.lost" of Delivery;
    /// Cancelled with its prescription.
    DeliveryCancelled = "delivery.cancelled" of Delivery;
    /// A record is held by law.
    LegalHoldPlaced = "legal_hold.placed" of LegalHold;
    /// A legal hold was lifted.
    LegalHoldReleased = "legal_hold.released" of LegalHold;
    /// Every clock of a record had ended: it is gone.
    ResidentPurged = "resident.purged" of Resident;
    /// An entry about a dose came in.
    DoseRecorded = "resident.dose_recorded" of Resident;
    /// The code of another bed or medicine was scanned for a dose, and nothing was written.
    DoseScanRefused = "resident.dose_scan_refused" of Resident;
    /// A dose was given of a batch that had been called back, by a nurse who could not know it without a link.
    DoseOfRecalledBatch = "resident.dose_of_recalled_batch" of Resident;
    /// A dose was given when needed beyond the most of a day or sooner than prescribed, and written after it was in the resident.
    DoseBeyondBound = "resident.dose_beyond_bound" of Resident;
    /// The doses of a day were read.
    DosesViewed = "resident.doses_viewed" of Resident;
    /// The medication sheet or its labels were printed.
    MedicationSheetMade = "resident.medication_sheet_made" of Resident;
    /// The first dose was given: the chain is closed.
    PrescriptionFirstDose = "prescription.first_dose" of Prescription;
    /// A medicine runs out.
    RefillAsked = "refill.asked" of Refill;
    /// The prescriber has seen it.
    RefillSeen = "refill.seen" of Refill;
    /// A new prescription was written.
    RefillDone = "refill.done" of Refill;
    /// The medicine ends.
    RefillDeclined = "refill.declined" of Refill;
    /// The course was stopped before anybody decided.
    RefillLapsed = "refill.lapsed" of Refill;
    /// What was written for it ended and the medicine has not come: it is open again.
    RefillReopened = "refill.reopened" of Refill;
    /// A wrong code was given for it; what was typed is not kept.
    DeliveryCodeRefused = "delivery.code_refused" of Delivery;
    /// Its temperature was measured.
    DeliveryTemperatureRecorded = "delivery.temperature_recorded" of Delivery;
    /// The box of the home signed what was counted.
    DeliveryReceiptSigned = "delivery.receipt_signed" of Delivery;
    /// A wrong acceptance secret was shown; it is not kept.
    PrescriptionSecretRefused = "prescription.secret_refused" of Prescription;
    /// A courier got a way of one day.
    CourierRunMade = "courier_run.made" of CourierRun;
    /// A parcel came on it.
    CourierRunExtended = "courier_run.extended" of CourierRun;
    /// Its order was changed.
    CourierRunOrdered = "courier_run.ordered" of CourierRun;
    /// The courier got another link and PIN; the former ones open nothing.
    CourierRunLinkRenewed = "courier_run.link_renewed" of CourierRun;
    /// Short, damaged, too warm or called back, and in the home: somebody has to settle it.
    DiscrepancyOpened = "discrepancy.opened" of Discrepancy;
    /// Settled by the pharmacy.
    DiscrepancyResolved = "discrepancy.resolved" of Discrepancy;
    /// Goods came in.
    StockReceived = "stock.received" of Stock;
    /// Counted, and the number corrected.
    StockCorrected = "stock.corrected" of Stock;
    /// Destroyed off the shelf or out of quarantine.
    StockWrittenOff = "stock.written_off" of Stock;
    /// Examined, and back on the shelf out of quarantine.
    StockReleased = "stock.released" of Stock;
    /// Units moved with an order.
    StockMoved = "stock.moved" of Stock;
    /// A pharmacy's system got credentials.
    PharmacySystemMade = "pharmacy_system.made" of PharmacySystem;
    /// It got another secret; the one before works for a while.
    PharmacySystemRotated = "pharmacy_system.rotated" of PharmacySystem;
    /// Its credentials work no more.
    PharmacySystemRevoked = "pharmacy_system.revoked" of PharmacySystem;
    /// An unknown, wrong or revoked credential was shown; it is not kept.
    PharmacySystemRefused = "pharmacy_system.refused" of PharmacySystem;
    /// Where its events are sent was set.
    PharmacyWebhookSet = "pharmacy_system.webhook_set" of PharmacySystem;
    /// No more events are sent.
    PharmacyWebhookRemoved = "pharmacy_system.webhook_removed" of PharmacySystem;
    /// Events are signed with another secret; the one before signs beside it for a while.
    PharmacyWebhookRotated = "pharmacy_system.webhook_rotated" of PharmacySystem;
    /// Its address failed for too long.
    PharmacyWebhookSwitchedOff = "pharmacy_system.webhook_switched_off" of PharmacySystem;
    /// An event was given up after the last try.
    PharmacyWebhookGivenUp = "pharmacy_system.webhook_given_up" of PharmacySystem;
    /// Events are sent once more.
    PharmacyWebhookReplayed = "pharmacy_system.webhook_replayed" of PharmacySystem;
    /// A batch was called back.
    RecallDeclared = "recall.declared" of Recall;
    /// A home that was given of it is asked to look.
    RecallAsked = "recall.asked" of Recall;
    /// A home has looked for it.
    RecallAnswered = "recall.answered" of Recall;
    /// Its answer differs from its own record of doses: somebody counted again and stands by it.
    RecallCountedAgain = "recall.counted_again" of Recall;
    /// Units turned up in a home when all seemed settled.
    RecallReopened = "recall.reopened" of Recall;
    /// It is settled: every home has answered.
    RecallClosed = "recall.closed" of Recall;
    /// It was closed for a reason before every home had answered.
    RecallClosedEarly = "recall.closed_early" of Recall;
    /// It was taken back.
    RecallWithdrawn = "recall.withdrawn" of Recall;
    /// A code was made by which the home's box is enrolled.
    BoxEnrolmentAsked = "box.enrolment_asked" of Box;
    /// A box was enrolled by it.
    BoxEnrolled = "box.enrolled" of Box;
    /// A wrong, used or expired code was shown; it is not kept.
    BoxEnrolmentRefused = "box.enrolment_refused" of Box;
    /// The box's certificate was renewed.
    BoxCertificateRenewed = "box.certificate_renewed" of Box;
    /// A certificate that was issued by hand was shown for the first time, and is believed from then on.
    BoxCertificateAdopted = "box.certificate_adopted" of Box;
    /// The box may not come any more.
    BoxRevoked = "box.revoked" of Box;
    /// Two machines live with the identity of one.
    BoxCloneSeen = "box.clone_seen" of Box;
    /// Somebody signed in.
    SessionOpened = "session.opened" of Session;
    /// Somebody signed out.
    SessionClosed = "session.closed" of Session;
    /// Somebody ended one of the own sessions from the list.
    SessionRevoked = "session.revoked" of Session;
    /// Somebody signed out everywhere else.
    SessionsEnded = "session.others_ended" of Session;
    /// An administrator signed somebody out everywhere.
    StaffSignedOut = "staff.signed_out" of Staff;
    /// An authenticator app was set up.
    SecondFactorSetUp = "staff.second_factor_set_up" of Staff;
    /// Its owner took it away.
    SecondFactorRemoved = "staff.second_factor_removed" of Staff;
    /// An administrator took authenticator app, recovery codes and passkeys away.
    SecondFactorReset = "staff.second_factor_reset" of Staff;
    /// New recovery codes were made.
    RecoveryCodesMade = "staff.recovery_codes_made" of Staff;
    /// One of them was used.
    RecoveryCodeUsed = "staff.recovery_code_used" of Staff;
    /// A passkey was registered.
    PasskeyRegistered = "staff.passkey_registered" of Staff;
    /// It has another name.
    PasskeyRenamed = "staff.passkey_renamed" of Staff;
    /// It was removed.
    PasskeyRemoved = "staff.passkey_removed" of Staff;
    /// It counted less than before: there may be two of it.
    PasskeyCountFell = "staff.passkey_count_fell" of Staff;
    /// An administrator entered by what the hospital's identity provider knows the person.
    IdentityBound = "staff.identity_bound" of Staff;
    /// An administrator took it away.
    IdentityUnbound = "staff.identity_unbound" of Staff;
    /// A password or PIN was wrong.
    SessionRefused = "session.refused" of Session;
    /// Somebody who is signed in proved it again, to sign something.
    SessionReauthenticated = "session.reauthenticated" of Session;
    /// A person asked for a key to sign with.
    SigningKeyRequested = "signing_key.requested" of SigningKey;
    /// It signs from now on.
    SigningKeyApproved = "signing_key.approved" of SigningKey;
    /// An administrator did not recognise it.
    SigningKeyRefused = "signing_key.refused" of SigningKey;
    /// An administrator brought the certificate of an offline authority.
    SigningKeyCertified = "signing_key.certified" of SigningKey;
    /// It signs nothing more.
    SigningKeyRevoked = "signing_key.revoked" of SigningKey;
    /// Values were sealed anew with it, and no more with an older one; the digest is the key's.
    SealingKeyTaken = "sealing_key.taken" of SealingKey;
    /// Its owner set another password.
    PasswordChanged = "staff.password_changed" of Staff;
    /// An administrator, or who installs, had another password made or set it.
    PasswordReset = "staff.password_reset" of Staff;
    /// The account opens nothing any more.
    StaffClosed = "staff.closed" of Staff;
    /// It does again.
    StaffReopened = "staff.reopened" of Staff;
    /// A person's licence was entered.
    StaffLicenceRecorded = "staff.licence_recorded" of Staff;
}

named_enum! {
    /// What an audit asks for first.
    Sort {
        /// Somebody read.
        Reads = "reads",
        /// Somebody did something.
        Changes = "changes",
        /// Somebody came, went, or was refused.
        Sessions = "sessions",
    }
}

impl EventKind {
    /// Of which sort it is; told by its name, so that a new kind has one. A paper that was made of the record is a read: nothing of it changed, and it left the house.
    pub fn sort(self) -> Sort {
        let name = self.as_str();
        match self.entity() {
            Entity::Session => Sort::Sessions,
            _ if matches!(self, Self::MedicationSheetMade | Self::ReferralHandOverMade) => Sort::Reads,
            _ if name.ends_with("viewed") || name.ends_with(".listed") => Sort::Reads,
            _ => Sort::Changes,
        }
    }

    /// Something that a screen shows may have changed. Reads, autosaved notes and sessions are audited and not told.
    pub const fn is_live(self) -> bool {
        !matches!(
            self,
            Self::ResidentViewed
                | Self::VisitViewed
                | Self::ReferralViewed
                | Self::ReferralHandOverMade
                | Self::ResidentListed
                | Self::ObservationsViewed
                | Self::ResidentConsultationViewed
                | Self::ResidentPrescriptionViewed
                | Self::ResidentSafetyFactsViewed
                | Self::ResidentDeliveryViewed
                | Self::ConsentsViewed
                | Self::DocumentsViewed
                | Self::MediaTimelineViewed
                | Self::ConsultationRecordingViewed
                | Self::ResidentIdentityViewed
                | Self::DosesViewed
                | Self::MedicationSheetMade
                | Self::ConsultationNoteSaved
                | Self::SessionOpened
                | Self::SessionClosed
                | Self::SessionRefused
                | Self::SessionRevoked
                | Self::SessionsEnded
                | Self::SessionReauthenticated
                | Self::PharmacySystemRefused
                | Self::BoxEnrolmentRefused
                | Self::SealingKeyTaken
        )
    }
}

impl std::str::FromStr for EventKind {
    type Err = crate::UnknownName;
    fn from_str(s: &str) -> Result<Self, crate::UnknownName> {
        let found = Self::ALL.iter().copied().find(|v| v.as_str() == s);
        found.ok_or_else(|| crate::UnknownName { kind: "EventKind", name: s.to_owned() })
    }
}

named_enum! {
    /// Why a record was touched, as FHIR's PurposeOfUse names it; treatment is meant where nothing is said.
    Purpose {
        /// Break the glass: without a relation, for a reason given, within a time box.
        BreakGlass = "BTG",
    }
}

/// One fact to be audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFact {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorRef,
    /// What.
    pub kind: EventKind,
    /// To which entity of [`EventKind::entity`].
    pub entity_id: Uuid,
    /// The home concerned, for scoping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_id: Option<HomeId>,
    /// The pharmacy concerned, for scoping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacy_id: Option<PharmacyId>,
    /// Another purpose than treatment. Left out of the hash when absent, so that older rows keep theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// SHA-256 of what is kept outside of the log, hexadecimal: the chain vouches for a file, or for words, as well. Left out of the hash when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A fact in its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// 1, 2, … without gaps.
    pub seq: i64,
    /// The fact.
    pub fact: AuditFact,
    /// [`chain_hash`] of the row before, or [`GENESIS`].
    pub previous: [u8; 32],
    /// [`chain_hash`] of this row.
    pub hash: [u8; 32],
}

/// The hash before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

/// SHA-256 over the canonical JSON of the previous hash, the sequence number and the fact.
pub fn chain_hash(previous: &[u8; 32], seq: i64, fact: &AuditFact) -> [u8; 32] {
    #[derive(Serialize)]
    struct Link<'a> {
        previous: String,
        seq: i64,
        at_ms: i64,
        fact: &'a AuditFact,
    }
    let link = Link { previous: hex(previous), seq, at_ms: fact.at.as_millisecond(), fact };
    let text = crate::canonical::to_string(&link);
    Sha256::digest(text.as_bytes()).into()
}

/// The next row after `previous`.
pub fn link(previous: Option<(i64, [u8; 32])>, fact: AuditFact) -> AuditRow {
    let (last, previous) = previous.unwrap_or((0, GENESIS));
    let seq = last + 1;
    let hash = chain_hash(&previous, seq, &fact);
    AuditRow { seq, fact, previous, hash }
}

/// The sequence number of the first row that does not follow from the one before; `None` when the chain holds.
pub fn first_break<'a>(rows: impl IntoIterator<Item = &'a AuditRow>) -> Option<i64> {
    let mut expected: Option<(i64, [u8; 32])> = None;
    for row in rows {
        let follows = match expected {
            None => row.seq != 1 || row.previous == GENESIS,
            Some((seq, hash)) => row.seq == seq + 1 && row.previous == hash,
        };
        if !follows || row.hash != chain_hash(&row.previous, row.seq, &row.fact) {
            return Some(row.seq);
        }
        expected = Some((row.seq, row.hash));
    }
    None
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_made_of_the_record_is_a_read_and_not_a_change() {
        for made in [EventKind::MedicationSheetMade, EventKind::ReferralHandOverMade] {
            assert_eq!(made.sort(), Sort::Reads);
        }
        assert_eq!(EventKind::ResidentViewed.sort(), Sort::Reads);
        assert_eq!(EventKind::PrescriptionSigned.sort(), Sort::Changes);
        assert_eq!(EventKind::SessionOpened.sort(), Sort::Sessions);
    }
}
