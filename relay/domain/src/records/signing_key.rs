//! Signing keys of staff: the public half, who asked for it and who let it sign.

use crate::access::Facts;
use crate::actor::Role;
use crate::ids::{SigningKeyId, StaffId};
use crate::machines::Refused;
use crate::machines::signing_key::{Event, State};
use jiff::Timestamp;

/// A key that a person made in a browser. The private half is there and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Identifier.
    pub id: SigningKeyId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Whose.
    pub staff_id: StaffId,
    /// As what the person signs.
    pub role: Role,
    /// SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal: what two people compare, and what a signature is looked up by.
    pub key_sha256: String,
    /// The request as the browser signed it, JSON with the public key and the proof of possession: `certs sign-request` checks it again.
    pub request: String,
    /// In which browser it lies, in the person's own words.
    pub device: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was approved or refused.
    pub decided_at: Option<Timestamp>,
    /// By whom; nobody where keys are approved at once.
    pub decided_by: Option<StaffId>,
    /// From when on it signs nothing more.
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    pub revoked_by: Option<StaffId>,
    /// Why it was refused or revoked.
    pub reason: Option<String>,
    /// The certificate chain, PEM, where it was issued offline; else the console issues one whenever it is asked.
    pub certificate: Option<String>,
}

impl SigningKey {
    /// What access decides on: its person, in either column.
    pub fn facts(&self) -> Facts {
        Facts { specialist_id: Some(self.staff_id), pharmacist_id: Some(self.staff_id), ..Facts::default() }
    }

    /// A key that signs from the start, as demonstrations, load and tests have it: nobody asked for it in a browser.
    pub fn in_force(id: SigningKeyId, staff_id: StaffId, role: Role, key_sha256: String, at: Timestamp) -> Self {
        Self {
            id,
            version: 1,
            state: State::Approved,
            staff_id,
            role,
            key_sha256,
            request: String::new(),
            device: String::new(),
            requested_at: at,
            decided_at: Some(at),
            decided_by: None,
            revoked_at: None,
            revoked_by: None,
            reason: None,
            certificate: None,
        }
    }

    /// The fingerprint as people read it to one another: 128 bits in groups of four.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key_sha256)
    }

    /// Does it sign?
    pub const fn signs(&self) -> bool {
        matches!(self.state, State::Approved)
    }

    /// After an administrator, or nobody, let it sign.
    pub fn approve(self, by: Option<StaffId>, at: Timestamp) -> Result<Self, Refused> {
        self.decide(Event::Approve, by, None, at)
    }

    /// After an administrator did not.
    pub fn refuse(self, by: StaffId, reason: String, at: Timestamp) -> Result<Self, Refused> {
        self.decide(Event::Refuse, Some(by), Some(reason), at)
    }

    fn decide(
        mut self,
        event: Event,
        by: Option<StaffId>,
        reason: Option<String>,
        at: Timestamp,
    ) -> Result<Self, Refused> {
        self.state = self.state.apply(event)?;
        self.version += 1;
        (self.decided_at, self.decided_by, self.reason) = (Some(at), by, reason);
        Ok(self)
    }

    /// With the certificate that an offline authority issued for it.
    pub fn certified(mut self, chain_pem: String) -> Self {
        self.version += 1;
        self.certificate = Some(chain_pem);
        self
    }

    /// After which nothing more is signed with it.
    pub fn revoke(mut self, by: StaffId, reason: String, at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Revoke)?;
        self.version += 1;
        (self.revoked_at, self.revoked_by, self.reason) = (Some(at), Some(by), Some(reason));
        Ok(self)
    }
}

/// The first 128 bits of a digest in groups of four digits.
pub fn fingerprint(key_sha256: &str) -> String {
    let digits: Vec<char> = key_sha256.chars().take(32).collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_in_eight_groups() {
        let text = fingerprint("00112233445566778899aabbccddeeff0011");
        assert_eq!(text, "0011 2233 4455 6677 8899 aabb ccdd eeff");
    }
}
