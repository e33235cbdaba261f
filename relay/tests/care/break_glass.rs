//! Who has no relation sees nothing; who breaks the glass sees one record for a while, and somebody else knows.

use jiff::SignedDuration;
use yunzhen_domain::audit::{EventKind, Purpose};
use yunzhen_domain::ids::{BreakGlassId, ResidentId};
use yunzhen_domain::machines::break_glass::State;
use yunzhen_relay::app::views::admin::AuditQuery;
use yunzhen_relay::app::views::break_glass::{BreakGlassQuery, NewBreakGlass, ReviewBody};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::ConsultationQuery;
use yunzhen_relay::app::views::residents::ResidentQuery;
use yunzhen_relay::app::{
    AppError, admin, break_glass, consents, consultations, documents, eligibility, events, residents,
};
use yunzhen_store::staff;

use crate::registry::paths;
use crate::world::{Person, World};

async fn sees(w: &World, by: &Person) -> usize {
    residents::list(&w.app, &w.by(by), ResidentQuery::default()).await.unwrap().items.len()
}

fn glass(reason: &str, resident: ResidentId) -> NewBreakGlass {
    NewBreakGlass { id_number: None, resident_id: Some(resident), reason: reason.into() }
}

const REASON: &str = "急诊科来电，需要了解抗凝用药";

#[tokio::test]
async fn a_specialist_without_a_relation_sees_the_waiting_room_and_no_record() {
    let w = World::new().await;
    assert_eq!(sees(&w, &w.stranger).await, 0);
    assert!(sees(&w, &w.specialist).await >= 10, "the hospital's doctors have seen them");
    let r = w.resident("王秀英").await;
    let hidden = |answer: bool| assert!(answer, "not hidden");
    hidden(matches!(residents::get(&w.app, &w.by(&w.stranger), r.id).await, Err(AppError::NotFound)));
    let query = Default::default();
    hidden(matches!(residents::observations(&w.app, &w.by(&w.stranger), r.id, query).await, Err(AppError::NotFound)));
    hidden(matches!(consents::list(&w.app, &w.by(&w.stranger), r.id).await, Err(AppError::NotFound)));
    hidden(matches!(documents::list(&w.app, &w.by(&w.stranger), r.id).await, Err(AppError::NotFound)));
    // Who waits is everybody's.
    let c = w.waiting("王秀英").await;
    let rows = async |by: &Person| {
        consultations::list(&w.app, &w.by(by), ConsultationQuery::default()).await.unwrap().items.len()
    };
    assert_eq!((rows(&w.stranger).await, sees(&w, &w.stranger).await), (1, 1));
    residents::get(&w.app, &w.by(&w.stranger), r.id).await.unwrap();
    // Taken by a doctor of the other hospital, it is theirs.
    consultations::begin(&w.app, &w.by(&w.specialist), c.id, VersionBody { version: c.version }).await.unwrap();
    assert_eq!((rows(&w.stranger).await, sees(&w, &w.stranger).await), (0, 0));
    hidden(matches!(consultations::get(&w.app, &w.by(&w.stranger), c.id).await, Err(AppError::NotFound)));
    assert_eq!(rows(&w.other_specialist).await, 1, "a colleague of the same hospital");
}

#[tokio::test]
async fn a_broken_glass_opens_one_record_for_a_while_and_is_told_and_reviewed() {
    let w = World::new().await;
    let (r, other) = (w.resident("王秀英").await, w.resident("赵德明").await);
    let start = w.newest().await;
    let open = async |reason: &str| break_glass::open(&w.app, &w.by(&w.stranger), glass(reason, r.id)).await;
    assert_eq!(paths(open("").await), ["reason"]);
    assert_eq!(paths(open("急诊").await), ["reason"]);
    let tied = break_glass::open(&w.app, &w.by(&w.specialist), glass(REASON, r.id)).await;
    assert_eq!(paths(tied), ["resident_id"], "who has a relation needs none");
    assert!(matches!(break_glass::open(&w.app, &w.by(&w.nurse), glass(REASON, r.id)).await, Err(AppError::NotFound)));
    let opened = open(REASON).await.unwrap();
    let chart = residents::get(&w.app, &w.by(&w.stranger), r.id).await.unwrap();
    assert_eq!(chart.break_glass.map(|own| (own.id, own.until)), Some((opened.id, opened.ends_at)));
    assert!(
        matches!(residents::get(&w.app, &w.by(&w.stranger), other.id).await, Err(AppError::NotFound)),
        "one record"
    );
    let read = w.audited_of(r.id, start).await.pop().unwrap();
    assert_eq!((read.kind, read.purpose), (EventKind::ResidentViewed, Some(Purpose::BreakGlass)));
    let seen = admin::audit(&w.app, &w.by(&w.administrator), Default::default()).await.unwrap();
    assert_eq!(seen.items[0].purpose.as_deref(), Some("BTG"));
    for (query, expected) in [
        (AuditQuery { sort: Some("reads".into()), ..Default::default() }, Some("resident.viewed")),
        (AuditQuery { entity: Some("break_glass".into()), ..Default::default() }, Some("break_glass.opened")),
        (
            AuditQuery { action: Some("break_glass.opened, resident.viewed".into()), ..Default::default() },
            Some("resident.viewed"),
        ),
        (AuditQuery { sort: Some("reads".into()), entity: Some("break_glass".into()), ..Default::default() }, None),
    ] {
        let found = admin::audit(&w.app, &w.by(&w.administrator), query.clone()).await.unwrap().items;
        assert_eq!(found.first().map(|row| row.action.as_str()), expected, "{query:?}");
    }
    let treatment = AuditQuery { purpose: Some("TREAT".into()), ..Default::default() };
    let treatment = admin::audit(&w.app, &w.by(&w.administrator), treatment).await.unwrap().items;
    assert!(treatment.iter().all(|row| row.purpose.is_none()));
    let newest = seen.items.iter().find(|row| row.purpose.is_none()).map(|row| row.seq);
    assert_eq!(treatment.first().map(|row| row.seq), newest);
    let unknown = AuditQuery { sort: Some("gossip".into()), ..Default::default() };
    assert_eq!(paths(admin::audit(&w.app, &w.by(&w.administrator), unknown).await), ["sort"]);
    let by = staff::get(&mut w.app.store.read().await.unwrap(), w.stranger.actor.staff_id().unwrap()).await.unwrap();
    assert_eq!(seen.items[0].actor_name, by.map(|member| member.name), "people are named, records are not");
    for person in [&w.administrator, &w.nurse] {
        let told = events::after(&w.app, &w.by(person), start).await.unwrap().changes;
        assert!(told.iter().any(|c| c.kind == "break_glass.opened"), "a second person is told");
    }
    let told = events::after(&w.app, &w.by(&w.nurse_of_other_home), start).await.unwrap().changes;
    assert!(told.is_empty());

    let queue = async |all| {
        let query = BreakGlassQuery { all: Some(all), ..Default::default() };
        break_glass::list(&w.app, &w.by(&w.administrator), query).await.unwrap().items
    };
    assert_eq!(queue(false).await.len(), 2, "the demo's and this one");
    let review = |right| ReviewBody { version: 1, right, note: "已与急诊科核实".into() };
    let by_self = break_glass::review(&w.app, &w.by(&w.stranger), opened.id, review(true)).await;
    assert!(matches!(by_self, Err(AppError::NotFound)), "never by oneself");
    let accepted = break_glass::review(&w.app, &w.by(&w.administrator), opened.id, review(true)).await.unwrap();
    assert_eq!(accepted.state, State::Accepted);
    assert_eq!((queue(false).await.len(), queue(true).await.len()), (1, 2));
    residents::get(&w.app, &w.by(&w.stranger), r.id).await.unwrap();
    w.pass(SignedDuration::from_mins(60));
    assert!(
        matches!(residents::get(&w.app, &w.by(&w.stranger), r.id).await, Err(AppError::NotFound)),
        "it closes by itself"
    );
}

#[tokio::test]
async fn what_is_questioned_or_given_back_ends_at_once() {
    let w = World::new().await;
    let r = w.resident("王秀英").await;
    let open = async || break_glass::open(&w.app, &w.by(&w.stranger), glass(REASON, r.id)).await.unwrap();
    let shut =
        async || assert!(matches!(residents::get(&w.app, &w.by(&w.stranger), r.id).await, Err(AppError::NotFound)));
    let first = open().await;
    let body = ReviewBody { version: 1, right: false, note: "与急诊科核实，无此事".into() };
    break_glass::review(&w.app, &w.by(&w.administrator), first.id, body).await.unwrap();
    shut().await;
    let second = open().await;
    let theirs = break_glass::close(&w.app, &w.by(&w.other_specialist), second.id, VersionBody { version: 1 }).await;
    assert!(matches!(theirs, Err(AppError::NotFound)));
    break_glass::close(&w.app, &w.by(&w.stranger), second.id, VersionBody { version: 1 }).await.unwrap();
    shut().await;
    let number =
        NewBreakGlass { id_number: Some("110105194912310021".into()), resident_id: None, reason: REASON.into() };
    assert_eq!(paths(break_glass::open(&w.app, &w.by(&w.stranger), number).await), ["id_number"]);
}

#[tokio::test]
async fn the_home_is_told_of_a_broken_glass_until_one_of_its_nurses_takes_note_or_a_week_has_passed() {
    let w = World::new().await;
    let (r, other) = (w.resident("王秀英").await, w.resident("赵德明").await);
    let open = async |of: ResidentId| break_glass::open(&w.app, &w.by(&w.stranger), glass(REASON, of)).await.unwrap();
    let (first, second) = (open(r.id).await, open(other.id).await);
    let told = async |by: &Person, id: BreakGlassId| {
        let page = break_glass::list(&w.app, &w.by(by), BreakGlassQuery::default()).await.unwrap();
        page.items.into_iter().find(|one| one.id == id)
    };
    let notice = told(&w.nurse, first.id).await.unwrap();
    assert_eq!((notice.resident_name.as_deref(), notice.bed.as_deref()), (Some("王秀英"), Some(r.bed.as_str())));
    assert_eq!((&notice.specialist, &notice.hospital), (&first.specialist, &first.hospital));
    assert_eq!((notice.reason.as_str(), notice.ends_at), (REASON, first.ends_at));
    assert_eq!(told(&w.nurse_of_other_home, first.id).await, None, "another home");
    let of_specialist = break_glass::list(&w.app, &w.by(&w.stranger), BreakGlassQuery::default()).await;
    assert!(matches!(of_specialist, Err(AppError::NotFound)));

    let start = w.newest().await;
    for person in [&w.nurse_of_other_home, &w.administrator, &w.stranger] {
        let answer = break_glass::acknowledge(&w.app, &w.by(person), first.id).await;
        assert!(matches!(answer, Err(AppError::NotFound)), "who is told takes note, nobody for them");
    }
    let noted = break_glass::acknowledge(&w.app, &w.by(&w.nurse), first.id).await.unwrap();
    assert_eq!(noted.acknowledged_by.as_ref().map(|by| by.id), w.nurse.actor.staff_id());
    assert_eq!(told(&w.nurse, first.id).await, None);
    w.pass(SignedDuration::from_mins(1));
    assert_eq!(break_glass::acknowledge(&w.app, &w.by(&w.nurse), first.id).await.unwrap(), noted, "once");
    let heard = events::after(&w.app, &w.by(&w.administrator), start).await.unwrap().changes;
    assert_eq!(heard.iter().filter(|change| change.kind == "break_glass.acknowledged").count(), 1);
    // Whoever reviews has the opening before the eyes as it was: that the home took note is no reason to ask again.
    let body = ReviewBody { version: first.version, right: true, note: "已与护理院核实".into() };
    let reviewed = break_glass::review(&w.app, &w.by(&w.administrator), first.id, body).await.unwrap();
    assert_eq!((reviewed.acknowledged_at, reviewed.review_note.is_some()), (noted.acknowledged_at, true));

    // One minute of it has passed above.
    w.pass(SignedDuration::from_hours(7 * 24) - SignedDuration::from_mins(2));
    assert!(told(&w.nurse, second.id).await.is_some(), "for a week");
    w.pass(SignedDuration::from_mins(1));
    assert_eq!(told(&w.nurse, second.id).await, None);
}

#[tokio::test]
async fn a_review_names_whose_record_it_is_and_the_audit_log_is_told_of_that_and_of_no_count() {
    let w = World::new().await;
    let r = w.resident("王秀英").await;
    let opened = break_glass::open(&w.app, &w.by(&w.stranger), glass(REASON, r.id)).await.unwrap();
    residents::get(&w.app, &w.by(&w.stranger), r.id).await.unwrap();
    let start = w.newest().await;
    let queue = async |named| {
        let query = BreakGlassQuery { named, ..Default::default() };
        let page = break_glass::list(&w.app, &w.by(&w.administrator), query).await.unwrap();
        page.items.into_iter().find(|one| one.id == opened.id).unwrap()
    };
    assert_eq!(queue(None).await.resident_name, None);
    assert!(w.audited_of(r.id, start).await.is_empty(), "who counts reads of nobody");
    let named = queue(Some(true)).await;
    assert_eq!((named.resident_name.as_deref(), named.bed.as_deref()), (Some("王秀英"), Some(r.bed.as_str())));
    let told: Vec<_> = w.audited_of(r.id, start).await.iter().map(|fact| fact.kind).collect();
    assert_eq!(told, [EventKind::ResidentIdentityViewed]);
    // What was read meanwhile, as the review asks for it.
    let query = AuditQuery {
        actor_id: w.stranger.actor.staff_id().map(|id| id.uuid()),
        purpose: Some("BTG".into()),
        from: Some(opened.opened_at),
        until: Some(opened.ends_at),
        ..Default::default()
    };
    let read = admin::audit(&w.app, &w.by(&w.administrator), query).await.unwrap().items;
    let read: Vec<_> = read.iter().map(|row| (row.action.as_str(), row.entity_id)).collect();
    assert_eq!(read, [("resident.viewed", r.id.uuid()), ("break_glass.opened", opened.id.uuid())]);
}

#[tokio::test]
async fn a_read_of_eligibility_through_broken_glass_has_its_purpose_and_one_row_per_window() {
    let w = World::new().await;
    let r = w.resident("王秀英").await;
    break_glass::open(&w.app, &w.by(&w.stranger), glass(REASON, r.id)).await.unwrap();
    let start = w.newest().await;
    for _ in 0..5 {
        eligibility::get(&w.app, &w.by(&w.stranger), r.id, Default::default()).await.unwrap();
    }
    let rows = w.audited_of(r.id, start).await;
    let told: Vec<_> = rows.iter().map(|fact| (fact.kind, fact.purpose)).collect();
    assert_eq!(told, [(EventKind::ResidentViewed, Some(Purpose::BreakGlass))]);
}
