//! The labels of a resident's medicines and of the bed. Not here: how large they are and where they stand (the relay's printer).
//!
//! One label for a medicine, also for a dose that changes: the tablets of all its steps are in the same packs, and the label's code opens the line, not a step. A
//! label that named one step would be right for some days, and nobody takes it off the pack afterwards.

use super::{Line, MedicationSheet, Step, days_of, is_rare};
use crate::dosage::Frequency;
use crate::policy::Policy;
use crate::records::Resident;
use crate::scan_codes::{pack_code, resident_code};

/// A label to be stuck on a pack or a band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What a person reads, the first line largest.
    pub lines: Vec<String>,
    /// What a scanner reads.
    pub code: String,
}

impl MedicationSheet<'_> {
    /// A label of each medicine, and one of the resident's bed.
    pub fn labels(&self) -> Vec<Label> {
        let who = format!("{} · {}", initials(self.resident), self.resident.bed);
        let bed = Label { lines: vec![who.clone()], code: resident_code(self.resident.id) };
        let label = |line: &Line<'_>| {
            let item = line.course.item;
            let mut lines = vec![self.name(line.named().0)];
            lines.extend(self.called_back(line));
            let steps = self.steps(line);
            for (index, step) in steps.iter().enumerate() {
                let before = index.checked_sub(1).and_then(|before| steps.get(before));
                lines.extend(self.taken(line, step, before));
            }
            lines.extend(self.bound(item, item.frequency));
            if !item.instruction.trim().is_empty() {
                lines.push(item.instruction.trim().to_owned());
            }
            lines.push(who.clone());
            Label { lines, code: pack_code(line.prescription_id, item.no) }
        };
        self.lines.iter().map(label).chain([bed]).collect()
    }

    /// How one step is taken; of a dose that changes, on which days and after which step.
    fn taken(&self, line: &Line<'_>, step: &Step, before: Option<&Step>) -> Vec<String> {
        let (dosage, days) = (step.stretch.step, days_of(&step.stretch));
        let (count, times) = (self.counted(line, dosage).1, times(dosage.frequency));
        let taken = format!("{count} {} · {}", self.often(dosage.frequency), self.way(line.course.item.route));
        let mut lines = Vec::new();
        if let Some((first, last)) = days.filter(|_| step.is_of_a_taper()) {
            lines.push(format!("{} · {}", self.of_steps(step), self.days_from_until(first, last)));
            // It begins on the day on which the step before ends: the hour tells which of both is meant.
            let shared = before.and_then(|before| before.stretch.doses.last()).is_some_and(|due| due.day == first);
            lines.extend(step.stretch.doses.first().filter(|_| shared).map(|due| self.first_at(due.day, due.hour)));
        }
        lines.push(taken);
        lines.extend(self.instead(line, dosage));
        if !times.is_empty() {
            lines.push(times);
        }
        if let Some((first, last)) = days.filter(|_| is_rare(dosage.frequency) && !step.is_of_a_taper()) {
            lines.push(self.days_from_until(first, last));
        }
        lines
    }
}

/// Full hours of a frequency, as they stand on a label.
fn times(frequency: Frequency) -> String {
    let hours: Vec<String> = Policy::hours_of_day(frequency).iter().map(|hour| format!("{hour:02}:00")).collect();
    hours.join("  ")
}

/// Nobody who passes a label learns a name.
fn initials(resident: &Resident) -> String {
    resident.pinyin.to_uppercase()
}
