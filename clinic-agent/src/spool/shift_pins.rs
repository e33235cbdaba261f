//! Whose PIN opens which tablet, in the spool's file: with the sessions, owner-only, for the shift and no longer. See [`crate::shift`].

use super::sealing::Sealer;
use super::store::{Fallible, SHIFT_PINS, SpoolError, Store};
use crate::shift::ShiftPin;
use jiff::Timestamp;
use redb::{ReadableDatabase as _, ReadableTable as _, Table};
use uuid::Uuid;

impl Store {
    /// Keeps what a PIN is checked by, and forgets what is over.
    pub fn keep_shift_pin(&self, pin: &ShiftPin, now: Timestamp) -> Result<(), SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            {
                let mut table = write.open_table(SHIFT_PINS)?;
                let key = key(pin);
                let sealed = self.sealer.seal(&SHIFT_PINS, key.as_str(), pin)?;
                table.insert(key.as_str(), sealed.as_slice())?;
                keep_only(&self.sealer, &mut table, |kept| kept.until > now)?;
            }
            Ok(write.commit()?)
        })
    }

    /// Those of one tablet, in the order of staff ids; the caller looks at `until`.
    pub fn shift_pins(&self, tablet: &str) -> Result<Vec<ShiftPin>, SpoolError> {
        self.with(|db| {
            let mut pins = Vec::new();
            for row in db.begin_read()?.open_table(SHIFT_PINS)?.iter()? {
                let (key, value) = row?;
                match self.sealer.open::<ShiftPin>(&SHIFT_PINS, key.value(), value.value()) {
                    Ok(pin) if pin.tablet == tablet => pins.push(pin),
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "a kept PIN cannot be read"),
                }
            }
            Ok(pins)
        })
    }

    /// She is signed out: her PIN opens no tablet any more.
    pub fn drop_shift_pins_of(&self, staff_id: Uuid) -> Result<(), SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            keep_only(&self.sealer, &mut write.open_table(SHIFT_PINS)?, |kept| kept.staff_id != staff_id)?;
            Ok(write.commit()?)
        })
    }
}

fn key(pin: &ShiftPin) -> String {
    format!("{}:{}", pin.tablet, pin.staff_id)
}

/// What cannot be read opens nothing and goes too.
fn keep_only(
    sealer: &Sealer,
    table: &mut Table<'_, &'static str, &'static [u8]>,
    wanted: impl Fn(&ShiftPin) -> bool,
) -> Fallible<()> {
    Ok(table.retain(|key, value| sealer.open::<ShiftPin>(&SHIFT_PINS, key, value).is_ok_and(|kept| wanted(&kept)))?)
}
