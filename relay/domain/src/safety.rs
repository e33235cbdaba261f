//! Safety and legality of a prescription: findings, never decisions. Rules never write a prescription.

mod check;
mod clearance;
mod course;
mod facts;
mod finding;
mod knowledge;
mod overrides;
mod quantity;
mod rules;
mod running;

pub use check::{Draft, DraftItem, check, worst};
pub use facts::{Reading, Readings, ResidentFacts};
pub use finding::{Finding, FindingKind, Outcome, Severity};
pub use knowledge::{
    About, Edition, Example, ExampleError, Ingredient, IngredientAt, Knowledge, KnowledgeError, LoadKind, Rule,
    RuleFile,
};
pub use overrides::{OverrideCount, Spoken, heeded, spoken};
pub(crate) use quantity::units;
pub use quantity::{covered_days, per_day, quantity};
pub use running::{Hand, NothingLeft, Running, Taken};
