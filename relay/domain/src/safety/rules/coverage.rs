//! Which medicines the knowledge does not cover, by name: no other rule says "nothing found" of them.

use super::{clear_if_silent, finding};
use crate::safety::check::Case;
use crate::safety::{Finding, FindingKind, Outcome, Severity};

const KIND: FindingKind = FindingKind::Coverage;

pub(super) fn coverage(case: &Case<'_>, out: &mut Vec<Finding>) {
    for course in case.courses.iter().filter(|c| c.parts.is_empty()) {
        let (zh, en) = course.named();
        out.push(finding(
            KIND,
            Outcome::NotCovered,
            Severity::Warn,
            course.line(),
            (
                format!("{zh}不在知识库中：相互作用、重复用药、剂量、肾功能和老年用药均未核查"),
                format!("{en} is not in the knowledge base: interactions, duplicates, dose, kidneys and age were not checked"),
            ),
            case.source(),
            ("请自行核对该药品", "Check this medicine yourself"),
        ));
    }
    clear_if_silent(out, KIND, "全部药品均在知识库中", "Every medicine is in the knowledge base", case.source());
}
