//! The chain: each client takes a draft and brings it to the home's count, by the hands of everybody who has a part in it.

use std::time::Duration;

use yunzhen_domain::Actor;
use yunzhen_domain::records::Count;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{PickUpBody, ReceiveBody};
use yunzhen_relay::app::views::prescriptions::{DispenseBody, NewPack, PackBody, SignBody};
use yunzhen_relay::app::{deliveries, prescriptions};

use super::world::World;
use crate::care::world::{request_by, request_of};
use crate::now;

/// What is timed.
pub const STEPS: [&str; 10] = [
    "document to sign",
    "sign",
    "claim",
    "document to approve",
    "approve",
    "accept",
    "dispense",
    "pack",
    "courier: take, pick up",
    "deliver: count",
];
/// Durable commands of one chain: all steps but the two documents, and two of the courier.
const COMMANDS: usize = 9;

/// How often a box asks.
const MINUTE: Duration = Duration::from_secs(60);
/// Parcels of one courier's way.
const STOPS: usize = 10;

/// An empty list for each step.
pub fn steps() -> Vec<Vec<Duration>> {
    vec![Vec::new(); STEPS.len()]
}

/// What it gave.
pub struct Measured {
    pub delivered: usize,
    pub commands: usize,
    pub elapsed: Duration,
    pub steps: Vec<Vec<Duration>>,
}

pub async fn measure(world: &World, clients: usize, duration: Duration) -> anyhow::Result<Measured> {
    // Connections, statements and caches are warm, as they are in a relay that runs.
    one(world, &mut steps()).await?;
    let asking = tokio::spawn(boxes(world.clone()));
    let began = now();
    let running: Vec<_> = (0..clients)
        .map(|_| {
            let world = world.clone();
            tokio::spawn(async move {
                let mut steps = steps();
                while began.elapsed() < duration {
                    if !one(&world, &mut steps).await? {
                        break;
                    }
                }
                anyhow::Ok(steps)
            })
        })
        .collect();
    let mut steps = steps();
    for client in running {
        for (all, own) in steps.iter_mut().zip(client.await??) {
            all.extend(own);
        }
    }
    let elapsed = began.elapsed();
    if asking.is_finished() {
        asking.await??;
    } else {
        asking.abort();
    }
    let delivered = steps.last().map_or(0, Vec::len);
    Ok(Measured { delivered, commands: delivered * COMMANDS, elapsed, steps })
}

/// What else the relay does by then: the box of each home asks once a minute for the parcels that it is to know without a link, whose codes are hashed slowly.
async fn boxes(world: World) -> anyhow::Result<()> {
    let mut turns = tokio::time::interval(MINUTE / u32::try_from(world.county.nurses.len())?);
    for nurse in world.county.nurses.iter().cycle() {
        turns.tick().await;
        if let Some(home_id) = nurse.home_id {
            deliveries::expected(&world.app, &request_by(Actor::Box { home_id })).await?;
        }
    }
    Ok(())
}

/// One prescription; false when no draft is left.
pub async fn one(world: &World, steps: &mut [Vec<Duration>]) -> anyhow::Result<bool> {
    let Some((n, draft)) = world.take() else { return Ok(false) };
    let (app, county, id) = (&world.app, &world.county, draft.id);
    let specialist = &county.specialists[draft.specialist];
    let pharmacist = &county.pharmacists[n % county.pharmacists.len()];
    let pharmacy = &county.pharmacies[n % county.pharmacies.len()];
    let nurse = &county.nurses[draft.home];
    // Ten parcels of a pharmacy go with one courier.
    let courier_phone = format!("138{:08}", n / county.pharmacies.len() / STOPS);
    let mut timed = Vec::with_capacity(STEPS.len());
    macro_rules! step {
        ($ask:expr) => {{
            let sent = now();
            let answer = $ask.await?;
            timed.push(sent.elapsed());
            answer
        }};
    }
    let seen = |version: i64| VersionBody { version };
    let by = request_of;
    let document = step!(prescriptions::signing_document(app, &by(&specialist.member), id, seen(draft.version)));
    let body = SignBody { version: draft.version, jws: specialist.sign(&document.document)? };
    let p = step!(prescriptions::sign(app, &by(&specialist.member), id, body));
    let p = step!(prescriptions::claim(app, &by(&pharmacist.member), id, seen(p.version)));
    let document = step!(prescriptions::approval_document(app, &by(&pharmacist.member), id, seen(p.version)));
    let body = SignBody { version: p.version, jws: pharmacist.sign(&document.document)? };
    let p = step!(prescriptions::approve(app, &by(&pharmacist.member), id, body));
    let accepted = step!(prescriptions::accept(app, &by(pharmacy), id, seen(p.version)));
    let packs = accepted.prescription.items.iter().map(|item| NewPack {
        item_no: item.no,
        batch: yunzhen_relay::seed::stock::BATCH.to_owned(),
        expiry: world.expiry,
        quantity: item.quantity,
        drug_id: None,
        substitution_reason: None,
    });
    let body = DispenseBody {
        version: accepted.prescription.version,
        secret: accepted.secret.clone(),
        packs: packs.collect(),
        part_reason: None,
    };
    let quantity = accepted.prescription.items[0].quantity;
    let p = step!(prescriptions::dispense(app, &by(pharmacy), id, body));
    let body =
        PackBody { version: p.version, secret: accepted.secret, courier_name: "赵师傅".to_owned(), courier_phone };
    let packed = step!(prescriptions::pack(app, &by(pharmacy), id, body));
    let run_id = packed.delivery.run_id.ok_or_else(|| anyhow::anyhow!("the pharmacy sees the run"))?;
    let (courier, parcel) = (Actor::Courier { run_id }, packed.delivery.id);
    let sent = now();
    let d = deliveries::accept(app, &request_by(courier), parcel, seen(packed.delivery.version)).await?;
    let body = PickUpBody { version: d.version, scan: None, celsius: None };
    let d = deliveries::pick_up(app, &request_by(courier), parcel, body).await?;
    timed.push(sent.elapsed());
    let counts = vec![Count { item_no: 1, quantity, damaged: 0 }];
    let body =
        ReceiveBody { version: d.version, parcel_code: packed.parcel_code, counts, comment: None, celsius: None };
    step!(deliveries::receive(app, &by(nurse), parcel, body));
    for (all, one) in steps.iter_mut().zip(timed) {
        all.push(one);
    }
    Ok(true)
}
