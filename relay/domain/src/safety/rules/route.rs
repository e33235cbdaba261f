//! The way of each line against the form of its product. A way by which the form cannot be given blocks: it is no decision of the prescriber's but a mistake. A
//! way that is possible and seldom weighs what the rule of the form says. A form that nobody declared is `not_covered`.

use super::{clear_if_silent, finding, found_by};
use crate::dosage::Route;
use crate::safety::check::Case;
use crate::safety::course::Course;
use crate::safety::knowledge::DosageForm;
use crate::safety::{Finding, FindingKind, Outcome, Severity};

const KIND: FindingKind = FindingKind::Route;
const SELDOM: (&str, &str) = ("请核对给药途径，或说明理由", "Check the way, or give a reason");

pub(super) fn route(case: &Case<'_>, out: &mut Vec<Finding>) {
    for line in case.lines() {
        let (Some(drug), Some(route)) = (line.drug, line.route) else { continue };
        if drug.routes.contains(&route) {
            continue;
        }
        out.push(match case.knowledge.form(&drug.form) {
            Some(form) => against(form, line, route),
            None if drug.routes.is_empty() => unknown(case, line, &drug.form),
            None => unlisted(case, line, route),
        });
    }
    // Unknown drugs are blocked by the rule on controlled classes.
    if case.lines().all(|line| line.drug.is_some()) {
        clear_if_silent(out, KIND, "给药途径与剂型相符", "Every way suits the form of its medicine", case.source());
    }
}

/// The line with its way, as a finding names it.
fn named(line: &Course<'_>, route: Route) -> (String, String) {
    let ((zh, en), (way_zh, way_en)) = (line.named(), route.words());
    (format!("{zh}（{way_zh}）"), format!("{en} ({way_en})"))
}

fn against(form: &DosageForm, line: &Course<'_>, route: Route) -> Finding {
    let found = found_by(form, KIND, line.line(), named(line, route));
    let (zh, en) = (&found.message_zh, &found.message_en);
    if form.routes.contains(&route) || form.seldom.contains(&route) {
        return Finding {
            message_zh: format!("{zh}，很少以这种途径给药"),
            message_en: format!("{en}, and this product is seldom given this way"),
            action_zh: SELDOM.0.to_owned(),
            action_en: SELDOM.1.to_owned(),
            ..found
        };
    }
    Finding {
        severity: Severity::Block,
        message_zh: format!("{zh}，不能以这种途径给药"),
        message_en: format!("{en}, and cannot be given this way"),
        ..found
    }
}

/// The product's own entry names other ways, and nothing is known of its form.
fn unlisted(case: &Case<'_>, line: &Course<'_>, route: Route) -> Finding {
    let (zh, en) = named(line, route);
    let words = (
        format!("{zh}：药品目录中没有列出这种给药途径"),
        format!("{en}: the catalogue does not list this way for the medicine"),
    );
    finding(KIND, Outcome::Alert, Severity::HardStop, line.line(), words, case.source(), SELDOM)
}

fn unknown(case: &Case<'_>, line: &Course<'_>, form: &str) -> Finding {
    let (zh, en) = line.named();
    let words = (
        format!("{zh}的剂型“{form}”不在知识库中，给药途径未核查"),
        format!("The form of {en} is not in the knowledge base: its way was not checked"),
    );
    let action = ("请自行核对给药途径", "Check the way yourself");
    finding(KIND, Outcome::NotCovered, Severity::Info, line.line(), words, case.source(), action)
}
