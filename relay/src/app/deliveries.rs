//! Deliveries: carried by the courier, counted by the nurse. Each step that moves the parcel moves its prescription in the same transaction.

mod codes;
mod receipts;
mod receive;
mod show;
mod temperatures;

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::machines::delivery::{AttemptCode, Event, QuarantineReason, State};
use yunzhen_domain::machines::prescription;
use yunzhen_domain::records::{Delivery, Prescription};
use yunzhen_store::{Paging, deliveries, prescriptions};

pub use codes::report as report_refused_code;
pub use receipts::{expected, receive_signed};
pub use receive::receive;
pub(super) use show::{packs, show, show_all, shows_resident, strength};
pub use temperatures::record as record_temperature;

use super::people::name_of;
use super::reads::Seen;
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::deliveries as views;
use super::work::{Start, Work, authorize, bounded, may_list, required, same_version};
use super::{App, AppError, Context, recalls, stock};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Deliveries in the caller's reach, newest first.
pub async fn list(app: &App, ctx: &Context, query: views::DeliveryQuery) -> Result<Page<views::Delivery>, AppError> {
    may_list(ctx, Action::ListDeliveries)?;
    let mut filter =
        deliveries::Filter { states: super::parse_states::<State>(query.state.as_deref())?, ..Default::default() };
    match ctx.actor {
        Actor::Courier { run_id } => filter.run = Some(run_id),
        actor => (filter.home, filter.pharmacy) = (actor.home_id(), actor.pharmacy_id()),
    }
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = deliveries::list(&mut db, &filter, paging).await?;
    let mut seen = Seen::default();
    let may = |d: &&Delivery| authorize(ctx, Action::ListDeliveries, &d.facts()).is_ok();
    let shown: Vec<&Delivery> = slice.items.iter().filter(may).collect();
    if shows_resident(ctx) {
        shown.iter().for_each(|d| seen.add(EventKind::ResidentListed, d.resident_id, d.home_id, None));
    }
    let items = show_all(app, &mut db, ctx, &shown).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One delivery, as far as the caller may see it.
pub async fn get(app: &App, ctx: &Context, id: DeliveryId) -> Result<views::Delivery, AppError> {
    let mut db = app.store.read().await?;
    let d = deliveries::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewDelivery, &d.facts())?;
    let mut view = show(app, &mut db, ctx, &d).await?;
    view.receipt = show::receipt(&mut db, ctx, &d).await?;
    drop(db);
    if shows_resident(ctx) {
        Seen::one(EventKind::ResidentDeliveryViewed, d.resident_id, d.home_id, None).tell(app, ctx).await?;
    }
    Ok(view)
}

/// The courier takes the job.
pub async fn accept(app: &App, ctx: &Context, id: DeliveryId, input: VersionBody) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::Accept).await
}

/// The courier takes the parcel: its 2D code proves that it is this one, a cold one is measured.
pub async fn pick_up(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::PickUpBody,
) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut d = load(&mut work, id, Action::CarryDelivery, input.version).await?;
    not_recalled(&mut work, &d).await?;
    if let Some(scan) = &input.scan {
        (work, d) = codes::prove(app, ctx, work, d, scan, false).await?;
        // What was tried at the counter is over: this is the parcel.
        d.wrong_codes = 0;
    }
    let mut d = advance(&mut work, ctx, d, Event::PickUp, ctx.now).await?;
    if let Some(celsius) = input.celsius {
        temperatures::check(app, ctx, &d, celsius, ctx.now)?;
        d = temperatures::note(app, &mut work, ctx, d, celsius, ctx.now).await?;
    }
    let view = show(app, &mut work.tx, ctx, &d).await?;
    work.finish(view).await
}

/// The courier is at the door.
pub async fn arrive(app: &App, ctx: &Context, id: DeliveryId, input: VersionBody) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::Arrive).await
}

/// An attempt failed.
pub async fn fail_attempt(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::FailAttemptBody,
) -> Result<views::Delivery, AppError> {
    let reason = input.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| bounded("reason", reason, 500)).transpose()?;
    let event = Event::FailAttempt { code: input.code.unwrap_or(AttemptCode::Other), reason };
    step(app, ctx, id, input.version, Action::CarryDelivery, event).await
}

/// The courier tries again.
pub async fn resume(app: &App, ctx: &Context, id: DeliveryId, input: VersionBody) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::Resume).await
}

/// The courier gives up: the job while the parcel is at the counter, else the parcel is brought back.
pub async fn give_back(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: VersionBody,
) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::GiveBack).await
}

/// The pharmacy has the parcel again: it came back, or never left the counter.
pub async fn take_back(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::TakeBackBody,
) -> Result<views::Delivery, AppError> {
    let event = Event::TakeBack { destroyed: input.destroyed };
    step(app, ctx, id, input.version, Action::RecoverDelivery, event).await
}

/// The pharmacy lets a parcel go on that may not have been handed over, and says why.
pub async fn release(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::DecisionBody,
) -> Result<views::Delivery, AppError> {
    let event = Event::Release { code: input.code, words: required("reason", &input.reason, 500)? };
    step(app, ctx, id, input.version, Action::RecoverDelivery, event).await
}

/// The pharmacy has the courier bring a parcel back, and says why.
pub async fn turn_back(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::DecisionBody,
) -> Result<views::Delivery, AppError> {
    let event = Event::TurnBack { code: input.code, words: required("reason", &input.reason, 500)? };
    step(app, ctx, id, input.version, Action::RecoverDelivery, event).await
}

/// The pharmacy gives the parcel up for lost.
pub async fn lose(app: &App, ctx: &Context, id: DeliveryId, input: VersionBody) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::RecoverDelivery, Event::Lose).await
}

/// The nurse does not take it.
pub async fn refuse(app: &App, ctx: &Context, id: DeliveryId, input: ReasonBody) -> Result<views::Delivery, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    step(app, ctx, id, input.version, Action::ReceiveDelivery, Event::Refuse { reason }).await
}

async fn step(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    seen: i64,
    action: Action,
    event: Event,
) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, action, seen).await?;
    match &event {
        Event::Release { code, .. } => {
            not_recalled(&mut work, &before).await?;
            // One that is not stopped is refused by its state.
            if let Some(why) = before.quarantine.filter(|why| !code.fits(*why)) {
                return Err(does_not_fit(why));
            }
        }
        Event::TurnBack { code, .. } if !code.is_to_turn_back() => return Err(no_reason_for_it()),
        // What was called back is not destroyed before its recall says so.
        Event::TakeBack { destroyed: true } => not_recalled(&mut work, &before).await?,
        // "Other" by itself tells nobody what to do about it.
        Event::FailAttempt { code: AttemptCode::Other, reason: None } => {
            return Err(AppError::invalid("reason", "请填写", "Please fill this in"));
        }
        _ => {}
    }
    let d = advance(&mut work, ctx, before, event, ctx.now).await?;
    let view = show(app, &mut work.tx, ctx, &d).await?;
    work.finish(view).await
}

/// The code is one of the other decision.
fn no_reason_for_it() -> AppError {
    AppError::invalid("code", "这个原因不适用，请另选", "This is no reason for it; choose another one")
}

/// The code does not answer what the parcel was stopped for.
fn does_not_fit(why: QuarantineReason) -> AppError {
    let (zh, en) = match why {
        QuarantineReason::Temperature => (
            "包裹因温度超出范围停下，这个原因不能说明药品可用，请另选",
            "It was stopped for its temperature, which this reason does not answer; choose another one",
        ),
        QuarantineReason::Identity => (
            "包裹因收件码多次错误停下，这个原因不能说明收件人无误，请另选",
            "It was stopped for wrong codes, which this reason does not answer; choose another one",
        ),
        QuarantineReason::Recall => (
            "包裹因批号召回停下，这个原因与召回无关，请另选",
            "It was stopped for a recall, which this reason does not answer; choose another one",
        ),
    };
    AppError::invalid("code", zh, en)
}

async fn load(work: &mut Work, id: DeliveryId, action: Action, seen: i64) -> Result<Delivery, AppError> {
    let d = deliveries::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(action, &d.facts())?;
    same_version(seen, d.version)?;
    Ok(d)
}

/// A parcel with a batch that was called back goes nowhere but back.
async fn not_recalled(work: &mut Work, d: &Delivery) -> Result<(), AppError> {
    match recalls::in_packs(&mut work.tx, &d.packs).await? {
        Some((zh, en)) => Err(AppError::invalid("packs", zh, en)),
        None => Ok(()),
    }
}

/// Stops a parcel on the road, where it can still be stopped; one that is on its way back goes on.
pub(super) async fn hold_recalled(work: &mut Work, ctx: &Context, d: Delivery) -> Result<(), AppError> {
    let event = Event::Quarantine { reason: QuarantineReason::Recall };
    if d.state.apply(&event, ctx.now).is_ok() {
        advance(work, ctx, d, event, ctx.now).await?;
    }
    Ok(())
}

/// Moves the parcel and, when it changes hands or ends, its prescription. `at` is now, or earlier where it was done without a link.
async fn advance(
    work: &mut Work,
    ctx: &Context,
    before: Delivery,
    event: Event,
    at: Timestamp,
) -> Result<Delivery, AppError> {
    let name = match &ctx.on_duty {
        Some(pharmacist) => pharmacist.title(),
        None => name_of(&mut work.tx, &ctx.actor).await?,
    };
    let who = (name.as_str(), ctx.actor.staff_id().map(|id| id.uuid()));
    let (kind, follows) = consequences(&event);
    let left = before.state;
    let d = before.apply(event.clone(), at, who)?;
    deliveries::update(&mut work.tx, &d).await?;
    stock::settle(work, ctx, &d, left, &event).await?;
    work.record(kind, d.id.uuid(), Some(d.home_id), Some(d.pharmacy_id));
    if let Some(follows) = follows {
        move_prescription(work, ctx, &d, follows, at, who).await?;
    }
    Ok(d)
}

async fn move_prescription(
    work: &mut Work,
    ctx: &Context,
    d: &Delivery,
    follows: Follows,
    at: Timestamp,
    who: (&str, Option<Uuid>),
) -> Result<(), AppError> {
    use prescription::Event as P;
    let mut p = prescriptions::get(&mut work.tx, d.prescription_id).await?.ok_or(AppError::NotFound)?;
    if matches!(p.state, prescription::State::Cancelled | prescription::State::Stopped) {
        return of_withdrawn(work, d, follows, p).await;
    }
    let (kind, event) = match follows {
        Follows::HandOver => (EventKind::PrescriptionHandedOver, P::HandOver),
        Follows::Return => (EventKind::PrescriptionReturned, P::Return),
        Follows::Deliver => {
            let complete = p.supply(d.arrived());
            let kind = if complete { EventKind::PrescriptionDelivered } else { EventKind::PrescriptionPartDelivered };
            (kind, P::Deliver { complete })
        }
    };
    let p = p.apply(event, at, who)?;
    super::prescriptions::change(work, ctx, kind, &p).await?;
    if matches!(follows, Follows::Deliver) {
        super::refills::watch(work, &p, ctx.now).await?;
    }
    Ok(())
}

/// The parcel of a withdrawn prescription moves it no more: it comes back, or is lost. What was counted all the same is in the home, and the prescription says so,
/// so that the nurse is told not to give it; the parcel's discrepancy is where the pharmacy settles how it is fetched.
async fn of_withdrawn(work: &mut Work, d: &Delivery, follows: Follows, p: Prescription) -> Result<(), AppError> {
    match follows {
        Follows::HandOver | Follows::Return => Ok(()),
        Follows::Deliver => {
            let p = p.reached_after_withdrawal(d.arrived());
            prescriptions::update(&mut work.tx, &p).await?;
            work.record(EventKind::PrescriptionReachedHome, p.id.uuid(), Some(p.home_id), p.pharmacy_id);
            Ok(())
        }
    }
}

/// What a step of the parcel means for its prescription.
#[derive(Debug, Clone, Copy)]
enum Follows {
    /// The courier has the medicine.
    HandOver,
    /// The home has it; what is short or damaged is still owed.
    Deliver,
    /// Nobody will get this parcel.
    Return,
}

/// The audit kind of a step, and what it means for the prescription.
fn consequences(event: &Event) -> (EventKind, Option<Follows>) {
    match event {
        Event::Accept => (EventKind::DeliveryAccepted, None),
        Event::PickUp => (EventKind::DeliveryPickedUp, Some(Follows::HandOver)),
        Event::Arrive => (EventKind::DeliveryArrived, None),
        Event::FailAttempt { .. } => (EventKind::DeliveryAttemptFailed, None),
        Event::Resume => (EventKind::DeliveryResumed, None),
        Event::Quarantine { .. } => (EventKind::DeliveryQuarantined, None),
        Event::Release { .. } => (EventKind::DeliveryReleased, None),
        Event::GiveBack => (EventKind::DeliveryGivenBack, None),
        Event::TurnBack { .. } => (EventKind::DeliveryTurnedBack, None),
        Event::TakeBack { .. } => (EventKind::DeliveryTakenBack, Some(Follows::Return)),
        Event::Receive { complete } => {
            let kind = if *complete { EventKind::DeliveryReceived } else { EventKind::DeliveryDiscrepancy };
            (kind, Some(Follows::Deliver))
        }
        Event::ReceiveStopped => (EventKind::DeliveryDiscrepancy, Some(Follows::Deliver)),
        // The medicine is on its way back; its prescription follows when the pharmacy has it.
        Event::Refuse { .. } => (EventKind::DeliveryRefused, None),
        Event::Lose => (EventKind::DeliveryLost, Some(Follows::Return)),
        // The withdrawal begins at the prescription and has moved it already.
        Event::Cancel => (EventKind::DeliveryCancelled, None),
    }
}
