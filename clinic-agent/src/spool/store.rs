//! The spool's file: a `redb` database, every write transaction fsync'd before it returns. Blocking; the async face is
//! [`super::Spool`].
//!
//! A file that cannot be read, or is sealed with another key, is set aside under another name, never deleted and never written to again (`file`). Values are
//! sealed (`sealing`).

use super::entry::{Dismissal, Entry, Event, Misplaced, State};
use super::file::{Unreadable, open_database, ready, set_aside, storage_error, unreadable};
use super::sealing::{Sealer, Unread};
use crate::devices::reading::Decided;
use jiff::{SignedDuration, Timestamp};
use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;
use yunzhen_runtime::sealed::{Closed, RootKey};

/// Sequence number → entry (JSON). The order of delivery.
pub(super) const ENTRIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entries");
/// Idempotency key → sequence number.
pub(super) const KEYS: TableDefinition<'_, &str, u64> = TableDefinition::new("keys");
/// Idempotency key → content of a document, beside its entry.
pub(super) const CONTENTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("contents");
/// Path of a GET, hidden because it says whom somebody looked for → last good answer (JSON of [`Answer`]).
pub(super) const ANSWERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("answers");
/// SHA-256 of the session token, hexadecimal → session (JSON of [`Session`]).
pub(super) const SESSIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("sessions");

/// Id of a device's reading → reading (JSON); ids are ordered by arrival. See [`super::readings`].
pub(super) const READINGS: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("readings");

/// Id of a button's press → press (JSON); ids are ordered by time. See [`super::presses`].
pub(super) const PRESSES: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("presses");

/// Id of a refused parcel code → try (JSON); ids are ordered by time. See [`super::tries`].
pub(super) const TRIES: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("tries");

/// Tablet and nurse → what her PIN is checked by (JSON). See [`super::shift_pins`].
pub(super) const SHIFT_PINS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("shift_pins");

/// Entries that may wait for the relay. At three kilobytes each this is thirty megabytes and weeks of an offline home.
pub const OPEN_LIMIT: u64 = 10_000;
/// Documents whose content lies here: those that wait and those that were refused. A page makes a photo 300 kilobytes, so
/// these are some sixty megabytes; two hundred at most.
pub const CONTENTS_LIMIT: u64 = 200;
/// Decided entries kept so that the page can show what became of them.
const DECIDED_KEPT: usize = 500;
/// Answers kept for reading offline.
const ANSWERS_KEPT: usize = 300;
/// An answer that is the same as the kept one is written again after this long: its time may be older than the truth by as much, and a page that polls costs no
/// write of the disk each time.
const SAME_ANSWER_KEPT: SignedDuration = SignedDuration::from_secs(60);
/// An answer above this size is not kept.
pub const ANSWER_BYTES: usize = 1024 * 1024;

/// Why the spool could not do what was asked. Every message says what is safe and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The file ends too early: the disk filled up or power was cut in the middle of a write that the disk had confirmed.
    #[error("the spool file {} is cut off ({detail}); it was set aside as {}: keep it and call support, new entries go to a new file", path.display(), aside.display())]
    Torn {
        /// The file.
        path: PathBuf,
        /// Where it is now.
        aside: PathBuf,
        /// What the database said.
        detail: String,
    },
    /// The file has its length but not its content.
    #[error("the spool file {} is damaged ({detail}); it was set aside as {}: keep it and call support, new entries go to a new file", path.display(), aside.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where it is now.
        aside: PathBuf,
        /// What the database said.
        detail: String,
    },
    /// Its key is not the one that this box has.
    #[error("the spool file {} is sealed with another key than the one in [spool] key; it was set aside as {}, and new entries go to a new file: to have what is in it, stop the box, put the key that was there before back, and give the file its former name", path.display(), aside.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// Where it is now.
        aside: PathBuf,
    },
    /// Another process has it open.
    #[error("the spool file {} is in use by another process: stop the other clinic-agent first", .0.display())]
    InUse(PathBuf),
    /// No room.
    #[error("the disk of this box is full, nothing new can be saved: free space on the file system of {}", .0.display())]
    DiskFull(PathBuf),
    /// The file or its folder cannot be used.
    #[error("the spool file {} cannot be used ({source}): check that its folder exists and belongs to the agent's user", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Too much waits for the relay already.
    #[error("{OPEN_LIMIT} entries already wait for the relay: restore the link before writing more")]
    Full,
    /// Too many documents are here already.
    #[error("{CONTENTS_LIMIT} photos and documents already lie on this box: restore the link before adding more")]
    FullOfDocuments,
    /// The same key came with another content.
    #[error("this idempotency key was already used for another entry")]
    KeyReused,
    /// No entry has this number.
    #[error("entry {0} is not in the spool")]
    Unknown(u64),
    /// No entry has this id; it may have been forgotten long after it was decided.
    #[error("entry {0} is not in the spool")]
    UnknownEntry(Uuid),
    /// A transition that cannot be.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// No reading of a device has this id; it may have been forgotten long after it was decided.
    #[error("reading {0} is not in the spool")]
    UnknownReading(Uuid),
    /// The reading was decided in another way before.
    #[error(transparent)]
    Decided(#[from] Decided),
    /// One entry cannot be read although the file can.
    #[error("entry {seq} of the spool cannot be read ({detail}); it stays in the file, the others are not affected")]
    Malformed {
        /// Its sequence number.
        seq: u64,
        /// What the decoder said.
        detail: String,
    },
}

/// A session as this box knows it, for reading offline and for delivering later in the nurse's name.
///
/// The token itself is kept because an entry must reach the relay after a power cut at night, with nobody at the
/// tablet. It is of use only together with this box's private key, which lies on the same disk; the file is 0600, and the value sealed like all.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// The relay's `Staff` object.
    pub staff: Value,
    /// Its id.
    pub staff_id: Uuid,
    /// When the relay ends it.
    pub expires_at: Timestamp,
    /// What the relay believes.
    pub token: String,
    /// The nurse signed out while entries of hers still waited: the session opens nothing on this box any more, and is
    /// ended at the relay once they are delivered.
    #[serde(default)]
    pub signed_out: bool,
    /// The tablet was left alone: her PIN, or her password, opens it again.
    #[serde(default)]
    pub locked: bool,
}

/// A kept answer of the relay.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    /// When it was true.
    pub at: Timestamp,
    /// Its `Content-Type`.
    pub content_type: String,
    /// Its body.
    pub body: String,
}

impl Answer {
    /// The later answer adds nothing that is worth a write.
    fn says_as_much_as(&self, later: &Self) -> bool {
        let same = (&self.content_type, &self.body) == (&later.content_type, &later.body);
        same && later.at.duration_since(self.at).abs() < SAME_ANSWER_KEPT
    }
}

/// How many entries there are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Waiting on this box.
    pub saved: u64,
    /// On their way.
    pub sent: u64,
    /// In the record (of those still listed here).
    pub received: u64,
    /// Refused by the relay; a person has to look.
    pub failed: u64,
    /// Age of the oldest that waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_saved_at: Option<Timestamp>,
}

/// An entry with its sequence number, or why it cannot be read.
pub type Row = Result<(u64, Entry), SpoolError>;

/// The open file.
pub struct Store {
    path: PathBuf,
    /// `None` after a storage error, until the file could be opened again.
    db: Mutex<Option<Database>>,
    pub(super) sealer: Sealer,
}

pub(super) type Fallible<T> = Result<T, redb::Error>;

impl Store {
    /// Opens or creates the file. One that is torn, damaged or sealed with another key is set aside and a new one is begun; the second value then says so.
    pub fn open(path: &Path, key: &RootKey, now: Timestamp) -> Result<(Self, Option<SpoolError>), SpoolError> {
        let no_key = |closed: Closed| SpoolError::Io { path: path.to_owned(), source: io::Error::other(closed) };
        let sealer = Sealer::new(key).map_err(no_key)?;
        let (db, report) = match open_database(path, &sealer) {
            Ok(Some(db)) => (db, None),
            Ok(None) => {
                let aside = set_aside(path, "other-key", now)?;
                (ready(path, &sealer)?, Some(SpoolError::OtherKey { path: path.to_owned(), aside }))
            }
            Err(error) => {
                let Some(unreadable) = unreadable(&error, path) else { return Err(storage_error(error, path)) };
                let aside = set_aside(path, "damaged", now)?;
                let (path_buf, detail) = (path.to_owned(), error.to_string());
                let report = match unreadable {
                    Unreadable::Torn => SpoolError::Torn { path: path_buf, aside, detail },
                    Unreadable::Damaged => SpoolError::Damaged { path: path_buf, aside, detail },
                };
                (ready(path, &sealer)?, Some(report))
            }
        };
        Ok((Self { path: path.to_owned(), db: Mutex::new(Some(db)), sealer }, report))
    }

    /// Runs `work` on the open database; after a storage error the file is opened anew by the next call.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> Fallible<T>) -> Result<T, SpoolError> {
        let mut guard: MutexGuard<'_, Option<Database>> = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let db = match guard.take() {
            Some(db) => db,
            None => ready(&self.path, &self.sealer)?,
        };
        match work(&db) {
            Ok(value) => {
                *guard = Some(db);
                Ok(value)
            }
            // `db` is dropped here: after an IO error redb refuses further work on the same handle.
            Err(error) => Err(storage_error(error, &self.path)),
        }
    }

    /// Stores an entry; when this returns it survives a power cut. The same key with the same content gives the first entry.
    pub fn save(&self, entry: &Entry) -> Result<(Entry, bool), SpoolError> {
        let outcome = self.with(|db| {
            let write = db.begin_write()?;
            let outcome = insert(&write, &self.sealer, entry)?;
            if matches!(outcome, Insertion::New) {
                write.commit()?;
            } else {
                write.abort()?;
            }
            Ok(outcome)
        })?;
        match outcome {
            Insertion::New => Ok((entry.clone(), false)),
            Insertion::Repeated(first) => Ok((*first, true)),
            Insertion::KeyReused => Err(SpoolError::KeyReused),
            Insertion::Full => Err(SpoolError::Full),
            Insertion::FullOfDocuments => Err(SpoolError::FullOfDocuments),
        }
    }

    /// All entries with their sequence numbers, oldest first. An entry that cannot be read is an error of its own in the list.
    pub fn entries(&self) -> Result<Vec<Row>, SpoolError> {
        self.with(|db| {
            let read = db.begin_read()?;
            let entries = read.open_table(ENTRIES)?;
            let mut all = Vec::new();
            for row in entries.iter()? {
                let (seq, value) = row?;
                let seq = seq.value();
                all.push(match self.sealer.open::<Entry>(&ENTRIES, &seq, value.value()) {
                    Ok(entry) => Ok((seq, entry)),
                    Err(error) => Err(SpoolError::Malformed { seq, detail: error.to_string() }),
                });
            }
            Ok(all)
        })
    }

    /// Moves one entry on and prunes what was decided long ago.
    pub fn advance(&self, seq: u64, event: Event, problem: Option<Value>) -> Result<State, SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            let outcome = {
                let mut entries = write.open_table(ENTRIES)?;
                let found = entries.get(seq)?.map(|value| self.sealer.open::<Entry>(&ENTRIES, &seq, value.value()));
                match found {
                    None => Err(SpoolError::Unknown(seq)),
                    Some(Err(error)) => Err(SpoolError::Malformed { seq, detail: error.to_string() }),
                    Some(Ok(mut entry)) => match entry.state.apply(event) {
                        Err(misplaced) => Err(SpoolError::Misplaced(misplaced)),
                        Ok(state) => {
                            entry.state = state;
                            entry.problem = problem;
                            entries.insert(seq, self.sealer.seal(&ENTRIES, &seq, &entry)?.as_slice())?;
                            if !state.is_open() {
                                let mut keys = write.open_table(KEYS)?;
                                let mut contents = write.open_table(CONTENTS)?;
                                if entry.kind.is_long() && state == State::Received {
                                    contents.remove(entry.key.as_str())?;
                                }
                                prune(&self.sealer, &mut entries, &mut keys, &mut contents)?;
                            }
                            Ok(state)
                        }
                    },
                }
            };
            match outcome {
                Ok(state) => {
                    write.commit()?;
                    Ok(Ok(state))
                }
                Err(error) => {
                    write.abort()?;
                    Ok(Err(error))
                }
            }
        })?
    }

    /// A person lets a refused entry go: it stays in the file with who and why, a document's content does not. The first
    /// dismissal stands.
    pub fn dismiss(&self, id: Uuid, dismissal: Dismissal) -> Result<(), SpoolError> {
        let Some((seq, _)) = self.entries()?.into_iter().flatten().find(|(_, entry)| entry.id == id) else {
            return Err(SpoolError::UnknownEntry(id));
        };
        self.with(|db| {
            let write = db.begin_write()?;
            let outcome = {
                let mut entries = write.open_table(ENTRIES)?;
                let found = entries.get(seq)?.map(|value| self.sealer.open::<Entry>(&ENTRIES, &seq, value.value()));
                match found {
                    None => Err(SpoolError::UnknownEntry(id)),
                    Some(Err(error)) => Err(SpoolError::Malformed { seq, detail: error.to_string() }),
                    Some(Ok(mut entry)) => match entry.state.apply(Event::Dismissed) {
                        Err(misplaced) => Err(SpoolError::Misplaced(misplaced)),
                        Ok(state) => {
                            entry.state = state;
                            entry.dismissal.get_or_insert(dismissal);
                            entries.insert(seq, self.sealer.seal(&ENTRIES, &seq, &entry)?.as_slice())?;
                            write.open_table(CONTENTS)?.remove(entry.key.as_str())?;
                            Ok(())
                        }
                    },
                }
            };
            write.commit()?;
            Ok(outcome)
        })?
    }

    /// The content of the document that was saved under this key. One that cannot be read is none: the relay refuses its entry, which says so and holds up no other.
    pub fn content(&self, key: &str) -> Result<Option<String>, SpoolError> {
        self.with(|db| {
            let read = db.begin_read()?;
            let contents = read.open_table(CONTENTS)?;
            let found = contents.get(key)?.map(|content| self.sealer.open::<String>(&CONTENTS, key, content.value()));
            let unread =
                |error: &Unread| tracing::error!(%error, "the content of a document in the spool cannot be read");
            Ok(found.and_then(|content| content.inspect_err(unread).ok()))
        })
    }

    /// Counts per state.
    pub fn counts(&self) -> Result<Counts, SpoolError> {
        let mut counts = Counts::default();
        for (_, entry) in self.entries()?.into_iter().flatten() {
            match entry.state {
                State::Saved => counts.saved += 1,
                State::Sent => counts.sent += 1,
                State::Received => counts.received += 1,
                State::Refused => counts.failed += 1,
                State::Dismissed => {}
            }
            if entry.state.is_open() && counts.oldest_saved_at.is_none() {
                counts.oldest_saved_at = Some(entry.created_at);
            }
        }
        Ok(counts)
    }

    /// Keeps an answer for reading offline; the oldest go when there are too many.
    pub fn keep_answer(&self, path: &str, answer: &Answer) -> Result<(), SpoolError> {
        if self.answer(path)?.is_some_and(|known| known.says_as_much_as(answer)) {
            return Ok(());
        }
        let key = self.sealer.hidden(path);
        self.with(|db| {
            let write = db.begin_write()?;
            {
                let mut answers = write.open_table(ANSWERS)?;
                let sealed = self.sealer.seal(&ANSWERS, key.as_str(), answer)?;
                answers.insert(key.as_str(), sealed.as_slice())?;
                if answers.len()? > ANSWERS_KEPT as u64 {
                    let mut ages = Vec::new();
                    for row in answers.iter()? {
                        let (key, value) = row?;
                        let kept = self.sealer.open::<Answer>(&ANSWERS, key.value(), value.value());
                        let at = kept.map_or(Timestamp::MIN, |answer| answer.at);
                        ages.push((at, key.value().to_owned()));
                    }
                    ages.sort();
                    for (_, key) in ages.iter().take(ages.len().saturating_sub(ANSWERS_KEPT)) {
                        answers.remove(key.as_str())?;
                    }
                }
            }
            Ok(write.commit()?)
        })
    }

    /// The last good answer to a GET.
    pub fn answer(&self, path: &str) -> Result<Option<Answer>, SpoolError> {
        let key = self.sealer.hidden(path);
        self.with(|db| {
            let read = db.begin_read()?;
            let answers = read.open_table(ANSWERS)?;
            let key = key.as_str();
            Ok(answers.get(key)?.and_then(|value| self.sealer.open(&ANSWERS, key, value.value()).ok()))
        })
    }

    /// Remembers a session and forgets those that ended more than a week ago.
    pub fn keep_session(&self, hash: &str, session: &Session, now: Timestamp) -> Result<(), SpoolError> {
        let long_ago = now.checked_sub(SignedDuration::from_hours(24 * 7)).unwrap_or(Timestamp::MIN);
        self.with(|db| {
            let write = db.begin_write()?;
            {
                let mut sessions = write.open_table(SESSIONS)?;
                sessions.insert(hash, self.sealer.seal(&SESSIONS, hash, session)?.as_slice())?;
                sessions.retain(|hash, value| {
                    let kept = self.sealer.open::<Session>(&SESSIONS, hash, value);
                    kept.is_ok_and(|session| session.expires_at > long_ago)
                })?;
            }
            Ok(write.commit()?)
        })
    }

    /// Locks or opens a session and changes nothing else of it; what ended meanwhile does not come back by it. How it stands now, if it is still there.
    pub fn lock_session(&self, hash: &str, locked: bool) -> Result<Option<Session>, SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            let session = {
                let mut sessions = write.open_table(SESSIONS)?;
                let found =
                    sessions.get(hash)?.map(|value| self.sealer.open::<Session>(&SESSIONS, hash, value.value()));
                let kept = found.and_then(Result::ok);
                let Some(kept) = kept.filter(|session| !session.signed_out) else { return Ok(None) };
                let session = Session { locked, ..kept };
                sessions.insert(hash, self.sealer.seal(&SESSIONS, hash, &session)?.as_slice())?;
                session
            };
            write.commit()?;
            Ok(Some(session))
        })
    }

    /// Forgets a session (sign-out, or the relay ended it).
    pub fn drop_session(&self, hash: &str) -> Result<(), SpoolError> {
        self.with(|db| {
            let write = db.begin_write()?;
            {
                write.open_table(SESSIONS)?.remove(hash)?;
            }
            Ok(write.commit()?)
        })
    }

    /// A session by the hash of its token.
    pub fn session(&self, hash: &str) -> Result<Option<Session>, SpoolError> {
        self.with(|db| {
            let read = db.begin_read()?;
            let sessions = read.open_table(SESSIONS)?;
            Ok(sessions.get(hash)?.and_then(|value| self.sealer.open(&SESSIONS, hash, value.value()).ok()))
        })
    }

    /// All sessions that still run.
    pub fn sessions(&self, now: Timestamp) -> Result<Vec<(String, Session)>, SpoolError> {
        self.with(|db| {
            let read = db.begin_read()?;
            let mut all = Vec::new();
            for row in read.open_table(SESSIONS)?.iter()? {
                let (hash, value) = row?;
                match self.sealer.open::<Session>(&SESSIONS, hash.value(), value.value()) {
                    Ok(session) if session.expires_at > now => all.push((hash.value().to_owned(), session)),
                    Ok(_) | Err(_) => {}
                }
            }
            Ok(all)
        })
    }
}

/// What became of an entry in an open transaction.
pub(super) enum Insertion {
    New,
    Repeated(Box<Entry>),
    KeyReused,
    Full,
    FullOfDocuments,
}

/// Adds an entry to an open transaction, which the caller commits when it is new.
pub(super) fn insert(write: &WriteTransaction, sealer: &Sealer, entry: &Entry) -> Fallible<Insertion> {
    let (entry, content) = entry.clone().split();
    let (mut entries, mut keys) = (write.open_table(ENTRIES)?, write.open_table(KEYS)?);
    let mut contents = write.open_table(CONTENTS)?;
    let known = keys.get(entry.key.as_str())?.map(|seq| seq.value());
    let first = match known {
        Some(seq) => entries.get(seq)?.and_then(|value| sealer.open::<Entry>(&ENTRIES, &seq, value.value()).ok()),
        None => None,
    };
    Ok(match (known, first) {
        (Some(_), Some(first)) if same_content(&first, &entry) => Insertion::Repeated(Box::new(first)),
        (Some(_), _) => Insertion::KeyReused,
        (None, _) if open_count(sealer, &entries)? >= OPEN_LIMIT => Insertion::Full,
        (None, _) if content.is_some() && contents.len()? >= CONTENTS_LIMIT => Insertion::FullOfDocuments,
        (None, _) => {
            let seq = entries.last()?.map_or(1, |(seq, _)| seq.value() + 1);
            if let Some(content) = content {
                let sealed = sealer.seal(&CONTENTS, entry.key.as_str(), content.as_str())?;
                contents.insert(entry.key.as_str(), sealed.as_slice())?;
            }
            entries.insert(seq, sealer.seal(&ENTRIES, &seq, &entry)?.as_slice())?;
            keys.insert(entry.key.as_str(), seq)?;
            Insertion::New
        }
    })
}

fn same_content(first: &Entry, again: &Entry) -> bool {
    first.kind == again.kind
        && first.resident_id == again.resident_id
        && first.author == again.author
        && first.body == again.body
}

fn open_count(sealer: &Sealer, entries: &impl ReadableTable<u64, &'static [u8]>) -> Fallible<u64> {
    let mut open = 0;
    for row in entries.iter()? {
        let (seq, value) = row?;
        let entry = sealer.open::<StateOnly>(&ENTRIES, &seq.value(), value.value());
        open += u64::from(entry.is_ok_and(|entry| entry.state.is_open()));
    }
    Ok(open)
}

/// Enough of an entry to count it.
#[derive(Deserialize)]
struct StateOnly {
    state: State,
}

fn prune(
    sealer: &Sealer,
    entries: &mut redb::Table<'_, u64, &'static [u8]>,
    keys: &mut redb::Table<'_, &'static str, u64>,
    contents: &mut redb::Table<'_, &'static str, &'static [u8]>,
) -> Fallible<()> {
    let mut decided = Vec::new();
    for row in entries.iter()? {
        let (seq, value) = row?;
        if let Ok(entry) = sealer.open::<Entry>(&ENTRIES, &seq.value(), value.value())
            && !entry.state.is_open()
        {
            decided.push((seq.value(), entry.key));
        }
    }
    for (seq, key) in decided.iter().take(decided.len().saturating_sub(DECIDED_KEPT)) {
        entries.remove(seq)?;
        keys.remove(key.as_str())?;
        contents.remove(key.as_str())?;
    }
    Ok(())
}

#[cfg(test)]
impl Store {
    /// Writes many entries in one transaction; tests only, one `save` each would take minutes.
    pub(crate) fn fill_for_test(&self, count: u64, entry: &Entry) {
        self.with(|db| {
            let write = db.begin_write()?;
            {
                let (mut entries, mut keys) = (write.open_table(ENTRIES)?, write.open_table(KEYS)?);
                for seq in 1..=count {
                    let entry = Entry { key: format!("{}-{seq:06}", entry.key), ..entry.clone() };
                    entries.insert(seq, self.sealer.seal(&ENTRIES, &seq, &entry)?.as_slice())?;
                    keys.insert(entry.key.as_str(), seq)?;
                }
            }
            Ok(write.commit()?)
        })
        .unwrap();
    }
}
