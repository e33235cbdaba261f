//! Deliveries: carried by the courier, counted by the nurse. Each step that moves the parcel moves its prescription in the same transaction.

use uuid::Uuid;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::ParcelCode;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::machines::delivery::{Event, State};
use yunzhen_domain::machines::prescription;
use yunzhen_domain::records::{Count, Delivery};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, Paging, deliveries, prescriptions, residents};

use super::names::{Names, timeline};
use super::people::name_of;
use super::reads::Seen;
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::deliveries as views;
use super::work::{Start, Work, authorize, bounded, may_list, required, same_version};
use super::{App, AppError, Context, FieldError, dispenses, stock};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Deliveries in the caller's reach, newest first.
pub async fn list(app: &App, ctx: &Context, query: views::DeliveryQuery) -> Result<Page<views::Delivery>, AppError> {
    may_list(ctx, Action::ListDeliveries)?;
    let mut filter =
        deliveries::Filter { states: super::parse_states::<State>(query.state.as_deref())?, ..Default::default() };
    match ctx.actor {
        Actor::Courier { delivery_id } => filter.id = Some(delivery_id),
        actor => (filter.home, filter.pharmacy) = (actor.home_id(), actor.pharmacy_id()),
    }
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = deliveries::list(&mut db, &filter, paging).await?;
    let (mut items, mut seen) = (Vec::with_capacity(slice.items.len()), Seen::default());
    for d in &slice.items {
        if authorize(ctx, Action::ListDeliveries, &d.facts()).is_ok() {
            if shows_resident(ctx) {
                seen.add(EventKind::ResidentListed, d.resident_id, d.home_id, None);
            }
            items.push(show(&mut db, ctx, d).await?);
        }
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One delivery, as far as the caller may see it.
pub async fn get(app: &App, ctx: &Context, id: DeliveryId) -> Result<views::Delivery, AppError> {
    let mut db = app.store.read().await?;
    let d = deliveries::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewDelivery, &d.facts())?;
    let view = show(&mut db, ctx, &d).await?;
    drop(db);
    if shows_resident(ctx) {
        Seen::one(EventKind::ResidentDeliveryViewed, d.resident_id, d.home_id, None).tell(app, ctx).await?;
    }
    Ok(view)
}

/// The courier sees a parcel and nobody's name.
fn shows_resident(ctx: &Context) -> bool {
    ctx.actor.role() != Role::Courier
}

/// The courier takes the job.
pub async fn accept(app: &App, ctx: &Context, id: DeliveryId, input: VersionBody) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::Accept).await
}

/// The courier takes the parcel.
pub async fn pick_up(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: VersionBody,
) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::PickUp).await
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
    input: ReasonBody,
) -> Result<views::Delivery, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    step(app, ctx, id, input.version, Action::CarryDelivery, Event::FailAttempt { reason }).await
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
    input: VersionBody,
) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::RecoverDelivery, Event::TakeBack).await
}

/// The pharmacy lets a parcel go on that may not have been handed over.
pub async fn release(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: VersionBody,
) -> Result<views::Delivery, AppError> {
    step(app, ctx, id, input.version, Action::RecoverDelivery, Event::Release).await
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

/// The nurse counted it: the code proves the hand-over, the counts decide between received and discrepancy.
pub async fn receive(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::ReceiveBody,
) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut before = load(&mut work, id, Action::ReceiveDelivery, input.version).await?;
    let given = ParcelCode::parse(&input.parcel_code).map_err(|_| AppError::WrongParcelCode)?;
    if given != before.parcel_code {
        return Err(AppError::WrongParcelCode);
    }
    let complete = count(&before, &input.counts)?;
    before.counts = input.counts;
    if let Some(comment) = input.comment.as_deref().map(str::trim).filter(|c| !c.is_empty()) {
        before.comment = Some(bounded("comment", comment, 500)?.into());
    }
    let view = advance(&mut work, ctx, before, Event::Receive { complete }).await?;
    work.finish(view).await
}

/// Every line counted once; complete when nothing is missing and nothing is damaged.
fn count(d: &Delivery, counts: &[Count]) -> Result<bool, AppError> {
    let mut wrong = Vec::new();
    let mut complete = true;
    let mut expected: Vec<(u16, u64)> = Vec::new();
    for pack in &d.packs {
        match expected.iter_mut().find(|(no, _)| *no == pack.item_no) {
            Some((_, sum)) => *sum += u64::from(pack.quantity),
            None => expected.push((pack.item_no, u64::from(pack.quantity))),
        }
    }
    for (index, c) in counts.iter().enumerate() {
        let mut refuse = |field: &str, zh: &str, en: &str| {
            wrong.push(FieldError::new(format!("counts[{index}].{field}"), zh, en));
        };
        let Some((_, sum)) = expected.iter().find(|(no, _)| *no == c.item_no) else {
            refuse("item_no", "包裹中没有这一行", "The parcel has no such line");
            continue;
        };
        if counts[..index].iter().any(|earlier| earlier.item_no == c.item_no) {
            refuse("item_no", "这一行重复清点", "This line is counted twice");
        }
        if c.damaged > c.quantity {
            refuse("damaged", "破损数不能大于到货数", "More damaged than arrived");
        }
        complete &= u64::from(c.quantity) == *sum && c.damaged == 0;
    }
    for (no, _) in &expected {
        if !counts.iter().any(|c| c.item_no == *no) {
            wrong.push(FieldError::new("counts", format!("第 {no} 行未清点"), format!("Line {no} is not counted")));
        }
    }
    if wrong.is_empty() { Ok(complete) } else { Err(AppError::Invalid(wrong)) }
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
    let view = advance(&mut work, ctx, before, event).await?;
    work.finish(view).await
}

async fn load(work: &mut Work, id: DeliveryId, action: Action, seen: i64) -> Result<Delivery, AppError> {
    let d = deliveries::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(action, &d.facts())?;
    same_version(seen, d.version)?;
    Ok(d)
}

/// Moves the parcel and, when it changes hands or ends, its prescription.
async fn advance(work: &mut Work, ctx: &Context, before: Delivery, event: Event) -> Result<views::Delivery, AppError> {
    let name = name_of(&mut work.tx, &ctx.actor).await?;
    let who = (name.as_str(), ctx.actor.staff_id().map(|id| id.uuid()));
    let (kind, follows) = consequences(&event);
    let left = before.state;
    let d = before.apply(event.clone(), ctx.now, who)?;
    deliveries::update(&mut work.tx, &d).await?;
    stock::settle(work, ctx, &d, left, &event).await?;
    work.record(kind, d.id.uuid(), Some(d.home_id), Some(d.pharmacy_id));
    if let Some(follows) = follows {
        move_prescription(work, ctx, &d, follows, who).await?;
    }
    show(&mut work.tx, ctx, &d).await
}

async fn move_prescription(
    work: &mut Work,
    ctx: &Context,
    d: &Delivery,
    follows: Follows,
    who: (&str, Option<Uuid>),
) -> Result<(), AppError> {
    use prescription::Event as P;
    let mut p = prescriptions::get(&mut work.tx, d.prescription_id).await?.ok_or(AppError::NotFound)?;
    // The parcel of a withdrawn prescription comes back, is lost or was counted all the same: it moves nothing any more.
    if matches!(p.state, prescription::State::Cancelled | prescription::State::Stopped) {
        return Ok(());
    }
    let (kind, event) = match follows {
        Follows::HandOver => (EventKind::PrescriptionHandedOver, P::HandOver),
        Follows::Return => (EventKind::PrescriptionReturned, P::Return),
        Follows::Deliver => {
            let complete = p.supply(&arrived(d));
            let kind = if complete { EventKind::PrescriptionDelivered } else { EventKind::PrescriptionPartDelivered };
            (kind, P::Deliver { complete })
        }
    };
    let p = p.apply(event, ctx.now, who)?;
    prescriptions::update(&mut work.tx, &p).await?;
    dispenses::follow(work, ctx, kind, &p).await?;
    work.record(kind, p.id.uuid(), Some(p.home_id), p.pharmacy_id);
    Ok(())
}

/// What reached the home whole, by line.
fn arrived(d: &Delivery) -> Vec<(u16, u32)> {
    d.counts.iter().map(|count| (count.item_no, count.quantity.saturating_sub(count.damaged))).collect()
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
        Event::Release => (EventKind::DeliveryReleased, None),
        Event::GiveBack => (EventKind::DeliveryGivenBack, None),
        Event::TakeBack => (EventKind::DeliveryTakenBack, Some(Follows::Return)),
        Event::Receive { complete } => {
            let kind = if *complete { EventKind::DeliveryReceived } else { EventKind::DeliveryDiscrepancy };
            (kind, Some(Follows::Deliver))
        }
        // The medicine is on its way back; its prescription follows when the pharmacy has it.
        Event::Refuse { .. } => (EventKind::DeliveryRefused, None),
        Event::Lose => (EventKind::DeliveryLost, Some(Follows::Return)),
        // The withdrawal begins at the prescription and has moved it already.
        Event::Cancel => (EventKind::DeliveryCancelled, None),
    }
}

/// A delivery as its reader needs it: the courier a parcel, an address and a code; the nurse everything but the code.
pub(super) async fn show(db: &mut Db, ctx: &Context, d: &Delivery) -> Result<views::Delivery, AppError> {
    let mut names = Names::default();
    let home = names.home(db, d.home_id).await?.clone();
    let to_courier = !shows_resident(ctx);
    let to_nurse = ctx.actor.role() == Role::Nurse;
    let resident = if to_courier {
        None
    } else {
        let r = residents::get(db, d.resident_id).await?.ok_or(AppError::NotFound)?;
        Some(views::DeliveryResident { name: r.name.into_exposed(), bed: r.bed })
    };
    Ok(views::Delivery {
        id: d.id,
        version: d.version,
        state: d.state,
        prescription_id: (!to_courier).then_some(d.prescription_id),
        resident,
        home: views::DeliveryHome { name: home.name, address: home.address, phone: home.phone },
        parcel_code: (!to_nurse).then(|| d.parcel_code.as_str().to_owned()),
        cold_chain: d.cold_chain,
        packs: (!to_courier).then(|| d.packs.clone()),
        courier: views::Courier { name: d.courier_name.clone(), phone: d.courier_phone.clone() },
        attempts: d.attempts.clone(),
        timeline: timeline(&d.timeline),
        allowed: allowed(ctx, d),
    })
}

/// Commands that the caller may give now, by their last path segment.
fn allowed(ctx: &Context, d: &Delivery) -> Vec<String> {
    let reason = String::new;
    let steps = [
        ("accept", Action::CarryDelivery, Event::Accept),
        ("pick-up", Action::CarryDelivery, Event::PickUp),
        ("arrive", Action::CarryDelivery, Event::Arrive),
        ("fail-attempt", Action::CarryDelivery, Event::FailAttempt { reason: reason() }),
        ("resume", Action::CarryDelivery, Event::Resume),
        ("give-back", Action::CarryDelivery, Event::GiveBack),
        ("receive", Action::ReceiveDelivery, Event::Receive { complete: true }),
        ("refuse", Action::ReceiveDelivery, Event::Refuse { reason: reason() }),
        ("take-back", Action::RecoverDelivery, Event::TakeBack),
        ("release", Action::RecoverDelivery, Event::Release),
        ("lose", Action::RecoverDelivery, Event::Lose),
    ];
    let may = |action| decide(&ctx.actor, action, &d.facts()) == Decision::Allow;
    let possible = steps.iter().filter(|(_, a, e)| d.state.apply(e, ctx.now).is_ok() && may(*a));
    possible.map(|(name, ..)| (*name).to_owned()).collect()
}
