//! Pharmacies' own systems; only the SHA-256 of a credential's secret is here, and, sealed, the secret that signs what is sent to them.

use jiff::Timestamp;
use yunzhen_domain::Sealed;
use yunzhen_domain::ids::PharmacySystemId;
use yunzhen_domain::records::{PharmacySystem, Webhook};

use crate::row::{Cells, hex, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "pharmacy_systems";

/// One system, also when it is revoked.
pub async fn get(db: &mut Db, id: PharmacySystemId) -> Result<Option<PharmacySystem>, StoreError> {
    let row = sqlx::query("SELECT * FROM pharmacy_systems WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// All of them, the newest first.
pub async fn list(db: &mut Db) -> Result<Vec<PharmacySystem>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM pharmacy_systems ORDER BY made_at DESC, id DESC").fetch_all(db.conn()).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Those to which events are sent now.
pub async fn listening(db: &mut Db) -> Result<Vec<PharmacySystem>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM pharmacy_systems
         WHERE revoked_at IS NULL AND webhook_url IS NOT NULL AND webhook_switched_off_at IS NULL ORDER BY id",
    )
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new one.
pub async fn insert(tx: &mut Tx, system: &PharmacySystem) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO pharmacy_systems (id, pharmacy_id, name, secret_sha256, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(system.id.to_string())
    .bind(system.pharmacy_id.to_string())
    .bind(&system.name)
    .bind(hex(&system.secret_sha256))
    .bind(system.made_by.to_string())
    .bind(system.made_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps secrets, webhook and revocation of one that was read in this transaction.
pub async fn update(tx: &mut Tx, system: &PharmacySystem) -> Result<(), StoreError> {
    let webhook = system.webhook.as_ref();
    let previous = webhook.and_then(|webhook| webhook.previous.as_ref());
    let done = sqlx::query(
        "UPDATE pharmacy_systems SET secret_sha256 = $2, previous_sha256 = $3, previous_until = $4, revoked_at = $5, webhook_url = $6,
             webhook_secret = $7, webhook_previous = $8, webhook_previous_until = $9, webhook_queued_to = $10,
             webhook_failing_since = $11, webhook_switched_off_at = $12
         WHERE id = $1",
    )
    .bind(system.id.to_string())
    .bind(hex(&system.secret_sha256))
    .bind(system.previous.map(|(digest, _)| hex(&digest)))
    .bind(system.previous.map(|(_, until)| until.as_millisecond()))
    .bind(system.revoked_at.map(Timestamp::as_millisecond))
    .bind(webhook.map(|webhook| webhook.url.clone()))
    .bind(webhook.map(|webhook| webhook.secret.as_kept().to_owned()))
    .bind(previous.map(|(secret, _)| secret.as_kept().to_owned()))
    .bind(previous.map(|(_, until)| until.as_millisecond()))
    .bind(webhook.map(|webhook| webhook.queued_to))
    .bind(webhook.and_then(|webhook| webhook.failing_since).map(Timestamp::as_millisecond))
    .bind(webhook.and_then(|webhook| webhook.switched_off_at).map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    one_row("pharmacy's system", done.rows_affected())
}

/// It asked for something.
pub async fn used(tx: &mut Tx, id: PharmacySystemId, at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE pharmacy_systems SET last_used_at = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    one_row("pharmacy's system", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<PharmacySystem, StoreError> {
    let pair = |what: &'static str| StoreError::Corrupt {
        table: TABLE,
        column: what,
        reason: "a former secret has its end".to_owned(),
    };
    let previous = match (cells.opt_text("previous_sha256")?, cells.opt_time("previous_until")?) {
        (Some(_), Some(until)) => Some((cells.digest("previous_sha256")?, until)),
        (None, None) => None,
        _ => return Err(pair("previous_until")),
    };
    let webhook = match (cells.opt_text("webhook_url")?, cells.opt_text("webhook_secret")?) {
        (Some(url), Some(secret)) => Some(Webhook {
            url,
            secret: Sealed::kept(secret),
            previous: match (cells.opt_text("webhook_previous")?, cells.opt_time("webhook_previous_until")?) {
                (Some(secret), Some(until)) => Some((Sealed::kept(secret), until)),
                (None, None) => None,
                _ => return Err(pair("webhook_previous_until")),
            },
            queued_to: cells.int("webhook_queued_to")?,
            failing_since: cells.opt_time("webhook_failing_since")?,
            switched_off_at: cells.opt_time("webhook_switched_off_at")?,
        }),
        _ => None,
    };
    Ok(PharmacySystem {
        id: cells.parse("id")?,
        pharmacy_id: cells.parse("pharmacy_id")?,
        name: cells.text("name")?,
        secret_sha256: cells.digest("secret_sha256")?,
        previous,
        made_by: cells.parse("made_by")?,
        made_at: cells.time("made_at")?,
        last_used_at: cells.opt_time("last_used_at")?,
        revoked_at: cells.opt_time("revoked_at")?,
        webhook,
    })
}
