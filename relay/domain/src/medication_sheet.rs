//! The medication sheet of a resident and the labels of the medicines: what to take, how much, at what time of day. Pure: courses in, a page out.
//! Not here: fonts and paper (the relay's printer), when a dose is due ([`crate::doses`]).

use crate::dosage::{Frequency, Route, TaperStep, steps};
use crate::doses::{Course, Round};
use crate::formulary::{Drug, Formulary, english_strength, english_unit};
use crate::ids::PrescriptionId;
use crate::lots::{Lot, may_be_given};
use crate::policy::Policy;
use crate::records::{AllergyRecord, Home, Item, Resident};
use crate::scan_codes::{pack_code, resident_code};
use crate::schedule::Zone;
use crate::sheet::{Row, Section, Sheet};
use jiff::Timestamp;
use jiff::civil::Date;

/// A medicine of the sheet.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// On its way.
    pub course: Course<'a>,
    /// What it is.
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
    /// English names of what the resident does not tolerate.
    pub formulary: &'a Formulary,
    /// When the sheet is made.
    pub made_at: Timestamp,
    /// How often, within 24 hours, what is taken when needed may be given, where its prescription allows no less.
    pub most_when_needed: u32,
    /// In English; else in Chinese.
    pub english: bool,
}

/// A label to be stuck on a pack or a band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What a person reads, the first line largest.
    pub lines: Vec<String>,
    /// What a scanner reads.
    pub code: String,
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

    /// A label of each medicine, and one of the resident's bed.
    pub fn labels(&self) -> Vec<Label> {
        let who = format!("{} · {}", initials(self.resident), self.resident.bed);
        let bed = Label { lines: vec![who.clone()], code: resident_code(self.resident.id) };
        let label = |line: &Line<'_>| {
            let (step, no) = (self.step(line), line.course.item.no);
            let mut lines = vec![self.name(line.drug)];
            lines.extend(self.called_back(line));
            lines.push(format!("{} {}", self.dose(step, line.drug), self.often(step.frequency)));
            lines.extend(self.instead(line, step));
            let times = times(step.frequency);
            if !times.is_empty() {
                lines.push(times);
            }
            lines.extend(self.bound(line.course.item, step.frequency));
            lines.push(who.clone());
            Label { lines, code: pack_code(line.prescription_id, no) }
        };
        self.lines.iter().map(label).chain([bed]).collect()
    }

    const fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.english { en } else { zh }
    }

    fn today(&self) -> Date {
        self.zone.date(self.made_at)
    }

    fn name(&self, drug: &Drug) -> String {
        if self.english {
            return format!("{} {}", drug.name_en, english_strength(&drug.strength));
        }
        format!("{} {}", drug.name_zh, drug.strength)
    }

    fn dose(&self, step: TaperStep, drug: &Drug) -> String {
        let unit = drug.dose_unit();
        let unit = if self.english { english_unit(unit) } else { unit };
        format!("{} {unit}", step.dose.as_f64())
    }

    /// The dose counted in each of the other products, so that nobody takes one of the smaller strength for the whole.
    fn instead(&self, line: &Line<'_>, step: TaperStep) -> Vec<String> {
        let others = line.instead.iter().map(|(drug, factor)| {
            let unit = drug.dose_unit();
            let unit = if self.english { english_unit(unit) } else { unit };
            let count = step.dose.as_f64() * f64::from(*factor);
            format!("{} {}: {count} {unit}", self.t("或", "or"), self.name(drug))
        });
        others.collect()
    }

    /// Of a line of which a batch was called back: which must not be given, and which may.
    fn called_back(&self, line: &Line<'_>) -> Option<String> {
        let mut barred: Vec<&str> = Vec::new();
        for lot in line.lots.iter().filter(|lot| lot.barred_since.is_some()) {
            if !barred.contains(&lot.batch.as_str()) {
                barred.push(&lot.batch);
            }
        }
        if barred.is_empty() {
            return None;
        }
        let (barred, good) = (barred.join(self.t("、", ", ")), may_be_given(&line.lots).join(self.t("、", ", ")));
        Some(match (self.english, good.is_empty()) {
            (true, true) => format!("Recalled, do not give: batch {barred}; there is no other batch"),
            (true, false) => format!("Recalled, do not give: batch {barred}; give batch {good} only"),
            (false, true) => format!("已召回，不要给：批号 {barred}；没有其他批号"),
            (false, false) => format!("已召回，不要给：批号 {barred}；只给批号 {good}"),
        })
    }

    /// The step in force on the day the sheet is made; before the first day that is the first.
    fn step(&self, line: &Line<'_>) -> TaperStep {
        let item = line.course.item;
        let begin = line.course.doses().first().map_or_else(|| self.today(), |due| due.day);
        let mut left = (self.today() - begin).get_days().max(0);
        let all = steps(item.dose, item.frequency, item.days, &item.taper);
        let first = all.first().copied();
        for step in &all {
            if left < i32::from(step.days) {
                return *step;
            }
            left -= i32::from(step.days);
        }
        all.last().copied().or(first).unwrap_or(TaperStep {
            dose: item.dose,
            frequency: item.frequency,
            days: item.days,
        })
    }

    fn round(&self, round: Round) -> Option<Section> {
        let mut rows = Vec::new();
        for line in self.lines {
            let step = self.step(line);
            let hours = Policy::hours_of_day(step.frequency).iter().filter(|hour| Policy::round_at(**hour) == round);
            for hour in hours {
                rows.push((*hour, self.row(line, step, &format!("{hour:02}:00"))));
                rows.extend(self.twice(line, *hour).map(|words| (*hour, Row::Alert(words))));
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

    /// Another prescription gives the same at this hour, on a day that is still to come: nobody gives both unasked.
    fn twice(&self, line: &Line<'_>, hour: i8) -> Option<String> {
        let due = |of: &Line<'_>| -> Vec<Timestamp> {
            let still = |at: &Timestamp| *at >= self.made_at && self.zone.rules().to_datetime(*at).hour() == hour;
            of.course.doses().into_iter().map(|due| due.at).filter(still).collect()
        };
        let times = due(line);
        let same = |other: &&Line<'_>| {
            other.prescription_id != line.prescription_id
                && other.drug.gives_the_same_as(line.drug)
                && due(other).iter().any(|at| times.contains(at))
        };
        let others = self.lines.iter().filter(same);
        let names: Vec<String> = others
            .map(|other| format!("{} · {}", self.name(other.drug), self.dose(self.step(other), other.drug)))
            .collect();
        (!names.is_empty()).then(|| {
            if self.english {
                let names = names.join(", ");
                return format!("The same medicine is also due at {hour:02}:00: {names}. Check before giving both");
            }
            format!("{hour:02}:00 同一时间另有 {}：请核对后再给", names.join("、"))
        })
    }

    /// What has no time of day.
    fn apart(&self) -> Option<Section> {
        let apart = self.lines.iter().map(|line| (line, self.step(line)));
        let apart = apart.filter(|(_, step)| Policy::hours_of_day(step.frequency).is_empty());
        let rows: Vec<Row> = apart.map(|(line, step)| self.row(line, step, self.often(step.frequency))).collect();
        (!rows.is_empty()).then(|| Section { heading: self.t("必要时或一次性", "When needed, or once"), rows })
    }

    fn row(&self, line: &Line<'_>, step: TaperStep, when: &str) -> Row {
        let item = line.course.item;
        let mut text = format!("{when}  {} · {}", self.name(line.drug), self.dose(step, line.drug));
        if let Some(bound) = self.bound(item, step.frequency) {
            text += &format!(" · {bound}");
        }
        if matches!(step.frequency, Frequency::Qod | Frequency::Tiw | Frequency::Biw | Frequency::Qw) {
            text += &format!(" · {}", self.often(step.frequency));
        }
        for other in self.instead(line, step) {
            text += &format!(" · {other}");
        }
        text += &format!(" · {}", self.way(item.route));
        if let Some(last) = line.course.doses().last() {
            text += &format!(" · {} {}", self.t("至", "until"), last.day);
        }
        if !item.instruction.trim().is_empty() {
            text += &format!(" · {}", item.instruction.trim());
        }
        match self.called_back(line) {
            Some(notice) => Row::Alert(format!("{text} · {notice}")),
            None => Row::Text(text),
        }
    }

    const fn often(&self, frequency: Frequency) -> &'static str {
        match frequency {
            Frequency::Qd => self.t("每日一次", "once a day"),
            Frequency::Bid => self.t("每日两次", "twice a day"),
            Frequency::Tid => self.t("每日三次", "three times a day"),
            Frequency::Qid => self.t("每日四次", "four times a day"),
            Frequency::Qn => self.t("每晚一次", "at night"),
            Frequency::Qam => self.t("每晨一次", "in the morning"),
            Frequency::Q4h => self.t("每4小时一次", "every 4 hours"),
            Frequency::Q6h => self.t("每6小时一次", "every 6 hours"),
            Frequency::Q8h => self.t("每8小时一次", "every 8 hours"),
            Frequency::Q12h => self.t("每12小时一次", "every 12 hours"),
            Frequency::Qod => self.t("隔日一次", "every other day"),
            Frequency::Tiw => self.t("每周三次", "three times a week"),
            Frequency::Biw => self.t("每周两次", "twice a week"),
            Frequency::Qw => self.t("每周一次", "once a week"),
            Frequency::St => self.t("立即一次", "once, at once"),
            Frequency::Prn => self.t("必要时", "when needed"),
        }
    }

    /// Of what is taken when needed, the most of a day: the paper says what the screen refuses.
    fn bound(&self, item: &Item, frequency: Frequency) -> Option<String> {
        let most = item.most_when_needed(self.most_when_needed);
        let words =
            if self.english { format!("at most {most} in 24 hours") } else { format!("24 小时内最多 {most} 次") };
        let words = match (item.hours_apart, self.english) {
            (None, _) => words,
            (Some(1), true) => format!("{words}, at least 1 hour apart"),
            (Some(hours), true) => format!("{words}, at least {hours} hours apart"),
            (Some(hours), false) => format!("{words}，两次至少间隔 {hours} 小时"),
        };
        (frequency == Frequency::Prn).then_some(words)
    }

    const fn way(&self, route: Route) -> &'static str {
        match route {
            Route::Oral => self.t("口服", "by mouth"),
            Route::Topical => self.t("外用", "on the skin"),
            Route::Inhaled => self.t("吸入", "inhaled"),
            Route::Subcutaneous => self.t("皮下注射", "under the skin"),
            Route::Sublingual => self.t("舌下含服", "under the tongue"),
        }
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

#[cfg(test)]
mod tests;
