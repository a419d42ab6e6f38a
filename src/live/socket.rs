//! `GET /api/v1/live`: the upgrade, the pump (one write for everything that waits) and the reader of a connection.

use super::frame::{Close, Frame, Refused, pong_frame};
use super::peer::{Fill, Peer};
use super::ticker::{HEARTBEAT, PONG};
use super::{Later, Live};
use crate::config::Config;
use crate::error::Error;
use crate::i18n::{iso, t};
use crate::web::guards::Ctx;
use crate::web::limits::Bucket;
use crate::web::viewer::{Proof, Scope};
use actix_http::ws::{Codec, Frame as Wire, Item, ProtocolError};
use actix_web::http::header;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_util::codec::Decoder;

/// Largest inbound frame in bytes, whole message included.
pub const MAX_FRAME: usize = 16 * 1024;
/// Version of the protocol.
const VERSION: i64 = 1;
/// Frames of one connection that are worked on at once; then it is read no further.
const UNDER_WAY: usize = 128;
/// Mistakes of a connection before it is closed.
const MISTAKES: u32 = 20;
/// How long a closing connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

/// `GET /api/v1/live`
#[utoipa::path(get, path = "/api/v1/live", tag = "live", responses(
    (status = 101, description = "WebSocket of the live protocol: JSON text frames, one object or an array of them; `hello` within 5 s"),
    (status = 401, description = "Nobody is signed in"),
    (status = 403, description = "Another origin, or none with a session cookie"),
))]
pub async fn live(req: HttpRequest, ctx: Ctx, body: web::Payload) -> Result<HttpResponse, Error> {
    let by_token = matches!(ctx.viewer.as_deref().map(|v| &v.proof), Some(Proof::Token { .. }));
    if !origin_fits(&req, &ctx.house.config, by_token) {
        return Err(Error::Forbidden("cross_site"));
    }
    let viewer = ctx.viewer.clone().ok_or(Error::SignInRequired)?;
    if !viewer.has_scope(Scope::Read) {
        return Err(Error::Forbidden("scope"));
    }
    ctx.house.limits.take(Bucket::Connections, ctx.asked.ip)?;
    let mut answer = actix_http::ws::handshake(req.head()).map_err(|_| Error::BadRequest("bad_request"))?;
    let live = ctx.house.live.clone();
    let pump = match live.admit(viewer.clone()) {
        Some(peer) => {
            let reader = Reader::new(live.clone(), peer.clone(), body);
            let pump = Pump(peer);
            actix_web::rt::spawn(reader.run());
            pump
        }
        None => {
            // The number is told after the upgrade: a browser cannot read the status of a refused one.
            let peer = Arc::new(Peer::new(0, viewer, 0));
            peer.close(Close::TooMany);
            actix_web::rt::spawn(swallow(body));
            Pump(peer)
        }
    };
    let answer =
        answer.message_body(actix_http::body::BodyStream::new(pump)).map_err(|e| Error::internal(e.to_string()))?;
    Ok(answer.map_into_boxed_body().into())
}

/// Exactly our own origin. Without an origin only programs come, and they carry a token, never a cookie.
fn origin_fits(req: &HttpRequest, config: &Config, by_token: bool) -> bool {
    let Some(origin) = req.headers().get(header::ORIGIN) else { return by_token };
    let Ok(origin) = origin.to_str() else { return false };
    let ours = config.base_url.as_ref().is_some_and(|u| u.origin().ascii_serialization() == origin);
    let host = req.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    let same_host = matches!(origin.split_once("://"), Some(("http" | "https", o)) if Some(o) == host);
    ours || same_host
}

async fn swallow(mut body: web::Payload) {
    let _ = tokio::time::timeout(GOODBYE, async { while let Some(Ok(_)) = body.next().await {} }).await;
}

/// The body of the answer: what waits in the queue of the peer, in as few pieces as possible.
struct Pump(Arc<Peer>);

impl Stream for Pump {
    type Item = Result<Bytes, Error>;
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_write(cx).map(|piece| piece.map(Ok))
    }
}

impl Drop for Pump {
    /// The socket is gone: so is the connection.
    fn drop(&mut self) {
        self.0.close(Close::Normal);
    }
}

/// Lets so many frames a minute pass, after a burst of as many.
struct Gate {
    on: bool,
    a_minute: f64,
    left: f64,
    at: std::time::Instant,
}

impl Gate {
    fn passes(&mut self) -> bool {
        if !self.on {
            return true;
        }
        let now = std::time::Instant::now();
        let more = (now - self.at).as_secs_f64() * self.a_minute / 60.0;
        self.left = (self.left + more).min(self.a_minute);
        self.at = now;
        self.left -= 1.0;
        self.left >= 0.0
    }
}

struct Reader {
    live: Live,
    peer: Arc<Peer>,
    body: web::Payload,
    codec: Codec,
    buffer: BytesMut,
    parts: BytesMut,
    gate: Gate,
    mistakes: u32,
    under_way: FuturesUnordered<Later<()>>,
}

impl Reader {
    fn new(live: Live, peer: Arc<Peer>, body: web::Payload) -> Self {
        let a_minute = f64::from(live.0.frames_a_minute);
        let gate = Gate { on: live.0.limits, a_minute, left: a_minute, at: std::time::Instant::now() };
        Self {
            live,
            peer,
            body,
            codec: Codec::new().max_size(MAX_FRAME),
            buffer: BytesMut::new(),
            parts: BytesMut::new(),
            gate,
            mistakes: 0,
            under_way: FuturesUnordered::new(),
        }
    }

    async fn run(mut self) {
        let gone = self.peer.gone().clone();
        loop {
            let room = self.under_way.len() < UNDER_WAY;
            tokio::select! {
                biased;
                () = gone.cancelled() => break,
                Some(()) = self.under_way.next(), if !self.under_way.is_empty() => {}
                chunk = self.body.next(), if room => match chunk {
                    Some(Ok(chunk)) => {
                        self.buffer.extend_from_slice(&chunk);
                        self.peer.hear(self.live.0.clock.steady());
                        self.read();
                        if self.buffer.is_empty() {
                            // Nothing is kept for a connection that says nothing.
                            self.buffer = BytesMut::new();
                        }
                    }
                    _ => self.peer.close(Close::Normal),
                },
            }
        }
        self.live.dismiss(&self.peer);
        // What was begun is finished: an accepted message is stored even when its sender has gone.
        let rest = async { while self.under_way.next().await.is_some() {} };
        let _ = tokio::time::timeout(GOODBYE, rest).await;
        swallow(self.body).await;
    }

    /// Works through the frames that have come in.
    fn read(&mut self) {
        while !self.peer.is_closing() {
            match self.codec.decode(&mut self.buffer) {
                Ok(Some(frame)) => self.take(frame),
                Ok(None) => return,
                Err(ProtocolError::Overflow) => return self.peer.close(Close::TooBig),
                Err(_) => return self.peer.close(Close::BadFrame),
            }
        }
    }

    fn take(&mut self, frame: Wire) {
        match frame {
            Wire::Text(text) => self.text(&text),
            Wire::Ping(payload) => {
                if self.gate.passes() {
                    self.peer.push(pong_frame(&payload), 1, false);
                } else {
                    self.peer.close(Close::Rate);
                }
            }
            Wire::Pong(_) => {}
            Wire::Close(_) => self.peer.close(Close::Normal),
            Wire::Continuation(Item::FirstText(part)) => {
                self.parts.clear();
                self.part(&part);
            }
            Wire::Continuation(Item::Continue(part)) => self.part(&part),
            Wire::Continuation(Item::Last(part)) => {
                self.part(&part);
                let whole = self.parts.split().freeze();
                self.text(&whole);
            }
            Wire::Binary(_) | Wire::Continuation(Item::FirstBinary(_)) => self.peer.close(Close::BadFrame),
        }
    }

    fn part(&mut self, part: &[u8]) {
        // Tiny fragments are frames too.
        if !self.gate.passes() {
            return self.peer.close(Close::Rate);
        }
        if self.parts.len() + part.len() > MAX_FRAME {
            return self.peer.close(Close::TooBig);
        }
        self.parts.extend_from_slice(part);
    }

    fn text(&mut self, text: &[u8]) {
        match serde_json::from_slice(text) {
            Ok(Value::Array(many)) => many.into_iter().for_each(|one| self.object(one)),
            Ok(one) => self.object(one),
            Err(_) => self.peer.close(Close::BadFrame),
        }
    }

    fn object(&mut self, frame: Value) {
        if self.peer.is_closing() {
            return;
        }
        let Value::Object(fields) = &frame else { return self.peer.close(Close::BadFrame) };
        if !self.gate.passes() {
            return self.peer.close(Close::Rate);
        }
        if fields.is_empty() {
            return;
        }
        let Some(kind) = fields.get("t").and_then(Value::as_str).map(str::to_owned) else {
            return self.peer.close(Close::BadFrame);
        };
        let greeted = self.peer.greeted.load(Ordering::Relaxed);
        match (kind.as_str(), greeted) {
            ("hello", false) => self.hello(frame),
            (_, false) => self.peer.close(Close::NoHello),
            ("watch", true) => {
                let topic = frame.get("topic").and_then(Value::as_str).unwrap_or("");
                if topic != "me" && !self.live.watch(&self.peer, topic) {
                    self.refuse(&frame, "not_found");
                }
            }
            ("send" | "edit" | "del" | "react", true) if !self.peer.may_write() => self.refuse(&frame, "forbidden"),
            ("sub" | "unsub" | "send" | "edit" | "del" | "react" | "read" | "typing", true) => {
                if let Some(voice) = self.live.0.voice.get() {
                    self.under_way.push(voice.frame(self.peer.clone(), kind, frame));
                }
            }
            _ => self.refuse(&frame, "bad_request"),
        }
    }

    fn hello(&mut self, frame: Value) {
        if frame.get("v").and_then(Value::as_i64) != Some(VERSION) {
            return self.peer.close(Close::Version);
        }
        self.peer.greeted.store(true, Ordering::Relaxed);
        let hello = serde_json::json!({
            "t": "hello",
            "sid": format!("{}-{}", self.live.node(), self.peer.id),
            "node": self.live.node(),
            "hb_ms": HEARTBEAT,
            "pong_ms": PONG,
            "max_frame": MAX_FRAME,
            "now": iso(self.live.0.clock.now()),
        });
        if self.peer.send(&Frame::of(&hello)) == Fill::Closed {
            return;
        }
        if let Some(voice) = self.live.0.voice.get() {
            self.under_way.push(voice.hello(self.peer.clone(), frame));
        }
    }

    fn refuse(&mut self, frame: &Value, code: &'static str) {
        self.mistakes += 1;
        if self.mistakes > MISTAKES {
            return self.peer.close(Close::BadFrame);
        }
        let lang = self.peer.viewer().lang;
        self.peer.send(&Frame::of(&Refused {
            t: "err",
            mark: frame.get("ref").and_then(Value::as_i64),
            cid: frame.get("cid").and_then(Value::as_str).filter(|c| c.len() <= 64),
            r: frame.get("r").and_then(Value::as_i64),
            code,
            msg: t(lang, &format!("error-{code}")).into_owned(),
            temp: false,
            retry_ms: None,
        }));
    }
}
