//! What browsers say about a passkey: client data, attestation objects, authenticator data, keys.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yunzhen_domain::passkeys::{Ceremony, PublicKey, RelyingParty, challenge_of, registered, shown};

fuzz_target!(|data: &[u8]| {
    let party = RelyingParty { id: "clinic.example.org".into(), origin: "https://clinic.example.org".into() };
    for ceremony in [Ceremony::Register, Ceremony::SignIn] {
        let _ = challenge_of(&party, ceremony, data);
    }
    if let Ok(made) = registered(&party, data) {
        assert!(PublicKey::from_cose(&made.public_key).is_ok());
        assert!(!made.credential_id.is_empty());
    }
    if let Ok(answer) = shown(&party, b"{}", data) {
        assert!(answer.signed.starts_with(data));
    }
    let _ = PublicKey::from_cose(data);
});
