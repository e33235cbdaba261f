//! Consents: signed on the tablet, kept with their history, taken back.

use jiff::Timestamp;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::text;
use yunzhen_domain::consent_texts::{self, ConsentText};
use yunzhen_domain::ids::{ConsentId, ResidentId};
use yunzhen_domain::machines::consent;
use yunzhen_domain::records::{Consent, ConsentGiver, ConsentKind, ConsentLack, consent_in_force, consent_lack};
use yunzhen_store::{Db, consents, residents};

use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::residents::wrong_time;
use super::views::common::{Page, ReasonBody};
use super::views::consents as views;
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context, FieldError, fresh};

/// Every version of every text.
pub fn texts(ctx: &Context) -> Result<Page<ConsentText>, AppError> {
    may_list(ctx, Action::ViewConsents)?;
    Ok(Page::whole(consent_texts::all().to_vec()))
}

/// What a resident has consented to, and every signature and revocation.
pub async fn list(app: &App, ctx: &Context, id: ResidentId) -> Result<views::Consents, AppError> {
    let mut db = app.store.read().await?;
    let resident = residents::get_standing(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewConsents, &ties.facts(&resident))?;
    let group = residents::group(&mut db, resident.id).await?;
    let all = of_group(&mut db, &group).await?;
    let now = ConsentKind::ALL.iter().map(|kind| state(&all, *kind, ctx.now)).collect();
    let mut names = Names::default();
    let mut history = Vec::with_capacity(all.len());
    for consent in all {
        history.push(view(&mut db, &mut names, consent).await?);
    }
    drop(db);
    let purpose = ties.purpose(resident.id);
    Seen::one(EventKind::ConsentsViewed, resident.id, resident.home_id, purpose).tell(app, ctx).await?;
    Ok(views::Consents { now, history })
}

/// Keeps a consent as it was signed.
pub async fn give(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::NewConsent,
) -> Result<views::Consent, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::GiveConsent, &resident).await?;
    let (giver_name, giver_relation) = checked(app, ctx, &input)?;
    let given = Consent {
        id: fresh(ConsentId::new, ctx.now),
        version: 1,
        state: consent::State::Given,
        resident_id: resident.id,
        home_id: resident.home_id,
        kind: input.kind,
        text_version: input.text_version,
        giver: input.giver,
        giver_name: giver_name.into(),
        giver_relation,
        signature: input.signature.into(),
        witness: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        given_at: input.given_at.0,
        received_at: ctx.now,
        revoked_at: None,
        revoked_by: None,
        revoke_reason: None,
    };
    consents::insert(&mut work.tx, &given).await?;
    work.record(EventKind::ConsentGiven, given.id.uuid(), Some(given.home_id), None);
    let view = view(&mut work.tx, &mut Names::default(), given).await?;
    work.finish(view).await
}

/// Takes a consent back, in the resident's words.
pub async fn revoke(app: &App, ctx: &Context, id: ConsentId, input: ReasonBody) -> Result<views::Consent, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = consents::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    // Whoever cares for the resident now takes it down, wherever it was signed.
    let resident = residents::get_standing(&mut work.tx, before.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::RevokeConsent, &resident).await?;
    same_version(input.version, before.version)?;
    let reason = required("reason", &input.reason, 500)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let after = before.revoke(by, reason, ctx.now)?;
    consents::update(&mut work.tx, &after).await?;
    work.record(EventKind::ConsentRevoked, after.id.uuid(), Some(resident.home_id), None);
    let view = view(&mut work.tx, &mut Names::default(), after).await?;
    work.finish(view).await
}

/// Each kind as it stands at `at`, for the records of one person.
pub(super) async fn states(
    db: &mut Db,
    group: &[ResidentId],
    at: Timestamp,
) -> Result<Vec<views::ConsentState>, AppError> {
    let all = of_group(db, group).await?;
    Ok(ConsentKind::ALL.iter().map(|kind| state(&all, *kind, at)).collect())
}

/// What a visit needs and is not in force, and why family being present is not consented to, where it is not.
pub(super) async fn missing_for_visit(
    db: &mut Db,
    resident: ResidentId,
    at: Timestamp,
) -> Result<(Vec<ConsentKind>, Option<ConsentLack>), AppError> {
    let Some(standing) = residents::get_standing(db, resident).await? else { return Err(AppError::NotFound) };
    let group = residents::group(db, standing.id).await?;
    let all = of_group(db, &group).await?;
    let needed = [ConsentKind::TeleConsultation];
    let missing = needed.into_iter().filter(|kind| consent_in_force(&all, *kind, at).is_none()).collect();
    Ok((missing, consent_lack(&all, ConsentKind::FamilyPresent, at)))
}

/// Whether a consent of this kind is in force, on whichever of the person's records it was signed.
pub(super) async fn in_force(
    db: &mut Db,
    resident: ResidentId,
    kind: ConsentKind,
    at: Timestamp,
) -> Result<bool, AppError> {
    let Some(standing) = residents::get_standing(db, resident).await? else { return Err(AppError::NotFound) };
    let group = residents::group(db, standing.id).await?;
    Ok(consent_in_force(&of_group(db, &group).await?, kind, at).is_some())
}

async fn of_group(db: &mut Db, group: &[ResidentId]) -> Result<Vec<Consent>, AppError> {
    let mut all = Vec::new();
    for id in group {
        all.extend(consents::for_resident(db, *id).await?);
    }
    all.sort_by_key(|c| std::cmp::Reverse((c.given_at, c.id)));
    Ok(all)
}

fn state(all: &[Consent], kind: ConsentKind, at: Timestamp) -> views::ConsentState {
    let found = consent_in_force(all, kind, at);
    let newest = consent_texts::current(kind).map(|text| text.version);
    views::ConsentState {
        kind,
        in_force: found.is_some(),
        given_at: found.map(|c| c.given_at.into()),
        outdated: found.is_some_and(|c| newest.is_some_and(|newest| c.text_version < newest)),
    }
}

/// The giver's name and relation, when nothing of the consent is wrong.
fn checked(app: &App, ctx: &Context, input: &views::NewConsent) -> Result<(String, Option<String>), AppError> {
    let mut wrong = Vec::new();
    if consent_texts::find(input.kind, input.text_version).is_none() {
        wrong.push(FieldError::new("text_version", "没有这个版本的同意书", "There is no such version of the text"));
    }
    let name = text::name(&input.giver_name).unwrap_or_else(|e| {
        wrong.push(FieldError::new("giver_name", e.zh(), e.to_string()));
        String::new()
    });
    let relation = match input.giver_relation.as_deref() {
        None if input.giver == ConsentGiver::Resident => None,
        said => match text::line(said.unwrap_or_default(), 20) {
            Ok(relation) => Some(relation),
            Err(e) => {
                wrong.push(FieldError::new("giver_relation", e.zh(), e.to_string()));
                None
            }
        },
    };
    if let Err(e) = consent_texts::check_signature(&input.signature) {
        wrong.push(FieldError::new("signature", e.zh(), e.to_string()));
    }
    wrong.extend(wrong_time(app, ctx, "given_at", input.given_at.0));
    if wrong.is_empty() { Ok((name, relation)) } else { Err(AppError::Invalid(wrong)) }
}

async fn view(db: &mut Db, names: &mut Names, c: Consent) -> Result<views::Consent, AppError> {
    Ok(views::Consent {
        id: c.id,
        version: c.version,
        kind: c.kind,
        text_version: c.text_version,
        giver: c.giver,
        giver_name: c.giver_name.into_exposed(),
        giver_relation: c.giver_relation,
        signature: c.signature.into_exposed(),
        witness_name: names.staff(db, c.witness).await?.name.clone(),
        given_at: c.given_at.into(),
        received_at: c.received_at.into(),
        revoked_at: c.revoked_at.map(Into::into),
        revoke_reason: c.revoke_reason.map(yunzhen_domain::Sensitive::into_exposed),
    })
}
