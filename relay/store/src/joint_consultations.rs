//! Joint consultations: each home's switch, and the home's own doctors who were named as present.

use yunzhen_domain::checked::Licence;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::records::{JointSwitch, PresentDoctor};

use crate::row::{Cells, one_row};
use crate::{Db, StoreError, Tx};

/// The switch of a home; off where nobody ever changed it.
pub async fn switch(db: &mut Db, home: HomeId) -> Result<JointSwitch, StoreError> {
    let row = sqlx::query("SELECT * FROM joint_consultation_switches WHERE home_id = $1")
        .bind(home.to_string())
        .fetch_optional(db.conn())
        .await?;
    let Some(row) = row else { return Ok(JointSwitch::off(home)) };
    let cells = Cells::new("joint_consultation_switches", &row);
    Ok(JointSwitch {
        home_id: cells.parse("home_id")?,
        version: cells.int("version")?,
        allowed: cells.flag("allowed")?,
        reason: cells.text("reason")?,
        changed: Some((cells.time("changed_at")?, cells.parse("changed_by")?)),
    })
}

/// Keeps a changed switch, whose version is one above the stored one (1 when there is none).
pub async fn set_switch(tx: &mut Tx, switch: &JointSwitch) -> Result<(), StoreError> {
    let (at, by) = switch.changed.unzip();
    let done = sqlx::query(
        "INSERT INTO joint_consultation_switches (home_id, version, allowed, reason, changed_at, changed_by)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (home_id) DO UPDATE SET version = excluded.version, allowed = excluded.allowed,
             reason = excluded.reason, changed_at = excluded.changed_at, changed_by = excluded.changed_by
         WHERE joint_consultation_switches.version = excluded.version - 1",
    )
    .bind(switch.home_id.to_string())
    .bind(switch.version)
    .bind(i64::from(switch.allowed))
    .bind(&switch.reason)
    .bind(at.map(jiff::Timestamp::as_millisecond))
    .bind(by.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("joint-consultation switch", done.rows_affected())
}

/// Doctors named in a consultation, in the order they were named.
pub async fn present(db: &mut Db, consultation: ConsultationId) -> Result<Vec<PresentDoctor>, StoreError> {
    let rows = sqlx::query("SELECT * FROM present_doctors WHERE consultation_id = $1 ORDER BY named_at, id")
        .bind(consultation.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter()
        .map(|row| {
            let cells = Cells::new("present_doctors", row);
            Ok(PresentDoctor {
                id: cells.parse("id")?,
                consultation_id: cells.parse("consultation_id")?,
                name: cells.text("name")?.into(),
                licence: cells.checked("licence", Licence::parse)?,
                institution: cells.text("institution")?,
                named_by: cells.parse("named_by")?,
                named_at: cells.time("named_at")?,
            })
        })
        .collect()
}

/// Names a doctor as present.
pub async fn name(tx: &mut Tx, doctor: &PresentDoctor) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO present_doctors (id, consultation_id, name, licence, institution, named_by, named_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(doctor.id.to_string())
    .bind(doctor.consultation_id.to_string())
    .bind(doctor.name.expose())
    .bind(doctor.licence.as_str())
    .bind(&doctor.institution)
    .bind(doctor.named_by.to_string())
    .bind(doctor.named_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}
