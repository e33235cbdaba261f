//! Events on their way to pharmacies' systems: queued once each, claimed by a lease, sent at least once.
//!
//! A worker that dies between sending and recording leaves its lease, and the event is sent again under the same id.

use jiff::Timestamp;
use yunzhen_domain::ids::{PharmacySystemId, WebhookDeliveryId};
use yunzhen_domain::records::{WebhookDelivery, WebhookDeliveryState};

use crate::row::{Cells, one_row};
use crate::{Cursor, Db, Paging, Slice, StoreError, Tx};

const TABLE: &str = "webhook_deliveries";

/// Queues an event; nothing happens when it is queued already.
pub async fn enqueue(tx: &mut Tx, delivery: &WebhookDelivery) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO webhook_deliveries (id, system_id, seq, kind, entity_id, happened_at, state, attempts, next_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (system_id, seq) DO NOTHING",
    )
    .bind(delivery.id.to_string())
    .bind(delivery.system_id.to_string())
    .bind(delivery.seq)
    .bind(&delivery.kind)
    .bind(delivery.entity_id.to_string())
    .bind(delivery.happened_at.as_millisecond())
    .bind(delivery.state.as_str())
    .bind(i64::from(delivery.attempts))
    .bind(delivery.next_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes up to `limit` events that are due and leases them until `lease_until`.
pub async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<WebhookDelivery>, StoreError> {
    let rows = sqlx::query(
        "UPDATE webhook_deliveries SET leased_until = $2
         WHERE id IN (SELECT d.id FROM webhook_deliveries d JOIN pharmacy_systems s ON s.id = d.system_id
                      WHERE d.state = 'pending' AND d.next_at <= $1 AND (d.leased_until IS NULL OR d.leased_until <= $1)
                        AND s.revoked_at IS NULL AND s.webhook_url IS NOT NULL AND s.webhook_switched_off_at IS NULL
                      ORDER BY d.next_at, d.seq LIMIT $3)
         RETURNING *",
    )
    .bind(now.as_millisecond())
    .bind(lease_until.as_millisecond())
    .bind(i64::from(limit))
    .fetch_all(tx.conn())
    .await?;
    let mut claimed = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    // `RETURNING` tells them in any order.
    claimed.sort_by_key(|delivery| (delivery.next_at, delivery.seq));
    Ok(claimed)
}

/// When the next event is due, for the worker's timer.
pub async fn next_due(db: &mut Db) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT CASE WHEN d.leased_until > d.next_at THEN d.leased_until ELSE d.next_at END AS due
         FROM webhook_deliveries d JOIN pharmacy_systems s ON s.id = d.system_id
         WHERE d.state = 'pending' AND s.revoked_at IS NULL AND s.webhook_url IS NOT NULL AND s.webhook_switched_off_at IS NULL
         ORDER BY due LIMIT 1",
    )
    .fetch_optional(db.conn())
    .await?;
    row.map(|row| Cells::new(TABLE, &row).time("due")).transpose()
}

/// One event on its way.
pub async fn get(db: &mut Db, id: WebhookDeliveryId) -> Result<Option<WebhookDelivery>, StoreError> {
    let row = sqlx::query("SELECT * FROM webhook_deliveries WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of one system, the newest first.
pub async fn of_system(
    db: &mut Db,
    system: PharmacySystemId,
    paging: Paging,
) -> Result<Slice<WebhookDelivery>, StoreError> {
    let mut query = crate::sql::QueryBuilder::new("SELECT * FROM webhook_deliveries WHERE system_id = ");
    query.push_bind(system.to_string());
    paging.push(&mut query, "seq");
    let rows = query.fetch_all(db).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |d| Cursor { at_ms: d.seq, id: d.id.uuid() }))
}

/// What came of a try, or a replay: state, tries, when it goes on. The lease ends.
pub async fn keep(tx: &mut Tx, delivery: &WebhookDelivery) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE webhook_deliveries SET state = $2, attempts = $3, next_at = $4, last_answer = $5, last_tried_at = $6, leased_until = NULL
         WHERE id = $1",
    )
    .bind(delivery.id.to_string())
    .bind(delivery.state.as_str())
    .bind(i64::from(delivery.attempts))
    .bind(delivery.next_at.as_millisecond())
    .bind(delivery.last_answer.clone())
    .bind(delivery.last_tried_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    one_row("event on its way", done.rows_affected())
}

/// Everything of a system from one event on is sent once more; returns how many.
pub async fn replay_from(tx: &mut Tx, system: PharmacySystemId, seq: i64, now: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE webhook_deliveries SET state = $3, attempts = 0, next_at = $4, leased_until = NULL WHERE system_id = $1 AND seq >= $2",
    )
    .bind(system.to_string())
    .bind(seq)
    .bind(WebhookDeliveryState::Pending.as_str())
    .bind(now.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Forgets what happened before `before` and is not on its way any more; the log itself keeps it.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM webhook_deliveries WHERE happened_at < $1 AND state <> 'pending'")
        .bind(before.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<WebhookDelivery, StoreError> {
    Ok(WebhookDelivery {
        id: cells.parse("id")?,
        system_id: cells.parse("system_id")?,
        seq: cells.int("seq")?,
        kind: cells.text("kind")?,
        entity_id: cells.parse("entity_id")?,
        happened_at: cells.time("happened_at")?,
        state: cells.parse("state")?,
        attempts: cells.int("attempts")?,
        next_at: cells.time("next_at")?,
        last_answer: cells.opt_text("last_answer")?,
        last_tried_at: cells.opt_time("last_tried_at")?,
    })
}
