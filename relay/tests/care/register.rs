//! Who installs says on the command line which homes there are and who works where: each with what the role needs, refused in words, and signing in from then on.

use jiff::civil::{Date, date};
use yunzhen_domain::Role;
use yunzhen_domain::audit::EventKind;
use yunzhen_relay::app::views::sessions::{Session, SignIn};
use yunzhen_relay::app::{AppError, sessions};
use yunzhen_relay::register::{NewHome, NewStaff, RegisterError, StaffChange, home, staff};
use yunzhen_relay::seed;

use crate::world::World;

const PASSWORD: &str = "a good password";

fn somebody(role: Role, username: &str) -> NewStaff {
    NewStaff {
        role,
        username: username.into(),
        person: "孙丽".into(),
        title: None,
        home_id: None,
        pharmacy_id: None,
        hospital: None,
        licence: None,
        practising_since: None,
    }
}

fn doctor(username: &str, since: Date) -> NewStaff {
    NewStaff {
        hospital: Some("云溪市第一人民医院".into()),
        licence: Some("110330100009999".into()),
        practising_since: Some(since),
        ..somebody(Role::Specialist, username)
    }
}

async fn add(w: &World, new: &NewStaff) -> Result<(), RegisterError> {
    staff::register(&w.app.store, new, Some(PASSWORD), &w.app.policy, w.now()).await.map(drop)
}

async fn change(w: &World, change: &StaffChange) -> Result<(), RegisterError> {
    staff::change(&w.app.store, change, &w.app.policy, w.now()).await.map(drop)
}

async fn sign_in(w: &World, username: &str, password: &str) -> Result<Session, AppError> {
    let sign_in = SignIn { username: username.into(), password: password.into(), code: None };
    sessions::create(&w.app, &w.entrance("desk"), sign_in).await
}

#[tokio::test]
async fn a_home_and_everybody_who_works_for_it() {
    let w = World::new().await;
    let new = NewHome {
        name: "桐庐护理院".into(),
        address: "桐庐县迎春路 1 号".into(),
        phone: "0571-5550123".into(),
        zone: "Asia/Shanghai".into(),
        place: Some((29.79, 119.69)),
        preferred_pharmacy_id: Some(seed::PHARMACY),
    };
    let id = home::register(&w.app.store, &new, w.now()).await.unwrap();
    assert_eq!(w.count(EventKind::HomeRegistered).await, 1);
    add(&w, &NewStaff { home_id: Some(id), ..somebody(Role::Nurse, "Nurse.Tonglu") }).await.unwrap();
    let pharmacist = NewStaff {
        hospital: Some("云溪市第一人民医院".into()),
        licence: Some("ZY3301000999".into()),
        ..somebody(Role::Pharmacist, "yaoshi")
    };
    add(&w, &pharmacist).await.unwrap();
    add(&w, &NewStaff { pharmacy_id: Some(seed::PHARMACY), ..somebody(Role::Pharmacy, "counter") }).await.unwrap();
    add(&w, &somebody(Role::Administrator, "office")).await.unwrap();
    add(&w, &doctor("doctor", date(2012, 7, 1))).await.unwrap();
    assert_eq!(w.count(EventKind::StaffRegistered).await, 5);
    // Capitals do not matter, and the nurse is of her home.
    let session = sign_in(&w, "nurse.TONGLU", PASSWORD).await.unwrap();
    assert_eq!(session.staff.home_name.as_deref(), Some("桐庐护理院"));
    for username in ["yaoshi", "counter", "office", "doctor"] {
        sign_in(&w, username, PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_role_needs_is_demanded_in_words_and_nothing_is_stored() {
    let w = World::new().await;
    let says = async |new: NewStaff| add(&w, &new).await.unwrap_err().to_string();
    let nurse = somebody(Role::Nurse, "n");
    assert!(says(nurse.clone()).await.starts_with("--home: needed"));
    let nowhere = NewStaff { home_id: Some(yunzhen_domain::ids::HomeId::new(w.now(), [9; 10])), ..nurse.clone() };
    assert!(says(nowhere).await.contains("register-home"));
    let both = NewStaff { home_id: Some(seed::HOME_1), hospital: Some("x".into()), ..nurse.clone() };
    assert!(says(both).await.starts_with("--hospital: a nurse has none"));
    assert!(
        says(NewStaff { username: "nurse1".into(), home_id: Some(seed::HOME_1), ..nurse }).await.contains("nurse1")
    );
    let since = date(2012, 7, 1);
    assert!(says(NewStaff { licence: Some("123".into()), ..doctor("d", since) }).await.contains("15 digits"));
    assert!(says(NewStaff { practising_since: None, ..doctor("d", since) }).await.starts_with("--practising-since"));
    assert!(says(doctor("d", date(2027, 1, 1))).await.contains("after today"));
    assert!(says(NewStaff { person: "<b>".into(), ..doctor("d", since) }).await.starts_with("--person"));
    for weak in ["short", "password1234"] {
        let refused = staff::register(&w.app.store, &doctor("d", since), Some(weak), &w.app.policy, w.now()).await;
        assert!(matches!(refused, Err(RegisterError::Password(_))), "{weak}");
    }
    let bad = NewHome {
        name: "x".into(),
        address: "y".into(),
        phone: "call me".into(),
        zone: "Asia/Shanghai".into(),
        place: None,
        preferred_pharmacy_id: None,
    };
    let wrong = async |new: NewHome| home::register(&w.app.store, &new, w.now()).await.unwrap_err().to_string();
    assert!(wrong(bad.clone()).await.starts_with("--phone"));
    let there = NewHome { phone: "0571-1234567".into(), ..bad };
    assert!(wrong(NewHome { zone: "Mars/Olympus".into(), ..there.clone() }).await.starts_with("--zone"));
    assert!(wrong(NewHome { place: Some((91.0, 0.0)), ..there }).await.starts_with("--place"));
    assert_eq!((w.count(EventKind::StaffRegistered).await, w.count(EventKind::HomeRegistered).await), (0, 0));
}

#[tokio::test]
async fn who_leaves_is_out_at_once_and_who_comes_back_gets_another_password() {
    let w = World::new().await;
    add(&w, &NewStaff { home_id: Some(seed::HOME_1), ..somebody(Role::Nurse, "xiaoli") }).await.unwrap();
    let session = sign_in(&w, "xiaoli", PASSWORD).await.unwrap();
    let who = async || sessions::authenticate(&w.app, &session.token, None, sessions::Errand::Work, w.now()).await;
    who().await.unwrap();
    let nothing = StaffChange { username: "xiaoli".into(), ..Default::default() };
    assert!(matches!(change(&w, &nothing).await, Err(RegisterError::Nothing)));
    change(&w, &StaffChange { active: Some(false), ..nothing.clone() }).await.unwrap();
    assert!(who().await.is_err() && sign_in(&w, "xiaoli", PASSWORD).await.is_err());
    let back = StaffChange { active: Some(true), password: Some("another one again".into()), ..nothing.clone() };
    change(&w, &back).await.unwrap();
    assert!(who().await.is_err(), "no session comes to life again");
    assert!(sign_in(&w, "xiaoli", PASSWORD).await.is_err());
    sign_in(&w, "xiaoli", "another one again").await.unwrap();
    assert_eq!(w.count(EventKind::StaffChanged).await, 2);
    let refused = change(&w, &StaffChange { licence: Some("1".into()), ..nothing.clone() }).await.unwrap_err();
    assert!(refused.to_string().starts_with("--licence: a nurse has none"));
    let stranger = StaffChange { username: "nobody".into(), active: Some(false), ..nothing };
    assert!(matches!(change(&w, &stranger).await, Err(RegisterError::NobodyCalled(_))));
}

#[tokio::test]
async fn nobody_prescribes_without_the_years_of_practice_on_record() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, crate::world::draft("I10", &[("amlodipine-5mg", 7)])).await;
    let of =
        |since| StaffChange { username: "specialist1".into(), practising_since: Some(since), ..Default::default() };
    // Today is 23 November 2026: three years are full on the day itself.
    change(&w, &of(date(2023, 11, 24))).await.unwrap();
    assert!(matches!(w.try_sign(&p).await, Err(AppError::Practice(_))));
    change(&w, &of(date(2023, 11, 23))).await.unwrap();
    w.try_sign(&p).await.unwrap();
}
