//! A WebSocket client that costs as little as it can: it shares the machine with the server it measures.

use super::Done;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    at: usize,
}

/// Adds a text frame to `out`; a mask of zeros leaves the text as it is.
pub fn frame(out: &mut Vec<u8>, text: &str) {
    out.push(0x81);
    match text.len() {
        n if n < 126 => out.push(0x80 | n as u8),
        n => {
            out.push(0x80 | 126);
            out.extend((n as u16).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(text.as_bytes());
}

impl Wire {
    /// Connects from one of several loopback addresses, so that ports never run out.
    pub async fn open(address: SocketAddr, path: &str, session: &str, from: u8) -> Done<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, from], 0)))?;
        let mut stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: kontor_session={session}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut me = Self { stream, buffer: Vec::new(), at: 0 };
        loop {
            if let Some(end) = me.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                if !me.buffer.starts_with(b"HTTP/1.1 101") {
                    return Err(String::from_utf8_lossy(&me.buffer).into_owned().into());
                }
                me.at = end + 4;
                return Ok(me);
            }
            me.fill().await?;
        }
    }

    async fn fill(&mut self) -> Done<()> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        if self.buffer.capacity() - self.buffer.len() < 1024 {
            self.buffer.reserve(4 * 1024);
        }
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        Ok(())
    }

    /// The next text frame. Pings are answered on the way.
    pub async fn next(&mut self) -> Done<&str> {
        loop {
            let Some((from, to, code)) = self.whole() else {
                self.fill().await?;
                continue;
            };
            self.at = to;
            if code == 8 {
                return Err(format!("closed with {:?}", &self.buffer[from..to]).into());
            }
            if &self.buffer[from..to] == b"{}" {
                self.say(&["{}"]).await?;
                continue;
            }
            // The borrow checker does not see that this arm ends the loop.
            let (from, to) = (from, to);
            return Ok(std::str::from_utf8(&self.buffer[from..to])?);
        }
    }

    /// Whether a whole frame has come in already.
    pub fn has_more(&self) -> bool {
        self.whole().is_some()
    }

    fn whole(&self) -> Option<(usize, usize, u8)> {
        let rest = &self.buffer[self.at..];
        let code = rest.first()? & 0x0f;
        let (head, len) = match rest.get(1)? {
            126 => (4, usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]))),
            127 => (10, usize::try_from(u64::from_be_bytes(rest.get(2..10)?.try_into().ok()?)).ok()?),
            short => (2, usize::from(*short)),
        };
        (rest.len() >= head + len).then_some((self.at + head, self.at + head + len, code))
    }

    /// Sends text frames in one write.
    pub async fn say(&mut self, texts: &[&str]) -> Done<()> {
        let mut out = Vec::new();
        texts.iter().for_each(|text| frame(&mut out, text));
        Ok(self.stream.write_all(&out).await?)
    }

    /// Passes over frames until one of this kind.
    pub async fn until(&mut self, kind: &str) -> Done<String> {
        let wanted = format!("{{\"t\":\"{kind}\"");
        loop {
            let text = self.next().await?;
            if text.starts_with(&wanted) {
                return Ok(text.to_owned());
            }
            if text.starts_with("{\"t\":\"err\"") {
                return Err(text.to_owned().into());
            }
        }
    }
}
