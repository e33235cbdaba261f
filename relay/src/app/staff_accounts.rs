//! Accounts of staff as an administrator keeps them: made, closed, opened again, given another first password. Each asks for a fresh proof of who does it. The password
//! is made here, shown once, and good only for setting an own one; no administrator ever knows the one that somebody works with.
//! Not here: the same from the command line (`register`), which needs nobody signed in.

use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::Licence;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::licence::Licence as LicenceRecord;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{EndedBy, Staff, StaffCredential};
use yunzhen_store::{Db, homes, licences, pharmacies, sessions, staff, throttle as counters};

use super::licences::possible_end;
use super::names::Names;
use super::passwords::Initial;
use super::people::staff_view;
use super::sessions::account_key;
use super::views::passwords as views;
use super::views::sessions::Staff as StaffView;
use super::work::{Start, Work, line, may_list, person_name};
use super::{App, AppError, Context, fresh, passwords};

/// Makes an account, and puts the licence on record where more than its number was said.
pub async fn create(app: &App, ctx: &Context, input: views::NewAccount) -> Result<views::InitialPassword, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let initial = passwords::initial(&app.policy, ctx.now).await?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::KeepStaff, &Facts::default())?;
    let member = member(ctx, &input)?;
    let licence = licence_record(ctx, &input, &member)?;
    places_exist(&mut work.tx, &member).await?;
    if staff::by_username(&mut work.tx, &member.username).await?.is_some() {
        let (zh, en) = ("这个用户名已有人使用", "Somebody is called so already; choose another one");
        return Err(AppError::invalid("username", zh, en));
    }
    staff::insert(&mut work.tx, &member, &credential(member.id, &initial)).await?;
    work.record(EventKind::StaffRegistered, member.id.uuid(), member.home_id, member.pharmacy_id);
    if let Some(licence) = licence {
        licences::insert(&mut work.tx, &licence).await?;
        work.record(EventKind::StaffLicenceRecorded, member.id.uuid(), None, None);
    }
    shown_once(app, ctx, work, member, initial).await
}

/// Closes an account: its person is out at once. One that is closed already is no error.
pub async fn close(app: &App, ctx: &Context, id: StaffId) -> Result<StaffView, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = kept(&mut work, id).await?;
    if ctx.actor.staff_id() == Some(id) {
        let (zh, en) = ("不能停用自己的账号", "Nobody closes the own account");
        return Err(AppError::invalid("id", zh, en));
    }
    if !before.active {
        let view = staff_view(app, &mut work.tx, &mut Names::default(), before, ctx.now).await?;
        return work.finish_unchanged(view, "the account was closed before").await;
    }
    let after = Staff { version: before.version + 1, active: false, ..before };
    staff::update(&mut work.tx, &after).await?;
    sessions::delete_of_staff(&mut work.tx, id, None, EndedBy::Administrator).await?;
    work.record(EventKind::StaffClosed, id.uuid(), after.home_id, after.pharmacy_id);
    let view = staff_view(app, &mut work.tx, &mut Names::default(), after, ctx.now).await?;
    work.finish(view).await
}

/// Opens an account again, under another first password: the former one is not believed any more.
pub async fn reopen(app: &App, ctx: &Context, id: StaffId) -> Result<views::InitialPassword, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let initial = passwords::initial(&app.policy, ctx.now).await?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = kept(&mut work, id).await?;
    if before.active {
        let (zh, en) = ("这个账号没有停用", "This account is not closed");
        return Err(AppError::invalid("id", zh, en));
    }
    let after = Staff { version: before.version + 1, active: true, ..before };
    staff::update(&mut work.tx, &after).await?;
    work.record(EventKind::StaffReopened, id.uuid(), after.home_id, after.pharmacy_id);
    reset(app, ctx, work, after, initial).await
}

/// Gives somebody who forgot the password another first one, after having made sure who asks. All sessions end.
pub async fn reset_password(app: &App, ctx: &Context, id: StaffId) -> Result<views::InitialPassword, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let initial = passwords::initial(&app.policy, ctx.now).await?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let member = kept(&mut work, id).await?;
    if !member.active {
        let (zh, en) = ("这个账号已停用，请先恢复", "This account is closed; open it again instead");
        return Err(AppError::invalid("id", zh, en));
    }
    reset(app, ctx, work, member, initial).await
}

/// The account, for who may keep it and has just proved who it is.
async fn kept(work: &mut Work, id: StaffId) -> Result<Staff, AppError> {
    let member = staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    Ok(member)
}

/// Another first password; whoever came in by the former one is out, and its wrong tries are forgotten.
async fn reset(
    app: &App,
    ctx: &Context,
    mut work: Work,
    member: Staff,
    initial: Initial,
) -> Result<views::InitialPassword, AppError> {
    staff::set_credential(&mut work.tx, &credential(member.id, &initial)).await?;
    sessions::delete_of_staff(&mut work.tx, member.id, None, EndedBy::Administrator).await?;
    counters::clear(&mut work.tx, &account_key(&member.username)).await?;
    work.record(EventKind::PasswordReset, member.id.uuid(), member.home_id, member.pharmacy_id);
    shown_once(app, ctx, work, member, initial).await
}

async fn shown_once(
    app: &App,
    ctx: &Context,
    mut work: Work,
    member: Staff,
    initial: Initial,
) -> Result<views::InitialPassword, AppError> {
    work.answers_with_a_secret();
    let staff = staff_view(app, &mut work.tx, &mut Names::default(), member, ctx.now).await?;
    let Initial { password, until, .. } = initial;
    let initial_password = password.into_exposed();
    work.finish(views::InitialPassword { staff, initial_password, good_until: until.into() }).await
}

fn credential(staff_id: StaffId, initial: &Initial) -> StaffCredential {
    StaffCredential { staff_id, password_hash: initial.hash.clone(), initial_until: Some(initial.until) }
}

/// Checks what was typed against what the role has and has not.
fn member(ctx: &Context, input: &views::NewAccount) -> Result<Staff, AppError> {
    let role = input.role;
    if !role.has_account() {
        return Err(AppError::invalid("role", "这个岗位没有账号", "This role has no account"));
    }
    let of_hospital = matches!(role, Role::Specialist | Role::Pharmacist);
    let hospital = text("hospital", input.hospital.as_deref(), 60, of_hospital)?;
    // Who works in a pharmacy may have a licence.
    let wants_licence = of_hospital || (role == Role::Pharmacy && is_said(input.licence.as_deref()));
    let licence = text("licence", input.licence.as_deref(), 40, wants_licence)?;
    if let Some(number) = licence.as_deref().filter(|_| role == Role::Specialist) {
        Licence::parse(number)
            .map_err(|e| AppError::invalid("licence", "医师执业证书编号为 15 位数字", e.to_string()))?;
    }
    has("practising_since", input.practising_since.is_some(), role == Role::Specialist)?;
    if input.practising_since.is_some_and(|day| day > Policy::local_date(ctx.now)) {
        let (zh, en) = ("执业起始日期不能在今天之后", "Practice does not begin after today");
        return Err(AppError::invalid("practising_since", zh, en));
    }
    has("home_id", input.home_id.is_some(), role == Role::Nurse)?;
    has("pharmacy_id", input.pharmacy_id.is_some(), role == Role::Pharmacy)?;
    Ok(Staff {
        id: fresh(StaffId::new, ctx.now),
        version: 1,
        username: line("username", &input.username, 60)?.to_lowercase(),
        name: person_name("name", &input.name)?,
        role,
        home_id: input.home_id,
        pharmacy_id: input.pharmacy_id,
        hospital,
        licence,
        title: text("title", input.title.as_deref(), 60, is_said(input.title.as_deref()))?,
        practising_since: input.practising_since,
        active: true,
    })
}

/// The first entry on record of the licence of who signs; none, where only its number was said.
fn licence_record(ctx: &Context, input: &views::NewAccount, member: &Staff) -> Result<Option<LicenceRecord>, AppError> {
    let signs = member.role.signs();
    let ends = input.licence_valid_until.is_some();
    let specialty = input.specialty.as_deref();
    let specialty = text("specialty", specialty, 100, signs && (ends || is_said(specialty)))?;
    has("licence_valid_until", ends, signs && ends)?;
    let (Some(specialty), Some(number), Some(hospital)) = (specialty, &member.licence, &member.hospital) else {
        return Ok(None);
    };
    Ok(Some(LicenceRecord {
        staff_id: member.id,
        version: 1,
        number: number.clone(),
        hospital: hospital.clone(),
        specialty,
        valid_until: possible_end("licence_valid_until", input.licence_valid_until)?,
        recorded_at: ctx.now,
        recorded_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
    }))
}

/// Fields of a form that was left empty say nothing.
fn is_said(typed: Option<&str>) -> bool {
    typed.is_some_and(|typed| !typed.trim().is_empty())
}

fn text(path: &str, typed: Option<&str>, most: usize, needed: bool) -> Result<Option<String>, AppError> {
    has(path, is_said(typed), needed)?;
    typed.filter(|_| needed).map(|typed| line(path, typed, most)).transpose()
}

/// A role has it or has it not.
fn has(path: &str, said: bool, needed: bool) -> Result<(), AppError> {
    match (needed, said) {
        (true, false) => Err(AppError::invalid(path, "请填写", "Please fill this in")),
        (false, true) => Err(AppError::invalid(path, "这个岗位不需要此项", "This role has none; leave it out")),
        _ => Ok(()),
    }
}

async fn places_exist(db: &mut Db, member: &Staff) -> Result<(), AppError> {
    if let Some(id) = member.home_id
        && homes::get(db, id).await?.is_none()
    {
        return Err(AppError::invalid("home_id", "没有这家养老院", "There is no such home"));
    }
    match member.pharmacy_id {
        Some(id) if pharmacies::get(db, id).await?.is_none() => {
            Err(AppError::invalid("pharmacy_id", "没有这家药房", "There is no such pharmacy"))
        }
        _ => Ok(()),
    }
}
