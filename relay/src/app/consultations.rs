//! Consultations: ask, begin, end in every way, the specialist's note.

mod outranking;
mod show;

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, StaffId};
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::practice;
use yunzhen_domain::records::{Consultation, ConsultationNote, Referral, ReferralContent, Urgency};
use yunzhen_store::{Paging, consultation_notes, consultations, residents, staff};

pub use super::invitations::{admit, guests, invite, revoke};
pub(super) use show::{link_words, summaries, summary};

use super::names::Names;
use super::reads::Seen;
use super::referrals::{self, Opening};
use super::relations::Ties;
use super::views::appointments::{AcceptBody, OfferBody};
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::consultations as views;
use super::views::referrals::StoppedConsultation;
use super::work::{Start, Work, authorize, bounded, may_list, required, same_version};
use super::{App, AppError, Context, appointments, documents, queue, schedule};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// The nurse asks for a consultation; the resident is checked in at once.
pub async fn request(
    app: &App,
    ctx: &Context,
    input: views::NewConsultation,
) -> Result<views::ConsultationSummary, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, input.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::RequestConsultation, &resident).await?;
    let requested = appointments::requested(ctx, &resident, &input.reason, input.urgency)?;
    record(&mut work, EventKind::ConsultationRequested, &requested);
    let waiting = requested.apply(Event::CheckIn, ctx.now)?;
    record(&mut work, EventKind::ConsultationCheckedIn, &waiting);
    let waiting = queue::direct(&mut work, ctx, waiting).await?;
    consultations::insert(&mut work.tx, &waiting).await?;
    documents::adopt_spoken(&mut work, &waiting).await?;
    queue::tell(&mut work, None, &waiting).await?;
    let view = show::summary(app, &mut work.tx, &mut Names::default(), &waiting, ctx.now).await?;
    work.finish(view).await
}

/// The specialist opens the consultation.
pub async fn begin(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: VersionBody,
) -> Result<views::ConsultationSummary, AppError> {
    let Some(specialist) = ctx.actor.staff_id() else { return Err(AppError::NotFound) };
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::BeginConsultation, &before.facts())?;
    let who = staff::get(&mut work.tx, specialist).await?.ok_or(AppError::Unauthenticated)?;
    practice::enough(&who, &app.policy, ctx.now)?;
    step(app, ctx, work, before, input.version, Event::Begin { specialist }).await
}

/// The visit is done; no further step.
pub async fn complete(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: VersionBody,
) -> Result<views::ConsultationSummary, AppError> {
    transition(app, ctx, id, input.version, Action::CompleteConsultation, Event::Complete).await
}

/// Called off before it began.
pub async fn cancel(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: ReasonBody,
) -> Result<views::ConsultationSummary, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    transition(app, ctx, id, input.version, Action::CancelConsultation, Event::Cancel { reason }).await
}

/// Technology failed.
pub async fn fail(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: ReasonBody,
) -> Result<views::ConsultationSummary, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    transition(app, ctx, id, input.version, Action::FailConsultation, Event::Fail { reason }).await
}

/// The condition changed: remote care ends at once, and the referral is opened in the same transaction.
pub async fn stop(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: ReasonBody,
) -> Result<StoppedConsultation, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::StopConsultation, &before.facts())?;
    same_version(input.version, before.version)?;
    let reason = required("reason", &input.reason, 500)?;
    let event = Event::Stop { reason: reason.clone() };
    let (kind, was) = (kind_of(&event), before.state);
    let after = before.apply(event, ctx.now)?;
    consultations::update(&mut work.tx, &after).await?;
    record(&mut work, kind, &after);
    queue::tell(&mut work, Some(was), &after).await?;
    let referral = referral_of(&mut work, ctx, &after, reason).await?;
    let mut names = Names::default();
    let view = StoppedConsultation {
        consultation: show::summary(app, &mut work.tx, &mut names, &after, ctx.now).await?,
        referral: referrals::summary(app, &mut work.tx, &mut names, &referral, ctx.now).await?,
    };
    work.finish(view).await
}

/// The draft to the specialist's own hospital, with the diagnosis of the note: what changes so suddenly is urgent.
async fn referral_of(work: &mut Work, ctx: &Context, c: &Consultation, reason: String) -> Result<Referral, AppError> {
    let specialist = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let author = staff::get(&mut work.tx, specialist).await?.ok_or(AppError::Unauthenticated)?;
    let resident = residents::get(&mut work.tx, c.resident_id).await?.ok_or(AppError::NotFound)?;
    let note = consultation_notes::get(&mut work.tx, c.id).await?;
    let content = ReferralContent {
        urgency: Urgency::Urgent,
        diagnosis_code: note.and_then(|note| note.diagnosis_code),
        reason: reason.into(),
        hospital: author.hospital.clone().unwrap_or_default(),
        department: String::new(),
    };
    let opening = Opening { resident: &resident, consultation_id: Some(c.id), author: &author, content };
    referrals::open(work, ctx, opening).await
}

/// The resident did not come.
pub async fn no_show(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: VersionBody,
) -> Result<views::ConsultationSummary, AppError> {
    transition(app, ctx, id, input.version, Action::NoShowConsultation, Event::NoShow).await
}

/// The home is ready. Once: who comes back after a refresh or a crash is in the same consultation, and nothing is written again.
pub async fn check_in(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: VersionBody,
) -> Result<views::ConsultationSummary, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let known = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::CheckInConsultation, &known.facts())?;
    if has_call(&known) {
        let view = show::summary(app, &mut work.tx, &mut Names::default(), &known, ctx.now).await?;
        return work.finish_unchanged(view, "a check-in of who is there").await;
    }
    step(app, ctx, work, known, input.version, Event::CheckIn).await
}

/// A request is offered to a specialist.
pub async fn offer(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: OfferBody,
) -> Result<views::ConsultationSummary, AppError> {
    let specialist = input.specialist_id;
    transition(app, ctx, id, input.version, Action::OfferConsultation, Event::Offer { specialist }).await
}

/// The specialist takes an offer for a time.
pub async fn accept(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: AcceptBody,
) -> Result<views::ConsultationSummary, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::AcceptConsultation, &before.facts())?;
    same_version(input.version, before.version)?;
    let after = before.apply(Event::Accept { scheduled_at: input.starts_at.0 }, ctx.now)?;
    appointments::accepted(app, &mut work, ctx, &after, input.minutes).await?;
    consultations::update(&mut work.tx, &after).await?;
    record(&mut work, EventKind::ConsultationAccepted, &after);
    let view = show::summary(app, &mut work.tx, &mut Names::default(), &after, ctx.now).await?;
    work.finish(view).await
}

/// The specialist gives an offer back; the request goes on.
pub async fn decline(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: VersionBody,
) -> Result<views::ConsultationSummary, AppError> {
    transition(app, ctx, id, input.version, Action::AcceptConsultation, Event::Decline).await
}

/// An urgent consultation that a one-key call becomes: it waits at once, with who answered when that is a specialist.
pub(super) async fn open_urgent(
    work: &mut Work,
    ctx: &Context,
    resident: &yunzhen_domain::records::Resident,
    reason: &str,
    answered_by: Option<StaffId>,
) -> Result<ConsultationId, AppError> {
    let requested = appointments::requested(ctx, resident, reason, Urgency::Urgent)?;
    record(work, EventKind::ConsultationRequested, &requested);
    let mut waiting = requested.apply(Event::CheckIn, ctx.now)?;
    record(work, EventKind::ConsultationCheckedIn, &waiting);
    if let Some(specialist) = answered_by {
        waiting = waiting.apply(Event::Direct { specialist }, ctx.now)?;
        record(work, EventKind::ConsultationDirected, &waiting);
    }
    let waiting = queue::direct(work, ctx, waiting).await?;
    consultations::insert(&mut work.tx, &waiting).await?;
    documents::adopt_spoken(work, &waiting).await?;
    queue::tell(work, None, &waiting).await?;
    Ok(waiting.id)
}

async fn transition(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    seen: i64,
    action: Action,
    event: Event,
) -> Result<views::ConsultationSummary, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(action, &before.facts())?;
    step(app, ctx, work, before, seen, event).await
}

/// The rest of a transition that was authorized, in the transaction that read `before`.
async fn step(
    app: &App,
    ctx: &Context,
    mut work: Work,
    before: Consultation,
    seen: i64,
    event: Event,
) -> Result<views::ConsultationSummary, AppError> {
    same_version(seen, before.version)?;
    if let Event::Offer { specialist } = event {
        schedule::specialist(&mut work.tx, specialist)
            .await
            .map_err(|_| AppError::invalid("specialist_id", "没有这位专科医生", "There is no such specialist"))?;
    }
    let (kind, was) = (kind_of(&event), before.state);
    let after = before.apply(event, ctx.now)?;
    consultations::update(&mut work.tx, &after).await?;
    record(&mut work, kind, &after);
    match after.state {
        State::Cancelled | State::NoShow => appointments::after_end(app, &mut work, ctx, &after).await?,
        State::FailedTechnical => {
            appointments::after_end(app, &mut work, ctx, &after).await?;
            appointments::rebook(app, &mut work, ctx, &after).await?;
        }
        _ => {}
    }
    queue::tell(&mut work, Some(was), &after).await?;
    let view = show::summary(app, &mut work.tx, &mut Names::default(), &after, ctx.now).await?;
    work.finish(view).await
}

const fn kind_of(event: &Event) -> EventKind {
    match event {
        Event::Offer { .. } => EventKind::ConsultationOffered,
        Event::Accept { .. } => EventKind::ConsultationAccepted,
        Event::Decline => EventKind::ConsultationDeclined,
        Event::Book { .. } => EventKind::ConsultationBooked,
        Event::Move { .. } => EventKind::ConsultationMoved,
        Event::Direct { .. } => EventKind::ConsultationDirected,
        Event::CheckIn => EventKind::ConsultationCheckedIn,
        Event::Begin { .. } => EventKind::ConsultationBegun,
        Event::Complete => EventKind::ConsultationCompleted,
        Event::Cancel { .. } => EventKind::ConsultationCancelled,
        Event::NoShow => EventKind::ConsultationNoShow,
        Event::Fail { .. } => EventKind::ConsultationFailed,
        Event::Stop { .. } => EventKind::ConsultationStopped,
    }
}

fn record(work: &mut Work, kind: EventKind, c: &Consultation) {
    work.record(kind, c.id.uuid(), Some(c.home_id), None);
}

/// The specialist's note, saved as typed. Guarded by the note's own version, so it demands no idempotency key.
pub async fn save_note(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: views::NoteUpdate,
) -> Result<views::ConsultationNote, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::WriteConsultationNote, &consultation.facts())?;
    if consultation.began_at.is_none() {
        return Err(AppError::NotInProgress);
    }
    let before = consultation_notes::get(&mut work.tx, id).await?.map_or(0, |n| n.version);
    same_version(input.version, before)?;
    let diagnosis_code = input.diagnosis_code.filter(|code| !code.is_empty());
    if diagnosis_code.as_deref().is_some_and(|code| app.formulary.diagnosis(code).is_none()) {
        return Err(AppError::invalid("diagnosis_code", "诊断目录中没有这个编码", "There is no such diagnosis"));
    }
    let note = ConsultationNote {
        consultation_id: id,
        version: before + 1,
        text: bounded("text", &input.text, 20_000)?.into(),
        diagnosis_code,
        updated_at: ctx.now,
        author: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
    };
    consultation_notes::put(&mut work.tx, &note).await?;
    record(&mut work, EventKind::ConsultationNoteSaved, &consultation);
    let text = note.text.into_exposed();
    work.finish(views::ConsultationNote { text, diagnosis_code: note.diagnosis_code, version: note.version }).await
}

/// The waiting room and the round: urgent first, then by time.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::ConsultationQuery,
) -> Result<Page<views::ConsultationSummary>, AppError> {
    may_list(ctx, Action::ListConsultations)?;
    let states = super::parse_states::<State>(query.state.as_deref())?;
    // A nurse's own home bounds the list whatever is asked for.
    let home_id = ctx.actor.home_id().or(query.home_id);
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let filter = consultations::Filter { states, home: home_id, ..Default::default() };
    let slice = consultations::list(&mut db, &filter, paging).await?;
    let ties = Ties::to_those(&mut db, ctx, slice.items.iter().map(|c| c.resident_id)).await?;
    let mut seen = Seen::default();
    let may = |c: &&Consultation| authorize(ctx, Action::ListConsultations, &ties.of_consultation(ctx, c)).is_ok();
    let shown: Vec<&Consultation> = slice.items.iter().filter(may).collect();
    for c in &shown {
        seen.add(EventKind::ResidentListed, c.resident_id, c.home_id, ties.purpose(c.resident_id));
    }
    let mut items = show::summaries(app, &mut db, &mut Names::default(), &shown, ctx.now).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    items.sort_by_key(|c| (c.urgency == Urgency::Routine, c.requested_at));
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One consultation in full.
pub async fn get(app: &App, ctx: &Context, id: ConsultationId) -> Result<views::Consultation, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, consultation.resident_id).await?;
    authorize(ctx, Action::ViewConsultation, &ties.of_consultation(ctx, &consultation))?;
    let mut view = show::full(app, &mut db, ctx, &consultation).await?;
    let (resident, purpose) = (consultation.resident_id, ties.purpose(consultation.resident_id));
    let mut seen = Seen::one(EventKind::ResidentConsultationViewed, resident, consultation.home_id, purpose);
    outranking::tell(app, &mut db, ctx, &consultation, &mut view, &mut seen).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(view)
}

/// The consultation of a call that the actor may join.
pub async fn get_for_call(app: &App, ctx: &Context, id: ConsultationId) -> Result<Consultation, AppError> {
    get_for(app, ctx, id, Action::JoinCall).await
}

/// The consultation whose home camera the actor may switch.
pub async fn get_for_camera(app: &App, ctx: &Context, id: ConsultationId) -> Result<Consultation, AppError> {
    get_for(app, ctx, id, Action::SwitchHomeCamera).await
}

async fn get_for(app: &App, ctx: &Context, id: ConsultationId, action: Action) -> Result<Consultation, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, action, &consultation.facts())?;
    Ok(consultation)
}

/// Whether people may be in a call of it.
pub const fn has_call(consultation: &Consultation) -> bool {
    matches!(consultation.state, State::Waiting | State::InProgress)
}

/// One consultation that may have a call, without any access decision: a media token has been checked already.
pub async fn active_one(app: &App, id: ConsultationId) -> Result<Option<Consultation>, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?;
    Ok(consultation.filter(has_call))
}

/// Consultations that may have a call: waiting or in progress.
pub async fn active(app: &App) -> Result<Vec<Consultation>, AppError> {
    let mut db = app.store.read().await?;
    let filter = consultations::Filter { states: vec![State::Waiting, State::InProgress], ..Default::default() };
    let mut all = Vec::new();
    let mut paging = Paging::oldest(PAGE);
    loop {
        let slice = consultations::list(&mut db, &filter, paging).await?;
        all.extend(slice.items);
        match slice.next {
            Some(next) => paging = paging.after(Some(next)),
            None => return Ok(all),
        }
    }
}

/// Where a consultation stands, without any access decision: for the session plane.
pub async fn state_of(app: &App, id: ConsultationId) -> Result<Option<State>, AppError> {
    let mut db = app.store.read().await?;
    Ok(consultations::get(&mut db, id).await?.map(|c| c.state))
}
