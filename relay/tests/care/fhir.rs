//! The FHIR interface over the real record: whole pages without gaps, everybody's reach as on the screens, and every read in the audit log.

use std::collections::BTreeSet;

use base64::Engine as _;
use serde_json::{Value, json};
use yunzhen_domain::Sensitive;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::fhir::search::Search;
use yunzhen_domain::fhir::{Kind, Resource};
use yunzhen_domain::ids::{ResidentId, VisitId};
use yunzhen_domain::machines::dose::Outcome;
use yunzhen_domain::machines::visit;
use yunzhen_domain::records::{NotGivenReason, Visit, VisitStop};
use yunzhen_relay::app::views::common::ReasonBody;
use yunzhen_relay::app::views::doses::{Dose, NewDoseEntry};
use yunzhen_relay::app::{AppError, Context, consultations, doses, fhir};
use yunzhen_relay::seed;
use yunzhen_store::{staff, visits};

use crate::doses::entry;
use crate::world::{Person, World, courier_of, draft};

fn asked(kind: Kind, query: &str) -> Search {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Search::parse(kind, &pairs).unwrap()
}

/// The ids of every page, in order.
async fn every_page(w: &World, by: &Person, kind: Kind, query: &str) -> Vec<String> {
    let mut search = asked(kind, query);
    let mut ids = Vec::new();
    loop {
        let found = fhir::search(&w.app, &w.by(by), kind, &search).await.unwrap();
        assert!(found.resources.len() <= search.count, "a page is not longer than was asked for");
        ids.extend(found.resources.into_iter().map(|r| r.id));
        match found.next {
            Some(next) => search.page = Some(next),
            None => return ids,
        }
    }
}

async fn read(w: &World, by: &Person, kind: Kind, id: &str) -> Result<Value, AppError> {
    let resource = fhir::read(&w.app, &w.by(by), kind, id).await?;
    Ok(serde_json::to_value(resource).unwrap())
}

fn is_hidden(answer: &Result<Value, AppError>) -> bool {
    matches!(answer, Err(AppError::NotFound))
}

#[tokio::test]
async fn a_prescription_on_its_way_as_its_people_read_it() {
    let w = World::new().await;
    let packed = w.packed().await;
    let p = w.see(packed.prescription.id).await;
    w.on_the_road(&packed.delivery).await;
    let (line, delivery) = (format!("{}-1", p.id), packed.delivery.id);

    let request = read(&w, &w.nurse, Kind::MedicationRequest, &line).await.unwrap();
    assert_eq!(json!([request["status"], request["subject"]["display"]]), json!(["active", "王秀英"]));
    let dispense = read(&w, &w.nurse, Kind::MedicationDispense, &format!("{line}-1-1")).await.unwrap();
    assert_eq!(dispense["contained"][0]["batch"]["lotNumber"], "B2026-11");
    assert_eq!(dispense["authorizingPrescription"][0]["reference"], format!("MedicationRequest/{line}"));
    let task = read(&w, &w.nurse, Kind::Task, &format!("{delivery}-delivery")).await.unwrap();
    assert_eq!(task["businessStatus"]["coding"][0]["code"], "in_transit");
    assert_eq!(task["focus"]["reference"], format!("MedicationDispense/{line}-1-1"));
    let supply = read(&w, &w.nurse, Kind::SupplyDelivery, &format!("{delivery}-1")).await.unwrap();
    assert_eq!(json!([supply["status"], supply["suppliedItem"]["quantity"]["value"]]), json!(["in-progress", 7]));

    // Two signatures, each the document as it was signed.
    for (part, signed) in [("prescriber", p.signature.unwrap()), ("pharmacist", p.approval.unwrap())] {
        let provenance = read(&w, &w.pharmacist, Kind::Provenance, &format!("{}-{part}", p.id)).await.unwrap();
        let data = provenance["signature"][0]["data"].as_str().unwrap();
        let jws = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
        assert_eq!(String::from_utf8(jws).unwrap(), signed.jws);
    }

    // What refers to something of this interface leads somewhere.
    for reference in
        [&request["subject"], &request["encounter"], &task["basedOn"][0], &task["output"][0]["valueReference"]]
    {
        let (kind, id) = reference["reference"].as_str().unwrap().split_once('/').unwrap();
        read(&w, &w.nurse, kind.parse().unwrap(), id).await.unwrap();
    }
}

#[tokio::test]
async fn who_is_not_concerned_finds_nothing_and_reads_nothing() {
    let w = World::new().await;
    let packed = w.packed().await;
    let p = w.see(packed.prescription.id).await;
    let road = w.on_the_road(&packed.delivery).await;
    let consultation = p.consultation_id.unwrap();
    let targets = [
        (Kind::Patient, p.resident.id.to_string()),
        (Kind::MedicationRequest, format!("{}-1", p.id)),
        (Kind::MedicationDispense, format!("{}-1-1-1", p.id)),
        (Kind::Task, format!("{}-fulfill", p.id)),
        (Kind::Task, format!("{}-delivery", road.id)),
        (Kind::SupplyDelivery, format!("{}-1", road.id)),
        (Kind::Provenance, format!("{}-prescriber", p.id)),
        (Kind::Encounter, consultation.to_string()),
        (Kind::ServiceRequest, format!("{consultation}-consultation")),
    ];
    for (kind, id) in &targets {
        read(&w, &w.nurse, *kind, id).await.unwrap();
        for by in [&w.nurse_of_other_home, &w.stranger, &w.other_pharmacy, &w.administrator] {
            assert!(is_hidden(&read(&w, by, *kind, id).await), "{} {id}", kind.name());
            if fhir::may_search(&w.by(by), *kind).is_ok() {
                let found = fhir::search(&w.app, &w.by(by), *kind, &asked(*kind, &format!("_id={id}"))).await.unwrap();
                assert!(found.resources.is_empty(), "{} {id}", kind.name());
            }
        }
    }
    // A specialist sees no parcels, a pharmacist no consultation; each the rest.
    let sees = async |by: &Person| {
        let mut seen = Vec::new();
        for (kind, id) in &targets {
            seen.push(read(&w, by, *kind, id).await.is_ok());
        }
        seen
    };
    assert_eq!(sees(&w.specialist).await, [true, true, true, true, false, false, true, true, true]);
    assert_eq!(sees(&w.pharmacist).await, [false, true, true, true, false, false, true, false, false]);
    assert_eq!(sees(&w.pharmacy).await, [false, true, true, true, true, true, true, false, false]);
    // Without the consultation: a pharmacy learns what its work needs.
    let own = read(&w, &w.pharmacy, Kind::MedicationRequest, &targets[1].1).await.unwrap();
    assert!(own.get("encounter").is_none());

    let courier = w.of(courier_of(&road));
    for kind in Kind::ALL {
        assert!(matches!(fhir::may_search(&courier, kind), Err(AppError::Forbidden)), "{}", kind.name());
    }
    for (kind, id) in &targets {
        assert!(fhir::read(&w.app, &courier, *kind, id).await.is_err(), "{}", kind.name());
    }
    for nothing in ["", "1", "王", "00000000-0000-7000-8000-000000000001", &"x".repeat(64)] {
        for kind in Kind::ALL {
            assert!(is_hidden(&read(&w, &w.nurse, kind, nothing).await), "{} {nothing}", kind.name());
        }
    }
}

/// A round of the specialist's hospital that will see the resident; the id of that stop.
async fn round_in_person(w: &World, resident: ResidentId) -> String {
    let now = w.now();
    let doctor = w.specialist.actor.staff_id().unwrap();
    let mut tx = w.app.store.write().await.unwrap();
    let visit = Visit {
        id: VisitId::new(now, [3; 10]),
        version: 1,
        state: visit::State::Planned,
        hospital: staff::get(&mut tx, doctor).await.unwrap().unwrap().hospital.unwrap(),
        planned_on: jiff::civil::date(2026, 11, 30),
        doctors: vec![doctor],
        remark: String::new(),
        stops: vec![VisitStop::expected(resident, seed::HOME_1, vec!["M81.0".to_owned()])],
        planned_by: doctor,
        planned_at: now,
        started_at: None,
        ended_at: None,
        end_reason: None,
    };
    visits::insert(&mut tx, &visit).await.unwrap();
    tx.commit_bookkeeping("a round of a test").await.unwrap();
    yunzhen_domain::fhir::stop_id(visit.id, resident)
}

#[tokio::test]
async fn what_became_of_doses_is_found_by_resident_status_and_time() {
    let w = World::new().await;
    let p = w.in_the_home("王秀英", draft("I10", &[("amlodipine-5mg", 7)])).await;
    w.clock_to("2026-11-24T00:05:00Z");
    let due = w.doses_on("2026-11-24").await.items.remove(0);
    let write = async |w: &World, dose: &Dose, outcome, not_given| {
        let input = NewDoseEntry { not_given, ..entry(dose, outcome, w.now()) };
        doses::record(&w.app, &w.by(&w.nurse), dose.resident.id, input).await.unwrap()
    };
    let wrong = write(&w, &due, Some(Outcome::Refused), Some(NotGivenReason::Unwilling)).await;
    let open = write(&w, &wrong, None, None).await;
    write(&w, &open, Some(Outcome::Given), None).await;
    w.clock_to("2026-11-25T00:05:00Z");
    let next = w.doses_on("2026-11-25").await.items.remove(0);
    write(&w, &next, Some(Outcome::Held), Some(NotGivenReason::ALL[1])).await;

    let kind = Kind::MedicationAdministration;
    let of = format!("patient=Patient/{}", p.resident.id);
    let all = every_page(&w, &w.nurse, kind, &of).await;
    assert_eq!(all.len(), 3, "what only took another back is none");
    assert_eq!(every_page(&w, &w.nurse, kind, &format!("{of}&_count=1")).await, all);
    assert_eq!(every_page(&w, &w.nurse, kind, "").await, all, "of the whole home");
    for (query, found) in [
        ("status=completed", vec![1]),
        ("status=not-done", vec![0]),
        ("status=entered-in-error,not-done", vec![0, 2]),
        ("effective-time=2026-11-25", vec![0]),
        ("effective-time=lt2026-11-25", vec![1, 2]),
        ("effective-time=ge2026-11-24&effective-time=le2026-11-24&status=completed", vec![1]),
    ] {
        let expected: Vec<_> = found.into_iter().map(|at: usize| all[at].clone()).collect();
        assert_eq!(every_page(&w, &w.nurse, kind, &format!("{of}&{query}")).await, expected, "{query}");
    }
    let start = w.newest().await;
    let ctx = Context { session_token: Sensitive::new("another".to_owned()), ..w.by(&w.nurse) };
    let given = serde_json::to_value(fhir::read(&w.app, &ctx, kind, &all[1]).await.unwrap()).unwrap();
    let rows: Vec<_> = w.audited_of(p.resident.id, start).await.into_iter().map(|f| f.kind).collect();
    assert_eq!(rows, [EventKind::DosesViewed]);
    let request = given["request"]["reference"].as_str().unwrap().strip_prefix("MedicationRequest/").unwrap();
    read(&w, &w.nurse, Kind::MedicationRequest, request).await.unwrap();
    // As on the screens: the doses of a home are its nurses'.
    for by in [&w.nurse_of_other_home, &w.stranger, &w.pharmacist, &w.pharmacy, &w.administrator] {
        assert!(is_hidden(&read(&w, by, kind, &all[1]).await));
    }
    // Who sees the resident is told that this is not theirs to read.
    assert!(matches!(read(&w, &w.specialist, kind, &all[1]).await, Err(AppError::Forbidden)));
    assert!(every_page(&w, &w.nurse_of_other_home, kind, &of).await.is_empty());
}

#[tokio::test]
async fn pages_are_whole_and_narrow_to_what_is_asked_for() {
    let w = World::new().await;
    let packed = w.packed().await;
    let resident = packed.prescription.resident.id;
    w.waiting("王秀英").await;
    let stop = round_in_person(&w, resident).await;
    for (kind, query) in [
        (Kind::Patient, String::new()),
        (Kind::Observation, format!("patient={resident}")),
        (Kind::Task, String::new()),
        (Kind::Encounter, String::new()),
        (Kind::ServiceRequest, String::new()),
    ] {
        let whole = every_page(&w, &w.nurse, kind, &format!("{query}&_count=100")).await;
        let paged = every_page(&w, &w.nurse, kind, &format!("{query}&_count=2")).await;
        assert_eq!(paged, whole, "{}", kind.name());
        assert!(whole.len() > 1, "{} has something to page", kind.name());
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), "{} repeats nothing", kind.name());
    }
    let count = async |kind, query: &str| every_page(&w, &w.nurse, kind, query).await.len();
    let (task, of) = (Kind::Task, format!("patient=Patient/{resident}"));
    assert_eq!(count(task, &of).await, 3, "approve, fulfill, deliver");
    assert_eq!(count(task, &format!("{of}&code=deliver")).await, 1);
    assert_eq!(count(task, &format!("{of}&status=completed,requested")).await, 2, "approved, and no courier yet");
    assert_eq!(count(task, &format!("{of}&authored-on=lt2026-11-23")).await, 0);
    assert_eq!(count(task, &format!("{of}&authored-on=ge2026-11-23&authored-on=le2026-11-23")).await, 3);
    assert_eq!(count(Kind::Encounter, &format!("{of}&class=VR&status=in-progress")).await, 1);
    // The second source of encounters comes after the first.
    assert_eq!(every_page(&w, &w.nurse, Kind::Encounter, "class=HH&_count=1").await, [stop.as_str()]);
    assert_eq!(count(Kind::Encounter, &format!("{of}&status=planned,in-progress")).await, 2);
    read(&w, &w.specialist, Kind::Encounter, &stop).await.unwrap();
    assert!(is_hidden(&read(&w, &w.nurse_of_other_home, Kind::Encounter, &stop).await));
    assert!(is_hidden(&read(&w, &w.stranger, Kind::Encounter, &stop).await));
    let nobody = "patient=00000000-0000-7000-8000-000000000001";
    assert_eq!(count(Kind::Observation, nobody).await, 0);
    // The panel is one resource, and its parts are not told twice.
    let pressures = every_page(&w, &w.nurse, Kind::Observation, &format!("{of}&code=85354-9")).await;
    assert!(!pressures.is_empty());
    assert_eq!(count(Kind::Observation, &format!("{of}&code=8462-4")).await, 0);
    let mut wrong = asked(task, "");
    wrong.page = Some("7".to_owned());
    assert!(matches!(fhir::search(&w.app, &w.by(&w.nurse), task, &wrong).await, Err(AppError::BadCursor)));
}

#[tokio::test]
async fn what_moves_meanwhile_neither_repeats_nor_hides_the_rest() {
    let w = World::new().await;
    let first = w.signed().await;
    let second = w.signed().await;
    let one = |page| {
        let mut search = asked(Kind::MedicationRequest, "_count=1");
        search.page = page;
        search
    };
    let ctx = || w.by(&w.nurse);
    let page = fhir::search(&w.app, &ctx(), Kind::MedicationRequest, &one(None)).await.unwrap();
    let id = |found: &[Resource]| found.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
    assert_eq!(id(&page.resources), [format!("{}-1", second.id)]);
    // The older one changes its state between the pages: it keeps its place.
    w.claim(&first).await;
    let next = fhir::search(&w.app, &ctx(), Kind::MedicationRequest, &one(page.next)).await.unwrap();
    assert_eq!(id(&next.resources), [format!("{}-1", first.id)]);
}

#[tokio::test]
async fn every_answer_leaves_the_row_that_the_screen_leaves() {
    let w = World::new().await;
    let packed = w.packed().await;
    let p = w.see(packed.prescription.id).await;
    let resident = p.resident.id;
    let fresh = || Context { session_token: Sensitive::new(format!("{}", w.now())), ..w.by(&w.nurse) };
    for (kind, query, row) in [
        (Kind::Patient, format!("_id={resident}"), EventKind::ResidentViewed),
        (Kind::Observation, format!("patient={resident}"), EventKind::ObservationsViewed),
        (Kind::MedicationRequest, format!("patient={resident}"), EventKind::ResidentPrescriptionViewed),
        (Kind::Task, format!("patient={resident}&code=deliver"), EventKind::ResidentDeliveryViewed),
        (Kind::Encounter, format!("patient={resident}&class=VR"), EventKind::ResidentConsultationViewed),
    ] {
        let start = w.newest().await;
        let found = fhir::search(&w.app, &fresh(), kind, &asked(kind, &query)).await.unwrap();
        let kinds: BTreeSet<_> = w.audited_of(resident, start).await.into_iter().map(|f| f.kind.as_str()).collect();
        assert_eq!(kinds, BTreeSet::from([row.as_str()]), "{}", kind.name());
        let start = w.newest().await;
        fhir::read(&w.app, &fresh(), kind, &found.resources[0].id).await.unwrap();
        let kinds: Vec<_> = w.audited_of(resident, start).await.into_iter().map(|f| f.kind.as_str()).collect();
        assert_eq!(kinds, [row.as_str()], "{}", kind.name());
    }
    // Who finds nothing has read nothing.
    let start = w.newest().await;
    let other = asked(Kind::MedicationRequest, &format!("patient={resident}"));
    fhir::search(&w.app, &w.by(&w.nurse_of_other_home), Kind::MedicationRequest, &other).await.unwrap();
    assert_eq!(w.newest().await, start);
}

#[tokio::test]
async fn a_consultation_that_failed_is_a_failed_task_and_its_request_stays_active() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let id = format!("{}-consultation", c.id);
    assert!(is_hidden(&read(&w, &w.nurse, Kind::Task, &id).await), "there is none before");
    let body = ReasonBody { version: c.version, reason: "画面中断".into() };
    consultations::fail(&w.app, &w.by(&w.specialist), c.id, body).await.unwrap();
    for by in [&w.nurse, &w.specialist] {
        let task = read(&w, by, Kind::Task, &id).await.unwrap();
        assert_eq!(json!([task["status"], task["statusReason"]["text"]]), json!(["failed", "画面中断"]));
        assert_eq!(every_page(&w, by, Kind::Task, "status=failed&code=consult").await, std::slice::from_ref(&id));
        for leads in [&task["focus"], &task["encounter"]] {
            let (kind, id) = leads["reference"].as_str().unwrap().split_once('/').unwrap();
            let seen = read(&w, by, kind.parse().unwrap(), id).await.unwrap();
            assert!(["active", "finished"].contains(&seen["status"].as_str().unwrap()), "{seen}");
        }
    }
    // It was asked for anew and nobody has it: a specialist who sees the request sees what became of it.
    let of_stranger =
        (read(&w, &w.stranger, Kind::Task, &id).await, read(&w, &w.stranger, Kind::ServiceRequest, &id).await);
    assert_eq!(of_stranger.0.is_ok(), of_stranger.1.is_ok());
    for by in [&w.nurse_of_other_home, &w.pharmacist, &w.pharmacy] {
        assert!(read(&w, by, Kind::Task, &id).await.is_err(), "{:?}", by.actor);
        assert!(every_page(&w, by, Kind::Task, "code=consult").await.is_empty());
    }
}
