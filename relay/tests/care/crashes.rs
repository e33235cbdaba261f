//! Random commands of several people at once, with the program stopped in the middle of them again and again: no write is lost, none is there twice, and of two
//! people who do the same thing one wins. On the database that this run of the tests is for.
//!
//! Stopped means here that every task and connection of the program is dropped wherever it stands; `e2e/tests/crash` kills the real program.

mod acts;
mod check;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::civil::Time;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use yunzhen_certs::Trust;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::formulary::Formulary;
use yunzhen_domain::machines::urgent_call::Outcome;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::schedule::{Availability, Rule, Weekday, Zone};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::urgent_calls::EndUrgentCall;
use yunzhen_relay::app::{App, AppError, urgent_calls};
use yunzhen_relay::seed;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{Store, staff};

use acts::{Act, People, SLOT_MINUTES, Sent, Shared, acts, begin_case, now, request, send};
use check::check;

use crate::world::vault;

/// Acts that are sent together, and after how many answers the program stops.
#[derive(Debug, Clone)]
struct Epoch {
    acts: Vec<Act>,
    answers: usize,
}

fn epochs() -> impl Strategy<Value = Vec<Epoch>> {
    let epoch = (vec(acts(), 1..24), 0..20_usize).prop_map(|(acts, answers)| Epoch { acts, answers });
    vec(epoch, 1..6)
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
        let app = App::new(store, Policy::default(), formulary, Trust::new(vec![]), Default::default(), vault());
        Self { runtime, app }
    }

    /// Everything is dropped where it stands.
    fn stop(self) {
        drop(self.app);
        self.runtime.shutdown_timeout(Duration::from_secs(10));
    }
}

/// Runs an epoch until enough answers came, then stops the program. What was not answered comes back.
fn run_until_stopped(
    program: Program,
    people: &People,
    shared: &Shared,
    waiting: Vec<Sent>,
    answers: usize,
    done: &mut Vec<Sent>,
) -> Vec<Sent> {
    let mut open: BTreeMap<String, Sent> = waiting.iter().map(|sent| (sent.mark.clone(), sent.clone())).collect();
    program.runtime.block_on(async {
        let mut running = JoinSet::new();
        for sent in waiting {
            running.spawn(send(program.app.clone(), people.clone(), shared.clone(), sent));
        }
        for _ in 0..answers {
            let Some(answered) = running.join_next().await else { break };
            let (sent, answer) = answered.expect("no command panics");
            match answer {
                Ok(()) => {
                    open.remove(&sent.mark);
                    done.push(sent);
                }
                Err(AppError::Store(error)) if error.is_unavailable() => {}
                Err(error) if sent.act.is_nobody_elses() => panic!("{}: {error}", sent.mark),
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
                // Or the resident is with somebody else at that time.
                Err(AppError::Invalid(_)) if matches!(sent.act, Act::Book { .. } | Act::Move { .. }) => {
                    open.remove(&sent.mark);
                }
                Err(other) => panic!("{}: {other}", sent.mark),
            }
        }
    });
    program.stop();
    open.into_values().collect()
}

/// The caller's next call is another one.
async fn end_call(app: &App, people: &People, shared: &Shared, case: &str) {
    let mut db = app.store.read().await.expect("read");
    let call = yunzhen_store::urgent_calls::get(&mut db, shared.call).await.expect("query").expect("there");
    drop(db);
    let by = |step: &str| request(people.specialists[0], &format!("{case}{step}"));
    if call.version == 1 {
        urgent_calls::answer(app, &by("answer"), call.id, VersionBody { version: 1 }).await.expect("answered");
    }
    if !call.state.is_terminal() {
        let end = EndUrgentCall { version: 2, outcome: Outcome::FalseAlarm, note: None, resident_id: None };
        urgent_calls::end(app, &by("end"), call.id, end).await.expect("ended");
    }
}

/// Every time of every day.
async fn publish(store: &Store, specialist: Actor) {
    let me = specialist.staff_id().expect("staff");
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
        actor: specialist.reference(),
        kind: EventKind::AvailabilityPublished,
        entity_id: me.uuid(),
        home_id: None,
        pharmacy_id: None,
        purpose: None,
        sha256: None,
    };
    tx.commit(vec![published]).await.expect("kept");
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
        for specialist in &specialists {
            publish(&store, *specialist).await;
        }
        store.close().await;
        let [resident, neighbour, caller, unheard] = [0, 1, 2, 3].map(|n| home[n].id);
        People { nurse, specialists, resident, neighbour, caller, unheard }
    });
    let cases = AtomicU64::new(0);
    let config = Config { cases: 16, failure_persistence: None, max_shrink_iters: 32, ..Config::default() };
    let result = TestRunner::new(config).run(&epochs(), |epochs| {
        let case = format!("case{}-", cases.fetch_add(1, Ordering::Relaxed));
        let program = Program::start(&database);
        let shared = program.runtime.block_on(begin_case(&program.app, &people, &case));
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
        program.runtime.block_on(end_call(&program.app, &people, &shared, &case));
        program.stop();
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
