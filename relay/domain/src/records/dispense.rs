//! Fillings of prescriptions.

use crate::ids::{DeliveryId, DispenseId, PharmacyId, PrescriptionId};
use crate::machines::dispense::{Event, State};
use crate::machines::{Refused, named_enum};
use crate::records::Pack;
use crate::sensitive::Sensitive;
use jiff::Timestamp;

named_enum! {
    /// Which filling of how much; [`FillType::fhir`] is its code.
    FillType {
        /// The first, and all of it.
        FirstComplete = "first_complete",
        /// The first, and a part.
        FirstPart = "first_part",
        /// A later one, and still a part.
        LaterPart = "later_part",
        /// A later one, and all that was owed.
        LaterComplete = "later_complete",
    }
}

impl FillType {
    /// FHIR's `MedicationDispense.type`.
    pub const fn fhir(self) -> &'static str {
        match self {
            Self::FirstComplete => "FFC",
            Self::FirstPart => "FFP",
            Self::LaterPart => "RFP",
            Self::LaterComplete => "RFC",
        }
    }

    /// `supplied`: something of the prescription reached the home before.
    pub const fn of(supplied: bool, complete: bool) -> Self {
        match (supplied, complete) {
            (false, true) => Self::FirstComplete,
            (false, false) => Self::FirstPart,
            (true, false) => Self::LaterPart,
            (true, true) => Self::LaterComplete,
        }
    }
}

named_enum! {
    /// Why less goes out than is owed.
    PartReason {
        /// There is no more.
        OutOfStock = "out_of_stock",
        /// What there is expires before the treatment ends.
        ShortDated = "short_dated",
        /// The rest is broken.
        Damaged = "damaged",
        /// The parcel would be too large.
        ParcelSize = "parcel_size",
        /// Another one.
        Other = "other",
    }
}

named_enum! {
    /// Why a pharmacy gives an order back.
    DeclineCode {
        /// A drug is not there.
        OutOfStock = "out_of_stock",
        /// It is closing.
        Closed = "closed",
        /// It has nobody to bring it there.
        CannotDeliver = "cannot_deliver",
        /// A question to the prescriber stays open.
        QueryOpen = "query_open",
        /// See the reason in words.
        Other = "other",
    }
}

/// One filling of a prescription by one pharmacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispense {
    /// Identifier.
    pub id: DispenseId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// By whom.
    pub pharmacy_id: PharmacyId,
    /// 1, 2, … of the prescription, over all pharmacies.
    pub number: u32,
    /// Known once batches are recorded.
    pub fill: Option<FillType>,
    /// Why it is a part.
    pub part_reason: Option<PartReason>,
    /// What was taken.
    pub packs: Vec<Pack>,
    /// In which parcel.
    pub delivery_id: Option<DeliveryId>,
    /// Why it was given back.
    pub declined: Option<DeclineCode>,
    /// The same in the words of the pharmacy, if it wrote any.
    pub declined_words: Option<Sensitive<String>>,
    /// Accepted at.
    pub created_at: Timestamp,
    /// Entered its state at.
    pub state_since: Timestamp,
}

impl Dispense {
    /// A filling that begins.
    pub const fn begin(
        id: DispenseId,
        prescription_id: PrescriptionId,
        pharmacy_id: PharmacyId,
        number: u32,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            version: 1,
            state: State::Preparation,
            prescription_id,
            pharmacy_id,
            number,
            fill: None,
            part_reason: None,
            packs: Vec::new(),
            delivery_id: None,
            declined: None,
            declined_words: None,
            created_at: at,
            state_since: at,
        }
    }

    /// The record after `event`.
    pub fn apply(mut self, event: Event, at: Timestamp) -> Result<Self, Refused> {
        let next = self.state.apply(event, at)?;
        if next.state != self.state {
            self.state_since = at;
        }
        self.state = next.state;
        self.version += 1;
        Ok(self)
    }
}
