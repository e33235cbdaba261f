//! Counting a parcel, with or without a link. The box knows beforehand which parcels are on their way and how a code is checked (never the code itself), signs
//! what the nurse counted with its own key, and hands it to the spool, which delivers it exactly once. The relay verifies and decides. A code cannot be guessed
//! with the cable pulled: what is tried here counts with what was tried at the relay, before and after.
//!
//! Not here: the count's plausibility, which is the relay's rule; how a receipt reads (`yunzhen_domain::receipt`).

use crate::link::Link;
use crate::spool::entry::{Verdict, judge as judge_status};
use crate::spool::{Answer, Spool, SpoolError, Try, entry_id};
use argon2::{Argon2, PasswordVerifier};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use yunzhen_certs::{CertsError, Identity, Standing};
use yunzhen_domain::ids::{DeliveryId, HomeId};
use yunzhen_domain::parcel_label::Scanned;
use yunzhen_domain::receipt::Receipt;
use yunzhen_runtime::{Lifecycle, clock};

/// Where the relay says which parcels are on their way; also the name under which the box keeps the answer.
const EXPECTED: &str = "/api/expected-parcels";
/// How often it is asked while there is a link. A parcel is on the road for longer.
const EVERY: Duration = Duration::from_secs(60);
/// Wrong codes of a parcel where a relay of an earlier version does not say how many may be tried.
const MOST_WRONG: u32 = 5;

/// Why a count is not taken without a link. Each has its words on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The relay had not told this box of the parcel before the link went down.
    #[error("the parcel is not known to this box")]
    Unknown,
    /// Another code.
    #[error("wrong parcel code")]
    WrongCode {
        /// So many more, and the hand-over is stopped.
        left: u32,
    },
    /// Too many of them.
    #[error("too many wrong parcel codes")]
    Stopped,
    /// A cold parcel without a temperature.
    #[error("a cold parcel has to be measured")]
    Temperature,
    /// A line that was not counted, or one that is not in the parcel.
    #[error("not every line was counted once")]
    Counts,
    /// More than can be in the parcel.
    #[error("more was counted than can be in the parcel")]
    TooMany,
}

/// A parcel on its way to this home.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Expected {
    delivery_id: DeliveryId,
    code_hash: String,
    cold_chain: bool,
    items: Vec<u16>,
    /// The most that can be counted of each, in their order; a relay of an earlier version does not say.
    #[serde(default)]
    most: Vec<u32>,
    /// As the relay had counted; what was tried here since comes on top.
    #[serde(default = "most_wrong")]
    tries_left: u32,
}

const fn most_wrong() -> u32 {
    MOST_WRONG
}

#[derive(Deserialize)]
struct List {
    items: Vec<Expected>,
}

/// Counts of parcels; clones are the same.
#[derive(Clone)]
pub struct Receipts {
    link: Link,
    spool: Spool,
    /// Signs with what is in force: a renewal swaps it.
    own: Standing,
    /// Codes are checked one after the other: those that are tried at once count like those that are tried in a row.
    checking: Arc<Mutex<()>>,
}

impl Receipts {
    /// With the certificate and key of this box; keeps the list of parcels up to date from now on.
    pub fn start(life: &Lifecycle, link: Link, spool: Spool, own: Standing) -> Result<Self, CertsError> {
        // A key that cannot sign is found at the start, not with a parcel in hand.
        own.current().document_key()?;
        let this = Self { link, spool, own, checking: Arc::default() };
        life.spawn("expected parcels", this.clone().keep_up(life.clone()));
        Ok(this)
    }

    /// The home of this box.
    pub fn home(&self) -> Option<HomeId> {
        match self.own.current().facts().identity {
            Identity::Box { home_id } => Some(home_id),
            Identity::Relay { .. } | Identity::Console { .. } | Identity::Signer { .. } => None,
        }
    }

    /// Signs a count.
    pub fn sign(&self, receipt: &Receipt) -> Result<String, CertsError> {
        let own = self.own.current();
        own.document_key()?.sign(own.chain(), &receipt.document())
    }

    /// What can be said without the relay: is it a parcel that is expected, with its code, and counted line by line? A wrong code is counted on disk before
    /// anything is said, with those that the relay has counted, and told to the relay when there is a link.
    pub async fn check(&self, receipt: &Receipt) -> Result<Result<(), Refusal>, SpoolError> {
        let _one_after_the_other = self.checking.lock().await;
        let known = self.spool.answer(EXPECTED.to_owned()).await?;
        let list = known.and_then(|answer| serde_json::from_str::<List>(&answer.body).ok());
        let parcel = list.and_then(|list| list.items.into_iter().find(|p| p.delivery_id == receipt.delivery_id));
        let Some(parcel) = parcel else { return Ok(Err(Refusal::Unknown)) };
        let here = self.spool.tries().await?.iter().filter(|refused| refused.delivery_id == parcel.delivery_id).count();
        let left = parcel.tries_left.saturating_sub(u32::try_from(here).unwrap_or(u32::MAX));
        let (id, given, hash) = (receipt.delivery_id, receipt.parcel_code.clone(), parcel.code_hash.clone());
        let right = match tokio::task::spawn_blocking(move || fits(id, &given, &hash)).await {
            Ok(right) => right,
            Err(join) => std::panic::resume_unwind(join.into_panic()),
        };
        if !right {
            self.count(receipt, left).await?;
            return Ok(Err(if left <= 1 { Refusal::Stopped } else { Refusal::WrongCode { left: left - 1 } }));
        }
        // The right one after too many wrong ones may be a lucky guess.
        Ok(if left == 0 { Err(Refusal::Stopped) } else { judge(&parcel, receipt) })
    }

    async fn count(&self, receipt: &Receipt, left: u32) -> Result<(), SpoolError> {
        let (at, delivery_id) = (receipt.prepared_at, receipt.delivery_id);
        self.spool.keep_try(Try { id: entry_id(at, &clock::random_bytes()), delivery_id, at }).await?;
        metrics::counter!("yunzhen_parcel_codes_refused_total").increment(1);
        let (nurse, left) = (receipt.nurse_id, left.saturating_sub(1));
        tracing::warn!(delivery = %delivery_id, %nurse, left, "a wrong parcel code was given without a link");
        Ok(())
    }

    /// Tells and asks when the link comes up, and every minute after.
    async fn keep_up(self, life: Lifecycle) {
        let mut open = self.link.open();
        loop {
            if open.borrow_and_update().is_some()
                && let Err(error) = self.exchange().await
            {
                tracing::warn!(%error, "what is known of expected parcels could not be kept; without a link an older list counts");
            }
            tokio::select! {
                () = life.soft().cancelled() => return,
                changed = open.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// First the relay counts what was tried here, then it says how many may still be tried. A try is forgotten only after that, so that one which is told and
    /// not yet in the list still counts; told twice, it counts once.
    async fn exchange(&self) -> Result<(), SpoolError> {
        let mut told = Vec::new();
        for refused in self.spool.tries().await? {
            if !self.tell(&refused).await {
                return Ok(());
            }
            told.push(refused.id);
        }
        let Some(body) = self.ask().await else { return Ok(()) };
        let kept = Answer { at: clock::now_timestamp(), content_type: "application/json".to_owned(), body };
        self.spool.keep_answer(EXPECTED.to_owned(), kept).await?;
        self.spool.drop_tries(told).await
    }

    /// Has the relay decided about it?
    async fn tell(&self, refused: &Try) -> bool {
        let body = serde_json::json!({ "at": refused.at });
        let path = format!("/api/deliveries/{}/refused-codes", refused.delivery_id);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(key) = HeaderValue::try_from(refused.idempotency_key()) {
            headers.insert("idempotency-key", key);
        }
        let answer = self.link.exchange(Method::POST, &path, headers, body.to_string().into_bytes()).await;
        let Ok(answer) = answer else { return false };
        match judge_status(answer.status().as_u16()) {
            Verdict::Accepted => true,
            Verdict::Rejected => {
                let status = answer.status().as_u16();
                tracing::warn!(delivery = %refused.delivery_id, status, "the relay does not count a wrong parcel code");
                true
            }
            Verdict::SignInAgain | Verdict::Later => false,
        }
    }

    async fn ask(&self) -> Option<String> {
        let answer = self.link.exchange(Method::GET, EXPECTED, HeaderMap::new(), Vec::new()).await.ok()?;
        let body = String::from_utf8(answer.body().to_vec()).ok();
        let readable = body.filter(|body| answer.status().is_success() && serde_json::from_str::<List>(body).is_ok());
        if readable.is_none() {
            tracing::warn!(status = answer.status().as_u16(), "the list of expected parcels cannot be read");
        }
        readable
    }
}

/// The code of a parcel, typed or scanned. The proof in a 2D code is the relay's to check: this box has no key for it.
fn fits(id: DeliveryId, given: &str, hash: &str) -> bool {
    let code = match Scanned::parse(given) {
        Ok(Scanned::Typed(code)) => code,
        Ok(Scanned::Label { delivery_id, code, .. }) if delivery_id == id => code,
        Ok(Scanned::Label { .. }) | Err(_) => return false,
    };
    Argon2::default().verify_password(code.as_str().as_bytes(), hash).is_ok()
}

fn judge(parcel: &Expected, receipt: &Receipt) -> Result<(), Refusal> {
    if parcel.cold_chain && receipt.celsius.is_none() {
        return Err(Refusal::Temperature);
    }
    let counted = |no: &u16| receipt.counts.iter().filter(|count| count.item_no == *no).count() == 1;
    let whole = receipt.counts.len() == parcel.items.len() && parcel.items.iter().all(counted);
    let plausible = receipt.counts.iter().all(|count| count.damaged <= count.quantity);
    if !whole || !plausible {
        return Err(Refusal::Counts);
    }
    let too_many =
        |(no, most): (&u16, &u32)| receipt.counts.iter().any(|count| count.item_no == *no && count.quantity > *most);
    if parcel.items.iter().zip(&parcel.most).any(too_many) { Err(Refusal::TooMany) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use yunzhen_domain::ids::StaffId;
    use yunzhen_domain::records::Count;

    fn receipt(counts: &[(u16, u32, u32)], celsius: Option<f64>) -> Receipt {
        let at = Timestamp::UNIX_EPOCH;
        let counts = counts.iter().map(|&(item_no, quantity, damaged)| Count { item_no, quantity, damaged });
        Receipt {
            counts: counts.collect(),
            celsius,
            ..Receipt::new(DeliveryId::new(at, [1; 10]), HomeId::new(at, [2; 10]), StaffId::new(at, [3; 10]), at)
        }
    }

    #[test]
    fn every_line_is_counted_once_and_a_cold_parcel_is_measured() {
        let parcel = |cold_chain| Expected {
            delivery_id: DeliveryId::new(Timestamp::UNIX_EPOCH, [1; 10]),
            code_hash: String::new(),
            cold_chain,
            items: vec![1, 2],
            most: vec![67],
            tries_left: MOST_WRONG,
        };
        assert_eq!(judge(&parcel(false), &receipt(&[(1, 7, 0), (2, 3, 3)], None)), Ok(()));
        assert_eq!(judge(&parcel(true), &receipt(&[(1, 7, 0), (2, 3, 0)], None)), Err(Refusal::Temperature));
        assert_eq!(judge(&parcel(true), &receipt(&[(1, 7, 0), (2, 3, 0)], Some(5.0))), Ok(()));
        for wrong in [&[(1, 7, 0)][..], &[(1, 7, 0), (1, 7, 0)], &[(1, 7, 0), (3, 1, 0)], &[(1, 7, 0), (2, 3, 4)]] {
            assert_eq!(judge(&parcel(false), &receipt(wrong, None)), Err(Refusal::Counts), "{wrong:?}");
        }
        // A relay that says nothing of the second line decides about it itself.
        assert_eq!(judge(&parcel(false), &receipt(&[(1, 67, 0), (2, 1_000, 0)], None)), Ok(()));
        let typed = receipt(&[(1, 1_000_000_000, 0), (2, 3, 0)], None);
        assert_eq!(judge(&parcel(false), &typed), Err(Refusal::TooMany));
    }
}
