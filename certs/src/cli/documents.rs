//! Signed documents and the keys that sign them, on the command line.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde::Deserialize;
use yunzhen_certs::Trust;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::proof::{self, PublicKeyJwk, issue_checked};
use yunzhen_certs::revoked::revoked_certificates;
use yunzhen_certs::sign::canonical_json;
use yunzhen_certs::verify::{self, Report, RevokedKeys, What};
use yunzhen_domain::Role;
use yunzhen_domain::ids::StaffId;

/// What `certs verify` is told.
pub struct Verification<'a> {
    pub roots: &'a [PathBuf],
    pub at: Option<Timestamp>,
    pub revoked: Option<&'a Path>,
    pub crls: &'a [PathBuf],
    pub of: Option<&'a str>,
    pub prescription: Option<&'a Path>,
    pub file: &'a Path,
}

/// Verifies a document, and that an approval is of a prescription where one is given.
pub fn verify(asked: &Verification<'_>) -> anyhow::Result<()> {
    let mut anchors = Vec::new();
    for path in asked.roots {
        anchors.extend(Trust::load(path)?.anchors().iter().cloned());
    }
    let trust = Trust::new(anchors);
    let mut revoked: RevokedKeys = match asked.revoked {
        Some(path) => json(path).context("this is no list of revoked keys")?,
        None => RevokedKeys { as_of: Timestamp::MIN, keys: None, certificates: None },
    };
    let listed = revoked.clone();
    for path in asked.crls {
        revoked.certificates.get_or_insert_with(Vec::new).extend(revoked_certificates(path, &trust)?);
    }
    let believed = |file: &Path, at: Option<Timestamp>| -> anyhow::Result<Report> {
        match verify::document(&read(file)?, &trust, Some(&revoked), at) {
            Ok(report) => Ok(report),
            Err(error) => bail!("NOT VALID: {error}"),
        }
    };
    let report = believed(asked.file, asked.at)?;
    let prescription = asked.prescription.map(|file| believed(file, None)).transpose()?;
    if let Some(prescription) = &prescription
        && let Err(error) = verify::approves(&report, prescription)
    {
        bail!("NOT VALID: {error}");
    }
    if let Some(id) = asked.of
        && let Err(error) = verify::is_about(&report, id)
    {
        bail!("NOT VALID: {error}");
    }
    println!("VALID, as of {}", asked.at.unwrap_or(report.signed_at));
    if listed.covers(report.what) {
        println!("revocation  checked: not revoked by the list as of {}", listed.as_of);
    } else if has_own_list(asked, &trust, report.what)? {
        println!("revocation  checked: not revoked by the authority's list");
    } else {
        println!("revocation  not checked: {}", missing_list(report.what));
    }
    println!("signed by   {} {}", report.signed_by, report.signer_name.as_deref().unwrap_or_default());
    println!("what        {}", subject(&report));
    println!("signed at   {}", report.signed_at);
    println!("certificate {} (until {})", report.certificate_serial, report.certificate_until);
    println!("key         {}", report.key_sha256);
    println!("{}", canonical_json(&report.document)?);
    Ok(())
}

/// Whether a list of `certs revoke` says something about who signed a receipt: one that the authority signed which its certificate is from. Keys of people are revoked in the
/// record, so such a list does not do for what people sign.
fn has_own_list(asked: &Verification<'_>, trust: &Trust, what: What) -> anyhow::Result<bool> {
    if what != What::Receipt {
        return Ok(false);
    }
    let text = read(asked.file)?;
    let issues = |anchor: &Trust| verify::document(&text, anchor, None, asked.at).is_ok();
    let mut issuers = trust.anchors().iter().map(|anchor| Trust::new(vec![anchor.clone()])).filter(issues);
    Ok(issuers.any(|issuer| asked.crls.iter().any(|path| revoked_certificates(path, &issuer).is_ok())))
}

/// What to give, so that it can be checked.
const fn missing_list(what: What) -> &'static str {
    match what {
        What::Prescription | What::Approval => "give the list of revoked keys with --revoked",
        What::Receipt => {
            "give a list of revoked keys that has the certificates of boxes with --revoked, or the list of certs revoke for systems with --crl"
        }
    }
}

/// What it is, of whom or of what.
fn subject(report: &Report) -> String {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    let of = &report.document;
    match report.what {
        What::Prescription => {
            format!("prescription {} for {}", text(&of["prescription_id"]), text(&of["resident"]["name"]))
        }
        What::Approval => format!("approval of the prescription {}", text(&of["prescription_id"])),
        What::Receipt => format!("receipt of the delivery {}", text(&of["delivery_id"])),
    }
}

/// What an administrator carries from the console: a key that was approved there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyRequest {
    staff_id: StaffId,
    role: Role,
    public_key_jwk: PublicKeyJwk,
    proof_jws: String,
}

/// Answers a request with a certificate. The proof was fresh when the relay took it; here it says that whoever asked held the key.
pub fn sign_request(dir: &Path, request: &Path, out: &Path, now: Timestamp) -> anyhow::Result<()> {
    let asked: KeyRequest = json(request).context("this is no request for a signing certificate")?;
    let claim = proof::check(&asked.public_key_jwk, &asked.proof_jws, asked.role, asked.staff_id, None)?;
    let authority = IssuingAuthority::load_dir(Issuing::Signers, dir)?;
    let issued = issue_checked(&authority, &asked.public_key_jwk, asked.role, asked.staff_id, now)?;
    std::fs::write(out, &issued.chain_pem).with_context(|| out.display().to_string())?;
    println!("{}", out.display());
    println!("{} valid until {}; asked for at {}", issued.facts.identity, issued.facts.not_after, claim.issued_at);
    println!("key {}", asked.public_key_jwk.sha256().unwrap_or_default());
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn json<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    serde_json::from_str(&read(file)?).with_context(|| file.display().to_string())
}
