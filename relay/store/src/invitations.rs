//! Invitations of observers; only the SHA-256 of a link's token is here.

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, InvitationId};
use yunzhen_domain::records::Invitation;

use crate::row::{Cells, hex, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "invitations";

/// One invitation.
pub async fn get(db: &mut Db, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM invitations WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The invitation of a link, also when it is over: the caller compares `expires_at`.
pub async fn by_token_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
    let row = sqlx::query("SELECT * FROM invitations WHERE token_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of a consultation, the newest first.
pub async fn of_consultation(db: &mut Db, id: ConsultationId) -> Result<Vec<Invitation>, StoreError> {
    let rows = sqlx::query("SELECT * FROM invitations WHERE consultation_id = $1 ORDER BY created_at DESC, id DESC")
        .bind(id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new invitation.
pub async fn insert(tx: &mut Tx, invitation: &Invitation) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO invitations (id, consultation_id, kind, display_name, token_sha256, invited_by, created_at, expires_at,
             version, state, device_sha256, arrived_at, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(invitation.id.to_string())
    .bind(invitation.consultation_id.to_string())
    .bind(invitation.kind.as_str())
    .bind(invitation.display_name.expose())
    .bind(hex(&invitation.token_sha256))
    .bind(invitation.invited_by.to_string())
    .bind(invitation.created_at.as_millisecond())
    .bind(invitation.expires_at.as_millisecond())
    .bind(invitation.version)
    .bind(invitation.state.as_str())
    .bind(invitation.device_sha256.as_ref().map(hex))
    .bind(invitation.arrived_at.map(Timestamp::as_millisecond))
    .bind(invitation.decided_by.map(|id| id.to_string()))
    .bind(invitation.decided_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed invitation, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, invitation: &Invitation) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE invitations SET version = $2, state = $3, device_sha256 = $4, arrived_at = $5, decided_by = $6, decided_at = $7
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(invitation.id.to_string())
    .bind(invitation.version)
    .bind(invitation.state.as_str())
    .bind(invitation.device_sha256.as_ref().map(hex))
    .bind(invitation.arrived_at.map(Timestamp::as_millisecond))
    .bind(invitation.decided_by.map(|id| id.to_string()))
    .bind(invitation.decided_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    one_row("invitation", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: cells.parse("id")?,
        consultation_id: cells.parse("consultation_id")?,
        kind: cells.parse("kind")?,
        display_name: cells.text("display_name")?.into(),
        token_sha256: cells.digest("token_sha256")?,
        invited_by: cells.parse("invited_by")?,
        created_at: cells.time("created_at")?,
        expires_at: cells.time("expires_at")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        device_sha256: cells.opt_digest("device_sha256")?,
        arrived_at: cells.opt_time("arrived_at")?,
        decided_by: cells.opt_parse("decided_by")?,
        decided_at: cells.opt_time("decided_at")?,
    })
}
