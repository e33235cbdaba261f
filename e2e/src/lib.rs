//! The product as a whole, held against its documents: dependency law, invariants, README (see `tests/`).
//!
//! The running product is driven by `e2e/browser` (Playwright, on programs started by `scripts/stack.mjs`); its load by `e2e/load`; shaped links in
//! virtual time by `e2e/netem`. There is nothing here to link against.
