//! What a resident has in hand: the nurse's list, the prescriber's composer, the pharmacist's facts and the rules say the same, and nobody counts what was called
//! back or never came.

use jiff::SignedDuration;
use jiff::civil::date;
use yunzhen_domain::dosage::Frequency;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::machines::discrepancy::Resolution;
use yunzhen_domain::machines::recall::Level;
use yunzhen_domain::records::{Count, Supply};
use yunzhen_domain::runway::RunsOut;
use yunzhen_domain::safety::{FindingKind as Kind, NothingLeft, Outcome};
use yunzhen_relay::app::views::deliveries::ReceiveBody;
use yunzhen_relay::app::views::discrepancies::{DiscrepancyQuery, ResolveBody};
use yunzhen_relay::app::views::doses::{Refill, RefillQuery};
use yunzhen_relay::app::views::prescribing::{DraftStep, MedicineInHand};
use yunzhen_relay::app::views::prescriptions::{Prescription, PrescriptionDraft};
use yunzhen_relay::app::views::recalls::NewRecall;
use yunzhen_relay::app::{deliveries, discrepancies, prescriptions, recalls, refills};
use yunzhen_relay::jobs::queue;

use crate::world::{World, draft};

const DRUG: &str = "amlodipine-5mg";

fn chronic(drugs: &[(&str, u32)]) -> PrescriptionDraft {
    PrescriptionDraft { supply: Supply::Chronic, ..draft("I10", drugs) }
}

pub async fn call_back(w: &World, drug: &str) {
    let new = NewRecall {
        drug_id: DrugId(drug.into()),
        batch: "B2026-11".into(),
        level: Level::Second,
        reason: "溶出度不符合规定".into(),
        authority: "浙江省药品监督管理局".into(),
        announced_on: date(2026, 11, 22),
    };
    recalls::declare(&w.app, &w.by(&w.pharmacist), new).await.unwrap();
    queue::run(&w.app, w.now()).await.unwrap();
}

/// What the composer shows of other prescriptions.
async fn in_hand(w: &World, c: ConsultationId) -> Vec<MedicineInHand> {
    let facts = prescriptions::prescribing_facts(&w.app, &w.by(&w.specialist), c).await.unwrap();
    facts.medicines.into_iter().filter(|m| m.frequency.is_some()).collect()
}

fn overlaps(p: &Prescription) -> bool {
    p.findings.iter().any(|f| f.kind == Kind::Overlap && f.outcome == Outcome::Alert)
}

async fn asked(w: &World) -> Vec<Refill> {
    refills::list(&w.app, &w.by(&w.specialist), RefillQuery::default()).await.unwrap().items
}

/// The home counts so many of each line, and the pharmacy settles what is missing.
async fn counted_and_written_off(w: &World, written: PrescriptionDraft, quantities: &[u32]) {
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, written).await;
    let p = w.try_sign(&p).await.unwrap();
    let accepted = w.accept(&w.approve(&w.claim(&p).await).await).await;
    let packed = w.pack(&w.dispense(&accepted).await, &accepted.secret).await;
    let d = w.on_the_road(&packed.delivery).await;
    let counts = quantities.iter().zip(1..).map(|(q, no)| Count { item_no: no, quantity: *q, damaged: 0 }).collect();
    let parcel_code = packed.parcel_code.clone();
    let body = ReceiveBody { version: d.version, parcel_code, counts, comment: None, celsius: None };
    deliveries::receive(&w.app, &w.by(&w.nurse), d.id, body).await.unwrap();
    let open = DiscrepancyQuery { state: Some("open".into()), cursor: None };
    let task = discrepancies::list(&w.app, &w.by(&w.pharmacy), open).await.unwrap().items.remove(0);
    let body = ResolveBody { version: task.version, resolution: Resolution::WrittenOff, note: None };
    discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body).await.unwrap();
    queue::run(&w.app, w.now()).await.unwrap();
}

#[tokio::test]
async fn of_a_batch_that_was_called_back_nobody_is_told_that_it_lasts_and_no_rule_counts_it() {
    let w = World::new().await;
    w.in_the_home("王秀英", chronic(&[(DRUG, 28)])).await;
    let c = w.in_progress("王秀英").await;
    let before = in_hand(&w, c.id).await.remove(0);
    assert_eq!((before.days_left, before.left, before.until), (Some(28), Some(28.0), Some(date(2026, 12, 21))));
    assert!(!before.to_come && before.nothing_left.is_none() && !before.rest_to_come, "{before:?}");
    assert!(overlaps(&w.draft(c.id, draft("I10", &[(DRUG, 7)])).await));
    call_back(&w, DRUG).await;
    let after = in_hand(&w, c.id).await.remove(0);
    assert_eq!((after.nothing_left, after.days_left, after.until), (Some(NothingLeft::CalledBack), None, None));
    let told = w.doses_on("2026-11-24").await.runways.remove(0);
    assert_eq!((told.left, told.called_back), (0.0, true), "the nurse is told the same");
    let again = w.draft(c.id, draft("I10", &[(DRUG, 7)])).await;
    assert!(!overlaps(&again), "{:#?}", again.findings);
    // The pharmacist who reviews sees it too.
    let claimed = w.claim(&w.try_sign(&again).await.unwrap()).await;
    let facts = prescriptions::review_facts(&w.app, &w.by(&w.pharmacist), claimed.id).await.unwrap();
    assert!(facts.medicines.iter().any(|m| m.nothing_left == Some(NothingLeft::CalledBack)), "{facts:?}");
}

#[tokio::test]
async fn what_was_written_off_is_not_in_hand_and_its_days_do_not_overlap() {
    let w = World::new().await;
    counted_and_written_off(&w, chronic(&[(DRUG, 28)]), &[2]).await;
    let c = w.in_progress("王秀英").await;
    let found = in_hand(&w, c.id).await.remove(0);
    assert_eq!((found.left, found.days_left, found.until), (Some(2.0), Some(2), Some(date(2026, 11, 25))));
    assert_eq!(w.doses_on("2026-11-24").await.runways[0].left, 2.0, "the nurse is told the same");
    assert!(!overlaps(&w.draft(c.id, draft("I10", &[(DRUG, 7)])).await), "two days are not enough to wait for");
    let request = asked(&w).await.remove(0);
    assert_eq!((request.last_day, request.runs_out), (date(2026, 11, 25), RunsOut::Stock));
}

#[tokio::test]
async fn a_line_that_never_came_is_said_to_be_missing_and_the_prescriber_is_asked_once_it_is_written_off() {
    let w = World::new().await;
    let drugs = [(DRUG, 28), ("metoprolol-47.5mg", 28)];
    counted_and_written_off(&w, chronic(&drugs), &[28, 0]).await;
    let c = w.in_progress("王秀英").await;
    let found: Vec<_> = in_hand(&w, c.id).await.into_iter().map(|m| (m.left, m.nothing_left)).collect();
    assert_eq!(found, [(Some(28.0), None), (None, Some(NothingLeft::NeverCame))]);
    let request = asked(&w).await.remove(0);
    assert_eq!((request.drug_names.len(), request.last_day), (1, date(2026, 11, 23)));
    // The other line is called back while the request is open: it asks for both.
    call_back(&w, DRUG).await;
    let all = asked(&w).await;
    assert_eq!((all.len(), all[0].drug_names.len()), (1, 2));
}

#[tokio::test]
async fn what_is_not_asked_for_when_it_ends_is_asked_for_when_it_was_called_back() {
    let w = World::new().await;
    let mut steps = draft("I10", &[(DRUG, 7)]);
    let step = |dose, days| DraftStep { dose, frequency: Frequency::Qd, days };
    steps.items[0].dose = 2.0;
    steps.items[0].taper = vec![step(2.0, 3), step(1.0, 4)];
    w.in_the_home("王秀英", steps).await;
    queue::run(&w.app, w.now()).await.unwrap();
    assert!(asked(&w).await.is_empty(), "a dose that is tapered off ends by itself");
    call_back(&w, DRUG).await;
    assert_eq!(asked(&w).await.len(), 1);
}

/// The composer and the pharmacist saw that it is taken when needed, and neither how often at most nor how far apart.
#[tokio::test]
async fn what_is_in_hand_and_taken_when_needed_says_its_limit_of_a_day_and_its_hours_apart() {
    let w = World::new().await;
    let when_needed = |most| {
        let mut written = draft("I10", &[("paracetamol-500mg", 7)]);
        (written.items[0].frequency, written.items[0].quantity) = (Frequency::Prn, Some(14));
        written.items[0].most_per_day = most;
        written.items[0].hours_apart = most.map(|_| 4);
        written
    };
    w.in_the_home("赵德明", when_needed(Some(3))).await;
    w.in_the_home("赵德明", when_needed(None)).await;
    let c = w.in_progress("赵德明").await;
    let mut limits: Vec<_> =
        in_hand(&w, c.id).await.into_iter().map(|m| (m.frequency, m.most_per_day, m.hours_apart)).collect();
    limits.sort_by_key(|(_, most, _)| *most);
    let prn = Some(Frequency::Prn);
    assert_eq!(limits, [(prn, None, None), (prn, Some(3), Some(4))]);
    let claimed = w.claim(&w.try_sign(&w.draft(c.id, draft("I10", &[(DRUG, 7)])).await).await.unwrap()).await;
    let facts = prescriptions::review_facts(&w.app, &w.by(&w.pharmacist), claimed.id).await.unwrap();
    assert!(facts.medicines.iter().any(|m| (m.most_per_day, m.hours_apart) == (Some(3), Some(4))), "{facts:?}");
}

/// The strongest step was shown to the last day, as if the dose never changed.
#[tokio::test]
async fn of_a_taper_in_hand_the_step_of_today_is_shown_and_when_it_changes() {
    let w = World::new().await;
    let step = |dose, days| DraftStep { dose, frequency: Frequency::Qd, days };
    let mut steps = draft("I10", &[(DRUG, 7)]);
    steps.items[0].dose = 2.0;
    steps.items[0].taper = vec![step(2.0, 3), step(1.0, 4)];
    w.in_the_home("王秀英", steps).await;
    let c = w.in_progress("王秀英").await;
    let first = in_hand(&w, c.id).await.remove(0);
    let next = first.next_step.unwrap();
    assert_eq!((first.dose, next.dose, next.from), (Some(2.0), 1.0, Some(date(2026, 11, 27))));
    w.pass(SignedDuration::from_hours(4 * 24));
    let later = in_hand(&w, c.id).await.remove(0);
    assert_eq!((later.dose, later.next_step), (Some(1.0), None));
}

/// Each prescription was looked at by itself: a resident with many made the composer slow.
#[tokio::test]
async fn a_composer_asks_no_more_for_many_prescriptions_than_for_two() {
    let mut asked = Vec::new();
    for many in [2, 6] {
        let w = World::new().await;
        let c = w.in_progress("王秀英").await;
        for _ in 0..many {
            w.in_the_home("王秀英", draft("I10", &[(DRUG, 7)])).await;
        }
        let before = w.app.store.lookups();
        let found = in_hand(&w, c.id).await;
        asked.push(w.app.store.lookups() - before);
        assert_eq!(found.len(), many);
    }
    assert_eq!(asked[0], asked[1]);
}
