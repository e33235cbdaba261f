//! What was tried and what came of it, in the form of e2e/attack/tally.mjs, which prints it.

use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Row {
    attack: &'static str,
    tried: u32,
    refused: u32,
    for_its_form: u32,
    through: Vec<String>,
}

#[derive(Default)]
pub struct Tally {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Tally {
    /// Counts one attempt; `what` is kept for those that came through.
    pub fn check(&mut self, attack: &'static str, refused: bool, what: impl Into<String>) {
        let at = self.rows.iter().position(|row| row.attack == attack).unwrap_or_else(|| {
            self.rows.push(Row { attack, tried: 0, refused: 0, for_its_form: 0, through: Vec::new() });
            self.rows.len() - 1
        });
        let row = &mut self.rows[at];
        row.tried += 1;
        if refused {
            row.refused += 1;
        } else {
            row.through.push(what.into());
        }
    }

    /// What a reader should know.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub fn let_through(&self) -> usize {
        self.rows.iter().map(|row| row.through.len()).sum()
    }

    pub fn report(&self) -> Value {
        json!({ "rows": self.rows, "notes": self.notes })
    }
}
