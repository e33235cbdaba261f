//! The one table of what each kind of certificate may do and for how long.

use jiff::SignedDuration;
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};

use crate::identity::Kind;

/// id-kp-documentSigning (RFC 9336), DER without tag and length.
pub(crate) const DOCUMENT_SIGNING_DER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 36];
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// Certificates are valid from a little before they are made: clocks in homes differ.
pub const BACKDATE: SignedDuration = SignedDuration::from_mins(5);
/// How long the root and the two authorities under it are valid.
pub const AUTHORITY_VALIDITY: SignedDuration = days(20 * 365);

/// One row.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What it is called in lists.
    pub name: &'static str,
    /// Of whom.
    pub kind: Kind,
    /// Issued by the systems or the signers authority.
    pub issued_by: Issuing,
    /// Valid for, at most.
    pub validity: SignedDuration,
    /// What the key may do.
    pub key_usages: Vec<KeyUsagePurpose>,
    /// May be used for.
    pub purposes: Vec<ExtendedKeyUsagePurpose>,
    /// Host names and addresses besides the identity.
    pub hosts: &'static [&'static str],
}

/// The two authorities under the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issuing {
    /// Boxes, relays, consoles.
    Systems,
    /// People who sign.
    Signers,
}

impl Issuing {
    /// The word used in file names and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Systems => "systems",
            Self::Signers => "signers",
        }
    }
}

/// The table: how long, for what, under which names. Every key is ECDSA P-256, every name a SAN URI ([`crate::Identity`]).
#[must_use]
pub fn table() -> Vec<Profile> {
    use ExtendedKeyUsagePurpose::{ClientAuth, Other, ServerAuth};
    const LOCAL: &[&str] = &["localhost", "127.0.0.1"];
    let row = |name, kind, issued_by, validity, purposes, hosts| {
        let key_usages = vec![KeyUsagePurpose::DigitalSignature];
        Profile { name, kind, issued_by, validity, key_usages, purposes, hosts }
    };
    let (systems, signers) = (Issuing::Systems, Issuing::Signers);
    vec![
        // A box and a console also serve a page on the LAN. Issued by hand, a box's is renewed by hand where the relay does not renew.
        row("box", Kind::Box, systems, days(365), vec![ClientAuth, ServerAuth], LOCAL),
        // Renewed over the link at half of it: a box that is stolen is worth a week, also to who never hears of the revocation.
        row("enrolled_box", Kind::Box, systems, days(7), vec![ClientAuth, ServerAuth], LOCAL),
        row("relay", Kind::Relay, systems, days(365), vec![ServerAuth], LOCAL),
        row("console", Kind::Console, systems, days(365), vec![ClientAuth, ServerAuth], LOCAL),
        // The key lives in a browser; a new one is issued at any sign-in.
        row("signer", Kind::Signer, signers, days(30), vec![Other(DOCUMENT_SIGNING.to_vec())], &[]),
    ]
}

/// The row of a kind, as it is issued by hand.
#[must_use]
pub fn profile(kind: Kind) -> Profile {
    named(kind.as_str())
}

/// The row of a box that a relay enrols or renews.
#[must_use]
pub fn enrolled_box() -> Profile {
    named("enrolled_box")
}

fn named(name: &str) -> Profile {
    let found = table().into_iter().find(|row| row.name == name);
    found.unwrap_or_else(|| unreachable!("every kind has its row"))
}

const fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row_and_an_enrolled_box_a_shorter_one() {
        for kind in [Kind::Box, Kind::Relay, Kind::Console, Kind::Signer] {
            assert_eq!(profile(kind).kind, kind);
        }
        assert_eq!(enrolled_box().kind, Kind::Box);
        assert!(enrolled_box().validity < profile(Kind::Box).validity);
    }
}
