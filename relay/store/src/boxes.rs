//! What was last known of each clinic box, so that it is known after a restart too, and by every relay.

use jiff::Timestamp;
use yunzhen_domain::ids::{BoxId, HomeId};
use yunzhen_domain::records::Instances;

use crate::row::Cells;
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "boxes";
const SELECT: &str = "SELECT boxes.*, c.box_id, c.not_before AS certificate_not_before, c.revoked_at AS certificate_revoked_at FROM boxes LEFT JOIN box_certificates c ON c.serial = boxes.serial";

/// A box as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxRecord {
    /// In which home.
    pub home_id: HomeId,
    /// Was it connected.
    pub connected: bool,
    /// Since when it is so.
    pub since: Timestamp,
    /// Version of its agent; empty until it connected.
    pub agent_version: String,
    /// From where it connected; empty until it did.
    pub address: String,
    /// Begin of its certificate, where that is known.
    pub certificate_not_before: Option<Timestamp>,
    /// End of its certificate.
    pub certificate_not_after: Timestamp,
    /// Its certificate, where that is known.
    pub serial: Option<String>,
    /// Which machine it names.
    pub box_id: Option<BoxId>,
    /// That certificate is revoked.
    pub certificate_revoked: bool,
    /// What was issued by hand before and never shown is revoked.
    pub revoked_before: Option<Timestamp>,
    /// Two machines were seen with its identity, and nobody has put that right.
    pub clone_seen_at: Option<Timestamp>,
    /// The starts of its program.
    pub instances: Instances,
}

/// What is noted of a box that comes.
#[derive(Debug, Clone)]
pub struct Arrival<'a> {
    /// In which home.
    pub home_id: HomeId,
    /// When.
    pub at: Timestamp,
    /// Version of its agent.
    pub agent_version: &'a str,
    /// From where.
    pub address: &'a str,
    /// Its certificate.
    pub serial: &'a str,
    /// End of that.
    pub certificate_not_after: Timestamp,
    /// The starts of its program.
    pub instances: &'a Instances,
}

/// Every box that was ever enrolled, or came.
pub async fn list(db: &mut Db) -> Result<Vec<BoxRecord>, StoreError> {
    let text = sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY boxes.home_id"));
    let rows = sqlx::query(text).fetch_all(db.conn()).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// That of one home.
pub async fn get(db: &mut Db, home: HomeId) -> Result<Option<BoxRecord>, StoreError> {
    let text = sqlx::AssertSqlSafe(format!("{SELECT} WHERE boxes.home_id = $1"));
    let row = sqlx::query(text).bind(home.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of these homes of which something was revoked, and when.
pub async fn revoked_before_among(db: &mut Db, homes: &[HomeId]) -> Result<Vec<(HomeId, Timestamp)>, StoreError> {
    let mut revoked = Vec::new();
    for some in homes.chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT home_id, revoked_at FROM boxes WHERE revoked_at IS NOT NULL");
        query.push_among("home_id", some.iter().map(ToString::to_string));
        for row in query.fetch_all(db).await? {
            let cells = Cells::new(TABLE, &row);
            revoked.push((cells.parse("home_id")?, cells.time("revoked_at")?));
        }
    }
    Ok(revoked)
}

/// It is connected.
pub async fn came(tx: &mut Tx, arrival: &Arrival<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boxes (home_id, connected, since, agent_version, address, certificate_not_after, serial, instances)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (home_id) DO UPDATE SET connected = 1, since = excluded.since, agent_version = excluded.agent_version,
             address = excluded.address, certificate_not_after = excluded.certificate_not_after, serial = excluded.serial,
             instances = excluded.instances",
    )
    .bind(arrival.home_id.to_string())
    .bind(arrival.at.as_millisecond())
    .bind(arrival.agent_version)
    .bind(arrival.address)
    .bind(arrival.certificate_not_after.as_millisecond())
    .bind(arrival.serial)
    .bind(arrival.instances.to_kept())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The connection that began then is over, unless a newer one is noted.
pub async fn went(tx: &mut Tx, home: HomeId, came_at: Timestamp, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE boxes SET connected = 0, since = $3 WHERE home_id = $1 AND connected = 1 AND since = $2")
        .bind(home.to_string())
        .bind(came_at.as_millisecond())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// It has another certificate, by enrolment or renewal.
pub async fn certified(
    tx: &mut Tx,
    home: HomeId,
    serial: &str,
    not_after: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boxes (home_id, connected, since, agent_version, address, certificate_not_after, serial)
         VALUES ($1, 0, $2, '', '', $3, $4)
         ON CONFLICT (home_id) DO UPDATE SET certificate_not_after = excluded.certificate_not_after, serial = excluded.serial",
    )
    .bind(home.to_string())
    .bind(at.as_millisecond())
    .bind(not_after.as_millisecond())
    .bind(serial)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What it had is revoked; with it goes the alarm about a copy.
pub async fn revoked(tx: &mut Tx, home: HomeId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boxes (home_id, connected, since, agent_version, address, certificate_not_after, revoked_at)
         VALUES ($1, 0, $2, '', '', $2, $2)
         ON CONFLICT (home_id) DO UPDATE SET revoked_at = excluded.revoked_at, clone_seen_at = NULL, instances = NULL",
    )
    .bind(home.to_string())
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Two machines live with its identity.
pub async fn clone_seen(tx: &mut Tx, home: HomeId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE boxes SET clone_seen_at = $2 WHERE home_id = $1")
        .bind(home.to_string())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<BoxRecord, StoreError> {
    Ok(BoxRecord {
        home_id: cells.parse("home_id")?,
        connected: cells.flag("connected")?,
        since: cells.time("since")?,
        agent_version: cells.text("agent_version")?,
        address: cells.text("address")?,
        certificate_not_before: cells.opt_time("certificate_not_before")?,
        certificate_not_after: cells.time("certificate_not_after")?,
        serial: cells.opt_text("serial")?,
        box_id: cells.opt_parse("box_id")?,
        certificate_revoked: cells.opt_time("certificate_revoked_at")?.is_some(),
        revoked_before: cells.opt_time("revoked_at")?,
        clone_seen_at: cells.opt_time("clone_seen_at")?,
        instances: cells.opt_text("instances")?.map(|text| Instances::kept(&text)).unwrap_or_default(),
    })
}
