//! Congestion control over links in virtual time, against its aims and against Google's.
#![allow(clippy::expect_used, reason = "tests")]

mod cases;
mod forged;
mod gcc;
mod sim;
mod tcp;
