//! Rounds: one nurse, many residents of one home, one specialist, one block of time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, RoundId};
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::records::{Consultation, Round, Urgency};
use yunzhen_domain::schedule::{LONGEST_SLOT_MINUTES, SHORTEST_SLOT_MINUTES, Sitting, Slot, Stop, run};
use yunzhen_store::{Db, appointments, availability, consultations, homes, residents, rounds};

use super::appointments::{DAY_OF_WORK, hold_first, not_elsewhere, open_block, remind, requested, sittings_around};
use super::consultations::summaries;
use super::names::Names;
use super::reads::Seen;
use super::residents::latest_of_people;
use super::views::common::Page;
use super::views::rounds as views;
use super::work::{Start, Work, authorize, may_list, same_version};
use super::{App, AppError, Context, fresh, schedule};

/// Residents of one round.
const MOST: usize = 30;

/// Plans a round; every resident gets a consultation with a time in the block.
pub async fn plan(app: &App, ctx: &Context, input: views::NewRound) -> Result<views::Round, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    homes::get(&mut work.tx, input.home_id).await?.ok_or(AppError::NotFound)?;
    let facts = Facts { home_id: Some(input.home_id), specialist_id: Some(input.specialist_id), ..Facts::default() };
    work.authorize(Action::PlanRound, &facts)?;
    let minutes = check(&input)?;
    let round = Round {
        id: fresh(RoundId::new, ctx.now),
        version: 1,
        home_id: input.home_id,
        specialist_id: input.specialist_id,
        planned_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        starts_at: input.starts_at.0,
        minutes: input.minutes,
        order: Vec::new(),
    };
    let whole = slot(&round, 0, input.resident_ids.len(), minutes)?;
    open_block(app, &mut work, ctx, round.specialist_id, whole).await?;
    let (mut round, mut people) = (round, BTreeSet::new());
    for (n, resident_id) in input.resident_ids.iter().enumerate() {
        let path = format!("resident_ids[{n}]");
        let resident =
            residents::get_standing(&mut work.tx, *resident_id).await?.filter(|r| r.home_id == round.home_id);
        let resident = resident
            .ok_or_else(|| AppError::invalid(&path, "这家养老院没有这位住民", "The home has no such resident"))?;
        if !people.insert(resident.id) {
            let (zh, en) =
                ("与前面的一位是同一人（档案已合并）", "The same person as one above; the records were merged");
            return Err(AppError::invalid(path, zh, en));
        }
        let asked = requested(ctx, &resident, &input.reason, Urgency::Routine)?;
        let time = slot(&round, n, 1, minutes)?;
        let event = Event::Book { specialist: round.specialist_id, scheduled_at: time.starts_at };
        let booked = asked.apply(event, ctx.now)?;
        not_elsewhere(&mut work, &booked, time, &path).await?;
        consultations::insert(&mut work.tx, &booked).await?;
        hold_first(app, &mut work, ctx, &booked, time, Some(round.id)).await?;
        for kind in [EventKind::ConsultationRequested, EventKind::ConsultationBooked] {
            work.record(kind, booked.id.uuid(), Some(booked.home_id), None);
        }
        round.order.push(booked.id);
    }
    rounds::insert(&mut work.tx, &round).await?;
    work.record(EventKind::RoundPlanned, round.id.uuid(), Some(round.home_id), None);
    let view = shown(app, &mut work.tx, ctx, &round).await?;
    work.finish(view).await
}

/// Changes the running order of those who are still to come; their times follow.
pub async fn reorder(
    app: &App,
    ctx: &Context,
    id: RoundId,
    input: views::RoundOrder,
) -> Result<views::Round, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = rounds::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::PlanRound, &before.facts())?;
    same_version(input.version, before.version)?;
    let known = of_order(&mut work.tx, &before.order).await?;
    let same_people = input.order.iter().collect::<BTreeSet<_>>() == before.order.iter().collect::<BTreeSet<_>>()
        && input.order.len() == before.order.len();
    if !same_people {
        let (zh, en) = ("顺序须包含这次查房的每一位，且各一次", "The order names everybody of the round once");
        return Err(AppError::invalid("order", zh, en));
    }
    for (n, c) in known.iter().enumerate() {
        if (c.began_at.is_some() || c.state.is_terminal()) && input.order[n] != c.id {
            let (zh, en) = ("已经开始或结束的住民不能改变位置", "Who was begun or is over keeps the place");
            return Err(AppError::invalid(format!("order[{n}]"), zh, en));
        }
    }
    let minutes = SignedDuration::from_mins(i64::from(before.minutes));
    let round = Round { version: before.version + 1, order: input.order, ..before };
    availability::lock(&mut work.tx, round.specialist_id).await?;
    let mut moving = Vec::new();
    for (n, id) in round.order.iter().enumerate() {
        let time = slot(&round, n, 1, minutes)?;
        let held = appointments::get(&mut work.tx, *id).await?.ok_or(AppError::NotFound)?;
        if held.held && held.slot != time {
            // Given back first, so that two who change places never hold the same time.
            let released = held.released(ctx.now);
            appointments::update(&mut work.tx, &released).await?;
            moving.push((released, time));
        }
    }
    for (released, time) in moving {
        let id = released.consultation_id;
        let c = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
        not_elsewhere(&mut work, &c, time, "order").await?;
        appointments::update(&mut work.tx, &released.moved(time, ctx.now)).await?;
        // Who has been checked in already only sees another expected time.
        if c.state == State::Scheduled {
            let c = c.apply(Event::Move { scheduled_at: time.starts_at }, ctx.now)?;
            consultations::update(&mut work.tx, &c).await?;
            remind(app, &mut work, ctx, id, time.starts_at).await?;
            work.record(EventKind::ConsultationMoved, id.uuid(), Some(c.home_id), None);
        }
    }
    rounds::update(&mut work.tx, &round).await?;
    work.record(EventKind::RoundReordered, round.id.uuid(), Some(round.home_id), None);
    let view = shown(app, &mut work.tx, ctx, &round).await?;
    work.finish(view).await
}

/// What access decides on: a round is its specialist's and its home's.
fn reach(ctx: &Context, round: &Round) -> Facts {
    Facts { related: ctx.actor.staff_id() == Some(round.specialist_id), ..round.facts() }
}

/// Rounds by home and time, earliest first.
pub async fn list(app: &App, ctx: &Context, query: views::RoundQuery) -> Result<Page<views::Round>, AppError> {
    may_list(ctx, Action::ViewRound)?;
    let (from, until) = schedule::window(query.from.0, query.until.0)?;
    let mut db = app.store.read().await?;
    let (mut items, mut seen) = (Vec::new(), Seen::default());
    for round in rounds::list(&mut db, ctx.actor.home_id().or(query.home_id), from, until).await? {
        if authorize(ctx, Action::ViewRound, &reach(ctx, &round)).is_ok() {
            let view = shown(app, &mut db, ctx, &round).await?;
            see(&mut seen, &view);
            items.push(view);
        }
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page::whole(items))
}

/// One round as it runs.
pub async fn get(app: &App, ctx: &Context, id: RoundId) -> Result<views::Round, AppError> {
    let mut db = app.store.read().await?;
    let round = rounds::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewRound, &reach(ctx, &round))?;
    let view = shown(app, &mut db, ctx, &round).await?;
    drop(db);
    let mut seen = Seen::default();
    see(&mut seen, &view);
    seen.tell(app, ctx).await?;
    Ok(view)
}

fn see(seen: &mut Seen, round: &views::Round) {
    for stop in &round.stops {
        let resident = &stop.consultation.resident;
        seen.add(EventKind::ResidentListed, resident.id, resident.home_id, None);
    }
}

fn check(input: &views::NewRound) -> Result<SignedDuration, AppError> {
    if !(SHORTEST_SLOT_MINUTES..=LONGEST_SLOT_MINUTES).contains(&input.minutes) {
        return Err(AppError::invalid("minutes", "每位 5 至 120 分钟", "5 to 120 minutes each"));
    }
    let different: BTreeSet<_> = input.resident_ids.iter().collect();
    if input.resident_ids.is_empty() || input.resident_ids.len() > MOST || different.len() != input.resident_ids.len() {
        let (zh, en) = ("请选 1 至 30 位住民，每位一次", "Choose 1 to 30 residents, each once");
        return Err(AppError::invalid("resident_ids", zh, en));
    }
    Ok(SignedDuration::from_mins(i64::from(input.minutes)))
}

/// `count` places of the block from the `n`th on.
fn slot(round: &Round, n: usize, count: usize, minutes: SignedDuration) -> Result<Slot, AppError> {
    let place = |n: usize| -> Option<Timestamp> {
        let offset = minutes.checked_mul(i32::try_from(n).ok()?)?;
        round.starts_at.checked_add(offset).ok()
    };
    match (place(n), place(n + count)) {
        (Some(starts_at), Some(ends_at)) => Ok(Slot { starts_at, ends_at }),
        _ => Err(AppError::invalid("starts_at", "时间超出范围", "The time is out of range")),
    }
}

async fn of_order(db: &mut Db, order: &[ConsultationId]) -> Result<Vec<Consultation>, AppError> {
    let mut found = consultations::get_all(db, order.iter().copied()).await?;
    order.iter().map(|id| found.remove(id).ok_or(AppError::NotFound)).collect()
}

/// What else the specialist has to do on the day of the round; on another day nobody asks how late it runs.
async fn beside(db: &mut Db, round: &Round, now: Timestamp) -> Result<Vec<Sitting>, AppError> {
    if now.duration_since(round.starts_at).abs() > DAY_OF_WORK {
        return Ok(Vec::new());
    }
    let mut sittings = sittings_around(db, round.specialist_id, now).await?;
    sittings.retain(|sitting| !round.order.contains(&sitting.consultation_id));
    Ok(sittings)
}

async fn shown(app: &App, db: &mut Db, ctx: &Context, round: &Round) -> Result<views::Round, AppError> {
    let all = of_order(db, &round.order).await?;
    let planned = SignedDuration::from_mins(i64::from(round.minutes));
    let stop = |c: &Consultation| Stop {
        consultation_id: c.id,
        state: c.state,
        planned,
        began_at: c.began_at,
        ended_at: c.ended_at,
    };
    let others = beside(db, round, ctx.now).await?;
    let expected = run(round.starts_at, &all.iter().map(stop).collect::<Vec<_>>(), &others, ctx.now);
    let mut names = Names::default();
    let mut stops = Vec::with_capacity(all.len());
    let latest = latest_of_people(db, all.iter().map(|c| c.resident_id)).await?;
    let lines = summaries(app, db, &mut names, &all.iter().collect::<Vec<_>>(), ctx.now).await?;
    for ((c, consultation), expected) in all.iter().zip(lines).zip(expected) {
        let latest = latest.get(&c.resident_id).map_or(&[][..], Vec::as_slice);
        stops.push(views::RoundStop {
            consultation,
            position: expected.position,
            planned_at: expected.planned_at.into(),
            expected_at: expected.starts_at.into(),
            late_minutes: expected.late.as_mins(),
            vital_signs_at: latest.iter().map(|o| o.measured_at).max().map(Into::into),
        });
    }
    Ok(views::Round {
        id: round.id,
        version: round.version,
        home_id: round.home_id,
        home_name: names.home(db, round.home_id).await?.name.clone(),
        specialist: names.staff_ref(db, round.specialist_id).await?,
        starts_at: round.starts_at.into(),
        minutes: round.minutes,
        stops,
    })
}
