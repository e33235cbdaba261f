//! Signing in: accounts, courier links with PIN, invitations. Throttled per account or link and per source; sessions survive restarts.
//! Not here: what a person then does with the own sessions (`own`), codes of the second factor ([`super::second_factors`]).

mod first_password;
mod own;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{HomeId, PharmacyId, SessionId, StaffId};
use yunzhen_domain::machines::invitation;
use yunzhen_domain::records::{Arrival, Session, SessionSubject, SignInMethod, Staff};
use yunzhen_domain::throttle::{self, Limits};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, StoreError, Tx, courier_runs, invitations, passkeys, sessions, staff, throttle as counters};

use super::names::Names;
use super::people::staff_view;
use super::second_factors::{self, Code};
use super::views::second_factors::Proof;
use super::views::sessions as views;
use super::work::{Work, line};
use super::{App, AppError, Context, Entrance, courier_pins, fresh, openid, passwords, tokens};

use first_password::{first_password_may, is_initial};
pub use own::{end_all_of, end_one, end_others, list};
pub(super) use own::{of_staff, opened_at, renew, renew_with_own_password};

/// What a guest's browser makes up has 32 characters; fewer could be guessed by who has the link.
const SHORTEST_DEVICE: usize = 22;

/// What somebody is about, as far as the session is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Anything.
    Work,
    /// The same, asked for by a page that is left open, with nobody before it: its live stream, its polls. It does not count as use.
    Watching,
    /// The own sessions, password and second factor; all that is open to who has to set one of them.
    OwnAccess,
    /// The same by a page with nobody before it.
    WatchingOwnAccess,
}

impl Errand {
    /// The same where nobody is before the page.
    #[must_use]
    pub const fn unattended(self) -> Self {
        match self {
            Self::Work | Self::Watching => Self::Watching,
            Self::OwnAccess | Self::WatchingOwnAccess => Self::WatchingOwnAccess,
        }
    }

    const fn is_use(self) -> bool {
        matches!(self, Self::Work | Self::OwnAccess)
    }

    const fn is_own_access(self) -> bool {
        matches!(self, Self::OwnAccess | Self::WatchingOwnAccess)
    }
}

/// Who a bearer token speaks for, and what is known of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub actor: Actor,
    /// The session; it keeps its id under another token.
    pub session: SessionId,
    /// When that person last proved who it is.
    pub authenticated_at: Timestamp,
}

/// Signs a member of staff in.
pub async fn create(app: &App, origin: &Entrance, input: views::SignIn) -> Result<views::Session, AppError> {
    let now = origin.now;
    let username = input.username.trim().to_lowercase();
    let account = account_key(&username);
    let (found, hash) = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &account, origin, now).await?;
        let found = staff::by_username(&mut db, &username).await?;
        let hash = match found.as_ref().filter(|s| s.active) {
            Some(s) => staff::credential(&mut db, s.id).await?.map(|c| c.password_hash),
            None => None,
        };
        (found, hash)
    };
    let tried = found.as_ref().map_or(Tried::UNKNOWN, Tried::of);
    let right = passwords::verify(input.password, hash.clone()).await?;
    let admitted = found.filter(|s| s.active && right && may_enter(s, origin));
    let Some(member) = admitted else {
        refuse(app, &account, tried, origin, now).await?;
        return Err(AppError::BadCredentials);
    };
    let ctx = Context::of(member.actor(), now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    // Tries that ran side by side passed the first look together; the right one among too many wrong ones does not pass the second.
    check_throttle(&mut work.tx, &account, origin, now).await?;
    // Through a home's box no provider can be reached, so there the password stays the way.
    if origin.through_box.is_none() && openid::is_the_only_way(app, &mut work.tx, member.id).await? {
        return Err(AppError::OpenIdOnly);
    }
    let asked = app.policy.asks_second_factor(member.role);
    // Who has one has a second factor: the password alone must not set up another way in beside it.
    let has_passkey = asked && app.public_url.is_some() && has_usable_passkey(&mut work.tx, member.id).await?;
    first_password_may(&mut work.tx, &member, hash.as_ref(), origin).await?;
    let method = match second_factors::code_at_door(app, &mut work, &member, input.code.as_deref(), now).await? {
        Code::NotSetUp if asked && origin.through_box.is_some() => return Err(AppError::SecondFactorMissing),
        Code::NotSetUp if has_passkey => return Err(AppError::PasskeyNeeded),
        Code::NotSetUp => SignInMethod::Password,
        Code::Fits(method) => method,
        Code::NotGiven => return Err(AppError::SecondFactorNeeded),
        Code::Wrong => {
            drop(work);
            refuse(app, &account, tried, origin, now).await?;
            return Err(AppError::WrongCode);
        }
    };
    admit(app, work, member, origin, method, asked && method == SignInMethod::Password).await
}

/// Opens the session of somebody who has just proved who it is.
pub(super) async fn admit(
    app: &App,
    work: Work,
    member: Staff,
    origin: &Entrance,
    method: SignInMethod,
    enrols_only: bool,
) -> Result<views::Session, AppError> {
    admit_proved(app, work, member, origin, method, enrols_only, origin.now).await
}

/// The same of somebody who proved it at that time, to another.
pub(super) async fn admit_proved(
    app: &App,
    mut work: Work,
    member: Staff,
    origin: &Entrance,
    method: SignInMethod,
    enrols_only: bool,
    proved_at: Timestamp,
) -> Result<views::Session, AppError> {
    let lasts = SignedDuration::from_hours(i64::from(app.policy.staff_session_hours));
    let new = New { subject: SessionSubject::Staff(member.id), method, lasts, enrols_only };
    let (token, expires_at) = open(&mut work.tx, new, origin).await?;
    if proved_at != origin.now {
        sessions::set_authenticated(&mut work.tx, &tokens::digest(&token), proved_at).await?;
    }
    forget(&mut work.tx, &account_key(&member.username)).await?;
    work.record(EventKind::SessionOpened, member.id.uuid(), member.home_id, member.pharmacy_id);
    let staff = staff_view(app, &mut work.tx, &mut Names::default(), member, origin.now).await?;
    let must_set_password = is_initial(&mut work.tx, staff.id, method).await?;
    let expires_at = expires_at.into();
    work.finish(views::Session { token, expires_at, staff, must_enrol: enrols_only, must_set_password }).await
}

/// Whether somebody can show a passkey. One that may have a copy opens nothing.
async fn has_usable_passkey(db: &mut Db, staff_id: StaffId) -> Result<bool, AppError> {
    Ok(passkeys::of_staff(db, staff_id).await?.iter().any(|passkey| passkey.count_fell_at.is_none()))
}

/// Under which wrong passwords and codes of an account are counted.
pub(super) fn account_key(username: &str) -> String {
    format!("account:{username}")
}

/// A box lets in the nurses of its own home; everybody else signs in through the console.
pub(super) fn may_enter(member: &Staff, origin: &Entrance) -> bool {
    match origin.through_box {
        Some(home) => member.role == Role::Nurse && member.home_id == Some(home),
        None => true,
    }
}

/// Signs a courier in by link and PIN.
pub async fn create_courier(
    app: &App,
    origin: &Entrance,
    input: views::CourierSignIn,
) -> Result<views::CourierSession, AppError> {
    let now = origin.now;
    let digest = tokens::digest(&input.link_token);
    // The link may be wrong as well; throttling by its digest keeps the log free of tokens.
    let account = format!("courier:{}", yunzhen_domain::audit::hex(&digest[..8]));
    let run = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &account, origin, now).await?;
        let found = courier_runs::by_token_sha256(&mut db, &digest).await?;
        match found {
            Some(run) => Some((super::courier_runs::is_under_way(&mut db, &run).await?, run)),
            None => None,
        }
    };
    let hash = run.as_ref().map(|(_, run)| run.pin_hash.clone());
    let right = courier_pins::fits(&input.link_token, &input.pin, hash).await?;
    let tried = run.as_ref().map_or(Tried::UNKNOWN, |(_, run)| Tried {
        id: run.id.uuid(),
        home_id: None,
        pharmacy_id: Some(run.pharmacy_id),
    });
    let Some((under_way, run)) = run.filter(|_| right) else {
        refuse(app, &account, tried, origin, now).await?;
        return Err(AppError::BadCredentials);
    };
    // A link that has done its work opens nothing: its courier needs no address any more. Only who has its PIN is told so.
    if !under_way {
        return Err(AppError::CourierRunOver);
    }
    let ctx = Context::of(Actor::Courier { run_id: run.id }, now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    check_throttle(&mut work.tx, &account, origin, now).await?;
    let lasts = SignedDuration::from_hours(i64::from(app.policy.courier_session_hours));
    let (token, _) = open(&mut work.tx, New::by_link(SessionSubject::Courier(run.id), lasts), origin).await?;
    forget(&mut work.tx, &account).await?;
    work.record(EventKind::SessionOpened, run.id.uuid(), None, Some(run.pharmacy_id));
    work.finish(views::CourierSession { token, run_id: run.id }).await
}

/// Signs an observer in by invitation link: the one device that opened it first, which then waits to be let in.
pub async fn create_observer(
    app: &App,
    origin: &Entrance,
    input: views::ObserverSignIn,
) -> Result<views::ObserverSession, AppError> {
    let now = origin.now;
    let device = line("device", &input.device, 64)?;
    if device.len() < SHORTEST_DEVICE {
        return Err(AppError::invalid("device", "请刷新页面后重试", "Reload the page and try again"));
    }
    let digest = tokens::digest(&input.link_token);
    let account = format!("observer:{}", yunzhen_domain::audit::hex(&digest[..8]));
    let invitation = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &account, origin, now).await?;
        let found = invitations::by_token_sha256(&mut db, &digest).await?;
        let mut open = None;
        if let Some(i) = found.filter(|i| now < i.expires_at) {
            let consultation = yunzhen_store::consultations::get(&mut db, i.consultation_id).await?;
            open = consultation.filter(|c| !c.state.is_terminal()).map(|c| (i, c.home_id));
        }
        open
    };
    let Some((invitation, home_id)) = invitation else {
        refuse(app, &account, Tried::UNKNOWN, origin, now).await?;
        return Err(AppError::BadCredentials);
    };
    let tried = Tried { id: invitation.id.uuid(), home_id: Some(home_id), pharmacy_id: None };
    let consultation_id = invitation.consultation_id;
    let ctx = Context::of(Actor::Observer { consultation_id, invitation_id: invitation.id, admitted: false }, now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    // Of two devices that show the link at once the second finds it opened: read where nobody writes beside it.
    let standing = invitations::get(&mut work.tx, invitation.id).await?.ok_or(AppError::BadCredentials)?;
    let invitation = match standing.arrive(tokens::digest(&device), now) {
        Ok(Arrival::First(invitation)) => {
            invitations::update(&mut work.tx, &invitation).await?;
            work.record(EventKind::InvitationOpened, invitation.id.uuid(), Some(home_id), None);
            invitation
        }
        Ok(Arrival::Again(invitation)) => invitation,
        Err(_) => {
            drop(work);
            refuse(app, &account, tried, origin, now).await?;
            return Err(AppError::BadCredentials);
        }
    };
    let admitted = invitation.state == invitation::State::Admitted;
    let left = invitation.expires_at.duration_since(now);
    let subject = SessionSubject::Observer(consultation_id, invitation.id);
    let (token, _) = open(&mut work.tx, New::by_link(subject, left), origin).await?;
    work.record(EventKind::SessionOpened, invitation.id.uuid(), Some(home_id), None);
    let display_name = invitation.display_name.into_exposed();
    work.finish(views::ObserverSession { token, consultation_id, display_name, admitted }).await
}

/// Who a bearer token speaks for, now. Staff are read again, so that a change of role or home takes effect at once. That the session was used is written down.
pub async fn authenticate(
    app: &App,
    token: &str,
    through_box: Option<HomeId>,
    errand: Errand,
    now: Timestamp,
) -> Result<Actor, AppError> {
    Ok(known(app, token, through_box, errand, now).await?.actor)
}

/// The same, and what is known of the session.
pub async fn known(
    app: &App,
    token: &str,
    through_box: Option<HomeId>,
    errand: Errand,
    now: Timestamp,
) -> Result<Known, AppError> {
    let (actor, session) = {
        let mut db = app.store.read().await?;
        let session = valid(&mut db, app, &tokens::digest(token), through_box, now).await?;
        if session.through_box != through_box {
            return Err(AppError::Unauthenticated);
        }
        if session.sets_password && !errand.is_own_access() {
            return Err(AppError::PasswordToBeSet);
        }
        (actor_of(&mut db, &session).await?, session)
    };
    if session.enrols_only && !errand.is_own_access() {
        return Err(AppError::SecondFactorMissing);
    }
    if errand.is_use() {
        use_now(app, &session, now).await;
    }
    Ok(Known { actor, session: session.id, authenticated_at: session.authenticated_at })
}

/// Writes down that a session is in use. What uses it goes on while nothing can be written: the session then ends earlier, and never later.
async fn use_now(app: &App, session: &Session, now: Timestamp) {
    if session.is_seen_anew(app.policy.session_idle(), now)
        && let Err(error) = seen(app, &session.token_sha256, now).await
    {
        tracing::warn!(%error, "that a session is in use could not be written down");
    }
}

async fn seen(app: &App, digest: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    sessions::used(&mut tx, digest, now).await?;
    tx.commit_bookkeeping("a session is in use").await
}

/// Which of these sessions are over: signed out, past their time, or of somebody who may not come any more. One that goes on under another token is not.
pub async fn over(app: &App, held: &HashSet<SessionId>, now: Timestamp) -> Result<HashSet<SessionId>, AppError> {
    let mut db = app.store.read().await?;
    let mut over = HashSet::new();
    for id in held {
        let session = sessions::get(&mut db, *id).await?.filter(|s| s.stands(app.policy.session_idle(), now));
        let standing = match session {
            Some(session) => actor_of(&mut db, &session).await.map(|_| ()),
            None => Err(AppError::Unauthenticated),
        };
        match standing {
            Ok(()) => {}
            Err(AppError::Unauthenticated) => {
                over.insert(*id);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(over)
}

/// These sessions are in use, as of people in a call who touch nothing.
pub async fn use_all(app: &App, in_calls: &HashSet<SessionId>, now: Timestamp) -> Result<(), AppError> {
    if in_calls.is_empty() {
        return Ok(());
    }
    let mut standing = Vec::new();
    let mut db = app.store.read().await?;
    for id in in_calls {
        standing.extend(sessions::get(&mut db, *id).await?.filter(|s| s.stands(app.policy.session_idle(), now)));
    }
    drop(db);
    for session in standing {
        use_now(app, &session, now).await;
    }
    Ok(())
}

/// For whom a session speaks, as the staff list is now.
async fn actor_of(db: &mut Db, session: &Session) -> Result<Actor, AppError> {
    match session.subject {
        SessionSubject::Staff(id) => {
            let member = staff::get(db, id).await?.filter(|s| s.active).ok_or(AppError::Unauthenticated)?;
            match session.through_box {
                Some(home) if member.home_id != Some(home) => Err(AppError::Unauthenticated),
                _ => Ok(member.actor()),
            }
        }
        SessionSubject::Courier(run_id) => Ok(Actor::Courier { run_id }),
        SessionSubject::Observer(consultation_id, invitation_id) => {
            let state = invitations::get(db, invitation_id).await?.map(|invitation| invitation.state);
            match state {
                Some(invitation::State::Waiting) => {
                    Ok(Actor::Observer { consultation_id, invitation_id, admitted: false })
                }
                Some(invitation::State::Admitted) => {
                    Ok(Actor::Observer { consultation_id, invitation_id, admitted: true })
                }
                Some(invitation::State::Open | invitation::State::Revoked) | None => Err(AppError::Unauthenticated),
            }
        }
    }
}

/// The caller's session, for staff.
pub async fn current(app: &App, ctx: &Context) -> Result<views::CurrentSession, AppError> {
    let mut db = app.store.read().await?;
    let session = present(&mut db, app, ctx).await?;
    let SessionSubject::Staff(id) = session.subject else { return Err(AppError::NotFound) };
    let member = staff::get(&mut db, id).await?.filter(|s| s.active).ok_or(AppError::Unauthenticated)?;
    let staff = staff_view(app, &mut db, &mut Names::default(), member, ctx.now).await?;
    let (must_enrol, must_set_password) = (session.enrols_only, session.sets_password);
    Ok(views::CurrentSession { staff, expires_at: session.expires_at.into(), must_enrol, must_set_password })
}

/// The person before the page proves again who it is, as whoever changes a way in does: what is signed asks for it.
pub async fn reauthenticate(app: &App, ctx: &Context, proof: Proof) -> Result<views::CurrentSession, AppError> {
    let member = second_factors::confirm_person(app, ctx, proof).await?;
    let work = Work::unkeyed(app, ctx).await?;
    authenticated_anew(app, ctx, work, member).await
}

/// Writes down that the person before the page has proved it just now.
pub(super) async fn authenticated_anew(
    app: &App,
    ctx: &Context,
    mut work: Work,
    member: Staff,
) -> Result<views::CurrentSession, AppError> {
    let session = present(&mut work.tx, app, ctx).await?;
    sessions::set_authenticated(&mut work.tx, &session.token_sha256, ctx.now).await?;
    forget(&mut work.tx, &account_key(&member.username)).await?;
    work.record(EventKind::SessionReauthenticated, member.id.uuid(), member.home_id, member.pharmacy_id);
    let staff = staff_view(app, &mut work.tx, &mut Names::default(), member, ctx.now).await?;
    let (must_enrol, must_set_password) = (session.enrols_only, session.sets_password);
    let expires_at = session.expires_at.into();
    work.finish(views::CurrentSession { staff, expires_at, must_enrol, must_set_password }).await
}

/// Signs out. Signing out twice is no error.
pub async fn end(app: &App, ctx: &Context) -> Result<(), AppError> {
    let mut work = Work::unkeyed(app, ctx).await?;
    sessions::delete(&mut work.tx, &tokens::digest(ctx.session_token.expose())).await?;
    let subject = ctx.actor.reference().id.unwrap_or_default();
    work.record(EventKind::SessionClosed, subject, ctx.actor.home_id(), ctx.actor.pharmacy_id());
    work.finish(()).await
}

/// The session that asks.
async fn present(db: &mut Db, app: &App, ctx: &Context) -> Result<Session, AppError> {
    valid(db, app, &tokens::digest(ctx.session_token.expose()), ctx.through_box, ctx.now).await
}

/// A session that ran out and one that was ended are told apart: behind the one the page keeps what was typed, behind the other it keeps nothing.
async fn valid(
    db: &mut Db,
    app: &App,
    digest: &[u8; 32],
    through_box: Option<HomeId>,
    now: Timestamp,
) -> Result<Session, AppError> {
    match sessions::by_token_sha256(db, digest).await? {
        Some(session) if session.stands(app.policy.session_idle(), now) => Ok(session),
        Some(_) => Err(AppError::Unauthenticated),
        None => {
            let by = sessions::ended_by(db, digest, through_box, now).await?;
            Err(by.map_or(AppError::Unauthenticated, AppError::SessionRevoked))
        }
    }
}

/// A session to be opened.
struct New {
    subject: SessionSubject,
    method: SignInMethod,
    lasts: SignedDuration,
    enrols_only: bool,
}

impl New {
    const fn by_link(subject: SessionSubject, lasts: SignedDuration) -> Self {
        Self { subject, method: SignInMethod::Link, lasts, enrols_only: false }
    }
}

/// A session under a token of its own, whatever token the browser had before: that one ends here.
async fn open(tx: &mut Tx, new: New, origin: &Entrance) -> Result<(String, Timestamp), AppError> {
    let Entrance { now, through_box, visitor, .. } = origin;
    let (token, token_sha256) = tokens::new();
    let expires_at = now.checked_add(new.lasts).map_err(|_| AppError::Unauthenticated)?;
    if !visitor.former.expose().is_empty() {
        sessions::delete(tx, &tokens::digest(visitor.former.expose())).await?;
    }
    let sets_password = match new.subject {
        SessionSubject::Staff(id) => is_initial(tx, id, new.method).await?,
        SessionSubject::Courier(_) | SessionSubject::Observer(..) => false,
    };
    let session = Session {
        id: fresh(SessionId::new, *now),
        token_sha256,
        subject: new.subject,
        through_box: *through_box,
        method: new.method,
        device: visitor.device.clone(),
        address: visitor.address.clone(),
        created_at: *now,
        authenticated_at: *now,
        last_used_at: *now,
        expires_at,
        enrols_only: new.enrols_only,
        sets_password,
    };
    sessions::insert(tx, &session).await?;
    Ok((token, expires_at))
}

/// Refuses before any hashing when the account or the source is blocked.
pub(super) async fn check_throttle(
    db: &mut Db,
    account: &str,
    origin: &Entrance,
    now: Timestamp,
) -> Result<(), AppError> {
    for key in [account.to_owned(), source_key(origin)] {
        let counter = counters::get(db, &key).await?;
        throttle::check(counter.as_ref(), now).map_err(|t| AppError::Throttled { retry_after: t.retry_after })?;
    }
    Ok(())
}

pub(super) fn source_key(origin: &Entrance) -> String {
    format!("source:{}", origin.source)
}

/// Whose way in somebody tried, as far as it is on record: a member of staff, a courier's way, an invitation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried {
    id: Uuid,
    home_id: Option<HomeId>,
    pharmacy_id: Option<PharmacyId>,
}

impl Tried {
    /// Nobody here has what was tried, and what was typed is kept nowhere: a password typed as the name would stand in a log that never changes.
    pub(super) const UNKNOWN: Self = Self { id: Uuid::nil(), home_id: None, pharmacy_id: None };

    /// An account, open or closed.
    pub(super) fn of(member: &Staff) -> Self {
        Self { id: member.id.uuid(), home_id: member.home_id, pharmacy_id: member.pharmacy_id }
    }

    /// The account that is signed in and proves itself again.
    pub(super) fn again(ctx: &Context, id: StaffId) -> Self {
        Self { id: id.uuid(), home_id: ctx.actor.home_id(), pharmacy_id: ctx.actor.pharmacy_id() }
    }
}

/// Counts a wrong try against the account and the source, in a transaction of its own that stays. The row says whose way in was tried, not what was typed, and no
/// address: that is counted, and forgotten.
pub(super) async fn refuse(
    app: &App,
    account: &str,
    tried: Tried,
    origin: &Entrance,
    now: Timestamp,
) -> Result<(), AppError> {
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    count(&mut work.tx, account, &app.policy.account_limits(), now).await?;
    count(&mut work.tx, &source_key(origin), &app.policy.source_limits(), now).await?;
    work.record(EventKind::SessionRefused, tried.id, origin.through_box.or(tried.home_id), tried.pharmacy_id);
    work.finish(()).await
}

pub(super) async fn count(tx: &mut Tx, key: &str, limits: &Limits, now: Timestamp) -> Result<(), AppError> {
    let before = counters::get(tx, key).await?;
    let after = throttle::after_failure(before.as_ref(), limits, now);
    Ok(counters::put(tx, key, &after).await?)
}

async fn forget(tx: &mut Tx, key: &str) -> Result<(), AppError> {
    Ok(counters::clear(tx, key).await?)
}
