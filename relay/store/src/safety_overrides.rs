//! Rules that spoke on prescriptions, and what became of it.

use jiff::Timestamp;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::safety::{OverrideCount, Spoken};

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "safety_overrides";
/// More rules than any installation has: the report stays one page.
const MOST_RULES: i64 = 2000;

/// Rules that spoke on the draft and were heeded.
pub async fn heeded(tx: &mut Tx, id: PrescriptionId, rules: &[Spoken]) -> Result<(), StoreError> {
    put(tx, id, rules, None).await
}

/// The prescription is signed: what spoke and was heeded counts from now on, what still speaks was signed past.
pub async fn signed(tx: &mut Tx, id: PrescriptionId, past: &[Spoken], at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE safety_overrides SET signed_at = $2 WHERE prescription_id = $1")
        .bind(id.to_string())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    put(tx, id, past, Some(at)).await
}

async fn put(tx: &mut Tx, id: PrescriptionId, rules: &[Spoken], signed: Option<Timestamp>) -> Result<(), StoreError> {
    for rule in rules {
        sqlx::query(
            "INSERT INTO safety_overrides (prescription_id, rule_id, rule_version, severity, overridden, signed_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (prescription_id, rule_id) DO UPDATE
             SET rule_version = $3, severity = $4, overridden = $5, signed_at = $6",
        )
        .bind(id.to_string())
        .bind(&rule.rule_id)
        .bind(&rule.rule_version)
        .bind(rule.severity.as_str())
        .bind(i64::from(signed.is_some()))
        .bind(signed.map(Timestamp::as_millisecond))
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// How often each rule spoke and was overridden on what was signed in `from..until`, the most overridden first.
pub async fn counts(db: &mut Db, from: Timestamp, until: Timestamp) -> Result<Vec<OverrideCount>, StoreError> {
    let rows = sqlx::query(
        "SELECT rule_id, rule_version, severity, COUNT(*) AS spoke, CAST(SUM(overridden) AS BIGINT) AS overridden
         FROM safety_overrides WHERE signed_at >= $1 AND signed_at < $2
         GROUP BY rule_id, rule_version, severity
         ORDER BY overridden DESC, spoke DESC, rule_id, rule_version, severity LIMIT $3",
    )
    .bind(from.as_millisecond())
    .bind(until.as_millisecond())
    .bind(MOST_RULES)
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn decode(cells: &Cells<'_>) -> Result<OverrideCount, StoreError> {
    Ok(OverrideCount {
        rule: Spoken {
            rule_id: cells.text("rule_id")?,
            rule_version: cells.text("rule_version")?,
            severity: cells.parse("severity")?,
        },
        spoke: cells.int("spoke")?,
        overridden: cells.int("overridden")?,
    })
}
