//! The words of the sheet and the labels, in Chinese and in English. Not here: which of them stand where.

use super::{Line, MedicationSheet, Step};
use crate::dosage::{Frequency, Route, TaperStep};
use crate::formulary::{Drug, english_strength};
use crate::lots::may_be_given;
use crate::records::Item;
use jiff::civil::Date;

impl MedicationSheet<'_> {
    pub(super) fn name(&self, drug: &Drug) -> String {
        if self.english {
            return format!("{} {}", drug.name_en, english_strength(&drug.strength));
        }
        format!("{} {}", drug.name_zh, drug.strength)
    }

    /// A step's dose as it is counted out of the product that the paper names.
    pub(super) fn counted<'d>(&self, line: &Line<'d>, step: TaperStep) -> (&'d Drug, String) {
        let (drug, factor) = line.named();
        (drug, self.amount(step, drug, factor))
    }

    fn amount(&self, step: TaperStep, drug: &Drug, factor: u32) -> String {
        // A dose has thousandths, no more: what a product of decimal numbers adds is not said.
        let count = (step.dose.as_f64() * f64::from(factor) * 1000.0).round() / 1000.0;
        let amount = format!("{count} {}", drug.dose_unit());
        if self.english { english_strength(&amount) } else { amount }
    }

    /// The dose counted in each of the other products, so that nobody takes one of the smaller strength for the whole; and, where it did not come, as prescribed.
    pub(super) fn instead(&self, line: &Line<'_>, step: TaperStep) -> Vec<String> {
        let products = line.products();
        let other = |(drug, factor): &(&Drug, u32)| {
            format!("{} {}: {}", self.t("或", "or"), self.name(drug), self.amount(step, drug, *factor))
        };
        let mut words: Vec<String> = products.iter().skip(1).map(other).collect();
        if products.iter().all(|(drug, _)| drug.id != line.drug.id) {
            let (name, amount) = (self.name(line.drug), self.amount(step, line.drug, 1));
            words.push(format!("{} {name}: {amount}", self.t("处方为", "prescribed as")));
        }
        words
    }

    /// Of a line of which a batch was called back: which must not be given, and which may.
    pub(super) fn called_back(&self, line: &Line<'_>) -> Option<String> {
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

    /// Which of the steps it is.
    pub(super) fn of_steps(&self, step: &Step) -> String {
        let Step { number, of, .. } = step;
        if self.english { format!("step {number} of {of}") } else { format!("第 {number} 步，共 {of} 步") }
    }

    pub(super) fn days_from_until(&self, first: Date, last: Date) -> String {
        match (self.english, first == last) {
            (true, true) => format!("only on {first}"),
            (true, false) => format!("from {first} until {last}"),
            (false, true) => format!("仅 {first}"),
            (false, false) => format!("{first} 至 {last}"),
        }
    }

    pub(super) fn until(&self, last: Date) -> String {
        format!("{} {last}", self.t("至", "until"))
    }

    /// The first dose of a step.
    pub(super) fn first_at(&self, day: Date, hour: i8) -> String {
        if self.english { format!("first at {hour:02}:00 on {day}") } else { format!("{day} {hour:02}:00 起") }
    }

    pub(super) fn recorded_since(&self, day: Date) -> String {
        if self.english { format!("since {day}") } else { format!("自 {day} 起") }
    }

    pub(super) fn also_prescribed(&self, drug: &Drug) -> String {
        let name = self.name(drug);
        if self.english {
            format!("{name} is prescribed above: check before giving both")
        } else {
            format!("上面已有处方的 {name}：请核对后再给")
        }
    }

    pub(super) const fn often(&self, frequency: Frequency) -> &'static str {
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
    pub(super) fn bound(&self, item: &Item, frequency: Frequency) -> Option<String> {
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

    pub(super) const fn way(&self, route: Route) -> &'static str {
        let (zh, en) = route.words();
        self.t(zh, en)
    }
}
