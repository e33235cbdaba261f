//! What each command about certificates does, and what it says.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};
use yunzhen_certs::authority::{Authority, IssuedWithKey, IssuingAuthority};
use yunzhen_certs::credentials::install;
use yunzhen_certs::identity::{BareFacts, IdentityError, hosts_of};
use yunzhen_certs::profile::{self, Issuing};
use yunzhen_certs::request::{KeyRequest, RequestError, asked_names, read_request};
use yunzhen_certs::{CertificateFacts, Identity, Kind, Trust, read_chain, revoked, tls};
use yunzhen_domain::ids::HomeId;

use super::{Command, Common, Issue, Which, documents};

pub(super) fn run(command: Command, now: Timestamp) -> anyhow::Result<()> {
    match command {
        Command::Init { dir, root } => init(&dir, root.as_deref(), now),
        Command::Issue(Issue::Agent { common, home }) => {
            issue(&common, Issuing::Systems, &Identity::Box { home_id: home }, now)
        }
        Command::Issue(Issue::Relay { common, name }) => {
            issue(&common, Issuing::Systems, &checked(&format!("urn:yunzhen:relay:{name}"))?, now)
        }
        Command::Issue(Issue::Console { common, name }) => {
            issue(&common, Issuing::Systems, &checked(&format!("urn:yunzhen:console:{name}"))?, now)
        }
        Command::IssueSigner { common, role, staff } => {
            let uri = format!("urn:yunzhen:signer:{}:{staff}", role.as_str());
            issue(&common, Issuing::Signers, &checked(&uri)?, now)
        }
        Command::Request { home, out, file } => request(home, &out, &file),
        Command::Enrol { dir, home, request, out, days } => enrol(&dir, home, &request, &out, days, now),
        Command::Renew { dir, key, days, certificate } => renew(&dir, key, days, &certificate, now),
        Command::Revoke { dir, authority, serials, certificates } => {
            revoke(&dir, authority, serials, &certificates, now)
        }
        Command::Verify { roots, at, revoked, crl, of, prescription, file } => {
            documents::verify(&documents::Verification {
                roots: &roots,
                at,
                revoked: revoked.as_deref(),
                crls: &crl,
                of: of.as_deref(),
                prescription: prescription.as_deref(),
                file: &file,
            })
        }
        Command::SignRequest { dir, out, request } => documents::sign_request(&dir, &request, &out, now),
        Command::Inspect { file } => inspect(&file, now),
        Command::Profiles => {
            profiles();
            Ok(())
        }
    }
}

fn init(dir: &Path, root: Option<&Path>, now: Timestamp) -> anyhow::Result<()> {
    let root = root.unwrap_or(dir);
    let authority = Authority::create(now)?;
    authority.write_apart(dir, root)?;
    println!("authority made in {}", dir.display());
    println!("keep {} offline: nothing needs it until an authority is replaced", root.join("root.key.pem").display());
    println!("signers.key.pem belongs to the hospital console only");
    println!("systems.key.pem issues for boxes, relays and consoles; a relay gets it only to enrol boxes by itself");
    println!("fingerprint of systems.pem: {}", hex(&tls::fingerprint(authority.systems.der())));
    Ok(())
}

fn checked(uri: &str) -> anyhow::Result<Identity> {
    Ok(uri.parse::<Identity>()?)
}

fn days_long(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

fn issue(common: &Common, from: Issuing, identity: &Identity, now: Timestamp) -> anyhow::Result<()> {
    let authority = IssuingAuthority::load_dir(from, &common.dir)?;
    let validity = common.days.map(days_long);
    let out = common.out.as_deref().unwrap_or(&common.dir);
    let file = common.file.clone().unwrap_or_else(|| match identity {
        Identity::Box { home_id } => format!("box-{home_id}"),
        Identity::Relay { name } => format!("relay-{name}"),
        Identity::Console { name } => format!("console-{name}"),
        Identity::Signer { role, staff_id } => format!("{}-{staff_id}", role.as_str()),
    });
    nothing_there(&common.dir, &out.join(format!("{file}.pem")), &out.join(format!("{file}.key.pem")))?;
    // `--days 0` is expired a minute ago, not in this very second.
    let now = if common.days == Some(0) { now - SignedDuration::from_mins(1) } else { now };
    let issued: IssuedWithKey = authority.issue_with_key(identity, &common.hosts, validity, now)?;
    issued.write(out, &file)?;
    println!("{}", out.join(format!("{file}.pem")).display());
    println!("{} valid until {}", issued.issued.facts.identity, issued.issued.facts.not_after);
    Ok(())
}

/// Refuses to replace a certificate or key: it may be in use, has names that the new one would not have, and is revoked by the serial number that would be lost with it.
fn nothing_there(dir: &Path, certificate: &Path, key: &Path) -> anyhow::Result<()> {
    let Some(there) = [certificate, key].into_iter().find(|path| path.exists()) else { return Ok(()) };
    // What cannot be read as one of ours is not replaced either.
    let chain = read_chain(there, "certificate", "certs issue …").ok();
    match chain.and_then(|chain| CertificateFacts::from_der(&chain[0]).ok()) {
        Some(before) if before.identity.kind() != Kind::Signer => bail!(
            "{} is there already ({}, serial {}); nothing was changed. Renew it in place with `certs renew --dir {} {}`, \
             which keeps its names, or choose another --out or --file",
            there.display(),
            before.identity,
            before.serial,
            dir.display(),
            there.display(),
        ),
        Some(before) => bail!(
            "{} is there already ({}, serial {}); nothing was changed. Choose another --out or --file",
            there.display(),
            before.identity,
            before.serial,
        ),
        None => bail!("{} is there already; nothing was changed. Choose another --out or --file", there.display()),
    }
}

fn request(home: HomeId, out: &Path, file: &str) -> anyhow::Result<()> {
    let made = KeyRequest::new(Some(&Identity::Box { home_id: home }))?;
    let (key, csr) = (out.join(format!("{file}.key.pem")), out.join(format!("{file}.csr.pem")));
    if key.exists() {
        bail!("{} is there already; nothing was changed. Choose another --file, or remove it first", key.display());
    }
    made.write(&key, &csr)?;
    println!("key     {} (stays on this machine)", key.display());
    println!(
        "request {}; at the authority: `certs enrol --dir <authority> --home {home} --request … --out …`",
        csr.display()
    );
    Ok(())
}

fn enrol(dir: &Path, home_id: HomeId, request: &Path, out: &Path, days: u16, now: Timestamp) -> anyhow::Result<()> {
    let authority = IssuingAuthority::load_dir(Issuing::Systems, dir)?;
    let text = std::fs::read_to_string(request).with_context(|| format!("{}", request.display()))?;
    let identity = Identity::Box { home_id };
    let key = read_request(&text, &identity).map_err(|error| match error {
        RequestError::Name => {
            let asked = asked_names(&text).unwrap_or_default().join(", ");
            anyhow::anyhow!(
                "{error}: it asks for {asked}, and --home says {identity}. Give the home of the box that made it, or make another on that box with `certs request`"
            )
        }
        RequestError::Malformed | RequestError::Key | RequestError::Signature => {
            anyhow::Error::from(error).context(request.display().to_string())
        }
    })?;
    let issued = authority.issue(&identity, &[], &key, Some(days_long(days)), now)?;
    std::fs::write(out, &issued.chain_pem).with_context(|| format!("{}", out.display()))?;
    println!("{}", out.display());
    println!("{identity} valid until {}; carry it and systems.pem to the box", issued.facts.not_after);
    println!(
        "then start the box, or restart it where it runs: until then it shows what it had, also when that was revoked"
    );
    Ok(())
}

fn renew(
    dir: &Path,
    key: Option<PathBuf>,
    days: Option<u16>,
    certificate: &Path,
    now: Timestamp,
) -> anyhow::Result<()> {
    let chain = read_chain(certificate, "certificate", "certs issue …")?;
    let facts = CertificateFacts::from_der(&chain[0])?;
    if facts.identity.kind() == Kind::Signer {
        bail!("a signing certificate is renewed in its owner's browser, at sign-in");
    }
    let authority = IssuingAuthority::load_dir(Issuing::Systems, dir)?;
    not_revoked(&authority, dir, certificate, &facts)?;
    let key = key.unwrap_or_else(|| certificate.with_extension("key.pem"));
    if !key.exists() {
        bail!("there is no key at {}; name it with --key", key.display());
    }
    let renewed = authority.renew(&facts, &hosts_of(&chain[0])?, days.map(days_long), now)?;
    install(certificate, &key, &renewed.issued.chain_pem, &renewed.key_pem)?;
    println!("{}", certificate.display());
    println!("{} valid until {}", renewed.issued.facts.identity, renewed.issued.facts.not_after);
    println!(
        "the one before (serial {}) stays valid until {}; revoke it if its key is known to others",
        facts.serial, facts.not_after
    );
    Ok(())
}

/// Who was shut out does not come in again by a renewal: whoever took the machine may ask for it too.
fn not_revoked(
    authority: &IssuingAuthority,
    dir: &Path,
    certificate: &Path,
    facts: &CertificateFacts,
) -> anyhow::Result<()> {
    let list = list_of(Issuing::Systems, dir);
    if !list.exists() {
        return Ok(());
    }
    let listed = revoked::revoked_certificates(&list, &Trust::new(vec![authority.der().clone()]))?;
    let Some(revoked) = listed.into_iter().find(|one| one.serial == facts.serial) else { return Ok(()) };
    let kind = facts.identity.kind();
    let enrol = if kind == Kind::Box { "enrol the box anew (the console's page `Boxes`), or " } else { "" };
    bail!(
        "{} (serial {}) was revoked on {} by {}, so it is not renewed; nothing was changed. If this {kind} is to be \
         trusted again, {enrol}issue anew into another folder with `{} --out <folder>`",
        certificate.display(),
        facts.serial,
        revoked.revoked_at,
        list.display(),
        kind.issue_command(),
    )
}

/// Where an authority's list of revoked certificates is.
fn list_of(issuing: Issuing, dir: &Path) -> PathBuf {
    dir.join(format!("{}.crl.pem", issuing.as_str()))
}

fn revoke(
    dir: &Path,
    which: Which,
    mut serials: Vec<String>,
    certificates: &[PathBuf],
    now: Timestamp,
) -> anyhow::Result<()> {
    let issuing = match which {
        Which::Systems => Issuing::Systems,
        Which::Signers => Issuing::Signers,
    };
    let authority = IssuingAuthority::load_dir(issuing, dir)?;
    let by_number = !serials.is_empty();
    for file in certificates {
        let chain = read_chain(file, "certificate", "certs issue …")?;
        if !authority.has_issued(&chain[0]) {
            bail!(
                "{} was issued by {}, not by the {} authority in {} ({}), whose list would not shut it out; nothing was revoked. \
                 Give the folder of its own authority with --dir, and say with --authority whether that is systems or signers",
                file.display(),
                BareFacts::from_der(&chain[0])?.issuer,
                issuing.as_str(),
                dir.display(),
                BareFacts::from_der(authority.der())?.subject,
            );
        }
        serials.push(CertificateFacts::from_der(&chain[0])?.serial);
    }
    let list = list_of(issuing, dir);
    revoked::revoke(&authority, &list, &serials, now)?;
    println!("{}", list.display());
    for serial in serials {
        println!("revoked {serial}");
    }
    if by_number {
        println!(
            "a serial number does not say who issued it, so --serial is not checked: where there is the certificate, give its file"
        );
    }
    if issuing == Issuing::Systems {
        println!(
            "put the list where `[identity] revoked` of each relay's settings says; a running relay reads it by itself"
        );
    }
    Ok(())
}

fn inspect(file: &Path, now: Timestamp) -> anyhow::Result<()> {
    // A file that cannot be read is told by what reads the certificate.
    let text = std::fs::read_to_string(file).ok();
    if let Some(list) = text.as_deref().and_then(revoked::list_facts) {
        println!("list of revoked certificates, its signature not checked");
        println!("issuer   {}", list.issuer);
        println!("made     {}", list.this_update);
        println!("next by  {}", list.next_update.map_or_else(|| "not said".to_owned(), |next| next.to_string()));
        println!("revoked  {}", list.revoked.len());
        for one in list.revoked {
            println!("{} {}", one.serial, one.revoked_at);
        }
        return Ok(());
    }
    if let Some(asked) = text.as_deref().and_then(asked_names) {
        println!("request for a certificate, and not one yet; its signature not checked");
        let names = if asked.is_empty() { "no name: who issues says it".to_owned() } else { asked.join(", ") };
        println!("asks for {names}");
        println!("the authority answers it with `certs enrol`");
        return Ok(());
    }
    let chain = read_chain(file, "certificate", "certs issue …")?;
    println!("fingerprint {}", hex(&tls::fingerprint(&chain[0])));
    let facts = match CertificateFacts::from_der(&chain[0]) {
        Ok(facts) => facts,
        Err(IdentityError::None) => {
            let bare = BareFacts::from_der(&chain[0])?;
            let what = if bare.is_authority { "an authority" } else { "a certificate that is not ours" };
            println!("no identity: {what}");
            println!("name     {}", bare.subject);
            println!("issuer   {}", bare.issuer);
            println!("valid    {} … {} ({} days left)", bare.not_before, bare.not_after, bare.days_left(now));
            return Ok(());
        }
        Err(error) => bail!("{error}"),
    };
    println!("identity {}", facts.identity);
    if let Some(box_id) = facts.box_id {
        println!("box      {box_id}");
    }
    println!("serial   {}", facts.serial);
    println!("names    {}", hosts_of(&chain[0])?.join(", "));
    println!("valid    {} … {} ({} days left)", facts.not_before, facts.not_after, facts.days_left(now));
    Ok(())
}

fn profiles() {
    for row in profile::table() {
        let days = row.validity.as_hours() / 24;
        println!(
            "{:<13} by {:<8} {days:>4} days  {:?} {:?}",
            row.name,
            row.issued_by.as_str(),
            row.key_usages,
            row.purposes
        );
    }
    println!(
        "the root and the authorities under it: {} days. All keys are ECDSA P-256",
        profile::AUTHORITY_VALIDITY.as_hours() / 24
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
