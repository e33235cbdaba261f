//! The joint-consultation exception: a switch per home, turned by the administrator, and the home's own doctor named as present.

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::Licence;
use yunzhen_domain::ids::{ConsultationId, HomeId, PresentDoctorId};
use yunzhen_domain::records::{JointSwitch, PresentDoctor};
use yunzhen_store::{Db, consultations, homes, joint_consultations};

use super::consultations::has_call;
use super::names::Names;
use super::views::eligibility as views;
use super::work::{Start, Work, authorize, person_name, required, same_version};
use super::{App, AppError, Context, fresh};

/// A home's switch.
pub async fn get(app: &App, ctx: &Context, id: HomeId) -> Result<views::JointConsultation, AppError> {
    let mut db = app.store.read().await?;
    homes::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewHomeSwitches, &of_home(id))?;
    let switch = joint_consultations::switch(&mut db, id).await?;
    view(&mut db, switch).await
}

/// Turns the switch. Guarded by its version, so it demands no idempotency key.
pub async fn set(
    app: &App,
    ctx: &Context,
    id: HomeId,
    input: views::JointConsultationUpdate,
) -> Result<views::JointConsultation, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    homes::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::SetHomeSwitches, &of_home(id))?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let before = joint_consultations::switch(&mut work.tx, id).await?;
    same_version(input.version, before.version)?;
    let switch = JointSwitch {
        version: before.version + 1,
        allowed: input.allowed,
        reason: required("reason", &input.reason, 500)?,
        changed: Some((ctx.now, by)),
        ..before
    };
    joint_consultations::set_switch(&mut work.tx, &switch).await?;
    let kind = if switch.allowed { EventKind::JointConsultationAllowed } else { EventKind::JointConsultationForbidden };
    work.record(kind, id.uuid(), Some(id), None);
    let view = view(&mut work.tx, switch).await?;
    work.finish(view).await
}

/// Names the home's own doctor as present, while the consultation is held.
pub async fn name_doctor(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: views::NewPresentDoctor,
) -> Result<views::PresentDoctor, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::NamePresentDoctor, &consultation.facts())?;
    if !joint_consultations::switch(&mut work.tx, consultation.home_id).await?.allowed {
        return Err(AppError::JointConsultationOff);
    }
    if !has_call(&consultation) {
        return Err(AppError::NotInProgress);
    }
    let licence = Licence::parse(&input.licence)
        .map_err(|e| AppError::invalid("licence", "医师执业证书编码为 15 位数字", e.to_string()))?;
    let home = homes::get(&mut work.tx, consultation.home_id).await?.ok_or(AppError::NotFound)?;
    let doctor = PresentDoctor {
        id: fresh(PresentDoctorId::new, ctx.now),
        consultation_id: id,
        name: person_name("name", &input.name)?.into(),
        licence,
        institution: home.name,
        named_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        named_at: ctx.now,
    };
    joint_consultations::name(&mut work.tx, &doctor).await?;
    work.record(EventKind::PresentDoctorNamed, id.uuid(), Some(consultation.home_id), None);
    let view = present_doctor(&mut work.tx, &mut Names::default(), doctor).await?;
    work.finish(view).await
}

/// Name of the doctor whose presence lifts the need of a visit; `None` where the home's switch is off or nobody was named.
pub(super) async fn in_force(db: &mut Db, home: HomeId, id: ConsultationId) -> Result<Option<String>, AppError> {
    if !joint_consultations::switch(db, home).await?.allowed {
        return Ok(None);
    }
    let named = joint_consultations::present(db, id).await?;
    Ok(named.into_iter().next().map(|doctor| doctor.name.into_exposed()))
}

/// A doctor as shown.
pub(super) async fn present_doctor(
    db: &mut Db,
    names: &mut Names,
    doctor: PresentDoctor,
) -> Result<views::PresentDoctor, AppError> {
    Ok(views::PresentDoctor {
        id: doctor.id,
        licence: doctor.licence.as_str().to_owned(),
        name: doctor.name.into_exposed(),
        institution: doctor.institution,
        named_by: names.staff_ref(db, doctor.named_by).await?,
        named_at: doctor.named_at.into(),
    })
}

fn of_home(id: HomeId) -> Facts {
    Facts { home_id: Some(id), ..Facts::default() }
}

async fn view(db: &mut Db, switch: JointSwitch) -> Result<views::JointConsultation, AppError> {
    let (at, by) = switch.changed.unzip();
    Ok(views::JointConsultation {
        home_id: switch.home_id,
        version: switch.version,
        allowed: switch.allowed,
        reason: Some(switch.reason).filter(|reason| !reason.is_empty()),
        changed_at: at.map(Into::into),
        changed_by: Names::default().staff_ref_opt(db, by).await?,
    })
}
