//! The one table of what each kind of certificate may do and for how long.

use jiff::SignedDuration;
use rcgen::ExtendedKeyUsagePurpose;

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
    /// Issued by the systems or the signers authority.
    pub issued_by: Issuing,
    /// Valid for.
    pub validity: SignedDuration,
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

/// The row of a kind.
#[must_use]
pub fn profile(kind: Kind) -> Profile {
    use ExtendedKeyUsagePurpose::{ClientAuth, Other, ServerAuth};
    const LOCAL: &[&str] = &["localhost", "127.0.0.1"];
    let (issued_by, validity, purposes, hosts): (_, _, Vec<_>, &[&str]) = match kind {
        // A box and a console also serve a page on the LAN.
        Kind::Box => (Issuing::Systems, days(365), vec![ClientAuth, ServerAuth], LOCAL),
        Kind::Relay => (Issuing::Systems, days(365), vec![ServerAuth], LOCAL),
        Kind::Console => (Issuing::Systems, days(365), vec![ClientAuth, ServerAuth], LOCAL),
        // The key lives in a browser; a new one is issued at any sign-in.
        Kind::Signer => (Issuing::Signers, days(30), vec![Other(DOCUMENT_SIGNING.to_vec())], &[]),
    };
    Profile { issued_by, validity, purposes, hosts }
}

const fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}
