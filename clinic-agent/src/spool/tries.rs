//! Wrong parcel codes in the spool's file, from the moment one is refused without a link until the relay has counted it and said how many may still be tried:
//! neither a restart nor a pulled cable begins the count anew. What was typed is not kept.

use super::store::{SpoolError, Store, TRIES};
use jiff::Timestamp;
use redb::{ReadableDatabase as _, ReadableTable as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yunzhen_domain::ids::DeliveryId;

/// Tries of one parcel that are kept one by one; so many more than are free that the rest would tell the relay nothing new.
const KEPT: usize = 20;

/// A wrong code that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// Its id, which makes the idempotency key.
    pub id: Uuid,
    /// On which parcel.
    pub delivery_id: DeliveryId,
    /// When.
    pub at: Timestamp,
}

impl Try {
    /// The same for every attempt to tell it.
    pub fn idempotency_key(&self) -> String {
        format!("parcel-code-{}", self.id)
    }
}

impl Store {
    /// Keeps a try; when this returns it survives a power cut.
    pub fn keep_try(&self, refused: &Try) -> Result<(), SpoolError> {
        if self.tries()?.iter().filter(|kept| kept.delivery_id == refused.delivery_id).count() >= KEPT {
            return Ok(());
        }
        self.with(|db| {
            let write = db.begin_write()?;
            let id = refused.id.as_u128();
            write.open_table(TRIES)?.insert(id, self.sealer.seal(&TRIES, &id, refused)?.as_slice())?;
            write.commit()?;
            Ok(())
        })
    }

    /// Tries that the relay has not counted, or whose count this box has not read yet; oldest first.
    pub fn tries(&self) -> Result<Vec<Try>, SpoolError> {
        self.with(|db| {
            let mut tries = Vec::new();
            for row in db.begin_read()?.open_table(TRIES)?.iter()? {
                let (id, value) = row?;
                match self.sealer.open(&TRIES, &id.value(), value.value()) {
                    Ok(refused) => tries.push(refused),
                    Err(error) => {
                        tracing::error!(id = id.value(), %error, "a kept try of a parcel code cannot be read")
                    }
                }
            }
            Ok(tries)
        })
    }

    /// The relay's own count has them.
    pub fn drop_tries(&self, ids: &[Uuid]) -> Result<(), SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            {
                let mut table = write.open_table(TRIES)?;
                for id in ids {
                    table.remove(id.as_u128())?;
                }
            }
            write.commit()?;
            Ok(())
        })
    }
}
