//! Rounds in person: who is gathered, what the doctors carry, what their results prove.

use jiff::SignedDuration;
use jiff::civil::date;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::visit::State;
use yunzhen_domain::machines::visit_stop::State as StopState;
use yunzhen_domain::registry::open_work::OpenWork;
use yunzhen_relay::app::views::common::{LanguageQuery, ReasonBody, VersionBody};
use yunzhen_relay::app::views::eligibility::{EligibilityQuery, Standing};
use yunzhen_relay::app::views::residents::TransferBody;
use yunzhen_relay::app::views::visits::{
    CandidateQuery, ConfirmedDiagnosis, PlannedStop, StopResult, Visit, VisitPlan, VisitPlanUpdate, VisitQuery,
    VisitResults,
};
use yunzhen_relay::app::{AppError, Idempotency, eligibility, residents, visits};
use yunzhen_relay::seed;
use yunzhen_store::audit;

use crate::world::World;

fn plan(w: &World) -> VisitPlan {
    VisitPlan {
        planned_on: date(2026, 11, 25),
        doctors: vec![w.specialist.actor.staff_id().unwrap()],
        remark: "带骨密度仪".into(),
        residents: Vec::new(),
        gather_from: vec![seed::HOME_2, seed::HOME_1],
    }
}

async fn planned(w: &World) -> Visit {
    visits::plan(&w.app, &w.by(&w.specialist), plan(w)).await.unwrap()
}

fn stops(visit: &Visit) -> Vec<(String, Vec<String>)> {
    let of = |stop: &yunzhen_relay::app::views::visits::RouteStop| {
        (format!("{} {}", stop.bed, stop.name), stop.diagnoses.iter().map(|d| d.code.clone()).collect())
    };
    visit.route.iter().flat_map(|home| home.stops.iter().map(of)).collect()
}

fn seen(visit: &Visit, name: &str, evidence: &str) -> StopResult {
    let stop = visit.route.iter().flat_map(|home| &home.stops).find(|stop| stop.name == name).unwrap();
    let confirmed = stop
        .diagnoses
        .iter()
        .map(|d| ConfirmedDiagnosis { diagnosis_code: d.code.clone(), evidence: evidence.to_owned() });
    StopResult {
        resident_id: stop.resident_id,
        on: date(2026, 11, 25),
        doctor: None,
        not_seen_reason: None,
        confirmed: confirmed.collect(),
    }
}

fn away(visit: &Visit, name: &str) -> StopResult {
    StopResult { not_seen_reason: Some("外出就医".into()), confirmed: Vec::new(), ..seen(visit, name, "") }
}

async fn count(w: &World, kind: EventKind) -> usize {
    let mut db = w.app.store.read().await.unwrap();
    audit::after(&mut db, 0, 10_000).await.unwrap().iter().filter(|row| row.fact.kind == kind).count()
}

#[tokio::test]
async fn whose_proof_is_missing_is_gathered_in_the_order_of_the_route() {
    let w = World::new().await;
    let visit = planned(&w).await;
    let expected = [
        ("103 何玉琴", vec!["F32.9"]),
        ("105 高振华", vec!["N39.0"]),
        // Registered a second time in the other home: nobody has judged it yet.
        ("待分配 冯淑华", vec!["I10"]),
        ("301-1 王秀英", vec!["M81.0"]),
        ("301-2 赵德明", vec!["N40"]),
        ("302-2 周福生", vec!["N18.3"]),
        ("303-1 吴凤珍", vec!["F51.0"]),
    ];
    let expected =
        expected.map(|(who, codes)| (who.to_owned(), codes.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    assert_eq!(stops(&visit), expected);
    assert_eq!((visit.summary.state, visit.summary.expected), (State::Planned, 7));

    let all = visits::candidates(&w.app, &w.by(&w.specialist), CandidateQuery::default()).await.unwrap();
    assert_eq!(all.items.len(), 7);
    assert!(all.items.iter().all(|c| c.planned.as_ref().is_some_and(|p| p.id == visit.summary.id)));
    // The booking screen offers the same round.
    let resident = w.resident("王秀英").await;
    let ledger = eligibility::get(&w.app, &w.by(&w.nurse), resident.id, EligibilityQuery::default()).await.unwrap();
    assert!(ledger.visits.iter().any(|v| v.id == visit.summary.id && v.includes_resident));
}

#[tokio::test]
async fn a_nurse_reads_her_part_of_the_route_and_puts_a_resident_on_it() {
    let w = World::new().await;
    let visit = planned(&w).await;
    let id = visit.summary.id;
    let hers = visits::get(&w.app, &w.by(&w.nurse_of_other_home), id).await.unwrap();
    assert_eq!(hers.route.len(), 1);
    assert_eq!((hers.summary.homes.len(), hers.summary.expected, hers.allowed.len()), (1, 3, 0));
    let listed = visits::list(&w.app, &w.by(&w.nurse), VisitQuery::default()).await.unwrap();
    assert_eq!((listed.items.len(), listed.items[0].expected), (1, 4));

    let sun = w.resident("孙桂兰").await;
    let join = |codes: &[&str]| PlannedStop {
        resident_id: sun.id,
        diagnosis_codes: codes.iter().map(|c| (*c).to_owned()).collect(),
    };
    let nothing = visits::join(&w.app, &w.by(&w.nurse), id, join(&[])).await;
    assert!(matches!(nothing, Err(AppError::Invalid(f)) if f[0].path == "diagnosis_codes"));
    let foreign = visits::join(&w.app, &w.by(&w.nurse_of_other_home), id, join(&["I10"])).await;
    assert!(matches!(foreign, Err(AppError::NotFound)));
    let joined = visits::join(&w.app, &w.by(&w.nurse), id, join(&["I10"])).await.unwrap();
    assert_eq!(joined.summary.version, visit.summary.version + 1);
    assert!(stops(&joined).contains(&("302-1 孙桂兰".into(), vec!["I10".into()])));
}

#[tokio::test]
async fn who_is_expected_by_the_doctors_does_not_move_to_another_home_meanwhile() {
    let w = World::new().await;
    let visit = planned(&w).await;
    let home = visit.route.iter().find(|home| home.home_id == seed::HOME_1).unwrap();
    let resident_id = home.stops[0].resident_id;
    let administrator = w.by(&w.administrator);
    let version = residents::get(&w.app, &w.by(&w.nurse), resident_id).await.unwrap().version;
    let body = || TransferBody { version, home_id: seed::HOME_2, bed: "108".into() };
    let refused = residents::transfer(&w.app, &administrator, resident_id, body()).await;
    assert!(
        matches!(&refused, Err(AppError::OpenWorkInHome(open)) if open.contains(&OpenWork::FirstVisit)),
        "{refused:?}"
    );
    let cancel = ReasonBody { version: visit.summary.version, reason: "道路中断".into() };
    visits::cancel(&w.app, &w.by(&w.specialist), visit.summary.id, cancel).await.unwrap();
    residents::transfer(&w.app, &administrator, resident_id, body()).await.unwrap();
}

#[tokio::test]
async fn a_plan_is_checked_and_can_be_changed_until_the_doctors_set_out() {
    let w = World::new().await;
    let nurse = w.nurse.actor.staff_id().unwrap();
    let wrong = [
        (VisitPlan { planned_on: date(2026, 11, 22), ..plan(&w) }, "planned_on"),
        (VisitPlan { planned_on: date(2200, 1, 1), ..plan(&w) }, "planned_on"),
        (VisitPlan { doctors: vec![nurse], ..plan(&w) }, "doctors[0]"),
        (VisitPlan { doctors: Vec::new(), ..plan(&w) }, "doctors"),
        (VisitPlan { gather_from: Vec::new(), ..plan(&w) }, "residents"),
        (VisitPlan { remark: "字".repeat(501), ..plan(&w) }, "remark"),
    ];
    for (body, path) in wrong {
        let refused = visits::plan(&w.app, &w.by(&w.specialist), body).await;
        let Err(AppError::Invalid(fields)) = refused else { panic!("{path} was taken") };
        assert_eq!(fields[0].path, path);
    }
    let visit = planned(&w).await;
    let (id, version) = (visit.summary.id, visit.summary.version);
    let smaller = VisitPlan { gather_from: vec![seed::HOME_1], planned_on: date(2026, 11, 26), ..plan(&w) };
    let update = VisitPlanUpdate { version, plan: smaller };
    let changed = visits::change(&w.app, &w.by(&w.specialist), id, update.clone()).await.unwrap();
    assert_eq!((changed.route.len(), changed.summary.planned_on), (1, date(2026, 11, 26)));
    let late = visits::change(&w.app, &w.by(&w.specialist), id, update.clone()).await;
    assert!(matches!(late, Err(AppError::Stale { .. })));
    let go = VersionBody { version: changed.summary.version };
    let under_way = visits::start(&w.app, &w.by(&w.specialist), id, go).await.unwrap();
    let update = VisitPlanUpdate { version: under_way.summary.version, ..update };
    let too_late = visits::change(&w.app, &w.by(&w.specialist), id, update).await;
    assert!(matches!(too_late, Err(AppError::NotPossible(_))));
    let off = ReasonBody { version: under_way.summary.version, reason: "大雪封路".into() };
    let off = visits::cancel(&w.app, &w.by(&w.specialist), id, off).await.unwrap();
    assert_eq!((off.summary.state, off.allowed), (State::Cancelled, Vec::new()));
}

#[tokio::test]
async fn results_prove_the_visit_in_one_transaction_and_the_last_one_ends_the_round() {
    let w = World::new().await;
    let visit = planned(&w).await;
    let id = visit.summary.id;
    w.pass(SignedDuration::from_hours(72));
    let mut no_evidence = seen(&visit, "赵德明", "前列腺指检");
    no_evidence.confirmed[0].evidence.clear();
    let body = VisitResults { results: vec![seen(&visit, "王秀英", "骨密度 T 值 -2.8"), no_evidence] };
    let refused = visits::record_results(&w.app, &w.by(&w.specialist), id, body).await;
    assert!(matches!(refused, Err(AppError::Invalid(f)) if f[0].path == "results[1].confirmed[0].evidence"));
    assert_eq!(count(&w, EventKind::EligibilityRecorded).await, 0, "all or nothing");

    let body =
        VisitResults { results: vec![seen(&visit, "王秀英", "骨密度 T 值 -2.8"), away(&visit, "赵德明")] };
    // A form that is sent twice, because the first answer got lost, counts once.
    let ctx = w.by(&w.specialist);
    let first = visits::record_results(&w.app, &ctx, id, body.clone()).await.unwrap();
    let again = visits::record_results(&w.app, &ctx, id, body.clone()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!((first.summary.state, first.summary.seen, first.summary.not_seen), (State::UnderWay, 1, 1));
    assert_eq!(count(&w, EventKind::EligibilityRecorded).await, 1);
    let resident = w.resident("王秀英").await;
    let ledger = eligibility::get(&w.app, &w.by(&w.nurse), resident.id, EligibilityQuery::default()).await.unwrap();
    let own = |s: &&Standing| s.hospital == visit.summary.hospital;
    assert!(ledger.standings.iter().filter(own).all(|s| s.eligible));
    assert_eq!(ledger.facts[0].visit_id, Some(id));
    let twice = visits::record_results(&w.app, &w.by(&w.specialist), id, body).await;
    assert!(matches!(twice, Err(AppError::NotPossible(_))));

    let rest = ["何玉琴", "高振华", "冯淑华", "周福生", "吴凤珍"].map(|name| seen(&visit, name, "查体")).to_vec();
    let done = visits::record_results(&w.app, &w.by(&w.specialist), id, VisitResults { results: rest }).await.unwrap();
    assert_eq!((done.summary.state, done.summary.seen), (State::Done, 6));
    let missed = done.route.iter().flat_map(|home| &home.stops).find(|stop| stop.state == StopState::NotSeen).unwrap();
    assert_eq!((missed.name.as_str(), missed.reason.as_deref()), ("赵德明", Some("外出就医")));
    // Who was not seen waits for the next round.
    let left = visits::candidates(&w.app, &w.by(&w.specialist), CandidateQuery::default()).await.unwrap();
    assert_eq!(left.items.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["赵德明"]);
    assert!(left.items[0].planned.is_none());
}

#[tokio::test]
async fn what_cannot_have_happened_is_refused_with_its_field() {
    let w = World::new().await;
    let visit = planned(&w).await;
    let stranger = w.resident("孙桂兰").await.id;
    let good = || seen(&visit, "王秀英", "查体");
    let wrong = [
        (StopResult { resident_id: stranger, ..good() }, "results[0].resident_id"),
        (StopResult { on: date(2026, 11, 26), ..good() }, "results[0].on"),
        (StopResult { on: date(2026, 11, 22), ..good() }, "results[0].on"),
        (StopResult { doctor: w.other_specialist.actor.staff_id(), ..good() }, "results[0].doctor"),
        (StopResult { not_seen_reason: Some("外出".into()), ..good() }, "results[0].confirmed"),
    ];
    w.pass(SignedDuration::from_hours(48));
    for (result, path) in wrong {
        let body = VisitResults { results: vec![result] };
        let refused = visits::record_results(&w.app, &w.by(&w.specialist), visit.summary.id, body).await;
        let Err(AppError::Invalid(fields)) = refused else { panic!("{path} was taken: {refused:?}") };
        assert_eq!(fields[0].path, path);
    }
}

#[tokio::test]
async fn the_offline_form_stands_alone_and_what_was_written_on_it_counts_once() {
    let w = World::new().await;
    let visit = planned(&w).await;
    let id = visit.summary.id;
    let lang = |lang: &str| LanguageQuery { lang: Some(lang.to_owned()) };
    let zh = visits::form(&w.app, &w.by(&w.specialist), id, lang("zh")).await.unwrap();
    for text in ["上门初诊登记表", "松鹤养老院", "301-1", "王秀英", "青霉素", "M81.0", "带骨密度仪"]
    {
        assert!(zh.html.contains(text), "{text}");
    }
    let en = visits::form(&w.app, &w.by(&w.specialist), id, lang("en")).await.unwrap();
    assert!(en.html.contains("Visit in person") && en.html.contains("osteoporosis"), "{}", en.html);
    for outside in ["http", "src=", "<script", "<link"] {
        assert!(!zh.html.contains(outside), "the page needs {outside}");
    }
    assert!(matches!(visits::form(&w.app, &w.by(&w.specialist), id, lang("fr")).await, Err(AppError::Invalid(_))));
    assert_eq!(count(&w, EventKind::VisitViewed).await, 2, "reading it is audited");

    // Days later the sheet is typed in; the answer is lost and the page sends the same again.
    w.pass(SignedDuration::from_hours(96));
    let stops = visit.route.iter().flat_map(|home| &home.stops);
    let results: Vec<_> = stops.map(|stop| seen(&visit, &stop.name, "查体、既往资料核对")).collect();
    let key = Idempotency { key: "visit-form-1".into(), request_sha256: [1; 32] };
    let ctx = yunzhen_relay::app::Context { idempotency: Some(key), ..w.by(&w.specialist) };
    let body = VisitResults { results };
    let done = visits::record_results(&w.app, &ctx, id, body.clone()).await.unwrap();
    assert_eq!((done.summary.state, done.summary.seen), (State::Done, 7));
    let facts = count(&w, EventKind::EligibilityRecorded).await;
    let again = visits::record_results(&w.app, &ctx, id, body).await.unwrap();
    assert_eq!((again, count(&w, EventKind::EligibilityRecorded).await), (done, facts));
}
