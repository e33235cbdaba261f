//! What a browser says about a passkey (WebAuthn level 3, §7.1 and §7.2): read and held against what was asked, up to the signature, which is checked by whoever has a
//! library for it. Only passkeys that verified the person count. Where a passkey comes from is not asked (attestation `none`): what an authenticator says about its
//! maker is read over and not believed. Pure. Not here: challenges and their single use.

mod cbor;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// For whom passkeys are made, and where they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host that people see in the address bar.
    pub id: String,
    /// The one origin of the pages, such as `https://clinic.example.org`.
    pub origin: String,
}

impl RelyingParty {
    /// The party of the page that the client data is of. On `localhost`, which is this machine and nobody else's, each person may have a host of
    /// its own (`nurse.localhost`, of the same scheme and port), and browsers make passkeys for that very host; everywhere else there is one.
    #[must_use]
    pub fn at(self, client_data: &[u8]) -> Self {
        let Some((scheme, port)) = self.origin.split_once("localhost").filter(|_| self.id == "localhost") else {
            return self;
        };
        let Ok(said) = serde_json::from_slice::<ClientData>(client_data) else { return self };
        let host = said.origin.strip_prefix(scheme).and_then(|rest| rest.strip_suffix(port));
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match host.filter(|host| host.strip_suffix(".localhost").is_some_and(is_name)) {
            Some(host) => Self { id: host.to_owned(), origin: said.origin.clone() },
            None => self,
        }
    }
}

/// Why a passkey is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// What the browser says cannot be read.
    #[error("the client data cannot be read")]
    ClientData,
    /// It is an answer to something else.
    #[error("the client data is of another ceremony")]
    Ceremony,
    /// It was shown to another page.
    #[error("the passkey was shown to another origin")]
    Origin,
    /// What the authenticator says cannot be read.
    #[error("the authenticator data cannot be read")]
    AuthenticatorData,
    /// It belongs to another site.
    #[error("the passkey belongs to another site")]
    RelyingParty,
    /// Nobody touched it, or it did not make sure who did.
    #[error("the authenticator did not verify the person")]
    NotVerified,
    /// Its key is of a kind that is not offered.
    #[error("the key is of another kind")]
    Key,
}

/// What is done with a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// One is registered.
    Register,
    /// One is shown.
    SignIn,
}

/// The members of `clientDataJSON` that count. Browsers may add others.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// The challenge, as base64url, that an answer of the browser is to; the rest of it is held against what was asked.
pub fn challenge_of(party: &RelyingParty, ceremony: Ceremony, client_data: &[u8]) -> Result<String, PasskeyError> {
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_| PasskeyError::ClientData)?;
    let kind = match ceremony {
        Ceremony::Register => "webauthn.create",
        Ceremony::SignIn => "webauthn.get",
    };
    if said.kind != kind {
        return Err(PasskeyError::Ceremony);
    }
    if said.cross_origin || said.origin != party.origin {
        return Err(PasskeyError::Origin);
    }
    Ok(said.challenge)
}

/// A passkey as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What its authenticator knows it by.
    pub credential_id: Vec<u8>,
    /// Its public key, as COSE has it.
    pub public_key: Vec<u8>,
    /// What its authenticator counted.
    pub sign_count: u32,
}

/// Reads what an authenticator made.
pub fn registered(party: &RelyingParty, attestation_object: &[u8]) -> Result<Registered, PasskeyError> {
    let unreadable = PasskeyError::AuthenticatorData;
    let (object, rest) = cbor::read(attestation_object).ok_or(unreadable)?;
    let data = object.named("authData").and_then(cbor::Value::bytes).filter(|_| rest.is_empty()).ok_or(unreadable)?;
    let data = AuthenticatorData::read(party, data)?;
    let (credential_id, public_key) = data.credential.ok_or(unreadable)?;
    PublicKey::from_cose(public_key)?;
    Ok(Registered {
        credential_id: credential_id.to_vec(),
        public_key: public_key.to_vec(),
        sign_count: data.sign_count,
    })
}

/// What a passkey signed, and what it counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The bytes beneath the signature.
    pub signed: Vec<u8>,
    /// What its authenticator counted.
    pub sign_count: u32,
}

/// Reads what an authenticator says to a sign-in.
pub fn shown(party: &RelyingParty, client_data: &[u8], authenticator_data: &[u8]) -> Result<Shown, PasskeyError> {
    let data = AuthenticatorData::read(party, authenticator_data)?;
    let mut signed = authenticator_data.to_vec();
    signed.extend(Sha256::digest(client_data));
    Ok(Shown { signed, sign_count: data.sign_count })
}

/// Did the count go back, so that there may be two of one passkey? Those that are kept on several devices count nothing.
pub const fn count_fell(before: u32, now: u32) -> bool {
    (before != 0 || now != 0) && now <= before
}

/// What a count says of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It counted on.
    On,
    /// It counted less than before: there may be two of it.
    Fell,
    /// It counted on from what was read, and another sign-in with it was through before this one: no copy, and no sign-in.
    Overtaken,
}

/// Judges the count that was shown, where `read` stood when it was asked for and `stands` now.
pub const fn counted(read: u32, stands: u32, shown: u32) -> Counted {
    if !count_fell(stands, shown) {
        Counted::On
    } else if read != stands && !count_fell(read, shown) {
        Counted::Overtaken
    } else {
        Counted::Fell
    }
}

/// The flags of authenticator data that count here.
const PERSON_PRESENT: u8 = 0x01;
const PERSON_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;
/// The longest name that the specification allows for a credential.
const CREDENTIAL_ID_BYTES: usize = 1023;

struct AuthenticatorData<'a> {
    sign_count: u32,
    /// Its id, and its key as COSE.
    credential: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> AuthenticatorData<'a> {
    fn read(party: &RelyingParty, bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        let unreadable = PasskeyError::AuthenticatorData;
        let (party_sha256, rest) = bytes.split_at_checked(32).ok_or(unreadable)?;
        let (&flags, rest) = rest.split_first().ok_or(unreadable)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(unreadable)?;
        if party_sha256 != Sha256::digest(party.id.as_bytes()).as_slice() {
            return Err(PasskeyError::RelyingParty);
        }
        if flags & PERSON_PRESENT == 0 || flags & PERSON_VERIFIED == 0 {
            return Err(PasskeyError::NotVerified);
        }
        let mut credential = None;
        if flags & HAS_CREDENTIAL != 0 {
            // The model of the authenticator comes first; nobody asked for it.
            let (_, named) = rest.split_at_checked(16).ok_or(unreadable)?;
            let (length, named) = named.split_first_chunk::<2>().ok_or(unreadable)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (id, key) = named.split_at_checked(length).ok_or(unreadable)?;
            if id.is_empty() || id.len() > CREDENTIAL_ID_BYTES {
                return Err(unreadable);
            }
            let (_, after) = cbor::read(key).ok_or(unreadable)?;
            credential = Some((id, &key[..key.len() - after.len()]));
            rest = after;
        }
        if flags & HAS_EXTENSIONS != 0 {
            rest = cbor::read(rest).ok_or(unreadable)?.1;
        }
        if !rest.is_empty() {
            return Err(unreadable);
        }
        Ok(Self { sign_count: u32::from_be_bytes(*count), credential })
    }
}

/// A public key of the three kinds that are offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: the point, uncompressed.
    Es256([u8; 65]),
    /// Ed25519.
    Ed25519([u8; 32]),
    /// RSA PKCS #1 v1.5 with SHA-256, of Windows Hello: modulus, exponent.
    Rs256(Vec<u8>, Vec<u8>),
}

impl PublicKey {
    /// The numbers that COSE has for them, in the order of preference.
    pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];

    /// Reads a COSE key; nothing may follow it.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, PasskeyError> {
        let (key, rest) = cbor::read(bytes).ok_or(PasskeyError::Key)?;
        let number = |label| key.at(label).and_then(cbor::Value::int);
        let bytes = |label| key.at(label).and_then(cbor::Value::bytes);
        let read = || match (number(1)?, number(3)?) {
            (2, -7) if number(-1) == Some(1) => {
                let (x, y) = (<[u8; 32]>::try_from(bytes(-2)?).ok()?, <[u8; 32]>::try_from(bytes(-3)?).ok()?);
                let mut point = [4; 65];
                point[1..33].copy_from_slice(&x);
                point[33..].copy_from_slice(&y);
                Some(Self::Es256(point))
            }
            (1, -8) if number(-1) == Some(6) => Some(Self::Ed25519(bytes(-2)?.try_into().ok()?)),
            (3, -257) => Some(Self::Rs256(bytes(-1)?.to_vec(), bytes(-2)?.to_vec())),
            _ => None,
        };
        read().filter(|_| rest.is_empty()).ok_or(PasskeyError::Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party() -> RelyingParty {
        RelyingParty { id: "clinic.example.org".into(), origin: "https://clinic.example.org".into() }
    }

    fn key() -> Vec<u8> {
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend([7; 32]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend([8; 32]);
        key
    }

    fn data(id: &str, flags: u8, credential: bool) -> Vec<u8> {
        let mut data = Sha256::digest(id.as_bytes()).to_vec();
        data.push(flags);
        data.extend([0, 0, 0, 9]);
        if credential {
            data.extend([0; 16]);
            data.extend([0, 3, b'a', b'b', b'c']);
            data.extend(key());
        }
        data
    }

    fn object(data: &[u8]) -> Vec<u8> {
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.push(0xa0);
        object.push(0x68);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(data.len()).unwrap()]);
        object.extend(data);
        object
    }

    #[test]
    fn a_passkey_is_registered_for_this_site_by_a_verified_person() {
        let made = registered(&party(), &object(&data("clinic.example.org", 0x45, true))).unwrap();
        assert_eq!((made.credential_id.as_slice(), made.sign_count), (&b"abc"[..], 9));
        let mut point = [4; 65];
        point[1..33].fill(7);
        point[33..].fill(8);
        assert_eq!(PublicKey::from_cose(&made.public_key), Ok(PublicKey::Es256(point)));
        for (id, flags, credential, why) in [
            ("evil.example.org", 0x45, true, PasskeyError::RelyingParty),
            ("clinic.example.org", 0x41, true, PasskeyError::NotVerified),
            ("clinic.example.org", 0x44, true, PasskeyError::NotVerified),
            ("clinic.example.org", 0x05, false, PasskeyError::AuthenticatorData),
            ("clinic.example.org", 0x05, true, PasskeyError::AuthenticatorData),
            ("clinic.example.org", 0x45, false, PasskeyError::AuthenticatorData),
            ("clinic.example.org", 0xc5, true, PasskeyError::AuthenticatorData),
        ] {
            assert_eq!(registered(&party(), &object(&data(id, flags, credential))), Err(why), "{id} {flags:x}");
        }
        let whole = object(&data("clinic.example.org", 0x45, true));
        for n in 0..whole.len() {
            assert!(registered(&party(), &whole[..n]).is_err(), "cut off at {n}");
        }
    }

    #[test]
    fn an_answer_is_to_this_page_and_this_ceremony() {
        let said = |kind: &str, origin: &str, more: &str| {
            format!(r#"{{"type":"{kind}","challenge":"abc","origin":"{origin}"{more}}}"#)
        };
        let ask = |text: &str| challenge_of(&party(), Ceremony::SignIn, text.as_bytes());
        let here = "https://clinic.example.org";
        assert_eq!(ask(&said("webauthn.get", here, r#","other":1"#)).unwrap(), "abc");
        assert_eq!(ask(&said("webauthn.create", here, "")), Err(PasskeyError::Ceremony));
        for elsewhere in
            ["http://clinic.example.org", "https://clinic.example.org:8443", "https://clinic.example.org.evil"]
        {
            assert_eq!(ask(&said("webauthn.get", elsewhere, "")), Err(PasskeyError::Origin), "{elsewhere}");
        }
        assert_eq!(ask(&said("webauthn.get", here, r#","crossOrigin":true"#)), Err(PasskeyError::Origin));
        assert_eq!(ask("{}"), Err(PasskeyError::ClientData));
    }

    #[test]
    fn on_localhost_a_page_s_own_host_is_the_party_and_nowhere_else() {
        let demo = || RelyingParty { id: "localhost".into(), origin: "http://localhost:8080".into() };
        let at = |party: RelyingParty, origin: &str| {
            let said = format!(r#"{{"type":"webauthn.get","challenge":"abc","origin":"{origin}"}}"#);
            let there = party.at(said.as_bytes());
            challenge_of(&there, Ceremony::SignIn, said.as_bytes()).map(|_| there.id)
        };
        assert_eq!(at(demo(), "http://localhost:8080").as_deref(), Ok("localhost"));
        assert_eq!(at(demo(), "http://nurse.localhost:8080").as_deref(), Ok("nurse.localhost"));
        for elsewhere in [
            "http://nurse.localhost:8081",
            "https://nurse.localhost:8080",
            "http://.localhost:8080",
            "http://evil.example.org:8080",
            "http://evil.example.org/.localhost:8080",
            "http://nurse.localhost.evil.org:8080",
        ] {
            assert_eq!(at(demo(), elsewhere), Err(PasskeyError::Origin), "{elsewhere}");
        }
        assert_eq!(at(party(), "https://nurse.clinic.example.org"), Err(PasskeyError::Origin));
        assert_eq!(demo().at(b"{"), demo());
    }

    #[test]
    fn the_signature_is_over_both_halves_and_counts_never_fall() {
        let bytes = data("clinic.example.org", 0x05, false);
        let answer = shown(&party(), b"{}", &bytes).unwrap();
        assert_eq!(answer.signed, [&bytes[..], &Sha256::digest(b"{}")[..]].concat());
        assert_eq!(answer.sign_count, 9);
        for (before, now, fell) in
            [(0, 0, false), (0, 1, false), (4, 5, false), (5, 5, true), (5, 4, true), (5, 0, true)]
        {
            assert_eq!(count_fell(before, now), fell, "{before} {now}");
        }
    }

    #[test]
    fn keys_of_other_kinds_are_refused() {
        let mut p384 = key();
        p384[6] = 2;
        let mut with_more = key();
        with_more.push(0);
        for odd in [&p384[..], &with_more, &key()[..20], &[0xa0]] {
            assert_eq!(PublicKey::from_cose(odd), Err(PasskeyError::Key));
        }
        let mut ed25519 = vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
        ed25519.extend([3; 32]);
        assert_eq!(PublicKey::from_cose(&ed25519), Ok(PublicKey::Ed25519([3; 32])));
    }

    #[test]
    fn a_count_is_judged_by_what_stands_and_not_by_what_was_read() {
        for (read, stands, shown, verdict) in [
            (4, 4, 5, Counted::On),
            (4, 5, 6, Counted::On),
            // It counts nothing.
            (0, 0, 0, Counted::On),
            (4, 4, 4, Counted::Fell),
            (4, 4, 3, Counted::Fell),
            (4, 0, 0, Counted::On),
            // Two at once, of which the later was through first: the other one is late, and no copy.
            (4, 6, 5, Counted::Overtaken),
            (4, 5, 5, Counted::Overtaken),
            // It was behind already when it was read.
            (4, 6, 4, Counted::Fell),
        ] {
            assert_eq!(counted(read, stands, shown), verdict, "{read}, {stands}, {shown}");
        }
    }
}
