//! Signing in: accounts, courier links with PIN, invitations. Throttled per account or link and per source; sessions survive restarts.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::records::{Session, SessionSubject, Staff};
use yunzhen_domain::throttle::{self, Limits};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, Tx, courier_runs, invitations, sessions, staff, throttle as counters};

use super::names::Names;
use super::people::staff_view;
use super::views::sessions as views;
use super::work::Work;
use super::{App, AppError, Context, Entrance, courier_pins, passwords, tokens};

/// Names a session without being able to speak for it: the digest of its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// The caller's.
    pub fn of(ctx: &Context) -> Self {
        Self(tokens::digest(ctx.session_token.expose()))
    }

    /// From the digest of a token.
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

/// Signs a member of staff in.
pub async fn create(app: &App, origin: &Entrance, input: views::SignIn) -> Result<views::Session, AppError> {
    let now = origin.now;
    let username = input.username.trim().to_lowercase();
    let account = format!("account:{username}");
    let (found, hash) = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &account, origin, now).await?;
        let found = staff::by_username(&mut db, &username).await?.filter(|s| s.active);
        let hash = match &found {
            Some(s) => staff::credential(&mut db, s.id).await?.map(|c| c.password_hash),
            None => None,
        };
        (found, hash)
    };
    let right = passwords::verify(input.password, hash).await?;
    let admitted = found.filter(|s| right && may_enter(s, origin));
    let Some(member) = admitted else {
        refuse(app, &account, origin, now).await?;
        return Err(AppError::BadCredentials);
    };
    let ctx = Context::of(member.actor(), now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    // Tries that ran side by side passed the first look together; the right one among too many wrong ones does not pass the second.
    check_throttle(&mut work.tx, &account, origin, now).await?;
    let hours = app.policy.staff_session_hours;
    let (token, expires_at) = open(&mut work.tx, SessionSubject::Staff(member.id), origin, now, hours).await?;
    forget(&mut work.tx, &account).await?;
    work.record(EventKind::SessionOpened, member.id.uuid(), member.home_id, member.pharmacy_id);
    let staff = staff_view(&mut work.tx, &mut Names::default(), member).await?;
    work.finish(views::Session { token, expires_at: expires_at.into(), staff }).await
}

/// A box lets in the nurses of its own home; everybody else signs in through the console.
fn may_enter(member: &Staff, origin: &Entrance) -> bool {
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
    let Some((under_way, run)) = run.filter(|_| right) else {
        refuse(app, &account, origin, now).await?;
        return Err(AppError::BadCredentials);
    };
    // A link that has done its work opens nothing: its courier needs no address any more. Only who has its PIN is told so.
    if !under_way {
        return Err(AppError::CourierRunOver);
    }
    let ctx = Context::of(Actor::Courier { run_id: run.id }, now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    check_throttle(&mut work.tx, &account, origin, now).await?;
    let hours = app.policy.courier_session_hours;
    let (token, _) = open(&mut work.tx, SessionSubject::Courier(run.id), origin, now, hours).await?;
    forget(&mut work.tx, &account).await?;
    work.record(EventKind::SessionOpened, run.id.uuid(), None, Some(run.pharmacy_id));
    work.finish(views::CourierSession { token, run_id: run.id }).await
}

/// Signs an observer in by invitation link.
pub async fn create_observer(
    app: &App,
    origin: &Entrance,
    input: views::ObserverSignIn,
) -> Result<views::ObserverSession, AppError> {
    let now = origin.now;
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
        refuse(app, &account, origin, now).await?;
        return Err(AppError::BadCredentials);
    };
    let consultation_id = invitation.consultation_id;
    let ctx = Context::of(Actor::Observer { consultation_id, invitation_id: invitation.id }, now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    let left = invitation.expires_at.duration_since(now);
    let subject = SessionSubject::Observer(consultation_id, invitation.id);
    let (token, _) = open_for(&mut work.tx, subject, origin, now, left).await?;
    work.record(EventKind::SessionOpened, invitation.id.uuid(), Some(home_id), None);
    let display_name = invitation.display_name.into_exposed();
    work.finish(views::ObserverSession { token, consultation_id, display_name }).await
}

/// Who a bearer token speaks for, now. Staff are read again, so that a change of role or home takes effect at once.
pub async fn authenticate(
    app: &App,
    token: &str,
    through_box: Option<HomeId>,
    now: Timestamp,
) -> Result<Actor, AppError> {
    let mut db = app.store.read().await?;
    let session = valid(&mut db, &tokens::digest(token), now).await?;
    if session.through_box != through_box {
        return Err(AppError::Unauthenticated);
    }
    actor_of(&mut db, &session).await
}

/// Which of these sessions are over: signed out, past their time, or of somebody who may not come any more.
pub async fn over(app: &App, keys: &HashSet<SessionKey>, now: Timestamp) -> Result<HashSet<SessionKey>, AppError> {
    let mut db = app.store.read().await?;
    let mut over = HashSet::new();
    for key in keys {
        let standing = match valid(&mut db, &key.0, now).await {
            Ok(session) => actor_of(&mut db, &session).await.map(|_| ()),
            Err(error) => Err(error),
        };
        match standing {
            Ok(()) => {}
            Err(AppError::Unauthenticated) => {
                over.insert(*key);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(over)
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
            Ok(Actor::Observer { consultation_id, invitation_id })
        }
    }
}

/// The caller's session, for staff.
pub async fn current(app: &App, ctx: &Context) -> Result<views::CurrentSession, AppError> {
    let mut db = app.store.read().await?;
    let session = valid(&mut db, &tokens::digest(ctx.session_token.expose()), ctx.now).await?;
    let SessionSubject::Staff(id) = session.subject else { return Err(AppError::NotFound) };
    let member = staff::get(&mut db, id).await?.filter(|s| s.active).ok_or(AppError::Unauthenticated)?;
    let staff = staff_view(&mut db, &mut Names::default(), member).await?;
    Ok(views::CurrentSession { staff, expires_at: session.expires_at.into() })
}

/// Signs out. Signing out twice is no error.
pub async fn end(app: &App, ctx: &Context) -> Result<(), AppError> {
    let mut work = Work::unkeyed(app, ctx).await?;
    sessions::delete(&mut work.tx, &tokens::digest(ctx.session_token.expose())).await?;
    let subject = ctx.actor.reference().id.unwrap_or_default();
    work.record(EventKind::SessionClosed, subject, ctx.actor.home_id(), ctx.actor.pharmacy_id());
    work.finish(()).await
}

async fn valid(db: &mut Db, digest: &[u8; 32], now: Timestamp) -> Result<Session, AppError> {
    let session = sessions::by_token_sha256(db, digest).await?;
    session.filter(|s| now < s.expires_at).ok_or(AppError::Unauthenticated)
}

async fn open(
    tx: &mut Tx,
    subject: SessionSubject,
    origin: &Entrance,
    now: Timestamp,
    hours: u32,
) -> Result<(String, Timestamp), AppError> {
    open_for(tx, subject, origin, now, SignedDuration::from_hours(i64::from(hours))).await
}

async fn open_for(
    tx: &mut Tx,
    subject: SessionSubject,
    origin: &Entrance,
    now: Timestamp,
    lasts: SignedDuration,
) -> Result<(String, Timestamp), AppError> {
    let (token, token_sha256) = tokens::new();
    let expires_at = now.checked_add(lasts).map_err(|_| AppError::Unauthenticated)?;
    let session = Session { token_sha256, subject, through_box: origin.through_box, created_at: now, expires_at };
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

/// Counts a wrong try against the account and the source, in a transaction of its own that stays. The row says that somebody failed, not what was typed.
async fn refuse(app: &App, account: &str, origin: &Entrance, now: Timestamp) -> Result<(), AppError> {
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    count(&mut work.tx, account, &app.policy.account_limits(), now).await?;
    count(&mut work.tx, &source_key(origin), &app.policy.source_limits(), now).await?;
    work.record(EventKind::SessionRefused, uuid::Uuid::nil(), origin.through_box, None);
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
