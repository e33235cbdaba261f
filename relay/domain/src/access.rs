//! The one access table: role × action → scope, and the one decision made from it.
//! What is out of reach is hidden; what is in sight but not this person's to do is forbidden.

use crate::actor::{Actor, Role};
use crate::audit::{AuditFact, Entity, EventKind};
use crate::ids::{ConsultationId, CourierRunId, DeliveryId, HomeId, PharmacyId, StaffId};
use crate::machines::named_enum;

/// How far a role reaches with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Not at all.
    None,
    /// What this member of staff signed, reviews or consults on.
    Own,
    /// Residents tied to this specialist or the hospital, see [`crate::relation`].
    Related,
    /// What belongs to the home.
    Home,
    /// What the pharmacy has, and what is open to every pharmacy.
    Pharmacy,
    /// The deliveries of a courier's one run, the one consultation of an observer.
    Assigned,
    /// Everything that nobody has begun, then what this specialist began.
    OwnOnceBegun,
    /// Everything.
    All,
}

/// What a use case does to which class of resource; the class decides whether a refusal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A home's own switches.
    Home,
    /// Homes and their residents.
    Resident,
    /// Consultations with notes, invitations and calls.
    Consultation,
    /// Prescriptions.
    Prescription,
    /// Deliveries.
    Delivery,
    /// Couriers' ways of one day.
    CourierRun,
    /// What was short or damaged.
    Discrepancy,
    /// Who the residents are, without clinical content: duplicates, homes.
    Registry,
    /// Openings of records without a relation.
    BreakGlass,
    /// Batches in a pharmacy.
    Stock,
    /// Rounds in person.
    Visit,
    /// Referrals to a hospital.
    Referral,
    /// Rides to a hospital.
    Transport,
    /// Published times, duty.
    Schedule,
    /// Rounds of a home.
    Round,
    /// One-key calls.
    UrgentCall,
    /// Pharmacies' own systems: credentials and webhooks.
    PharmacySystem,
    /// Calendars shared by a link.
    Calendar,
    /// Requests for a refill.
    Refill,
    /// Batches that were called back.
    Recall,
    /// Keys that people sign with.
    SigningKey,
    /// Public knowledge: homes, drugs, diagnoses, own session, live events.
    Common,
    /// The installation.
    Administration,
}

named_enum! {
    /// Every use case.
    Action {
        /// GET /homes
        ListHomes = "list_homes",
        /// GET /residents
        ListResidents = "list_residents",
        /// GET /residents/{id}
        ViewResident = "view_resident",
        /// POST observations
        RecordObservations = "record_observations",
        /// POST notes
        WriteNote = "write_note",
        /// POST /residents
        RegisterResident = "register_resident",
        /// PUT /residents/{id}
        ChangeResident = "change_resident",
        /// resident-imports
        ImportResidents = "import_residents",
        /// transfer to another home
        TransferResident = "transfer_resident",
        /// duplicates: list, search, merge, unmerge, dismiss
        JudgeDuplicates = "judge_duplicates",
        /// GET consents
        ViewConsents = "view_consents",
        /// POST consents
        GiveConsent = "give_consent",
        /// revoke
        RevokeConsent = "revoke_consent",
        /// GET documents, one document
        ViewDocuments = "view_documents",
        /// POST documents; a specialist only answers with a voice message in a consultation of the own
        AddDocument = "add_document",
        /// POST break-glass
        BreakGlass = "break_glass",
        /// close
        CloseBreakGlass = "close_break_glass",
        /// GET /break-glass
        ViewBreakGlass = "view_break_glass",
        /// review
        ReviewBreakGlass = "review_break_glass",
        /// acknowledge
        AcknowledgeBreakGlass = "acknowledge_break_glass",
        /// eligibility of a resident
        ViewEligibility = "view_eligibility",
        /// POST eligibility, revoke
        KeepEligibility = "keep_eligibility",
        /// GET joint-consultation of a home
        ViewHomeSwitches = "view_home_switches",
        /// PUT joint-consultation, zone and place of a home
        SetHomeSwitches = "set_home_switches",
        /// GET /pharmacies
        ListPharmacies = "list_pharmacies",
        /// PUT facts of a pharmacy
        KeepPharmacies = "keep_pharmacies",
        /// GET /offers: which pharmacies were asked, without the resident and the medicine
        ViewOffers = "view_offers",
        /// POST present-doctors
        NamePresentDoctor = "name_present_doctor",
        /// GET /visits, candidates
        ListVisits = "list_visits",
        /// GET /visits/{id}, form
        ViewVisit = "view_visit",
        /// POST /visits, PUT, cancel, candidates
        PlanVisit = "plan_visit",
        /// POST residents of a visit
        JoinVisit = "join_visit",
        /// start, finish, results
        ConductVisit = "conduct_visit",
        /// GET /referrals
        ListReferrals = "list_referrals",
        /// GET /referrals/{id}, hand-over
        ViewReferral = "view_referral",
        /// POST /referrals, PUT
        DraftReferral = "draft_referral",
        /// send, withdraw
        SendReferral = "send_referral",
        /// see, ask-information, accept, refuse, report
        DecideReferral = "decide_referral",
        /// answer-information, start, miss-appointment
        AccompanyReferral = "accompany_referral",
        /// GET /transports
        ListTransports = "list_transports",
        /// GET /transports/{id}
        ViewTransport = "view_transport",
        /// POST /transports, confirm, depart, arrive, cancel
        RunTransport = "run_transport",
        /// GET /consultations
        ListConsultations = "list_consultations",
        /// GET /consultations/{id}
        ViewConsultation = "view_consultation",
        /// POST /consultations
        RequestConsultation = "request_consultation",
        /// begin
        BeginConsultation = "begin_consultation",
        /// complete
        CompleteConsultation = "complete_consultation",
        /// cancel
        CancelConsultation = "cancel_consultation",
        /// fail
        FailConsultation = "fail_consultation",
        /// stop
        StopConsultation = "stop_consultation",
        /// no-show
        NoShowConsultation = "no_show_consultation",
        /// check-in
        CheckInConsultation = "check_in_consultation",
        /// offer
        OfferConsultation = "offer_consultation",
        /// accept, decline
        AcceptConsultation = "accept_consultation",
        /// POST /appointments, /waitlist; move
        BookAppointment = "book_appointment",
        /// GET /appointments, /waitlist
        ListAppointments = "list_appointments",
        /// GET availability, slots, duty
        ViewSchedule = "view_schedule",
        /// PUT availability
        PublishAvailability = "publish_availability",
        /// POST, DELETE /duty
        PlanDuty = "plan_duty",
        /// GET /rounds, /rounds/{id}
        ViewRound = "view_round",
        /// POST /rounds, PUT order
        PlanRound = "plan_round",
        /// GET /urgent-calls, /urgent-calls/{id}
        ViewUrgentCall = "view_urgent_call",
        /// POST /urgent-calls
        RaiseUrgentCall = "raise_urgent_call",
        /// answer, end
        AnswerUrgentCall = "answer_urgent_call",
        /// GET, POST, DELETE /calendars
        ShareCalendar = "share_calendar",
        /// PUT note
        WriteConsultationNote = "write_consultation_note",
        /// invitations: POST, GET, admit, revoke
        InviteObserver = "invite_observer",
        /// GET /observer-sessions/current
        AwaitAdmission = "await_admission",
        /// legs, media state, quality, room events, media tokens
        JoinCall = "join_call",
        /// home-camera
        SwitchHomeCamera = "switch_home_camera",
        /// stills of a consultation
        TakeStill = "take_still",
        /// GET media-timeline of a consultation
        ViewMediaTimeline = "view_media_timeline",
        /// start and stop a recording
        RecordConsultation = "record_consultation",
        /// recordings of a consultation, their media
        ViewRecordings = "view_recordings",
        /// GET /drugs, /diagnoses
        SearchFormulary = "search_formulary",
        /// POST prescriptions, findings preview
        DraftPrescription = "draft_prescription",
        /// PUT prescription
        UpdatePrescription = "update_prescription",
        /// GET /prescriptions
        ListPrescriptions = "list_prescriptions",
        /// GET /prescriptions/{id}
        ViewPrescription = "view_prescription",
        /// signing-document, sign
        SignPrescription = "sign_prescription",
        /// cancel
        CancelPrescription = "cancel_prescription",
        /// claim
        ClaimPrescription = "claim_prescription",
        /// approval-document, approve, reject, release
        ReviewPrescription = "review_prescription",
        /// accept
        AcceptPrescription = "accept_prescription",
        /// decline, dispense, pack
        DispensePrescription = "dispense_prescription",
        /// the expiry job
        ExpirePrescription = "expire_prescription",
        /// GET /retention, /legal-holds
        ViewRetention = "view_retention",
        /// POST /legal-holds, release
        HoldRecord = "hold_record",
        /// ask
        AskPrescriber = "ask_prescriber",
        /// answer
        AnswerQuestion = "answer_question",
        /// replace
        ReplacePrescription = "replace_prescription",
        /// GET review-facts
        ViewReviewFacts = "view_review_facts",
        /// GET, POST, DELETE /prescription-favourites
        KeepFavourites = "keep_favourites",
        /// GET /safety/overrides
        ViewSafetyOverrides = "view_safety_overrides",
        /// GET /deliveries
        ListDeliveries = "list_deliveries",
        /// GET /deliveries/{id}
        ViewDelivery = "view_delivery",
        /// parcels with what is in them, as FHIR
        ViewSupply = "view_supply",
        /// accept, pick-up, arrive, fail-attempt, resume, give-back
        CarryDelivery = "carry_delivery",
        /// receive, receipts, refuse
        ReceiveDelivery = "receive_delivery",
        /// take-back, release, turn-back, lose
        RecoverDelivery = "recover_delivery",
        /// GET /doses, /residents/{id}/medication-sheet, labels
        ViewDoses = "view_doses",
        /// POST doses
        RecordDose = "record_dose",
        /// GET /refills
        ViewRefill = "view_refill",
        /// see, decline
        DecideRefill = "decide_refill",
        /// POST temperatures of a delivery
        MeasureDelivery = "measure_delivery",
        /// GET /expected-parcels, of the box
        ExpectParcels = "expect_parcels",
        /// POST refused codes of a delivery, of the box
        ReportRefusedCode = "report_refused_code",
        /// GET /courier-runs/{id}
        ViewCourierRun = "view_courier_run",
        /// PUT order of a courier's run
        OrderCourierRun = "order_courier_run",
        /// POST link of a courier's run
        RenewCourierLink = "renew_courier_link",
        /// GET /discrepancies
        ListDiscrepancies = "list_discrepancies",
        /// GET /discrepancies/{id}
        ViewDiscrepancy = "view_discrepancy",
        /// resolve
        ResolveDiscrepancy = "resolve_discrepancy",
        /// GET /stock, moves
        ViewStock = "view_stock",
        /// POST /stock, correct, write-off, release
        KeepStock = "keep_stock",
        /// GET /recalls, /recalls/{id}
        ViewRecall = "view_recall",
        /// POST /recalls
        DeclareRecall = "declare_recall",
        /// close, withdraw
        CloseRecall = "close_recall",
        /// answer
        AnswerRecall = "answer_recall",
        /// GET /sessions/current, DELETE
        UseSession = "use_session",
        /// own sessions, second factor, passkeys, identities
        KeepOwnAccess = "keep_own_access",
        /// GET /events
        WatchEvents = "watch_events",
        /// GET /staff
        ListStaff = "list_staff",
        /// PUT /staff/{id}/practice; end-sessions, reset-second-factor, identities
        KeepStaff = "keep_staff",
        /// GET /signing-keys
        ViewSigningKeys = "view_signing_keys",
        /// POST /signing-keys
        EnrolSigningKey = "enrol_signing_key",
        /// approve, refuse, certificate
        DecideSigningKey = "decide_signing_key",
        /// revoke
        RevokeSigningKey = "revoke_signing_key",
        /// GET /revoked-signing-keys, for whoever verifies a document
        ViewRevocations = "view_revocations",
        /// GET /boxes
        ListBoxes = "list_boxes",
        /// POST enrol, revoke of a box
        KeepBoxes = "keep_boxes",
        /// POST /box-certificates, of the box
        RenewBoxCertificate = "renew_box_certificate",
        /// GET /audit
        ReadAudit = "read_audit",
        /// POST /pharmacy-systems, rotate, revoke, webhook
        KeepPharmacySystems = "keep_pharmacy_systems",
        /// GET /pharmacy-systems and their deliveries
        ViewPharmacySystems = "view_pharmacy_systems",
        /// replay of a pharmacy system's events
        ReplayPharmacyEvents = "replay_pharmacy_events",
        /// /pharmacy/v1: self, events, webhook
        UsePharmacyApi = "use_pharmacy_api",
    }
}

impl Action {
    /// The class of resource it touches.
    pub const fn class(self) -> Class {
        use Action as A;
        match self {
            A::ViewHomeSwitches | A::SetHomeSwitches => Class::Home,
            A::ListResidents
            | A::ViewResident
            | A::RecordObservations
            | A::WriteNote
            | A::RegisterResident
            | A::ChangeResident
            | A::ImportResidents
            | A::ViewConsents
            | A::GiveConsent
            | A::RevokeConsent
            | A::ViewDocuments
            | A::AddDocument
            | A::ViewEligibility
            | A::KeepEligibility
            | A::ViewDoses
            | A::RecordDose => Class::Resident,
            A::TransferResident | A::JudgeDuplicates => Class::Registry,
            A::BreakGlass | A::CloseBreakGlass | A::ViewBreakGlass | A::ReviewBreakGlass | A::AcknowledgeBreakGlass => {
                Class::BreakGlass
            }
            A::ListConsultations
            | A::ViewConsultation
            | A::RequestConsultation
            | A::BeginConsultation
            | A::CompleteConsultation
            | A::CancelConsultation
            | A::FailConsultation
            | A::StopConsultation
            | A::NoShowConsultation
            | A::CheckInConsultation
            | A::OfferConsultation
            | A::AcceptConsultation
            | A::BookAppointment
            | A::ListAppointments
            | A::WriteConsultationNote
            | A::InviteObserver
            | A::NamePresentDoctor
            | A::JoinCall
            | A::SwitchHomeCamera
            | A::TakeStill
            | A::ViewMediaTimeline
            | A::RecordConsultation
            | A::ViewRecordings => Class::Consultation,
            A::DraftPrescription
            | A::UpdatePrescription
            | A::ListPrescriptions
            | A::ViewPrescription
            | A::SignPrescription
            | A::CancelPrescription
            | A::ClaimPrescription
            | A::ReviewPrescription
            | A::AcceptPrescription
            | A::DispensePrescription
            | A::AskPrescriber
            | A::AnswerQuestion
            | A::ReplacePrescription
            | A::ViewReviewFacts
            | A::ExpirePrescription => Class::Prescription,
            A::ListVisits | A::ViewVisit | A::PlanVisit | A::JoinVisit | A::ConductVisit => Class::Visit,
            A::ListReferrals
            | A::ViewReferral
            | A::DraftReferral
            | A::SendReferral
            | A::DecideReferral
            | A::AccompanyReferral => Class::Referral,
            A::ListTransports | A::ViewTransport | A::RunTransport => Class::Transport,
            A::ListDeliveries
            | A::ViewDelivery
            | A::ViewSupply
            | A::CarryDelivery
            | A::ReceiveDelivery
            | A::RecoverDelivery
            | A::MeasureDelivery
            | A::ExpectParcels
            | A::ReportRefusedCode => Class::Delivery,
            A::ViewCourierRun | A::OrderCourierRun | A::RenewCourierLink => Class::CourierRun,
            A::ListDiscrepancies | A::ViewDiscrepancy | A::ResolveDiscrepancy => Class::Discrepancy,
            A::ViewStock | A::KeepStock => Class::Stock,
            A::ViewSchedule | A::PublishAvailability | A::PlanDuty => Class::Schedule,
            A::ViewRound | A::PlanRound => Class::Round,
            A::ViewUrgentCall | A::RaiseUrgentCall | A::AnswerUrgentCall => Class::UrgentCall,
            A::ShareCalendar => Class::Calendar,
            A::ViewRefill | A::DecideRefill => Class::Refill,
            A::ListHomes
            | A::SearchFormulary
            | A::KeepFavourites
            | A::UseSession
            | A::AwaitAdmission
            | A::KeepOwnAccess
            | A::WatchEvents
            | A::ViewRevocations
            | A::UsePharmacyApi => Class::Common,
            A::ListStaff
            | A::KeepStaff
            | A::ListBoxes
            | A::KeepBoxes
            | A::RenewBoxCertificate
            | A::ListPharmacies
            | A::KeepPharmacies
            | A::ViewOffers
            | A::ReadAudit
            | A::ViewSafetyOverrides
            | A::ViewRetention
            | A::HoldRecord => Class::Administration,
            A::ViewSigningKeys | A::EnrolSigningKey | A::DecideSigningKey | A::RevokeSigningKey => Class::SigningKey,
            A::ViewPharmacySystems | A::ReplayPharmacyEvents | A::KeepPharmacySystems => Class::PharmacySystem,
            A::ViewRecall | A::DeclareRecall | A::CloseRecall | A::AnswerRecall => Class::Recall,
        }
    }
}

impl Class {
    /// The action that shows one resource of the class: who may do it is told when something else is forbidden.
    pub const fn view(self) -> Option<Action> {
        match self {
            Self::Home => Some(Action::ViewHomeSwitches),
            Self::Resident => Some(Action::ViewResident),
            Self::Consultation => Some(Action::ViewConsultation),
            Self::Prescription => Some(Action::ViewPrescription),
            Self::Delivery => Some(Action::ViewDelivery),
            Self::CourierRun => Some(Action::ViewCourierRun),
            Self::Discrepancy => Some(Action::ViewDiscrepancy),
            Self::Stock => Some(Action::ViewStock),
            Self::Visit => Some(Action::ViewVisit),
            Self::Referral => Some(Action::ViewReferral),
            Self::Transport => Some(Action::ViewTransport),
            Self::Schedule => Some(Action::ViewSchedule),
            Self::Round => Some(Action::ViewRound),
            Self::UrgentCall => Some(Action::ViewUrgentCall),
            Self::Refill => Some(Action::ViewRefill),
            Self::PharmacySystem => Some(Action::ViewPharmacySystems),
            Self::Recall => Some(Action::ViewRecall),
            Self::SigningKey => Some(Action::ViewSigningKeys),
            Self::Calendar | Self::Common | Self::Administration | Self::Registry | Self::BreakGlass => None,
        }
    }
}

/// The table. Columns: nurse, specialist, pharmacist, pharmacy, courier, observer, administrator, box, system.
#[rustfmt::skip]
const fn row(action: Action) -> [Scope; 9] {
    use Scope::{All, Assigned, Home, None as No, Own, OwnOnceBegun as Begun, Pharmacy as Pha, Related as Rel};
    match action {
        //                                  nurse specia pharma pharmacy courier   observer  admin box   system
        Action::ListHomes               => [Home, All,   No,    No,      No,       No,       All,  No,   No ],
        Action::ListResidents           => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewResident            => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::RecordObservations      => [Home, No,    No,    No,      No,       No,       No,   Home, No ],
        Action::WriteNote               => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::RegisterResident        => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::ChangeResident          => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::ImportResidents         => [Home, No,    No,    No,      No,       No,       All,  No,   No ],
        Action::TransferResident        => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::JudgeDuplicates         => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ViewConsents            => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::GiveConsent             => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::RevokeConsent           => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::ViewDocuments           => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::AddDocument             => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::BreakGlass              => [No,   All,   No,    No,      No,       No,       No,   No,   No ],
        Action::CloseBreakGlass         => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        // The second person: the home is told and takes note, the administrator judges.
        Action::ViewBreakGlass          => [Home, No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ReviewBreakGlass        => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::AcknowledgeBreakGlass   => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::ListConsultations       => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewConsultation        => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewEligibility         => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::KeepEligibility         => [No,   Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewHomeSwitches        => [Home, All,   No,    No,      No,       No,       All,  No,   No ],
        Action::SetHomeSwitches         => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ListPharmacies          => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::KeepPharmacies          => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ViewOffers              => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::NamePresentDoctor       => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ListVisits              => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewVisit               => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::PlanVisit               => [No,   Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::JoinVisit               => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ConductVisit            => [No,   Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ListReferrals           => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewReferral            => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::DraftReferral           => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::SendReferral            => [No,   Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::DecideReferral          => [No,   Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::AccompanyReferral       => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ListTransports          => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewTransport           => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::RunTransport            => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::RequestConsultation     => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::BeginConsultation       => [No,   All,   No,    No,      No,       No,       No,   No,   No ],
        Action::CompleteConsultation    => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::CancelConsultation      => [Home, All,   No,    No,      No,       No,       No,   No,   No ],
        Action::FailConsultation        => [Home, Begun, No,    No,      No,       No,       No,   No,   All],
        Action::StopConsultation        => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::NoShowConsultation      => [Home, All,   No,    No,      No,       No,       No,   No,   No ],
        Action::CheckInConsultation     => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::OfferConsultation       => [Home, All,   No,    No,      No,       No,       No,   No,   No ],
        Action::AcceptConsultation      => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::BookAppointment         => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ListAppointments        => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewSchedule            => [All,  All,   No,    No,      No,       No,       All,  No,   No ],
        Action::PublishAvailability     => [No,   Own,   No,    No,      No,       No,       All,  No,   No ],
        Action::PlanDuty                => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ViewRound               => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::PlanRound               => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewUrgentCall          => [Home, All,   No,    No,      No,       No,       All,  Home, No ],
        Action::RaiseUrgentCall         => [Home, No,    No,    No,      No,       No,       No,   Home, No ],
        Action::AnswerUrgentCall        => [Home, All,   No,    No,      No,       No,       All,  No,   All],
        Action::ShareCalendar           => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::WriteConsultationNote   => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::InviteObserver          => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::AwaitAdmission          => [No,   No,    No,    No,      No,       All,      No,   No,   No ],
        Action::JoinCall                => [Home, Own,   No,    No,      No,       Assigned, No,   Home, No ],
        Action::SwitchHomeCamera        => [Home, Own,   No,    No,      No,       No,       No,   Home, No ],
        Action::TakeStill               => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewMediaTimeline       => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::RecordConsultation      => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewRecordings          => [Home, Rel,   No,    No,      No,       No,       No,   No,   No ],
        Action::SearchFormulary         => [All,  All,   All,   All,     No,       No,       All,  No,   No ],
        Action::DraftPrescription       => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::UpdatePrescription      => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ListPrescriptions       => [Home, Rel,   All,   Pha,     No,       No,       No,   No,   No ],
        Action::ViewPrescription        => [Home, Rel,   All,   Pha,     No,       No,       No,   No,   All],
        Action::SignPrescription        => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::CancelPrescription      => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ClaimPrescription       => [No,   No,    All,   No,      No,       No,       No,   No,   No ],
        Action::ReviewPrescription      => [No,   No,    Own,   No,      No,       No,       No,   No,   No ],
        Action::AcceptPrescription      => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::DispensePrescription    => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::ExpirePrescription      => [No,   No,    No,    No,      No,       No,       No,   No,   All],
        Action::ViewRetention           => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::HoldRecord              => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::AskPrescriber           => [No,   No,    Own,   Pha,     No,       No,       No,   No,   No ],
        Action::AnswerQuestion          => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ReplacePrescription     => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewReviewFacts         => [No,   No,    Own,   No,      No,       No,       No,   No,   No ],
        Action::KeepFavourites          => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::ViewSafetyOverrides     => [No,   No,    All,   No,      No,       No,       All,  No,   No ],
        Action::ListDeliveries          => [Home, No,    No,    Pha,     Assigned, No,       No,   No,   No ],
        Action::ViewDelivery            => [Home, No,    No,    Pha,     Assigned, No,       No,   No,   No ],
        Action::ViewSupply              => [Home, No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::CarryDelivery           => [No,   No,    No,    No,      Assigned, No,       No,   No,   No ],
        Action::ReceiveDelivery         => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::RecoverDelivery         => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::ViewDoses               => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::RecordDose              => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::ViewRefill              => [Home, Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::DecideRefill            => [No,   Own,   No,    No,      No,       No,       No,   No,   No ],
        Action::MeasureDelivery         => [Home, No,    No,    Pha,     Assigned, No,       No,   No,   No ],
        Action::ExpectParcels           => [No,   No,    No,    No,      No,       No,       No,   Home, No ],
        Action::ReportRefusedCode       => [No,   No,    No,    No,      No,       No,       No,   Home, No ],
        Action::ViewCourierRun          => [No,   No,    No,    Pha,     Assigned, No,       No,   No,   No ],
        Action::OrderCourierRun         => [No,   No,    No,    Pha,     Assigned, No,       No,   No,   No ],
        Action::RenewCourierLink        => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::ListDiscrepancies       => [Home, No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::ViewDiscrepancy         => [Home, No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::ResolveDiscrepancy      => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::ViewStock               => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        Action::KeepStock               => [No,   No,    No,    Pha,     No,       No,       No,   No,   No ],
        // Whoever hears of it stops the batch everywhere; only the hospital says that it is settled.
        Action::ViewRecall              => [Home, No,    All,   All,     No,       No,       All,  No,   No ],
        Action::DeclareRecall           => [No,   No,    All,   All,     No,       No,       All,  No,   No ],
        Action::CloseRecall             => [No,   No,    All,   No,      No,       No,       All,  No,   No ],
        Action::AnswerRecall            => [Home, No,    No,    No,      No,       No,       No,   No,   No ],
        Action::UseSession              => [All,  All,   All,   All,     All,      All,      All,  No,   No ],
        Action::KeepOwnAccess           => [All,  All,   All,   All,     No,       No,       All,  No,   No ],
        Action::WatchEvents             => [All,  All,   All,   All,     All,      All,      All,  No,   No ],
        Action::ListStaff               => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::KeepStaff               => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ViewSigningKeys         => [No,   Own,   Own,   No,      No,       No,       All,  No,   No ],
        Action::EnrolSigningKey         => [No,   Own,   Own,   No,      No,       No,       No,   No,   No ],
        Action::DecideSigningKey        => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::RevokeSigningKey        => [No,   Own,   Own,   No,      No,       No,       All,  No,   No ],
        Action::ViewRevocations         => [No,   All,   All,   All,     No,       No,       All,  No,   No ],
        Action::ListBoxes               => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::KeepBoxes               => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::RenewBoxCertificate     => [No,   No,    No,    No,      No,       No,       No,   Home, No ],
        Action::ReadAudit               => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::KeepPharmacySystems     => [No,   No,    No,    No,      No,       No,       All,  No,   No ],
        Action::ViewPharmacySystems     => [No,   No,    No,    Pha,     No,       No,       All,  No,   No ],
        Action::ReplayPharmacyEvents    => [No,   No,    No,    Pha,     No,       No,       All,  No,   No ],
        // Only for pharmacies' systems, see `of_pharmacy_system`.
        Action::UsePharmacyApi          => [No,   No,    No,    No,      No,       No,       No,   No,   No ],
    }
}

/// How far a pharmacy's own system reaches: as far as the pharmacy's members, in these actions and in no others.
const fn of_pharmacy_system(action: Action) -> Scope {
    use Action as A;
    match action {
        A::UsePharmacyApi | A::SearchFormulary => Scope::All,
        A::ListPrescriptions
        | A::ViewPrescription
        | A::AcceptPrescription
        | A::DispensePrescription
        | A::AskPrescriber
        | A::ListDeliveries
        | A::ViewDelivery
        | A::RecoverDelivery
        | A::ViewStock
        | A::KeepStock
        | A::ViewRecall => row(action)[3],
        _ => Scope::None,
    }
}

/// Whoever does this has proved who it is a short while ago, as for a signature: an open page that its person left would be enough to let somebody else in, to take
/// somebody out, or to give a secret away. Where every command is allowed the proof is asked for, so a use case cannot forget it.
pub const fn asks_fresh_proof(action: Action) -> bool {
    matches!(
        action,
        // Who may come in, and sign: staff, their licences and factors, keys, boxes.
        Action::KeepStaff
            | Action::DecideSigningKey
            | Action::RevokeSigningKey
            | Action::KeepBoxes
            // What is kept against the clock, or let go.
            | Action::HoldRecord
            // Secrets of other companies' systems, and where prescriptions are sent.
            | Action::KeepPharmacySystems
    )
}

/// How far `role` reaches with `action`.
pub const fn scope(role: Role, action: Action) -> Scope {
    let row = row(action);
    match role {
        Role::Nurse => row[0],
        Role::Specialist => row[1],
        Role::Pharmacist => row[2],
        Role::Pharmacy => row[3],
        Role::Courier => row[4],
        Role::Observer => row[5],
        Role::Administrator => row[6],
        Role::Box => row[7],
        Role::System => row[8],
        Role::PharmacySystem => of_pharmacy_system(action),
    }
}

/// What the decision needs to know about a resource. Each record has a function that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Belongs to this home.
    pub home_id: Option<HomeId>,
    /// Is with this pharmacy.
    pub pharmacy_id: Option<PharmacyId>,
    /// The pharmacy that asks may take it.
    pub open_to_pharmacies: bool,
    /// Not signed: only the specialists see it. To a nurse a draft would read as if it ordered something.
    pub unsigned: bool,
    /// Tied to the specialist who asks: the use case looks that up, see [`crate::relation`].
    pub related: bool,
    /// Its specialist.
    pub specialist_id: Option<StaffId>,
    /// Its pharmacist.
    pub pharmacist_id: Option<StaffId>,
    /// The consultation it is or belongs to.
    pub consultation_id: Option<ConsultationId>,
    /// The delivery it is.
    pub delivery_id: Option<DeliveryId>,
    /// The courier's run that it is or belongs to.
    pub run_id: Option<CourierRunId>,
    /// A consultation that a specialist has begun.
    pub begun: bool,
}

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allow,
    /// Answer as if it did not exist.
    Hide,
    /// It is in sight, and not this person's to do.
    Forbid,
}

/// Decides from the table and the facts.
pub fn decide(actor: &Actor, action: Action, facts: &Facts) -> Decision {
    if reaches(actor, action, facts) {
        return Decision::Allow;
    }
    match action.class().view() {
        Some(view) if view != action && reaches(actor, view, facts) => Decision::Forbid,
        _ => Decision::Hide,
    }
}

/// Decides before any resource is known, e.g. for a list: hidden when the role has no reach at all.
pub fn may_try(actor: &Actor, action: Action) -> bool {
    scope(actor.role(), action) != Scope::None
}

fn reaches(actor: &Actor, action: Action, facts: &Facts) -> bool {
    let role = actor.role();
    if facts.unsigned && matches!(role, Role::Nurse | Role::Pharmacist | Role::Pharmacy | Role::PharmacySystem) {
        return false;
    }
    match scope(role, action) {
        Scope::None => false,
        Scope::All => true,
        Scope::Related => facts.related,
        Scope::OwnOnceBegun => !facts.begun || (actor.staff_id().is_some() && actor.staff_id() == facts.specialist_id),
        Scope::Own => match (role, actor.staff_id()) {
            (Role::Specialist, Some(id)) => facts.specialist_id == Some(id),
            (Role::Pharmacist, Some(id)) => facts.pharmacist_id == Some(id),
            _ => false,
        },
        Scope::Home => actor.home_id().is_some() && actor.home_id() == facts.home_id,
        Scope::Pharmacy => {
            actor.pharmacy_id().is_some() && (facts.open_to_pharmacies || actor.pharmacy_id() == facts.pharmacy_id)
        }
        Scope::Assigned => match actor {
            Actor::Courier { run_id } => facts.run_id == Some(*run_id),
            Actor::Observer { consultation_id, admitted, .. } => {
                *admitted && facts.consultation_id == Some(*consultation_id)
            }
            _ => false,
        },
    }
}

/// May this live event be told to `actor`? Events carry identifiers only, so what is open to every pharmacy is told to each. `run` is the run of the
/// delivery that the event is about: an audit row does not name it, and only a courier needs it.
pub fn may_hear(actor: &Actor, fact: &AuditFact, run: Option<CourierRunId>) -> bool {
    if !fact.kind.is_live() {
        return false;
    }
    // Identifiers only: what a specialist then reads of any of these is decided with the relation.
    let mut facts = Facts { home_id: fact.home_id, pharmacy_id: fact.pharmacy_id, related: true, ..Facts::default() };
    let class = match fact.kind.entity() {
        Entity::Resident | Entity::Consent => Class::Resident,
        // The second person: whoever reviews, and the nurses of the home.
        Entity::BreakGlass => {
            let nurse_of_home = actor.role() == Role::Nurse && actor.home_id() == fact.home_id;
            return nurse_of_home || may_try(actor, Action::ReviewBreakGlass);
        }
        Entity::Duplicate => return may_try(actor, Action::JudgeDuplicates),
        Entity::LegalHold => return may_try(actor, Action::ViewRetention),
        // Whom it is about hears it too: the own licence and practice stand above that person's pages.
        Entity::Staff => {
            let own = actor.staff_id().is_some_and(|id| id.uuid() == fact.entity_id);
            return own || may_try(actor, Action::ListStaff);
        }
        Entity::Home => Class::Home,
        Entity::Consultation => {
            facts.consultation_id = Some(ConsultationId::from_uuid(fact.entity_id));
            Class::Consultation
        }
        Entity::Prescription => {
            facts.open_to_pharmacies = fact.pharmacy_id.is_none();
            facts.unsigned = matches!(fact.kind, EventKind::PrescriptionDrafted | EventKind::PrescriptionUpdated);
            Class::Prescription
        }
        Entity::Delivery => {
            facts.delivery_id = Some(DeliveryId::from_uuid(fact.entity_id));
            facts.run_id = run;
            Class::Delivery
        }
        Entity::CourierRun => {
            facts.run_id = Some(CourierRunId::from_uuid(fact.entity_id));
            Class::CourierRun
        }
        Entity::Discrepancy => Class::Discrepancy,
        Entity::Stock => Class::Stock,
        Entity::Pharmacy => return may_try(actor, Action::ListPharmacies),
        Entity::Visit => Class::Visit,
        Entity::Referral => Class::Referral,
        Entity::Transport => Class::Transport,
        Entity::Schedule => Class::Schedule,
        Entity::Round => Class::Round,
        Entity::UrgentCall => Class::UrgentCall,
        // The fact does not say whose it is: every specialist may ask for the own ones again.
        Entity::Refill => {
            let nurse_of_home = actor.role() == Role::Nurse && actor.home_id() == fact.home_id;
            return nurse_of_home || may_try(actor, Action::DecideRefill);
        }
        // That a batch was called back is no secret; what one home has to do with it is its own.
        Entity::Recall if fact.home_id.is_none() => return may_try(actor, Action::ViewRecall),
        Entity::Recall => Class::Recall,
        // The queue is one for all homes; that it moved tells nothing about anybody.
        Entity::Queue => return may_try(actor, Action::ListConsultations),
        // The fact does not say whose it is: whoever signs may ask for the own ones again.
        Entity::SigningKey => return may_try(actor, Action::ViewSigningKeys),
        Entity::PharmacySystem => Class::PharmacySystem,
        Entity::Box => return may_try(actor, Action::ListBoxes),
        Entity::Session | Entity::Invitation | Entity::Calendar | Entity::Favourite | Entity::SealingKey => {
            return false;
        }
    };
    class.view().is_some_and(|view| reaches(actor, view, &facts))
}

/// May this live event of a parcel, or of what is open about it, be told to `actor` as a change of its prescription? It moves the chain that whoever sees the
/// prescription reads, and most steps of a parcel leave no fact of the prescription. For those who may not hear of the parcel itself.
pub fn may_hear_of_prescription(actor: &Actor, fact: &AuditFact) -> bool {
    let of_parcel = matches!(fact.kind.entity(), Entity::Delivery | Entity::Discrepancy);
    let facts = Facts { home_id: fact.home_id, pharmacy_id: fact.pharmacy_id, related: true, ..Facts::default() };
    of_parcel && fact.kind.is_live() && reaches(actor, Action::ViewPrescription, &facts)
}
