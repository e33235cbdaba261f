//! Presses of the beds' buttons in the spool's file, from the press until the relay has heard it or a nurse has seen it: a power cut in between loses nobody's
//! call. What becomes of a press is decided in [`crate::buttons::calls`].

use super::store::{PRESSES, SpoolError, Store};
use crate::buttons::calls::Press;
use redb::{ReadableDatabase as _, ReadableTable as _};
use uuid::Uuid;

impl Store {
    /// Keeps a press; when this returns it survives a power cut. An earlier one of the same bed gives way: a bed has one call.
    pub fn keep_press(&self, press: &Press) -> Result<(), SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            {
                let mut table = write.open_table(PRESSES)?;
                table.retain(|id, kept| {
                    self.sealer.open::<Press>(&PRESSES, &id, kept).map_or(true, |kept| kept.bed != press.bed)
                })?;
                let id = press.id.as_u128();
                table.insert(id, self.sealer.seal(&PRESSES, &id, press)?.as_slice())?;
            }
            write.commit()?;
            Ok(())
        })
    }

    /// Somebody knows of a press.
    pub fn drop_press(&self, id: Uuid) -> Result<(), SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            write.open_table(PRESSES)?.remove(id.as_u128())?;
            write.commit()?;
            Ok(())
        })
    }

    /// Presses that nobody knows of, oldest first.
    pub fn presses(&self) -> Result<Vec<Press>, SpoolError> {
        self.with(|db| {
            let mut presses = Vec::new();
            for row in db.begin_read()?.open_table(PRESSES)?.iter()? {
                let (id, value) = row?;
                match self.sealer.open(&PRESSES, &id.value(), value.value()) {
                    Ok(press) => presses.push(press),
                    Err(error) => tracing::error!(id = id.value(), %error, "a kept press of a button cannot be read"),
                }
            }
            Ok(presses)
        })
    }
}
