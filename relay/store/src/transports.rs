//! Rides to a hospital.

use yunzhen_domain::ids::{HomeId, ReferralId, TransportId};
use yunzhen_domain::machines::transport::State;
use yunzhen_domain::records::Transport;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "transports";

/// Which rides.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// Of this home.
    pub home: Option<HomeId>,
    /// For this referral.
    pub referral: Option<ReferralId>,
}

/// One ride.
pub async fn get(db: &mut Db, id: TransportId) -> Result<Option<Transport>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM transports WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page, by the time they were asked for.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Transport>, StoreError> {
    let rows = Walks::over(TABLE, "created_at")
        .equal("home_id", filter.home)
        .equal("referral_id", filter.referral)
        .among("state", filter.states.iter().map(|state| state.as_str().to_owned()))
        .fetch(db, paging)
        .await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |t| Cursor { at_ms: t.created_at.as_millisecond(), id: t.id.uuid() }))
}

/// A new ride.
pub async fn insert(tx: &mut Tx, ride: &Transport) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO transports (id, version, state, referral_id, resident_id, home_id, vehicle, destination, pick_up_at,
             needs, carrier, end_reason, requested_by, created_at, timeline)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(ride.id.to_string())
    .bind(ride.version)
    .bind(ride.state.as_str())
    .bind(ride.referral_id.map(|id| id.to_string()))
    .bind(ride.resident_id.to_string())
    .bind(ride.home_id.to_string())
    .bind(ride.vehicle.as_str())
    .bind(&ride.destination)
    .bind(ride.pick_up_at.as_millisecond())
    .bind(to_json(TABLE, "needs", &ride.needs)?)
    .bind(ride.carrier.as_ref().map(|carrier| to_json(TABLE, "carrier", carrier)).transpose()?)
    .bind(ride.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .bind(ride.requested_by.to_string())
    .bind(ride.created_at.as_millisecond())
    .bind(to_json(TABLE, "timeline", &ride.timeline)?)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed ride, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, ride: &Transport) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE transports SET version = $2, state = $3, carrier = $4, end_reason = $5, timeline = $6
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(ride.id.to_string())
    .bind(ride.version)
    .bind(ride.state.as_str())
    .bind(ride.carrier.as_ref().map(|carrier| to_json(TABLE, "carrier", carrier)).transpose()?)
    .bind(ride.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .bind(to_json(TABLE, "timeline", &ride.timeline)?)
    .execute(tx.conn())
    .await?;
    one_row("transport", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Transport, StoreError> {
    Ok(Transport {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        referral_id: cells.opt_parse("referral_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        vehicle: cells.parse("vehicle")?,
        destination: cells.text("destination")?,
        pick_up_at: cells.time("pick_up_at")?,
        needs: cells.json("needs")?,
        carrier: cells.opt_json("carrier")?,
        end_reason: cells.opt_text("end_reason")?.map(Into::into),
        requested_by: cells.parse("requested_by")?,
        created_at: cells.time("created_at")?,
        timeline: cells.json("timeline")?,
    })
}
