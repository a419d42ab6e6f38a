//! From a route to a connection that takes mails: TCP, TLS, EHLO, STARTTLS, AUTH.

use super::trust::connector;
use super::{Broken, Connection, Patience, Reply, Wire, read_reply};
use crate::config::{SmtpRoute, SmtpTls};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What EHLO told.
#[derive(Default)]
struct Offers {
    pipelining: bool,
    starttls: bool,
    plain: bool,
    login: bool,
}

impl Offers {
    fn of(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.text.lines() {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']);
            match words.next() {
                Some("PIPELINING") => offers.pipelining = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("AUTH") => words.for_each(|w| match w {
                    "PLAIN" => offers.plain = true,
                    "LOGIN" => offers.login = true,
                    _ => {}
                }),
                _ => {}
            }
        }
        offers
    }
}

struct Dialogue {
    wire: BufReader<Box<dyn Wire>>,
    patience: Patience,
}

impl Dialogue {
    async fn ask(&mut self, command: &str) -> Result<Reply, Broken> {
        let work = async {
            self.wire.write_all(command.as_bytes()).await.map_err(|e| e.to_string())?;
            self.wire.flush().await.map_err(|e| e.to_string())?;
            read_reply(&mut self.wire).await
        };
        timeout(self.patience.command, work).await.map_err(|_| Broken::from("no answer in time"))?
    }

    async fn want(&mut self, command: &str, what: &str) -> Result<Reply, Broken> {
        let reply = self.ask(command).await?;
        if reply.is(2) || reply.is(3) { Ok(reply) } else { Err(format!("{what}: {} {}", reply.code, reply.text)) }
    }

    async fn sign_in(&mut self, offers: &Offers, user: &str, password: &str) -> Result<(), Broken> {
        if offers.plain || !offers.login {
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            self.want(&format!("AUTH PLAIN {secret}\r\n"), "AUTH").await?;
        } else {
            self.want("AUTH LOGIN\r\n", "AUTH").await?;
            self.want(&format!("{}\r\n", STANDARD.encode(user)), "AUTH").await?;
            self.want(&format!("{}\r\n", STANDARD.encode(password)), "AUTH").await?;
        }
        Ok(())
    }
}

impl Connection {
    /// Opens a connection to `route` as `hello`. What fails here is nobody's fault who waits for a mail.
    ///
    /// # Errors
    /// What went wrong, in words for the operator.
    pub async fn open(route: &SmtpRoute, hello: &str, patience: Patience) -> Result<Self, String> {
        timeout(patience.connect, begin(route, hello, patience))
            .await
            .map_err(|_| "no connection in time".to_owned())?
    }
}

async fn begin(route: &SmtpRoute, hello: &str, patience: Patience) -> Result<Connection, Broken> {
    let tcp = TcpStream::connect((route.host.as_str(), route.port)).await.map_err(|e| e.to_string())?;
    let is_local = tcp.peer_addr().is_ok_and(|a| a.ip().is_loopback());
    tcp.set_nodelay(true).map_err(|e| e.to_string())?;
    let wire: Box<dyn Wire> = match route.tls {
        SmtpTls::Wrapped => tls(route, Box::new(tcp)).await?,
        _ => Box::new(tcp),
    };
    let mut talk = Dialogue { wire: BufReader::with_capacity(2048, wire), patience };
    let greeting = read_reply(&mut talk.wire).await?;
    if !greeting.is(2) {
        return Err(format!("greeting: {} {}", greeting.code, greeting.text));
    }
    let ehlo = format!("EHLO {hello}\r\n");
    let mut offers = Offers::of(&talk.want(&ehlo, "EHLO").await?);
    let mut is_secret = route.tls == SmtpTls::Wrapped;
    match route.tls {
        SmtpTls::Required if !offers.starttls => return Err("the server offers no STARTTLS".into()),
        SmtpTls::Required | SmtpTls::Opportunistic if offers.starttls => {
            talk.want("STARTTLS\r\n", "STARTTLS").await?;
            // Bytes that came before the handshake would be somebody else's injection.
            if !talk.wire.buffer().is_empty() {
                return Err("the server spoke out of turn before TLS".into());
            }
            talk.wire = BufReader::with_capacity(2048, tls(route, talk.wire.into_inner()).await?);
            offers = Offers::of(&talk.want(&ehlo, "EHLO").await?);
            is_secret = true;
        }
        _ => {}
    }
    if let Some((user, password)) = &route.login {
        if !is_secret && !is_local && route.tls != SmtpTls::None {
            return Err("the password stays here: the server offers no TLS".into());
        }
        talk.sign_in(&offers, user, password).await?;
    }
    Ok(Connection {
        wire: talk.wire,
        pipelining: offers.pipelining,
        patience,
        used: 0,
        is_broken: false,
        needs_reset: false,
    })
}

async fn tls(route: &SmtpRoute, wire: Box<dyn Wire>) -> Result<Box<dyn Wire>, Broken> {
    let connector = connector(route)?;
    let host = route.host.trim_matches(['[', ']']).to_owned();
    let name = rustls::pki_types::ServerName::try_from(host).map_err(|e| e.to_string())?;
    Ok(Box::new(connector.connect(name, wire).await.map_err(|e| format!("TLS: {e}"))?))
}
