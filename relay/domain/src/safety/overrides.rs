//! Which rules spoke on a prescription, which were heeded and which were signed past: what rules are worth is seen in how often they are overridden.

use super::{Finding, Outcome, Severity};

/// A rule that spoke on a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Which.
    pub rule_id: String,
    /// In which version.
    pub rule_version: String,
    /// How loudly.
    pub severity: Severity,
}

/// How often a rule spoke on signed prescriptions, and how often it was signed past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideCount {
    /// The rule.
    pub rule: Spoken,
    /// Signed prescriptions on which it spoke, at signing or while they were written.
    pub spoke: u64,
    /// Of these, signed although it spoke.
    pub overridden: u64,
}

/// The rules that raise an alert in `findings`, each once at its heaviest.
pub fn spoken(findings: &[Finding]) -> Vec<Spoken> {
    let mut rules: Vec<Spoken> = Vec::new();
    for finding in findings.iter().filter(|f| f.outcome == Outcome::Alert) {
        let (Some(rule_id), Some(rule_version)) = (&finding.rule_id, &finding.rule_version) else { continue };
        match rules.iter_mut().find(|r| r.rule_id == *rule_id) {
            Some(rule) => rule.severity = rule.severity.max(finding.severity),
            None => rules.push(Spoken {
                rule_id: rule_id.clone(),
                rule_version: rule_version.clone(),
                severity: finding.severity,
            }),
        }
    }
    rules
}

/// The rules that spoke `before` a draft was changed and are silent `after`.
pub fn heeded(before: &[Finding], after: &[Finding]) -> Vec<Spoken> {
    let still = spoken(after);
    spoken(before).into_iter().filter(|rule| !still.iter().any(|s| s.rule_id == rule.rule_id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::FindingKind;

    fn finding(rule: Option<&str>, outcome: Outcome, severity: Severity) -> Finding {
        Finding {
            outcome,
            severity,
            kind: FindingKind::Interaction,
            item_no: None,
            message_zh: String::new(),
            message_en: String::new(),
            source: String::new(),
            source_en: None,
            action_zh: String::new(),
            action_en: String::new(),
            rule_id: rule.map(Into::into),
            rule_version: rule.map(|_| "1".into()),
            rule_date: None,
            creatinine_days: None,
        }
    }

    #[test]
    fn only_alerts_of_rules_count_and_each_rule_once() {
        let before = [
            finding(Some("a"), Outcome::Alert, Severity::Warn),
            finding(Some("a"), Outcome::Alert, Severity::HardStop),
            finding(Some("b"), Outcome::Alert, Severity::Warn),
            finding(Some("c"), Outcome::InputMissing, Severity::Warn),
            finding(None, Outcome::Alert, Severity::Block),
        ];
        let all = spoken(&before);
        assert_eq!(
            all.iter().map(|r| (r.rule_id.as_str(), r.severity)).collect::<Vec<_>>(),
            [("a", Severity::HardStop), ("b", Severity::Warn)]
        );
        assert_eq!(heeded(&before, &before[2..])[0].rule_id, "a");
        assert!(heeded(&before, &before).is_empty());
    }
}
