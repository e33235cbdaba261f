//! Fillings of a prescription: kept beside it, moved in the transaction of its own step, and shown to whoever sees the prescription.

use yunzhen_domain::Sensitive;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{DeliveryId, DispenseId, PrescriptionId};
use yunzhen_domain::machines::dispense::{Event, State};
use yunzhen_domain::machines::prescription;
use yunzhen_domain::records::{DeclineCode, Delivery, Dispense, FillType, Pack, PartReason, Prescription};
use yunzhen_store::{deliveries, dispenses, prescriptions, recalls};

use super::deliveries::packs;
use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::common::Page;
use super::views::dispenses as views;
use super::work::{Work, authorize};
use super::{App, AppError, Context, fresh};

/// The fillings of a prescription, the first one first.
pub async fn list(app: &App, ctx: &Context, id: PrescriptionId) -> Result<Page<views::Dispense>, AppError> {
    let mut db = app.store.read().await?;
    let p = prescriptions::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, p.resident_id).await?;
    authorize(ctx, Action::ViewPrescription, &ties.of_prescription(ctx, &p))?;
    let mut names = Names::default();
    let parcels = deliveries::by_prescription(&mut db, id).await?;
    let moving: Vec<&Delivery> = parcels.iter().filter(|d| !d.state.is_terminal()).collect();
    let drugs = moving.iter().flat_map(|d| &d.packs).filter_map(|pack| pack.drug_id.clone());
    let recalls = recalls::barring(&mut db, drugs).await?;
    let barred = |pack: &Pack| recalls.iter().any(|recall| recall.is_of(pack));
    let goes_back = |parcel: DeliveryId| moving.iter().any(|d| d.id == parcel && d.packs.iter().any(barred));
    let mut items = Vec::new();
    for d in dispenses::of_prescription(&mut db, id).await? {
        // What another pharmacy did is not for this one.
        if ctx.actor.pharmacy_id().is_some_and(|own| own != d.pharmacy_id) {
            continue;
        }
        items.push(views::Dispense {
            id: d.id,
            number: d.number,
            state: d.state,
            fill: d.fill,
            part_reason: d.part_reason,
            pharmacy_name: names.pharmacy(&mut db, d.pharmacy_id).await?,
            packs: packs(app, &d.packs),
            delivery_id: d.delivery_id,
            batch_recalled: d.delivery_id.is_some_and(goes_back),
            declined: d.declined,
            declined_words: d.declined_words.map(Sensitive::into_exposed),
            created_at: d.created_at.into(),
            state_since: d.state_since.into(),
        });
    }
    drop(db);
    let purpose = ties.purpose(p.resident_id);
    Seen::one(EventKind::ResidentPrescriptionViewed, p.resident_id, p.home_id, purpose).tell(app, ctx).await?;
    Ok(Page::whole(items))
}

/// Moves the filling that is open as the prescription's step means it; called wherever a prescription is kept.
pub(super) async fn follow(work: &mut Work, ctx: &Context, kind: EventKind, p: &Prescription) -> Result<(), AppError> {
    use EventKind as K;
    match kind {
        K::PrescriptionAccepted => open(work, ctx, p).await.map(drop),
        K::PrescriptionPacked => {
            let mut d = open(work, ctx, p).await?;
            d.delivery_id = p.delivery_id;
            apply(work, ctx, d, Event::Send).await
        }
        K::PrescriptionAsked if p.state == prescription::State::OnHold => {
            let d = open(work, ctx, p).await?;
            apply(work, ctx, d, Event::Hold).await
        }
        K::PrescriptionAnswered if p.state == prescription::State::Dispensing => end(work, ctx, p, Event::Resume).await,
        K::PrescriptionDelivered | K::PrescriptionPartDelivered => end(work, ctx, p, Event::Complete).await,
        K::PrescriptionReturned | K::PrescriptionClosed | K::PrescriptionCancelled | K::PrescriptionStopped => {
            end(work, ctx, p, Event::Cancel).await
        }
        _ => Ok(()),
    }
}

/// Batches were recorded; `why` when they are less than is owed.
pub(super) async fn filled(
    work: &mut Work,
    ctx: &Context,
    p: &Prescription,
    why: Option<PartReason>,
) -> Result<(), AppError> {
    let mut d = open(work, ctx, p).await?;
    let before = p.supplied.iter().any(|s| s.quantity > 0);
    d.packs.clone_from(&p.packs);
    d.fill = Some(FillType::of(before, why.is_none()));
    d.part_reason = why;
    apply(work, ctx, d, Event::Fill).await
}

/// The pharmacy gave it back; `before` is the prescription that it had.
pub(super) async fn declined(
    work: &mut Work,
    ctx: &Context,
    before: &Prescription,
    code: DeclineCode,
    words: Option<&str>,
) -> Result<(), AppError> {
    let mut d = open(work, ctx, before).await?;
    d.declined = Some(code);
    d.declined_words = words.map(Into::into);
    apply(work, ctx, d, Event::Decline).await
}

/// The filling under way. What is owed after a part was delivered, and orders of before fillings were kept, begin theirs here.
async fn open(work: &mut Work, ctx: &Context, p: &Prescription) -> Result<Dispense, AppError> {
    let all = dispenses::of_prescription(&mut work.tx, p.id).await?;
    let number = all.iter().map(|d| d.number).max().unwrap_or_default() + 1;
    if let Some(open) = all.into_iter().find(|d| matches!(d.state, State::Preparation | State::OnHold)) {
        return Ok(open);
    }
    let pharmacy = p.pharmacy_id.ok_or(AppError::Forbidden)?;
    let new = Dispense::begin(fresh(DispenseId::new, ctx.now), p.id, pharmacy, number, ctx.now);
    dispenses::insert(&mut work.tx, &new).await?;
    Ok(new)
}

/// Ends the filling that has not ended; there is none before a pharmacy took the prescription.
async fn end(work: &mut Work, ctx: &Context, p: &Prescription, event: Event) -> Result<(), AppError> {
    let all = dispenses::of_prescription(&mut work.tx, p.id).await?;
    match all.into_iter().find(|d| !d.state.is_terminal()) {
        Some(d) => apply(work, ctx, d, event).await,
        None => Ok(()),
    }
}

async fn apply(work: &mut Work, ctx: &Context, d: Dispense, event: Event) -> Result<(), AppError> {
    let d = d.apply(event, ctx.now)?;
    Ok(dispenses::update(&mut work.tx, &d).await?)
}
