//! Random commands of several people at once, with the program stopped in the middle of them again and again: no write is lost, none is there twice, and of two
//! people who do the same thing one wins. On the database that this run of the tests is for.
//!
//! Stopped means here that every task and connection of the program is dropped wherever it stands; `e2e/tests/crash` kills the real program.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use yunzhen_certs::Trust;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::ids::{ConsultationId, ResidentId};
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{NoteKind, Urgency};
use yunzhen_domain::schedule::{Availability, Rule, Weekday, Zone};
use yunzhen_relay::app::views::appointments::NewAppointment;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::NewConsultation;
use yunzhen_relay::app::views::residents::{NewNote, NewObservations, Reading};
use yunzhen_relay::app::{App, AppError, Context, Idempotency, appointments, consultations, residents};
use yunzhen_relay::seed;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Store, audit, notes, observations, staff};

/// Consultations that everybody grasps at in one case.
const SHARED: usize = 4;
/// Slots of one specialist that everybody wants in one case.
const SLOTS: usize = 3;
/// Minutes of one of them.
const SLOT_MINUTES: u32 = 20;
/// The version of a consultation that waits: asked for and checked in.
const ASKED: i64 = 2;

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Act {
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
    /// A nurse books one of a few slots of one specialist for one of two residents.
    Book { resident: usize, slot: usize },
    /// One of two specialists completes it, as it is when begun.
    Complete { specialist: usize, which: usize },
}

/// Acts that are sent together, and after how many answers the program stops.
#[derive(Debug, Clone)]
struct Epoch {
    acts: Vec<Act>,
    answers: usize,
}

fn acts() -> impl Strategy<Value = Act> {
    let which = 0..SHARED;
    prop_oneof![
        2 => Just(Act::Record),
        2 => Just(Act::Note),
        2 => Just(Act::Request),
        3 => (0..2_usize, which.clone()).prop_map(|(specialist, which)| Act::Begin { specialist, which }),
        1 => which.clone().prop_map(|which| Act::Cancel { which }),
        3 => (0..2_usize, 0..SLOTS).prop_map(|(resident, slot)| Act::Book { resident, slot }),
        2 => (0..2_usize, which).prop_map(|(specialist, which)| Act::Complete { specialist, which }),
    ]
}

fn epochs() -> impl Strategy<Value = Vec<Epoch>> {
    let epoch = (vec(acts(), 1..24), 0..20_usize).prop_map(|(acts, answers)| Epoch { acts, answers });
    vec(epoch, 1..6)
}

/// One act with its key, until it is answered.
#[derive(Clone)]
struct Sent {
    act: Act,
    mark: String,
}

/// The program between two stops.
struct Program {
    runtime: Runtime,
    app: App,
}

impl Program {
    fn start(database: &TestDatabase) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let store = runtime.block_on(database.open());
        let formulary = Formulary::demo().expect("formulary");
        let app = App::new(store, Policy::default(), formulary, Trust::new(vec![]), Default::default());
        Self { runtime, app }
    }

    /// Everything is dropped where it stands.
    fn stop(self) {
        drop(self.app);
        self.runtime.shutdown_timeout(Duration::from_secs(10));
    }
}

/// Who there is, from the demo.
#[derive(Clone)]
struct People {
    nurse: Actor,
    specialists: [Actor; 2],
    resident: ResidentId,
    neighbour: ResidentId,
}

impl People {
    /// The slots of each case lie after those of the one before.
    fn slot(&self, mark: &str, slot: usize) -> Timestamp {
        let case: usize = mark["case".len()..].split('-').next().and_then(|n| n.parse().ok()).expect("a mark");
        let minutes = usize::try_from(SLOT_MINUTES).expect("small") * (case * SLOTS + slot);
        now() + SignedDuration::from_hours(24) + SignedDuration::from_mins(i64::try_from(minutes).expect("few"))
    }
}

fn now() -> Timestamp {
    "2026-11-23T03:00:00Z".parse().expect("time")
}

fn request(actor: Actor, key: &str) -> Context {
    let request_sha256 = Sha256::digest(key).into();
    let idempotency = Some(Idempotency { key: key.to_owned(), request_sha256 });
    Context { idempotency, ..Context::of(actor, now()) }
}

async fn ask(app: &App, people: &People, mark: &str) -> Result<ConsultationId, AppError> {
    let ask = NewConsultation { resident_id: people.resident, reason: mark.to_owned(), urgency: Urgency::Routine };
    consultations::request(app, &request(people.nurse, mark), ask).await.map(|made| made.id)
}

/// Did it happen.
async fn send(app: App, people: People, shared: Vec<ConsultationId>, sent: Sent) -> (Sent, Result<(), AppError>) {
    let ctx = |actor| request(actor, &sent.mark);
    let answer = match sent.act {
        Act::Record => {
            let device = Some(sent.mark.clone());
            let reading = Reading {
                code: "8867-4".into(),
                value: 70.0,
                unit: "/min".into(),
                measured_at: now().into(),
                device,
                clock_offset_ms: None,
                raw_frame: None,
            };
            let readings = NewObservations { readings: vec![reading] };
            residents::record_observations(&app, &ctx(people.nurse), people.resident, readings).await.map(drop)
        }
        Act::Note => {
            let note = NewNote { text: sent.mark.clone(), written_at: now().into(), kind: NoteKind::Nursing };
            residents::write_note(&app, &ctx(people.nurse), people.resident, note).await.map(drop)
        }
        Act::Request => ask(&app, &people, &sent.mark).await.map(drop),
        Act::Begin { specialist, which } => {
            let seen = VersionBody { version: ASKED };
            consultations::begin(&app, &ctx(people.specialists[specialist]), shared[which], seen).await.map(drop)
        }
        Act::Cancel { which } => {
            let why = ReasonBody { version: ASKED, reason: sent.mark.clone() };
            consultations::cancel(&app, &ctx(people.nurse), shared[which], why).await.map(drop)
        }
        Act::Book { resident, slot } => {
            let wish = NewAppointment {
                resident_id: [people.resident, people.neighbour][resident],
                specialist_id: people.specialists[0].staff_id().expect("staff"),
                starts_at: people.slot(&sent.mark, slot).into(),
                reason: sent.mark.clone(),
            };
            appointments::book(&app, &ctx(people.nurse), wish).await.map(drop)
        }
        Act::Complete { specialist, which } => {
            let seen = VersionBody { version: ASKED + 1 };
            consultations::complete(&app, &ctx(people.specialists[specialist]), shared[which], seen).await.map(drop)
        }
    };
    (sent, answer)
}

/// Runs an epoch until enough answers came, then stops the program. What was not answered comes back.
fn run_until_stopped(
    program: Program,
    people: &People,
    shared: &[ConsultationId],
    waiting: Vec<Sent>,
    answers: usize,
    done: &mut Vec<Sent>,
) -> Vec<Sent> {
    let mut open: BTreeMap<String, Sent> = waiting.iter().map(|sent| (sent.mark.clone(), sent.clone())).collect();
    program.runtime.block_on(async {
        let mut running = JoinSet::new();
        for sent in waiting {
            running.spawn(send(program.app.clone(), people.clone(), shared.to_vec(), sent));
        }
        for _ in 0..answers {
            let Some(answered) = running.join_next().await else { break };
            let (sent, answer) = answered.expect("no command panics");
            match answer {
                Ok(()) => {
                    open.remove(&sent.mark);
                    done.push(sent);
                }
                // Somebody else was faster: an answer too.
                Err(
                    AppError::Stale { .. }
                    | AppError::NotPossible(_)
                    | AppError::Forbidden
                    | AppError::NotFound
                    | AppError::SlotTaken,
                ) => {
                    open.remove(&sent.mark);
                }
                Err(AppError::Store(error)) if error.is_unavailable() => {}
                Err(other) => panic!("{}: {other}", sent.mark),
            }
        }
    });
    program.stop();
    open.into_values().collect()
}

/// Compares the record with what was answered.
async fn check(store: &Store, people: &People, shared: &[ConsultationId], done: &[Sent], case: &str) {
    let mut db = store.read().await.expect("read");
    audit::verify(&mut db).await.expect("the chain holds");
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |mark: &str| {
        if mark.starts_with(case) {
            *found.entry(mark.to_owned()).or_default() += 1;
        }
    };
    for row in observations::list(&mut db, people.resident, None, Some("8867-4")).await.expect("readings") {
        count(row.device.as_deref().unwrap_or_default());
    }
    for note in notes::for_resident(&mut db, people.resident, u32::MAX).await.expect("notes") {
        count(note.text.expose());
    }
    let mut all = yunzhen_store::consultations::for_resident(&mut db, people.resident, u32::MAX).await.expect("all");
    all.extend(yunzhen_store::consultations::for_resident(&mut db, people.neighbour, u32::MAX).await.expect("all"));
    all.iter().filter(|c| !shared.contains(&c.id)).for_each(|c| count(c.reason.expose()));
    let makes = |sent: &&Sent| matches!(sent.act, Act::Record | Act::Note | Act::Request | Act::Book { .. });
    let expected: BTreeMap<String, usize> = done.iter().filter(makes).map(|sent| (sent.mark.clone(), 1)).collect();
    assert_eq!(found, expected, "each once");

    let filter = yunzhen_store::appointments::Filter::default();
    let (from, until) = (now(), now() + SignedDuration::from_hours(24 * 60));
    let held = yunzhen_store::appointments::list(&mut db, &filter, from, until).await.expect("appointments");
    let mut starts: Vec<_> = held.iter().map(|held| (held.specialist_id, held.slot.starts_at)).collect();
    starts.sort_unstable();
    starts.dedup();
    assert_eq!(starts.len(), held.len(), "no time is booked twice");

    for (which, id) in shared.iter().enumerate() {
        let record = all.iter().find(|c| c.id == *id).expect("the shared one");
        let of = |wanted: fn(&Act) -> Option<usize>| done.iter().filter(move |sent| wanted(&sent.act) == Some(which));
        let begun: Vec<_> = of(|act| if let Act::Begin { which, .. } = act { Some(*which) } else { None }).collect();
        let cancelled = of(|act| if let Act::Cancel { which } = act { Some(*which) } else { None }).count();
        let completed = of(|act| if let Act::Complete { which, .. } = act { Some(*which) } else { None }).count();
        assert!(begun.len() + cancelled <= 1, "one winner: {begun:?} and {cancelled}", begun = begun.len());
        assert!(completed <= begun.len(), "nobody completes what was not begun");
        let steps = i64::try_from(begun.len() + cancelled + completed).expect("few");
        assert_eq!(record.version, ASKED + steps, "as many steps as were answered");
        let state = match (begun.len(), cancelled, completed) {
            (0, 0, 0) => State::Waiting,
            (1, 0, 0) => State::InProgress,
            (1, 0, 1) => State::Completed,
            _ => State::Cancelled,
        };
        assert_eq!(record.state, state);
        if let Some(Act::Begin { specialist, .. }) = begun.first().map(|sent| sent.act) {
            assert_eq!(record.specialist_id, people.specialists[specialist].staff_id(), "it is the winner's");
        }
    }
}

#[test]
fn no_write_is_lost_or_doubled_when_the_program_stops_again_and_again() {
    let outside = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let database = outside.block_on(TestDatabase::new());
    let people = outside.block_on(async {
        let store = database.open().await;
        seed::fill(&store, "password", now()).await.expect("seeded");
        let mut db = store.read().await.expect("read");
        let home = yunzhen_store::residents::list(&mut db, Some(seed::HOME_1), None).await.expect("residents");
        let actor = async |db: &mut yunzhen_store::Read, name: &str| {
            staff::by_username(db, name).await.expect("query").expect("there").actor()
        };
        let nurse = actor(&mut db, "nurse1").await;
        let specialists = [actor(&mut db, "specialist1").await, actor(&mut db, "specialist2").await];
        drop(db);
        let me = specialists[0].staff_id().expect("staff");
        let rules = Weekday::ALL.iter().map(|weekday| Rule {
            weekday: *weekday,
            start: Time::midnight(),
            end: Time::midnight(),
            slot_minutes: SLOT_MINUTES,
            valid_from: jiff::civil::date(2026, 1, 1),
            valid_until: None,
        });
        let times = Availability {
            specialist_id: me,
            version: 1,
            zone: Zone::shanghai(),
            rules: rules.collect(),
            exceptions: Vec::new(),
        };
        let mut tx = store.write().await.expect("write");
        yunzhen_store::availability::put(&mut tx, &times).await.expect("published");
        let published = AuditFact {
            at: now(),
            actor: specialists[0].reference(),
            kind: EventKind::AvailabilityPublished,
            entity_id: me.uuid(),
            home_id: None,
            pharmacy_id: None,
            purpose: None,
        };
        tx.commit(vec![published]).await.expect("kept");
        store.close().await;
        People { nurse, specialists, resident: home[0].id, neighbour: home[1].id }
    });
    let cases = AtomicU64::new(0);
    let config = Config { cases: 16, failure_persistence: None, max_shrink_iters: 32, ..Config::default() };
    let result = TestRunner::new(config).run(&epochs(), |epochs| {
        let case = format!("case{}-", cases.fetch_add(1, Ordering::Relaxed));
        let program = Program::start(&database);
        let shared: Vec<_> = (0..SHARED)
            .map(|n| program.runtime.block_on(ask(&program.app, &people, &format!("{case}shared{n}"))).expect("asked"))
            .collect();
        program.stop();
        let (mut open, mut done, mut number) = (Vec::new(), Vec::new(), 0);
        for epoch in &epochs {
            for act in &epoch.acts {
                open.push(Sent { act: *act, mark: format!("{case}{number}") });
                number += 1;
            }
            open = run_until_stopped(Program::start(&database), &people, &shared, open, epoch.answers, &mut done);
        }
        // Whoever got no answer asks until there is one.
        for _ in 0..20 {
            let everybody = open.len();
            open = run_until_stopped(Program::start(&database), &people, &shared, open, everybody, &mut done);
            if open.is_empty() {
                break;
            }
        }
        assert!(open.is_empty(), "{} were never answered", open.len());
        let program = Program::start(&database);
        program.runtime.block_on(check(&program.app.store, &people, &shared, &done, &case));
        program.stop();
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
