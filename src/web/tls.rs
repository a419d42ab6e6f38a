//! TLS of our own, for a house without a proxy. The certificate is read again when its files change, so that a renewal
//! needs no restart; one that cannot be read leaves the one before in use.

use crate::error::{Error, Result};
use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

type Times = (Option<SystemTime>, Option<SystemTime>);

struct Certificate {
    files: (PathBuf, PathBuf),
    current: RwLock<(Times, Arc<CertifiedKey>)>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.files.0.display())
    }
}

/// The server's side of TLS with the certificate and key of these PEM files.
///
/// # Errors
/// When they cannot be read or do not belong together.
pub fn server(certificate: &Path, key: &Path) -> Result<ServerConfig> {
    let files = (certificate.to_owned(), key.to_owned());
    let first = load(&files).map_err(|why| Error::config(format!("KONTOR_TLS_CERT, KONTOR_TLS_KEY: {why}")))?;
    let resolver = Certificate { current: RwLock::new((times(&files), Arc::new(first))), files };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver)))
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = times(&self.files);
        if now != self.current.read().0 {
            let mut current = self.current.write();
            match load(&self.files) {
                Ok(fresh) => {
                    tracing::info!(file = %self.files.0.display(), "the certificate was read again");
                    current.1 = Arc::new(fresh);
                }
                Err(why) => tracing::error!(why, "the new certificate cannot be used; the one before stays"),
            }
            // Looked at once, good or not: the next change counts.
            current.0 = now;
        }
        Some(self.current.read().1.clone())
    }
}

fn times((certificate, key): &(PathBuf, PathBuf)) -> Times {
    let time = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    (time(certificate), time(key))
}

fn load((certificate, key): &(PathBuf, PathBuf)) -> std::result::Result<CertifiedKey, String> {
    let at = |path: &Path, e: String| format!("{}: {e}", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|e| at(certificate, e.to_string()))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| at(key, e.to_string()))?;
    CertifiedKey::from_der(chain, private, &rustls::crypto::ring::default_provider())
        .map_err(|e| at(certificate, e.to_string()))
}
