//! Readings of devices in the spool's file, from arrival to the nurse's decision. A confirmation and the entry that carries it to
//! the relay are one transaction: after a power cut there are both or neither. What is decided is decided in
//! [`crate::devices::reading`] and [`crate::devices::queue`].

use super::entry::{BedAndName, Entry, Kind, State as EntryState};
use super::sealing::Sealer;
use super::store::{Fallible, Insertion, READINGS, SpoolError, Store, insert};
use crate::devices::gatt::Remark;
use crate::devices::queue::{Admission, admit, forgotten, outdated};
use crate::devices::reading::{Decided, DiscardReason, Event, Outcome, Reading};
use jiff::Timestamp;
use redb::{ReadableDatabase as _, ReadableTable, WriteTransaction};
use uuid::Uuid;
use yunzhen_domain::checked::RawFrame;

/// A nurse says whose a reading is.
pub struct Confirmation {
    /// The reading.
    pub id: Uuid,
    /// Whose it is.
    pub resident_id: Uuid,
    /// As the page knew them.
    pub whose: Option<BedAndName>,
    /// Who says so; it goes to the relay in her name.
    pub author: Uuid,
    /// In which language her page asked (`zh`, `en`).
    pub language: String,
    /// Id of the entry that carries it.
    pub entry_id: Uuid,
    /// Now.
    pub at: Timestamp,
}

type Table<'txn> = redb::Table<'txn, u128, &'static [u8]>;

fn all(sealer: &Sealer, table: &impl ReadableTable<u128, &'static [u8]>) -> Fallible<Vec<Reading>> {
    let mut readings = Vec::new();
    for row in table.iter()? {
        let (id, value) = row?;
        match sealer.open(&READINGS, &id.value(), value.value()) {
            Ok(reading) => readings.push(reading),
            Err(error) => tracing::error!(id = id.value(), %error, "a device's reading in the spool cannot be read"),
        }
    }
    Ok(readings)
}

fn put(sealer: &Sealer, table: &mut Table<'_>, reading: &Reading) -> Fallible<()> {
    let id = reading.id.as_u128();
    table.insert(id, sealer.seal(&READINGS, &id, reading)?.as_slice())?;
    Ok(())
}

/// Lets readings go; only those that wait can.
fn drop_all(sealer: &Sealer, table: &mut Table<'_>, known: &[Reading], ids: &[Uuid]) -> Fallible<usize> {
    let mut dropped = 0;
    for reading in known.iter().filter(|reading| ids.contains(&reading.id)) {
        if let Ok(Outcome::Changed(state)) = reading.state.apply(Event::Drop) {
            put(sealer, table, &Reading { state, recording: None, ..reading.clone() })?;
            dropped += 1;
        }
    }
    if dropped > 0 {
        tracing::warn!(dropped, "readings of devices were dropped: nobody confirmed them");
        metrics::counter!("yunzhen_device_readings_dropped_total").increment(dropped as u64);
    }
    Ok(dropped)
}

/// What one decision in a transaction came to.
type Decision<T> = Result<T, SpoolError>;

impl Store {
    /// Keeps a new reading; one that was received before changes nothing.
    pub fn take_reading(&self, new: &Reading) -> Result<Admission, SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            let admission = {
                let mut table = write.open_table(READINGS)?;
                let known = all(&self.sealer, &table)?;
                let admission = admit(&known, new);
                if let Admission::Taken { dropped } = &admission {
                    drop_all(&self.sealer, &mut table, &known, dropped)?;
                    put(&self.sealer, &mut table, new)?;
                    for id in forgotten(&known) {
                        table.remove(id.as_u128())?;
                    }
                }
                admission
            };
            match admission {
                Admission::Repeated => write.abort()?,
                Admission::Taken { .. } => write.commit()?,
            }
            Ok(admission)
        })
    }

    /// Adds what a device says later about a reading that still waits. `false` when there is none.
    pub fn explain_reading(
        &self,
        address: &str,
        sequence: u16,
        remark: Option<Remark>,
        raw_frame: &RawFrame,
    ) -> Result<bool, SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            let explained = {
                let mut table = write.open_table(READINGS)?;
                let meant = all(&self.sealer, &table)?.into_iter().rev().find(|reading| {
                    reading.state.is_waiting()
                        && reading.device.address == address
                        && reading.sequence == Some(sequence)
                });
                match meant.and_then(|reading| Some((reading.raw_frame.as_ref()?.with(raw_frame).ok()?, reading))) {
                    Some((both, mut reading)) => {
                        reading.raw_frame = Some(both);
                        reading.remarks.extend(remark);
                        put(&self.sealer, &mut table, &reading)?;
                        true
                    }
                    None => false,
                }
            };
            write.commit()?;
            Ok(explained)
        })
    }

    /// The nurse says whose a reading is: it becomes an entry for the relay. Saying the same again changes nothing.
    pub fn confirm_reading(&self, confirmation: &Confirmation) -> Result<Outcome, SpoolError> {
        let &Confirmation { id, resident_id, ref whose, author, ref language, entry_id, at } = confirmation;
        self.decide(id, Event::Confirm { resident_id }, |write, reading, outcome| {
            if outcome == Outcome::Repeated {
                return Ok(Ok(outcome));
            }
            let entry = Entry {
                id: entry_id,
                key: reading.key(),
                kind: if reading.recording.is_some() { Kind::Ecg } else { Kind::Observations },
                resident_id,
                whose: whose.clone(),
                author,
                language: Some(language.clone()),
                body: reading.body(),
                state: EntryState::Saved,
                created_at: at,
                problem: None,
                dismissal: None,
            };
            Ok(match insert(write, &self.sealer, &entry)? {
                Insertion::New | Insertion::Repeated(_) => Ok(outcome),
                Insertion::KeyReused => Err(SpoolError::KeyReused),
                Insertion::Full => Err(SpoolError::Full),
                Insertion::FullOfDocuments => Err(SpoolError::FullOfDocuments),
            })
        })
    }

    /// The nurse says that a reading is nobody's.
    pub fn discard_reading(&self, id: Uuid, reason: DiscardReason) -> Result<(), SpoolError> {
        self.decide(id, Event::Discard { reason }, |_, _, _| Ok(Ok(())))
    }

    /// Applies an event to one reading; with what `beside` does, all or nothing.
    fn decide<T>(
        &self,
        id: Uuid,
        event: Event,
        beside: impl FnOnce(&WriteTransaction, &Reading, Outcome) -> Fallible<Decision<T>>,
    ) -> Result<T, SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            let decision = decide_in(&write, &self.sealer, id, event, beside)?;
            match decision {
                Ok(value) => {
                    write.commit()?;
                    Ok(Ok(value))
                }
                Err(error) => {
                    write.abort()?;
                    Ok(Err(error))
                }
            }
        })?
    }

    /// Lets readings go that waited too long; says how many.
    pub fn drop_outdated(&self, now: Timestamp) -> Result<usize, SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            let dropped = {
                let mut table = write.open_table(READINGS)?;
                let known = all(&self.sealer, &table)?;
                drop_all(&self.sealer, &mut table, &known, &outdated(&known, now))?
            };
            if dropped > 0 {
                write.commit()?;
            } else {
                write.abort()?;
            }
            Ok(dropped)
        })
    }

    /// Every reading that waits or is still remembered, oldest first.
    pub fn readings(&self) -> Result<Vec<Reading>, SpoolError> {
        self.with(|db| all(&self.sealer, &db.begin_read()?.open_table(READINGS)?))
    }
}

fn decide_in<T>(
    write: &WriteTransaction,
    sealer: &Sealer,
    id: Uuid,
    event: Event,
    beside: impl FnOnce(&WriteTransaction, &Reading, Outcome) -> Fallible<Decision<T>>,
) -> Fallible<Decision<T>> {
    let mut table = write.open_table(READINGS)?;
    let key = id.as_u128();
    let found = table.get(key)?.and_then(|value| sealer.open::<Reading>(&READINGS, &key, value.value()).ok());
    let Some(mut reading) = found else { return Ok(Err(SpoolError::UnknownReading(id))) };
    let outcome = match reading.state.apply(event) {
        Ok(outcome) => outcome,
        Err(decided @ Decided { .. }) => return Ok(Err(decided.into())),
    };
    if let Outcome::Changed(state) = outcome {
        reading.state = state;
        // What is decided is remembered to recognise it; its curve goes on with the entry.
        put(sealer, &mut table, &Reading { recording: None, ..reading.clone() })?;
    }
    drop(table);
    beside(write, &reading, outcome)
}

#[cfg(test)]
mod tests;
