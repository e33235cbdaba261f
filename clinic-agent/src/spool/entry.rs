//! One thing the nurse wrote, and how far it has got. Pure: [`State::apply`] is the machine, [`due`] chooses what is
//! delivered next, [`judge`] reads the relay's answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// What the entry is; decides the relay's route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Vital signs.
    Observations,
    /// An ECG of a recorder.
    Ecg,
    /// A nursing note or complaint.
    Note,
    /// A photo or another document.
    Document,
    /// What became of a dose.
    Dose,
    /// What the nurse counted of a parcel, signed by this box.
    Receipt,
}

impl Kind {
    /// The field of the body that is too long for every list, and what stands in its place there: the SHA-256 of that text.
    const fn content(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Document => Some(("content_base64", "content_sha256")),
            Self::Ecg => Some(("data", "data_sha256")),
            Self::Observations | Self::Note | Self::Dose | Self::Receipt => None,
        }
    }

    /// Whether its content lies beside the entry.
    pub const fn is_long(self) -> bool {
        self.content().is_some()
    }
}

/// How far an entry has got. The words on the page are the same three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// On this box's disk.
    Saved,
    /// On its way; the relay has not answered yet.
    Sent,
    /// In the resident's record.
    Received,
    /// The relay will never take it; `problem` says why and a person decides.
    Refused,
    /// Refused, and a person decided that it goes no further; `dismissal` says who and why.
    Dismissed,
}

/// Why a nurse lets a refused entry go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DismissReason {
    /// She corrected it and sent it again as a new entry.
    Corrected,
    /// Measured or written wrongly.
    Wrong,
    /// It belongs to somebody else.
    OtherResident,
    /// It stands in the record already.
    Repeated,
    /// The resident lives elsewhere by now, and she told the people there.
    HandedOn,
}

/// Who let a refused entry go, why and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// Why.
    pub reason: DismissReason,
    /// The nurse.
    pub by: Uuid,
    /// When.
    pub at: Timestamp,
}

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Handed to the link.
    Dispatched,
    /// The relay stored it.
    Accepted,
    /// The relay refused it for good.
    Rejected,
    /// No answer, or one that says "later": it is tried again with the same key.
    Interrupted,
    /// A nurse lets a refused entry go.
    Dismissed,
}

/// An event that cannot happen in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} cannot happen to an entry that is {state:?}")]
pub struct Misplaced {
    /// The state, unchanged.
    pub state: State,
    /// The event.
    pub event: Event,
}

impl State {
    /// The one transition function.
    pub const fn apply(self, event: Event) -> Result<Self, Misplaced> {
        match (self, event) {
            // `Sent` again: the program died while it waited for the answer.
            (Self::Saved | Self::Sent, Event::Dispatched) => Ok(Self::Sent),
            (Self::Sent, Event::Accepted) => Ok(Self::Received),
            (Self::Sent, Event::Rejected) => Ok(Self::Refused),
            (Self::Sent, Event::Interrupted) => Ok(Self::Saved),
            // `Dismissed` again: a lost answer and a second press.
            (Self::Refused | Self::Dismissed, Event::Dismissed) => Ok(Self::Dismissed),
            (Self::Saved, Event::Accepted | Event::Rejected | Event::Interrupted)
            | (Self::Saved | Self::Sent | Self::Received, Event::Dismissed)
            | (
                Self::Received | Self::Refused | Self::Dismissed,
                Event::Dispatched | Event::Accepted | Event::Rejected | Event::Interrupted,
            ) => Err(Misplaced { state: self, event }),
        }
    }

    /// Whether the relay has yet to decide.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Saved | Self::Sent)
    }
}

/// Who a resident was when the entry was written: whoever left the home's list since is told by it, and by nothing else. Not sent to the relay.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BedAndName {
    /// Room and bed.
    pub bed: String,
    /// Name.
    pub name: String,
}

impl BedAndName {
    /// No bed and no name is longer (`resident.name` of the relay takes as much).
    const MOST: usize = 300;

    /// Whether it can be one at all.
    pub fn is_plausible(&self) -> bool {
        [&self.bed, &self.name].iter().all(|text| text.chars().count() <= Self::MOST)
    }
}

/// What is written to disk. No `Debug`: it holds medical text.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The entry's own id, shown to the page.
    pub id: Uuid,
    /// The page's `Idempotency-Key`, passed on unchanged with every attempt.
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// Whose record it belongs to; for a receipt the parcel's delivery.
    pub resident_id: Uuid,
    /// As the page knew them; none on entries that are older, and on receipts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<BedAndName>,
    /// The nurse who wrote it; it is delivered in her name only.
    pub author: Uuid,
    /// In which language the page asked (`zh`, `en`): a refusal is read by who wrote it. None where no page is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The API's body, as is.
    pub body: Value,
    /// How far it has got.
    pub state: State,
    /// When the box stored it.
    pub created_at: Timestamp,
    /// The relay's problem document, when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Value>,
    /// Who let it go, when dismissed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissal: Option<Dismissal>,
}

impl Entry {
    /// The relay's route.
    pub fn path(&self) -> String {
        match self.kind {
            Kind::Observations => format!("/api/residents/{}/observations", self.resident_id),
            Kind::Ecg => format!("/api/residents/{}/ecgs", self.resident_id),
            Kind::Note => format!("/api/residents/{}/notes", self.resident_id),
            Kind::Document => format!("/api/residents/{}/documents", self.resident_id),
            Kind::Dose => format!("/api/residents/{}/doses", self.resident_id),
            Kind::Receipt => format!("/api/deliveries/{}/receipts", self.resident_id),
        }
    }

    /// The entry without its long content, and that content: every list and every count reads all entries.
    pub fn split(mut self) -> (Self, Option<String>) {
        let Some((field, digest)) = self.kind.content().filter(|(field, _)| self.body[*field].is_string()) else {
            return (self, None);
        };
        let Some(body) = self.body.as_object_mut() else { return (self, None) };
        let Some(Value::String(content)) = body.remove(field) else { return (self, None) };
        body.insert(digest.to_owned(), Value::String(super::sha256_hex(&content)));
        (self, Some(content))
    }

    /// The entry as the relay takes it: the reverse of [`Entry::split`].
    pub fn whole(mut self, content: Option<String>) -> Self {
        if let (Some(content), Some((field, digest)), Some(body)) =
            (content, self.kind.content(), self.body.as_object_mut())
        {
            body.remove(digest);
            body.insert(field.to_owned(), Value::String(content));
        }
        self
    }
}

/// The entry to deliver next: the oldest open one of an author who has a valid session. Order is kept per author; an
/// author who has to sign in again does not hold up the others. Documents come last, in their own order: on a weak link a
/// photo takes minutes, and vital signs must not wait for it. Voice messages come before the others: they stand in the place of talk.
pub fn due<'a, K: Copy>(
    open: impl IntoIterator<Item = (K, &'a Entry)>,
    authors: &HashSet<Uuid>,
) -> Option<(K, &'a Entry)> {
    let waiting = open.into_iter().filter(|(_, entry)| entry.state.is_open() && authors.contains(&entry.author));
    waiting.min_by_key(|(_, entry)| match entry.kind {
        Kind::Document if entry.body["kind"] == "voice_message" => 1,
        Kind::Document => 2,
        Kind::Observations | Kind::Ecg | Kind::Note | Kind::Dose | Kind::Receipt => 0,
    })
}

/// What is delivered side by side: a photo that takes minutes holds up nothing that is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What lies beside its entry: documents, ECGs.
    Long,
    /// All else.
    Short,
}

impl Lane {
    /// Of an entry.
    pub const fn of(kind: Kind) -> Self {
        if kind.is_long() { Self::Long } else { Self::Short }
    }
}

/// What the relay's status code means for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Stored (now or by an earlier attempt with the same key).
    Accepted,
    /// Never.
    Rejected,
    /// The author's session is over: keep the entry until she signs in again.
    SignInAgain,
    /// Later.
    Later,
}

/// Reads the status code of the relay's answer.
pub const fn judge(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Accepted,
        401 => Verdict::SignInAgain,
        // Not our fault and not for ever: overload, time-outs, locks, a relay that is being replaced.
        408 | 423 | 425 | 429 | 500..=599 => Verdict::Later,
        400..=499 => Verdict::Rejected,
        _ => Verdict::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn every_pair_of_state_and_event() {
        let mut table = String::new();
        for state in [State::Saved, State::Sent, State::Received, State::Refused, State::Dismissed] {
            for event in [Event::Dispatched, Event::Accepted, Event::Rejected, Event::Interrupted, Event::Dismissed] {
                let next = state.apply(event).map_or("misplaced".to_owned(), |next| format!("{next:?}"));
                writeln!(table, "{state:?} + {event:?} -> {next}").unwrap();
            }
        }
        insta::assert_snapshot!(table);
    }
}
