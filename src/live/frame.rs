//! What travels: WebSocket frames made ready for the wire (RFC 6455, a server never masks), and the objects of the
//! live protocol in them. A frame is made once and shared as bytes by everybody who gets it.

use crate::db::Ms;
use crate::i18n::iso;
use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// Why a connection is closed; 4000 to 4499: come back, 4500 and above: final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Close {
    /// The client said goodbye.
    Normal = 1000,
    /// A frame over the limit.
    TooBig = 1009,
    /// Our fault.
    Internal = 4000,
    /// The server stops or restarts.
    Drain = 4001,
    /// The reader did not keep up.
    Slow = 4002,
    /// No answer to a ping.
    NoPong = 4003,
    /// Role changed: everything is to be asked anew.
    Rights = 4004,
    /// The position means nothing any more.
    Position = 4005,
    /// A flood of frames.
    Rate = 4006,
    /// Logged out, or the session ran out.
    Session = 4007,
    /// Not a frame of this protocol.
    BadFrame = 4500,
    /// No hello in time.
    NoHello = 4501,
    /// Shut out.
    Banned = 4503,
    /// Over the number of connections a member may have.
    TooMany = 4504,
    /// A version of the protocol that is not spoken here.
    Version = 4505,
}

/// A frame on its way: header and payload, ready for the wire.
#[derive(Debug, Clone)]
pub struct Frame {
    wire: Bytes,
    head: usize,
}

impl Frame {
    /// A text frame.
    pub fn text(payload: &str) -> Self {
        let n = payload.len();
        let mut wire = BytesMut::with_capacity(n + 10);
        wire.put_u8(0x81);
        match (u8::try_from(n), u16::try_from(n)) {
            (Ok(short), _) if short < 126 => wire.put_u8(short),
            (_, Ok(medium)) => {
                wire.put_u8(126);
                wire.put_u16(medium);
            }
            _ => {
                wire.put_u8(127);
                wire.put_u64(n as u64);
            }
        }
        let head = wire.len();
        wire.put_slice(payload.as_bytes());
        Self { wire: wire.freeze(), head }
    }

    /// A value as a text frame. What cannot be written as JSON (nothing of ours) becomes an empty object.
    pub fn of(value: &impl Serialize) -> Self {
        Self::text(&serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned()))
    }

    /// Everything that goes over the wire.
    pub fn wire(&self) -> &Bytes {
        &self.wire
    }

    /// The JSON text inside.
    pub fn json(&self) -> &str {
        self.wire.get(self.head..).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("{}")
    }
}

/// A close frame.
pub(super) fn close_frame(why: Close) -> Bytes {
    let [a, b] = (why as u16).to_be_bytes();
    Bytes::copy_from_slice(&[0x88, 2, a, b])
}

/// The answer to a protocol ping.
pub(super) fn pong_frame(payload: &[u8]) -> Bytes {
    let n = payload.len().min(125);
    let mut wire = BytesMut::with_capacity(n + 2);
    wire.put_u8(0x8a);
    wire.put_u8(u8::try_from(n).unwrap_or(0));
    wire.put_slice(payload.get(..n).unwrap_or(&[]));
    wire.freeze()
}

/// One change in a room as it happened: the parts of an `ev` frame.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Room.
    pub room: i64,
    /// Its place in the room's order.
    pub seq: i64,
    /// `msg`, `edit`, `del`, `react`, `pin`, `member`, `room` or `skip`.
    pub kind: &'static str,
    /// Message.
    pub message: Option<i64>,
    /// Who did it.
    pub by: Option<i64>,
    /// The sender's own id of a message; only the sender learns it.
    pub cid: Option<String>,
    /// When.
    pub at: Ms,
    /// `d` as JSON.
    pub detail: Option<String>,
}

/// An event made ready: the frame everybody gets, and the one for its sender.
#[derive(Debug)]
pub struct Event {
    /// Room.
    pub room: i64,
    /// Place in the room's order.
    pub seq: i64,
    /// Kind.
    pub kind: &'static str,
    /// Message.
    pub message: Option<i64>,
    /// Who did it; 0 where nobody is named.
    pub by: i64,
    frame: Frame,
    own: Option<Frame>,
}

#[derive(Serialize)]
struct Ev<'a> {
    t: &'static str,
    r: i64,
    s: i64,
    k: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    m: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<&'a RawValue>,
}

impl From<&Happened> for Event {
    fn from(h: &Happened) -> Self {
        let skipped = h.kind == "skip";
        let detail: Option<&RawValue> = h.detail.as_deref().and_then(|d| serde_json::from_str(d).ok());
        let mut ev = Ev {
            t: "ev",
            r: h.room,
            s: h.seq,
            k: h.kind,
            m: h.message.filter(|_| !skipped),
            by: h.by.filter(|_| !skipped),
            cid: None,
            ts: (!skipped).then(|| iso(h.at)),
            d: detail.filter(|_| !skipped),
        };
        let frame = Frame::of(&ev);
        let own = h.cid.as_deref().filter(|_| !skipped).map(|cid| {
            ev.cid = Some(cid);
            Frame::of(&ev)
        });
        Self { room: h.room, seq: h.seq, kind: h.kind, message: h.message, by: h.by.unwrap_or(0), frame, own }
    }
}

impl Event {
    /// The same event with another text, for the ring: who comes back later reads what an edit made of a message.
    pub fn with_detail_of(&self, edit: &Event) -> Option<Self> {
        let detail = detail_of(&edit.frame)?;
        let own = match &self.own {
            Some(own) => Some(with_detail(own, &detail)?),
            None => None,
        };
        Some(Self { frame: with_detail(&self.frame, &detail)?, own, ..self.bare() })
    }

    /// The place of this event without what happened: its reader may not see it.
    pub fn skipped(&self) -> Self {
        let frame = Frame::text(&format!(r#"{{"t":"ev","r":{},"s":{},"k":"skip"}}"#, self.room, self.seq));
        Self { kind: "skip", message: None, by: 0, frame, own: None, room: self.room, seq: self.seq }
    }

    fn bare(&self) -> Self {
        Self {
            room: self.room,
            seq: self.seq,
            kind: self.kind,
            message: self.message,
            by: self.by,
            frame: self.frame.clone(),
            own: None,
        }
    }

    /// Whether somebody who hides these members gets a `skip` instead.
    pub fn is_hidden(&self, hidden: &std::collections::HashSet<i64>) -> bool {
        matches!(self.kind, "msg" | "edit" | "react") && hidden.contains(&self.by)
    }

    /// The frame as `member` gets it.
    pub fn frame_for(&self, member: i64) -> &Frame {
        match &self.own {
            Some(own) if self.by == member => own,
            _ => &self.frame,
        }
    }

    /// Whether its sender gets another frame than everybody.
    pub fn differs_for_sender(&self) -> bool {
        self.own.is_some()
    }
}

fn detail_of(frame: &Frame) -> Option<Value> {
    let mut value: Value = serde_json::from_str(frame.json()).ok()?;
    value.get_mut("d").map(Value::take)
}

fn with_detail(frame: &Frame, detail: &Value) -> Option<Frame> {
    let mut value: Value = serde_json::from_str(frame.json()).ok()?;
    value.as_object_mut()?.insert("d".into(), detail.clone());
    Some(Frame::of(&value))
}

/// `sub_ok`.
pub struct SubOk<'a> {
    /// The client's own mark.
    pub mark: Option<i64>,
    /// Room.
    pub room: i64,
    /// Epoch.
    pub epoch: &'a str,
    /// Position after the events of this answer.
    pub seq: i64,
    /// Whether nothing is missing.
    pub recovered: bool,
    /// Whether there is more: ask again with `seq`.
    pub more: bool,
}

impl SubOk<'_> {
    /// The frame, with the events as `member` gets them.
    pub fn frame<E: AsRef<Event>>(&self, events: &[E], member: i64) -> Frame {
        let mut text =
            String::with_capacity(128 + events.iter().map(|e| e.as_ref().frame.json().len() + 1).sum::<usize>());
        text.push_str("{\"t\":\"sub_ok\"");
        if let Some(mark) = self.mark {
            text.push_str(&format!(",\"ref\":{mark}"));
        }
        let epoch = serde_json::to_string(self.epoch).unwrap_or_default();
        text.push_str(&format!(
            ",\"r\":{},\"epoch\":{epoch},\"s\":{},\"rec\":{},\"ev\":[",
            self.room, self.seq, self.recovered
        ));
        for (i, event) in events.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            text.push_str(event.as_ref().frame_for(member).json());
        }
        text.push_str(&format!("],\"more\":{}}}", self.more));
        Frame::text(&text)
    }
}

/// `ack`.
#[derive(Serialize)]
pub struct Ack<'a> {
    /// Always `ack`.
    pub t: &'static str,
    /// The client's id of the message.
    pub cid: &'a str,
    /// Room.
    pub r: i64,
    /// Message.
    pub m: i64,
    /// Its place.
    pub s: i64,
    /// When.
    pub ts: String,
    /// Whether it was there before.
    pub dup: bool,
}

/// `err`: about a frame with `ref`, or about a message with `cid`.
#[derive(Serialize)]
pub struct Refused<'a> {
    /// Always `err`.
    pub t: &'static str,
    /// The client's mark of its frame.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub mark: Option<i64>,
    /// The client's id of its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<&'a str>,
    /// Room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r: Option<i64>,
    /// Stable code.
    pub code: &'a str,
    /// For people, in the member's language.
    pub msg: String,
    /// Whether the same may work later.
    pub temp: bool,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_the_rfc_wants_them() {
        assert_eq!(&Frame::text("{}").wire()[..2], &[0x81, 2]);
        assert_eq!(&Frame::text(&"x".repeat(126)).wire()[..4], &[0x81, 126, 0, 126]);
        assert_eq!(&Frame::text(&"x".repeat(65_536)).wire()[..10], &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn only_the_sender_learns_the_cid_and_a_skip_says_nothing() {
        let mut h = Happened {
            room: 1,
            seq: 9,
            kind: "msg",
            message: Some(5),
            by: Some(7),
            cid: Some("c1".into()),
            at: 0,
            detail: Some("{\"html\":\"<p>x</p>\"}".into()),
        };
        let event = Event::from(&h);
        assert!(event.frame_for(7).json().contains("\"cid\":\"c1\""));
        assert!(!event.frame_for(8).json().contains("cid"));
        h.kind = "skip";
        assert_eq!(Event::from(&h).frame_for(7).json(), r#"{"t":"ev","r":1,"s":9,"k":"skip"}"#);
    }
}
