//! A small mail server for what comes back to the house: it takes mail for addresses the house itself has made and for nobody else,
//! and says 250 only when what it took is on disk (RFC 5321; nothing is relayed).

use crate::error::Result;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Largest mail taken, in bytes.
pub const MOST: usize = 256 * 1024;
/// Connections at once.
const CONNECTIONS: usize = 32;
/// Longest command line (RFC 5321, 4.5.3.1.4 asks for 512).
const LINE: u64 = 1_024;
/// Recipients of one mail.
const RECIPIENTS: usize = 20;
/// Mistakes of a client before it is shown out.
const MISTAKES: u32 = 10;
/// How long a client may think (RFC 5321, 4.5.3.2.7 gives five minutes; bounces come from servers).
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer of a [`Taker`].
pub type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Who is told what comes in.
pub trait Taker: Send + Sync {
    /// Whether mail for this address is taken.
    fn knows(&self, recipient: String) -> Answer<bool>;
    /// Keeps a mail; when it answers `Ok`, the mail is on disk.
    fn take(&self, recipient: String, mail: Vec<u8>) -> Answer<Result<()>>;
}

/// Listens at `address` for as long as the program runs; answers the address it got.
///
/// # Errors
/// When the address is taken.
pub async fn listen(address: SocketAddr, taker: Arc<dyn Taker>) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file descriptors: somebody has to go first.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let (taker, places) = (taker.clone(), places.clone());
            tokio::spawn(async move {
                let Ok(_place) = places.try_acquire() else {
                    let mut stream = stream;
                    let _ = stream.write_all(b"421 4.3.2 too many connections\r\n").await;
                    return;
                };
                // Whoever breaks off has said nothing that counts.
                let _ = Dialogue::new(stream, taker).talk().await;
            });
        }
    });
    Ok(address)
}

struct Dialogue {
    wire: BufReader<TcpStream>,
    taker: Arc<dyn Taker>,
    has_sender: bool,
    to: Vec<String>,
    mistakes: u32,
}

impl Dialogue {
    fn new(stream: TcpStream, taker: Arc<dyn Taker>) -> Self {
        Self { wire: BufReader::with_capacity(4_096, stream), taker, has_sender: false, to: Vec::new(), mistakes: 0 }
    }

    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        let line = format!("{text}\r\n");
        timeout(PATIENCE, self.wire.write_all(line.as_bytes())).await.map_err(|_| std::io::ErrorKind::TimedOut)?
    }

    /// The next line without its end; none when the client is gone or says too much.
    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut some = (&mut self.wire).take(LINE);
        let n =
            timeout(PATIENCE, some.read_until(b'\n', &mut line)).await.map_err(|_| std::io::ErrorKind::TimedOut)??;
        if n == 0 || line.last() != Some(&b'\n') {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    async fn talk(&mut self) -> std::io::Result<()> {
        self.say("220 kontor ESMTP").await?;
        while let Some(line) = self.line().await? {
            let verb = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
            match verb.as_str() {
                "HELO" => self.say("250 kontor").await?,
                "EHLO" => self.say(&format!("250-kontor\r\n250-SIZE {MOST}\r\n250-PIPELINING\r\n250 8BITMIME")).await?,
                "MAIL" => {
                    self.reset();
                    self.has_sender = true;
                    self.say("250 2.1.0 ok").await?;
                }
                "RCPT" => self.rcpt(&line).await?,
                "DATA" if self.to.is_empty() => self.wrong("503 5.5.1 nobody to take it").await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.reset();
                    self.say("250 2.0.0 ok").await?;
                }
                "NOOP" => self.say("250 2.0.0 ok").await?,
                "QUIT" => return self.say("221 2.0.0 bye").await,
                "VRFY" => self.say("252 2.1.5 send it and see").await?,
                _ => self.wrong("502 5.5.2 not here").await?,
            }
            if self.mistakes >= MISTAKES {
                return self.say("421 4.7.0 enough").await;
            }
        }
        Ok(())
    }

    async fn wrong(&mut self, text: &str) -> std::io::Result<()> {
        self.mistakes += 1;
        self.say(text).await
    }

    fn reset(&mut self) {
        self.has_sender = false;
        self.to.clear();
    }

    async fn rcpt(&mut self, line: &str) -> std::io::Result<()> {
        if !self.has_sender {
            return self.wrong("503 5.5.1 MAIL first").await;
        }
        let address = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(a, _)| a.to_owned());
        match address {
            Some(address) if self.to.len() < RECIPIENTS && self.taker.knows(address.clone()).await => {
                self.to.push(address);
                self.say("250 2.1.5 ok").await
            }
            Some(_) if self.to.len() >= RECIPIENTS => self.say("452 4.5.3 too many recipients").await,
            _ => self.wrong("550 5.1.1 nobody of that name").await,
        }
    }

    async fn data(&mut self) -> std::io::Result<()> {
        self.say("354 end with a dot").await?;
        let (mut mail, mut is_too_big) = (Vec::new(), false);
        loop {
            let start = mail.len();
            let mut some = (&mut self.wire).take(64 * 1024);
            if timeout(PATIENCE, some.read_until(b'\n', &mut mail))
                .await
                .map_err(|_| std::io::ErrorKind::TimedOut)??
                == 0
            {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if mail[start..] == *b".\r\n" || mail[start..] == *b".\n" {
                mail.truncate(start);
                break;
            }
            if mail[start] == b'.' {
                mail.remove(start);
            }
            if mail.len() > MOST {
                // Read to its end all the same, or the client takes the rest for commands.
                is_too_big = true;
                mail.clear();
            }
        }
        let to = std::mem::take(&mut self.to);
        self.reset();
        if is_too_big {
            return self.wrong("552 5.3.4 too large").await;
        }
        for recipient in to {
            if let Err(error) = self.taker.take(recipient, mail.clone()).await {
                tracing::error!(%error, "a mail that came back could not be kept");
                return self.say("451 4.3.0 not now").await;
            }
        }
        self.say("250 2.0.0 kept").await
    }
}
