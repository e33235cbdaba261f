//! Prescriptions.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::Sealed;
use yunzhen_domain::ids::{ConsultationId, HomeId, PharmacyId, PrescriptionId, ResidentId, StaffId};
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::offers::Offered;
use yunzhen_domain::records::{Assessment, Prescription};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, taken_apart, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "prescriptions";

/// Which prescriptions; every given part must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// Of this home.
    pub home: Option<HomeId>,
    /// Written by this specialist.
    pub specialist: Option<StaffId>,
    /// Reviewed by this pharmacist.
    pub pharmacist: Option<StaffId>,
    /// With this pharmacy.
    pub pharmacy: Option<PharmacyId>,
    /// With this pharmacy, or in the pool and offered to it.
    pub within_reach_of: Option<PharmacyId>,
    /// For one of these residents; empty means any.
    pub residents: Vec<ResidentId>,
}

/// One prescription.
pub async fn get(db: &mut Db, id: PrescriptionId) -> Result<Option<Prescription>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM prescriptions WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// These records, by id.
pub async fn get_all(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Prescription>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM prescriptions WHERE 1 = 1");
        query.push_among("id", ids.iter().map(ToString::to_string));
        for one in taken_apart(TABLE, &query.fetch_all(db).await?, decode).await? {
            found.insert(one.id, one);
        }
    }
    Ok(found)
}

/// A page, by the time they entered their state.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Prescription>, StoreError> {
    let items = by(db, filter, paging, "state_since").await?;
    Ok(paging.slice(items, |p| Cursor { at_ms: p.state_since.as_millisecond(), id: p.id.uuid() }))
}

/// A page, by the time they were first written: whatever happens to one meanwhile, it keeps its place.
pub async fn history(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Prescription>, StoreError> {
    let items = by(db, filter, paging, "created_at").await?;
    Ok(paging.slice(items, |p| Cursor { at_ms: p.created_at.as_millisecond(), id: p.id.uuid() }))
}

/// Of what one pharmacist approved; every given part must hold.
#[derive(Debug, Clone)]
pub struct Approvals {
    /// Who approved it.
    pub pharmacist: StaffId,
    /// In one of these states by now; empty means any.
    pub states: Vec<State>,
    /// For this resident.
    pub resident: Option<ResidentId>,
    /// Approved from then on.
    pub since: Option<Timestamp>,
    /// Approved before then.
    pub until: Option<Timestamp>,
}

/// What any pharmacist approved, whatever became of it, the newest first.
pub async fn approved(db: &mut Db, paging: Paging) -> Result<Slice<Prescription>, StoreError> {
    by_approval(db, Walks::over(TABLE, "approved_at"), paging).await
}

/// What one pharmacist approved, whatever became of it, in the order of the approvals.
pub async fn approved_by(db: &mut Db, of: &Approvals, paging: Paging) -> Result<Slice<Prescription>, StoreError> {
    let walks = Walks::over(TABLE, "approved_at");
    let walks = match of.resident {
        None => walks.equal("pharmacist_id", Some(of.pharmacist)),
        // What one resident was ever prescribed is little: that way, and not along all that the pharmacist ever approved, which only an expression keeps SQLite from.
        Some(resident) => {
            walks.equal("resident_id", Some(resident)).holds_for("(pharmacist_id || '' = ", of.pharmacist, ")")
        }
    };
    let walks =
        walks.within(of.since, of.until).among("state", of.states.iter().map(|state| state.as_str().to_owned()));
    by_approval(db, walks, paging).await
}

async fn by_approval(db: &mut Db, walks: Walks, paging: Paging) -> Result<Slice<Prescription>, StoreError> {
    let rows = walks.holds("approved_at IS NOT NULL").fetch(db, paging).await?;
    let items = taken_apart(TABLE, &rows, decode).await?;
    let at = |p: &Prescription| p.approved_at.map_or(0, jiff::Timestamp::as_millisecond);
    Ok(paging.slice(items, |p| Cursor { at_ms: at(p), id: p.id.uuid() }))
}

/// Offered to everybody, or by now to the pharmacy that is put between this and `))`.
const OFFERED_TO: &str = "(offered_to IS NULL OR EXISTS (SELECT 1 FROM pharmacy_offers o WHERE o.prescription_id = prescriptions.id \
     AND o.offered_at IS NOT NULL AND o.pharmacy_id = ";

async fn by(db: &mut Db, filter: &Filter, paging: Paging, time: &'static str) -> Result<Vec<Prescription>, StoreError> {
    // Each state is a walk of its own; whoever names none wants all of them. By the time of writing there is an index that no state interrupts.
    let whole: &[State] = if time == "state_since" { State::ALL } else { &[] };
    let states = if filter.states.is_empty() { whole } else { &filter.states };
    let of = |states: &[State]| {
        Walks::over(TABLE, time)
            .equal("home_id", filter.home)
            .equal("specialist_id", filter.specialist)
            .equal("pharmacist_id", filter.pharmacist)
            .equal("pharmacy_id", filter.pharmacy)
            .among("resident_id", filter.residents.iter().map(ToString::to_string))
            .among("state", states.iter().map(|state| state.as_str().to_owned()))
    };
    let walks = match filter.within_reach_of {
        None => of(states),
        Some(pharmacy) => {
            let own = of(states).equal("pharmacy_id", Some(pharmacy));
            let wanted = |state: &State| states.is_empty() || states.contains(state);
            let open: Vec<State> =
                State::ALL.iter().filter(|state| state.is_open_to_pharmacies() && wanted(state)).copied().collect();
            let offered = of(&open).holds("pharmacy_id IS NULL").holds_for(OFFERED_TO, pharmacy, "))");
            if open.is_empty() { own } else { own.or(offered) }
        }
    };
    let rows = walks.fetch(db, paging).await?;
    taken_apart(TABLE, &rows, decode).await
}

/// The newest `limit` of one resident, newest first.
pub async fn for_resident(db: &mut Db, resident: ResidentId, limit: u32) -> Result<Vec<Prescription>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM prescriptions WHERE resident_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2",
    );
    query.value(resident.to_string());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    taken_apart(TABLE, &rows, decode).await
}

/// Up to `limit` of one resident that were signed at or after `since`, newest first.
pub async fn signed_since(
    db: &mut Db,
    resident: ResidentId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Prescription>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM prescriptions WHERE resident_id = $1 AND signed_at >= $2 ORDER BY signed_at DESC, id DESC LIMIT $3",
    );
    query.value(resident.to_string());
    query.value(since.as_millisecond());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    taken_apart(TABLE, &rows, decode).await
}

/// All of these residents that were signed at or after `since`, newest first.
pub async fn all_signed_since(
    db: &mut Db,
    residents: impl IntoIterator<Item = ResidentId>,
    since: Timestamp,
) -> Result<Vec<Prescription>, StoreError> {
    let mut found = Vec::new();
    for residents in distinct(residents).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM prescriptions WHERE signed_at >= $1");
        query.value(since.as_millisecond());
        query.push_among("resident_id", residents.iter().map(ToString::to_string));
        query.push(" ORDER BY signed_at DESC, id DESC");
        found.extend(taken_apart(TABLE, &query.fetch_all(db).await?, decode).await?);
    }
    Ok(found)
}

/// What a pharmacist has to look at: urgent ones first, then what was signed first.
pub async fn review_queue(db: &mut Db, paging: Paging) -> Result<Slice<Prescription>, StoreError> {
    let rows = Walks::over(TABLE, "review_key").holds("review_key IS NOT NULL").fetch(db, paging).await?;
    let items = taken_apart(TABLE, &rows, decode).await?;
    Ok(paging.slice(items, |p| Cursor { at_ms: p.review_key().unwrap_or_default(), id: p.id.uuid() }))
}

/// How many there are, whoever they are of; an operator's question, which reads an index whole.
pub async fn count(db: &mut Db) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS rows FROM prescriptions").fetch_one(db.conn()).await?;
    Cells::new(TABLE, &row).int("rows")
}

/// The newest one that takes the place of `id` and was not withdrawn itself.
pub async fn replacing(db: &mut Db, id: PrescriptionId) -> Result<Option<PrescriptionId>, StoreError> {
    let row = sqlx::query(
        "SELECT id FROM prescriptions WHERE replaces = $1 AND state NOT IN ('cancelled', 'stopped') ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(id.to_string())
    .fetch_optional(db.conn())
    .await?;
    row.map(|row| Cells::new(TABLE, &row).parse("id")).transpose()
}

/// The same for all of these at once, by what was replaced.
pub async fn replacing_all(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, PrescriptionId>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new(
            "SELECT id, replaces, created_at FROM prescriptions WHERE state NOT IN ('cancelled', 'stopped')",
        );
        query.push_among("replaces", ids.iter().map(ToString::to_string));
        // The newest comes last and stays.
        query.push(" ORDER BY created_at, id");
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new(TABLE, row);
            found.insert(cells.parse("replaces")?, cells.parse("id")?);
        }
    }
    Ok(found)
}

/// Those of one consultation, oldest first.
pub async fn for_consultation(db: &mut Db, consultation: ConsultationId) -> Result<Vec<Prescription>, StoreError> {
    let rows = sqlx::query("SELECT * FROM prescriptions WHERE consultation_id = $1 ORDER BY created_at, id")
        .bind(consultation.to_string())
        .fetch_all(db.conn())
        .await?;
    taken_apart(TABLE, &rows, decode).await
}

/// Up to `limit` in one of `states` whose last day of validity is before `day`.
pub async fn expiring(db: &mut Db, states: &[State], day: Date, limit: u32) -> Result<Vec<Prescription>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM prescriptions WHERE valid_until < ");
    query.push_bind(day.to_string()).push(" AND state IN (");
    let mut list = query.separated(", ");
    for state in states {
        list.push_bind(state.as_str());
    }
    query.push(") ORDER BY valid_until, id LIMIT ").push_bind(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    taken_apart(TABLE, &rows, decode).await
}

/// Some of the secrets of orders that an older program kept in clear.
pub async fn open_secrets(db: &mut Db, limit: u32) -> Result<Vec<(PrescriptionId, String)>, StoreError> {
    let rows =
        sqlx::query("SELECT id, accept_secret FROM prescriptions WHERE accept_secret IS NOT NULL ORDER BY id LIMIT $1")
            .bind(i64::from(limit))
            .fetch_all(db.conn())
            .await?;
    let cells = rows.iter().map(|row| Cells::new(TABLE, row));
    cells.map(|cells| Ok((cells.parse("id")?, cells.text("accept_secret")?))).collect()
}

/// Keeps such a secret sealed and no more in clear. What the prescription says is not changed by it, and neither is its version.
pub async fn seal_secret(tx: &mut Tx, id: PrescriptionId, sealed: &Sealed) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE prescriptions SET sealed_secret = $2, accept_secret = NULL WHERE id = $1 AND accept_secret IS NOT NULL",
    )
    .bind(id.to_string())
    .bind(sealed.as_kept())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether any order has a sealed secret.
pub async fn any_sealed(db: &mut Db) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM prescriptions WHERE sealed_secret IS NOT NULL LIMIT 1");
    Ok(row.fetch_optional(db.conn()).await?.is_some())
}

/// A new prescription.
pub async fn insert(tx: &mut Tx, prescription: &Prescription) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO prescriptions (id, version, state, consultation_id, resident_id, home_id, specialist_id, diagnosis_code, supply, valid_days,
             valid_until, items, findings, hard_stop_reason, created_at, state_since, signed_at, signature, pharmacist_id,
             approved_at, approval, rejection, pharmacy_id, sealed_secret, packs, delivery_id, end_reason, timeline,
             supplied, questions, replaces, urgency, review_key, assessment)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
             $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)",
    )
    .bind(prescription.id.to_string())
    .bind(prescription.version)
    .bind(prescription.state.as_str())
    .bind(prescription.consultation_id.to_string())
    .bind(prescription.resident_id.to_string())
    .bind(prescription.home_id.to_string())
    .bind(prescription.specialist_id.to_string())
    .bind(&prescription.diagnosis_code)
    .bind(prescription.supply.as_str())
    .bind(i64::from(prescription.valid_days))
    .bind(prescription.valid_until.map(|date| date.to_string()))
    .bind(to_json(TABLE, "items", &prescription.items)?)
    .bind(to_json(TABLE, "findings", &prescription.findings)?)
    .bind(prescription.hard_stop_reason.as_ref().map(|text| text.expose().clone()))
    .bind(prescription.created_at.as_millisecond())
    .bind(prescription.state_since.as_millisecond())
    .bind(prescription.signed_at.map(Timestamp::as_millisecond))
    .bind(prescription.signature.as_ref().map(|value| to_json(TABLE, "signature", value)).transpose()?)
    .bind(prescription.pharmacist_id.map(|id| id.to_string()))
    .bind(prescription.approved_at.map(Timestamp::as_millisecond))
    .bind(prescription.approval.as_ref().map(|value| to_json(TABLE, "approval", value)).transpose()?)
    .bind(prescription.rejection.as_ref().map(|value| to_json(TABLE, "rejection", value)).transpose()?)
    .bind(prescription.pharmacy_id.map(|id| id.to_string()))
    .bind(prescription.accept_secret.as_ref().map(|sealed| sealed.as_kept().to_owned()))
    .bind(to_json(TABLE, "packs", &prescription.packs)?)
    .bind(prescription.delivery_id.map(|id| id.to_string()))
    .bind(prescription.end_reason.as_ref().map(|text| text.expose().clone()))
    .bind(to_json(TABLE, "timeline", &prescription.timeline)?)
    .bind(to_json(TABLE, "supplied", &prescription.supplied)?)
    .bind(to_json(TABLE, "questions", &prescription.questions)?)
    .bind(prescription.replaces.map(|id| id.to_string()))
    .bind(prescription.urgency.as_str())
    .bind(prescription.review_key())
    .bind(assessment(prescription)?)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed prescription, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, prescription: &Prescription) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE prescriptions SET version = $2, state = $3, diagnosis_code = $4, supply = $5, valid_days = $6, valid_until = $7, items = $8,
             findings = $9, hard_stop_reason = $10, state_since = $11, signed_at = $12, signature = $13,
             pharmacist_id = $14, approved_at = $15, approval = $16, rejection = $17, pharmacy_id = $18,
             sealed_secret = $19, packs = $20, delivery_id = $21, end_reason = $22, timeline = $23, supplied = $24,
             questions = $25, review_key = $26, assessment = $27
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(prescription.id.to_string())
    .bind(prescription.version)
    .bind(prescription.state.as_str())
    .bind(&prescription.diagnosis_code)
    .bind(prescription.supply.as_str())
    .bind(i64::from(prescription.valid_days))
    .bind(prescription.valid_until.map(|date| date.to_string()))
    .bind(to_json(TABLE, "items", &prescription.items)?)
    .bind(to_json(TABLE, "findings", &prescription.findings)?)
    .bind(prescription.hard_stop_reason.as_ref().map(|text| text.expose().clone()))
    .bind(prescription.state_since.as_millisecond())
    .bind(prescription.signed_at.map(Timestamp::as_millisecond))
    .bind(prescription.signature.as_ref().map(|value| to_json(TABLE, "signature", value)).transpose()?)
    .bind(prescription.pharmacist_id.map(|id| id.to_string()))
    .bind(prescription.approved_at.map(Timestamp::as_millisecond))
    .bind(prescription.approval.as_ref().map(|value| to_json(TABLE, "approval", value)).transpose()?)
    .bind(prescription.rejection.as_ref().map(|value| to_json(TABLE, "rejection", value)).transpose()?)
    .bind(prescription.pharmacy_id.map(|id| id.to_string()))
    .bind(prescription.accept_secret.as_ref().map(|sealed| sealed.as_kept().to_owned()))
    .bind(to_json(TABLE, "packs", &prescription.packs)?)
    .bind(prescription.delivery_id.map(|id| id.to_string()))
    .bind(prescription.end_reason.as_ref().map(|text| text.expose().clone()))
    .bind(to_json(TABLE, "timeline", &prescription.timeline)?)
    .bind(to_json(TABLE, "supplied", &prescription.supplied)?)
    .bind(to_json(TABLE, "questions", &prescription.questions)?)
    .bind(prescription.review_key())
    .bind(assessment(prescription)?)
    .execute(tx.conn())
    .await?;
    one_row("prescription", done.rows_affected())
}

/// Keeps to whom it is offered, and nothing else of it: the version stays, so that whoever looks at it may still take it.
pub(crate) async fn set_offered(tx: &mut Tx, id: PrescriptionId, offered: &Offered) -> Result<(), StoreError> {
    let some = match offered {
        Offered::Everybody => None,
        Offered::To(some) => Some(to_json(TABLE, "offered_to", some)?),
    };
    let done = sqlx::query("UPDATE prescriptions SET offered_to = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(some)
        .execute(tx.conn())
        .await?;
    one_row("prescription", done.rows_affected())
}

fn assessment(prescription: &Prescription) -> Result<Option<String>, StoreError> {
    prescription.assessment.as_ref().map(|value| to_json(TABLE, "assessment", value.expose())).transpose()
}

fn decode(cells: &Cells<'_>) -> Result<Prescription, StoreError> {
    Ok(Prescription {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        consultation_id: cells.parse("consultation_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        specialist_id: cells.parse("specialist_id")?,
        diagnosis_code: cells.text("diagnosis_code")?,
        supply: cells.parse("supply")?,
        urgency: cells.parse("urgency")?,
        valid_days: cells.int("valid_days")?,
        valid_until: cells.opt_parse("valid_until")?,
        items: cells.json("items")?,
        findings: cells.json("findings")?,
        hard_stop_reason: cells.opt_text("hard_stop_reason")?.map(Into::into),
        assessment: cells.opt_json::<Assessment>("assessment")?.map(Into::into),
        created_at: cells.time("created_at")?,
        state_since: cells.time("state_since")?,
        signed_at: cells.opt_time("signed_at")?,
        signature: cells.opt_json("signature")?,
        pharmacist_id: cells.opt_parse("pharmacist_id")?,
        approved_at: cells.opt_time("approved_at")?,
        approval: cells.opt_json("approval")?,
        rejection: cells.opt_json("rejection")?,
        offered: cells.opt_json("offered_to")?.map_or(Offered::Everybody, Offered::To),
        pharmacy_id: cells.opt_parse("pharmacy_id")?,
        accept_secret: cells.opt_text("sealed_secret")?.map(Sealed::kept),
        packs: cells.json("packs")?,
        delivery_id: cells.opt_parse("delivery_id")?,
        supplied: cells.json("supplied")?,
        questions: cells.json("questions")?,
        replaces: cells.opt_parse("replaces")?,
        end_reason: cells.opt_text("end_reason")?.map(Into::into),
        timeline: cells.json("timeline")?,
    })
}
