//! A person sets another password: the present one is said again (and a code where there is an app), the new one is judged, all other sessions end and this one goes
//! on under another token. The same ends the time of a password that the relay made. In the console only: a box keeps sessions of its own, which would end unseen.
//! Not here: what a password is worth ([`super::passwords::strength`]), accounts and their first passwords ([`super::staff_accounts`]).

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::{Staff, StaffCredential};
use yunzhen_store::{Db, homes, pharmacies, staff, throttle as counters};

use super::passwords::strength::{self, Strength};
use super::second_factors::confirm_by_any;
use super::sessions::{self, account_key};
use super::views::passwords as views;
use super::views::second_factors::{Proof, Renewed};
use super::work::Work;
use super::{App, AppError, Context, passwords};

/// What a password would be worth that its person thinks of. Nothing is kept.
pub async fn judge(
    app: &App,
    ctx: &Context,
    input: views::PasswordDraft,
) -> Result<views::PasswordJudgement, AppError> {
    let strength = judged(app, sessions::of_staff(ctx)?, input.password).await?;
    Ok(views::PasswordJudgement { strength, taken: strength.is_taken(), least_chars: app.policy.password_chars })
}

/// Sets it.
pub async fn change(app: &App, ctx: &Context, input: views::PasswordChange) -> Result<Renewed, AppError> {
    let id = sessions::of_staff(ctx)?;
    let views::PasswordChange { password, code, new_password } = input;
    let refused = |zh: String, en: String| AppError::invalid("new_password", zh, en);
    if ctx.through_box.is_some() {
        let (zh, en) = ("请在电脑上登录医院工作台更改密码", "Change it in the hospital console on a computer");
        return Err(refused(zh.to_owned(), en.to_owned()));
    }
    if new_password == password {
        let (zh, en) = ("新密码与现在的密码相同", "It is the present one");
        return Err(refused(zh.to_owned(), en.to_owned()));
    }
    // Before the proof, so that a code of the app is not spent on a password that is not taken.
    let strength = judged(app, id, new_password.clone()).await?;
    if !strength.is_taken() {
        let (zh, en) = strength.words(app.policy.password_chars);
        return Err(refused(zh, en));
    }
    let (member, initial_until) = confirm_by_any(app, ctx, Proof { password, code }).await?;
    if initial_until.is_some_and(|until| until <= ctx.now) {
        return Err(AppError::InitialPasswordOver);
    }
    let password_hash = passwords::hash(new_password).await?;
    let mut work = Work::unkeyed(app, ctx).await?;
    // Ends in between where an administrator reset the account: the session that asks is then gone.
    let (token, expires_at) = sessions::renew_with_own_password(&mut work.tx, app, ctx).await?;
    staff::set_credential(&mut work.tx, &StaffCredential { staff_id: id, password_hash, initial_until: None }).await?;
    counters::clear(&mut work.tx, &account_key(&member.username)).await?;
    work.record(EventKind::PasswordChanged, id.uuid(), member.home_id, member.pharmacy_id);
    work.finish(Renewed { token, expires_at: expires_at.into() }).await
}

async fn judged(app: &App, id: StaffId, password: String) -> Result<Strength, AppError> {
    let guesses = {
        let mut db = app.store.read().await?;
        let member = staff::get(&mut db, id).await?.ok_or(AppError::Unauthenticated)?;
        let places = places_of(&mut db, &member).await?;
        strength::guesses(&member, &places)
    };
    passwords::judge(password, guesses, app.policy.password_chars).await
}

/// Where somebody works, by name.
async fn places_of(db: &mut Db, member: &Staff) -> Result<Vec<String>, AppError> {
    let mut places = Vec::new();
    if let Some(id) = member.home_id {
        places.extend(homes::get(db, id).await?.map(|home| home.name));
    }
    if let Some(id) = member.pharmacy_id {
        places.extend(pharmacies::get(db, id).await?.map(|pharmacy| pharmacy.name));
    }
    Ok(places)
}
