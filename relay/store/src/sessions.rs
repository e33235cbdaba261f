//! Sessions; only the SHA-256 of a token is here.

use jiff::Timestamp;
use yunzhen_domain::records::{Session, SessionSubject};

use crate::row::{Cells, hex};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "sessions";

/// The session of a token, also when it is over: the caller compares `expires_at`.
pub async fn by_token_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query("SELECT * FROM sessions WHERE token_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A new session.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    let (kind, staff, run, consultation, invitation) = match session.subject {
        SessionSubject::Staff(id) => ("staff", Some(id.to_string()), None, None, None),
        SessionSubject::Courier(id) => ("courier", None, Some(id.to_string()), None, None),
        SessionSubject::Observer(consultation, invitation) => {
            ("observer", None, None, Some(consultation.to_string()), Some(invitation.to_string()))
        }
    };
    sqlx::query(
        "INSERT INTO sessions (token_sha256, subject_kind, staff_id, run_id, consultation_id, invitation_id, through_box, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(hex(&session.token_sha256))
    .bind(kind)
    .bind(staff)
    .bind(run)
    .bind(consultation)
    .bind(invitation)
    .bind(session.through_box.map(|id| id.to_string()))
    .bind(session.created_at.as_millisecond())
    .bind(session.expires_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends a session; nothing happens when there is none.
pub async fn delete(tx: &mut Tx, digest: &[u8; 32]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE token_sha256 = $1").bind(hex(digest)).execute(tx.conn()).await?;
    Ok(())
}

/// Removes what is over; returns how many.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Session, StoreError> {
    let subject = match cells.text("subject_kind")?.as_str() {
        "staff" => SessionSubject::Staff(cells.parse("staff_id")?),
        "courier" => SessionSubject::Courier(cells.parse("run_id")?),
        "observer" => SessionSubject::Observer(cells.parse("consultation_id")?, cells.parse("invitation_id")?),
        _ => {
            let reason = "the text is none of the legal values".to_owned();
            return Err(StoreError::Corrupt { table: TABLE, column: "subject_kind", reason });
        }
    };
    Ok(Session {
        token_sha256: cells.digest("token_sha256")?,
        subject,
        through_box: cells.opt_parse("through_box")?,
        created_at: cells.time("created_at")?,
        expires_at: cells.time("expires_at")?,
    })
}
