//! Consents with their signatures and revocations.

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsentId, ResidentId};
use yunzhen_domain::records::Consent;

use crate::row::{Cells, one_row, to_json};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "consents";

/// One consent.
pub async fn get(db: &mut Db, id: ConsentId) -> Result<Option<Consent>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM consents WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// All of one resident, also those taken back, newest first.
pub async fn for_resident(db: &mut Db, resident: ResidentId) -> Result<Vec<Consent>, StoreError> {
    let rows = sqlx::query("SELECT * FROM consents WHERE resident_id = $1 ORDER BY given_at DESC, id DESC")
        .bind(resident.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new consent.
pub async fn insert(tx: &mut Tx, consent: &Consent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO consents (id, version, state, resident_id, home_id, kind, text_version, giver, giver_name, giver_relation, signature,
             witness, given_at, received_at, revoked_at, revoked_by, revoke_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(consent.id.to_string())
    .bind(consent.version)
    .bind(consent.state.as_str())
    .bind(consent.resident_id.to_string())
    .bind(consent.home_id.to_string())
    .bind(consent.kind.as_str())
    .bind(i64::from(consent.text_version))
    .bind(consent.giver.as_str())
    .bind(consent.giver_name.expose())
    .bind(&consent.giver_relation)
    .bind(to_json(TABLE, "signature", consent.signature.expose())?)
    .bind(consent.witness.to_string())
    .bind(consent.given_at.as_millisecond())
    .bind(consent.received_at.as_millisecond())
    .bind(consent.revoked_at.map(Timestamp::as_millisecond))
    .bind(consent.revoked_by.map(|id| id.to_string()))
    .bind(consent.revoke_reason.as_ref().map(|reason| reason.expose().clone()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed consent, whose version is one above the stored one. What was signed never changes.
pub async fn update(tx: &mut Tx, consent: &Consent) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE consents SET version = $2, state = $3, revoked_at = $4, revoked_by = $5, revoke_reason = $6
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(consent.id.to_string())
    .bind(consent.version)
    .bind(consent.state.as_str())
    .bind(consent.revoked_at.map(Timestamp::as_millisecond))
    .bind(consent.revoked_by.map(|id| id.to_string()))
    .bind(consent.revoke_reason.as_ref().map(|reason| reason.expose().clone()))
    .execute(tx.conn())
    .await?;
    one_row("consent", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Consent, StoreError> {
    Ok(Consent {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        kind: cells.parse("kind")?,
        text_version: cells.int("text_version")?,
        giver: cells.parse("giver")?,
        giver_name: cells.text("giver_name")?.into(),
        giver_relation: cells.opt_text("giver_relation")?,
        signature: cells.json::<yunzhen_domain::records::Signature>("signature")?.into(),
        witness: cells.parse("witness")?,
        given_at: cells.time("given_at")?,
        received_at: cells.time("received_at")?,
        revoked_at: cells.opt_time("revoked_at")?,
        revoked_by: cells.opt_parse("revoked_by")?,
        revoke_reason: cells.opt_text("revoke_reason")?.map(Into::into),
    })
}
