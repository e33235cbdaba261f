//! Bearer tokens for standard WHIP and WHEP clients: in memory, for one consultation and one direction, worth nothing when the session that made them is over. They let a
//! client connect for minutes, and speak for what it connected as long as that lasts.
//!
//! Not stored: a relay that restarts ends its calls anyway, and a client asks for another token.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use yunzhen_domain::ids::{ConsultationId, SessionId};
use yunzhen_rtc::LegDirection;

/// How long a token that lets nobody connect any more still speaks for the leg that it connected: longer than a call.
const REMEMBERED: Duration = Duration::from_secs(4 * 3600);
/// Tokens held; beyond it the one that ends first goes.
const MAX_TOKENS: usize = 4096;

/// What a token allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaGrant {
    /// The consultation.
    pub consultation_id: ConsultationId,
    /// Publish or watch.
    pub direction: LegDirection,
    /// Under whose name the client appears.
    pub display_name: String,
    /// The session of who made it; it is worth nothing once that is over.
    pub session: SessionId,
    /// Not valid from then on.
    pub expires_at: Timestamp,
}

/// The grants, by the digest of their token.
#[derive(Debug, Default)]
pub struct MediaTokens(HashMap<[u8; 32], MediaGrant>);

impl MediaTokens {
    /// Makes a token out of 32 random bytes.
    pub fn issue(&mut self, grant: MediaGrant, random: [u8; 32], now: Timestamp) -> String {
        self.0.retain(|_, held| held.expires_at + REMEMBERED > now);
        if self.0.len() >= MAX_TOKENS
            && let Some(first) = self.0.iter().min_by_key(|(_, held)| held.expires_at).map(|(digest, _)| *digest)
        {
            self.0.remove(&first);
        }
        let token = URL_SAFE_NO_PAD.encode(random);
        self.0.insert(digest(&token), grant);
        token
    }

    /// The sessions that tokens were made in.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.0.values().map(|held| held.session)
    }

    /// Forgets the tokens of sessions that are over.
    pub fn forget(&mut self, over: &HashSet<SessionId>) {
        self.0.retain(|_, held| !over.contains(&held.session));
    }

    /// What a token allowed, also when it lets nobody connect any more.
    pub fn remembered(&self, token: &str, now: Timestamp) -> Option<&MediaGrant> {
        self.0.get(&digest(token)).filter(|grant| grant.expires_at + REMEMBERED > now)
    }

    /// What a token allows now.
    pub fn check(&self, token: &str, now: Timestamp) -> Option<&MediaGrant> {
        self.0.get(&digest(token)).filter(|grant| grant.expires_at > now)
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn a_token_works_until_it_expires_and_no_other_does() {
        let mut tokens = MediaTokens::default();
        let grant = MediaGrant {
            consultation_id: ConsultationId::from_uuid(Uuid::from_u128(1)),
            direction: LegDirection::Watch,
            display_name: "x".into(),
            session: SessionId::from_uuid(Uuid::from_u128(1)),
            expires_at: at(10),
        };
        let token = tokens.issue(grant.clone(), [7; 32], at(0));
        assert_eq!(tokens.check(&token, at(9)), Some(&grant));
        assert_eq!(tokens.check(&token, at(10)), None);
        assert_eq!(tokens.check("x", at(0)), None);
        assert_eq!(tokens.remembered(&token, at(10)), Some(&grant), "it still ends what it connected");
        let long_after = at(11) + REMEMBERED;
        assert_eq!(tokens.remembered(&token, long_after), None);
        tokens.issue(grant, [8; 32], long_after);
        assert_eq!(tokens.0.len(), 1, "expired tokens are forgotten");
        tokens.forget(&HashSet::from([SessionId::from_uuid(Uuid::from_u128(2))]));
        assert_eq!(tokens.sessions().count(), 1);
        tokens.forget(&HashSet::from([SessionId::from_uuid(Uuid::from_u128(1))]));
        assert_eq!(tokens.0.len(), 0, "so are those of a session that is over");
    }

    #[test]
    fn the_number_of_tokens_is_bounded() {
        let mut tokens = MediaTokens::default();
        for i in 0..=MAX_TOKENS as u32 {
            let grant = MediaGrant {
                consultation_id: ConsultationId::from_uuid(Uuid::from_u128(1)),
                direction: LegDirection::Publish,
                display_name: String::new(),
                session: SessionId::from_uuid(Uuid::from_u128(1)),
                expires_at: at(1000 + i64::from(i)),
            };
            let mut random = [0; 32];
            random[..4].copy_from_slice(&i.to_be_bytes());
            tokens.issue(grant, random, at(0));
        }
        assert_eq!(tokens.0.len(), MAX_TOKENS);
    }
}
