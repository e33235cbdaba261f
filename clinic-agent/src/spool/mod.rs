//! What the nurse wrote, kept until the relay has it; and what the relay last said, for reading without a link.
//!
//! [`entry`] decides, [`store`] writes, [`delivery`] sends. `readings`: what devices sent and nobody has confirmed yet; `presses`: buttons that nobody has heard yet;
//! `tries`: wrong parcel codes that the relay has not counted yet; `shift_pins`: whose PIN opens which tablet. `file` opens the file, `sealing` seals what
//! is written, `migration` what an older program wrote in clear. `saved` is answered only after the disk confirmed the entry;
//! every attempt carries the page's own idempotency key, so that a lost answer never makes a second record.

pub mod delivery;
pub mod entry;
mod file;
mod migration;
mod presses;
mod readings;
mod sealing;
mod shift_pins;
pub mod store;
mod tries;

pub use entry::{BedAndName, DismissReason, Dismissal, Entry, Event, Kind, State};
pub use readings::Confirmation;
pub use store::{Answer, Counts, Session, SpoolError, Store};
pub use tries::Try;

use crate::buttons::calls::Press;
use crate::devices::gatt::Remark;
use crate::devices::queue::Admission;
use crate::devices::reading::{DiscardReason, Outcome, Reading};
use crate::shift::ShiftPin;
use jiff::Timestamp;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;
use yunzhen_domain::checked::RawFrame;
use yunzhen_runtime::sealed::RootKey;

/// The spool for async callers: each call runs on the blocking pool.
#[derive(Clone)]
pub struct Spool {
    store: Arc<Store>,
    /// Counts the changes; whoever shows or delivers entries watches it.
    changes: watch::Sender<u64>,
}

impl Spool {
    /// Opens the file, whose values this key seals. The second value reports a file that had to be set aside.
    pub fn open(path: &Path, key: &RootKey, now: Timestamp) -> Result<(Self, Option<SpoolError>), SpoolError> {
        let (store, aside) = Store::open(path, key, now)?;
        Ok((Self { store: Arc::new(store), changes: watch::Sender::new(0) }, aside))
    }

    /// Yields whenever an entry or a session changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, SpoolError> + Send + 'static,
    ) -> Result<T, SpoolError> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(result) => result,
            Err(join) => std::panic::resume_unwind(join.into_panic()),
        }
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// See [`Store::save`].
    pub async fn save(&self, entry: Entry) -> Result<(Entry, bool), SpoolError> {
        let saved = self.blocking(move |store| store.save(&entry)).await?;
        self.changed();
        Ok(saved)
    }

    /// The entry as the relay takes it: a document with its content.
    pub async fn whole(&self, entry: Entry) -> Result<Entry, SpoolError> {
        if !entry.kind.is_long() {
            return Ok(entry);
        }
        let key = entry.key.clone();
        let content = self.blocking(move |store| store.content(&key)).await?;
        Ok(entry.whole(content))
    }

    /// All readable entries, oldest first; unreadable ones are logged. Documents are without their content.
    pub async fn entries(&self) -> Result<Vec<(u64, Entry)>, SpoolError> {
        let rows = self.blocking(Store::entries).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| row.inspect_err(|error| tracing::error!(%error, "spool entry cannot be read")).ok())
            .collect())
    }

    /// See [`Store::advance`].
    pub async fn advance(&self, seq: u64, event: Event, problem: Option<Value>) -> Result<State, SpoolError> {
        let state = self.blocking(move |store| store.advance(seq, event, problem)).await?;
        self.changed();
        Ok(state)
    }

    /// See [`Store::dismiss`].
    pub async fn dismiss(&self, id: Uuid, dismissal: Dismissal) -> Result<(), SpoolError> {
        self.blocking(move |store| store.dismiss(id, dismissal)).await?;
        self.changed();
        Ok(())
    }

    /// See [`Store::counts`].
    pub async fn counts(&self) -> Result<Counts, SpoolError> {
        self.blocking(Store::counts).await
    }

    /// See [`Store::take_reading`].
    pub async fn take_reading(&self, reading: Reading) -> Result<Admission, SpoolError> {
        let admission = self.blocking(move |store| store.take_reading(&reading)).await?;
        self.changed();
        Ok(admission)
    }

    /// See [`Store::explain_reading`].
    pub async fn explain_reading(
        &self,
        address: String,
        sequence: u16,
        remark: Option<Remark>,
        raw_frame: RawFrame,
    ) -> Result<bool, SpoolError> {
        let found = self.blocking(move |store| store.explain_reading(&address, sequence, remark, &raw_frame)).await?;
        self.changed();
        Ok(found)
    }

    /// See [`Store::confirm_reading`].
    pub async fn confirm_reading(&self, confirmation: Confirmation) -> Result<Outcome, SpoolError> {
        let outcome = self.blocking(move |store| store.confirm_reading(&confirmation)).await?;
        self.changed();
        Ok(outcome)
    }

    /// See [`Store::discard_reading`].
    pub async fn discard_reading(&self, id: Uuid, reason: DiscardReason) -> Result<(), SpoolError> {
        self.blocking(move |store| store.discard_reading(id, reason)).await?;
        self.changed();
        Ok(())
    }

    /// See [`Store::drop_outdated`].
    pub async fn drop_outdated(&self, now: Timestamp) -> Result<usize, SpoolError> {
        let dropped = self.blocking(move |store| store.drop_outdated(now)).await?;
        if dropped > 0 {
            self.changed();
        }
        Ok(dropped)
    }

    /// See [`Store::readings`].
    pub async fn readings(&self) -> Result<Vec<Reading>, SpoolError> {
        self.blocking(Store::readings).await
    }

    /// See [`Store::keep_press`].
    pub async fn keep_press(&self, press: Press) -> Result<(), SpoolError> {
        self.blocking(move |store| store.keep_press(&press)).await
    }

    /// See [`Store::drop_press`].
    pub async fn drop_press(&self, id: Uuid) -> Result<(), SpoolError> {
        self.blocking(move |store| store.drop_press(id)).await
    }

    /// See [`Store::presses`].
    pub async fn presses(&self) -> Result<Vec<Press>, SpoolError> {
        self.blocking(Store::presses).await
    }

    /// See [`Store::keep_try`].
    pub async fn keep_try(&self, refused: Try) -> Result<(), SpoolError> {
        self.blocking(move |store| store.keep_try(&refused)).await
    }

    /// See [`Store::tries`].
    pub async fn tries(&self) -> Result<Vec<Try>, SpoolError> {
        self.blocking(Store::tries).await
    }

    /// See [`Store::drop_tries`].
    pub async fn drop_tries(&self, ids: Vec<Uuid>) -> Result<(), SpoolError> {
        self.blocking(move |store| store.drop_tries(&ids)).await
    }

    /// See [`Store::keep_shift_pin`].
    pub async fn keep_shift_pin(&self, pin: ShiftPin, now: Timestamp) -> Result<(), SpoolError> {
        self.blocking(move |store| store.keep_shift_pin(&pin, now)).await
    }

    /// See [`Store::shift_pins`].
    pub async fn shift_pins(&self, tablet: String) -> Result<Vec<ShiftPin>, SpoolError> {
        self.blocking(move |store| store.shift_pins(&tablet)).await
    }

    /// See [`Store::drop_shift_pins_of`].
    pub async fn drop_shift_pins_of(&self, staff_id: Uuid) -> Result<(), SpoolError> {
        self.blocking(move |store| store.drop_shift_pins_of(staff_id)).await
    }

    /// See [`Store::keep_answer`].
    pub async fn keep_answer(&self, path: String, answer: Answer) -> Result<(), SpoolError> {
        self.blocking(move |store| store.keep_answer(&path, &answer)).await
    }

    /// See [`Store::answer`].
    pub async fn answer(&self, path: String) -> Result<Option<Answer>, SpoolError> {
        self.blocking(move |store| store.answer(&path)).await
    }

    /// See [`Store::keep_session`].
    pub async fn keep_session(&self, hash: String, session: Session, now: Timestamp) -> Result<(), SpoolError> {
        self.blocking(move |store| store.keep_session(&hash, &session, now)).await?;
        self.changed();
        Ok(())
    }

    /// See [`Store::lock_session`].
    pub async fn lock_session(&self, hash: String, locked: bool) -> Result<Option<Session>, SpoolError> {
        let session = self.blocking(move |store| store.lock_session(&hash, locked)).await?;
        self.changed();
        Ok(session)
    }

    /// See [`Store::drop_session`].
    pub async fn drop_session(&self, hash: String) -> Result<(), SpoolError> {
        self.blocking(move |store| store.drop_session(&hash)).await
    }

    /// See [`Store::session`].
    pub async fn session(&self, hash: String) -> Result<Option<Session>, SpoolError> {
        self.blocking(move |store| store.session(&hash)).await
    }

    /// See [`Store::sessions`].
    pub async fn sessions(&self, now: Timestamp) -> Result<Vec<(String, Session)>, SpoolError> {
        self.blocking(move |store| store.sessions(now)).await
    }
}

/// The key under which a session token is kept.
pub fn token_hash(token: &str) -> String {
    sha256_hex(token)
}

fn sha256_hex(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new entry's id: time-ordered, from the caller's clock and randomness.
pub fn entry_id(now: Timestamp, random: &[u8; 10]) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid()
}

#[cfg(test)]
mod tests;
