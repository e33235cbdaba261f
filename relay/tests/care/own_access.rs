//! What people do with the ways into their account: the second factor, and sessions that are listed, left alone and ended.

use std::sync::Arc;

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{EndedBy, SignInMethod};
use yunzhen_domain::{Sensitive, totp};
use yunzhen_relay::app::sessions::Errand;
use yunzhen_relay::app::views::second_factors::{ConfirmSecondFactor, Proof};
use yunzhen_relay::app::views::sessions::{Session, SignIn};
use yunzhen_relay::app::{AppError, Context, Entrance, Visitor, second_factors, sessions, staff_accounts};

use crate::world::{PASSWORD, Person, World};

async fn knock(w: &World, entrance: &Entrance, username: &str, code: Option<&str>) -> Result<Session, AppError> {
    let input = SignIn { username: username.into(), password: PASSWORD.into(), code: code.map(str::to_owned) };
    sessions::create(&w.app, entrance, input).await
}

/// Signed in at a desk, and a request under that session.
async fn at_desk(w: &World, username: &str) -> Session {
    knock(w, &w.entrance("desk"), username, None).await.unwrap()
}

fn under(w: &World, person: &Person, session: &str) -> Context {
    Context { session_token: session.to_owned().into(), ..w.by(person) }
}

async fn use_it(w: &World, token: &str, errand: Errand) -> Result<(), AppError> {
    sessions::authenticate(&w.app, token, None, errand, w.now()).await.map(|_| ())
}

fn proof(code: Option<&str>) -> Proof {
    Proof { password: PASSWORD.into(), code: code.map(str::to_owned) }
}

/// What an app shows that has read the QR code.
struct Telephone(totp::Secret);

impl Telephone {
    fn that_read(uri: &str) -> Self {
        let text = uri.split("secret=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
        let bits = text.bytes().map(|letter| match letter {
            b'A'..=b'Z' => letter - b'A',
            digit => digit - b'2' + 26,
        });
        let (mut bytes, mut all, mut have) = (Vec::new(), 0u32, 0);
        for five in bits {
            (all, have) = ((all << 5) | u32::from(five), have + 5);
            if have >= 8 {
                have -= 8;
                bytes.push(u8::try_from((all >> have) & 0xff).unwrap());
            }
        }
        Self(Sensitive::new(bytes.try_into().unwrap()))
    }

    /// The code that is shown in so many steps from now.
    fn shows(&self, w: &World, steps: i64) -> String {
        totp::code_at(&self.0, totp::step_at(w.now()) + steps)
    }
}

/// Sets an app up; the session goes on under the token that is given back.
async fn set_up(w: &World, person: &Person, session: &Session) -> (Telephone, Vec<String>, String) {
    let ctx = under(w, person, &session.token);
    let setup = second_factors::begin(&w.app, &ctx, proof(None)).await.unwrap();
    let telephone = Telephone::that_read(&setup.uri);
    let input = ConfirmSecondFactor { setup: setup.setup, code: telephone.shows(w, 0) };
    let made = second_factors::confirm(&w.app, &under(w, person, &session.token), input).await.unwrap();
    (telephone, made.recovery_codes, made.token)
}

fn field<T>(answer: Result<T, AppError>) -> String {
    match answer {
        Err(AppError::Invalid(fields)) => fields[0].path.clone(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

fn over(answer: Result<(), AppError>) {
    assert!(matches!(answer, Err(AppError::Unauthenticated)), "{answer:?}");
}

/// Somebody ended it, and who still has the token is told who.
fn revoked(answer: Result<(), AppError>, who: EndedBy) {
    assert!(matches!(answer, Err(AppError::SessionRevoked(by)) if by == who), "{answer:?}");
}

#[tokio::test]
async fn a_desk_that_is_left_alone_signs_out_and_one_that_is_used_does_not() {
    let w = World::new().await;
    let (used, left, watching) =
        (at_desk(&w, "specialist1").await, at_desk(&w, "specialist1").await, at_desk(&w, "specialist1").await);
    for _ in 0..3 {
        w.pass(SignedDuration::from_mins(29));
        use_it(&w, &used.token, Errand::Work).await.unwrap();
        // A page that nobody sits before listens on.
        let _ = use_it(&w, &watching.token, Errand::Watching).await;
    }
    over(use_it(&w, &left.token, Errand::Work).await);
    over(use_it(&w, &watching.token, Errand::Work).await);
    use_it(&w, &used.token, Errand::Work).await.unwrap();
    let list = sessions::list(&w.app, &under(&w, &w.specialist, &used.token)).await.unwrap().items;
    assert_eq!((list.len(), list[0].current), (1, true), "{list:?}");
    assert!(list[0].idle_at.unwrap() < list[0].expires_at);
}

#[tokio::test]
async fn a_tablet_works_on_without_a_link_for_the_whole_shift() {
    let w = World::new().await;
    let home = w.nurse.actor.home_id();
    let session = knock(&w, &Entrance { through_box: home, ..w.entrance("box") }, "nurse1", None).await.unwrap();
    w.pass(SignedDuration::from_hours(11));
    sessions::authenticate(&w.app, &session.token, home, Errand::Work, w.now()).await.unwrap();
    w.pass(SignedDuration::from_hours(1));
    over(sessions::authenticate(&w.app, &session.token, home, Errand::Work, w.now()).await.map(|_| ()));
}

#[tokio::test]
async fn own_sessions_are_listed_ended_one_by_one_and_all_at_once() {
    let w = World::new().await;
    let visitor =
        Visitor { device: "Chrome · Windows".into(), address: Some("198.51.100.7".into()), ..Default::default() };
    let here = knock(&w, &Entrance { visitor, ..w.entrance("desk") }, "specialist1", None).await.unwrap();
    let (lost, third) = (at_desk(&w, "specialist1").await, at_desk(&w, "specialist1").await);
    let other = at_desk(&w, "specialist2").await;
    let ctx = || under(&w, &w.specialist, &here.token);
    let list = sessions::list(&w.app, &ctx()).await.unwrap().items;
    assert_eq!(list.len(), 3, "the newest first, and none of anybody else");
    let mine = list.iter().find(|session| session.current).unwrap();
    assert_eq!(
        (mine.device.as_deref(), mine.address.as_deref(), mine.method),
        (Some("Chrome · Windows"), Some("198.51.100.7"), SignInMethod::Password)
    );
    sessions::end_one(&w.app, &ctx(), list[1].id).await.unwrap();
    revoked(use_it(&w, &lost.token, Errand::Work).await, EndedBy::Person);
    use_it(&w, &third.token, Errand::Work).await.unwrap();
    // Again, and somebody else's: no error, no news.
    let foreign = sessions::list(&w.app, &under(&w, &w.other_specialist, &other.token)).await.unwrap().items[0].id;
    for id in [list[1].id, foreign] {
        sessions::end_one(&w.app, &ctx(), id).await.unwrap();
    }
    use_it(&w, &other.token, Errand::Work).await.unwrap();
    assert_eq!(w.count(EventKind::SessionRevoked).await, 1);
    assert_eq!(sessions::end_others(&w.app, &ctx()).await.unwrap().ended, 1);
    revoked(use_it(&w, &third.token, Errand::Work).await, EndedBy::Person);
    use_it(&w, &here.token, Errand::Work).await.unwrap();
}

#[tokio::test]
async fn an_administrator_signs_somebody_out_everywhere() {
    let w = World::new().await;
    let (one, two) = (at_desk(&w, "specialist1").await, at_desk(&w, "specialist1").await);
    let id = w.specialist.actor.staff_id().unwrap();
    let refused = sessions::end_all_of(&w.app, &w.by(&w.other_specialist), id).await;
    assert!(matches!(refused, Err(AppError::NotFound)));
    assert_eq!(sessions::end_all_of(&w.app, &w.by(&w.administrator), id).await.unwrap().ended, 2);
    for session in [one, two] {
        revoked(use_it(&w, &session.token, Errand::Work).await, EndedBy::Administrator);
        // Through a box, where it was not opened, it is as unknown as a made-up one.
        let home = w.nurse.actor.home_id();
        over(sessions::authenticate(&w.app, &session.token, home, Errand::Work, w.now()).await.map(|_| ()));
        // Once it would have run out by itself nothing is known of it any more.
        let later = w.now() + SignedDuration::from_hours(24);
        over(sessions::authenticate(&w.app, &session.token, None, Errand::Work, later).await.map(|_| ()));
    }
    assert_eq!(w.count(EventKind::StaffSignedOut).await, 1);
}

#[tokio::test]
async fn a_session_that_ran_out_by_itself_is_told_when_an_administrator_ends_it_after_all() {
    let w = World::new().await;
    let (signed_out, closed) = (at_desk(&w, "specialist1").await, at_desk(&w, "specialist2").await);
    w.pass(SignedDuration::from_mins(61));
    // Nobody used them: the pages keep what they read behind the question for the password.
    for session in [&signed_out, &closed] {
        over(use_it(&w, &session.token, Errand::Watching).await);
    }
    let id = |person: &Person| person.actor.staff_id().unwrap();
    sessions::end_all_of(&w.app, &w.by(&w.administrator), id(&w.specialist)).await.unwrap();
    staff_accounts::close(&w.app, &w.by(&w.administrator), id(&w.other_specialist)).await.unwrap();
    for session in [&signed_out, &closed] {
        revoked(use_it(&w, &session.token, Errand::WatchingOwnAccess).await, EndedBy::Administrator);
    }
}

#[tokio::test]
async fn a_session_that_was_slipped_to_a_browser_ends_where_a_person_signs_in() {
    let w = World::new().await;
    let planted = at_desk(&w, "specialist2").await;
    let visitor = Visitor { former: planted.token.clone().into(), ..Default::default() };
    let own = knock(&w, &Entrance { visitor, ..w.entrance("desk") }, "specialist1", None).await.unwrap();
    assert_ne!(own.token, planted.token);
    over(use_it(&w, &planted.token, Errand::Work).await);
}

#[tokio::test]
async fn wrong_tries_are_remembered_by_every_relay_and_over_a_restart() {
    let mut w = World::new().await;
    let wrong = || SignIn { username: "specialist1".into(), password: "wrong".into(), code: None };
    for _ in 0..5 {
        let refused = sessions::create(&w.app, &w.entrance("somewhere"), wrong()).await;
        assert!(matches!(refused, Err(AppError::BadCredentials)));
    }
    w.restart().await;
    let blocked = knock(&w, &w.entrance("elsewhere"), "specialist1", None).await;
    let Err(AppError::Throttled { retry_after }) = blocked else { panic!("not throttled") };
    // Nobody learns from it who exists: a name that nobody has is throttled the same way.
    for _ in 0..5 {
        let nobody = SignIn { username: "nobody".into(), password: "wrong".into(), code: None };
        let refused = sessions::create(&w.app, &w.entrance("third"), nobody).await;
        assert!(matches!(refused, Err(AppError::BadCredentials)));
    }
    let blocked = knock(&w, &w.entrance("elsewhere"), "nobody", None).await;
    assert!(matches!(blocked, Err(AppError::Throttled { .. })), "{:?}", blocked.err());
    w.pass(retry_after);
    knock(&w, &w.entrance("elsewhere"), "specialist1", None).await.unwrap();
}

#[tokio::test]
async fn a_code_of_the_app_is_asked_for_and_counts_once() {
    let w = World::new().await;
    let (session, elsewhere) = (at_desk(&w, "admin1").await, at_desk(&w, "admin1").await);
    let (telephone, codes, token) = set_up(&w, &w.administrator, &session).await;
    // Whoever was in by the password alone is out, and this session has another token.
    over(use_it(&w, &session.token, Errand::Work).await);
    revoked(use_it(&w, &elsewhere.token, Errand::Work).await, EndedBy::Person);
    use_it(&w, &token, Errand::Work).await.unwrap();
    assert_eq!(codes.len(), 10);
    let status = second_factors::status(&w.app, &under(&w, &w.administrator, &token)).await.unwrap();
    assert_eq!((status.set_up_at.is_some(), status.recovery_codes_left, status.required), (true, 10, false));

    let door = || w.entrance("desk");
    assert!(matches!(knock(&w, &door(), "admin1", None).await, Err(AppError::SecondFactorNeeded)));
    assert!(matches!(knock(&w, &door(), "admin1", Some(" ")).await, Err(AppError::SecondFactorNeeded)));
    w.pass(SignedDuration::from_secs(90));
    let code = telephone.shows(&w, 0);
    knock(&w, &door(), "admin1", Some(&code)).await.unwrap();
    assert!(
        matches!(knock(&w, &door(), "admin1", Some(&code)).await, Err(AppError::WrongCode)),
        "seen over a shoulder"
    );
    assert!(matches!(knock(&w, &door(), "admin1", Some(&telephone.shows(&w, -3))).await, Err(AppError::WrongCode)));
    // A wrong password is not told from a wrong name, with or without a code.
    let input = SignIn { username: "admin1".into(), password: "wrong".into(), code: Some(telephone.shows(&w, 1)) };
    assert!(matches!(sessions::create(&w.app, &door(), input).await, Err(AppError::BadCredentials)));
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let w = World::new().await;
    let session = at_desk(&w, "admin1").await;
    let (telephone, ..) = set_up(&w, &w.administrator, &session).await;
    w.pass(SignedDuration::from_secs(90));
    let right = telephone.shows(&w, 0);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for n in 0..5 {
        let refused = knock(&w, &w.entrance(&format!("source {n}")), "admin1", Some(wrong)).await;
        assert!(matches!(refused, Err(AppError::WrongCode)), "try {n}: {:?}", refused.err());
    }
    let blocked = knock(&w, &w.entrance("elsewhere"), "admin1", Some(&right)).await;
    assert!(matches!(blocked, Err(AppError::Throttled { .. })), "{:?}", blocked.err());
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_new_ones_end_the_old() {
    let w = World::new().await;
    let session = at_desk(&w, "admin1").await;
    let (telephone, codes, token) = set_up(&w, &w.administrator, &session).await;
    let door = || w.entrance("desk");
    knock(&w, &door(), "admin1", Some(&codes[0].to_lowercase())).await.unwrap();
    assert!(matches!(knock(&w, &door(), "admin1", Some(&codes[0])).await, Err(AppError::WrongCode)));
    assert_eq!(w.count(EventKind::RecoveryCodeUsed).await, 1);
    w.pass(SignedDuration::from_secs(90));
    let ctx = under(&w, &w.administrator, &token);
    assert_eq!(field(second_factors::make_codes(&w.app, &ctx, proof(None)).await), "code");
    let new = second_factors::make_codes(&w.app, &ctx, proof(Some(&telephone.shows(&w, 0)))).await.unwrap();
    assert!(matches!(knock(&w, &door(), "admin1", Some(&codes[1])).await, Err(AppError::WrongCode)));
    knock(&w, &door(), "admin1", Some(&new.recovery_codes[1])).await.unwrap();
    let status = second_factors::status(&w.app, &ctx).await.unwrap();
    assert_eq!(status.recovery_codes_left, 9);
}

#[tokio::test]
async fn a_stolen_session_changes_no_way_in_without_the_password() {
    let w = World::new().await;
    let session = at_desk(&w, "admin1").await;
    let ctx = || under(&w, &w.administrator, &session.token);
    let guess = || Proof { password: "wrong".into(), code: None };
    assert_eq!(field(second_factors::begin(&w.app, &ctx(), guess()).await), "password");
    assert_eq!(field(second_factors::remove(&w.app, &ctx(), guess()).await), "password");
    // What another person began opens nothing here, nor what took too long.
    let theirs = at_desk(&w, "specialist1").await;
    let ctx_of_theirs = under(&w, &w.specialist, &theirs.token);
    let setup = second_factors::begin(&w.app, &ctx_of_theirs, proof(None)).await.unwrap();
    let code = Telephone::that_read(&setup.uri).shows(&w, 0);
    let input = || ConfirmSecondFactor { setup: setup.setup.clone(), code: code.clone() };
    assert_eq!(field(second_factors::confirm(&w.app, &ctx(), input()).await), "setup");
    w.pass(SignedDuration::from_mins(10));
    let late = under(&w, &w.specialist, &theirs.token);
    assert_eq!(field(second_factors::confirm(&w.app, &late, input()).await), "setup");
}

#[tokio::test]
async fn where_the_hospital_asks_for_it_who_has_none_can_only_set_one_up() {
    let mut w = World::new().await;
    let tight = Policy { second_factor_of_administrators: 1, second_factor_of_nurses: 1, ..Policy::default() };
    w.app.policy = Arc::new(tight);
    let session = at_desk(&w, "admin1").await;
    assert!(session.must_enrol);
    let refused = use_it(&w, &session.token, Errand::Work).await;
    assert!(matches!(refused, Err(AppError::SecondFactorMissing)), "{refused:?}");
    use_it(&w, &session.token, Errand::OwnAccess).await.unwrap();
    let (telephone, codes, token) = set_up(&w, &w.administrator, &session).await;
    use_it(&w, &token, Errand::Work).await.unwrap();
    w.pass(SignedDuration::from_secs(90));
    let ctx = under(&w, &w.administrator, &token);
    let kept = second_factors::remove(&w.app, &ctx, proof(Some(&telephone.shows(&w, 0)))).await;
    assert_eq!(field(kept), "password");
    assert!(!knock(&w, &w.entrance("desk"), "admin1", Some(&codes[0])).await.unwrap().must_enrol);
    // A tablet is no place to set one up.
    let tablet = Entrance { through_box: w.nurse.actor.home_id(), ..w.entrance("box") };
    assert!(matches!(knock(&w, &tablet, "nurse1", None).await, Err(AppError::SecondFactorMissing)));
    // Everything is lost: an administrator who has seen the person takes it away.
    let id = w.administrator.actor.staff_id().unwrap();
    second_factors::reset(&w.app, &w.by(&w.administrator), id).await.unwrap();
    revoked(use_it(&w, &token, Errand::Work).await, EndedBy::Administrator);
    assert!(at_desk(&w, "admin1").await.must_enrol);
}

#[tokio::test]
async fn the_app_is_removed_where_the_hospital_allows_it() {
    let w = World::new().await;
    let session = at_desk(&w, "specialist1").await;
    let (telephone, _, token) = set_up(&w, &w.specialist, &session).await;
    w.pass(SignedDuration::from_secs(90));
    let ctx = under(&w, &w.specialist, &token);
    let renewed = second_factors::remove(&w.app, &ctx, proof(Some(&telephone.shows(&w, 0)))).await.unwrap();
    over(use_it(&w, &token, Errand::Work).await);
    use_it(&w, &renewed.token, Errand::Work).await.unwrap();
    at_desk(&w, "specialist1").await;
    assert_eq!(w.count(EventKind::SecondFactorRemoved).await, 1);
}
