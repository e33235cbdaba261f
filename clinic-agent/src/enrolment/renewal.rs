//! Renewal: at half of the certificate's time over the live link, whose connections go on; after its end at the relay's port for it, for as long as the relay's grace lasts.

use super::door::{self, DoorError};
use crate::config::{IdentitySettings, RelaySettings};
use crate::link::Link;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use yunzhen_certs::request::KeyRequest;
use yunzhen_certs::{CertificateFacts, CertsError, Credentials, Kind, Standing, Trust, credentials, tls};
use yunzhen_runtime::clock;
use yunzhen_runtime::web::problem::Language;

/// The longest sleep: a clock that was set, and a suspended box, are noticed within it.
const LONGEST: Duration = Duration::from_secs(3600);
/// While the link is away and the certificate is still good.
const NO_LINK: Duration = Duration::from_secs(30);
/// After something that passes.
const AGAIN: Duration = Duration::from_secs(120);
/// After a no: a person has to change something first.
const REFUSED: Duration = Duration::from_secs(3600);

/// What keeps the certificate in force.
pub struct Renewal {
    /// To the relay.
    pub link: Link,
    /// The files.
    pub identity: IdentitySettings,
    /// Where the relay is.
    pub relay: RelaySettings,
    /// What is in force.
    pub own: Standing,
    /// Whom this box believes.
    pub trust: Trust,
}

/// When to look again.
struct Next {
    wait: Duration,
    /// Or when the link comes or goes, whichever is first.
    wakes_with_link: bool,
}

/// What is to be done about the certificate now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing, for so long.
    Later(Duration),
    /// Ask over the link.
    OverLink,
    /// It has ended: ask at the relay's port for that.
    AtTheDoor,
}

/// Decides from what the certificate says.
pub fn due(facts: &CertificateFacts, now: Timestamp, connected: bool) -> Due {
    if now < facts.half_life() {
        let left = facts.half_life().duration_since(now);
        return Due::Later(Duration::try_from(left).unwrap_or(LONGEST).clamp(Duration::from_secs(1), LONGEST));
    }
    match (connected, now > facts.not_after) {
        // A connection that began with it goes on past its end.
        (true, _) => Due::OverLink,
        (false, false) => Due::Later(NO_LINK),
        (false, true) => Due::AtTheDoor,
    }
}

/// Why it was not renewed.
#[derive(Debug, thiserror::Error)]
enum RenewalError {
    #[error("the link broke off")]
    Link,
    /// By code; an older relay has no such route.
    #[error("the relay does not renew it ({status} {code})")]
    Refused { status: u16, code: String },
    #[error("the relay's answer cannot be read")]
    Answer,
    #[error(transparent)]
    Door(#[from] DoorError),
    #[error(transparent)]
    Certs(#[from] CertsError),
    #[error("the relay answered with a certificate for somebody else")]
    OtherIdentity,
}

impl Renewal {
    /// Until the program drains.
    pub async fn run(self, soft: CancellationToken) {
        let mut open = self.link.open();
        let mut next = Next { wait: Duration::ZERO, wakes_with_link: true };
        loop {
            tokio::select! {
                () = soft.cancelled() => return,
                () = tokio::time::sleep(next.wait) => {}
                _ = open.changed(), if next.wakes_with_link => {}
            }
            open.borrow_and_update();
            next = tokio::select! {
                () = soft.cancelled() => return,
                next = self.turn() => next,
            };
        }
    }

    async fn turn(&self) -> Next {
        let facts = self.own.current().facts().clone();
        let outcome = match due(&facts, clock::now_timestamp(), self.link.is_open()) {
            Due::Later(wait) => return Next { wait, wakes_with_link: true },
            Due::OverLink => self.over_link(&facts).await,
            Due::AtTheDoor => self.at_the_door(&facts).await,
        };
        match outcome {
            Ok(until) => {
                tracing::info!(%until, "the certificate of this box was renewed");
                metrics::counter!("yunzhen_certificate_renewals_total").increment(1);
                // A link that was refused for the old one tries at once.
                self.link.rouse();
                Next { wait: Duration::from_secs(1), wakes_with_link: true }
            }
            Err(error) => {
                tracing::warn!(%error, expires = %facts.not_after, "the certificate of this box was not renewed; trying again");
                metrics::counter!("yunzhen_certificate_renewals_failed_total").increment(1);
                let again = match error {
                    RenewalError::Refused { .. } | RenewalError::Door(DoorError::Refused { .. }) => REFUSED,
                    _ => AGAIN,
                };
                // Boxes that lost the same relay do not return in step. A link that comes and goes does not make it sooner.
                let wait = again.mul_f64(1.0 - 0.5 * clock::random_fraction());
                Next { wait, wakes_with_link: false }
            }
        }
    }

    async fn over_link(&self, facts: &CertificateFacts) -> Result<Timestamp, RenewalError> {
        let made = KeyRequest::new(Some(&facts.identity))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = json!({ "request": made.csr_pem }).to_string().into_bytes();
        let answer = self.link.exchange(Method::POST, "/api/box-certificates", headers, body).await;
        let answer = answer.map_err(|_| RenewalError::Link)?;
        let value: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        if !answer.status().is_success() {
            let code = text("code").unwrap_or_default();
            return Err(RenewalError::Refused { status: answer.status().as_u16(), code });
        }
        let chain_pem = text("certificate").ok_or(RenewalError::Answer)?;
        self.take(facts, &chain_pem, &made.key_pem)
    }

    async fn at_the_door(&self, facts: &CertificateFacts) -> Result<Timestamp, RenewalError> {
        let made = KeyRequest::new(Some(&facts.identity))?;
        let tls = tls::https_mtls_client(&self.own, &self.trust)?;
        let (address, body) = (self.relay.enrolment(), json!({ "request": made.csr_pem }));
        let name = self.relay.server_name_at(&address);
        let chain_pem = door::ask(&address, &name, tls, "/renew", &body, Language::En).await?;
        self.take(facts, &chain_pem, &made.key_pem)
    }

    /// On disk first: a box that loses its power now comes back with one of the two, whole.
    fn take(&self, before: &CertificateFacts, chain_pem: &str, key_pem: &str) -> Result<Timestamp, RenewalError> {
        let renewed = Credentials::from_pem(Kind::Box, chain_pem, key_pem)?;
        if renewed.facts().identity != before.identity {
            return Err(RenewalError::OtherIdentity);
        }
        credentials::install(&self.identity.certificate, &self.identity.key, chain_pem, key_pem)?;
        let until = renewed.facts().not_after;
        self.own.swap(renewed)?;
        Ok(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_certs::Identity;
    use yunzhen_domain::ids::HomeId;

    #[test]
    fn it_is_renewed_from_half_of_its_time_on_over_the_link_and_after_its_end_at_the_door() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + hours * 3600).expect("time");
        let facts = CertificateFacts {
            identity: Identity::Box { home_id: HomeId::from_uuid(uuid::Uuid::from_u128(5)) },
            serial: "4a".into(),
            not_before: at(0),
            not_after: at(168),
            box_id: None,
        };
        assert_eq!(due(&facts, at(0), true), Due::Later(LONGEST));
        assert_eq!(due(&facts, at(84) - jiff::SignedDuration::from_secs(5), true), Due::Later(Duration::from_secs(5)));
        assert_eq!(due(&facts, at(84), true), Due::OverLink);
        assert_eq!(due(&facts, at(84), false), Due::Later(NO_LINK));
        assert_eq!(due(&facts, at(169), true), Due::OverLink, "a connection that stands goes on past the end");
        assert_eq!(due(&facts, at(169), false), Due::AtTheDoor);
    }
}
