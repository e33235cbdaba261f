//! What a scanner reads at the bedside: the resident's wristband or bed, and the label of a medicine. Pure; the printed form is in [`crate::medication_sheet`].

use crate::ids::{PrescriptionId, ResidentId};
use crate::records::Resident;

/// Before a resident's identifier.
const RESIDENT: &str = "YZR";
/// Before a prescription's identifier and a line.
const PACK: &str = "YZM";

/// What is scanned for a resident.
pub fn resident_code(id: ResidentId) -> String {
    format!("{RESIDENT}:{id}")
}

/// What is scanned for a medicine.
pub fn pack_code(prescription: PrescriptionId, item_no: u16) -> String {
    format!("{PACK}:{prescription}:{item_no}")
}

/// Why a scan does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// No code of ours.
    Unreadable,
    /// Another resident.
    WrongResident,
    /// Another medicine, or the same of another resident.
    WrongMedicine,
}

/// Is this the resident? The bed as it is written on the bed counts as well.
pub fn check_resident(scanned: &str, resident: &Resident) -> Result<(), Mismatch> {
    let scanned = scanned.trim();
    if scanned == resident.bed || same(scanned, &resident_code(resident.id)) {
        return Ok(());
    }
    let id = part(scanned, RESIDENT).and_then(|id| id.parse::<ResidentId>().ok());
    // A bed has no form of its own: whatever is no code of ours can only be another bed, or another resident's.
    if id.is_some() || !scanned.contains(':') { Err(Mismatch::WrongResident) } else { Err(Mismatch::Unreadable) }
}

/// Is this the medicine of that line?
pub fn check_pack(scanned: &str, prescription: PrescriptionId, item_no: u16) -> Result<(), Mismatch> {
    let scanned = scanned.trim();
    if same(scanned, &pack_code(prescription, item_no)) {
        return Ok(());
    }
    if part(scanned, PACK).is_some() { Err(Mismatch::WrongMedicine) } else { Err(Mismatch::Unreadable) }
}

/// Scanners that type like a keyboard may change the case.
fn same(scanned: &str, code: &str) -> bool {
    scanned.eq_ignore_ascii_case(code)
}

fn part<'a>(scanned: &'a str, before: &str) -> Option<&'a str> {
    let (kind, rest) = scanned.split_once(':')?;
    kind.eq_ignore_ascii_case(before).then_some(rest)
}
