//! The root and the two issuing authorities: making them, keeping them in a folder, issuing certificates.
//!
//! Whoever holds an [`IssuingAuthority`] holds its private key. Systems' is an operator's tool; signers' is configured at the hospital console alone.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType,
    SerialNumber,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::error::CertsError;
use crate::identity::{CertificateFacts, Identity};
use crate::profile::{AUTHORITY_VALIDITY, BACKDATE, Issuing, profile};

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
}

/// An authority that issues leaf certificates.
pub struct IssuingAuthority {
    which: Issuing,
    issuer: Issuer<'static, KeyPair>,
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
        let issuing = |which: Issuing| -> Result<IssuingAuthority, CertsError> {
            let key = KeyPair::generate()?;
            let params = authority_params(&format!("Yunzhen {} {mark}", which.as_str()), 0, now)?;
            let certificate = params.signed_by(&key, &issuer)?;
            let (pem, der) = (certificate.pem(), certificate.der().clone());
            Ok(IssuingAuthority { which, issuer: Issuer::new(params, key), pem, der })
        };
        let (systems, signers) = (issuing(Issuing::Systems)?, issuing(Issuing::Signers)?);
        Ok(Self { root_pem: root_certificate.pem(), root_key_pem, systems, signers })
    }

    /// Writes `root.pem`, `systems.pem`, `signers.pem` and their keys (`*.key.pem`, mode 0600) into a folder.
    ///
    /// # Errors
    /// When an authority is there already, or the folder cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), CertsError> {
        std::fs::create_dir_all(dir).map_err(|cause| CertsError::File { path: dir.to_owned(), cause })?;
        let files = [
            ("root", &self.root_pem, self.root_key_pem.clone()),
            ("systems", &self.systems.pem, self.systems.issuer.key().serialize_pem()),
            ("signers", &self.signers.pem, self.signers.issuer.key().serialize_pem()),
        ];
        if let Some((name, ..)) = files.iter().find(|(name, ..)| dir.join(format!("{name}.pem")).exists()) {
            return Err(CertsError::Exists(dir.join(format!("{name}.pem"))));
        }
        for (name, certificate, key) in &files {
            write_pair(dir, name, certificate, key)?;
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
        let command = "certs init --dir <authority>";
        let pem = read(certificate, "authority", command)?;
        let content = |path: &Path, what| CertsError::Content { path: path.to_owned(), what };
        let key_pair = KeyPair::from_pem(&read(key, "authority's key", command)?)
            .map_err(|_| content(key, "private key (PKCS#8 PEM)"))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| content(certificate, "certificate"))?;
        let issuer = Issuer::from_ca_cert_der(&der, key_pair)?;
        let point = public_point(&der).ok_or_else(|| content(certificate, "certificate"))?;
        if point != issuer.key().public_key_raw() {
            return Err(CertsError::KeyMismatch { key: key.to_owned(), certificate: certificate.to_owned() });
        }
        Ok(Self { which, issuer, pem, der })
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
        if row.issued_by != self.which {
            return Err(CertsError::WrongAuthority { authority: self.which.as_str(), kind: identity.kind().as_str() });
        }
        let local = row.hosts.iter().map(|host| (*host).to_owned());
        let mut names: Vec<String> = local.chain(hosts.iter().cloned()).collect();
        names.dedup();
        let bad_host = |_| CertsError::Host(hosts.join(", "));
        let mut params = CertificateParams::new(names).map_err(bad_host)?;
        params.subject_alt_names.push(SanType::URI(identity.to_string().try_into()?));
        common(&mut params, &short_name(identity), now, validity.unwrap_or(row.validity))?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = row.purposes;
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

fn random<const N: usize>() -> Result<[u8; N], CertsError> {
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

pub(crate) fn read(path: &Path, what: &'static str, command: &'static str) -> Result<String, CertsError> {
    std::fs::read_to_string(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => CertsError::Missing { what, path: path.to_owned(), command },
        _ => CertsError::File { path: path.to_owned(), cause },
    })
}

fn write_pair(dir: &Path, name: &str, certificate: &str, key: &str) -> Result<(), CertsError> {
    write_file(&dir.join(format!("{name}.key.pem")), key, 0o600)?;
    write_file(&dir.join(format!("{name}.pem")), certificate, 0o644)
}

fn write_file(path: &Path, text: &str, mode: u32) -> Result<(), CertsError> {
    use std::io::Write as _;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let failed = |cause| CertsError::File { path: path.to_owned(), cause };
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(mode).open(path).map_err(failed)?;
    // The mode above holds only for a new file.
    file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
