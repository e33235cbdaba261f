//! The relay's API as its readers meet it: the real router over a real SQLite file, without a network.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod access;
mod document;
mod input;
mod live;
mod world;
