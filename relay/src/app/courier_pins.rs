//! PINs of couriers' links: six digits, kept as a digest whose key is the link's own token. The store has neither token nor key, only the token's SHA-256, so that
//! who reads a run alone cannot try a single PIN, as he could with any hash of so few digits, however slow; who has the link alone is stopped by the throttle.
//! It costs microseconds: a pharmacy that packs does not wait for it.
//!
//! Not here: counting wrong ones (`sessions`).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use yunzhen_domain::Sensitive;
use yunzhen_domain::audit::hex;
use yunzhen_domain::checked::Pin;

use super::{AppError, passwords, tokens};

/// What a digest of this kind begins with; the links of before have a PHC string.
const KEYED: &str = "hmac-sha256:";

/// What the store keeps of a link's PIN.
pub(super) fn proof(link_token: &str, pin: &Pin) -> Sensitive<String> {
    format!("{KEYED}{}", hex(&mac(link_token, pin.as_str()).finalize().into_bytes())).into()
}

/// Does the PIN fit the link? Of a link that there is not, nothing does: it has too many digits for its existence to be found out by time.
pub(super) async fn fits(link_token: &str, pin: &str, kept: Option<Sensitive<String>>) -> Result<bool, AppError> {
    let (Some(kept), Ok(pin)) = (kept, Pin::parse(pin)) else { return Ok(false) };
    match kept.expose().strip_prefix(KEYED) {
        Some(digest) => Ok(tokens::same(digest, &hex(&mac(link_token, pin.as_str()).finalize().into_bytes()))),
        None => passwords::verify(pin.as_str().to_owned(), Some(kept)).await,
    }
}

fn mac(link_token: &str, pin: &str) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(link_token.as_bytes()).expect("a key may have any length");
    mac.update(b"courier PIN:");
    mac.update(pin.as_bytes());
    mac
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // tests
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_pin_of_this_link_fits_and_what_is_kept_says_nothing_of_either() {
        let pin = Pin::parse("031415").unwrap();
        let kept = proof("the link", &pin);
        assert!(!kept.expose().contains(pin.as_str()) && !kept.expose().contains("the link"));
        assert_ne!(kept.expose(), proof("another link", &pin).expose(), "one PIN, two links");
        let fits = async |link: &str, pin: &str| fits(link, pin, Some(kept.clone())).await.unwrap();
        assert!(fits("the link", "031415").await && fits("the link", " 031415 ").await);
        for (link, pin) in [("the link", "031416"), ("another link", "031415"), ("the link", "31415"), ("the link", "")]
        {
            assert!(!fits(link, pin).await, "{link} {pin}");
        }
        assert!(!super::fits("the link", "031415", None).await.unwrap(), "of no link");
    }

    #[tokio::test]
    async fn a_link_that_was_made_with_a_slow_hash_still_opens() {
        let kept = passwords::hash("031415".to_owned()).await.unwrap();
        assert!(fits("the link", "031415", Some(kept.clone())).await.unwrap());
        assert!(!fits("the link", "031416", Some(kept)).await.unwrap());
    }
}
