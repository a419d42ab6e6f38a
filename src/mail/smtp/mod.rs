//! One SMTP connection of our own: it always knows how far the dialogue had come, which decides whether a mail
//! may be tried again. `TCP_NODELAY` is set (without it each mail waits about 40 ms for a delayed acknowledgement)
//! and MAIL, RCPT and DATA travel together where the server offers PIPELINING (RFC 2920), behind the mail before them.

mod open;
mod trust;

use super::transport::{Outcome, Stage};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

/// Mails of one connection; many relays cut at a number of their own.
pub const MOST_MAILS: u32 = 100;

/// How long each step may take (RFC 5321, 4.5.3.2 allows more; a campaign has others to serve).
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// TCP, TLS and greeting.
    pub connect: Duration,
    /// A command.
    pub command: Duration,
    /// Sending the mail itself.
    pub data: Duration,
    /// The answer to the final dot.
    pub last: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            command: Duration::from_secs(60),
            data: Duration::from_secs(120),
            last: Duration::from_secs(300),
        }
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// An open connection, greeted and signed in.
pub struct Connection {
    wire: BufReader<Box<dyn Wire>>,
    pipelining: bool,
    patience: Patience,
    used: u32,
    is_broken: bool,
    needs_reset: bool,
}

/// A mail and where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// Address of the envelope's sender.
    pub from: &'a str,
    /// The one recipient.
    pub to: &'a str,
    /// The mail with CRLF line ends.
    pub bytes: &'a [u8],
}

/// The commands of an envelope.
fn commands(parcel: &Parcel<'_>) -> [(Stage, String); 3] {
    [
        (Stage::Mail, format!("MAIL FROM:<{}>\r\n", parcel.from)),
        (Stage::Rcpt, format!("RCPT TO:<{}>\r\n", parcel.to)),
        (Stage::Data, "DATA\r\n".to_owned()),
    ]
}

/// Class of the answer that lets the dialogue go on.
fn wanted(stage: Stage) -> u16 {
    if stage == Stage::Data { 3 } else { 2 }
}

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reply {
    code: u16,
    text: String,
}

impl Reply {
    fn is(&self, class: u16) -> bool {
        self.code / 100 == class
    }
}

/// A failure of the connection itself.
type Broken = String;

impl Connection {
    /// Whether it takes another mail.
    pub fn is_usable(&self) -> bool {
        !self.is_broken && self.used < MOST_MAILS
    }

    /// How many mails it still takes.
    pub fn room(&self) -> usize {
        if self.is_broken { 0 } else { MOST_MAILS.saturating_sub(self.used) as usize }
    }

    /// Sends one mail. `bytes` is the mail with CRLF line ends; dots are stuffed here.
    pub async fn send(&mut self, from: &str, to: &str, bytes: &[u8]) -> Outcome {
        let gone = || lost(Stage::Connect, "the connection is gone".into());
        self.send_all(&[Parcel { from, to, bytes }]).await.pop().unwrap_or_else(gone)
    }

    /// Sends mails one after the other; answers what became of each, in order. Fewer answers than mails: the connection went or the
    /// sender was refused, and what has no answer certainly was not sent.
    ///
    /// Where the server offers PIPELINING, the end of a mail and the envelope of the next travel together, so that a mail costs one
    /// round trip: `DATA` stays the last of its group (RFC 2920, 3.1), and no mail begins before the one ahead of it has ended.
    pub async fn send_all(&mut self, parcels: &[Parcel<'_>]) -> Vec<Outcome> {
        let mut out = Vec::with_capacity(parcels.len());
        let mut is_announced = false;
        for (i, parcel) in parcels.iter().enumerate() {
            if !self.is_usable() {
                break;
            }
            self.used += 1;
            let opened = match (self.pipelining, is_announced) {
                (false, _) => self.converse(parcel).await,
                (true, true) => self.answers(false).await,
                (true, false) => self.announce(parcel).await,
            };
            is_announced = false;
            if let Err(outcome) = opened {
                let is_over = matches!(outcome, Outcome::Refused { stage: Stage::Mail, .. });
                out.push(outcome);
                if is_over {
                    break;
                }
                continue;
            }
            let mut body = stuffed(parcel.bytes);
            let end = body.len();
            if let Some(next) = parcels.get(i + 1).filter(|_| self.pipelining && self.used < MOST_MAILS) {
                commands(next).iter().for_each(|(_, command)| body.extend_from_slice(command.as_bytes()));
                is_announced = true;
            }
            out.push(self.body(&body, end).await);
        }
        out
    }

    /// The mail itself, `end` bytes of `body`, and what follows it; then the answer to the final dot.
    async fn body(&mut self, body: &[u8], end: usize) -> Outcome {
        let mut sent = 0;
        while sent < body.len() {
            match timeout(self.patience.data, self.wire.write(&body[sent..])).await {
                Ok(Ok(n)) if n > 0 => sent += n,
                other => {
                    self.is_broken = true;
                    let text = fault(other.map(|r| r.map(|_| ())));
                    if sent < end {
                        // Some bytes, the end among them, never left: the server cannot have taken the mail.
                        return Outcome::Later { stage: Stage::Data, code: 0, text };
                    }
                    break;
                }
            }
        }
        let flushed = timeout(self.patience.data, self.wire.flush()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            self.is_broken = true;
            return Outcome::Unknown { text: fault(flushed) };
        }
        match self.reply(self.patience.last).await {
            Ok(reply) if reply.is(2) => Outcome::Accepted(said(&reply)),
            Ok(reply) => self.refused(Stage::Final, &reply),
            Err(text) => Outcome::Unknown { text },
        }
    }

    /// MAIL, RCPT, DATA up to the 354, each waiting for its answer.
    async fn converse(&mut self, parcel: &Parcel<'_>) -> Result<(), Outcome> {
        if std::mem::take(&mut self.needs_reset) {
            self.say("RSET\r\n").await.map_err(|text| lost(Stage::Mail, text))?;
            self.reply(self.patience.command).await.map_err(|text| lost(Stage::Mail, text))?;
        }
        for (stage, command) in &commands(parcel) {
            self.say(command).await.map_err(|text| lost(*stage, text))?;
            let reply = self.reply(self.patience.command).await.map_err(|text| lost(*stage, text))?;
            if !reply.is(wanted(*stage)) {
                return Err(self.refused(*stage, &reply));
            }
        }
        Ok(())
    }

    /// MAIL, RCPT, DATA up to the 354, in one write.
    async fn announce(&mut self, parcel: &Parcel<'_>) -> Result<(), Outcome> {
        let reset = std::mem::take(&mut self.needs_reset);
        let mut all = String::with_capacity(160);
        if reset {
            all.push_str("RSET\r\n");
        }
        commands(parcel).iter().for_each(|(_, command)| all.push_str(command));
        self.say(&all).await.map_err(|text| lost(Stage::Mail, text))?;
        self.answers(reset).await
    }

    /// The answers to an envelope that is on the wire.
    async fn answers(&mut self, reset: bool) -> Result<(), Outcome> {
        if reset {
            self.reply(self.patience.command).await.map_err(|text| lost(Stage::Mail, text))?;
        }
        let mut first_refusal = None;
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
            let reply = match self.reply(self.patience.command).await {
                Ok(reply) => reply,
                // What was refused before the connection went is refused all the same.
                Err(text) => return Err(first_refusal.unwrap_or_else(|| lost(stage, text))),
            };
            let is_wanted = reply.is(wanted(stage));
            if is_wanted && stage == Stage::Data && first_refusal.is_some() {
                // RFC 2920, 3.1: DATA went through although nobody is left to get it; an empty mail ends it.
                self.say(".\r\n").await.map_err(|text| lost(Stage::Data, text))?;
                let _ = self.reply(self.patience.command).await;
            } else if !is_wanted && first_refusal.is_none() {
                first_refusal = Some(self.refused(stage, &reply));
            }
        }
        first_refusal.map_or(Ok(()), Err)
    }

    fn refused(&mut self, stage: Stage, reply: &Reply) -> Outcome {
        // The end of a mail clears the envelope whatever the answer (RFC 5321, 4.1.1.4).
        self.needs_reset |= stage != Stage::Final;
        // RFC 5321, 3.8: 421 announces that the server closes the channel.
        self.is_broken |= reply.code == 421;
        let (code, text) = (reply.code, said(reply));
        match reply.code / 100 {
            5 => Outcome::Refused { stage, code, text },
            4 => Outcome::Later { stage, code, text },
            _ => {
                self.is_broken = true;
                Outcome::Later { stage, code, text }
            }
        }
    }

    async fn say(&mut self, text: &str) -> Result<(), Broken> {
        let write = async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        };
        let done = timeout(self.patience.command, write).await;
        if matches!(done, Ok(Ok(()))) {
            return Ok(());
        }
        self.is_broken = true;
        Err(fault(done))
    }

    async fn reply(&mut self, patience: Duration) -> Result<Reply, Broken> {
        match timeout(patience, read_reply(&mut self.wire)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(text)) => {
                self.is_broken = true;
                Err(text)
            }
            Err(_) => {
                self.is_broken = true;
                Err("no answer in time".into())
            }
        }
    }

    /// Says goodbye; the answer is not waited for.
    pub async fn quit(mut self) {
        if !self.is_broken {
            let _ = self.say("QUIT\r\n").await;
            let _ = self.wire.shutdown().await;
        }
    }
}

fn lost(stage: Stage, text: Broken) -> Outcome {
    Outcome::Later { stage, code: 0, text }
}

fn fault(done: Result<std::io::Result<()>, tokio::time::error::Elapsed>) -> String {
    match done {
        Ok(Ok(())) => String::new(),
        Ok(Err(e)) => e.to_string(),
        Err(_) => "no progress in time".into(),
    }
}

/// Code and words, at most 200 characters.
fn said(reply: &Reply) -> String {
    format!("{} {}", reply.code, reply.text).chars().take(200).collect()
}

/// Reads one answer of one or more lines (RFC 5321, 4.2.1), at most 100 lines.
async fn read_reply(wire: &mut BufReader<Box<dyn Wire>>) -> Result<Reply, Broken> {
    use tokio::io::AsyncReadExt;
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        // A server that never ends its line gets no more than 4 KiB of our memory.
        let n = (&mut *wire).take(4096).read_until(b'\n', &mut line).await.map_err(|e| e.to_string())?;
        if n == 0 {
            return Err("the server closed the connection".into());
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        let code = text.get(..3).and_then(|c| c.parse::<u16>().ok()).filter(|c| (200..600).contains(c));
        let Some(code) = code else { return Err(format!("not SMTP: {}", text.chars().take(80).collect::<String>())) };
        lines.push(text.get(4..).unwrap_or("").to_owned());
        if text.as_bytes().get(3) != Some(&b'-') {
            return Ok(Reply { code, text: lines.join("\n") });
        }
        if lines.len() > 100 {
            return Err("the answer never ends".into());
        }
    }
}

/// The mail as DATA wants it: a dot at the start of a line doubled, a dot alone at the end (RFC 5321, 4.5.2).
fn stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    if bytes.first() == Some(&b'.') {
        out.push(b'.');
    }
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, b"\n.") {
        out.extend_from_slice(&bytes[from..=at]);
        out.push(b'.');
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    if !bytes.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_the_start_of_a_line_are_doubled() {
        assert_eq!(stuffed(b".a\r\n.b\r\nc.d\r\n..\r\n"), b"..a\r\n..b\r\nc.d\r\n...\r\n.\r\n");
        assert_eq!(stuffed(b"x"), b"x\r\n.\r\n");
    }
}
