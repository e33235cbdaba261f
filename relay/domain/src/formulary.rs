//! Drugs and diagnoses as data: types, parsing of the data files, search.

mod types;

pub use types::{Banned, Diagnosis, Drug, DrugId};
