//! The API.

mod document;

pub mod admin;
pub mod consultations;
pub mod deliveries;
pub mod events;
pub mod formulary;
pub mod homes;
pub mod legs;
pub mod prescriptions;
pub mod problem;
pub mod residents;
pub mod sessions;

pub use document::openapi;
