//! Removes what has done its work: sessions that ended, first answers that nobody will ask for again, failures that no longer throttle.

use jiff::{SignedDuration, Timestamp};
use yunzhen_store::{StoreError, enrolment_codes, idempotency, passkeys, sessions, throttle, webhook_deliveries};

use crate::app::App;

/// A box that was cut off resends with the same key when it is back; after two weeks nobody does.
const KEEP_ANSWERS: SignedDuration = SignedDuration::from_hours(14 * 24);
/// An answer with a PIN, a secret or a link that is shown once. Who asks for one waits for it on the page, and asks again within minutes or not at all.
const KEEP_SECRETS: SignedDuration = SignedDuration::from_hours(24);

/// How an event fared is shown for so long; the event itself stays in the log.
const KEEP_DELIVERIES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Returns how many rows went.
pub async fn run(app: &App, now: Timestamp) -> Result<u64, StoreError> {
    let forget_after = app.policy.account_limits().forget_after.max(app.policy.source_limits().forget_after);
    let mut tx = app.store.write().await?;
    let mut gone = sessions::delete_expired(&mut tx, now).await?;
    gone += idempotency::delete_older(&mut tx, now - KEEP_ANSWERS).await?;
    gone += idempotency::delete_secrets_older(&mut tx, now - KEEP_SECRETS).await?;
    gone += throttle::delete_older(&mut tx, now - forget_after).await?;
    gone += enrolment_codes::delete_older(&mut tx, now - KEEP_SECRETS).await?;
    gone += passkeys::forget_challenges(&mut tx, now).await?;
    gone += webhook_deliveries::delete_older(&mut tx, now - KEEP_DELIVERIES).await?;
    tx.commit_bookkeeping("purge").await?;
    Ok(gone)
}

#[cfg(test)]
pub(super) mod tests {
    use yunzhen_certs::Trust;
    use yunzhen_domain::formulary::Formulary;
    use yunzhen_domain::policy::Policy;
    use yunzhen_domain::throttle::after_failure;
    use yunzhen_store::Store;
    use yunzhen_store::idempotency::Outcome;

    use super::*;
    use crate::rooms::presence::Presence;

    pub(in crate::jobs) async fn app(folder: &tempfile::TempDir) -> App {
        let store = Store::open(&folder.path().join("care.db"), &yunzhen_store::testing::options()).await.unwrap();
        App::new(
            store,
            Policy::default(),
            Formulary::demo().unwrap(),
            Trust::new(vec![]),
            Presence::default(),
            crate::vault::Vault::from_key([7; 32]).unwrap(),
        )
    }

    #[tokio::test]
    async fn an_answer_with_a_secret_goes_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder).await;
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let yesterday = now - SignedDuration::from_hours(25);
        let mut tx = app.store.write().await.unwrap();
        for (key, at) in [("plain", yesterday), ("pin", yesterday), ("new pin", now)] {
            idempotency::remember(&mut tx, "pharmacy:1", key, &[0; 32], 200, "{}", at).await.unwrap();
        }
        for key in ["pin", "new pin"] {
            idempotency::mark_secret(&mut tx, "pharmacy:1", key).await.unwrap();
        }
        tx.commit_bookkeeping("test").await.unwrap();
        assert_eq!(run(&app, now).await.unwrap(), 1);
        let mut read = app.store.read().await.unwrap();
        assert_eq!(idempotency::look_up(&mut read, "pharmacy:1", "pin", &[0; 32]).await.unwrap(), Outcome::New);
        for key in ["plain", "new pin"] {
            let kept = idempotency::look_up(&mut read, "pharmacy:1", key, &[0; 32]).await;
            assert!(matches!(kept, Ok(Outcome::Replay { .. })), "{key}: {kept:?}");
        }
    }

    #[tokio::test]
    async fn what_is_still_needed_stays() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder).await;
        let (store, limits) = (app.store.clone(), app.policy.account_limits());
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let old = now - SignedDuration::from_hours(15 * 24);
        let mut tx = store.write().await.unwrap();
        for (key, at) in [("old", old), ("new", now)] {
            idempotency::remember(&mut tx, "nurse:1", key, &[0; 32], 200, "{}", at).await.unwrap();
            throttle::put(&mut tx, key, &after_failure(None, &limits, at)).await.unwrap();
        }
        tx.commit_bookkeeping("test").await.unwrap();
        assert_eq!(run(&app, now).await.unwrap(), 2);
        assert_eq!(run(&app, now).await.unwrap(), 0);
        let mut read = store.read().await.unwrap();
        assert_eq!(idempotency::look_up(&mut read, "nurse:1", "old", &[0; 32]).await.unwrap(), Outcome::New);
        assert!(matches!(
            idempotency::look_up(&mut read, "nurse:1", "new", &[0; 32]).await,
            Ok(Outcome::Replay { .. })
        ));
        assert!(throttle::get(&mut read, "old").await.unwrap().is_none());
        assert!(throttle::get(&mut read, "new").await.unwrap().is_some());
    }
}
