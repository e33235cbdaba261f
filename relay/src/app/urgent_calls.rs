//! The one-key call: raised by a button, answered by a person, escalated by a job, ended in one of four ways.

mod outcome;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ResidentId, UrgentCallId};
use yunzhen_domain::machines::urgent_call::{Event, Outcome, State, Step};
use yunzhen_domain::records::{Resident, UrgentCall};
use yunzhen_domain::registry::NO_BED;
use yunzhen_domain::schedule::{Triage, triage};
use yunzhen_store::jobs::Job;
use yunzhen_store::{Db, Paging, jobs, residents, urgent_calls};

use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::residents::{CLOCK_AHEAD, latest_of_person};
use super::views::common::{Page, VersionBody};
use super::views::consultations::ConsultationResident;
use super::views::urgent_calls as views;
use super::work::{Start, Work, authorize, bounded, may_list, same_version};
use super::{App, AppError, Context, fresh, schedule};

/// Kind of the job that escalates.
pub(crate) const ESCALATE: &str = "escalate_urgent_call";
/// Stands beside the bed of a call where several residents have that bed: whoever answers looks who it is before acting on a name.
const NOT_KNOWN_WHO: &str = "（床位登记多人，请当面确认是谁）";
/// Rows of one page of the list.
const PAGE: u32 = 100;

/// In which state the job expects the call; answered or escalated in between, there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Unanswered {
    call_id: UrgentCallId,
    state: State,
}

/// A resident calls. One call goes on at a time: pressing again is heard as the same call.
pub async fn raise(app: &App, ctx: &Context, input: views::NewUrgentCall) -> Result<views::UrgentCallRaised, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = who_calls(&mut work.tx, ctx, &input).await?;
    work.authorize(Action::RaiseUrgentCall, &resident.facts())?;
    if let Some(open) = urgent_calls::open_of(&mut work.tx, resident.id).await? {
        return work.finish_unchanged(heard(&open), "a press while a call goes on").await;
    }
    let latest = latest_of_person(&mut work.tx, resident.id).await?;
    let shared = resident.bed.ends_with(NOT_KNOWN_WHO);
    let call = UrgentCall {
        id: fresh(UrgentCallId::new, ctx.now),
        version: 1,
        state: State::Raised,
        resident_id: resident.id,
        home_id: resident.home_id,
        bed: resident.bed,
        triage: if shared { Triage::Unknown } else { triage(&latest, ctx.now) },
        called: schedule::on_duty(&mut work.tx, ctx.now).await?.into_iter().take(1).collect(),
        answered_by: None,
        consultation_id: None,
        referral_id: None,
        transport_id: None,
        note: None,
        steps: vec![Step { state: State::Raised, at: ctx.now }],
        pressed_at: input.pressed_at.and_then(|at| plausible(app, at.0, ctx.now)),
    };
    urgent_calls::insert(&mut work.tx, &call).await?;
    wait_for_answer(app, &mut work, &call, ctx.now).await?;
    work.record(EventKind::UrgentCallRaised, call.id.uuid(), Some(call.home_id), None);
    work.finish(heard(&call)).await
}

/// Calls, newest first.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::UrgentCallQuery,
) -> Result<Page<views::UrgentCall>, AppError> {
    may_list(ctx, Action::ViewUrgentCall)?;
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let home = ctx.actor.home_id().or(query.home_id);
    let mut db = app.store.read().await?;
    let slice = urgent_calls::list(&mut db, home, query.open, paging).await?;
    let mut names = Names::default();
    let ties = Ties::to_those(&mut db, ctx, slice.items.iter().map(|call| call.resident_id)).await?;
    let (mut items, mut seen) = (Vec::with_capacity(slice.items.len()), Seen::default());
    for call in slice.items {
        if authorize(ctx, Action::ViewUrgentCall, &call.facts()).is_ok() {
            let (resident, home) = (call.resident_id, call.home_id);
            let view = shown(&mut db, &mut names, ctx, &ties, call).await?;
            for named in named(&view) {
                seen.add(EventKind::ResidentListed, named, home, ties.purpose(resident));
            }
            items.push(view);
        }
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One call.
pub async fn get(app: &App, ctx: &Context, id: UrgentCallId) -> Result<views::UrgentCall, AppError> {
    let mut db = app.store.read().await?;
    let call = urgent_calls::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewUrgentCall, &call.facts())?;
    let (resident, home) = (call.resident_id, call.home_id);
    let ties = Ties::to(&mut db, ctx, resident).await?;
    let view = shown(&mut db, &mut Names::default(), ctx, &ties, call).await?;
    drop(db);
    let mut seen = Seen::default();
    for named in named(&view) {
        seen.add(EventKind::ResidentListed, named, home, ties.purpose(resident));
    }
    seen.tell(app, ctx).await?;
    Ok(view)
}

/// How far a call is, for whoever pressed the button: nothing about anybody.
pub async fn progress(app: &App, ctx: &Context, id: UrgentCallId) -> Result<views::UrgentCallRaised, AppError> {
    let mut db = app.store.read().await?;
    let call = urgent_calls::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewUrgentCall, &call.facts())?;
    Ok(heard(&call))
}

/// Somebody takes care of it: exactly one.
pub async fn answer(
    app: &App,
    ctx: &Context,
    id: UrgentCallId,
    input: VersionBody,
) -> Result<views::UrgentCall, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = urgent_calls::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::AnswerUrgentCall, &before.facts())?;
    same_version(input.version, before.version)?;
    let mut call = before.apply(Event::Answer, ctx.now)?;
    call.answered_by = ctx.actor.staff_id();
    urgent_calls::update(&mut work.tx, &call).await?;
    work.record(EventKind::UrgentCallAnswered, id.uuid(), Some(call.home_id), None);
    let ties = Ties::to(&mut work.tx, ctx, call.resident_id).await?;
    let view = shown(&mut work.tx, &mut Names::default(), ctx, &ties, call).await?;
    work.finish(view).await
}

/// What became of it.
pub async fn end(
    app: &App,
    ctx: &Context,
    id: UrgentCallId,
    input: views::EndUrgentCall,
) -> Result<views::UrgentCall, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = urgent_calls::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::AnswerUrgentCall, &before.facts())?;
    same_version(input.version, before.version)?;
    let note = bounded("note", input.note.as_deref().unwrap_or_default().trim(), 500)?;
    let mut call = before.apply(Event::End(input.outcome), ctx.now)?;
    identify(&mut work.tx, ctx, &mut call, &input).await?;
    outcome::open(&mut work, ctx, &mut call, input.outcome, &note).await?;
    call.note = Some(note).filter(|note| !note.is_empty()).map(Into::into);
    urgent_calls::update(&mut work.tx, &call).await?;
    work.record(EventKind::UrgentCallEnded, id.uuid(), Some(call.home_id), None);
    let ties = Ties::to(&mut work.tx, ctx, call.resident_id).await?;
    let view = shown(&mut work.tx, &mut Names::default(), ctx, &ties, call).await?;
    work.finish(view).await
}

/// The job: nobody answered in time. The next on duty are called; where there are none, or they do not answer either, the administrator.
pub(crate) async fn escalate(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    let about: Unanswered = serde_json::from_str(&job.payload)?;
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    jobs::finish(&mut work.tx, job).await?;
    let before = urgent_calls::get(&mut work.tx, about.call_id).await?.ok_or(AppError::NotFound)?;
    if before.state != about.state {
        return Ok(work.tx.commit_bookkeeping("a call that was answered").await?);
    }
    let mut call = before.apply(Event::Escalate, now)?;
    let more = schedule::on_duty(&mut work.tx, now).await?.into_iter().filter(|id| !call.called.contains(id));
    let more: Vec<_> = more.collect();
    if call.state == State::WithNextOnDuty && more.is_empty() {
        urgent_calls::update(&mut work.tx, &call).await?;
        work.record(EventKind::UrgentCallEscalated, call.id.uuid(), Some(call.home_id), None);
        call = call.apply(Event::Escalate, now)?;
    }
    call.called.extend(more);
    urgent_calls::update(&mut work.tx, &call).await?;
    work.record(EventKind::UrgentCallEscalated, call.id.uuid(), Some(call.home_id), None);
    if call.state == State::WithNextOnDuty {
        wait_for_answer(app, &mut work, &call, now).await?;
    }
    work.finish(()).await
}

/// When a box says that the button was pressed. Nobody's call is refused for a wrong clock: a time that cannot be is not kept.
fn plausible(app: &App, pressed_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let age = now.duration_since(pressed_at);
    let oldest = SignedDuration::from_hours(24 * i64::from(app.policy.late_entry_days));
    (-CLOCK_AHEAD..=oldest).contains(&age).then(|| pressed_at.min(now))
}

async fn wait_for_answer(app: &App, work: &mut Work, call: &UrgentCall, now: Timestamp) -> Result<(), AppError> {
    let patience = SignedDuration::from_secs(i64::from(app.policy.urgent_call_answer_seconds));
    let run_at = now.checked_add(patience).unwrap_or(now);
    let about = serde_json::to_string(&Unanswered { call_id: call.id, state: call.state })?;
    let job = yunzhen_domain::ids::uuid_v7(now, yunzhen_runtime::clock::random_bytes());
    Ok(jobs::enqueue(&mut work.tx, job, ESCALATE, &about, run_at).await?)
}

/// Who calls. A bed is one resident's ([`super::residents`] refuses a second one), but records from before that rule, or from records taken apart again, can
/// share one. Somebody needs help all the same, so the call is raised: under the first of them, with [`NOT_KNOWN_WHO`] beside the bed on every screen.
async fn who_calls(db: &mut Db, ctx: &Context, input: &views::NewUrgentCall) -> Result<Resident, AppError> {
    match (input.resident_id, input.bed.as_deref().map(str::trim), ctx.actor.home_id()) {
        (Some(id), None, _) => residents::get_standing(db, id).await?.ok_or(AppError::NotFound),
        (None, Some(bed), Some(home)) => {
            if bed == NO_BED {
                return Err(AppError::invalid("bed", "按钮须对应一张床位", "A button belongs to a bed"));
            }
            let mut there = residents::in_bed(db, home, bed).await?;
            if there.is_empty() {
                return Err(AppError::NotFound);
            }
            // The record needs a name; the mark beside the bed says that it is not known to be this one.
            let several = there.len() > 1;
            let mut resident = there.swap_remove(0);
            if several {
                resident.bed.push_str(NOT_KNOWN_WHO);
            }
            Ok(resident)
        }
        _ => Err(AppError::invalid("resident_id", "请说明是哪位住民或哪张床位", "Say which resident or which bed")),
    }
}

/// Who has the bed of a call of which nobody knows whose it is; empty where that is known.
async fn sharing(db: &mut Db, call: &UrgentCall) -> Result<Vec<Resident>, AppError> {
    match call.bed.strip_suffix(NOT_KNOWN_WHO) {
        Some(bed) => Ok(residents::in_bed(db, call.home_id, bed).await?),
        None => Ok(Vec::new()),
    }
}

/// Writes into a call of a shared bed who it was. What follows from the call follows for a person, so it is not guessed.
async fn identify(
    db: &mut Db,
    ctx: &Context,
    call: &mut UrgentCall,
    input: &views::EndUrgentCall,
) -> Result<(), AppError> {
    let sharing = sharing(db, call).await?;
    match input.resident_id {
        Some(id) if id == call.resident_id && sharing.is_empty() => {}
        Some(id) if sharing.iter().any(|r| r.id == id) => {
            call.resident_id = id;
            call.bed.truncate(call.bed.len() - NOT_KNOWN_WHO.len());
        }
        Some(_) => {
            let (zh, en) = ("不是这个床位的住民", "Not a resident of this bed");
            return Err(AppError::invalid("resident_id", zh, en));
        }
        // The administrator, who telephones and sees no names, cannot say it: the mark stays.
        None if !sharing.is_empty()
            && input.outcome != Outcome::FalseAlarm
            && ctx.actor.role() != Role::Administrator =>
        {
            let (zh, en) =
                ("这个床位登记了多人，请选择是哪位住民", "Several residents have this bed: say which of them it is");
            return Err(AppError::invalid("resident_id", zh, en));
        }
        None => {}
    }
    Ok(())
}

/// The residents whom a view names.
fn named(view: &views::UrgentCall) -> impl Iterator<Item = ResidentId> + '_ {
    view.resident.iter().chain(&view.shared_by).map(|r| r.id)
}

fn heard(call: &UrgentCall) -> views::UrgentCallRaised {
    views::UrgentCallRaised { id: call.id, state: call.state, raised_at: call.raised_at().into() }
}

async fn shown(
    db: &mut Db,
    names: &mut Names,
    ctx: &Context,
    ties: &Ties,
    call: UrgentCall,
) -> Result<views::UrgentCall, AppError> {
    let home = names.home(db, call.home_id).await?.clone();
    let mut called = Vec::with_capacity(call.called.len());
    for id in &call.called {
        called.push(names.staff_ref(db, *id).await?);
    }
    // Who runs the installation, and a box, see no clinical record; a specialist sees it while the call goes on, or with another tie.
    let clinical = ctx.actor.role() == Role::Nurse || ties.tied(call.resident_id);
    let (mut resident, mut shared_by, mut vital_signs, mut note) = (None, Vec::new(), None, None);
    if clinical {
        let person = |known: Resident| ConsultationResident {
            id: known.id,
            age: known.age(home.zone.date(ctx.now)).into(),
            name: known.name.into_exposed(),
            sex: known.sex,
            bed: known.bed,
            home_id: call.home_id,
            home_name: home.name.clone(),
            photo_url: known.photo_url,
        };
        shared_by.extend(sharing(db, &call).await?.into_iter().map(person));
        if shared_by.is_empty() {
            let known = residents::get_standing(db, call.resident_id).await?.ok_or(AppError::NotFound)?;
            resident = Some(person(known));
            let latest = latest_of_person(db, call.resident_id).await?;
            vital_signs = Some(latest.into_iter().map(super::residents::observation).collect());
        }
        note = call.note.as_ref().map(|note| note.expose().clone());
    }
    // Whoever sees the names is told in words of the page; all others by the mark.
    let bed = match call.bed.strip_suffix(NOT_KNOWN_WHO) {
        Some(bed) if !shared_by.is_empty() => bed.to_owned(),
        _ => call.bed.clone(),
    };
    Ok(views::UrgentCall {
        id: call.id,
        version: call.version,
        state: call.state,
        triage: call.triage,
        resident,
        shared_by,
        home_id: call.home_id,
        home_name: home.name,
        home_phone: home.phone,
        bed,
        vital_signs,
        called,
        answered_by: names.staff_ref_opt(db, call.answered_by).await?,
        consultation_id: call.consultation_id,
        referral_id: call.referral_id,
        transport_id: call.transport_id,
        note,
        raised_at: call.raised_at().into(),
        pressed_at: call.pressed_at.map(Into::into),
        steps: call.steps.iter().map(|s| views::UrgentCallStep { state: s.state, at: s.at.into() }).collect(),
        allowed: allowed(ctx, &call),
    })
}

/// Commands that the caller may give now, by their last path segment.
fn allowed(ctx: &Context, call: &UrgentCall) -> Vec<String> {
    if decide(&ctx.actor, Action::AnswerUrgentCall, &call.facts()) != Decision::Allow {
        return Vec::new();
    }
    let possible = [("answer", Event::Answer), ("end", Event::End(Outcome::FalseAlarm))];
    let possible = possible.iter().filter(|(_, event)| call.state.apply(event, ctx.now).is_ok());
    possible.map(|(name, _)| (*name).to_owned()).collect()
}
