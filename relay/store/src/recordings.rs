//! Recordings of consultations: what was asked for, how far it has come in its life, and what its file is. The bytes are no part of the store.

use jiff::Timestamp;
use yunzhen_domain::Sealed;
use yunzhen_domain::ids::{ConsultationId, HomeId, RecordingId};
use yunzhen_domain::records::{Assembly, Gap, Movie, Recording};

use crate::row::{Cells, hex, one_row, to_json};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "recordings";

/// A new one, asked for.
pub async fn insert(tx: &mut Tx, recording: &Recording) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO recordings (id, version, consultation_id, resident_id, home_id, state, sealed_key, asked_at, asked_by, is_cut)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
    )
    .bind(recording.id.to_string())
    .bind(recording.version)
    .bind(recording.consultation_id.to_string())
    .bind(recording.resident_id.to_string())
    .bind(recording.home_id.to_string())
    .bind(recording.state.as_str())
    .bind(recording.key.as_kept())
    .bind(recording.asked_at.as_millisecond())
    .bind(recording.asked_by.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed recording, whose version is one above the stored one. Whose it is and its key never change.
pub async fn update(tx: &mut Tx, recording: &Recording) -> Result<(), StoreError> {
    let movie = recording.movie.as_ref();
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let done = sqlx::query(
        "UPDATE recordings SET version = $2, state = $3, began_at = $4, stopped_at = $5, stop_cause = $6, trouble = $7, is_cut = $8, ended_at = $9,
             failure = $10, duration_ms = $11, bytes = $12, sha256 = $13, gaps = $14, troubles = $15, assembly_tries = $16, assembly_due_at = $17
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(recording.id.to_string())
    .bind(recording.version)
    .bind(recording.state.as_str())
    .bind(recording.began_at.map(Timestamp::as_millisecond))
    .bind(recording.stopped_at.map(Timestamp::as_millisecond))
    .bind(recording.stop_cause.map(|cause| cause.as_str()))
    .bind(recording.trouble.map(|trouble| trouble.as_str()))
    .bind(i64::from(recording.is_cut))
    .bind(recording.ended_at.map(Timestamp::as_millisecond))
    .bind(recording.failure.map(|failure| failure.as_str()))
    .bind(movie.map(|movie| number(movie.duration_ms)))
    .bind(movie.map(|movie| number(movie.bytes)))
    .bind(movie.map(|movie| hex(&movie.sha256)))
    .bind(movie.map(|movie| to_json(TABLE, "gaps", &movie.gaps)).transpose()?)
    .bind(to_json(TABLE, "troubles", &recording.troubles)?)
    .bind(i64::from(recording.assembly.tries))
    .bind(recording.assembly.due_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    one_row("recording", done.rows_affected())
}

/// One recording.
pub async fn get(db: &mut Db, id: RecordingId) -> Result<Option<Recording>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM recordings WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of one consultation, oldest first; the domain bounds how many there are.
pub async fn of_consultation(db: &mut Db, id: ConsultationId) -> Result<Vec<Recording>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM recordings WHERE consultation_id = $1 ORDER BY asked_at, id");
    query.value(id.to_string());
    decode_all(&query.fetch_all(db).await?)
}

/// Those of which a home's box may have something, or is to make it; oldest first, at most `limit`.
pub async fn open_of(db: &mut Db, home: HomeId, limit: u32) -> Result<Vec<Recording>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM recordings WHERE home_id = $1 AND state IN ('asked', 'recording', 'backfilling')
         ORDER BY asked_at, id LIMIT $2",
    );
    query.value(home.to_string()).value(i64::from(limit));
    decode_all(&query.fetch_all(db).await?)
}

/// Those that have not ended, of any home, oldest first, at most `limit`.
pub async fn under_way(db: &mut Db, limit: u32) -> Result<Vec<Recording>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM recordings WHERE state IN ('asked', 'recording', 'backfilling', 'assembling')
         ORDER BY asked_at, id LIMIT $1",
    );
    query.value(i64::from(limit));
    decode_all(&query.fetch_all(db).await?)
}

/// Whether there is any, and so a key that only the relay's own opens.
pub async fn any(db: &mut Db) -> Result<bool, StoreError> {
    Ok(sqlx::query("SELECT id FROM recordings LIMIT 1").fetch_optional(db.conn()).await?.is_some())
}

fn decode_all(rows: &[sqlx::any::AnyRow]) -> Result<Vec<Recording>, StoreError> {
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn decode(cells: &Cells<'_>) -> Result<Recording, StoreError> {
    let (duration, bytes): (Option<u64>, Option<u64>) = (cells.opt_count("duration_ms")?, cells.opt_count("bytes")?);
    let (sha256, gaps) = (cells.opt_digest("sha256")?, cells.opt_json::<Vec<Gap>>("gaps")?);
    let movie = match (duration, bytes, sha256, gaps) {
        (Some(duration_ms), Some(bytes), Some(sha256), Some(gaps)) => Some(Movie { duration_ms, bytes, sha256, gaps }),
        (..) => None,
    };
    Ok(Recording {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        consultation_id: cells.parse("consultation_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        state: cells.parse("state")?,
        key: Sealed::kept(cells.text("sealed_key")?),
        asked_at: cells.time("asked_at")?,
        asked_by: cells.parse("asked_by")?,
        began_at: cells.opt_time("began_at")?,
        stopped_at: cells.opt_time("stopped_at")?,
        stop_cause: cells.opt_parse("stop_cause")?,
        trouble: cells.opt_parse("trouble")?,
        troubles: cells.json("troubles")?,
        is_cut: cells.flag("is_cut")?,
        assembly: Assembly { tries: cells.int("assembly_tries")?, due_at: cells.opt_time("assembly_due_at")? },
        ended_at: cells.opt_time("ended_at")?,
        failure: cells.opt_parse("failure")?,
        movie,
    })
}
