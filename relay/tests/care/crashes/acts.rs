//! What people do while the program is stopped again and again, and what everybody grasps at.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use yunzhen_domain::Actor;
use yunzhen_domain::ids::{ConsultationId, ResidentId, UrgentCallId};
use yunzhen_domain::machines::urgent_call::Outcome;
use yunzhen_domain::records::{NoteKind, Urgency};
use yunzhen_relay::app::views::appointments::{MoveBody, NewAppointment, NewWish};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::referrals::{NewReferral, ReferralContent};
use yunzhen_relay::app::views::residents::{NewNote, NewObservations, Reading};
use yunzhen_relay::app::views::urgent_calls::{EndUrgentCall, NewUrgentCall};
use yunzhen_relay::app::{
    App, AppError, Context, Idempotency, appointments, consultations, referrals, residents, urgent_calls,
};

/// Consultations that everybody grasps at in one case.
pub const SHARED: usize = 4;
/// Appointments that everybody wants to move in one case.
pub const BOOKED: usize = 2;
/// Slots of a specialist that everybody wants in one case.
pub const SLOTS: usize = 3;
/// Minutes of one of them.
pub const SLOT_MINUTES: u32 = 20;
/// The version of a consultation that waits: asked for and checked in.
pub const ASKED: i64 = 2;

/// What somebody does.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// A nurse records a reading.
    Record,
    /// A nurse writes a note.
    Note,
    /// A nurse asks for a consultation.
    Request,
    /// One of two specialists begins a shared consultation, as first seen.
    Begin { specialist: usize, which: usize },
    /// One of two nurses or specialists calls it off, as first seen.
    Cancel { which: usize },
    /// A nurse books one of a few slots of one of two specialists for one of two residents.
    Book { specialist: usize, resident: usize, slot: usize },
    /// One of two specialists completes it, as it is when begun.
    Complete { specialist: usize, which: usize },
    /// One of two specialists says that technology broke it off, as it is when begun: the request is booked again.
    Fail { specialist: usize, which: usize },
    /// A nurse moves a shared appointment, as first seen, to one of the slots that others book; its own goes to who waits.
    Move { which: usize, slot: usize },
    /// A nurse puts a resident on the waitlist.
    Wait { resident: usize },
    /// A resident presses a button that nobody answers in this case.
    Press,
    /// One of two specialists answers the shared call, as first seen.
    Answer { specialist: usize },
    /// One of two specialists ends it, as it is when answered.
    End { specialist: usize, outcome: Outcome },
    /// A specialist drafts a referral.
    Refer,
}

impl Act {
    /// Nothing that others do can be in its way.
    pub const fn is_nobody_elses(self) -> bool {
        matches!(self, Self::Record | Self::Note | Self::Request | Self::Wait { .. } | Self::Press | Self::Refer)
    }
}

pub fn acts() -> impl Strategy<Value = Act> {
    let which = 0..SHARED;
    let outcome = proptest::sample::select(Outcome::ALL.to_vec());
    prop_oneof![
        2 => Just(Act::Record),
        2 => Just(Act::Note),
        2 => Just(Act::Request),
        3 => (0..2_usize, which.clone()).prop_map(|(specialist, which)| Act::Begin { specialist, which }),
        1 => which.clone().prop_map(|which| Act::Cancel { which }),
        3 => (0..2_usize, 0..2_usize, 0..SLOTS)
            .prop_map(|(specialist, resident, slot)| Act::Book { specialist, resident, slot }),
        2 => (0..2_usize, which.clone()).prop_map(|(specialist, which)| Act::Complete { specialist, which }),
        2 => (0..2_usize, which).prop_map(|(specialist, which)| Act::Fail { specialist, which }),
        3 => (0..BOOKED, 0..SLOTS).prop_map(|(which, slot)| Act::Move { which, slot }),
        2 => (0..2_usize).prop_map(|resident| Act::Wait { resident }),
        2 => Just(Act::Press),
        2 => (0..2_usize).prop_map(|specialist| Act::Answer { specialist }),
        3 => (0..2_usize, outcome).prop_map(|(specialist, outcome)| Act::End { specialist, outcome }),
        2 => Just(Act::Refer),
    ]
}

/// One act with its key, until it is answered.
#[derive(Clone)]
pub struct Sent {
    pub act: Act,
    pub mark: String,
}

/// Who there is, from the demo.
#[derive(Clone)]
pub struct People {
    pub nurse: Actor,
    pub specialists: [Actor; 2],
    pub resident: ResidentId,
    pub neighbour: ResidentId,
    /// Whose call is answered.
    pub caller: ResidentId,
    /// Whose call is not.
    pub unheard: ResidentId,
}

impl People {
    /// The slots of each case lie after those of the one before: first those that are booked, then those that are held when it begins.
    pub fn slot(&self, mark: &str, slot: usize) -> Timestamp {
        let case: usize = mark["case".len()..].split('-').next().and_then(|n| n.parse().ok()).expect("a mark");
        let minutes = usize::try_from(SLOT_MINUTES).expect("small") * (case * (SLOTS + BOOKED) + slot);
        now() + SignedDuration::from_hours(24) + SignedDuration::from_mins(i64::try_from(minutes).expect("few"))
    }
}

/// What a case begins with.
#[derive(Clone)]
pub struct Shared {
    pub waiting: Vec<ConsultationId>,
    /// With the version that everybody has seen.
    pub booked: Vec<(ConsultationId, i64)>,
    pub call: UrgentCallId,
}

pub fn now() -> Timestamp {
    "2026-11-23T03:00:00Z".parse().expect("time")
}

pub fn request(actor: Actor, key: &str) -> Context {
    let request_sha256 = Sha256::digest(key).into();
    let idempotency = Some(Idempotency { key: key.to_owned(), request_sha256 });
    Context { idempotency, ..Context::of(actor, now()) }
}

pub async fn begin_case(app: &App, people: &People, case: &str) -> Shared {
    let mut shared = Shared { waiting: Vec::new(), booked: Vec::new(), call: UrgentCallId::new(now(), [0; 10]) };
    for n in 0..SHARED {
        shared.waiting.push(ask(app, people, &format!("{case}shared{n}")).await.expect("asked"));
    }
    for n in 0..BOOKED {
        let mark = format!("{case}booked{n}");
        let resident = [people.resident, people.neighbour][n % 2];
        let booked = book(app, people, &mark, (0, resident), SLOTS + n).await.expect("booked");
        shared.booked.push((booked.consultation.id, booked.consultation.version));
    }
    shared.call = press(app, people, &format!("{case}call"), people.caller).await.expect("heard");
    shared
}

async fn ask(app: &App, people: &People, mark: &str) -> Result<ConsultationId, AppError> {
    let ask = NewConsultation { resident_id: people.resident, reason: mark.to_owned(), urgency: Urgency::Routine };
    consultations::request(app, &request(people.nurse, mark), ask).await.map(|made| made.id)
}

async fn book(
    app: &App,
    people: &People,
    mark: &str,
    (specialist, resident_id): (usize, ResidentId),
    slot: usize,
) -> Result<yunzhen_relay::app::views::appointments::Appointment, AppError> {
    let wish = NewAppointment {
        resident_id,
        specialist_id: people.specialists[specialist].staff_id().expect("staff"),
        starts_at: people.slot(mark, slot).into(),
        reason: mark.to_owned(),
    };
    appointments::book(app, &request(people.nurse, mark), wish).await
}

async fn press(app: &App, people: &People, mark: &str, resident: ResidentId) -> Result<UrgentCallId, AppError> {
    let button = NewUrgentCall { resident_id: Some(resident), bed: None, pressed_at: None };
    urgent_calls::raise(app, &request(people.nurse, mark), button).await.map(|heard| heard.id)
}

/// Did it happen.
pub async fn send(app: App, people: People, shared: Shared, sent: Sent) -> (Sent, Result<(), AppError>) {
    let ctx = |actor| request(actor, &sent.mark);
    let mark = sent.mark.clone();
    let answer = match sent.act {
        Act::Record => {
            let reading = Reading {
                code: "8867-4".into(),
                value: 70.0,
                unit: "/min".into(),
                measured_at: now().into(),
                device: Some(mark),
                clock_offset_ms: None,
                raw_frame: None,
            };
            let readings = NewObservations { readings: vec![reading] };
            residents::record_observations(&app, &ctx(people.nurse), people.resident, readings).await.map(drop)
        }
        Act::Note => {
            let note = NewNote { text: mark, written_at: now().into(), kind: NoteKind::Nursing };
            residents::write_note(&app, &ctx(people.nurse), people.resident, note).await.map(drop)
        }
        Act::Request => ask(&app, &people, &mark).await.map(drop),
        Act::Begin { specialist, which } => {
            let (by, seen) = (ctx(people.specialists[specialist]), VersionBody { version: ASKED });
            consultations::begin(&app, &by, shared.waiting[which], seen).await.map(drop)
        }
        Act::Cancel { which } => {
            let why = ReasonBody { version: ASKED, reason: mark };
            consultations::cancel(&app, &ctx(people.nurse), shared.waiting[which], why).await.map(drop)
        }
        Act::Book { specialist, resident, slot } => {
            let who = [people.resident, people.neighbour][resident];
            book(&app, &people, &mark, (specialist, who), slot).await.map(drop)
        }
        Act::Complete { specialist, which } => {
            let (by, seen) = (ctx(people.specialists[specialist]), VersionBody { version: ASKED + 1 });
            consultations::complete(&app, &by, shared.waiting[which], seen).await.map(drop)
        }
        Act::Fail { specialist, which } => {
            let (by, why) = (ctx(people.specialists[specialist]), ReasonBody { version: ASKED + 1, reason: mark });
            consultations::fail(&app, &by, shared.waiting[which], why).await.map(drop)
        }
        Act::Move { which, slot } => {
            let (id, version) = shared.booked[which];
            let to = MoveBody { version, starts_at: people.slot(&mark, slot).into() };
            appointments::change_time(&app, &ctx(people.nurse), id, to).await.map(drop)
        }
        Act::Wait { resident } => {
            let wish = NewWish {
                resident_id: [people.resident, people.neighbour][resident],
                specialist_id: people.specialists[0].staff_id().expect("staff"),
                not_before: now().into(),
                not_after: (now() + SignedDuration::from_hours(24 * 30)).into(),
                urgency: Urgency::Routine,
                reason: mark,
            };
            appointments::wait(&app, &ctx(people.nurse), wish).await.map(drop)
        }
        Act::Press => press(&app, &people, &mark, people.unheard).await.map(drop),
        Act::Answer { specialist } => {
            let (by, seen) = (ctx(people.specialists[specialist]), VersionBody { version: 1 });
            urgent_calls::answer(&app, &by, shared.call, seen).await.map(drop)
        }
        Act::End { specialist, outcome } => {
            let end = EndUrgentCall { version: 2, outcome, note: Some(mark), resident_id: None };
            urgent_calls::end(&app, &ctx(people.specialists[specialist]), shared.call, end).await.map(drop)
        }
        Act::Refer => {
            let content = ReferralContent {
                urgency: Urgency::Urgent,
                diagnosis_code: None,
                reason: mark,
                hospital: String::new(),
                department: String::new(),
            };
            let new = NewReferral { resident_id: people.resident, consultation_id: None, content };
            referrals::draft(&app, &ctx(people.specialists[0]), new).await.map(drop)
        }
    };
    (sent, answer)
}
