//! Whom a relay must be, by its certificate.

use crate::config::{SmtpRoute, SmtpTls};
use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use tokio_rustls::TlsConnector;

/// Own authority and whether anybody is taken: what a connector depends on.
type Key = (Option<String>, bool);

static CONNECTORS: LazyLock<Mutex<HashMap<Key, TlsConnector>>> = LazyLock::new(Mutex::default);

/// The connector of a route, built once for each authority.
///
/// A route with `tls=opportunistic` and no password takes any certificate: the other choice it leaves is no encryption at
/// all (RFC 7435, 3), and company relays often sign their own. Whatever carries a password, or says `required` or
/// `smtps`, is verified.
pub(super) fn connector(route: &SmtpRoute) -> Result<TlsConnector, String> {
    let takes_anybody = route.tls == SmtpTls::Opportunistic && route.login.is_none();
    let key = (route.ca.clone(), takes_anybody);
    // A std-like mutex: nothing is awaited while it is held.
    let mut known = CONNECTORS.lock();
    if let Some(found) = known.get(&key) {
        return Ok(found.clone());
    }
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS: {e}"))?;
    let config = if takes_anybody {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider))).with_no_client_auth()
    } else {
        builder.with_root_certificates(roots(route.ca.as_deref())?).with_no_client_auth()
    };
    let made = TlsConnector::from(Arc::new(config));
    known.insert(key, made.clone());
    Ok(made)
}

fn roots(own: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in CertificateDer::pem_slice_iter(own.unwrap_or("").as_bytes()) {
        let certificate = certificate.map_err(|e| format!("SMTP_CA: {e}"))?;
        roots.add(certificate).map_err(|e| format!("SMTP_CA: {e}"))?;
    }
    Ok(roots)
}

/// Takes any certificate, but the handshake must still be signed with its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
