//! What was written about a dose. Entries are added and never changed.

use crate::checked::{Batch, Dose};
use crate::ids::{DoseEntryId, HomeId, PrescriptionId, ResidentId, StaffId};
use crate::machines::dose::State;
use crate::machines::named_enum;
use crate::sensitive::Sensitive;
use jiff::Timestamp;

named_enum! {
    /// Why a dose was refused or held.
    NotGivenReason {
        /// The resident does not want it.
        Unwilling = "unwilling",
        /// Cannot swallow it now.
        CannotSwallow = "cannot_swallow",
        /// Vomited.
        Vomiting = "vomiting",
        /// Asleep.
        Asleep = "asleep",
        /// Fasting for an examination.
        Fasting = "fasting",
        /// Blood pressure, pulse or sugar speak against it.
        VitalSigns = "vital_signs",
        /// A suspected adverse reaction.
        AdverseReaction = "adverse_reaction",
        /// On a doctor's word.
        DoctorsOrder = "doctors_order",
        /// Not in the home.
        Away = "away",
        /// None left.
        OutOfStock = "out_of_stock",
        /// See the note.
        Other = "other",
    }
}

named_enum! {
    /// Why a medicine that is given when needed was given.
    NeedReason {
        /// Pain.
        Pain = "pain",
        /// Fever.
        Fever = "fever",
        /// Breathlessness.
        Breathlessness = "breathlessness",
        /// Pressure in the chest.
        ChestPain = "chest_pain",
        /// Constipation.
        Constipation = "constipation",
        /// Sleeplessness.
        Sleeplessness = "sleeplessness",
        /// Restlessness.
        Restlessness = "restlessness",
        /// Itching.
        Itching = "itching",
        /// See the note.
        Other = "other",
    }
}

/// One entry about one dose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoseEntry {
    /// Identifier.
    pub id: DoseEntryId,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// Of which line.
    pub item_no: u16,
    /// For whom.
    pub resident_id: ResidentId,
    /// Where.
    pub home_id: HomeId,
    /// Which dose: when it was due, or first given where it is taken when needed.
    pub due_at: Timestamp,
    /// 1 for the first entry about the dose; each correction one more.
    pub sequence: u32,
    /// Where the dose stands by it; `due` where it takes the last one back.
    pub state: State,
    /// How much, in the drug's dose unit.
    pub dose: Dose,
    /// When it was given, offered or held, by the nurse's clock.
    pub at: Timestamp,
    /// When the relay had it.
    pub recorded_at: Timestamp,
    /// By whom.
    pub author: StaffId,
    /// Why it was not given.
    pub not_given: Option<NotGivenReason>,
    /// Why it was given, where it is taken when needed.
    pub need: Option<NeedReason>,
    /// From which batch, where the nurse was asked because another one was called back.
    pub batch: Option<Batch>,
    /// In the nurse's words.
    pub note: Option<Sensitive<String>>,
    /// Bed and pack were scanned, and both were right.
    pub scanned: bool,
}
