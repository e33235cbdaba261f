//! Passwords: set by their person, made by the relay for who is new or forgot the own one, and told of when they change.

use std::sync::Arc;

use jiff::SignedDuration;
use yunzhen_domain::Role;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::EndedBy;
use yunzhen_relay::app::licences::Watched;
use yunzhen_relay::app::sessions::Errand;
use yunzhen_relay::app::views::access_notices::NoticesSeen;
use yunzhen_relay::app::views::licences::LicenceStanding;
use yunzhen_relay::app::views::passwords::{InitialPassword, NewAccount, PasswordChange, PasswordDraft};
use yunzhen_relay::app::views::second_factors::{Proof, Renewed};
use yunzhen_relay::app::views::sessions::{Session, SignIn};
use yunzhen_relay::app::{
    AppError, Context, Entrance, access_notices, licences, own_password, second_factors, sessions, staff_accounts,
};
use yunzhen_relay::register::{RegisterError, StaffChange, staff};
use yunzhen_relay::seed;

use crate::world::{PASSWORD, Person, World};

const BETTER: &str = "slow green lantern walks";

async fn sign_in_at(w: &World, entrance: &Entrance, username: &str, password: &str) -> Result<Session, AppError> {
    let input = SignIn { username: username.into(), password: password.into(), code: None };
    sessions::create(&w.app, entrance, input).await
}

async fn sign_in(w: &World, username: &str, password: &str) -> Result<Session, AppError> {
    sign_in_at(w, &w.entrance("desk"), username, password).await
}

fn under(w: &World, person: &Person, session: &str) -> Context {
    Context { session_token: session.to_owned().into(), ..w.by(person) }
}

async fn use_it(w: &World, token: &str, errand: Errand) -> Result<(), AppError> {
    sessions::authenticate(&w.app, token, None, errand, w.now()).await.map(drop)
}

fn change_to(password: &str, new_password: &str) -> PasswordChange {
    PasswordChange { password: password.into(), code: None, new_password: new_password.into() }
}

async fn change(w: &World, ctx: &Context, password: &str, new_password: &str) -> Result<Renewed, AppError> {
    own_password::change(&w.app, ctx, change_to(password, new_password)).await
}

fn field<T>(answer: Result<T, AppError>) -> String {
    match answer {
        Err(AppError::Invalid(fields)) => fields[0].path.clone(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

fn nurse(username: &str) -> NewAccount {
    NewAccount {
        role: Role::Nurse,
        username: username.into(),
        name: "孙丽".into(),
        title: None,
        home_id: Some(seed::HOME_1),
        pharmacy_id: None,
        hospital: None,
        licence: None,
        practising_since: None,
        specialty: None,
        licence_valid_until: None,
    }
}

async fn made(w: &World, username: &str) -> InitialPassword {
    staff_accounts::create(&w.app, &w.by(&w.administrator), nurse(username)).await.unwrap()
}

/// The person whom the relay knows by this session.
fn of(w: &World, id: StaffId, token: &str) -> Context {
    let actor = yunzhen_domain::Actor::Staff {
        staff_id: id,
        role: Role::Nurse,
        home_id: Some(seed::HOME_1),
        pharmacy_id: None,
    };
    Context { session_token: token.to_owned().into(), ..Context::of(actor, w.now()) }
}

#[tokio::test]
async fn a_person_sets_another_password_and_all_other_sessions_end() {
    let w = World::new().await;
    let here = sign_in(&w, "specialist1", PASSWORD).await.unwrap();
    let other = sign_in(&w, "specialist1", PASSWORD).await.unwrap();
    let ctx = || under(&w, &w.specialist, &here.token);
    assert_eq!(field(change(&w, &ctx(), "not mine", BETTER).await), "password");
    for weak in ["short", "password1234", PASSWORD, "specialist1specialist1", &"x".repeat(129)] {
        assert_eq!(field(change(&w, &ctx(), PASSWORD, weak).await), "new_password", "{weak}");
    }
    use_it(&w, &other.token, Errand::Work).await.unwrap();
    let renewed = change(&w, &ctx(), PASSWORD, BETTER).await.unwrap();
    assert!(matches!(use_it(&w, &here.token, Errand::Work).await, Err(AppError::Unauthenticated)));
    let told = use_it(&w, &other.token, Errand::Work).await;
    assert!(matches!(told, Err(AppError::SessionRevoked(EndedBy::Person))), "{:?}", told.err());
    use_it(&w, &renewed.token, Errand::Work).await.unwrap();
    assert!(matches!(sign_in(&w, "specialist1", PASSWORD).await, Err(AppError::BadCredentials)));
    sign_in(&w, "specialist1", BETTER).await.unwrap();
    assert_eq!(w.count(EventKind::PasswordChanged).await, 1);
}

#[tokio::test]
async fn guessing_the_present_password_to_set_another_is_throttled() {
    let w = World::new().await;
    let here = sign_in(&w, "specialist1", PASSWORD).await.unwrap();
    let ctx = || under(&w, &w.specialist, &here.token);
    for n in 0..w.app.policy.free_tries_per_account {
        assert_eq!(field(change(&w, &ctx(), &format!("guess {n}"), BETTER).await), "password");
    }
    assert!(matches!(change(&w, &ctx(), PASSWORD, BETTER).await, Err(AppError::Throttled { .. })));
}

#[tokio::test]
async fn the_relay_judges_and_knows_whose_it_is() {
    let w = World::new().await;
    let judge = async |person: &Person, password: &str| {
        let draft = PasswordDraft { password: password.into() };
        own_password::judge(&w.app, &w.by(person), draft).await.unwrap()
    };
    assert!(judge(&w.specialist, BETTER).await.taken);
    assert!(!judge(&w.specialist, "password1234").await.taken);
    // The name of her home, as it is typed.
    let of_home = "songheyanglaoyuan";
    let (nurse, doctor) = (judge(&w.nurse, of_home).await, judge(&w.specialist, of_home).await);
    assert!(!nurse.taken && doctor.taken, "{nurse:?} {doctor:?}");
}

#[tokio::test]
async fn a_tablet_is_no_place_to_set_a_password() {
    let w = World::new().await;
    let home = w.nurse.actor.home_id();
    let tablet = Entrance { through_box: home, ..w.entrance("box") };
    let session = sign_in_at(&w, &tablet, "nurse1", PASSWORD).await.unwrap();
    let ctx = Context { through_box: home, ..under(&w, &w.nurse, &session.token) };
    assert_eq!(field(change(&w, &ctx, PASSWORD, BETTER).await), "new_password");
    let first = made(&w, "new.nurse").await.initial_password;
    let refused = sign_in_at(&w, &tablet, "new.nurse", &first).await;
    assert!(matches!(refused, Err(AppError::PasswordToBeSet)));
}

#[tokio::test]
async fn a_first_password_opens_nothing_but_the_setting_of_an_own_one() {
    let mut w = World::new().await;
    // With a second factor that is asked for: the password comes first.
    w.app.policy = Arc::new(Policy { second_factor_of_nurses: 1, ..Policy::default() });
    let account = made(&w, "New.Nurse").await;
    let (id, first) = (account.staff.id, account.initial_password);
    let session = sign_in(&w, "new.nurse", &first).await.unwrap();
    assert!(session.must_set_password && session.must_enrol);
    for errand in [Errand::Work, Errand::Watching] {
        assert!(matches!(use_it(&w, &session.token, errand).await, Err(AppError::PasswordToBeSet)));
    }
    use_it(&w, &session.token, Errand::OwnAccess).await.unwrap();
    // It proves nothing else: no factor is set up beside it.
    let proof = Proof { password: first.clone(), code: None };
    assert_eq!(field(second_factors::begin(&w.app, &of(&w, id, &session.token), proof).await), "password");
    let renewed = change(&w, &of(&w, id, &session.token), &first, BETTER).await.unwrap();
    let refused = use_it(&w, &renewed.token, Errand::Work).await;
    assert!(matches!(refused, Err(AppError::SecondFactorMissing)), "{refused:?}");
    assert!(matches!(sign_in(&w, "new.nurse", &first).await, Err(AppError::BadCredentials)));
    assert!(!sign_in(&w, "new.nurse", BETTER).await.unwrap().must_set_password);
}

#[tokio::test]
async fn a_first_password_ends_with_its_time() {
    let w = World::new().await;
    let account = made(&w, "late").await;
    let session = sign_in(&w, "late", &account.initial_password).await.unwrap();
    w.pass(SignedDuration::from_hours(72));
    let late = sign_in(&w, "late", &account.initial_password).await;
    assert!(matches!(late, Err(AppError::InitialPasswordOver)));
    let set = change(&w, &of(&w, account.staff.id, &session.token), &account.initial_password, BETTER).await;
    assert!(set.is_err(), "the session is over as well");
    let again = staff_accounts::reset_password(&w.app, &w.by(&w.administrator), account.staff.id).await.unwrap();
    assert_ne!(again.initial_password, account.initial_password);
    assert!(sign_in(&w, "late", &again.initial_password).await.unwrap().must_set_password);
}

#[tokio::test]
async fn an_administrator_makes_closes_opens_and_resets_accounts() {
    let w = World::new().await;
    let admin = || w.by(&w.administrator);
    let account = made(&w, "xiaoli").await;
    let id = account.staff.id;
    assert_eq!(account.staff.username.as_deref(), Some("xiaoli"));
    assert_eq!(field(staff_accounts::create(&w.app, &admin(), nurse("XiaoLi")).await), "username");
    let homeless = NewAccount { home_id: None, ..nurse("other") };
    assert_eq!(field(staff_accounts::create(&w.app, &admin(), homeless).await), "home_id");
    let courier = NewAccount { role: Role::Courier, ..nurse("other") };
    assert_eq!(field(staff_accounts::create(&w.app, &admin(), courier).await), "role");
    let session = sign_in(&w, "xiaoli", &account.initial_password).await.unwrap();
    let own = change(&w, &of(&w, id, &session.token), &account.initial_password, BETTER).await.unwrap();
    assert!(staff_accounts::close(&w.app, &admin(), id).await.unwrap().closed);
    let told = use_it(&w, &own.token, Errand::Work).await;
    assert!(matches!(told, Err(AppError::SessionRevoked(EndedBy::Administrator))), "{:?}", told.err());
    assert!(sign_in(&w, "xiaoli", BETTER).await.is_err());
    assert_eq!(field(staff_accounts::reset_password(&w.app, &admin(), id).await), "id");
    let back = staff_accounts::reopen(&w.app, &admin(), id).await.unwrap();
    assert!(!back.staff.closed);
    assert!(sign_in(&w, "xiaoli", BETTER).await.is_err(), "the former password is not believed any more");
    assert!(sign_in(&w, "xiaoli", &back.initial_password).await.unwrap().must_set_password);
    let me = w.administrator.actor.staff_id().unwrap();
    assert_eq!(field(staff_accounts::close(&w.app, &admin(), me).await), "id");
    let kinds =
        [EventKind::StaffRegistered, EventKind::StaffClosed, EventKind::StaffReopened, EventKind::PasswordReset];
    for kind in kinds {
        assert_eq!(w.count(kind).await, 1, "{kind:?}");
    }
}

fn specialist(username: &str, until: Option<&str>) -> NewAccount {
    NewAccount {
        role: Role::Specialist,
        home_id: None,
        hospital: Some("市第一人民医院".to_owned()),
        licence: Some("110330000000077".to_owned()),
        practising_since: Some("2012-07-01".parse().unwrap()),
        specialty: Some("心血管内科".to_owned()),
        licence_valid_until: until.map(|day| day.parse().unwrap()),
        ..nurse(username)
    }
}

#[tokio::test]
async fn a_licence_that_is_entered_with_the_account_is_on_record_from_the_first_day() {
    let w = World::new().await;
    let make = async |account: NewAccount| staff_accounts::create(&w.app, &w.by(&w.administrator), account).await;
    let ended = make(specialist("ended", Some("2020-01-01"))).await.unwrap().staff;
    let record = ended.licence_record.unwrap();
    assert_eq!((record.version, record.standing), (1, LicenceStanding::Over));
    assert_eq!(Some(record.number), ended.licence);
    assert_eq!(licences::watch(&w.app, w.now()).await.unwrap(), Watched { over: 1, ..Watched::default() });
    let unending = make(specialist("unending", None)).await.unwrap().staff.licence_record.unwrap();
    assert_eq!((unending.standing, unending.valid_until), (LicenceStanding::Good, None));
    // The number alone is no record, and an end is one of something.
    let number_only = NewAccount { specialty: None, ..specialist("number", None) };
    let number_only = make(number_only).await.unwrap().staff;
    assert_eq!((number_only.licence.as_deref(), number_only.licence_record), (Some("110330000000077"), None));
    assert_eq!(w.count(EventKind::StaffLicenceRecorded).await, 2);

    let of_nothing = NewAccount { specialty: None, ..specialist("other", Some("2031-01-01")) };
    assert_eq!(field(make(of_nothing).await), "specialty");
    assert_eq!(field(make(specialist("other", Some("2931-01-01"))).await), "licence_valid_until");
    let until = Some("2031-01-01".parse().unwrap());
    assert_eq!(field(make(NewAccount { licence_valid_until: until, ..nurse("other") }).await), "licence_valid_until");
    let specialty = Some("护理".to_owned());
    assert_eq!(field(make(NewAccount { specialty, ..nurse("other") }).await), "specialty");
}

#[tokio::test]
async fn an_account_is_kept_with_a_fresh_proof_and_by_an_administrator_only() {
    let w = World::new().await;
    let long_ago = w.now() - SignedDuration::from_mins(6);
    let stale = Context { authenticated_at: long_ago, ..w.by(&w.administrator) };
    let id = w.specialist.actor.staff_id().unwrap();
    for refused in [
        staff_accounts::create(&w.app, &stale, nurse("n")).await.err(),
        staff_accounts::reset_password(&w.app, &stale, id).await.err(),
        staff_accounts::close(&w.app, &stale, id).await.err(),
    ] {
        assert!(matches!(refused, Some(AppError::Reauthenticate { .. })), "{refused:?}");
    }
    let hidden = staff_accounts::create(&w.app, &w.by(&w.specialist), nurse("n")).await.err();
    assert!(matches!(hidden, Some(AppError::NotFound)));
    assert_eq!(w.count(EventKind::StaffRegistered).await, 0);
}

#[tokio::test]
async fn the_command_line_makes_first_passwords_too() {
    let w = World::new().await;
    let change = StaffChange { username: "specialist1".into(), reset_password: true, ..Default::default() };
    let reset = staff::change(&w.app.store, &change, &w.app.policy, w.now()).await.unwrap();
    let text = reset.to_string();
    let first = reset.handed.unwrap();
    assert!(text.starts_with(&reset.id.to_string()) && text.contains(first.password.expose()), "{text}");
    assert!(sign_in(&w, "specialist1", first.password.expose()).await.unwrap().must_set_password);
    let both = StaffChange { password: Some(BETTER.into()), ..change };
    let refused = staff::change(&w.app.store, &both, &w.app.policy, w.now()).await;
    assert!(matches!(refused, Err(RegisterError::TwoPasswords)));
}

#[tokio::test]
async fn who_has_an_account_is_told_when_a_way_in_changed() {
    let w = World::new().await;
    let here = sign_in(&w, "specialist1", PASSWORD).await.unwrap();
    let told = async |token: &str| {
        let ctx = under(&w, &w.specialist, token);
        let items = access_notices::list(&w.app, &ctx).await.unwrap().items;
        items.into_iter().map(|notice| (notice.seq, notice.action, notice.own, notice.by)).collect::<Vec<_>>()
    };
    let see = async |token: &str, until: i64| {
        let ctx = under(&w, &w.specialist, token);
        access_notices::see(&w.app, &ctx, NoticesSeen { until }).await.unwrap();
    };
    assert!(told(&here.token).await.is_empty());
    let ctx = under(&w, &w.specialist, &here.token);
    let renewed = change(&w, &ctx, PASSWORD, BETTER).await.unwrap();
    let first = told(&renewed.token).await;
    assert_eq!((first.len(), first[0].1.as_str(), first[0].2), (1, "staff.password_changed", true));
    // Whoever did it cannot hide it from who comes next.
    see(&renewed.token, first[0].0).await;
    w.pass(SignedDuration::from_secs(1));
    let next = sign_in(&w, "specialist1", BETTER).await.unwrap();
    assert_eq!(told(&next.token).await, first);
    see(&next.token, first[0].0).await;
    assert!(told(&next.token).await.is_empty());
    // What an administrator did is told by name, at the next sign-in.
    let id = w.specialist.actor.staff_id().unwrap();
    let reset = staff_accounts::reset_password(&w.app, &w.by(&w.administrator), id).await.unwrap();
    w.pass(SignedDuration::from_secs(1));
    let again = sign_in(&w, "specialist1", &reset.initial_password).await.unwrap();
    let told_then = told(&again.token).await;
    assert_eq!((told_then.len(), told_then[0].1.as_str(), told_then[0].2), (1, "staff.password_reset", false));
    assert!(told_then[0].3.is_some());
}
