//! The mail route as it is configured: encryption, certificates, sign-in. A real SMTP server over TCP and TLS.

use crate::support::{Door, Server, Sink};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A server certificate for `localhost` and the authority (PEM) that signed it.
fn certificate() -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

/// Sends the admin's test mail over `url` and tells how many mails came.
async fn came(sink: &Sink, url: &str, ca: &str) -> usize {
    let mut vars = vec![("SMTP_URL", url)];
    if !ca.is_empty() {
        vars.push(("SMTP_CA", ca));
    }
    let server = Server::start_with(&vars).await;
    let ruth = server.admin().await;
    ruth.form("/admin/mail/test", &[]).await.expect(303);
    // A letter that does not leave waits in the queue, and draining says why.
    let _ = server.house().jobs.drain(server.house()).await;
    server.stop().await;
    sink.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_wants_tls_and_a_password_gets_both() {
    for (wrapped, old_login) in [(false, false), (false, true), (true, false), (true, true)] {
        let (tls, ca) = certificate();
        let login = Some(("kontor", "p:w@%ü"));
        let sink = Sink::behind(Door { tls: Some(tls), wrapped, login, old_login, injects: false }).await;
        let (scheme, query) = if wrapped { ("smtps", "") } else { ("smtp", "?tls=required") };
        let url = format!("{scheme}://kontor:p%3Aw%40%25%C3%BC@localhost:{}{query}", sink.port());
        assert_eq!(came(&sink, &url, &ca).await, 1, "wrapped: {wrapped}, AUTH LOGIN: {old_login}");
        assert_eq!(sink.secured(), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_with_a_strangers_certificate_gets_no_mail_where_it_must_prove_itself() {
    let (tls, _) = certificate();
    let (_, other) = certificate();
    for (wrapped, url) in [(true, "smtps://localhost:PORT"), (false, "smtp://localhost:PORT?tls=required")] {
        let sink = Sink::behind(Door { tls: Some(tls.clone()), wrapped, ..Door::default() }).await;
        let url = url.replace("PORT", &sink.port().to_string());
        assert_eq!(came(&sink, &url, "").await, 0, "{url} without an authority of its own");
        assert_eq!(came(&sink, &url, &other).await, 0, "{url} with another authority");
    }
    // The certificate is for localhost, not for the address.
    let (tls, ca) = certificate();
    let sink = Sink::behind(Door { tls: Some(tls), wrapped: true, ..Door::default() }).await;
    assert_eq!(came(&sink, &format!("smtps://127.0.0.1:{}", sink.port()), &ca).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn opportunistic_encryption_takes_any_certificate_but_shows_nobody_a_password() {
    let (tls, ca) = certificate();
    let open = Sink::behind(Door { tls: Some(tls.clone()), ..Door::default() }).await;
    assert_eq!(came(&open, &format!("smtp://localhost:{}", open.port()), "").await, 1);
    assert_eq!(open.secured(), (1, 0));
    let login = Some(("kontor", "secret"));
    let closed = Sink::behind(Door { tls: Some(tls), login, ..Door::default() }).await;
    let url = format!("smtp://kontor:secret@localhost:{}", closed.port());
    assert_eq!((came(&closed, &url, "").await, closed.secured().1), (0, 0));
    assert_eq!(came(&closed, &url, &ca).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_starttls_gets_no_mail_where_tls_is_required() {
    let sink = Sink::start().await;
    assert_eq!(came(&sink, &format!("smtp://localhost:{}?tls=required", sink.port()), "").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_before_the_handshake_ends_the_connection() {
    let (tls, ca) = certificate();
    let sink = Sink::behind(Door { tls: Some(tls), injects: true, ..Door::default() }).await;
    assert_eq!(came(&sink, &format!("smtp://localhost:{}?tls=required", sink.port()), &ca).await, 0);
    assert_eq!(sink.secured(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_sends_nothing_and_the_letter_waits() {
    let sink = Sink::behind(Door { login: Some(("kontor", "right")), ..Door::default() }).await;
    assert_eq!(came(&sink, &format!("smtp://kontor:wrong@localhost:{}?tls=none", sink.port()), "").await, 0);
    assert_eq!(sink.secured(), (0, 0));
}
