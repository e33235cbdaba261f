//! Lists of revoked certificates (X.509 CRL) as files: what `certs revoke` writes and a relay without another word from anybody obeys.
//!
//! A relay that is there hears of a revocation in its own record and acts at once; the list is for what was issued by hand, and for consoles.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::FromDer as _;
use x509_parser::prelude::X509Certificate;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::authority::{IssuingAuthority, read};
use crate::chain::Trust;
use crate::error::CertsError;
use crate::verify::RevokedCertificate;

/// A list says that the next one is made by then; nobody of ours refuses an older one.
const NEXT: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Serial numbers that are revoked, lower-case hexadecimal, and when.
type Entries = Vec<(Vec<u8>, i64)>;

/// The serial numbers of a list that one of these authorities signed.
///
/// # Errors
/// When the file is missing, or is no such list.
pub fn revoked_serials(path: &Path, trust: &Trust) -> Result<HashSet<String>, CertsError> {
    Ok(entries(path, trust)?.into_iter().map(|(serial, _)| hex(&serial)).collect())
}

/// The certificates of such a list with their times, for documents that were signed with them.
///
/// # Errors
/// As [`revoked_serials`].
pub fn revoked_certificates(path: &Path, trust: &Trust) -> Result<Vec<RevokedCertificate>, CertsError> {
    let entries = entries(path, trust)?.into_iter().map(|(serial, second)| RevokedCertificate {
        serial: hex(&serial),
        // A time that cannot be said is the beginning: nothing of it is believed.
        revoked_at: Timestamp::from_second(second).unwrap_or(Timestamp::MIN),
    });
    Ok(entries.collect())
}

/// What a list says of itself. Whether an authority signed it is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    /// Who made it.
    pub issuer: String,
    /// When.
    pub this_update: Timestamp,
    /// By when the next one is made.
    pub next_update: Option<Timestamp>,
    /// Whom it revokes, from when on.
    pub revoked: Vec<RevokedCertificate>,
}

/// The list in a PEM text; `None` when there is none.
pub fn list_facts(pem: &str) -> Option<ListFacts> {
    let der = CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).ok()?;
    let (_, list) = CertificateRevocationList::from_der(&der).ok()?;
    let at = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
    let revoked = list.iter_revoked_certificates().map(|one| RevokedCertificate {
        serial: hex(one.raw_serial()),
        revoked_at: at(one.revocation_date.timestamp()),
    });
    Some(ListFacts {
        issuer: list.issuer().to_string(),
        this_update: at(list.last_update().timestamp()),
        next_update: list.next_update().map(|next| at(next.timestamp())),
        revoked: revoked.collect(),
    })
}

fn entries(path: &Path, trust: &Trust) -> Result<Entries, CertsError> {
    let text = read(path, "list of revoked certificates", "certs revoke --dir <authority> …")?;
    let none = || CertsError::RevocationList(path.to_owned());
    let der = CertificateRevocationListDer::from_pem_slice(text.as_bytes()).map_err(|_| none())?;
    let (_, list) = CertificateRevocationList::from_der(&der).map_err(|_| none())?;
    let is_signed = trust.anchors().iter().any(|anchor| {
        X509Certificate::from_der(anchor).is_ok_and(|(_, anchor)| list.verify_signature(anchor.public_key()).is_ok())
    });
    if !is_signed {
        return Err(none());
    }
    let revoked = list.iter_revoked_certificates();
    Ok(revoked.map(|one| (one.raw_serial().to_vec(), one.revocation_date.timestamp())).collect())
}

/// Adds serial numbers to the authority's list at `path`, which is made when it is not there.
///
/// # Errors
/// When a serial number is none, or the list is not this authority's.
pub fn revoke(authority: &IssuingAuthority, path: &Path, serials: &[String], now: Timestamp) -> Result<(), CertsError> {
    let trust = Trust::new(vec![authority.der().clone()]);
    let mut all = if path.exists() { entries(path, &trust)? } else { Entries::new() };
    for text in serials {
        let serial = bytes(text).ok_or_else(|| CertsError::Serial(text.clone()))?;
        if !all.iter().any(|(known, _)| *known == serial) {
            all.push((serial, now.as_second()));
        }
    }
    let at =
        |second: i64| rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from(second).unwrap_or_default());
    let revoked_certs = all.into_iter().map(|(serial, second)| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&serial),
        revocation_time: at(second),
        reason_code: Some(RevocationReason::Unspecified),
        invalidity_date: None,
    });
    let params = CertificateRevocationListParams {
        this_update: at(now.as_second()),
        next_update: at(now.as_second() + NEXT.as_secs()),
        crl_number: SerialNumber::from(u64::try_from(now.as_second()).unwrap_or_default()),
        issuing_distribution_point: None,
        revoked_certs: revoked_certs.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let pem = params.signed_by(&authority.issuer)?.pem()?;
    crate::authority::write_file(path, &pem, 0o644)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || digits.len() > 40 || !digits.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    digits.chunks_exact(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect()
}
