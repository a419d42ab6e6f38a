//! A mail server of a test: takes mails over real TCP, keeps their bytes, and does what a script says.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What the server does with one mail to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers RCPT with this.
    Rcpt(&'static str),
    /// Answers the final dot with this.
    Final(&'static str),
    /// Closes the connection instead of asking for the mail.
    DropBeforeDot,
    /// Takes the mail and closes the connection without an answer.
    DropAfterDot,
    /// Thinks for so many milliseconds before it takes the mail.
    Slow(u64),
}

/// What the server does with the mail to an address that comes for the n-th time, counted from 0: scripts for addresses that are not known by name.
pub type Mood = fn(&str, u32) -> Option<Act>;

/// What is kept of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Every byte.
    Whole,
    /// Its Message-ID.
    Id,
    /// Only that it came.
    Nothing,
}

impl Keep {
    fn of(self, mail: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Whole => mail,
            Self::Nothing => Vec::new(),
            Self::Id => {
                let line = mail.split(|b| *b == b'\n').find(|l| l.to_ascii_lowercase().starts_with(b"message-id:"));
                line.map(|l| l["message-id:".len()..].trim_ascii().to_vec()).unwrap_or_default()
            }
        }
    }
}

/// How a sink is reached and whom it lets in.
#[derive(Default, Clone)]
pub struct Door {
    /// TLS by this; `None`: plain text only.
    pub tls: Option<TlsAcceptor>,
    /// TLS from the first byte instead of STARTTLS.
    pub wrapped: bool,
    /// What `AUTH` must bring, as `(user, password)`.
    pub login: Option<(&'static str, &'static str)>,
    /// Offers `AUTH LOGIN` instead of `AUTH PLAIN`.
    pub old_login: bool,
    /// Says something right behind the go-ahead of STARTTLS, before the handshake, as an attacker on the way would.
    pub injects: bool,
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}
type Wire = BufReader<Box<dyn Io>>;

fn wire(stream: impl Io + 'static) -> Wire {
    BufReader::with_capacity(64 * 1024, Box::new(stream))
}

#[derive(Default)]
struct Inner {
    mails: Vec<(String, Vec<u8>)>,
    count: usize,
    script: HashMap<String, VecDeque<Act>>,
    seen: HashMap<String, u32>,
    envelopes: Vec<(String, String)>,
    /// Moments at which an envelope to an address came.
    asked: HashMap<String, Vec<Instant>>,
    connections: usize,
    encrypted: usize,
    signed_in: usize,
}

#[derive(Clone)]
pub struct Sink {
    inner: Arc<Mutex<Inner>>,
    came: Arc<Notify>,
    /// Mails may end only while there are permits.
    gate: Arc<Semaphore>,
    port: u16,
    keep: Keep,
    mood: Option<Mood>,
    door: Door,
}

/// More mails than any test sends.
const OPEN: usize = 1 << 20;

impl Sink {
    pub async fn start() -> Self {
        Self::start_with(OPEN, Keep::Whole).await
    }

    /// Lets `permits` mails through, then waits for [`Sink::let_through`].
    pub async fn closed_after(permits: usize) -> Self {
        Self::start_with(permits, Keep::Whole).await
    }

    /// A server behind such a door.
    pub async fn behind(door: Door) -> Self {
        Self::open((OPEN, Keep::Whole), None, door).await
    }

    pub async fn start_with(permits: usize, keep: Keep) -> Self {
        Self::open((permits, keep), None, Door::default()).await
    }

    /// A server with moods of its own.
    pub async fn moody(mood: Mood) -> Self {
        Self::open((OPEN, Keep::Id), Some(mood), Door::default()).await
    }

    /// Recipient and sender of the mails taken, in order.
    pub fn envelopes(&self) -> Vec<(String, String)> {
        self.inner.lock().unwrap().envelopes.clone()
    }

    /// When envelopes to `address` came.
    pub fn asked_for(&self, address: &str) -> Vec<Instant> {
        self.inner.lock().unwrap().asked.get(address).cloned().unwrap_or_default()
    }

    async fn open((permits, keep): (usize, Keep), mood: Option<Mood>, door: Door) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Self {
            inner: Arc::default(),
            came: Arc::default(),
            gate: Arc::new(Semaphore::new(permits)),
            port: listener.local_addr().unwrap().port(),
            keep,
            mood,
            door,
        };
        let me = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let me = me.clone();
                tokio::spawn(async move {
                    let _ = me.talk(stream).await;
                });
            }
        });
        sink
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections that came to speak TLS, and those that signed in.
    pub fn secured(&self) -> (usize, usize) {
        let inner = self.inner.lock().unwrap();
        (inner.encrypted, inner.signed_in)
    }

    /// The next mails to `address` meet these, one each.
    pub fn script(&self, address: &str, acts: &[Act]) {
        self.inner.lock().unwrap().script.insert(address.to_owned(), acts.iter().copied().collect());
    }

    pub fn let_through(&self, n: usize) {
        self.gate.add_permits(n);
    }

    /// Everything taken so far: recipient and bytes as they came, dots unstuffed.
    pub fn mails(&self) -> Vec<(String, Vec<u8>)> {
        self.inner.lock().unwrap().mails.clone()
    }

    pub fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = self.inner.lock().unwrap().mails.iter().map(|(to, _)| to.clone()).collect();
        all.sort();
        all
    }

    pub fn connections(&self) -> usize {
        self.inner.lock().unwrap().connections
    }

    pub fn len(&self) -> usize {
        self.inner.lock().unwrap().count
    }

    /// Waits until `n` mails have come.
    pub async fn wait_for(&self, n: usize) {
        let wait = async {
            loop {
                let came = self.came.notified();
                if self.len() >= n {
                    return;
                }
                came.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap_or_else(|_| panic!("{} of {n} mails", self.len()));
    }

    fn next(&self, to: &str, wanted: impl Fn(&Act) -> bool) -> Option<Act> {
        let mut inner = self.inner.lock().unwrap();
        if let Some(mood) = self.mood {
            let seen = inner.seen.get(to).copied().unwrap_or(1);
            return mood(to, seen - 1).filter(wanted);
        }
        let acts = inner.script.get_mut(to)?;
        if acts.front().is_some_and(wanted) { acts.pop_front() } else { None }
    }

    async fn encrypt<S: Io>(&self, tls: &TlsAcceptor, stream: S) -> std::io::Result<TlsStream<S>> {
        let stream = tls.accept(stream).await?;
        self.inner.lock().unwrap().encrypted += 1;
        Ok(stream)
    }

    async fn check_login(&self, wire: &mut Wire, line: &str) -> std::io::Result<bool> {
        use base64::Engine;
        let decode = |text: &str| {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let said = if self.door.old_login {
            let mut parts = Vec::new();
            for _ in 0..2 {
                wire.write_all(b"334 \r\n").await?;
                let mut answer = String::new();
                wire.read_line(&mut answer).await?;
                parts.push(decode(&answer));
            }
            (parts[0].clone(), parts[1].clone())
        } else {
            let plain = decode(line.trim().rsplit(' ').next().unwrap_or(""));
            let mut parts = plain.split('\0').skip(1).map(str::to_owned);
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        };
        let is_in = self.door.login == Some((said.0.as_str(), said.1.as_str()));
        self.inner.lock().unwrap().signed_in += usize::from(is_in);
        Ok(is_in)
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        self.inner.lock().unwrap().connections += 1;
        let mut wire = match &self.door.tls {
            Some(tls) if self.door.wrapped => wire(self.encrypt(tls, stream).await?),
            _ => wire(stream),
        };
        let mut is_in = self.door.login.is_none();
        wire.write_all(b"220 sink\r\n").await?;
        let (mut line, mut from, mut to, mut answers) = (String::new(), String::new(), String::new(), String::new());
        loop {
            line.clear();
            if wire.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.split([' ', '\r']).next().unwrap_or("").to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    answers.push_str("250-sink\r\n250-PIPELINING\r\n");
                    if self.door.tls.is_some() && !self.door.wrapped {
                        answers.push_str("250-STARTTLS\r\n");
                    }
                    if self.door.login.is_some() {
                        answers.push_str(if self.door.old_login { "250-AUTH LOGIN\r\n" } else { "250-AUTH PLAIN\r\n" });
                    }
                    answers.push_str("250 8BITMIME\r\n");
                }
                "STARTTLS" => {
                    let Some(tls) = &self.door.tls else { return Ok(()) };
                    let hello: &[u8] = if self.door.injects { b"220 go\r\n250 mine\r\n" } else { b"220 go\r\n" };
                    wire.write_all(hello).await?;
                    wire.flush().await?;
                    wire = self::wire(self.encrypt(tls, wire.into_inner()).await?);
                    continue;
                }
                "AUTH" => {
                    is_in = self.check_login(&mut wire, &line).await?;
                    answers.push_str(if is_in { "235 welcome\r\n" } else { "535 5.7.8 no\r\n" });
                }
                "MAIL" if !is_in => answers.push_str("530 5.7.0 sign in first\r\n"),
                "MAIL" => {
                    from = line.split(['<', '>']).nth(1).unwrap_or("").to_owned();
                    answers.push_str("250 ok\r\n");
                }
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or("").to_owned();
                    if self.mood.is_some() {
                        let mut inner = self.inner.lock().unwrap();
                        *inner.seen.entry(to.clone()).or_insert(0) += 1;
                        inner.asked.entry(to.clone()).or_default().push(Instant::now());
                    }
                    match self.next(&to, |a| matches!(a, Act::Rcpt(_))) {
                        Some(Act::Rcpt(answer)) => {
                            answers.push_str(&format!("{answer}\r\n"));
                            to.clear();
                        }
                        _ => answers.push_str("250 ok\r\n"),
                    }
                }
                "DATA" if to.is_empty() => answers.push_str("503 no recipient\r\n"),
                "DATA" => {
                    if self.next(&to, |a| *a == Act::DropBeforeDot).is_some() {
                        return Ok(());
                    }
                    answers.push_str("354 go\r\n");
                    wire.write_all(answers.as_bytes()).await?;
                    answers.clear();
                    let body = read_body(&mut wire).await?;
                    let act = self.next(&to, |a| matches!(a, Act::Final(_) | Act::DropAfterDot | Act::Slow(_)));
                    if let Some(Act::Final(answer)) = act {
                        answers.push_str(&format!("{answer}\r\n"));
                    } else {
                        {
                            let kept = self.keep.of(body);
                            let mut inner = self.inner.lock().unwrap();
                            inner.count += 1;
                            if self.keep != Keep::Nothing {
                                inner.mails.push((to.clone(), kept));
                                inner.envelopes.push((to.clone(), from.clone()));
                            }
                        }
                        self.came.notify_waiters();
                        if act == Some(Act::DropAfterDot) {
                            return Ok(());
                        }
                        if let Some(Act::Slow(ms)) = act {
                            tokio::time::sleep(Duration::from_millis(ms)).await;
                        }
                        self.gate.acquire().await.unwrap().forget();
                        answers.push_str("250 2.0.0 queued as 42\r\n");
                    }
                    to.clear();
                }
                "QUIT" => {
                    wire.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => answers.push_str("250 ok\r\n"),
            }
            // Commands that came together are answered together.
            if wire.buffer().is_empty() {
                wire.write_all(answers.as_bytes()).await?;
                answers.clear();
            }
        }
    }
}

async fn read_body(wire: &mut Wire) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::with_capacity(24 * 1024);
    loop {
        let start = body.len();
        if wire.read_until(b'\n', &mut body).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if body[start..] == *b".\r\n" {
            body.truncate(start);
            return Ok(body);
        }
        if body[start] == b'.' {
            body.remove(start);
        }
    }
}
