//! The line by which a supervisor learns that a program serves, and where.

use std::io::Write as _;

use serde::Serialize;

/// Prints `READY {json}` to standard output, the only thing our programs print there while they serve.
///
/// `addresses` says what was bound, so that port 0 can be used in tests.
///
/// # Errors
/// When standard output is closed; the program may well go on.
pub fn print_ready(addresses: &impl Serialize) -> std::io::Result<()> {
    let json = serde_json::to_string(addresses).map_err(std::io::Error::other)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "READY {json}")?;
    out.flush()
}
