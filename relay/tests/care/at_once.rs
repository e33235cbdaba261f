//! Two people at once, a reply that was lost, a program that stopped in the middle.

use std::future::{Future, poll_fn};
use std::task::Poll;

use yunzhen_domain::machines::prescription::State;
use yunzhen_relay::app::prescriptions::secrets;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::prescriptions::SignBody;
use yunzhen_relay::app::{AppError, Idempotency, consultations, prescriptions};
use yunzhen_relay::vault::Vault;

use crate::world::{World, draft};

fn one_winner<T>(a: Result<T, AppError>, b: Result<T, AppError>) -> AppError {
    match (a, b) {
        (Ok(_), Err(e)) | (Err(e), Ok(_)) => e,
        (Ok(_), Ok(_)) => panic!("both won"),
        (Err(a), Err(b)) => panic!("nobody won: {a}; {b}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_one_of_two_wins() {
    let w = World::new().await;
    let c = w.waiting("王秀英").await;
    let seen = || VersionBody { version: c.version };
    let (one, two) = (w.by(&w.specialist), w.by(&w.other_specialist));
    let (a, b) = tokio::join!(
        consultations::begin(&w.app, &one, c.id, seen()),
        consultations::begin(&w.app, &two, c.id, seen())
    );
    assert!(matches!(one_winner(a, b), AppError::Stale { .. }));

    let p = w.signed().await;
    let seen = || VersionBody { version: p.version };
    let (one, two) = (w.by(&w.pharmacist), w.by(&w.other_pharmacist));
    let (a, b) = tokio::join!(
        prescriptions::claim(&w.app, &one, p.id, seen()),
        prescriptions::claim(&w.app, &two, p.id, seen())
    );
    assert!(matches!(one_winner(a, b), AppError::Stale { .. }));

    let p = w.approved().await;
    let seen = || VersionBody { version: p.version };
    let (one, two) = (w.by(&w.pharmacy), w.by(&w.other_pharmacy));
    let (a, b) = tokio::join!(
        prescriptions::accept(&w.app, &one, p.id, seen()),
        prescriptions::accept(&w.app, &two, p.id, seen())
    );
    assert!(matches!(one_winner(a, b), AppError::Stale { .. }), "the second hears that it came second");

    // The prescriber withdraws while a pharmacy accepts: one of them, never both.
    let p = w.approved().await;
    let withdrawal = ReasonBody { version: p.version, reason: "病情变化".into() };
    let (one, two) = (w.by(&w.pharmacy), w.by(&w.specialist));
    let (a, b) = tokio::join!(
        async { prescriptions::accept(&w.app, &one, p.id, VersionBody { version: p.version }).await.map(|_| ()) },
        async { prescriptions::cancel(&w.app, &two, p.id, withdrawal).await.map(|_| ()) }
    );
    assert!(matches!(one_winner(a, b), AppError::Stale { .. } | AppError::NotFound));
    let state = w.see(p.id).await.state;
    assert!(matches!(state, State::Dispensing | State::Cancelled));
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_a_reused_key_is_refused() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let ctx = w.by(&w.specialist);
    let written = || draft("I10", &[("amlodipine-5mg", 7)]);
    let first = prescriptions::create(&w.app, &ctx, c.id, written()).await.unwrap();
    // The record moves on; the retry still gets the first answer, and nothing happens twice.
    w.cancel(first.id, first.version).await.unwrap();
    let rows = w.audited().await.len();
    let again = prescriptions::create(&w.app, &ctx, c.id, written()).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(w.audited().await.len(), rows);

    let key = ctx.idempotency.clone().unwrap();
    let mut reused = ctx.clone();
    reused.idempotency = Some(Idempotency { request_sha256: [99; 32], ..key.clone() });
    let refused = prescriptions::create(&w.app, &reused, c.id, draft("I10", &[])).await;
    assert!(matches!(refused, Err(AppError::IdempotencyKeyReused)));
    // The same key of somebody else is another key.
    let mut other = w.by(&w.nurse);
    other.idempotency = Some(key);
    let body = VersionBody { version: c.version };
    consultations::complete(&w.app, &other, c.id, body).await.unwrap();
    let mut none = w.by(&w.specialist);
    none.idempotency = None;
    let refused = prescriptions::create(&w.app, &none, c.id, written()).await;
    assert!(matches!(refused, Err(AppError::IdempotencyKeyMissing)));
}

#[tokio::test]
async fn the_same_pharmacy_recovers_its_secret() {
    let w = World::new().await;
    let p = w.approved().await;
    let first = w.accept(&p).await;
    // The reply was lost: the pharmacy still sees the version before, and has a new key.
    let again = w.accept(&p).await;
    assert_eq!(again.secret, first.secret);
    assert_eq!(again.prescription.version, first.prescription.version);
    let packs = Vec::new();
    let body = yunzhen_relay::app::views::prescriptions::DispenseBody {
        version: first.prescription.version,
        secret: "guess".into(),
        packs,
        part_reason: None,
    };
    let refused = prescriptions::dispense(&w.app, &w.by(&w.pharmacy), p.id, body).await;
    assert!(matches!(refused, Err(AppError::WrongSecret)));
}

#[tokio::test]
async fn the_secret_of_an_order_lies_sealed_in_the_record_and_an_older_one_is_brought_forward() {
    let w = World::new().await;
    let accepted = w.accept(&w.approved().await).await;
    let id = accepted.prescription.id;
    let kept = async || {
        let mut db = w.app.store.read().await.unwrap();
        yunzhen_store::prescriptions::get(&mut db, id).await.unwrap().unwrap().accept_secret
    };
    let sealed = kept().await.unwrap();
    assert!(Vault::is_sealed(sealed.as_kept()) && !sealed.as_kept().contains(&accepted.secret));
    assert!(secrets::holds_sealed(&w.app.store).await.unwrap());
    // As an older program left it.
    let statement = format!("UPDATE prescriptions SET accept_secret = '{}', sealed_secret = NULL", accepted.secret);
    w.behind_its_back(&statement).await;
    assert!(kept().await.is_none() && !secrets::holds_sealed(&w.app.store).await.unwrap());
    for found in [1, 0] {
        assert_eq!(secrets::seal_what_is_open(&w.app, w.now()).await.unwrap(), found);
        assert!(Vault::is_sealed(kept().await.unwrap().as_kept()));
    }
    assert_eq!(w.rows("SELECT id FROM prescriptions WHERE accept_secret IS NOT NULL").await, 0, "nothing is in clear");
    // It is still the secret, for who has the key and in its place.
    w.dispense(&accepted).await;
    let mut stranger = w.app.clone();
    stranger.vault = Vault::from_key([9; 32]).unwrap();
    let again = VersionBody { version: accepted.prescription.version };
    let refused = prescriptions::accept(&stranger, &w.by(&w.pharmacy), id, again).await.err();
    assert!(matches!(refused, Some(AppError::Vault(_))), "{refused:?}");
}

/// Drops the future after `polls` polls, as a stopped program or a closed connection would.
pub async fn stopped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

#[tokio::test]
async fn stopped_anywhere_it_has_happened_whole_or_not_at_all() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let body = VersionBody { version: p.version };
    let doc = prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, body).await.unwrap();
    let jws = w.specialist.sign(&doc.document);
    let before = w.audited().await.len();
    let ctx = w.by(&w.specialist);
    let mut polls = 1;
    let signed = loop {
        let body = SignBody { version: p.version, jws: jws.clone() };
        if let Some(answer) = stopped_after(polls, prescriptions::sign(&w.app, &ctx, p.id, body)).await {
            break answer.unwrap();
        }
        // Stopped while it waited for its COMMIT, it is saved a moment later.
        w.settled().await;
        let now = w.see(p.id).await;
        let rows = w.audited().await.len() - before;
        match now.state {
            State::Draft => assert_eq!((now.version, rows), (p.version, 0), "after {polls} polls"),
            State::Signed => assert_eq!((now.version, rows), (p.version + 1, 1), "after {polls} polls"),
            other => panic!("{other}"),
        }
        polls += 1;
    };
    assert_eq!((signed.state, signed.version), (State::Signed, p.version + 1));
    assert_eq!(w.audited().await.len(), before + 1);
    // How often it waits depends on how fast the database's thread answers; that it waited at all is what the test needs.
    assert!(polls > 1, "the command was stopped at least once");
}
