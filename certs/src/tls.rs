//! Every rustls configuration of the product. Between our programs both sides show a certificate of the systems authority,
//! and each listener accepts one kind of peer only.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme, version,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use crate::authority::read;
use crate::chain::{Trust, read_chain};
use crate::credentials::Credentials;
use crate::error::CertsError;
use crate::identity::{Identity, Kind};
use crate::refusal::Refusal;

/// The application protocol between box and relay.
pub const ALPN_YUNZHEN: &[u8] = b"yunzhen/1";
/// HTTP between console and relay, and for browsers.
pub const ALPN_HTTP: &[u8] = b"http/1.1";

/// The relay for boxes: TLS 1.3, ALPN `yunzhen/1`, only a box may come.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn quic_server(own: &Credentials, trust: &Trust) -> Result<ServerConfig, CertsError> {
    mutual_server(own, trust, Kind::Box, ALPN_YUNZHEN)
}

/// A box for the relay: TLS 1.3, ALPN `yunzhen/1`, only a relay is believed.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn quic_client(own: &Credentials, trust: &Trust) -> Result<ClientConfig, CertsError> {
    mutual_client(own, trust, ALPN_YUNZHEN)
}

/// The relay for consoles: TLS 1.3, HTTP/1.1, only a console may come.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn https_mtls_server(own: &Credentials, trust: &Trust) -> Result<ServerConfig, CertsError> {
    mutual_server(own, trust, Kind::Console, ALPN_HTTP)
}

/// A console for the relay: TLS 1.3, only a relay is believed. No ALPN is set: hyper-rustls sets its own.
///
/// # Errors
/// When certificates or authorities cannot be used.
pub fn https_mtls_client(own: &Credentials, trust: &Trust) -> Result<ClientConfig, CertsError> {
    let mut config = mutual_client(own, trust, ALPN_HTTP)?;
    config.alpn_protocols.clear();
    Ok(config)
}

/// For browsers and standard clients, which show no certificate: the console's web page, the agent's page, WHIP and WHEP.
///
/// # Errors
/// When the files cannot be used.
pub fn page_server(certificate: &Path, key: &Path) -> Result<ServerConfig, CertsError> {
    let command = "certs issue console --dir <authority> --name <name> --host <host name>";
    let chain = read_chain(certificate, "certificate", command)?;
    let no_key = |_| CertsError::Content { path: key.to_owned(), what: "private key (PEM)" };
    let key = PrivateKeyDer::from_pem_slice(read(key, "key", command)?.as_bytes()).map_err(no_key)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![ALPN_HTTP.to_vec()];
    Ok(config)
}

/// For messages to other parties' servers: TLS 1.2 and 1.3, the machine's authorities and, where one is named, one more.
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

fn mutual_server(own: &Credentials, trust: &Trust, peer: Kind, alpn: &[u8]) -> Result<ServerConfig, CertsError> {
    let inner = WebPkiClientVerifier::builder_with_provider(roots(trust)?, provider()).build()?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(Arc::new(AcceptClient { inner, peer }))
        .with_single_cert(own.chain.clone(), own.key.clone_key())?;
    config.alpn_protocols = vec![alpn.to_vec()];
    // A resumed session would skip the verifier, and with it the expiry of the certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

fn mutual_client(own: &Credentials, trust: &Trust, alpn: &[u8]) -> Result<ClientConfig, CertsError> {
    let inner = WebPkiServerVerifier::builder_with_provider(roots(trust)?, provider()).build()?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AcceptServer { inner, peer: Kind::Relay }))
        .with_client_auth_cert(own.chain.clone(), own.key.clone_key())?;
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

#[derive(Debug)]
struct AcceptClient {
    inner: Arc<dyn ClientCertVerifier>,
    peer: Kind,
}

impl ClientCertVerifier for AcceptClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        judge(self.inner.verify_client_cert(end_entity, intermediates, now), end_entity, self.peer)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

#[derive(Debug)]
struct AcceptServer {
    inner: Arc<WebPkiServerVerifier>,
    peer: Kind,
}

impl ServerCertVerifier for AcceptServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        judge(chain, end_entity, self.peer)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
