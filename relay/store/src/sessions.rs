//! Sessions; only the SHA-256 of a token is here.

use jiff::Timestamp;
use yunzhen_domain::ids::{HomeId, SessionId, StaffId};
use yunzhen_domain::records::{EndedBy, Session, SessionSubject};

use crate::row::{Cells, hex, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "sessions";
const ENDED: &str = "ended_sessions";

/// The session of a token, also when it is over: the caller compares.
pub async fn by_token_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query("SELECT * FROM sessions WHERE token_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The one with this id, whatever its token is now, also when it is over: the caller compares.
pub async fn get(db: &mut Db, id: SessionId) -> Result<Option<Session>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM sessions WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of a member of staff, the newest first, also what is over and not purged yet.
pub async fn of_staff(db: &mut Db, staff_id: StaffId) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query("SELECT * FROM sessions WHERE staff_id = $1 ORDER BY created_at DESC, id DESC")
        .bind(staff_id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
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
        "INSERT INTO sessions (token_sha256, subject_kind, staff_id, run_id, consultation_id, invitation_id, through_box, created_at, expires_at,
             id, method, device, address, last_used_at, enrols_only, authenticated_at, sets_password)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
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
    .bind(session.id.to_string())
    .bind(session.method.as_str())
    .bind(&session.device)
    .bind(session.address.as_ref().map(|address| address.expose().clone()))
    .bind(session.last_used_at.as_millisecond())
    .bind(i64::from(session.enrols_only))
    .bind(session.authenticated_at.as_millisecond())
    .bind(i64::from(session.sets_password))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// It was used; a later use that was written down before stays.
pub async fn used(tx: &mut Tx, digest: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET last_used_at = $2 WHERE token_sha256 = $1 AND last_used_at < $2")
        .bind(hex(digest))
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The same session goes on under another token.
pub async fn renew(tx: &mut Tx, former: &[u8; 32], token_sha256: &[u8; 32]) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE sessions SET token_sha256 = $2, enrols_only = 0 WHERE token_sha256 = $1")
        .bind(hex(former))
        .bind(hex(token_sha256))
        .execute(tx.conn())
        .await?;
    one_row("session", done.rows_affected())
}

/// The same session goes on under another token after its person set an own password; a second factor that is asked for is still to be set up.
pub async fn renew_with_own_password(
    tx: &mut Tx,
    former: &[u8; 32],
    token_sha256: &[u8; 32],
) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE sessions SET token_sha256 = $2, sets_password = 0 WHERE token_sha256 = $1")
        .bind(hex(former))
        .bind(hex(token_sha256))
        .execute(tx.conn())
        .await?;
    one_row("session", done.rows_affected())
}

/// The person of the session proved again who it is.
pub async fn set_authenticated(tx: &mut Tx, digest: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE sessions SET authenticated_at = $2 WHERE token_sha256 = $1")
        .bind(hex(digest))
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    one_row("session", done.rows_affected())
}

/// Ends a session; nothing happens when there is none.
pub async fn delete(tx: &mut Tx, digest: &[u8; 32]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE token_sha256 = $1").bind(hex(digest)).execute(tx.conn()).await?;
    Ok(())
}

/// Ends one of a member of staff's sessions; says whether there was one.
pub async fn delete_one(tx: &mut Tx, staff_id: StaffId, id: SessionId, by: EndedBy) -> Result<bool, StoreError> {
    Ok(end(tx, "id = $1 AND staff_id = $2", [id.to_string(), staff_id.to_string()], by).await? > 0)
}

/// Ends all of a member of staff's sessions but one; returns how many.
pub async fn delete_of_staff(
    tx: &mut Tx,
    staff_id: StaffId,
    but: Option<SessionId>,
    by: EndedBy,
) -> Result<u64, StoreError> {
    let but = but.map_or_else(String::new, |id| id.to_string());
    end(tx, "staff_id = $1 AND id <> $2", [staff_id.to_string(), but], by).await
}

/// Ends the sessions for which `condition` is true with `values`; returns how many. Their tokens are remembered as ended until the sessions' own ends.
async fn end(tx: &mut Tx, condition: &'static str, values: [String; 2], by: EndedBy) -> Result<u64, StoreError> {
    let [first, second] = &values;
    let remember = sqlx::AssertSqlSafe(format!(
        "INSERT INTO ended_sessions (token_sha256, through_box, ended_by, expires_at)
         SELECT token_sha256, through_box, CAST($3 AS TEXT), expires_at FROM sessions WHERE {condition}"
    ));
    sqlx::query(remember).bind(first).bind(second).bind(by.as_str()).execute(tx.conn()).await?;
    let delete = sqlx::AssertSqlSafe(format!("DELETE FROM sessions WHERE {condition}"));
    let done = sqlx::query(delete).bind(first).bind(second).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}

/// Who ended the session of a token before its time, as far as its own end has not come; told only to who came through the same box, or through none as it did.
pub async fn ended_by(
    db: &mut Db,
    digest: &[u8; 32],
    through_box: Option<HomeId>,
    now: Timestamp,
) -> Result<Option<EndedBy>, StoreError> {
    let row = sqlx::query("SELECT * FROM ended_sessions WHERE token_sha256 = $1 AND expires_at > $2")
        .bind(hex(digest))
        .bind(now.as_millisecond())
        .fetch_optional(db.conn())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let cells = Cells::new(ENDED, &row);
    let opened_through: Option<HomeId> = cells.opt_parse("through_box")?;
    if opened_through == through_box { cells.parse("ended_by").map(Some) } else { Ok(None) }
}

/// Removes what is over, and what was remembered of sessions that would be over by now; returns how many.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    for statement in
        ["DELETE FROM sessions WHERE expires_at <= $1", "DELETE FROM ended_sessions WHERE expires_at <= $1"]
    {
        gone += sqlx::query(statement).bind(now.as_millisecond()).execute(tx.conn()).await?.rows_affected();
    }
    Ok(gone)
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
        id: cells.parse("id")?,
        token_sha256: cells.digest("token_sha256")?,
        subject,
        through_box: cells.opt_parse("through_box")?,
        method: cells.parse("method")?,
        device: cells.text("device")?,
        address: cells.opt_text("address")?.map(Into::into),
        created_at: cells.time("created_at")?,
        last_used_at: cells.time("last_used_at")?,
        authenticated_at: cells.opt_time("authenticated_at")?.unwrap_or(cells.time("created_at")?),
        expires_at: cells.time("expires_at")?,
        enrols_only: cells.flag("enrols_only")?,
        sets_password: cells.flag("sets_password")?,
    })
}
