//! A delivery as its reader needs it: the courier a parcel, an address and a code; the nurse everything but the code.

use std::collections::HashMap;

use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::machines::delivery::{AttemptCode, DecisionCode, Event, State};
use yunzhen_domain::parcel_label;
use yunzhen_domain::records::{Delivery, Pack, Recall, StepReason, Temperature, TimelineStep};
use yunzhen_store::{Db, deliveries, discrepancies, recalls, receipts, residents, temperatures};

use crate::app::names::{Names, timeline};
use crate::app::views::common::TimelineStep as TimelineView;
use crate::app::views::deliveries as views;
use crate::app::{App, AppError, Context, discrepancies as tasks};

/// The courier sees a parcel and nobody's name.
pub(in crate::app) fn shows_resident(ctx: &Context) -> bool {
    ctx.actor.role() != Role::Courier
}

/// A delivery as far as the caller may see it.
pub(in crate::app) async fn show(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    d: &Delivery,
) -> Result<views::Delivery, AppError> {
    show_all(app, db, ctx, &[d]).await?.pop().ok_or(AppError::NotFound)
}

/// Deliveries of a list: what stands beside each is looked up for all of them at once.
pub(in crate::app) async fn show_all(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    all: &[&Delivery],
) -> Result<Vec<views::Delivery>, AppError> {
    let mut names = Names::default();
    let role = ctx.actor.role();
    let (to_courier, to_nurse, to_pharmacy) = (role == Role::Courier, role == Role::Nurse, role.is_of_pharmacy());
    let residents = match to_courier {
        true => HashMap::new(),
        false => residents::get_all(db, all.iter().map(|d| d.resident_id)).await?,
    };
    // Two parcels of one resident are told apart by their place among those of their order.
    let of_orders = match to_courier {
        true => HashMap::new(),
        false => deliveries::by_prescriptions(db, all.iter().map(|d| d.prescription_id)).await?,
    };
    let cold = all.iter().filter(|d| d.cold_chain).map(|d| d.id);
    let mut readings = temperatures::of_deliveries(db, cold).await?;
    let counted = all.iter().filter(|d| !to_courier && matches!(d.state, State::Discrepancy | State::Received));
    let mut tasks_of = discrepancies::of_deliveries(db, counted.map(|d| d.id)).await?;
    // What has ended goes nowhere any more.
    let moving = || all.iter().filter(|d| !d.state.is_terminal());
    let drugs = moving().flat_map(|d| &d.packs).filter_map(|pack| pack.drug_id.clone());
    let recalls = recalls::barring(db, drugs).await?;
    let mut views = Vec::with_capacity(all.len());
    for d in all {
        let barred = |pack| recalls.iter().any(|recall: &Recall| recall.is_of(pack));
        let batch_recalled = !d.state.is_terminal() && d.packs.iter().any(barred);
        let home = names.home(db, d.home_id).await?.clone();
        let resident = match to_courier {
            true => None,
            false => {
                let r = residents.get(&d.resident_id).ok_or(AppError::NotFound)?;
                Some(views::DeliveryResident { name: r.name.expose().clone(), bed: r.bed.clone() })
            }
        };
        let of_order = of_orders.get(&d.prescription_id);
        let place = of_order.and_then(|of_it| of_it.iter().position(|one| one.id == d.id));
        let pharmacy_name = match to_courier {
            true => None,
            false => Some(names.pharmacy(db, d.pharmacy_id).await?),
        };
        let label = d.label_key.as_ref().filter(|_| to_pharmacy);
        let mut discrepancies = Vec::new();
        for task in tasks_of.remove(&d.id).unwrap_or_default() {
            discrepancies.push(tasks::show(app, db, ctx, &mut names, &task, Some(*d)).await?);
        }
        views.push(views::Delivery {
            id: d.id,
            version: d.version,
            state: d.state,
            prescription_id: (!to_courier).then_some(d.prescription_id),
            resident,
            pharmacy_name,
            parcel_number: place.and_then(|n| u32::try_from(n + 1).ok()),
            parcel_count: of_order.and_then(|of_it| u32::try_from(of_it.len()).ok()),
            home: views::DeliveryHome { name: home.name, address: home.address, phone: home.phone },
            parcel_code: (!to_nurse).then(|| d.parcel_code.as_str().to_owned()),
            label: label.map(|key| parcel_label::content(key, d.id, &d.parcel_code)),
            run_id: (!to_nurse).then_some(d.run_id),
            quarantine: d.quarantine,
            batch_recalled,
            cold_chain: d.cold_chain,
            temperatures: readings.remove(&d.id).unwrap_or_default().into_iter().map(|t| reading(app, t)).collect(),
            cold_range: d.cold_chain.then(|| views::ColdRange {
                lowest: app.policy.cold_chain_lowest_celsius,
                highest: app.policy.cold_chain_highest_celsius,
            }),
            discrepancies,
            receipt: None,
            packs: (!to_courier).then(|| packs(app, &d.packs)),
            refusal: refusal(d).filter(|_| !to_courier),
            courier: views::Courier { name: d.courier_name.clone(), phone: d.courier_phone.clone() },
            attempts: d.attempts.clone(),
            decisions: decisions(d, to_courier),
            set_apart: to_pharmacy && d.is_to_be_examined(d.state),
            timeline: if to_courier { without_names(&d.timeline) } else { timeline(&d.timeline) },
            allowed: allowed(ctx, d, batch_recalled),
        });
    }
    Ok(views)
}

/// What a parcel or a filling has in it, each with its strength.
pub(in crate::app) fn packs(app: &App, all: &[Pack]) -> Vec<views::Pack> {
    let shown = |pack: &Pack| views::Pack {
        item_no: pack.item_no,
        name: pack.name.clone(),
        name_en: pack.name_en.clone(),
        strength: strength(app, pack),
        quantity: pack.quantity,
        unit: pack.unit.clone(),
        batch: pack.batch.clone(),
        expiry: pack.expiry,
        drug_id: pack.drug_id.clone(),
        substitution: pack.substitution.clone(),
    };
    all.iter().map(shown).collect()
}

/// Another product than the prescribed one was named with its strength when it was taken.
pub(in crate::app) fn strength(app: &App, pack: &Pack) -> Option<String> {
    let named = pack.substitution.is_some();
    let id = pack.drug_id.as_ref().filter(|_| !named)?;
    app.formulary.drug(id).map(|drug| drug.strength.clone())
}

fn reading(app: &App, t: Temperature) -> views::Temperature {
    views::Temperature {
        celsius: t.celsius,
        measured_at: t.measured_at.into(),
        by: t.by,
        out_of_range: !app.policy.is_cold_enough(t.celsius),
    }
}

/// What the pharmacy decided on the road, and why. The words may name whom it is for: the courier reads the code alone.
fn decisions(d: &Delivery, to_courier: bool) -> Vec<views::Decision> {
    let decided = d.timeline.iter().filter_map(|step| Some((step, step.why.as_ref()?)));
    let view = |(step, why): (&TimelineStep, &StepReason)| views::Decision {
        step: step.step.clone(),
        at: step.at.into(),
        code: why.code,
        words: (!to_courier).then(|| why.words.clone()),
    };
    decided.map(view).collect()
}

/// What the nurse said when she refused it; it stays said when the parcel is back or lost.
fn refusal(d: &Delivery) -> Option<String> {
    let refused = d.timeline.iter().any(|step| step.step == "refuse");
    d.comment.as_ref().filter(|_| refused).map(|reason| reason.expose().clone())
}

/// Steps without who of the staff did them: the courier needs to know that the nurse has it, not what she is called.
fn without_names(steps: &[TimelineStep]) -> Vec<TimelineView> {
    let own = |step: &TimelineStep| step.who_id.is_none();
    timeline(steps)
        .into_iter()
        .zip(steps)
        .map(|(view, step)| TimelineView { who: view.who.filter(|_| own(step)), ..view })
        .collect()
}

/// What the box signed; the courier has no use for it.
pub(super) async fn receipt(
    db: &mut Db,
    ctx: &Context,
    d: &Delivery,
) -> Result<Option<views::SignedReceipt>, AppError> {
    if !shows_resident(ctx) {
        return Ok(None);
    }
    let kept = receipts::of_delivery(db, d.id).await?;
    Ok(kept.map(|r| views::SignedReceipt {
        counted_at: r.counted_at.into(),
        received_at: r.received_at.into(),
        certificate_serial: r.certificate_serial,
        jws: r.jws,
    }))
}

/// Commands that the caller may give now, by their last path segment.
fn allowed(ctx: &Context, d: &Delivery, batch_recalled: bool) -> Vec<String> {
    let reason = String::new;
    let steps = [
        ("accept", Action::CarryDelivery, Event::Accept),
        ("pick-up", Action::CarryDelivery, Event::PickUp),
        ("arrive", Action::CarryDelivery, Event::Arrive),
        ("fail-attempt", Action::CarryDelivery, Event::FailAttempt { code: AttemptCode::Other, reason: None }),
        ("resume", Action::CarryDelivery, Event::Resume),
        ("give-back", Action::CarryDelivery, Event::GiveBack),
        ("receive", Action::ReceiveDelivery, Event::Receive { complete: true }),
        ("refuse", Action::ReceiveDelivery, Event::Refuse { reason: reason() }),
        ("take-back", Action::RecoverDelivery, Event::TakeBack { destroyed: false }),
        ("release", Action::RecoverDelivery, Event::Release { code: DecisionCode::Other, words: reason() }),
        ("turn-back", Action::RecoverDelivery, Event::TurnBack { code: DecisionCode::Other, words: reason() }),
        ("lose", Action::RecoverDelivery, Event::Lose),
    ];
    let may = |action| decide(&ctx.actor, action, &d.facts()) == Decision::Allow;
    let goes_on =
        |event: &Event| matches!(event, Event::Accept | Event::PickUp | Event::Resume | Event::Release { .. });
    let barred = |event: &Event| batch_recalled && goes_on(event);
    let possible = steps.iter().filter(|(_, a, e)| d.state.apply(e, ctx.now).is_ok() && may(*a) && !barred(e));
    possible.map(|(name, ..)| (*name).to_owned()).collect()
}
