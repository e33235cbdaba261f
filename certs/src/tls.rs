//! Every rustls configuration of the product. Between our programs both sides show a certificate of the systems authority,
//! and each listener accepts one kind of peer only.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::SignedDuration;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig,
    SignatureScheme, version,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use crate::authority::read_secret;
use crate::chain::{Trust, read_chain};
use crate::error::CertsError;
use crate::identity::{Identity, Kind};
use crate::refusal::Refusal;
use crate::standing::Presents;

/// The application protocol between box and relay.
pub const ALPN_YUNZHEN: &[u8] = b"yunzhen/1";
/// HTTP between console and relay, and for browsers.
pub const ALPN_HTTP: &[u8] = b"http/1.1";

/// The relay for boxes: TLS 1.3, ALPN `yunzhen/1`, only a box may come.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn quic_server(own: &impl Presents, trust: &Trust) -> Result<ServerConfig, CertsError> {
    mutual_server(own, trust, Kind::Box, ALPN_YUNZHEN)
}

/// A box for the relay: TLS 1.3, ALPN `yunzhen/1`, only a relay is believed.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn quic_client(own: &impl Presents, trust: &Trust) -> Result<ClientConfig, CertsError> {
    mutual_client(own, trust, ALPN_YUNZHEN)
}

/// The relay for consoles: TLS 1.3, HTTP/1.1, only a console may come.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn https_mtls_server(own: &impl Presents, trust: &Trust) -> Result<ServerConfig, CertsError> {
    mutual_server(own, trust, Kind::Console, ALPN_HTTP)
}

/// A console for the relay: TLS 1.3, only a relay is believed. No ALPN is set: hyper-rustls sets its own.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn https_mtls_client(own: &impl Presents, trust: &Trust) -> Result<ClientConfig, CertsError> {
    let mut config = mutual_client(own, trust, ALPN_HTTP)?;
    config.alpn_protocols.clear();
    Ok(config)
}

/// For browsers and standard clients, which show no certificate: TLS 1.3; the console's web page, the agent's page, WHIP and WHEP.
///
/// # Errors
/// When the files cannot be used.
pub fn page_server(certificate: &Path, key: &Path) -> Result<ServerConfig, CertsError> {
    let command = "certs issue console --dir <authority> --name <name> --host <host name>";
    let chain = read_chain(certificate, "certificate", command)?;
    let no_key = |_| CertsError::Content { path: key.to_owned(), what: "private key (PEM)" };
    let key = PrivateKeyDer::from_pem_slice(read_secret(key, "key", command)?.as_bytes()).map_err(no_key)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![ALPN_HTTP.to_vec()];
    Ok(config)
}

/// The relay for boxes that have no certificate yet, or one that expired at most `grace` ago: enrolment and late renewal, nothing else. TLS 1.3; who shows a certificate
/// must be a box.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn enrolment_server(own: &impl Presents, trust: &Trust, grace: SignedDuration) -> Result<ServerConfig, CertsError> {
    let late = Some(Duration::from_secs(u64::try_from(grace.as_secs()).unwrap_or_default()));
    mutual_server_for(own, trust, (Kind::Box, late), ALPN_HTTP)
}

/// Holds the authority that was believed, once it was.
pub type FoundAuthority = Arc<OnceLock<CertificateDer<'static>>>;

/// A box that has nothing but a code, for [`enrolment_server`]: it believes the relay whose authority `fits` what the code says, by the SHA-256 of its certificate. The
/// authority is then in the cell.
///
/// # Errors
/// When the TLS configuration is not possible.
pub fn enrolment_client(
    fits: impl Fn(&[u8; 32]) -> bool + Send + Sync + 'static,
) -> Result<(ClientConfig, FoundAuthority), CertsError> {
    let found = FoundAuthority::default();
    let verifier = AcceptRelay::Pinned { fits: Box::new(fits), found: found.clone() };
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN_HTTP.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok((config, found))
}

/// The SHA-256 of a certificate, by which an authority is known before it is trusted.
#[must_use]
pub fn fingerprint(der: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(::ring::digest::digest(&::ring::digest::SHA256, der).as_ref());
    digest
}

/// For messages to other parties' servers, the one place where TLS 1.2 is spoken, because theirs may know no other: TLS 1.2 and 1.3, the machine's authorities and, where one is named, one more.
///
/// # Errors
/// When the named authority cannot be used.
pub fn outgoing_client(authority: Option<&Path>) -> Result<ClientConfig, CertsError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = authority {
        for anchor in Trust::load(path)?.anchors() {
            store.add(anchor.clone())?;
        }
    }
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN_HTTP.to_vec()];
    Ok(config)
}

fn mutual_server(own: &impl Presents, trust: &Trust, peer: Kind, alpn: &[u8]) -> Result<ServerConfig, CertsError> {
    mutual_server_for(own, trust, (peer, None), alpn)
}

fn mutual_server_for(
    own: &impl Presents,
    trust: &Trust,
    (peer, late): (Kind, Option<Duration>),
    alpn: &[u8],
) -> Result<ServerConfig, CertsError> {
    let inner = WebPkiClientVerifier::builder_with_provider(roots(trust)?, provider()).build()?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(Arc::new(AcceptClient { inner, peer, late }))
        .with_cert_resolver(Arc::new(own.standing()?));
    config.alpn_protocols = vec![alpn.to_vec()];
    // A resumed session would skip the verifier, and with it the expiry of the certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

fn mutual_client(own: &impl Presents, trust: &Trust, alpn: &[u8]) -> Result<ClientConfig, CertsError> {
    let inner = WebPkiServerVerifier::builder_with_provider(roots(trust)?, provider()).build()?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AcceptRelay::Trusted(inner)))
        .with_client_cert_resolver(Arc::new(own.standing()?));
    config.alpn_protocols = vec![alpn.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn roots(trust: &Trust) -> Result<Arc<RootCertStore>, CertsError> {
    let mut store = RootCertStore::empty();
    for anchor in trust.anchors() {
        store.add(anchor.clone())?;
    }
    Ok(Arc::new(store))
}

/// What webpki says about the chain, then what the certificate says about its holder.
fn judge<T>(chain: Result<T, rustls::Error>, leaf: &CertificateDer<'_>, wanted: Kind) -> Result<T, rustls::Error> {
    let (refusal, original) = match chain {
        Ok(verified) => match Identity::from_der(leaf) {
            Ok(found) if found.kind() == wanted => return Ok(verified),
            Ok(found) => (Refusal::WrongKind { found: Box::new(found), wanted }, None),
            Err(error) => (error.into(), None),
        },
        Err(rustls::Error::InvalidCertificate(error)) => (Refusal::from_rustls(&error), Some(error)),
        Err(other) => return Err(other),
    };
    let identity = Identity::from_der(leaf).map_or_else(|error| error.to_string(), |identity| identity.to_string());
    tracing::warn!(reason = refusal.code(), %identity, detail = %refusal, "certificate refused");
    Err(refusal.into_rustls(original))
}

/// Signatures of a handshake are judged alike on both sides: by our provider.
macro_rules! signatures_by_our_provider {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls12_signature(message, cert, dss, &provider().signature_verification_algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls13_signature(message, cert, dss, &provider().signature_verification_algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            provider().signature_verification_algorithms.supported_schemes()
        }
    };
}

#[derive(Debug)]
struct AcceptClient {
    inner: Arc<dyn ClientCertVerifier>,
    peer: Kind,
    /// Where one may also come without a certificate, and with one for so long after its end.
    late: Option<Duration>,
}

impl ClientCertVerifier for AcceptClient {
    fn client_auth_mandatory(&self) -> bool {
        self.late.is_none()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verify = |at| self.inner.verify_client_cert(end_entity, intermediates, at);
        let chain = match (verify(now), self.late) {
            (
                Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })),
                Some(late),
            ) if now.as_secs() <= not_after.as_secs().saturating_add(late.as_secs()) => {
                // As it was in its last second: everything else about it has to be right.
                verify(UnixTime::since_unix_epoch(Duration::from_secs(not_after.as_secs())))
            }
            (judged, _) => judged,
        };
        judge(chain, end_entity, self.peer)
    }

    signatures_by_our_provider!();
}

/// Whether the SHA-256 of an authority is the one that is meant.
type Fits = dyn Fn(&[u8; 32]) -> bool + Send + Sync;

/// Which server is believed: a relay, and no other of our programs.
enum AcceptRelay {
    /// Of an authority that is trusted.
    Trusted(Arc<WebPkiServerVerifier>),
    /// Of an authority that is known by its digest only.
    Pinned { fits: Box<Fits>, found: FoundAuthority },
}

impl std::fmt::Debug for AcceptRelay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AcceptRelay")
    }
}

impl ServerCertVerifier for AcceptRelay {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let judged_by = |inner: &WebPkiServerVerifier| {
            let chain = inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
            judge(chain, end_entity, Kind::Relay)
        };
        let (fits, found) = match self {
            Self::Trusted(inner) => return judged_by(inner),
            Self::Pinned { fits, found } => (fits, found),
        };
        let Some(authority) = intermediates.iter().find(|one| fits(&fingerprint(one))) else {
            return judge(Err(CertificateError::UnknownIssuer.into()), end_entity, Kind::Relay);
        };
        let authority = authority.clone().into_owned();
        let mut store = RootCertStore::empty();
        store.add(authority.clone())?;
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider()).build();
        let inner = inner.map_err(|error| rustls::Error::General(error.to_string()))?;
        let verified = judged_by(&inner)?;
        // Another handshake of the same configuration finds the same.
        let _ = found.set(authority);
        Ok(verified)
    }

    signatures_by_our_provider!();
}
