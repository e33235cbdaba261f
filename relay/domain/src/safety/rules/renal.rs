//! Doses at reduced kidney function, with the age of the creatinine. Without a recent one, and where nobody said how often something may be taken when needed, the
//! answer is `input_missing`, never `clear`.

use super::{by_rule, clear_if_silent, finding, found_by, unbounded};
use crate::safety::check::Case;
use crate::safety::clearance::{Clearance, NoClearance, clearance};
use crate::safety::course::{Course, Daily};
use crate::safety::knowledge::Renal;
use crate::safety::{Finding, FindingKind, Outcome, Severity};

const KIND: FindingKind = FindingKind::Renal;

pub(super) fn renal(case: &Case<'_>, out: &mut Vec<Finding>) {
    let kidneys = clearance(case.resident, case.policy, case.now);
    let mut concerned = false;
    for line in case.lines() {
        let rules: Vec<_> = case.knowledge.renal.iter().filter(|r| line.parts.iter().any(|p| r.of.has(p.at))).collect();
        let Some(first) = rules.first() else { continue };
        concerned = true;
        match kidneys {
            Err(why) => out.push(by_rule(unknown(case, line, why), *first)),
            Ok(kidneys) => {
                for rule in rules.iter().filter(|r| kidneys.value < r.below) {
                    match in_a_day(line, rule) {
                        Daily::Above => out.push(reduced(line, rule, kidneys)),
                        Daily::Within => {}
                        Daily::Unbounded => {
                            let found = by_rule(unbounded(case, KIND, line), *rule);
                            out.push(Finding { creatinine_days: Some(kidneys.days), ..found });
                        }
                    }
                }
            }
        }
    }
    if !case.lines_covered() {
        return;
    }
    match kidneys {
        Ok(Clearance { value, formula, days }) if concerned => {
            let zh = format!("肾功能核对无异常：{formula} 约 {value:.0} mL/min，肌酐为 {days} 天前");
            let en = format!("Kidneys allow it: about {value:.0} mL/min by {formula}, creatinine {days} days old");
            clear_if_silent(out, KIND, &zh, &en, case.source());
            out.iter_mut().filter(|f| f.kind == KIND).for_each(|f| f.creatinine_days = Some(days));
        }
        _ => clear_if_silent(
            out,
            KIND,
            "无须按肾功能调整的药品",
            "No medicine that depends on the kidneys",
            case.source(),
        ),
    }
}

/// A rule without a dose is broken by the first.
fn in_a_day(line: &Course<'_>, rule: &Renal) -> Daily {
    let Some(most) = rule.above_daily else { return Daily::Above };
    let of = line.parts.iter().filter(|p| rule.of.has(p.at));
    line.daily(of.filter_map(|p| p.single).sum(), most)
}

fn reduced(line: &Course<'_>, rule: &Renal, kidneys: Clearance) -> Finding {
    let Clearance { value, formula, days } = kidneys;
    let (zh, en) = line.named();
    let named = (
        format!("{zh}（{formula} 约 {value:.0} mL/min，肌酐为 {days} 天前）"),
        format!("{en} (about {value:.0} mL/min by {formula}, creatinine {days} days old)"),
    );
    Finding { creatinine_days: Some(days), ..found_by(rule, KIND, line.line(), named) }
}

fn unknown(case: &Case<'_>, line: &Course<'_>, why: NoClearance) -> Finding {
    let (zh, en) = line.named();
    let (why_zh, why_en, days) = match why {
        NoClearance::Missing => ("没有肌酐记录".to_owned(), "no creatinine is on record".to_owned(), None),
        NoClearance::Stale(days) => {
            (format!("肌酐已是 {days} 天前"), format!("the creatinine is {days} days old"), Some(days))
        }
    };
    let found = finding(
        KIND,
        Outcome::InputMissing,
        Severity::Warn,
        line.line(),
        (
            format!("{zh}须按肾功能用药，{why_zh}，未能核查"),
            format!("{en} depends on the kidneys and was not checked: {why_en}"),
        ),
        case.source(),
        ("请补测肌酐", "Have the creatinine measured"),
    );
    Finding { creatinine_days: days, ..found }
}
