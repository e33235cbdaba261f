//! Bearer and link tokens: 32 random bytes, base64url; the store keeps only the SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use yunzhen_runtime::clock::random_bytes;

/// A new token and its digest.
pub(super) fn new() -> (String, [u8; 32]) {
    let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let digest = digest(&token);
    (token, digest)
}

/// The digest under which a token is looked up. Looking up by digest leaks no timing about the token.
pub(super) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares two secrets in time that does not depend on where they differ.
pub(super) fn same(a: &str, b: &str) -> bool {
    // Digests of equal length; what leaks is only about digests of random secrets.
    digest(a) == digest(b)
}
