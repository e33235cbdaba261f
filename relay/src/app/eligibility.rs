//! First visits: the ledger, and what it says before booking and in a consultation. The rule itself is `yunzhen_domain::eligibility`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::eligibility::{self as rule, Label, Missing};
use yunzhen_domain::ids::{EligibilityId, ResidentId};
use yunzhen_domain::machines::Refused;
use yunzhen_domain::records::{Consultation, Eligibility, Resident, Revocation, Staff};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, consultation_notes, eligibility, joint_consultations, residents, staff};

use super::homes::day_at;
use super::joint_consultations::present_doctor;
use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::eligibility as views;
use super::visits::to_come;
use super::work::{Start, Work, authorize, required};
use super::{App, AppError, Context, fresh};

/// The ledger of a resident and what follows from it. Reading it is an audit event, as reading the chart is.
pub async fn get(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    query: views::EligibilityQuery,
) -> Result<views::EligibilityLedger, AppError> {
    let mut read = app.store.read().await?;
    let db = &mut read;
    let resident = residents::get_standing(db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewEligibility, &ties.facts(&resident))?;
    let on = match query.on {
        Some(on) => on,
        None => day_at(db, resident.home_id, ctx.now).await?,
    };
    let code = query.diagnosis_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
    if code.is_some_and(|code| app.formulary.diagnosis(code).is_none()) {
        return Err(AppError::invalid("diagnosis_code", "诊断目录中没有这个编码", "There is no such diagnosis"));
    }
    let hospitals = match (query.hospital, query.specialist_id) {
        (Some(hospital), _) => vec![hospital],
        (None, Some(specialist)) => {
            let member = staff::get(db, specialist).await?.filter(|member| member.role == Role::Specialist);
            let member =
                member.ok_or_else(|| AppError::invalid("specialist_id", "没有这位医师", "No such specialist"))?;
            vec![member.hospital.unwrap_or_default()]
        }
        (None, None) => hospitals(db, &ctx.actor).await?,
    };
    let id = resident.id;
    let facts = of_person(db, id).await?;
    let standings = standings(app, &resident, &facts, code, &hospitals, on);
    let visits = to_come(db, ctx, id, &hospitals).await?;
    let mut names = Names::default();
    let mut shown = Vec::with_capacity(facts.len());
    for fact in facts {
        shown.push(view(app, db, &mut names, fact).await?);
    }
    let joint_consultation_allowed = joint_consultations::switch(db, resident.home_id).await?.allowed;
    let view =
        views::EligibilityLedger { resident_id: id, on, standings, facts: shown, visits, joint_consultation_allowed };
    drop(read);
    Seen::one(EventKind::ResidentViewed, id, resident.home_id, ties.purpose(id)).tell(app, ctx).await?;
    Ok(view)
}

/// The facts of a standing record and of those merged into it.
pub(super) async fn of_person(db: &mut Db, id: ResidentId) -> Result<Vec<Eligibility>, AppError> {
    let mut facts = Vec::new();
    for id in residents::group(db, id).await? {
        facts.extend(eligibility::for_resident(db, id).await?);
    }
    Ok(facts)
}

/// Records that the caller saw the resident in person.
pub async fn record(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::NewEligibilityFact,
) -> Result<views::EligibilityFact, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::KeepEligibility, &resident).await?;
    let clinician = clinician(&mut work.tx, ctx).await?;
    let evidence = required("evidence", &input.evidence, 2000)?;
    in_the_past(&mut work.tx, "seen_on", input.seen_on, &resident, ctx).await?;
    let fact = fact(
        app,
        ctx,
        &resident,
        &clinician,
        ("diagnosis_code", input.diagnosis_code.as_str()),
        input.seen_on,
        evidence,
    )?;
    eligibility::insert(&mut work.tx, &fact).await?;
    work.record(EventKind::EligibilityRecorded, id.uuid(), Some(resident.home_id), None);
    let view = view(app, &mut work.tx, &mut Names::default(), fact).await?;
    work.finish(view).await
}

/// Takes a fact back; only the hospital that recorded it may.
pub async fn revoke(
    app: &App,
    ctx: &Context,
    id: EligibilityId,
    input: views::RevokeBody,
) -> Result<views::EligibilityFact, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut fact = eligibility::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let resident = residents::get(&mut work.tx, fact.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::KeepEligibility, &resident).await?;
    let clinician = clinician(&mut work.tx, ctx).await?;
    if clinician.hospital.as_ref() != Some(&fact.hospital) {
        return Err(AppError::Forbidden);
    }
    if fact.revocation.is_some() {
        return Err(Refused { state: "revoked", event: "revoke" }.into());
    }
    let revocation =
        Revocation { at: ctx.now, by: clinician.id, reason: required("reason", &input.reason, 500)?.into() };
    eligibility::revoke(&mut work.tx, id, &revocation).await?;
    fact.revocation = Some(revocation);
    work.record(EventKind::EligibilityRevoked, resident.id.uuid(), Some(resident.home_id), None);
    let view = view(app, &mut work.tx, &mut Names::default(), fact).await?;
    work.finish(view).await
}

/// The signed-in clinician, with a hospital that the fact can name.
pub(super) async fn clinician(db: &mut Db, ctx: &Context) -> Result<Staff, AppError> {
    let id = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let member = staff::get(db, id).await?.ok_or(AppError::Unauthenticated)?;
    if member.hospital.as_ref().is_none_or(String::is_empty) {
        let (zh, en) =
            ("您的账号没有登记执业医院，请联系管理员", "Your account has no hospital; ask the administrator");
        return Err(AppError::invalid("hospital", zh, en));
    }
    Ok(member)
}

/// A day on which the resident can have been seen.
pub(super) async fn in_the_past(
    db: &mut Db,
    path: &str,
    day: Date,
    resident: &Resident,
    ctx: &Context,
) -> Result<(), AppError> {
    if day > day_at(db, resident.home_id, ctx.now).await? {
        return Err(AppError::invalid(path, "初诊日期在未来", "The day of the visit is in the future"));
    }
    if day < resident.birth_date {
        return Err(AppError::invalid(
            path,
            "初诊日期早于出生日期",
            "The day of the visit is before the resident's birth",
        ));
    }
    Ok(())
}

/// A fact in the making; `code` with the path of its field.
pub(super) fn fact(
    app: &App,
    ctx: &Context,
    resident: &Resident,
    clinician: &Staff,
    code: (&str, &str),
    date: Date,
    evidence: String,
) -> Result<Eligibility, AppError> {
    let known = app.formulary.diagnosis(code.1.trim());
    let known =
        known.ok_or_else(|| AppError::invalid(code.0, "诊断目录中没有这个编码", "There is no such diagnosis"))?;
    Ok(Eligibility {
        id: fresh(EligibilityId::new, ctx.now),
        resident_id: resident.id,
        diagnosis_code: known.code.clone(),
        display: known.display_zh.clone(),
        hospital: clinician.hospital.clone().unwrap_or_default(),
        date,
        clinician: clinician.name.clone(),
        clinician_id: Some(clinician.id),
        evidence: evidence.into(),
        visit_id: None,
        recorded_at: Some(ctx.now),
        revocation: None,
    })
}

/// A specialist's own hospital; for others each that has a specialist.
async fn hospitals(db: &mut Db, actor: &Actor) -> Result<Vec<String>, AppError> {
    if let (Role::Specialist, Some(id)) = (actor.role(), actor.staff_id()) {
        return Ok(vec![staff::get(db, id).await?.and_then(|member| member.hospital).unwrap_or_default()]);
    }
    let members = staff::list(db).await?.into_iter().filter(|m| m.role == Role::Specialist && m.active);
    Ok(members.filter_map(|m| m.hospital).collect::<BTreeSet<_>>().into_iter().collect())
}

/// What the ledger says of each diagnosis and hospital, missing proofs first.
pub(super) fn standings(
    app: &App,
    resident: &Resident,
    facts: &[Eligibility],
    extra: Option<&str>,
    hospitals: &[String],
    on: Date,
) -> Vec<views::Standing> {
    let listed = resident.conditions.iter().map(|c| c.code.as_str());
    let codes = listed.chain(facts.iter().map(|f| f.diagnosis_code.as_str())).chain(extra);
    let mut seen = BTreeSet::new();
    let codes: Vec<&str> = codes.filter(|code| seen.insert(*code)).collect();
    let mut all: Vec<views::Standing> = Vec::new();
    for hospital in hospitals {
        all.extend(codes.iter().map(|code| standing(app, facts, code, hospital, on)));
    }
    all.sort_by_key(|s| s.eligible);
    all
}

fn standing(app: &App, facts: &[Eligibility], code: &str, hospital: &str, on: Date) -> views::Standing {
    let (display_zh, display_en) = app
        .formulary
        .diagnosis(code)
        .map_or_else(|| (code.to_owned(), code.to_owned()), |d| (d.display_zh.clone(), d.display_en.clone()));
    let (proof, missing) = match rule::standing(facts, code, Some(hospital), on) {
        rule::Standing::Eligible(fact) => (Some(fact), None),
        rule::Standing::Missing(missing) => (None, Some(words(&missing, &Label::of(&app.formulary, code)))),
    };
    views::Standing {
        diagnosis_code: code.to_owned(),
        display_zh,
        display_en,
        hospital: hospital.to_owned(),
        eligible: proof.is_some(),
        seen_on: proof.map(|fact| fact.date),
        clinician: proof.map(|fact| fact.clinician.clone()),
        missing,
    }
}

fn words(missing: &Missing, label: &Label) -> views::MissingProof {
    let ((message_zh, message_en), (action_zh, action_en)) = (missing.words(label), missing.action());
    views::MissingProof {
        kind: missing.name().to_owned(),
        message_zh,
        message_en,
        action_zh: action_zh.to_owned(),
        action_en: action_en.to_owned(),
    }
}

/// What a consultation's screen shows of first visits.
pub(super) async fn of_consultation(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    c: &Consultation,
) -> Result<views::ConsultationEligibility, AppError> {
    let resident = residents::get(db, c.resident_id).await?.ok_or(AppError::NotFound)?;
    let hospitals = match c.specialist_id {
        Some(id) => vec![staff::get(db, id).await?.and_then(|member| member.hospital).unwrap_or_default()],
        None => hospitals(db, &ctx.actor).await?,
    };
    let facts = of_person(db, resident.id).await?;
    let noted = consultation_notes::get(db, c.id).await?.and_then(|note| note.diagnosis_code);
    let on = day_at(db, resident.home_id, ctx.now).await?;
    let mut names = Names::default();
    let mut present_doctors = Vec::new();
    for doctor in joint_consultations::present(db, c.id).await? {
        present_doctors.push(present_doctor(db, &mut names, doctor).await?);
    }
    Ok(views::ConsultationEligibility {
        standings: standings(app, &resident, &facts, noted.as_deref(), &hospitals, on),
        joint_consultation_allowed: joint_consultations::switch(db, c.home_id).await?.allowed,
        present_doctors,
    })
}

async fn view(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    fact: Eligibility,
) -> Result<views::EligibilityFact, AppError> {
    let revoked = match fact.revocation {
        Some(r) => Some(views::Revoked {
            at: r.at.into(),
            by: names.staff_ref(db, r.by).await?,
            reason: r.reason.into_exposed(),
        }),
        None => None,
    };
    Ok(views::EligibilityFact {
        id: fact.id,
        display_en: app.formulary.diagnosis(&fact.diagnosis_code).map(|d| d.display_en.clone()),
        diagnosis_code: fact.diagnosis_code,
        display: fact.display,
        hospital: fact.hospital,
        seen_on: fact.date,
        clinician: fact.clinician,
        evidence: fact.evidence.into_exposed(),
        visit_id: fact.visit_id,
        recorded_at: fact.recorded_at.map(Into::into),
        revoked,
    })
}
