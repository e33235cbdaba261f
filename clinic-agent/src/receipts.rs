//! Counting a parcel, with or without a link. The box knows beforehand which parcels are on their way and how a code is checked (never the code itself), signs
//! what the nurse counted with its own key, and hands it to the spool, which delivers it exactly once. The relay verifies and decides.
//!
//! Not here: the count's plausibility, which is the relay's rule; how a receipt reads (`yunzhen_domain::receipt`).

use crate::link::Link;
use crate::spool::{Answer, Spool, SpoolError};
use argon2::{Argon2, PasswordVerifier};
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use yunzhen_certs::sign::DocumentKey;
use yunzhen_certs::{CertsError, Credentials, Identity};
use yunzhen_domain::ids::{DeliveryId, HomeId};
use yunzhen_domain::parcel_label::Scanned;
use yunzhen_domain::receipt::Receipt;
use yunzhen_runtime::{Lifecycle, clock};

/// Where the relay says which parcels are on their way; also the name under which the box keeps the answer.
const EXPECTED: &str = "/api/expected-parcels";
/// How often it is asked while there is a link. A parcel is on the road for longer.
const EVERY: Duration = Duration::from_secs(60);
/// Wrong codes of one parcel without a link; then only the relay can say more.
const MOST_WRONG: u32 = 5;

/// Why a count is not taken without a link. Each has its words on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The relay had not told this box of the parcel before the link went down.
    #[error("the parcel is not known to this box")]
    Unknown,
    /// Another code.
    #[error("wrong parcel code")]
    WrongCode,
    /// Too many of them.
    #[error("too many wrong parcel codes")]
    Stopped,
    /// A cold parcel without a temperature.
    #[error("a cold parcel has to be measured")]
    Temperature,
    /// A line that was not counted, or one that is not in the parcel.
    #[error("not every line was counted once")]
    Counts,
}

/// A parcel on its way to this home.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Expected {
    delivery_id: DeliveryId,
    code_hash: String,
    cold_chain: bool,
    items: Vec<u16>,
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
    signer: Arc<Signer>,
}

struct Signer {
    key: DocumentKey,
    credentials: Credentials,
}

impl Receipts {
    /// With the certificate and key of this box; keeps the list of parcels up to date from now on.
    pub fn start(life: &Lifecycle, link: Link, spool: Spool, credentials: Credentials) -> Result<Self, CertsError> {
        let key = credentials.document_key()?;
        let this = Self { link, spool, signer: Arc::new(Signer { key, credentials }) };
        life.spawn("expected parcels", this.clone().keep_up(life.clone()));
        Ok(this)
    }

    /// The home of this box.
    pub fn home(&self) -> Option<HomeId> {
        match self.signer.credentials.facts().identity {
            Identity::Box { home_id } => Some(home_id),
            Identity::Relay { .. } | Identity::Console { .. } | Identity::Signer { .. } => None,
        }
    }

    /// Signs a count.
    pub fn sign(&self, receipt: &Receipt) -> Result<String, CertsError> {
        self.signer.key.sign(self.signer.credentials.chain(), &receipt.document())
    }

    /// What can be said without the relay: is it a parcel that is expected, with its code, and counted line by line? A wrong code is counted on disk.
    pub async fn check(&self, receipt: &Receipt) -> Result<Result<(), Refusal>, SpoolError> {
        let known = self.spool.answer(EXPECTED.to_owned()).await?;
        let list = known.and_then(|answer| serde_json::from_str::<List>(&answer.body).ok());
        let parcel = list.and_then(|list| list.items.into_iter().find(|p| p.delivery_id == receipt.delivery_id));
        let Some(parcel) = parcel else { return Ok(Err(Refusal::Unknown)) };
        let tries = self.tries(receipt.delivery_id).await?;
        if tries >= MOST_WRONG {
            return Ok(Err(Refusal::Stopped));
        }
        let (id, given, hash) = (receipt.delivery_id, receipt.parcel_code.clone(), parcel.code_hash.clone());
        let right = match tokio::task::spawn_blocking(move || fits(id, &given, &hash)).await {
            Ok(right) => right,
            Err(join) => std::panic::resume_unwind(join.into_panic()),
        };
        if !right {
            self.count_try(receipt.delivery_id, tries + 1).await?;
            metrics::counter!("yunzhen_parcel_codes_refused_total").increment(1);
            tracing::warn!(delivery = %receipt.delivery_id, tries = tries + 1, "a wrong parcel code was given without a link");
            return Ok(Err(if tries + 1 >= MOST_WRONG { Refusal::Stopped } else { Refusal::WrongCode }));
        }
        Ok(judge(&parcel, receipt))
    }

    async fn tries(&self, id: DeliveryId) -> Result<u32, SpoolError> {
        let kept = self.spool.answer(tries_of(id)).await?;
        Ok(kept.and_then(|answer| answer.body.parse().ok()).unwrap_or_default())
    }

    async fn count_try(&self, id: DeliveryId, tries: u32) -> Result<(), SpoolError> {
        let answer =
            Answer { at: clock::now_timestamp(), content_type: "text/plain".to_owned(), body: tries.to_string() };
        self.spool.keep_answer(tries_of(id), answer).await
    }

    /// Asks when the link comes up and every minute after.
    async fn keep_up(self, life: Lifecycle) {
        let mut open = self.link.open();
        loop {
            if open.borrow_and_update().is_some() {
                self.ask().await;
            }
            tokio::select! {
                () = life.soft().cancelled() => return,
                changed = open.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    async fn ask(&self) {
        let Ok(answer) = self.link.exchange(Method::GET, EXPECTED, HeaderMap::new(), Vec::new()).await else { return };
        let body = String::from_utf8(answer.body().to_vec()).ok();
        let readable = body.filter(|body| answer.status().is_success() && serde_json::from_str::<List>(body).is_ok());
        let Some(body) = readable else {
            tracing::warn!(status = answer.status().as_u16(), "the list of expected parcels cannot be read");
            return;
        };
        let kept = Answer { at: clock::now_timestamp(), content_type: "application/json".to_owned(), body };
        if let Err(error) = self.spool.keep_answer(EXPECTED.to_owned(), kept).await {
            tracing::warn!(%error, "the list of expected parcels could not be kept; without a link an older one counts");
        }
    }
}

fn tries_of(id: DeliveryId) -> String {
    format!("/wrong-codes/{}", id)
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
    if whole && plausible { Ok(()) } else { Err(Refusal::Counts) }
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
        };
        assert_eq!(judge(&parcel(false), &receipt(&[(1, 7, 0), (2, 3, 3)], None)), Ok(()));
        assert_eq!(judge(&parcel(true), &receipt(&[(1, 7, 0), (2, 3, 0)], None)), Err(Refusal::Temperature));
        assert_eq!(judge(&parcel(true), &receipt(&[(1, 7, 0), (2, 3, 0)], Some(5.0))), Ok(()));
        for wrong in [&[(1, 7, 0)][..], &[(1, 7, 0), (1, 7, 0)], &[(1, 7, 0), (3, 1, 0)], &[(1, 7, 0), (2, 3, 4)]] {
            assert_eq!(judge(&parcel(false), &receipt(wrong, None)), Err(Refusal::Counts), "{wrong:?}");
        }
    }
}
