//! What was last known of each clinic box, so that it is known after a restart too.

use jiff::Timestamp;
use yunzhen_domain::ids::HomeId;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "boxes";

/// A box as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxRecord {
    /// In which home.
    pub home_id: HomeId,
    /// Was it connected.
    pub connected: bool,
    /// Since when it is so.
    pub since: Timestamp,
    /// Version of its agent.
    pub agent_version: String,
    /// From where it connected.
    pub address: String,
    /// End of its certificate.
    pub certificate_not_after: Timestamp,
}

/// Every box that ever connected.
pub async fn list(db: &mut Db) -> Result<Vec<BoxRecord>, StoreError> {
    let rows = sqlx::query("SELECT * FROM boxes ORDER BY home_id").fetch_all(db.conn()).await?;
    rows.iter()
        .map(|row| {
            let cells = Cells::new(TABLE, row);
            Ok(BoxRecord {
                home_id: cells.parse("home_id")?,
                connected: cells.flag("connected")?,
                since: cells.time("since")?,
                agent_version: cells.text("agent_version")?,
                address: cells.text("address")?,
                certificate_not_after: cells.time("certificate_not_after")?,
            })
        })
        .collect()
}

/// Keeps what is known now.
pub async fn put(tx: &mut Tx, known: &BoxRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boxes (home_id, connected, since, agent_version, address, certificate_not_after)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (home_id) DO UPDATE SET connected = excluded.connected, since = excluded.since,
             agent_version = excluded.agent_version, address = excluded.address,
             certificate_not_after = excluded.certificate_not_after",
    )
    .bind(known.home_id.to_string())
    .bind(i64::from(known.connected))
    .bind(known.since.as_millisecond())
    .bind(&known.agent_version)
    .bind(&known.address)
    .bind(known.certificate_not_after.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Nobody is connected at start-up.
pub async fn all_disconnected(tx: &mut Tx, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE boxes SET connected = 0, since = $1 WHERE connected = 1")
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}
