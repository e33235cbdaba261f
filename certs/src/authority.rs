//! The root and the two issuing authorities: making them, keeping them in a folder, issuing certificates.
//!
//! Whoever holds an [`IssuingAuthority`] can sign in its name. Systems' is an operator's tool, and a relay's where it enrols boxes; signers' is configured at the hospital
//! console alone. Where the key is kept is behind [`crate::keys`].

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType,
    SerialNumber,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, DnsName};
use yunzhen_domain::ids::{BoxId, HomeId};

use crate::error::CertsError;
use crate::identity::{CertificateFacts, Identity};
use crate::keys::{HeldKey, KeyFile, KeyStore};
use crate::profile::{AUTHORITY_VALIDITY, BACKDATE, Issuing, Profile, enrolled_box, profile};
use crate::tls::fingerprint;

/// Everything that `certs init` makes. The root's key is needed again only to make new issuing authorities.
pub struct Authority {
    /// The root's certificate, PEM.
    pub root_pem: String,
    /// The root's key, PEM.
    pub root_key_pem: String,
    /// Issues for boxes, relays and consoles.
    pub systems: IssuingAuthority,
    /// Issues for people who sign.
    pub signers: IssuingAuthority,
    systems_key_pem: String,
    signers_key_pem: String,
}

/// An authority that issues leaf certificates.
pub struct IssuingAuthority {
    which: Issuing,
    pub(crate) issuer: Issuer<'static, HeldKey>,
    pem: String,
    der: CertificateDer<'static>,
}

/// A certificate just issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The leaf, then the authority that issued it; DER.
    pub chain: Vec<CertificateDer<'static>>,
    /// The same as PEM.
    pub chain_pem: String,
    /// What the leaf says.
    pub facts: CertificateFacts,
}

/// A certificate with the key made for it.
pub struct IssuedWithKey {
    /// The certificate.
    pub issued: Issued,
    /// Its key, PKCS#8 PEM.
    pub key_pem: String,
}

impl Authority {
    /// Makes a new root with its two authorities.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn create(now: Timestamp) -> Result<Self, CertsError> {
        // The mark tells installations apart in certificates that look alike otherwise.
        let mark: String = random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        let root_key = KeyPair::generate()?;
        let root = authority_params(&format!("Yunzhen root {mark}"), 1, now)?;
        let root_certificate = root.self_signed(&root_key)?;
        let root_key_pem = root_key.serialize_pem();
        let issuer = Issuer::new(root, root_key);
        let issuing = |which: Issuing| -> Result<(IssuingAuthority, String), CertsError> {
            let key = KeyPair::generate()?;
            let params = authority_params(&format!("Yunzhen {} {mark}", which.as_str()), 0, now)?;
            let certificate = params.signed_by(&key, &issuer)?;
            let (pem, der, key_pem) = (certificate.pem(), certificate.der().clone(), key.serialize_pem());
            Ok((IssuingAuthority { which, issuer: Issuer::new(params, HeldKey::new(key)), pem, der }, key_pem))
        };
        let (systems, systems_key_pem) = issuing(Issuing::Systems)?;
        let (signers, signers_key_pem) = issuing(Issuing::Signers)?;
        let root_pem = root_certificate.pem();
        Ok(Self { root_pem, root_key_pem, systems, signers, systems_key_pem, signers_key_pem })
    }

    /// Writes `root.pem`, `systems.pem`, `signers.pem` and their keys (`*.key.pem`, mode 0600) into a folder.
    ///
    /// # Errors
    /// When an authority is there already, or the folder cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), CertsError> {
        self.write_apart(dir, dir)
    }

    /// The same with the root's key in a folder of its own, such as a medium that is kept offline.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_apart(&self, dir: &Path, root: &Path) -> Result<(), CertsError> {
        for folder in [dir, root] {
            std::fs::create_dir_all(folder).map_err(|cause| CertsError::File { path: folder.to_owned(), cause })?;
        }
        let root_key = root.join("root.key.pem");
        let certificates = [
            ("root", &self.root_pem, None),
            ("systems", &self.systems.pem, Some(&self.systems_key_pem)),
            ("signers", &self.signers.pem, Some(&self.signers_key_pem)),
        ];
        let mut there = certificates.iter().map(|(name, ..)| dir.join(format!("{name}.pem")));
        if let Some(path) = there.find(|path| path.exists()).or_else(|| root_key.exists().then(|| root_key.clone())) {
            return Err(CertsError::Exists(path));
        }
        write_file(&root_key, &self.root_key_pem, 0o600)?;
        for (name, certificate, key) in certificates {
            if let Some(key) = key {
                write_file(&dir.join(format!("{name}.key.pem")), key, 0o600)?;
            }
            write_file(&dir.join(format!("{name}.pem")), certificate, 0o644)?;
        }
        Ok(())
    }
}

impl IssuingAuthority {
    /// Loads `systems` or `signers` from its two files.
    ///
    /// # Errors
    /// When a file is missing or is something else.
    pub fn load(which: Issuing, certificate: &Path, key: &Path) -> Result<Self, CertsError> {
        let mismatch = || CertsError::KeyMismatch { key: key.to_owned(), certificate: certificate.to_owned() };
        // A missing certificate is said first: it is what `certs init` is known by.
        let pem = read(certificate, "authority", "certs init --dir <authority>")?;
        let held = KeyFile::new(key).open()?;
        Self::with_key(which, certificate, pem, held)?.ok_or_else(mismatch)
    }

    /// The same with the key wherever it is kept.
    ///
    /// # Errors
    /// When the certificate is missing or something else, or the key is another's.
    pub fn open(which: Issuing, certificate: &Path, store: &dyn KeyStore) -> Result<Self, CertsError> {
        let pem = read(certificate, "authority", "certs init --dir <authority>")?;
        let other = || CertsError::Key(format!("it is not the key of {}", certificate.display()));
        Self::with_key(which, certificate, pem, store.open()?)?.ok_or_else(other)
    }

    /// `None`: the key is another's.
    fn with_key(which: Issuing, path: &Path, pem: String, key: HeldKey) -> Result<Option<Self>, CertsError> {
        let content = || CertsError::Content { path: path.to_owned(), what: "certificate" };
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| content())?;
        let point = public_point(&der).ok_or_else(content)?;
        if point != key.der_bytes() {
            return Ok(None);
        }
        let issuer = Issuer::from_ca_cert_der(&der, key)?;
        Ok(Some(Self { which, issuer, pem, der }))
    }

    /// Loads `systems` or `signers` from the folder that [`Authority::write`] wrote.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_dir(which: Issuing, dir: &Path) -> Result<Self, CertsError> {
        let name = which.as_str();
        Self::load(which, &dir.join(format!("{name}.pem")), &dir.join(format!("{name}.key.pem")))
    }

    /// The public certificate: what others trust. PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The public certificate, DER.
    #[must_use]
    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Whether this authority issued a certificate: its signature says so, whatever the certificate names as its issuer.
    #[must_use]
    pub fn has_issued(&self, der: &[u8]) -> bool {
        use x509_parser::certificate::X509Certificate;
        use x509_parser::prelude::FromDer as _;
        let Ok((_, own)) = X509Certificate::from_der(&self.der) else { return false };
        X509Certificate::from_der(der).is_ok_and(|(_, leaf)| leaf.verify_signature(Some(own.public_key())).is_ok())
    }

    /// Issues a certificate for a public key whose holder is known to be `identity`.
    ///
    /// # Errors
    /// When this authority does not issue for such a one, or a host name is none.
    pub fn issue(
        &self,
        identity: &Identity,
        hosts: &[String],
        public_key: &impl PublicKeyData,
        validity: Option<SignedDuration>,
        now: Timestamp,
    ) -> Result<Issued, CertsError> {
        let row = profile(identity.kind());
        let validity = validity.unwrap_or(row.validity);
        let box_id = match identity {
            Identity::Box { .. } => Some(BoxId::new(now, random()?)),
            Identity::Relay { .. } | Identity::Console { .. } | Identity::Signer { .. } => None,
        };
        self.make(&row, identity, box_id, hosts, public_key, validity, now)
    }

    /// Issues what a box gets by enrolment and renewal. `validity` may be shorter than the profile's, never longer.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub fn issue_box(
        &self,
        (home_id, box_id): (HomeId, BoxId),
        hosts: &[String],
        public_key: &impl PublicKeyData,
        validity: SignedDuration,
        now: Timestamp,
    ) -> Result<Issued, CertsError> {
        let row = enrolled_box();
        let validity = validity.min(row.validity);
        self.make(&row, &Identity::Box { home_id }, Some(box_id), hosts, public_key, validity, now)
    }

    #[allow(clippy::too_many_arguments, reason = "what a certificate says, each once")]
    fn make(
        &self,
        row: &Profile,
        identity: &Identity,
        box_id: Option<BoxId>,
        hosts: &[String],
        public_key: &impl PublicKeyData,
        validity: SignedDuration,
        now: Timestamp,
    ) -> Result<Issued, CertsError> {
        if row.issued_by != self.which {
            return Err(CertsError::WrongAuthority { authority: self.which.as_str(), kind: identity.kind().as_str() });
        }
        let local = row.hosts.iter().map(|host| (*host).to_owned());
        let further = hosts.iter().filter(|host| !row.hosts.contains(&host.as_str())).cloned();
        let mut names: Vec<String> = local.chain(further).collect();
        names.dedup();
        if let Some(bad) = names.iter().find(|name| !is_host(name)) {
            return Err(CertsError::Host(bad.clone()));
        }
        let bad_host = |_| CertsError::Host(hosts.join(", "));
        let mut params = CertificateParams::new(names).map_err(bad_host)?;
        params.subject_alt_names.push(SanType::URI(identity.to_string().try_into()?));
        common(&mut params, &short_name(identity), now, validity)?;
        if let Some(box_id) = box_id {
            // serialNumber of X.520: which machine, beside the home that the identity names.
            params.distinguished_name.push(DnType::CustomDnType(BOX_ATTRIBUTE.to_vec()), box_id.to_string());
        }
        params.key_usages.clone_from(&row.key_usages);
        params.extended_key_usages.clone_from(&row.purposes);
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(public_key, &self.issuer)?;
        let facts = CertificateFacts::from_der(certificate.der())?;
        Ok(Issued {
            chain_pem: format!("{}{}", certificate.pem(), self.pem),
            chain: vec![certificate.der().clone(), self.der.clone()],
            facts,
        })
    }

    /// Makes a key and issues a certificate for it.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub fn issue_with_key(
        &self,
        identity: &Identity,
        hosts: &[String],
        validity: Option<SignedDuration>,
        now: Timestamp,
    ) -> Result<IssuedWithKey, CertsError> {
        let key = KeyPair::generate()?;
        let issued = self.issue(identity, hosts, &key, validity, now)?;
        Ok(IssuedWithKey { issued, key_pem: key.serialize_pem() })
    }

    /// The same for the holder of a certificate that was issued before: the same names, the same machine.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub fn renew(
        &self,
        before: &CertificateFacts,
        hosts: &[String],
        validity: Option<SignedDuration>,
        now: Timestamp,
    ) -> Result<IssuedWithKey, CertsError> {
        let key = KeyPair::generate()?;
        let row = profile(before.identity.kind());
        let validity = validity.unwrap_or(row.validity);
        let issued = self.make(&row, &before.identity, before.box_id, hosts, &key, validity, now)?;
        Ok(IssuedWithKey { issued, key_pem: key.serialize_pem() })
    }
}

impl IssuedWithKey {
    /// Writes `<name>.pem` (the chain) and `<name>.key.pem` (mode 0600).
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, dir: &Path, name: &str) -> Result<(), CertsError> {
        std::fs::create_dir_all(dir).map_err(|cause| CertsError::File { path: dir.to_owned(), cause })?;
        write_pair(dir, name, &self.issued.chain_pem, &self.key_pem)
    }
}

/// An address, or a name that a client could look for; also one for all hosts below another (`*.example.org`).
fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    text.parse::<std::net::IpAddr>().is_ok() || DnsName::try_from(name).is_ok()
}

/// The attribute of a subject that names the box, X.520 serialNumber.
const BOX_ATTRIBUTE: [u64; 4] = [2, 5, 4, 5];

fn short_name(identity: &Identity) -> String {
    match identity {
        // The whole URI would exceed the 64 characters of a common name.
        Identity::Signer { role, staff_id } => format!("{} {staff_id}", role.as_str()),
        Identity::Box { home_id } => format!("box {home_id}"),
        Identity::Relay { name } => format!("relay {name}"),
        Identity::Console { name } => format!("console {name}"),
    }
}

fn authority_params(name: &str, below: u8, now: Timestamp) -> Result<CertificateParams, CertsError> {
    let mut params = CertificateParams::default();
    common(&mut params, name, now, AUTHORITY_VALIDITY)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn common(
    params: &mut CertificateParams,
    name: &str,
    now: Timestamp,
    validity: SignedDuration,
) -> Result<(), CertsError> {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Yunzhen");
    params.distinguished_name.push(DnType::CommonName, name);
    let at = |time: Timestamp| {
        let seconds = u64::try_from(time.as_second()).unwrap_or(0);
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
    };
    let from = now.saturating_sub(BACKDATE).map_err(|error| CertsError::Key(error.to_string()))?;
    let until = now.saturating_add(validity).map_err(|error| CertsError::Key(error.to_string()))?;
    (params.not_before, params.not_after) = (at(from.min(until)), at(until));
    let mut serial = random::<16>()?;
    // A serial number is positive and has no leading zero.
    serial[0] = serial[0] & 0x3f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(())
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], CertsError> {
    let mut bytes = [0; N];
    let no_randomness = |_| CertsError::Key("the operating system has no randomness".into());
    SystemRandom::new().fill(&mut bytes).map_err(no_randomness)?;
    Ok(bytes)
}

pub(crate) fn public_point(der: &[u8]) -> Option<Vec<u8>> {
    use x509_parser::prelude::FromDer as _;
    let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(der).ok()?;
    Some(certificate.public_key().subject_public_key.data.to_vec())
}

/// SHA-256 of a certificate's SubjectPublicKeyInfo: the same that `openssl pkey -pubin -outform DER | sha256sum` prints.
pub(crate) fn key_sha256(der: &[u8]) -> Option<String> {
    use x509_parser::prelude::FromDer as _;
    let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(der).ok()?;
    Some(sha256_hex(certificate.public_key().raw))
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    fingerprint(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn read(path: &Path, what: &'static str, command: &'static str) -> Result<String, CertsError> {
    std::fs::read_to_string(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => CertsError::Missing { what, path: path.to_owned(), command },
        _ => CertsError::File { path: path.to_owned(), cause },
    })
}

/// As [`read`], for what nobody else on this machine may know. A group may read it, as Debian's `ssl-cert` does; nobody may write it beside its owner.
pub(crate) fn read_secret(path: &Path, what: &'static str, command: &'static str) -> Result<String, CertsError> {
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;
    let failed = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::NotFound => CertsError::Missing { what, path: path.to_owned(), command },
        _ => CertsError::File { path: path.to_owned(), cause },
    };
    // Asked of the file that is read, and not of what is at the path a moment later.
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o037 != 0 {
        return Err(CertsError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

pub(crate) fn write_pair(dir: &Path, name: &str, certificate: &str, key: &str) -> Result<(), CertsError> {
    write_file(&dir.join(format!("{name}.key.pem")), key, 0o600)?;
    write_file(&dir.join(format!("{name}.pem")), certificate, 0o644)
}

pub(crate) fn write_file(path: &Path, text: &str, mode: u32) -> Result<(), CertsError> {
    use std::io::Write as _;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let failed = |cause| CertsError::File { path: path.to_owned(), cause };
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(mode).open(path).map_err(failed)?;
    // The mode above holds only for a new file.
    file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
