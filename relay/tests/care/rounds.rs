//! Rounds: a block, a running order that changes while it runs, and times that follow.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, StaffId};
use yunzhen_domain::schedule::Position;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::rounds::{NewRound, Round, RoundOrder};
use yunzhen_relay::app::{AppError, consultations, rounds};
use yunzhen_relay::seed;

use crate::registry::paths;
use crate::world::{World, at};

async fn plan(w: &World, with: StaffId, names: &[&str], starts_at: &str) -> Result<Round, AppError> {
    let mut resident_ids = Vec::new();
    for name in names {
        resident_ids.push(w.resident(name).await.id);
    }
    let starts_at = at(starts_at);
    let reason = "每周查房".to_owned();
    let round = NewRound { home_id: seed::HOME_1, specialist_id: with, starts_at, minutes: 15, resident_ids, reason };
    rounds::plan(&w.app, &w.by(&w.nurse), round).await
}

fn order(round: &Round) -> Vec<ConsultationId> {
    round.stops.iter().map(|stop| stop.consultation.id).collect()
}

fn names(round: &Round) -> Vec<(&str, Position, i64)> {
    round.stops.iter().map(|s| (s.consultation.resident.name.as_str(), s.position, s.late_minutes)).collect()
}

#[tokio::test]
async fn the_running_order_is_changed_live_and_the_rest_shifts() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let round = plan(&w, with, &["王秀英", "赵德明", "孙桂兰"], "2026-11-23T06:00:00Z").await.unwrap();
    use Position::{Current, Later, Next, Past};
    assert_eq!(names(&round), [("王秀英", Next, 0), ("赵德明", Later, 0), ("孙桂兰", Later, 0)]);
    assert_eq!(round.stops[2].planned_at, at("2026-11-23T06:30:00Z"));
    assert!(round.stops[0].vital_signs_at.is_some());

    // Two o'clock: the first is seen.
    w.pass(SignedDuration::from_hours(4));
    let ids = order(&round);
    let c = w.look(ids[0]).await;
    consultations::check_in(&w.app, &w.by(&w.nurse), c.id, VersionBody { version: c.version }).await.unwrap();
    w.begin(&w.specialist, c.id).await;
    // The third has visitors later: she goes before the second.
    let swapped = RoundOrder { version: round.version, order: vec![ids[0], ids[2], ids[1]] };
    let round = rounds::reorder(&w.app, &w.by(&w.specialist), round.id, swapped).await.unwrap();
    assert_eq!(
        names(&round).iter().map(|n| (n.0, n.1)).collect::<Vec<_>>(),
        [("王秀英", Current), ("孙桂兰", Next), ("赵德明", Later)]
    );
    assert_eq!(w.look(ids[2]).await.scheduled_at, Some(at("2026-11-23T06:15:00Z")));
    assert_eq!(w.look(ids[1]).await.scheduled_at, Some(at("2026-11-23T06:30:00Z")));

    // It takes 25 minutes instead of 15: the others are about ten minutes late, for everybody who looks.
    w.pass(SignedDuration::from_mins(25));
    let late = rounds::get(&w.app, &w.by(&w.nurse), round.id).await.unwrap();
    assert!(late.stops[1].late_minutes >= 10 && late.stops[2].late_minutes >= 10, "{:?}", names(&late));
    let c = w.look(ids[0]).await;
    consultations::complete(&w.app, &w.by(&w.specialist), c.id, VersionBody { version: c.version }).await.unwrap();
    let seen = rounds::get(&w.app, &w.by(&w.specialist), round.id).await.unwrap();
    assert_eq!(seen.stops[0].position, Past);

    // Who is over keeps the place, and everybody is named once.
    let body = |order| RoundOrder { version: seen.version, order };
    for wrong in [vec![ids[2], ids[0], ids[1]], vec![ids[0], ids[2]], vec![ids[0], ids[2], ids[2]]] {
        let refused = rounds::reorder(&w.app, &w.by(&w.nurse), seen.id, body(wrong)).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    }
    let colleague = rounds::reorder(&w.app, &w.by(&w.other_specialist), seen.id, body(ids.clone())).await;
    assert!(matches!(colleague, Err(AppError::NotFound)));
    let stranger = rounds::get(&w.app, &w.by(&w.nurse_of_other_home), seen.id).await;
    assert!(matches!(stranger, Err(AppError::NotFound)));
}

#[tokio::test]
async fn who_is_seen_before_the_round_and_takes_longer_makes_the_whole_round_late() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let before = w.booked("周福生", with, "2026-11-23T06:00:00Z").await.consultation;
    let round = plan(&w, with, &["王秀英", "赵德明"], "2026-11-23T06:20:00Z").await.unwrap();
    w.pass(SignedDuration::from_hours(4));
    let c = VersionBody { version: before.version };
    consultations::check_in(&w.app, &w.by(&w.nurse), before.id, c).await.unwrap();
    w.begin(&w.specialist, before.id).await;
    let late = async |who| {
        let seen = rounds::get(&w.app, &w.by(who), round.id).await.unwrap();
        seen.stops.iter().map(|stop| stop.late_minutes).collect::<Vec<_>>()
    };
    assert_eq!(late(&w.nurse).await, [0, 0]);
    w.pass(SignedDuration::from_mins(32));
    assert_eq!(late(&w.nurse).await, [12, 12], "before the round has begun");
    assert_eq!(late(&w.specialist).await, [12, 12], "everybody sees it");
    let ends = VersionBody { version: w.look(before.id).await.version };
    consultations::complete(&w.app, &w.by(&w.specialist), before.id, ends).await.unwrap();
    assert_eq!(late(&w.nurse).await, [12, 12]);
}

#[tokio::test]
async fn nobody_of_a_round_is_with_another_specialist_at_that_time() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let other = w.published(&w.other_specialist).await;
    w.booked("赵德明", other, "2026-11-23T06:20:00Z").await;
    let three = ["王秀英", "赵德明", "孙桂兰"];
    let refused = paths(plan(&w, with, &three, "2026-11-23T06:00:00Z").await);
    assert_eq!(refused, ["resident_ids[1]"], "a quarter past is within the other appointment");
    assert_eq!(w.count(EventKind::RoundPlanned).await, 0);

    let round = plan(&w, with, &["赵德明", "王秀英", "孙桂兰"], "2026-11-23T06:00:00Z").await.unwrap();
    let ids = order(&round);
    let third = RoundOrder { version: round.version, order: vec![ids[1], ids[2], ids[0]] };
    assert_eq!(paths(rounds::reorder(&w.app, &w.by(&w.nurse), round.id, third).await), ["order"]);
    let same = rounds::get(&w.app, &w.by(&w.nurse), round.id).await.unwrap();
    assert_eq!((order(&same), same.version), (ids, round.version));
}

#[tokio::test]
async fn a_round_takes_its_whole_block_or_nothing() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let three = ["王秀英", "赵德明", "孙桂兰"];
    w.booked("周福生", with, "2026-11-23T06:20:00Z").await;
    assert!(matches!(plan(&w, with, &three, "2026-11-23T06:00:00Z").await, Err(AppError::SlotTaken)));
    let beyond = plan(&w, with, &three, "2026-11-23T07:30:00Z").await;
    assert!(matches!(beyond, Err(AppError::Invalid(_))), "half of it is after the published time");
    for wrong in [&["王秀英", "王秀英"][..], &["王秀英", "冯淑华"][..], &[][..]] {
        let refused = plan(&w, with, wrong, "2026-11-23T07:00:00Z").await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{wrong:?}");
    }
    plan(&w, with, &three, "2026-11-23T06:45:00Z").await.unwrap();
    let within = w.try_book("吴凤珍", with, "2026-11-23T07:00:00Z").await;
    assert!(matches!(within, Err(AppError::SlotTaken)), "nobody is booked into a round");
}
