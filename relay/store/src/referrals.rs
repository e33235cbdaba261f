//! Referrals to a hospital.

use yunzhen_domain::ids::{ConsultationId, HomeId, ReferralId, ResidentId};
use yunzhen_domain::machines::referral::State;
use yunzhen_domain::records::Referral;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "referrals";

/// Which referrals.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// Of this home.
    pub home: Option<HomeId>,
    /// Of this resident.
    pub resident: Option<ResidentId>,
    /// From this consultation.
    pub consultation: Option<ConsultationId>,
    /// Of one of these residents; empty means any.
    pub residents: Vec<ResidentId>,
}

/// One referral.
pub async fn get(db: &mut Db, id: ReferralId) -> Result<Option<Referral>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM referrals WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page, by the time they were drafted.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Referral>, StoreError> {
    let rows = Walks::over(TABLE, "created_at")
        .equal("home_id", filter.home)
        .equal("resident_id", filter.resident)
        .equal("consultation_id", filter.consultation)
        .among("resident_id", filter.residents.iter().map(ToString::to_string))
        .among("state", filter.states.iter().map(|state| state.as_str().to_owned()))
        .fetch(db, paging)
        .await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |r| Cursor { at_ms: r.created_at.as_millisecond(), id: r.id.uuid() }))
}

/// A new referral.
pub async fn insert(tx: &mut Tx, referral: &Referral) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO referrals (id, version, state, specialist_id, urgency, diagnosis_code, reason, hospital, department,
             appointment, questions, report, end_reason, state_since, timeline, resident_id, home_id, consultation_id,
             drafted_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(referral.id.to_string())
    .bind(referral.version)
    .bind(referral.state.as_str())
    .bind(referral.specialist_id.map(|id| id.to_string()))
    .bind(referral.urgency.as_str())
    .bind(&referral.diagnosis_code)
    .bind(referral.reason.expose())
    .bind(&referral.hospital)
    .bind(&referral.department)
    .bind(opt_json("appointment", referral.appointment.as_ref())?)
    .bind(to_json(TABLE, "questions", referral.questions.expose())?)
    .bind(opt_json("report", referral.report.as_ref().map(|report| report.expose()))?)
    .bind(referral.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .bind(referral.state_since.as_millisecond())
    .bind(to_json(TABLE, "timeline", &referral.timeline)?)
    .bind(referral.resident_id.to_string())
    .bind(referral.home_id.to_string())
    .bind(referral.consultation_id.map(|id| id.to_string()))
    .bind(referral.drafted_by.to_string())
    .bind(referral.created_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed referral, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, referral: &Referral) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE referrals SET version = $2, state = $3, specialist_id = $4, urgency = $5, diagnosis_code = $6, reason = $7,
             hospital = $8, department = $9, appointment = $10, questions = $11, report = $12, end_reason = $13,
             state_since = $14, timeline = $15
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(referral.id.to_string())
    .bind(referral.version)
    .bind(referral.state.as_str())
    .bind(referral.specialist_id.map(|id| id.to_string()))
    .bind(referral.urgency.as_str())
    .bind(&referral.diagnosis_code)
    .bind(referral.reason.expose())
    .bind(&referral.hospital)
    .bind(&referral.department)
    .bind(opt_json("appointment", referral.appointment.as_ref())?)
    .bind(to_json(TABLE, "questions", referral.questions.expose())?)
    .bind(opt_json("report", referral.report.as_ref().map(|report| report.expose()))?)
    .bind(referral.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .bind(referral.state_since.as_millisecond())
    .bind(to_json(TABLE, "timeline", &referral.timeline)?)
    .execute(tx.conn())
    .await?;
    one_row("referral", done.rows_affected())
}

fn opt_json<T: serde::Serialize>(column: &'static str, value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(|value| to_json(TABLE, column, value)).transpose()
}

fn decode(cells: &Cells<'_>) -> Result<Referral, StoreError> {
    let questions: Vec<yunzhen_domain::records::ReferralQuestion> = cells.json("questions")?;
    let report: Option<yunzhen_domain::records::ReferralReport> = cells.opt_json("report")?;
    Ok(Referral {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        consultation_id: cells.opt_parse("consultation_id")?,
        specialist_id: cells.opt_parse("specialist_id")?,
        drafted_by: cells.parse("drafted_by")?,
        urgency: cells.parse("urgency")?,
        diagnosis_code: cells.opt_text("diagnosis_code")?,
        reason: cells.text("reason")?.into(),
        hospital: cells.text("hospital")?,
        department: cells.text("department")?,
        appointment: cells.opt_json("appointment")?,
        questions: questions.into(),
        report: report.map(Into::into),
        end_reason: cells.opt_text("end_reason")?.map(Into::into),
        created_at: cells.time("created_at")?,
        state_since: cells.time("state_since")?,
        timeline: cells.json("timeline")?,
    })
}
