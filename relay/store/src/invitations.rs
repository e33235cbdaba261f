//! Invitations of observers; only the SHA-256 of a link's token is here.

use yunzhen_domain::ids::InvitationId;
use yunzhen_domain::records::Invitation;

use crate::row::{Cells, hex};
use crate::{Db, StoreError, Tx};

/// One invitation.
pub async fn get(db: &mut Db, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM invitations WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new("invitations", &row))).transpose()
}

/// The invitation of a link, also when it is over: the caller compares `expires_at`.
pub async fn by_token_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
    let row = sqlx::query("SELECT * FROM invitations WHERE token_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new("invitations", &row))).transpose()
}

/// A new invitation.
pub async fn insert(tx: &mut Tx, invitation: &Invitation) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO invitations (id, consultation_id, kind, display_name, token_sha256, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(invitation.id.to_string())
    .bind(invitation.consultation_id.to_string())
    .bind(invitation.kind.as_str())
    .bind(invitation.display_name.expose())
    .bind(hex(&invitation.token_sha256))
    .bind(invitation.invited_by.to_string())
    .bind(invitation.created_at.as_millisecond())
    .bind(invitation.expires_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
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
    })
}
