//! The second factor of an account: an authenticator app and codes on paper. Set up, renewed and removed by its owner, who says the password again; taken away by an
//! administrator when everything is lost. Each change ends all other sessions and renews the token of this one.
//! Not here: what a code is (`yunzhen_domain::totp`), when one is asked for ([`super::sessions`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::{EndedBy, SecondFactor, SignInMethod, Staff};
use yunzhen_domain::totp::{self, SECRET_BYTES, Secret};
use yunzhen_domain::{Sealed, Sensitive, recovery_codes};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{
    Store, Tx, passkeys, recovery_codes as kept_codes, second_factors as factors, sessions as kept_sessions, staff,
};

use super::sessions::{self, Tried, account_key, check_throttle, refuse};
use super::views::second_factors as views;
use super::views::sessions::SessionsEnded;
use super::work::{Work, may_list};
use super::{App, AppError, Context, Entrance, Visitor, openid, passwords, tokens};
use crate::vault::VaultError;

/// Under which name an authenticator app lists the account.
const ISSUER: &str = "云诊 Yunzhen";

/// What became of the code at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// The account has no second factor.
    NotSetUp,
    /// It has one, and nothing was typed.
    NotGiven,
    /// It fits, and counts no second time.
    Fits(SignInMethod),
    /// It does not.
    Wrong,
}

/// Holds a typed code against the account. What fits is spent in the caller's transaction.
pub(super) async fn code_at_door(
    app: &App,
    work: &mut Work,
    member: &Staff,
    typed: Option<&str>,
    now: Timestamp,
) -> Result<Code, AppError> {
    let Some(factor) = factors::get(&mut work.tx, member.id).await? else { return Ok(Code::NotSetUp) };
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(Code::NotGiven) };
    if totp::digits(typed).is_some() {
        let secret = opened(app, &place(member.id), &factor.secret)?;
        let Some(step) = totp::verify(&secret, typed, now, factor.last_step) else { return Ok(Code::Wrong) };
        let counts = factors::spend(&mut work.tx, member.id, step).await?;
        return Ok(if counts { Code::Fits(SignInMethod::PasswordAndCode) } else { Code::Wrong });
    }
    let Some(code) = recovery_codes::normal(typed) else { return Ok(Code::Wrong) };
    if !kept_codes::spend(&mut work.tx, member.id, &digest(member.id, &code), now).await? {
        return Ok(Code::Wrong);
    }
    work.record(EventKind::RecoveryCodeUsed, member.id.uuid(), member.home_id, member.pharmacy_id);
    Ok(Code::Fits(SignInMethod::RecoveryCode))
}

/// Makes sure that the person is still the one who signed in, before the ways in are changed: the password again, and a code where there is a second factor.
/// A password that the relay made proves nothing here: an own one comes first.
pub(super) async fn confirm_person(app: &App, ctx: &Context, proof: views::Proof) -> Result<Staff, AppError> {
    let (member, initial_until) = confirm_by_any(app, ctx, proof).await?;
    if initial_until.is_some() {
        let (zh, en) = ("这是初始密码，请先设置自己的密码", "This is the first password; set one of your own before");
        return Err(AppError::invalid("password", zh, en));
    }
    Ok(member)
}

/// The same by any password of the account; says until when it is good, where the relay made it.
pub(super) async fn confirm_by_any(
    app: &App,
    ctx: &Context,
    proof: views::Proof,
) -> Result<(Staff, Option<Timestamp>), AppError> {
    let (id, now) = (sessions::of_staff(ctx)?, ctx.now);
    let origin =
        Entrance { now, source: ctx.source.clone(), through_box: ctx.through_box, visitor: Visitor::default() };
    let (member, account, hash) = {
        let mut db = app.store.read().await?;
        let member = staff::get(&mut db, id).await?.ok_or(AppError::Unauthenticated)?;
        let account = account_key(&member.username);
        check_throttle(&mut db, &account, &origin, now).await?;
        if ctx.through_box.is_none() && openid::is_the_only_way(app, &mut db, id).await? {
            return Err(AppError::OpenIdOnly);
        }
        let hash = staff::credential(&mut db, id).await?.map(|c| c.password_hash);
        (member, account, hash)
    };
    if !passwords::verify(proof.password, hash).await? {
        refuse(app, &account, Tried::of(&member), &origin, now).await?;
        return Err(AppError::invalid("password", "密码不符", "The password does not fit"));
    }
    let mut work = Work::unkeyed(app, ctx).await?;
    check_throttle(&mut work.tx, &account, &origin, now).await?;
    let initial_until = staff::credential(&mut work.tx, id).await?.and_then(|known| known.initial_until);
    match code_at_door(app, &mut work, &member, proof.code.as_deref(), now).await? {
        Code::Fits(SignInMethod::RecoveryCode) => work.finish(()).await?,
        Code::NotSetUp | Code::Fits(_) => work.finish_unchanged((), "a person said the password again").await?,
        Code::NotGiven => {
            let (zh, en) = ("请输入验证器上的六位数字", "Enter the six digits of the authenticator app");
            return Err(AppError::invalid("code", zh, en));
        }
        Code::Wrong => {
            drop(work);
            refuse(app, &account, Tried::of(&member), &origin, now).await?;
            let (zh, en) = ("验证码有误、已过期或已用过", "The code is wrong, too old, or was used before");
            return Err(AppError::invalid("code", zh, en));
        }
    }
    Ok((member, initial_until))
}

/// How the caller's account stands.
pub async fn status(app: &App, ctx: &Context) -> Result<views::SecondFactor, AppError> {
    let id = sessions::of_staff(ctx)?;
    let mut db = app.store.read().await?;
    Ok(views::SecondFactor {
        set_up_at: factors::get(&mut db, id).await?.map(|factor| factor.made_at.into()),
        recovery_codes_left: kept_codes::left(&mut db, id).await?,
        required: app.policy.asks_second_factor(ctx.actor.role()),
    })
}

/// A secret for the app, not in force before a code of it was typed. It is kept nowhere: the page brings it back, sealed.
pub async fn begin(app: &App, ctx: &Context, proof: views::Proof) -> Result<views::SecondFactorSetup, AppError> {
    let member = confirm_person(app, ctx, proof).await?;
    let secret: Secret = Sensitive::new(random_bytes::<SECRET_BYTES>());
    let minutes = SignedDuration::from_mins(i64::from(app.policy.second_factor_setup_minutes));
    let until = ctx.now.checked_add(minutes).unwrap_or(ctx.now);
    let text = format!("{} {}", until.as_second(), STANDARD.encode(secret.expose()));
    let setup = app.vault.seal(&place_of_setup(member.id), &text)?;
    Ok(views::SecondFactorSetup {
        secret: totp::base32(&secret),
        uri: totp::uri(&secret, ISSUER, &member.username),
        setup: setup.as_kept().to_owned(),
        expires_at: until.into(),
    })
}

/// The app shows the right code, so it is in force; recovery codes are shown once.
pub async fn confirm(
    app: &App,
    ctx: &Context,
    input: views::ConfirmSecondFactor,
) -> Result<views::SecondFactorMade, AppError> {
    let (id, now) = (sessions::of_staff(ctx)?, ctx.now);
    let secret = set_up(app, id, input.setup, now).ok_or_else(|| {
        AppError::invalid("setup", "设置时间已过，请重新开始", "This took too long; please begin again")
    })?;
    let step = totp::verify(&secret, &input.code, now, 0).ok_or_else(|| {
        let zh = "验证码不符。请确认手机时间准确，再输入当前的六位数字";
        AppError::invalid(
            "code",
            zh,
            "It does not fit. See that the telephone's clock is right and enter the present code",
        )
    })?;
    let sealed = app.vault.seal(&place(id), &STANDARD.encode(secret.expose()))?;
    let mut work = Work::unkeyed(app, ctx).await?;
    let factor = SecondFactor { staff_id: id, secret: sealed, made_at: now, last_step: step };
    factors::put(&mut work.tx, &factor).await?;
    let recovery_codes = new_codes(&mut work.tx, id, now).await?;
    let (token, expires_at) = sessions::renew(&mut work.tx, app, ctx).await?;
    record(&mut work, EventKind::SecondFactorSetUp, ctx, id);
    record(&mut work, EventKind::RecoveryCodesMade, ctx, id);
    work.finish(views::SecondFactorMade { token, expires_at: expires_at.into(), recovery_codes }).await
}

/// Ten new codes; those before are worth nothing.
pub async fn make_codes(app: &App, ctx: &Context, proof: views::Proof) -> Result<views::RecoveryCodes, AppError> {
    let id = confirm_person(app, ctx, proof).await?.id;
    let mut work = Work::unkeyed(app, ctx).await?;
    if factors::get(&mut work.tx, id).await?.is_none() {
        return Err(AppError::NotFound);
    }
    let recovery_codes = new_codes(&mut work.tx, id, ctx.now).await?;
    record(&mut work, EventKind::RecoveryCodesMade, ctx, id);
    work.finish(views::RecoveryCodes { recovery_codes }).await
}

/// Back to the password alone, where the hospital allows that.
pub async fn remove(app: &App, ctx: &Context, proof: views::Proof) -> Result<views::Renewed, AppError> {
    let member = confirm_person(app, ctx, proof).await?;
    let id = member.id;
    let mut work = Work::unkeyed(app, ctx).await?;
    let has_passkey = !passkeys::of_staff(&mut work.tx, id).await?.is_empty();
    if app.policy.asks_second_factor(member.role) && !has_passkey {
        let zh = "医院要求您的岗位使用两步验证。换手机请直接重新设置";
        let en =
            "The hospital asks your role for a second factor. To change the telephone, set the app up again instead";
        return Err(AppError::invalid("password", zh, en));
    }
    if !factors::delete(&mut work.tx, id).await? {
        return Err(AppError::NotFound);
    }
    kept_codes::delete(&mut work.tx, id).await?;
    let (token, expires_at) = sessions::renew(&mut work.tx, app, ctx).await?;
    record(&mut work, EventKind::SecondFactorRemoved, ctx, id);
    work.finish(views::Renewed { token, expires_at: expires_at.into() }).await
}

/// Takes authenticator app, recovery codes and passkeys of somebody away and ends all sessions, for an administrator who has seen the person.
pub async fn reset(app: &App, ctx: &Context, id: StaffId) -> Result<SessionsEnded, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    factors::delete(&mut work.tx, id).await?;
    kept_codes::delete(&mut work.tx, id).await?;
    passkeys::delete_of_staff(&mut work.tx, id).await?;
    let ended = kept_sessions::delete_of_staff(&mut work.tx, id, None, EndedBy::Administrator).await?;
    work.record(EventKind::SecondFactorReset, id.uuid(), None, None);
    work.finish(SessionsEnded { ended }).await
}

/// Whether the record has secrets that only the key opens with which they were sealed.
pub async fn holds_sealed(store: &Store) -> Result<bool, AppError> {
    let mut db = store.read().await?;
    Ok(factors::any(&mut db).await?)
}

fn record(work: &mut Work, kind: EventKind, ctx: &Context, id: StaffId) {
    work.record(kind, id.uuid(), ctx.actor.home_id(), ctx.actor.pharmacy_id());
}

async fn new_codes(tx: &mut Tx, id: StaffId, now: Timestamp) -> Result<Vec<String>, AppError> {
    let made: Vec<_> = (0..recovery_codes::COUNT).map(|_| recovery_codes::text(random_bytes())).collect();
    let normal = made.iter().filter_map(|code| recovery_codes::normal(code.expose()));
    let digests: Vec<_> = normal.map(|code| digest(id, &code)).collect();
    kept_codes::replace(tx, id, &digests, now).await?;
    Ok(made.into_iter().map(Sensitive::into_exposed).collect())
}

/// Of a code and whose it is.
fn digest(id: StaffId, code: &Sensitive<String>) -> [u8; 32] {
    tokens::digest(&format!("recovery-code:{id}:{}", code.expose()))
}

/// Where a sealed secret belongs.
pub(super) fn place(id: impl std::fmt::Display) -> String {
    format!("second-factor:{id}")
}

/// Where one that is being set up belongs.
fn place_of_setup(id: StaffId) -> String {
    format!("second-factor-setup:{id}")
}

fn opened(app: &App, place: &str, sealed: &Sealed) -> Result<Secret, AppError> {
    let text = app.vault.open(place, sealed)?;
    secret_of(&text).ok_or(AppError::Vault(VaultError::Closed))
}

fn secret_of(text: &str) -> Option<Secret> {
    let bytes = STANDARD.decode(text).ok()?;
    <[u8; SECRET_BYTES]>::try_from(bytes).ok().map(Sensitive::new)
}

/// The secret that the page brings back, if it is this person's and not too old.
fn set_up(app: &App, id: StaffId, setup: String, now: Timestamp) -> Option<Secret> {
    let text = app.vault.open(&place_of_setup(id), &Sealed::kept(setup)).ok()?;
    let (until, secret) = text.split_once(' ')?;
    let until = Timestamp::from_second(until.parse().ok()?).ok()?;
    secret_of(secret).filter(|_| now < until)
}
