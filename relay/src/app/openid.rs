//! Signing in, and proving again who one is, by the identity provider of the hospital. A sign-in that is under way is sealed and lies in a cookie of the browser: state,
//! nonce, PKCE verifier, provider, end; that it was answered is kept, so it counts once on every relay. Who comes in is who an administrator tied to the provider's
//! subject: no name and no e-mail address ever does that.
//! Not here: the provider's messages ([`crate::openid`]), what of its word is enough (`yunzhen_domain::openid`).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use yunzhen_domain::Sealed;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::openid::{Assertion, Demand, Shortfall, speaks_for};
use yunzhen_domain::records::{EndedBy, SignInMethod, Staff, StaffIdentity};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Db, passkeys, sessions as kept_sessions, staff, staff_identities};

use super::sessions::{self, Tried, admit_proved, check_throttle, may_enter, refuse};
use super::views::openid as views;
use super::views::sessions::{CurrentSession, Session, SessionsEnded};
use super::work::{Work, line, may_list, required};
use super::{App, AppError, Context, Entrance, Visitor, tokens};
use crate::openid::{Asking, Disbelief, Provider};

/// Where sign-ins that are under way belong.
const PLACE: &str = "openid-flow";
/// The longest subject.
const SUBJECT_CHARS: usize = 255;

/// A sign-in under way. Names are short: it has to fit into a cookie.
#[derive(Serialize, Deserialize)]
struct Flow {
    #[serde(rename = "p")]
    provider: String,
    #[serde(rename = "s")]
    state: String,
    #[serde(rename = "n")]
    nonce: String,
    #[serde(rename = "v")]
    verifier: String,
    /// Seconds.
    #[serde(rename = "b")]
    begun: i64,
    /// Seconds.
    #[serde(rename = "u")]
    until: i64,
    /// Who proves it again; nobody: somebody signs in.
    #[serde(rename = "w")]
    whose: Option<StaffId>,
}

/// The providers, for the sign-in page.
pub fn list(app: &App) -> views::IdentityProviders {
    let one = |provider: &Provider| {
        let settings = provider.settings();
        views::IdentityProvider {
            id: settings.id.clone(),
            name_zh: settings.name_zh.clone(),
            name_en: settings.name_en.clone(),
            available: provider.is_up(),
            hospital: settings.hospital.clone(),
            sign_out_url: provider.sign_out_address(),
        }
    };
    views::IdentityProviders { items: app.providers.iter().map(one).collect() }
}

/// Sends somebody who wants to sign in to a provider. A tablet of a home has no address that it could come back to.
pub async fn begin(app: &App, origin: &Entrance, ask: views::OpenIdAsk) -> Result<views::OpenIdRequest, AppError> {
    if origin.through_box.is_some() {
        return Err(AppError::OpenIdOff);
    }
    // How old the provider's own session may be; it also makes the provider say when the person proved it.
    let hours = u64::from(app.policy.staff_session_hours);
    sent(app, &ask.provider, None, Duration::from_secs(hours * 3600), origin.now).await
}

/// Sends the person before the page to a provider to prove it again.
pub async fn begin_proof(app: &App, ctx: &Context, ask: views::OpenIdAsk) -> Result<views::OpenIdRequest, AppError> {
    let id = sessions::of_staff(ctx)?;
    if ctx.through_box.is_some() {
        return Err(AppError::OpenIdOff);
    }
    sent(app, &ask.provider, Some(id), Duration::ZERO, ctx.now).await
}

async fn sent(
    app: &App,
    provider: &str,
    whose: Option<StaffId>,
    max_age: Duration,
    now: Timestamp,
) -> Result<views::OpenIdRequest, AppError> {
    let provider = app.providers.named(provider).ok_or(AppError::OpenIdOff)?;
    let minutes = SignedDuration::from_mins(i64::from(app.policy.second_factor_setup_minutes));
    let until = now.checked_add(minutes).unwrap_or(now);
    let flow = Flow {
        provider: provider.id().to_owned(),
        // Its beginning tells the page which of the two came back; what it is, the flow says.
        state: format!("{}{}", whose.map_or("s.", |_| "p."), URL_SAFE_NO_PAD.encode(random_bytes::<16>())),
        nonce: URL_SAFE_NO_PAD.encode(random_bytes::<16>()),
        verifier: URL_SAFE_NO_PAD.encode(random_bytes::<32>()),
        begun: now.as_second(),
        until: until.as_second(),
        whose,
    };
    let asking = Asking { state: &flow.state, nonce: &flow.nonce, verifier: &flow.verifier, max_age };
    let url = provider.address_for(asking).await.map_err(unbelieved)?;
    let sealed = app.vault.seal(PLACE, &serde_json::to_string(&flow)?)?;
    Ok(views::OpenIdRequest { url, flow: URL_SAFE_NO_PAD.encode(sealed.as_kept()), expires_at: until.into() })
}

/// Signs in whoever a provider vouches for.
pub async fn sign_in(app: &App, origin: &Entrance, input: views::OpenIdSignIn) -> Result<Session, AppError> {
    let now = origin.now;
    if app.providers.is_empty() || origin.through_box.is_some() {
        return Err(AppError::OpenIdOff);
    }
    let (provider, said, _) = counted(app, origin, &input, None, Tried::UNKNOWN).await?;
    let bound = {
        let mut db = app.store.read().await?;
        bound_to(&mut db, provider, &said).await?
    };
    let tried = bound.as_ref().map_or(Tried::UNKNOWN, |(_, member)| Tried::of(member));
    let known = bound.filter(|(_, member)| counts(provider, member) && may_enter(member, origin));
    let Some((identity, member)) = known else {
        refuse(app, &key(&input), tried, origin, now).await?;
        return Err(AppError::OpenIdUnknown { subject: said.subject });
    };
    enough(app, provider, &member, &said, None, now)?;
    let mut work = Work::unkeyed(app, &Context::of(member.actor(), now)).await?;
    staff_identities::used(&mut work.tx, &identity, now).await?;
    // A signature asks for a fresh proof, and the provider's may be of this morning.
    let proved_at = said.authenticated_at.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
    admit_proved(app, work, member, origin, SignInMethod::OpenId, false, proved_at).await
}

/// The person before the page has proved it again, to the provider.
pub async fn prove(app: &App, ctx: &Context, input: views::OpenIdSignIn) -> Result<CurrentSession, AppError> {
    let (id, now) = (sessions::of_staff(ctx)?, ctx.now);
    if app.providers.is_empty() || ctx.through_box.is_some() {
        return Err(AppError::OpenIdOff);
    }
    let origin = Entrance { now, source: ctx.source.clone(), through_box: None, visitor: Visitor::default() };
    let tried = Tried::again(ctx, id);
    let (provider, said, begun) = counted(app, &origin, &input, Some(id), tried).await?;
    let known = {
        let mut db = app.store.read().await?;
        bound_to(&mut db, provider, &said).await?.filter(|(_, member)| counts(provider, member) && member.id == id)
    };
    let Some((identity, member)) = known else {
        refuse(app, &key(&input), tried, &origin, now).await?;
        return Err(AppError::OpenIdSomebodyElse);
    };
    enough(app, provider, &member, &said, Some(begun), now)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    staff_identities::used(&mut work.tx, &identity, now).await?;
    sessions::authenticated_anew(app, ctx, work, member).await
}

/// What the provider says to what the browser brought; what is not believed counts as a wrong try of its source.
async fn counted<'a>(
    app: &'a App,
    origin: &Entrance,
    input: &views::OpenIdSignIn,
    whose: Option<StaffId>,
    tried: Tried,
) -> Result<(&'a Provider, Assertion, Timestamp), AppError> {
    {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &key(input), origin, origin.now).await?;
    }
    let answer = answered(app, input, whose, origin.now).await;
    if matches!(answer, Err(AppError::OpenIdRefused)) {
        refuse(app, &key(input), tried, origin, origin.now).await?;
    }
    answer
}

async fn answered<'a>(
    app: &'a App,
    input: &views::OpenIdSignIn,
    whose: Option<StaffId>,
    now: Timestamp,
) -> Result<(&'a Provider, Assertion, Timestamp), AppError> {
    let flow = opened(app, input, whose, now).ok_or(AppError::OpenIdRefused)?;
    let provider = app.providers.named(&flow.provider).ok_or(AppError::OpenIdRefused)?;
    if input.iss.as_deref().is_some_and(|iss| iss != provider.issuer()) {
        return Err(AppError::OpenIdRefused);
    }
    let until = Timestamp::from_second(flow.until).map_err(|_| AppError::OpenIdRefused)?;
    let begun = Timestamp::from_second(flow.begun).map_err(|_| AppError::OpenIdRefused)?;
    // Spent before the provider is asked: whatever becomes of it, it is not asked twice.
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    if !passkeys::spend(&mut work.tx, &tokens::digest(&input.flow), until).await? {
        return Err(AppError::OpenIdRefused);
    }
    work.finish_unchanged((), "what an identity provider sent a browser back with was taken").await?;
    let said = provider.word(input.code.clone(), flow.verifier, &flow.nonce, now).await.map_err(unbelieved)?;
    Ok((provider, said, begun))
}

/// The sign-in that the browser keeps, if we sealed it, it is not over, and the provider's answer belongs to it.
fn opened(app: &App, input: &views::OpenIdSignIn, whose: Option<StaffId>, now: Timestamp) -> Option<Flow> {
    let sealed = Sealed::kept(String::from_utf8(URL_SAFE_NO_PAD.decode(&input.flow).ok()?).ok()?);
    let flow: Flow = serde_json::from_str(&app.vault.open(PLACE, &sealed).ok()?).ok()?;
    let same = tokens::same(&flow.state, &input.state);
    Some(flow).filter(|flow| same && flow.whose == whose && now.as_second() < flow.until)
}

/// Who is bound to the subject of a provider, whether the account is open or closed.
async fn bound_to(
    db: &mut Db,
    provider: &Provider,
    said: &Assertion,
) -> Result<Option<(StaffIdentity, Staff)>, AppError> {
    let known = staff_identities::by_subject(db, provider.issuer(), said.subject.expose()).await?;
    let Some(identity) = known else { return Ok(None) };
    let member = staff::get(db, identity.staff_id).await?;
    Ok(member.map(|member| (identity, member)))
}

/// What a provider says of somebody counts while the account is open, and of its own hospital.
fn counts(provider: &Provider, member: &Staff) -> bool {
    member.active && speaks_for(provider.settings().hospital.as_deref(), member)
}

fn enough(
    app: &App,
    provider: &Provider,
    member: &Staff,
    said: &Assertion,
    proved_since: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), AppError> {
    let asked = app.policy.asks_second_factor(member.role);
    let demand = Demand { proved_since, second_factor: asked.then_some(&provider.settings().second_factor[..]) };
    said.meets(demand, now).map_err(|shortfall| match shortfall {
        Shortfall::Clock => AppError::OpenIdClock,
        Shortfall::NotFresh => AppError::OpenIdNotFresh,
        Shortfall::OneFactor => AppError::OpenIdOneFactor,
    })
}

fn unbelieved(why: Disbelief) -> AppError {
    match why {
        Disbelief::Down => AppError::OpenIdDown,
        Disbelief::Clock => AppError::OpenIdClock,
        Disbelief::Refused | Disbelief::Untrue => AppError::OpenIdRefused,
    }
}

/// Under which a sign-in's wrong tries are counted, beside their source.
fn key(input: &views::OpenIdSignIn) -> String {
    format!("openid:{}", yunzhen_domain::audit::hex(&tokens::digest(&input.flow)[..8]))
}

/// Whether somebody comes in by the provider only: the hospital wants it so, and the person is bound. It is no rule for who comes through a home's box, where no provider is reached.
pub(super) async fn is_the_only_way(app: &App, db: &mut Db, staff_id: StaffId) -> Result<bool, AppError> {
    if !app.providers.iter().any(|provider| provider.settings().only) {
        return Ok(false);
    }
    Ok(staff_identities::of_staff(db, staff_id).await?.iter().any(|identity| is_only(app, &identity.issuer)))
}

fn is_only(app: &App, issuer: &str) -> bool {
    app.providers.of_issuer(issuer).is_some_and(|provider| provider.settings().only)
}

/// By what providers know the caller.
pub async fn own(app: &App, ctx: &Context) -> Result<views::Identities, AppError> {
    let id = sessions::of_staff(ctx)?;
    let mut db = app.store.read().await?;
    shown(app, &mut db, id).await
}

/// By what providers know a member of staff, for administrators.
pub async fn of_staff(app: &App, ctx: &Context, id: StaffId) -> Result<views::Identities, AppError> {
    may_list(ctx, Action::ListStaff)?;
    let mut db = app.store.read().await?;
    staff::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    super::work::authorize(ctx, Action::ListStaff, &Facts::default())?;
    shown(app, &mut db, id).await
}

async fn shown(app: &App, db: &mut Db, id: StaffId) -> Result<views::Identities, AppError> {
    let items = staff_identities::of_staff(db, id).await?.into_iter().map(|identity| view(app, identity)).collect();
    Ok(views::Identities { items })
}

fn view(app: &App, identity: StaffIdentity) -> views::Identity {
    views::Identity {
        provider: app.providers.of_issuer(&identity.issuer).map(|provider| provider.id().to_owned()),
        only: is_only(app, &identity.issuer),
        issuer: identity.issuer,
        subject: identity.subject.into_exposed(),
        bound_at: identity.bound_at.into(),
        last_used_at: identity.last_used_at.map(Into::into),
    }
}

/// Ties a member of staff to what a provider calls the person.
pub async fn bind(
    app: &App,
    ctx: &Context,
    id: StaffId,
    input: views::NewIdentity,
) -> Result<views::Identity, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let bound_by = ctx.actor.staff_id().ok_or(AppError::NotFound)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    let member = staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    let provider = app.providers.named(&input.provider).ok_or(AppError::OpenIdOff)?;
    required("subject", &input.subject, SUBJECT_CHARS)?;
    let subject = line("subject", &input.subject, SUBJECT_CHARS)?;
    if !speaks_for(provider.settings().hospital.as_deref(), &member) {
        let (zh, en) = ("此人不属于该身份平台的医院", "This person is not of the provider's hospital");
        return Err(AppError::invalid("provider", zh, en));
    }
    if staff_identities::by_subject(&mut work.tx, provider.issuer(), &subject).await?.is_some() {
        let (zh, en) = ("此标识已绑定到一个账号", "An account is bound to this identifier already");
        return Err(AppError::invalid("subject", zh, en));
    }
    let own = staff_identities::of_staff(&mut work.tx, id).await?;
    if own.iter().any(|known| known.issuer == provider.issuer()) {
        let (zh, en) = ("此人已绑定，请先解除", "This person is bound already; unbind first");
        return Err(AppError::invalid("subject", zh, en));
    }
    let identity = StaffIdentity {
        staff_id: id,
        issuer: provider.issuer().to_owned(),
        subject: subject.into(),
        bound_by,
        bound_at: ctx.now,
        last_used_at: None,
    };
    staff_identities::insert(&mut work.tx, &identity).await?;
    work.record(EventKind::IdentityBound, id.uuid(), None, None);
    work.finish(view(app, identity)).await
}

/// Unties the two, and signs the person out everywhere. What is not tied is no error.
pub async fn unbind(
    app: &App,
    ctx: &Context,
    id: StaffId,
    input: views::IdentityEnd,
) -> Result<SessionsEnded, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    if !staff_identities::delete(&mut work.tx, id, &input.issuer).await? {
        return work.finish_unchanged(SessionsEnded { ended: 0 }, "there was no such identity").await;
    }
    let ended = kept_sessions::delete_of_staff(&mut work.tx, id, None, EndedBy::Administrator).await?;
    work.record(EventKind::IdentityUnbound, id.uuid(), None, None);
    work.finish(SessionsEnded { ended }).await
}
