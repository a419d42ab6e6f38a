//! The virus scanner: clamd's `INSTREAM` over TCP. A stream is sent in chunks, each with its length in four bytes
//! (network order), ended by a length of zero; the answer is `stream: OK` or `stream: <name> FOUND`.

use super::bucket::Bytestream;
use crate::error::{Error, Result};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long clamd may take for one file.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it may take to answer at all.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const ANSWER: usize = 1024;

/// What the scanner says.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing found.
    Clean,
    /// The name of what was found.
    Infected(String),
}

/// A clamd somewhere.
#[derive(Debug, Clone)]
pub struct Scanner {
    address: String,
}

impl Scanner {
    /// The clamd at `host:port`.
    pub fn new(address: String) -> Self {
        Self { address }
    }

    async fn connect(&self) -> Result<TcpStream> {
        let connected = tokio::time::timeout(CONNECT, TcpStream::connect(&self.address)).await;
        connected.map_err(Error::internal)?.map_err(Error::internal)
    }

    /// Whether it answers `PING` with `PONG`.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        let answer = tokio::time::timeout(CONNECT, async {
            let mut clamd = self.connect().await?;
            clamd.write_all(b"zPING\0").await.map_err(Error::internal)?;
            read_answer(&mut clamd).await
        })
        .await
        .map_err(Error::internal)??;
        if answer == "PONG" { Ok(()) } else { Err(Error::internal(format!("clamd answers {answer:?}"))) }
    }

    /// Has the bytes looked at.
    ///
    /// # Errors
    /// When clamd is away, slow or refuses the stream: the file stays unchecked and the job tries again.
    pub async fn scan(&self, bytes: Bytestream) -> Result<Verdict> {
        tokio::time::timeout(PATIENCE, self.dialogue(bytes)).await.map_err(Error::internal)?
    }

    async fn dialogue(&self, mut bytes: Bytestream) -> Result<Verdict> {
        let mut clamd = self.connect().await?;
        clamd.write_all(b"zINSTREAM\0").await.map_err(Error::internal)?;
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk?;
            // A length of zero would end the stream.
            if chunk.is_empty() {
                continue;
            }
            let length = u32::try_from(chunk.len()).map_err(Error::internal)?;
            let sent = async {
                clamd.write_all(&length.to_be_bytes()).await?;
                clamd.write_all(&chunk).await
            };
            // clamd closes early when a stream passes its limit; its answer says so.
            if sent.await.is_err() {
                break;
            }
        }
        let _ = clamd.write_all(&0_u32.to_be_bytes()).await;
        verdict(&read_answer(&mut clamd).await?)
    }
}

async fn read_answer(clamd: &mut TcpStream) -> Result<String> {
    let mut answer = Vec::new();
    let mut byte = [0_u8; 256];
    while answer.len() < ANSWER {
        let n = clamd.read(&mut byte).await.map_err(Error::internal)?;
        answer.extend_from_slice(&byte[..n]);
        if n == 0 || answer.contains(&0) {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer);
    Ok(text.split('\0').next().unwrap_or("").trim().to_owned())
}

fn verdict(answer: &str) -> Result<Verdict> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Ok(Verdict::Clean);
    }
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Verdict::Infected(name.to_owned())),
        None => Err(Error::internal(format!("clamd answers {answer:?}"))),
    }
}
