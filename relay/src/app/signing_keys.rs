//! Keys that people sign with: asked for in the browser that made the key, let in by an administrator who compared the fingerprint, revoked by either. The
//! certificate is issued elsewhere: by the console of the hospital, or by `certs sign-request` where the authority's key is kept offline.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use yunzhen_certs::proof::{self, ProofError, PublicKeyJwk};
use yunzhen_certs::{CertificateFacts, Identity, chain_of, jws};
use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{SigningKeyId, StaffId};
use yunzhen_domain::licence::{self, LicenceGap};
use yunzhen_domain::machines::signing_key::State;
use yunzhen_domain::records::SigningKey;
use yunzhen_store::{Db, StoreError, box_certificates, licences, signing_keys, staff};

use super::licences::{gap_view, view as licence_view};
use super::names::Names;
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::signing_keys as views;
use super::work::{Start, Work, line, may_list, required, same_version};
use super::{App, AppError, Context, fresh};
use crate::config::KeyApproval;

/// Requests of one person that wait at once: a browser each, and one that was forgotten.
const WAITING: usize = 3;

/// All keys for an administrator; their own for those who sign.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<views::SigningKey>, AppError> {
    may_list(ctx, Action::ViewSigningKeys)?;
    let mut db = app.store.read().await?;
    let keys = match ctx.actor.role() {
        Role::Administrator => signing_keys::list(&mut db).await?,
        _ => signing_keys::of_staff(&mut db, ctx.actor.staff_id().ok_or(AppError::NotFound)?).await?,
    };
    let mut names = Names::default();
    let mut items = Vec::with_capacity(keys.len());
    for key in keys {
        items.push(view(app, &mut db, &mut names, key, ctx.now).await?);
    }
    Ok(Page::whole(items))
}

/// The keys of people and the certificates of boxes that may sign no more, from when on: what `certs verify --revoked` reads.
pub async fn revoked(app: &App, ctx: &Context) -> Result<views::RevokedKeys, AppError> {
    may_list(ctx, Action::ViewRevocations)?;
    let mut db = app.store.read().await?;
    let keys = signing_keys::list(&mut db).await?.into_iter();
    let keys = keys.filter_map(|key| {
        let from = key.revoked_at.filter(|_| key.state == State::Revoked)?;
        Some(views::RevokedKey { key_sha256: key.key_sha256, revoked_at: from.into() })
    });
    let certificates = box_certificates::revoked(&mut db).await?.into_iter();
    let certificates = certificates.map(|(serial, from)| views::RevokedCertificate { serial, revoked_at: from.into() });
    Ok(views::RevokedKeys { as_of: ctx.now.into(), keys: keys.collect(), certificates: certificates.collect() })
}

/// Asks for a key. The browser proves that it holds the private half; asking again for the same key shows how it stands.
pub async fn request(app: &App, ctx: &Context, input: views::NewSigningKey) -> Result<views::SigningKey, AppError> {
    may_list(ctx, Action::EnrolSigningKey)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let staff_id = ctx.actor.staff_id().ok_or(AppError::NotFound)?;
    let role = ctx.actor.role();
    let own = Facts { specialist_id: Some(staff_id), pharmacist_id: Some(staff_id), ..Facts::default() };
    work.authorize(Action::EnrolSigningKey, &own)?;
    let device = line("device", &required("device", &input.device, 100)?, 100)?;
    let jwk = PublicKeyJwk::from(input.public_key_jwk);
    let key_sha256 = jwk.sha256().ok_or_else(|| refused(&ProofError::Key))?;
    proof::check(&jwk, &input.proof_jws, role, staff_id, Some(ctx.now)).map_err(|error| refused(&error))?;
    if let Some(known) = signing_keys::by_sha256(&mut work.tx, &key_sha256).await? {
        if known.staff_id != staff_id {
            return Err(refused(&ProofError::OtherPerson));
        }
        let view = view(app, &mut work.tx, &mut Names::default(), known, ctx.now).await?;
        return work.finish_unchanged(view, "a key that is known").await;
    }
    let waiting = signing_keys::of_staff(&mut work.tx, staff_id).await?;
    if waiting.iter().filter(|key| key.state == State::Requested).count() >= WAITING {
        let (zh, en) = (
            format!("已有 {WAITING} 个申请等待审核，请先撤回不用的"),
            format!("{WAITING} requests wait already; take back those that are not needed"),
        );
        return Err(AppError::invalid("public_key_jwk", zh, en));
    }
    let request = serde_json::to_string(&views::KeyRequest::new(staff_id, role, &jwk, &input.proof_jws))?;
    let mut key = SigningKey {
        id: fresh(SigningKeyId::new, ctx.now),
        version: 1,
        state: State::Requested,
        staff_id,
        role,
        key_sha256,
        request,
        device,
        requested_at: ctx.now,
        decided_at: None,
        decided_by: None,
        revoked_at: None,
        revoked_by: None,
        reason: None,
        certificate: None,
    };
    signing_keys::insert(&mut work.tx, &key).await?;
    work.record(EventKind::SigningKeyRequested, key.id.uuid(), None, None);
    // Without the facts of its holder's licence the key waits for an administrator here as well.
    if app.key_approval == KeyApproval::AtOnce && licensed(&mut work.tx, &key, ctx.now).await?.is_ok() {
        key = key.approve(None, ctx.now)?;
        signing_keys::update(&mut work.tx, &key).await?;
        work.record_by_system(EventKind::SigningKeyApproved, key.id.uuid(), None);
    }
    let view = view(app, &mut work.tx, &mut Names::default(), key, ctx.now).await?;
    work.finish(view).await
}

/// Whether the licence of its holder is on record as a key needs it to be let in.
async fn licensed(db: &mut Db, key: &SigningKey, now: Timestamp) -> Result<Result<(), LicenceGap>, StoreError> {
    let licence = licences::in_force(db, key.staff_id).await?;
    Ok(licence::complete(key.role, licence.as_ref(), now))
}

/// An administrator compared the fingerprint with the person, whose licence is on record: the key signs.
pub async fn approve(
    app: &App,
    ctx: &Context,
    id: SigningKeyId,
    input: VersionBody,
) -> Result<views::SigningKey, AppError> {
    decide(app, ctx, id, input.version, EventKind::SigningKeyApproved, |key, by, at| {
        key.approve(Some(by), at).map_err(AppError::from)
    })
    .await
}

/// An administrator did not recognise it.
pub async fn refuse(
    app: &App,
    ctx: &Context,
    id: SigningKeyId,
    input: ReasonBody,
) -> Result<views::SigningKey, AppError> {
    decide(app, ctx, id, input.version, EventKind::SigningKeyRefused, |key, by, at| {
        let reason = required("reason", &input.reason, 500)?;
        key.refuse(by, reason, at).map_err(AppError::from)
    })
    .await
}

async fn decide(
    app: &App,
    ctx: &Context,
    id: SigningKeyId,
    version: i64,
    kind: EventKind,
    change: impl FnOnce(SigningKey, StaffId, Timestamp) -> Result<SigningKey, AppError>,
) -> Result<views::SigningKey, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = signing_keys::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::DecideSigningKey, &before.facts())?;
    same_version(version, before.version)?;
    if kind == EventKind::SigningKeyApproved {
        licensed(&mut work.tx, &before, ctx.now).await??;
    }
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let after = change(before, by, ctx.now)?;
    keep(app, ctx, work, kind, after).await
}

/// Keeps the certificate that an offline authority issued for an approved key. It is believed as far as the authority is, and for this person and key only.
pub async fn certify(
    app: &App,
    ctx: &Context,
    id: SigningKeyId,
    input: views::CertificateBody,
) -> Result<views::SigningKey, AppError> {
    let signers = app.signers.clone();
    decide(app, ctx, id, input.version, EventKind::SigningKeyCertified, |key, _, at| {
        let path = "certificate_chain_pem";
        let chain = chain_of(&input.certificate_chain_pem)
            .ok_or_else(|| AppError::invalid(path, "这不是证书（PEM）", "This is no certificate (PEM)"))?;
        let (facts, key_sha256) = jws::signer_of(&chain, &signers, at)
            .map_err(|error| AppError::invalid(path, "证书未通过验证", error.to_string()))?;
        let of = Identity::Signer { role: key.role, staff_id: key.staff_id };
        if !key.signs() || key_sha256 != key.key_sha256 || facts.identity != of {
            let (zh, en) = ("证书不是为此人的这个密钥签发的", "The certificate is not for this person's key");
            return Err(AppError::invalid(path, zh, en));
        }
        Ok(key.certified(input.certificate_chain_pem))
    })
    .await
}

/// From now on nothing is signed with it; what was signed before stays what it is. By the person or an administrator.
pub async fn revoke(
    app: &App,
    ctx: &Context,
    id: SigningKeyId,
    input: ReasonBody,
) -> Result<views::SigningKey, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = signing_keys::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::RevokeSigningKey, &before.facts())?;
    let reason = required("reason", &input.reason, 500)?;
    same_version(input.version, before.version)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let after = before.revoke(by, reason, ctx.now)?;
    keep(app, ctx, work, EventKind::SigningKeyRevoked, after).await
}

async fn keep(
    app: &App,
    ctx: &Context,
    mut work: Work,
    kind: EventKind,
    key: SigningKey,
) -> Result<views::SigningKey, AppError> {
    signing_keys::update(&mut work.tx, &key).await?;
    work.record(kind, key.id.uuid(), None, None);
    let view = view(app, &mut work.tx, &mut Names::default(), key, ctx.now).await?;
    work.finish(view).await
}

async fn view(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    key: SigningKey,
    now: Timestamp,
) -> Result<views::SigningKey, AppError> {
    let member = staff::get(db, key.staff_id).await?.ok_or(AppError::NotFound)?;
    let licence = licences::in_force(db, key.staff_id).await?;
    let licence_gap = licence::gap(key.role, licence.as_ref(), now).map(gap_view);
    let licence = match licence {
        Some(licence) => Some(licence_view(app, db, names, licence, now).await?),
        None => None,
    };
    let fingerprint = key.fingerprint();
    let certificate = key.certificate.filter(|_| key.state == State::Approved).and_then(certificate);
    Ok(views::SigningKey {
        id: key.id,
        version: key.version,
        state: key.state,
        staff: names.staff_ref(db, key.staff_id).await?,
        role: key.role,
        title: member.title,
        licence,
        licence_number: member.licence,
        licence_gap,
        fingerprint,
        key_sha256: key.key_sha256,
        device: key.device,
        request: (key.state == State::Approved).then_some(key.request),
        requested_at: key.requested_at.into(),
        decided_at: key.decided_at.map(Into::into),
        decided_by: names.staff_ref_opt(db, key.decided_by).await?,
        revoked_at: key.revoked_at.map(Into::into),
        revoked_by: names.staff_ref_opt(db, key.revoked_by).await?,
        reason: key.reason,
        certificate,
    })
}

/// A chain that was judged when it came.
fn certificate(certificate_chain_pem: String) -> Option<views::SigningCertificate> {
    let chain = chain_of(&certificate_chain_pem)?;
    let facts = CertificateFacts::from_der(chain.first()?).ok()?;
    let x5c = chain.iter().map(|der| STANDARD.encode(der)).collect();
    let (serial, not_after) = (facts.serial, facts.not_after.into());
    Some(views::SigningCertificate { certificate_chain_pem, x5c, serial, not_after })
}

fn refused(error: &ProofError) -> AppError {
    AppError::invalid("proof_jws", "浏览器未能证明持有该密钥，请检查本机时间后重试", error.to_string())
}
