//! Live changes: audit rows that the caller may hear of, after a given sequence number.

use uuid::Uuid;
use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, may_hear, may_hear_of_prescription};
use yunzhen_domain::audit::{AuditFact, Entity};
use yunzhen_domain::ids::{CourierRunId, DeliveryId, DiscrepancyId, PrescriptionId};
use yunzhen_store::{Db, audit, deliveries, discrepancies};

use super::views::events::Change;
use super::work::may_list;
use super::{App, AppError, Context};

/// Rows read at once; more are read by the next call.
const BATCH: u32 = 500;

/// What happened after a sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What the caller may hear of, oldest first.
    pub changes: Vec<Change>,
    /// Where to go on: the last row read, heard or not.
    pub last_seq: i64,
    /// There may be more at once.
    pub more: bool,
}

/// The newest sequence number: where a fresh listener starts.
pub async fn newest(app: &App) -> Result<i64, AppError> {
    let mut db = app.store.read().await?;
    Ok(audit::head(&mut db).await?.seq)
}

/// The changes after `seq` that the caller may hear of.
pub async fn after(app: &App, ctx: &Context, seq: i64) -> Result<Batch, AppError> {
    may_list(ctx, Action::WatchEvents)?;
    let mut db = app.store.read().await?;
    let rows = audit::after(&mut db, seq, BATCH).await?;
    let last_seq = rows.last().map_or(seq, |r| r.seq);
    let more = rows.len() == BATCH as usize;
    let mut changes = Vec::new();
    for r in rows {
        if let Some((entity, entity_id)) = told_as(&mut db, ctx, &r.fact).await? {
            changes.push(Change {
                seq: r.seq,
                at: r.fact.at.into(),
                kind: r.fact.kind.as_str().to_owned(),
                entity: entity.as_str().to_owned(),
                entity_id,
                home_id: r.fact.home_id,
                pharmacy_id: r.fact.pharmacy_id,
            });
        }
    }
    Ok(Batch { changes, last_seq, more })
}

/// What the caller is told has changed: what the event is about, or, of a parcel that the caller may not see, the prescription whose chain it moves; `None` where
/// the caller may hear of neither.
async fn told_as(db: &mut Db, ctx: &Context, fact: &AuditFact) -> Result<Option<(Entity, Uuid)>, AppError> {
    let run = run_of(db, ctx, fact).await?;
    if may_hear(&ctx.actor, fact, run) {
        return Ok(Some((fact.kind.entity(), fact.entity_id)));
    }
    if !may_hear_of_prescription(&ctx.actor, fact) {
        return Ok(None);
    }
    let of = prescription_of(db, fact).await?;
    Ok(of.map(|id| (Entity::Prescription, id.uuid())))
}

/// The prescription of the parcel that an event is about, or of what is open about a parcel.
async fn prescription_of(db: &mut Db, fact: &AuditFact) -> Result<Option<PrescriptionId>, AppError> {
    Ok(match fact.kind.entity() {
        Entity::Delivery => deliveries::prescription_of(db, DeliveryId::from_uuid(fact.entity_id)).await?,
        Entity::Discrepancy => {
            let task = discrepancies::get(db, DiscrepancyId::from_uuid(fact.entity_id)).await?;
            task.map(|task| task.prescription_id)
        }
        _ => None,
    })
}

/// The run of the delivery that an event is about, where a courier listens.
async fn run_of(db: &mut Db, ctx: &Context, fact: &AuditFact) -> Result<Option<CourierRunId>, AppError> {
    if ctx.actor.role() != Role::Courier || fact.kind.entity() != Entity::Delivery {
        return Ok(None);
    }
    Ok(deliveries::run_of(db, DeliveryId::from_uuid(fact.entity_id)).await?)
}
