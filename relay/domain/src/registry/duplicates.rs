//! Records that may be one person, and what the survivor of a merge takes over. Pure: who decides is a person.

use crate::machines::named_enum;
use crate::records::{AllergyRecord, Condition, Contact, Medicine, Resident};
use serde::{Deserialize, Serialize};

named_enum! {
    /// Why two records look like one person.
    Likeness {
        /// The same identity number.
        IdNumber = "id_number",
        /// The same name and birth date.
        NameAndBirthDate = "name_and_birth_date",
    }
}

/// Whether two records look like one person; the stronger reason first.
pub fn likeness(a: &Resident, b: &Resident) -> Option<Likeness> {
    if a.id_number == b.id_number {
        return Some(Likeness::IdNumber);
    }
    let same_name = plain(a.name.expose()) == plain(b.name.expose());
    (same_name && a.birth_date == b.birth_date).then_some(Likeness::NameAndBirthDate)
}

/// A name without what people leave out or write differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

/// What the survivor takes over from the other record, so that nothing that matters for safety is overlooked, and can give back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    /// Allergies the survivor did not have.
    pub allergies: Vec<AllergyRecord>,
    /// Diagnoses it did not have.
    pub conditions: Vec<Condition>,
    /// Medicines it did not have.
    pub medicines: Vec<Medicine>,
    /// Contacts it did not have.
    pub contacts: Vec<Contact>,
    /// Nobody had asked about its allergies, but about the other's.
    #[serde(default)]
    pub allergies_asked: bool,
}

/// What `survivor` lacks of `other`.
pub fn taken_over(survivor: &Resident, other: &Resident) -> TakenOver {
    fn lacking<T: Clone>(has: &[T], other: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<T> {
        other.iter().filter(|o| !has.iter().any(|h| same(h, o))).cloned().collect()
    }
    TakenOver {
        allergies: lacking(&survivor.allergies, &other.allergies, |a, b| {
            a.substance == b.substance && a.group == b.group
        }),
        conditions: lacking(&survivor.conditions, &other.conditions, |a, b| a.code == b.code),
        medicines: lacking(&survivor.medicines, &other.medicines, |a, b| a.name == b.name && a.drug_id == b.drug_id),
        contacts: lacking(&survivor.contacts, &other.contacts, |a, b| a.phone == b.phone),
        allergies_asked: !survivor.allergies_asked && other.allergies_asked,
    }
}

/// The survivor with what it takes over, one version on.
pub fn absorb(mut survivor: Resident, taken: &TakenOver) -> Resident {
    survivor.version += 1;
    survivor.allergies.extend(taken.allergies.iter().cloned());
    survivor.conditions.extend(taken.conditions.iter().cloned());
    survivor.medicines.extend(taken.medicines.iter().cloned());
    survivor.contacts.extend(taken.contacts.iter().cloned());
    survivor.allergies_asked |= taken.allergies_asked;
    survivor
}

/// The survivor without what it took over, one version on. What a person changed since stays.
pub fn give_back(mut survivor: Resident, taken: &TakenOver) -> Resident {
    survivor.version += 1;
    survivor.allergies.retain(|a| !taken.allergies.contains(a));
    survivor.conditions.retain(|c| !taken.conditions.contains(c));
    survivor.medicines.retain(|m| !taken.medicines.contains(m));
    survivor.contacts.retain(|c| !taken.contacts.contains(c));
    if taken.allergies_asked && survivor.allergies.is_empty() {
        survivor.allergies_asked = false;
    }
    survivor
}
