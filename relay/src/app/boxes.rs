//! Boxes as machines: who may come in, codes, certificates, revocation, copies.
//!
//! A certificate is believed as long as it is not revoked. What the relay issued is known by its serial number. What was issued by hand is adopted when a box first comes in with it,
//! with an audit row, unless the policy takes only enrolled boxes; before that, what was revoked is known by when it was issued. Only what is known is renewed. One home has one box: enrolling another one ends the former's certificates. Of two machines with one identity the newest
//! connection goes on as before, because a call that was begun must not hang on who is the copy, and both have the key: nobody here can tell. The administrator is
//! alarmed, revokes and enrols anew, which the copy cannot follow.
//!
//! Not here: which connections are closed (`rooms::certificates`), how a certificate is made (`yunzhen-certs`).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use yunzhen_certs::authority::{Issued, IssuingAuthority};
use yunzhen_certs::request::read_request;
use yunzhen_certs::{CertificateFacts, Identity};
use yunzhen_domain::Actor;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::{EventKind, hex};
use yunzhen_domain::enrolment::Code;
use yunzhen_domain::ids::{BoxId, EnrolmentCodeId, HomeId};
use yunzhen_domain::records::{self, BoxCertificate, CertificateSource};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Db, Tx, box_certificates, boxes, enrolment_codes, homes};

use super::sessions::{check_throttle, count, source_key};
use super::views::boxes as views;
use super::work::{Start, Work, may_list};
use super::{App, AppError, Context, Entrance, fresh, tokens};

/// A copy is told once in this time, however often the two take turns.
const ALARM_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Enrols and renews boxes, where the hospital gave the relay the key for it.
pub struct Enroller {
    /// Issues.
    pub authority: IssuingAuthority,
    /// SHA-256 of the authority that the relay shows behind its own certificate: a code names it.
    pub relay_authority_sha256: [u8; 32],
    /// Where boxes reach the relay for it.
    pub address: Option<String>,
}

/// Serial numbers that a list of the authority names (`certs revoke`); clones are the same.
#[derive(Debug, Clone, Default)]
pub struct RevokedList(Arc<RwLock<HashSet<String>>>);

impl RevokedList {
    /// As the newest list says.
    pub fn set(&self, serials: HashSet<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = serials;
    }

    /// Is it named?
    pub fn holds(&self, serial: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(serial)
    }
}

/// Whether a box that shows a certificate is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Welcome,
    /// The record has no such home.
    UnknownHome,
    /// It was issued by hand, and this hospital takes only boxes that were enrolled.
    NotEnrolled,
    /// The certificate is revoked.
    Revoked,
}

/// What the record and the list say of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Known, and believed.
    Good,
    /// Issued by hand, and never shown before.
    Unknown,
    /// Issued by hand, which the policy does not take.
    NotEnrolled,
    /// Not to be believed.
    Revoked,
}

/// What is known of a connection that a box just began.
#[derive(Debug, Clone)]
pub struct Came {
    /// Of which home.
    pub home_id: HomeId,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub address: String,
    /// Version of its agent.
    pub version: String,
    /// Its certificate.
    pub certificate: CertificateFacts,
    /// The start of its program, where it says so.
    pub instance: Option<String>,
}

/// May it come in with this, by a first connection or a further one? What was issued by hand is adopted here: whoever is let in is known from then on.
pub async fn admission(
    app: &App,
    home_id: HomeId,
    certificate: &CertificateFacts,
    now: Timestamp,
) -> Result<Admission, AppError> {
    let standing = {
        let mut db = app.store.read().await?;
        if homes::get(&mut db, home_id).await?.is_none() {
            return Ok(Admission::UnknownHome);
        }
        standing(app, &mut db, home_id, certificate).await?
    };
    if standing != Standing::Unknown {
        return Ok(admitted(standing));
    }
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    // It may have been revoked, or adopted by another connection, since.
    let standing = self::standing(app, &mut work.tx, home_id, certificate).await?;
    if standing == Standing::Unknown {
        keep(&mut work.tx, home_id, certificate, CertificateSource::ByHand, now).await?;
        work.record(EventKind::BoxCertificateAdopted, home_id.uuid(), Some(home_id), None);
        work.finish(()).await?;
    }
    Ok(admitted(standing))
}

const fn admitted(standing: Standing) -> Admission {
    match standing {
        Standing::Good | Standing::Unknown => Admission::Welcome,
        Standing::NotEnrolled => Admission::NotEnrolled,
        Standing::Revoked => Admission::Revoked,
    }
}

async fn standing(app: &App, db: &mut Db, home_id: HomeId, shown: &CertificateFacts) -> Result<Standing, AppError> {
    if app.revoked.holds(&shown.serial) {
        return Ok(Standing::Revoked);
    }
    let only_enrolled = app.policy.only_enrolled_boxes > 0;
    Ok(match box_certificates::get(db, &shown.serial).await? {
        Some(known) if known.home_id != home_id || known.revoked_at.is_some() => Standing::Revoked,
        Some(known) if only_enrolled && known.source == CertificateSource::ByHand => Standing::NotEnrolled,
        Some(_) => Standing::Good,
        None => {
            let before = boxes::get(db, home_id).await?.and_then(|known| known.revoked_before);
            match before {
                Some(before) if shown.not_before <= before => Standing::Revoked,
                _ if only_enrolled => Standing::NotEnrolled,
                _ => Standing::Unknown,
            }
        }
    })
}

/// Whether what the box of a home signed with this certificate at `at` counts. One that is revoked signs nothing from then on, and what it signed before stays; the authority's own
/// list does not say here from when on, so that nothing of such a one is believed.
pub(in crate::app) async fn may_sign(
    app: &App,
    db: &mut Db,
    home_id: HomeId,
    serial: &str,
    at: Timestamp,
) -> Result<bool, AppError> {
    if app.revoked.holds(serial) {
        return Ok(false);
    }
    let revoked_at = match box_certificates::get(db, serial).await? {
        Some(known) => known.revoked_at,
        // Never seen here. It may be good where nothing of its home was ever revoked.
        None => boxes::get(db, home_id).await?.and_then(|known| known.revoked_before),
    };
    Ok(revoked_at.is_none_or(|revoked_at| at < revoked_at))
}

/// Which of the certificates that are in use are revoked by the authority's list. Needs no record.
pub fn listed_among(app: &App, live: &[(HomeId, CertificateFacts)]) -> HashSet<String> {
    let named = live.iter().filter(|(_, shown)| app.revoked.holds(&shown.serial));
    named.map(|(_, shown)| shown.serial.clone()).collect()
}

/// Which of them the record revokes: by their serial numbers, or, where it does not know them, with everything of their home.
pub async fn revoked_among(app: &App, live: &[(HomeId, CertificateFacts)]) -> Result<HashSet<String>, AppError> {
    let mut db = app.store.read().await?;
    let serials: Vec<String> = live.iter().map(|(_, shown)| shown.serial.clone()).collect();
    let mut revoked: HashSet<String> = box_certificates::revoked_among(&mut db, &serials).await?.into_iter().collect();
    let homes: HashSet<HomeId> = live.iter().map(|(home_id, _)| *home_id).collect();
    let homes: Vec<HomeId> = homes.into_iter().collect();
    let before: HashMap<HomeId, Timestamp> = boxes::revoked_before_among(&mut db, &homes).await?.into_iter().collect();
    for (home_id, shown) in live {
        // Few: what was enrolled within minutes after a revocation, and what nobody noted.
        let doubtful = before.get(home_id).is_some_and(|before| shown.not_before <= *before);
        if doubtful && standing(app, &mut db, *home_id, shown).await? == Standing::Revoked {
            revoked.insert(shown.serial.clone());
        }
    }
    Ok(revoked)
}

/// Notes that a box came; one that was revoked since its admission is refused. `true`: another machine has its identity as well.
pub async fn came(app: &App, came: &Came) -> Result<bool, AppError> {
    arrived(app, came, false).await
}

/// The same when it could not be kept at once: a connection of the box that is noted since then stands.
pub async fn came_before(app: &App, came: &Came) -> Result<bool, AppError> {
    arrived(app, came, true).await
}

async fn arrived(app: &App, came: &Came, late: bool) -> Result<bool, AppError> {
    let mut work = Work::unkeyed(app, &Context::system(came.at)).await?;
    let (home_id, certificate) = (came.home_id, &came.certificate);
    if standing(app, &mut work.tx, home_id, certificate).await? != Standing::Good {
        return Err(AppError::BoxRevoked);
    }
    let known = boxes::get(&mut work.tx, home_id).await?;
    if late && known.as_ref().is_some_and(|known| known.connected && known.since > came.at) {
        return work.finish_unchanged(false, "a newer connection of the box is noted").await;
    }
    let mut instances = known.as_ref().map(|known| known.instances.clone()).unwrap_or_default();
    let copied = came.instance.as_deref().is_some_and(|name| instances.came(name));
    let arrival = boxes::Arrival {
        home_id,
        at: came.at,
        agent_version: &came.version,
        address: &came.address,
        serial: &certificate.serial,
        certificate_not_after: certificate.not_after,
        instances: &instances,
    };
    boxes::came(&mut work.tx, &arrival).await?;
    let told = known.and_then(|known| known.clone_seen_at);
    if copied && told.is_none_or(|told| came.at.duration_since(told) >= ALARM_AGAIN) {
        boxes::clone_seen(&mut work.tx, home_id, came.at).await?;
        work.record(EventKind::BoxCloneSeen, home_id.uuid(), Some(home_id), None);
        work.finish(()).await?;
    } else {
        work.finish_unchanged((), "a box came").await?;
    }
    Ok(copied)
}

/// Notes that a box's connection is over.
pub async fn went(app: &App, home_id: HomeId, came_at: Timestamp, at: Timestamp) -> Result<(), AppError> {
    let mut work = Work::unkeyed(app, &Context::system(at)).await?;
    boxes::went(&mut work.tx, home_id, came_at, at).await?;
    work.finish_unchanged((), "a box went").await
}

/// Makes a code by which the box of a home is enrolled; one that is open opens nothing any more.
pub async fn ask_enrolment(app: &App, ctx: &Context, home_id: HomeId) -> Result<views::EnrolmentCode, AppError> {
    may_list(ctx, Action::KeepBoxes)?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::KeepBoxes, &Facts::default())?;
    homes::get(&mut work.tx, home_id).await?.ok_or(AppError::NotFound)?;
    let enroller = enroller(app)?;
    let code = Code::new(random_bytes(), &enroller.relay_authority_sha256);
    let lasts = SignedDuration::from_mins(i64::from(app.policy.enrolment_code_minutes));
    let kept = records::EnrolmentCode {
        id: fresh(EnrolmentCodeId::new, ctx.now),
        home_id,
        secret_sha256: code.secret_sha256(),
        made_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        made_at: ctx.now,
        expires_at: ctx.now.saturating_add(lasts).unwrap_or(ctx.now),
        used_at: None,
        withdrawn_at: None,
    };
    enrolment_codes::withdraw(&mut work.tx, home_id, ctx.now).await?;
    enrolment_codes::insert(&mut work.tx, &kept).await?;
    work.record(EventKind::BoxEnrolmentAsked, home_id.uuid(), Some(home_id), None);
    work.answers_with_a_secret();
    let (code, relay) = (code.to_string(), enroller.address.clone());
    work.finish(views::EnrolmentCode { home_id, code, expires_at: kept.expires_at.into(), relay }).await
}

/// Enrols a box by a code: its first certificate. The former box of the home has none any more.
pub async fn enrol(
    app: &App,
    origin: &Entrance,
    input: views::EnrolmentRequest,
) -> Result<views::IssuedCertificate, AppError> {
    let enroller = enroller(app)?;
    let (now, place) = (origin.now, tokens::digest(&origin.source));
    // Counted per source: a stranger who guesses shuts nobody out but himself.
    let key = format!("enrolment:{}", hex(&place[..8]));
    let secret = input.code.parse::<Code>().map(|code| code.secret_sha256()).ok();
    let found = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &key, origin, now).await?;
        known(&mut db, secret, now).await?
    };
    let Some(home_id) = found.map(|code| code.home_id) else { return Err(refuse(app, &key, origin).await?) };
    let mut work = Work::unkeyed(app, &Context::of(Actor::Box { home_id }, now)).await?;
    // Tries that ran side by side passed the first look together.
    check_throttle(&mut work.tx, &key, origin, now).await?;
    let Some(code) = known(&mut work.tx, secret, now).await? else {
        drop(work);
        return Err(refuse(app, &key, origin).await?);
    };
    let public_key = read_request(&input.request, &Identity::Box { home_id })?;
    may_have_more(app, &mut work.tx, home_id, now).await?;
    enrolment_codes::use_up(&mut work.tx, code.id, now).await?;
    let machine = (home_id, fresh(BoxId::new, now));
    let issued = enroller.authority.issue_box(machine, &[], &public_key, validity(app), now)?;
    revoke_all(&mut work.tx, home_id, now).await?;
    issue(&mut work, home_id, &issued, CertificateSource::Enrolled).await?;
    work.record(EventKind::BoxEnrolled, home_id.uuid(), Some(home_id), None);
    work.finish(view(&issued)).await
}

/// Renews the certificate of a box that showed it, over its live connection or, for a while after its end, at the door.
pub async fn renew(
    app: &App,
    ctx: &Context,
    shown: &CertificateFacts,
    input: views::RenewalRequest,
) -> Result<views::IssuedCertificate, AppError> {
    may_list(ctx, Action::RenewBoxCertificate)?;
    let enroller = enroller(app)?;
    let home_id = ctx.through_box.ok_or(AppError::NotFound)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    work.authorize(Action::RenewBoxCertificate, &Facts { home_id: Some(home_id), ..Facts::default() })?;
    homes::get(&mut work.tx, home_id).await?.ok_or(AppError::NotFound)?;
    if shown.identity != (Identity::Box { home_id }) {
        return Err(AppError::BoxRevoked);
    }
    match standing(app, &mut work.tx, home_id, shown).await? {
        Standing::Good => {}
        // The key of the authority made it, and nobody here knows for whom: it comes in first, or it is enrolled.
        Standing::Unknown | Standing::NotEnrolled => return Err(AppError::BoxNotEnrolled),
        Standing::Revoked => return Err(AppError::BoxRevoked),
    }
    let public_key = read_request(&input.request, &shown.identity)?;
    may_have_more(app, &mut work.tx, home_id, ctx.now).await?;
    let machine = (home_id, shown.box_id.unwrap_or_else(|| fresh(BoxId::new, ctx.now)));
    let issued = enroller.authority.issue_box(machine, &[], &public_key, validity(app), ctx.now)?;
    issue(&mut work, home_id, &issued, CertificateSource::Renewed).await?;
    work.record(EventKind::BoxCertificateRenewed, home_id.uuid(), Some(home_id), None);
    work.finish(view(&issued)).await
}

/// The box of a home may not come any more; the connection that it has is closed within seconds, by whichever relay.
pub async fn revoke(app: &App, ctx: &Context, home_id: HomeId) -> Result<super::views::admin::BoxStatus, AppError> {
    may_list(ctx, Action::KeepBoxes)?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::KeepBoxes, &Facts::default())?;
    let home = homes::get(&mut work.tx, home_id).await?.ok_or(AppError::NotFound)?;
    revoke_all(&mut work.tx, home_id, ctx.now).await?;
    enrolment_codes::withdraw(&mut work.tx, home_id, ctx.now).await?;
    work.record(EventKind::BoxRevoked, home_id.uuid(), Some(home_id), None);
    let known = boxes::get(&mut work.tx, home_id).await?;
    let last_call = super::admin::last_calls(&mut work.tx, Some(home_id)).await?.remove(&home_id);
    let status = super::admin::box_status(app, home, known.as_ref(), None, ctx.now);
    work.finish(super::views::admin::BoxStatus { last_call, ..status }).await
}

async fn revoke_all(tx: &mut Tx, home_id: HomeId, now: Timestamp) -> Result<(), AppError> {
    box_certificates::revoke(tx, home_id, now).await?;
    Ok(boxes::revoked(tx, home_id, now).await?)
}

fn enroller(app: &App) -> Result<&Enroller, AppError> {
    app.enroller.as_deref().ok_or(AppError::EnrolmentOff)
}

fn validity(app: &App) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(app.policy.box_certificate_days))
}

/// The code with this secret, if it opens something.
async fn known(
    db: &mut Db,
    secret: Option<[u8; 32]>,
    now: Timestamp,
) -> Result<Option<records::EnrolmentCode>, AppError> {
    let Some(secret) = secret else { return Ok(None) };
    let code = enrolment_codes::by_secret_sha256(db, &secret).await?;
    Ok(code.filter(|code| code.check(now).is_ok()))
}

/// Counts a wrong try, in a transaction of its own that stays; what to answer. The row says that somebody failed, not what was typed.
async fn refuse(app: &App, key: &str, origin: &Entrance) -> Result<AppError, AppError> {
    metrics::counter!("yunzhen_enrolments_refused_total").increment(1);
    let mut work = Work::unkeyed(app, &Context::system(origin.now)).await?;
    count(&mut work.tx, key, &app.policy.account_limits(), origin.now).await?;
    count(&mut work.tx, &source_key(origin), &app.policy.source_limits(), origin.now).await?;
    work.record(EventKind::BoxEnrolmentRefused, uuid::Uuid::nil(), None, None);
    work.finish(()).await?;
    Ok(AppError::BadEnrolmentCode)
}

/// A box that asks again and again gets no more.
async fn may_have_more(app: &App, tx: &mut Tx, home_id: HomeId, now: Timestamp) -> Result<(), AppError> {
    let day = SignedDuration::from_hours(24);
    let had = box_certificates::count_since(tx, home_id, now.saturating_sub(day).unwrap_or(now)).await?;
    if had < app.policy.box_certificates_per_day { Ok(()) } else { Err(AppError::Throttled { retry_after: day / 24 }) }
}

async fn issue(work: &mut Work, home_id: HomeId, issued: &Issued, source: CertificateSource) -> Result<(), AppError> {
    let (facts, now) = (&issued.facts, work.now());
    keep(&mut work.tx, home_id, facts, source, now).await?;
    Ok(boxes::certified(&mut work.tx, home_id, &facts.serial, facts.not_after, now).await?)
}

/// Notes a certificate, unless it is known.
async fn keep(
    tx: &mut Tx,
    home_id: HomeId,
    facts: &CertificateFacts,
    source: CertificateSource,
    now: Timestamp,
) -> Result<(), AppError> {
    let certificate = BoxCertificate {
        serial: facts.serial.clone(),
        home_id,
        box_id: facts.box_id,
        source,
        not_before: facts.not_before,
        not_after: facts.not_after,
        known_since: now,
        revoked_at: None,
    };
    Ok(box_certificates::insert(tx, &certificate).await?)
}

fn view(issued: &Issued) -> views::IssuedCertificate {
    views::IssuedCertificate { certificate: issued.chain_pem.clone(), valid_until: issued.facts.not_after.into() }
}
