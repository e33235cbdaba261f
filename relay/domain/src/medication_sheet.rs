//! The medication sheet of a resident and the labels of the medicines: what to take, how much, at what time of day. Pure: courses in, a page out.
//! Not here: fonts and paper (the relay's printer), when a dose is due ([`crate::doses`]).

mod labels;
mod words;

use crate::dosage::Frequency;
use crate::doses::{Course, Due, Round, Stretch};
use crate::formulary::{Drug, Formulary};
use crate::ids::PrescriptionId;
use crate::lots::{Lot, products};
use crate::policy::Policy;
use crate::records::{AllergyRecord, Home, Medicine, Resident};
use crate::schedule::Zone;
use crate::sheet::{Row, Section, Sheet};
use jiff::Timestamp;
use jiff::civil::Date;
pub use labels::Label;

/// A medicine of the sheet.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// On its way.
    pub course: Course<'a>,
    /// What was prescribed.
    pub drug: &'a Drug,
    /// Other products that came for it, with how many of their units make one.
    pub instead: Vec<(&'a Drug, u32)>,
    /// What came of it, batch by batch: paper does not say to give what was called back.
    pub lots: Vec<Lot>,
}

/// The records that it is made of.
#[derive(Debug, Clone, Copy)]
pub struct MedicationSheet<'a> {
    /// Whose.
    pub resident: &'a Resident,
    /// Where.
    pub home: &'a Home,
    /// What the home has and gives.
    pub lines: &'a [Line<'a>],
    /// The home's zone.
    pub zone: &'a Zone,
    /// English names of what the resident does not tolerate, and what is in the medicines of the record.
    pub formulary: &'a Formulary,
    /// When the sheet is made.
    pub made_at: Timestamp,
    /// How often, within 24 hours, what is taken when needed may be given, where its prescription allows no less.
    pub most_when_needed: u32,
    /// In English; else in Chinese.
    pub english: bool,
}

impl<'a> Line<'a> {
    /// What came of it, each with how many of its units make one prescribed unit; paper calls it by the first.
    fn products(&self) -> Vec<(&'a Drug, u32)> {
        products(self.drug, &self.instead, &self.lots)
    }

    fn named(&self) -> (&'a Drug, u32) {
        self.products().first().copied().unwrap_or((self.drug, 1))
    }
}

/// A step of a line that is not over.
struct Step {
    /// 1, 2, … of the line.
    number: usize,
    /// How many the line has; one of a steady dose.
    of: usize,
    /// On its days.
    stretch: Stretch,
}

impl Step {
    const fn is_of_a_taper(&self) -> bool {
        self.of > 1
    }
}

impl MedicationSheet<'_> {
    /// The sheet.
    pub fn sheet(&self) -> Sheet {
        let r = self.resident;
        let title = self.t("用药单", "Medication sheet");
        let rounds = Round::ALL.iter().filter_map(|round| self.round(*round));
        let mut sections: Vec<Section> = rounds.collect();
        sections.extend(self.apart());
        if sections.is_empty() {
            let none = self.t("目前没有由本院处方供药的药品", "No medicine from a prescription at present");
            sections.push(Section { heading: self.t("药品", "Medicines"), rows: vec![Row::Text(none.to_owned())] });
        }
        sections.extend(self.recorded());
        if !r.allergies.is_empty() {
            let english = |a: &AllergyRecord| if self.english { self.formulary.allergen_en(a) } else { None };
            let rows =
                r.allergies.iter().map(|a| Row::Alert(english(a).unwrap_or_else(|| a.substance.clone()))).collect();
            sections.insert(0, Section { heading: self.t("过敏", "Allergies"), rows });
        }
        Sheet {
            title: format!("{title} · {}", r.name.expose()),
            subtitle: format!("{} · {} · {}", self.home.name, r.bed, self.today()),
            language: self.t("zh-CN", "en"),
            sections,
            footer: format!("{title} · {} · {}", r.name.expose(), r.bed),
            missing_heading: self.t(
                "以下字符所用字体中没有，正文以编码标出，请核对原记录",
                "No font has these characters; the text shows their codes, check them against the record",
            ),
        }
    }

    const fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.english { en } else { zh }
    }

    fn today(&self) -> Date {
        self.zone.date(self.made_at)
    }

    /// The steps of a line that run or are to come, in order: whoever goes by the paper after today finds the dose of that day.
    fn steps(&self, line: &Line<'_>) -> Vec<Step> {
        let (all, today) = (line.course.stretches(), self.today());
        let of = all.len();
        let step = |(stretch, number)| Step { number, of, stretch };
        all.into_iter().zip(1..).filter(|(stretch, _)| !stretch.is_over(today)).map(step).collect()
    }

    fn round(&self, round: Round) -> Option<Section> {
        let mut rows = Vec::new();
        for line in self.lines {
            for step in self.steps(line) {
                let hours = Policy::hours_of_day(step.stretch.step.frequency);
                for hour in hours.iter().filter(|hour| Policy::round_at(**hour) == round) {
                    let at: Vec<Due> = step.stretch.doses.iter().filter(|due| due.hour == *hour).copied().collect();
                    // A course that begins in the evening ends in the morning: each time of day has its own first and last day.
                    let (Some(first), Some(last)) = (at.first(), at.last()) else { continue };
                    if last.day < self.today() {
                        continue;
                    }
                    rows.push((*hour, self.row(line, &step, &format!("{hour:02}:00"), Some((first.day, last.day)))));
                    rows.extend(self.twice(line, &at).map(|words| (*hour, Row::Alert(words))));
                }
            }
        }
        rows.sort_by_key(|(hour, _)| *hour);
        let heading = match round {
            Round::Morning => self.t("早晨", "Morning"),
            Round::Noon => self.t("中午", "Noon"),
            Round::Evening => self.t("傍晚", "Evening"),
            Round::Night => self.t("睡前和夜间", "Bedtime and night"),
        };
        (!rows.is_empty()).then(|| Section { heading, rows: rows.into_iter().map(|(_, row)| row).collect() })
    }

    /// Another prescription gives the same at one of these times, on a day that is still to come: nobody gives both unasked.
    fn twice(&self, line: &Line<'_>, at: &[Due]) -> Option<String> {
        let same = |other: &&Line<'_>| {
            other.prescription_id != line.prescription_id && other.drug.gives_the_same_as(line.drug)
        };
        let mut names: Vec<String> = Vec::new();
        for other in self.lines.iter().filter(same) {
            let meets = |due: &Due| due.at >= self.made_at && at.iter().any(|own| own.at == due.at);
            for stretch in other.course.stretches().iter().filter(|stretch| stretch.doses.iter().any(meets)) {
                let (drug, count) = self.counted(other, stretch.step);
                let name = format!("{} · {count}", self.name(drug));
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let hour = at.first().filter(|_| !names.is_empty())?.hour;
        Some(if self.english {
            let names = names.join(", ");
            format!("The same medicine is also due at {hour:02}:00: {names}. Check before giving both")
        } else {
            format!("{hour:02}:00 同一时间另有 {}：请核对后再给", names.join("、"))
        })
    }

    /// What has no time of day.
    fn apart(&self) -> Option<Section> {
        let mut rows = Vec::new();
        for line in self.lines {
            for step in self.steps(line) {
                let frequency = step.stretch.step.frequency;
                if Policy::hours_of_day(frequency).is_empty() {
                    rows.push(self.row(line, &step, self.often(frequency), days_of(&step.stretch)));
                }
            }
        }
        (!rows.is_empty()).then(|| Section { heading: self.t("必要时或一次性", "When needed, or once"), rows })
    }

    /// What the home recorded as taken: a sheet without it reads as if it were over.
    fn recorded(&self) -> Option<Section> {
        let row = |medicine: &Medicine| {
            let english = self.english.then(|| self.formulary.medicine_en(medicine)).flatten();
            let mut text = english.unwrap_or_else(|| medicine.name.clone());
            if !medicine.dose_text.trim().is_empty() {
                text += &format!(" · {}", medicine.dose_text.trim());
            }
            text += &format!(" · {}", self.recorded_since(medicine.since));
            let drug = medicine.drug_id.as_ref().and_then(|id| self.formulary.drug(id));
            let same = drug.and_then(|drug| self.lines.iter().find(|line| line.drug.gives_the_same_as(drug)));
            match same {
                Some(line) => Row::Alert(format!("{text} · {}", self.also_prescribed(line.drug))),
                None => Row::Text(text),
            }
        };
        let rows: Vec<Row> = self.resident.medicines.iter().map(row).collect();
        let heading = self.t("已在服用（养老院登记，非本院处方）", "Taken already, as recorded by the home");
        (!rows.is_empty()).then_some(Section { heading, rows })
    }

    /// A step at a time of day, with its first and last day there. The days of a dose that changes, or that is still to begin, stand before the medicine: a
    /// row that is not for today must not be read as if it were.
    fn row(&self, line: &Line<'_>, step: &Step, when: &str, days: Option<(Date, Date)>) -> Row {
        let (item, dosage) = (line.course.item, step.stretch.step);
        let leads = days.is_some_and(|(first, _)| step.is_of_a_taper() || first > self.today());
        let (drug, count) = self.counted(line, dosage);
        let mut text = match days.filter(|_| leads) {
            Some((first, last)) => format!("{when}  {}{}", self.days_from_until(first, last), self.t("：", ": ")),
            None => format!("{when}  "),
        };
        text += &format!("{} · {count}", self.name(drug));
        if step.is_of_a_taper() {
            text += &format!(" · {}", self.of_steps(step));
        }
        if let Some(bound) = self.bound(item, dosage.frequency) {
            text += &format!(" · {bound}");
        }
        let rare = is_rare(dosage.frequency);
        if rare {
            text += &format!(" · {}", self.often(dosage.frequency));
        }
        for other in self.instead(line, dosage) {
            text += &format!(" · {other}");
        }
        text += &format!(" · {}", self.way(item.route));
        match days.filter(|_| !leads) {
            // By its first day whoever reads it finds the others of what is not taken every day.
            Some((first, last)) if rare => text += &format!(" · {}", self.days_from_until(first, last)),
            Some((_, last)) => text += &format!(" · {}", self.until(last)),
            None => {}
        }
        if !item.instruction.trim().is_empty() {
            text += &format!(" · {}", item.instruction.trim());
        }
        match self.called_back(line) {
            Some(notice) => Row::Alert(format!("{text} · {notice}")),
            None => Row::Text(text),
        }
    }
}

/// First and last day of a step; none of what is taken when needed.
fn days_of(stretch: &Stretch) -> Option<(Date, Date)> {
    Some((stretch.first_day()?, stretch.doses.last()?.day))
}

/// Not taken every day.
const fn is_rare(frequency: Frequency) -> bool {
    matches!(frequency, Frequency::Qod | Frequency::Tiw | Frequency::Biw | Frequency::Qw)
}

#[cfg(test)]
mod tests;
