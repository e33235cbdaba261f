//! Safety and legality of a prescription: findings, never decisions. Rules never write a prescription.

mod finding;

pub use finding::{Finding, FindingKind, Outcome, Severity};
