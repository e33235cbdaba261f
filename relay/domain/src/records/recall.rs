//! Batches that were called back, and the homes that were given of them.

use crate::access::Facts;
use crate::checked::Batch;
use crate::formulary::DrugId;
use crate::ids::{HomeId, PharmacyId, RecallId, StaffId};
use crate::machines::recall::{Event, Level, State};
use crate::machines::{Refused, recall_home};
use crate::records::Pack;
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use jiff::civil::Date;

/// One batch of one product that was called back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// Identifier.
    pub id: RecallId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Which product.
    pub drug_id: DrugId,
    /// Which batch.
    pub batch: Batch,
    /// How grave.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// Who called it back: an authority or the maker.
    pub authority: String,
    /// On which day they said so.
    pub announced_on: Date,
    /// The pharmacy that declared it; nobody's when the hospital did.
    pub pharmacy_id: Option<PharmacyId>,
    /// Who declared it.
    pub declared_by: StaffId,
    /// When.
    pub declared_at: Timestamp,
    /// How it was closed, last.
    pub closed: Option<RecallEnd>,
    /// How it was taken back.
    pub withdrawn: Option<RecallEnd>,
}

/// Who ended it, when, and what they said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallEnd {
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: Timestamp,
    /// Why; said by whoever closes before every home has answered, and by whoever takes it back.
    pub reason: Option<String>,
}

impl Recall {
    /// Whether these units are of the batch.
    pub fn is_of(&self, pack: &Pack) -> bool {
        pack.drug_id.as_ref() == Some(&self.drug_id) && Batch::parse(&pack.batch).ok().as_ref() == Some(&self.batch)
    }

    /// The record after units turned up in a home.
    pub fn ask(mut self) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Ask)?;
        self.version += 1;
        Ok(self)
    }

    /// The record after it was settled.
    pub fn close(mut self, outstanding: bool, end: RecallEnd) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Close { outstanding, explained: end.reason.is_some() })?;
        self.version += 1;
        self.closed = Some(end);
        Ok(self)
    }

    /// The record after it was taken back.
    pub fn withdraw(mut self, end: RecallEnd) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Withdraw)?;
        self.version += 1;
        self.withdrawn = Some(end);
        Ok(self)
    }
}

/// A home that was given of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecallHome {
    /// Of which recall.
    pub recall_id: RecallId,
    /// Which home.
    pub home_id: HomeId,
    /// Version of the row: the home answers on what it saw, whatever other homes do meanwhile.
    pub version: i64,
    /// State.
    pub state: recall_home::State,
    /// How many units reached the home whole, in the drug's unit.
    pub supplied: u32,
    /// Asked, last.
    pub asked_at: Timestamp,
    /// What it answered, last.
    pub answer: Option<RecallAnswer>,
}

/// What a home found.
#[derive(Debug, Clone, PartialEq)]
pub struct RecallAnswer {
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub by: StaffId,
    /// How many units were found and set apart.
    pub set_apart: u32,
    /// How many had been given to residents already.
    pub given: u32,
    /// Where the rest is.
    pub note: Option<Sensitive<String>>,
    /// What the home's own doses said was given when it answered; not known of answers of before it was kept.
    pub on_record: Option<u32>,
    /// It differs from that, and whoever looked counted again and says that it is so.
    pub counted_again: bool,
}

impl RecallAnswer {
    /// Where it and the home's own doses do not go together.
    fn differs(&self, supplied: u32) -> Option<AnswerError> {
        let recorded = self.on_record?;
        if self.set_apart > supplied.saturating_sub(recorded) {
            return Some(AnswerError::Given { supplied, given: recorded });
        }
        (self.given > recorded).then_some(AnswerError::Unrecorded { supplied, recorded, given: self.given })
    }
}

/// Why an answer does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// More than the home was given.
    #[error("at most {supplied} reached the home")]
    More {
        /// What it was given.
        supplied: u32,
    },
    /// More than can be left by the home's own record of doses, and nobody counted again.
    #[error("{given} of {supplied} are recorded as given: at most {} can be left", supplied.saturating_sub(*given))]
    Given {
        /// What it was given.
        supplied: u32,
        /// What its record says residents were given.
        given: u32,
    },
    /// More is said to be given than the home's own record of doses says, and nobody counted again.
    #[error("{given} are said to be given, and of {supplied} only {recorded} are recorded as given")]
    Unrecorded {
        /// What it was given.
        supplied: u32,
        /// What its record says residents were given.
        recorded: u32,
        /// What the answer says.
        given: u32,
    },
    /// Units are neither found nor given, and nothing says where they are.
    #[error("{missing} are neither set apart nor given: say where they are")]
    Missing {
        /// How many.
        missing: u32,
    },
    /// The recall takes no answer any more.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl RecallHome {
    /// A home that is asked for the first time.
    pub const fn asked(recall_id: RecallId, home_id: HomeId, supplied: u32, at: Timestamp) -> Self {
        let state = recall_home::State::Asked;
        Self { recall_id, home_id, version: 1, state, supplied, asked_at: at, answer: None }
    }

    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), ..Facts::default() }
    }

    /// The record after the home has looked. Every unit is accounted for: set apart, given, or its whereabouts said. What does not go together with the home's own
    /// doses is taken only from whoever counted again.
    pub fn answer(mut self, recall: &Recall, mut answer: RecallAnswer) -> Result<Self, AnswerError> {
        recall.state.apply(Event::Answer)?;
        self.state = self.state.apply(recall_home::Event::Answer)?;
        let told = u64::from(answer.set_apart) + u64::from(answer.given);
        let Some(missing) = u64::from(self.supplied).checked_sub(told) else {
            return Err(AnswerError::More { supplied: self.supplied });
        };
        let differs = answer.differs(self.supplied);
        if let (Some(differs), false) = (differs, answer.counted_again) {
            return Err(differs);
        }
        if missing > 0 && answer.note.is_none() {
            return Err(AnswerError::Missing { missing: u32::try_from(missing).unwrap_or(u32::MAX) });
        }
        answer.counted_again = differs.is_some();
        self.version += 1;
        self.answer = Some(answer);
        Ok(self)
    }

    /// The record after more of it turned up in the home.
    pub fn ask(mut self, more: u32, at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(recall_home::Event::Ask)?;
        self.version += 1;
        self.supplied = self.supplied.saturating_add(more);
        self.asked_at = at;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recall(state: State) -> Recall {
        Recall {
            id: RecallId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            version: 1,
            state,
            drug_id: DrugId("amlodipine-5mg".into()),
            batch: Batch::parse("B1").expect("batch"),
            level: Level::First,
            reason: String::new(),
            authority: String::new(),
            announced_on: Date::constant(2026, 11, 23),
            pharmacy_id: None,
            declared_by: StaffId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            declared_at: Timestamp::UNIX_EPOCH,
            closed: None,
            withdrawn: None,
        }
    }

    fn home(supplied: u32) -> RecallHome {
        let id = HomeId::new(Timestamp::UNIX_EPOCH, [2; 10]);
        RecallHome::asked(recall(State::Open).id, id, supplied, Timestamp::UNIX_EPOCH)
    }

    fn found(set_apart: u32, given: u32, note: Option<&str>) -> RecallAnswer {
        let by = StaffId::new(Timestamp::UNIX_EPOCH, [3; 10]);
        let note = note.map(|note| note.to_owned().into());
        RecallAnswer { at: Timestamp::UNIX_EPOCH, by, set_apart, given, note, on_record: None, counted_again: false }
    }

    fn beside(on_record: u32, answer: RecallAnswer) -> RecallAnswer {
        RecallAnswer { on_record: Some(on_record), ..answer }
    }

    fn again(answer: RecallAnswer) -> RecallAnswer {
        RecallAnswer { counted_again: true, ..answer }
    }

    #[test]
    fn every_unit_is_accounted_for() {
        let open = recall(State::Open);
        let answered = home(7).answer(&open, found(4, 3, None)).expect("whole");
        assert_eq!((answered.state, answered.version), (recall_home::State::Answered, 2));
        assert_eq!(home(7).answer(&open, found(4, 4, None)), Err(AnswerError::More { supplied: 7 }));
        assert_eq!(home(7).answer(&open, found(u32::MAX, u32::MAX, None)), Err(AnswerError::More { supplied: 7 }));
        assert_eq!(home(7).answer(&open, found(0, 0, None)), Err(AnswerError::Missing { missing: 7 }));
        assert!(home(7).answer(&open, found(0, 0, Some("打碎了"))).is_ok());
        let withdrawn = home(7).answer(&recall(State::Withdrawn), found(7, 0, None));
        assert!(matches!(withdrawn, Err(AnswerError::Refused(_))));
        let late = home(7).answer(&recall(State::ClosedEarly), found(7, 0, None));
        assert!(late.is_ok(), "what is found after the close is told all the same");
    }

    #[test]
    fn what_the_homes_own_record_says_was_given_cannot_be_set_apart_too() {
        let open = recall(State::Open);
        let given = AnswerError::Given { supplied: 8, given: 1 };
        assert_eq!(home(8).answer(&open, beside(1, found(8, 0, None))), Err(given));
        assert_eq!(given.to_string(), "1 of 8 are recorded as given: at most 7 can be left");
        let fits = home(8).answer(&open, again(beside(1, found(7, 1, None)))).expect("fits").answer.expect("answered");
        assert_eq!((fits.on_record, fits.counted_again), (Some(1), false), "there was nothing to count again");
        let recounted = home(8).answer(&open, again(beside(1, found(8, 0, None)))).expect("the record is wrong");
        assert!(recounted.answer.expect("answered").counted_again);
        assert!(home(8).answer(&open, beside(9, found(0, 0, Some("打碎了")))).is_ok());
    }

    #[test]
    fn what_is_said_to_be_used_up_without_a_dose_on_record_is_counted_again() {
        let open = recall(State::Open);
        let unrecorded = AnswerError::Unrecorded { supplied: 8, recorded: 0, given: 8 };
        assert_eq!(home(8).answer(&open, beside(0, found(0, 8, None))), Err(unrecorded));
        assert_eq!(unrecorded.to_string(), "8 are said to be given, and of 8 only 0 are recorded as given");
        assert_eq!(
            home(8).answer(&open, beside(5, found(0, 8, Some("吃完了")))),
            Err(AnswerError::Unrecorded { supplied: 8, recorded: 5, given: 8 }),
            "a note does not stand for counting again"
        );
        assert!(home(8).answer(&open, beside(8, found(0, 8, None))).is_ok(), "every dose is on record");
        assert!(home(8).answer(&open, beside(5, found(0, 5, Some("打碎了")))).is_ok(), "the difference is stated");
        let again = home(8).answer(&open, again(beside(5, found(0, 8, None)))).expect("counted again");
        let answer = again.answer.expect("answered");
        assert_eq!((answer.given, answer.on_record, answer.counted_again), (8, Some(5), true));
        assert!(home(8).answer(&open, found(0, 8, None)).is_ok(), "where the record is not known nothing contradicts");
    }

    #[test]
    fn more_that_turns_up_is_asked_for_again() {
        let answered = home(7).answer(&recall(State::Open), found(7, 0, None)).expect("whole");
        let again = answered.ask(3, Timestamp::UNIX_EPOCH).expect("asked");
        assert_eq!((again.state, again.supplied, again.version), (recall_home::State::Asked, 10, 3));
    }

    #[test]
    fn nobody_closes_over_the_head_of_a_home_without_a_reason() {
        let end = |reason: Option<&str>| RecallEnd {
            by: StaffId::new(Timestamp::UNIX_EPOCH, [3; 10]),
            at: Timestamp::UNIX_EPOCH,
            reason: reason.map(str::to_owned),
        };
        assert!(recall(State::Open).close(true, end(None)).is_err());
        let early = recall(State::Open).close(true, end(Some("该院已停业"))).expect("closed");
        assert_eq!(early.state, State::ClosedEarly);
        assert_eq!(recall(State::Open).close(false, end(None)).expect("closed").state, State::Completed);
        assert_eq!(early.ask().expect("open again").state, State::Open);
    }
}
