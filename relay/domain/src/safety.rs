//! Safety and legality of a prescription: findings, never decisions. Rules never write a prescription.

mod check;
mod finding;
mod quantity;
mod rules;

pub use check::{Draft, DraftItem, ResidentFacts, check, worst};
pub use finding::{Finding, FindingKind, Outcome, Severity};
pub use quantity::{covered_days, per_day, quantity};
