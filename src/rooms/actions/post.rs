//! Sending a message: one write, one acknowledgement, once.

use super::{direct, may_post, may_speak, may_write, tell, told};
use crate::db::{Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::live::Happened;
use crate::rooms::model::{Access, Body, Cid, MessageDetail, Poll, PollForm, RoomId, Shared, fingerprint};
use crate::rooms::store::{self, NewMessage};
use crate::web::limits::Bucket;
use crate::web::viewer::{MemberId, Role, Viewer};

/// A message that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Message.
    pub message: i64,
    /// Its place in the room.
    pub seq: i64,
    /// When.
    pub at: Ms,
    /// Whether it was there before.
    pub dup: bool,
}

/// A message as its sender wants it.
#[derive(Debug, Clone, Default)]
pub struct Post {
    /// The sender's own id of it.
    pub cid: String,
    /// Markdown.
    pub body: String,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// The message whose thread it continues.
    pub thread_of: Option<i64>,
    /// A poll asked with it; the body is its question.
    pub poll: Option<PollForm>,
    /// Something of the house shown with it, as code or address.
    pub share: Option<String>,
    /// Uploads of the sender.
    pub files: Vec<i64>,
}

/// A checked message.
#[derive(Clone)]
struct Ready {
    cid: String,
    print: String,
    body: Body,
    reply_to: Option<i64>,
    thread_of: Option<i64>,
    poll: Option<(Vec<String>, bool)>,
    shared: Option<Shared>,
    files: Vec<i64>,
    mentions: Vec<String>,
    calls_all: bool,
}

impl Post {
    fn ready(self, room: RoomId) -> Result<Ready> {
        let mut check = crate::web::forms::Check::new();
        let cid = check.keep(Cid::parse(&self.cid)).map(|c| c.0).unwrap_or_default();
        let shared = match self.share.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
            Some(text) => check.keep(Shared::parse(text).ok_or(crate::error::FieldError::new("share", "invalid"))),
            None => None,
        };
        let poll = match &self.poll {
            Some(form) => check.keep(form.parse()).map(|labels| (labels, form.multi)),
            None => None,
        };
        if poll.is_some() && shared.is_some() {
            check.add(crate::error::FieldError::new("poll", "invalid"));
        }
        if self.files.len() > 10 {
            check.add(crate::error::FieldError::new("files", "too_many").arg("max", 10));
        }
        let bare = shared.is_none() && self.files.is_empty();
        let body = check.keep(if bare { Body::parse(&self.body) } else { Body::parse_or_empty(&self.body) });
        check.done()?;
        let body = body.unwrap_or(Body { source: String::new(), html: String::new() });
        // What a plain message says has always been its room, its text and what it answers.
        let mut said = body.source.clone();
        for part in [
            self.thread_of.map(|t| format!("\0thread {t}")),
            shared.as_ref().map(|s| format!("\0share {}", s.code())),
            poll.as_ref().map(|(labels, multi)| format!("\0poll {multi} {}", labels.join("\0"))),
            (!self.files.is_empty()).then(|| format!("\0files {:?}", self.files)),
        ] {
            said.push_str(part.as_deref().unwrap_or(""));
        }
        Ok(Ready {
            cid,
            print: fingerprint(room, &said, self.reply_to),
            mentions: body.mentioned(),
            calls_all: body.calls_all(),
            body,
            reply_to: self.reply_to,
            thread_of: self.thread_of,
            poll,
            shared,
            files: self.files,
        })
    }
}

/// Sends a message, or answers with the first one of the same `cid`. The write is queued when this is first polled, so
/// that messages of one connection keep their order.
///
/// # Errors
/// [`Error::NotFound`] where the room may not be known, `not_member`, `muted`, `idem_conflict`, invalid fields,
/// [`Error::TooMany`].
pub async fn post_message(
    house: &House,
    viewer: &Viewer,
    room: RoomId,
    cid: &str,
    body: &str,
    reply_to: Option<i64>,
) -> Result<Posted> {
    let post = Post { cid: cid.to_owned(), body: body.to_owned(), reply_to, ..Post::default() };
    send(house, viewer, room, post).await
}

/// Sends a message with everything that may stand in one; otherwise like [`post_message`].
///
/// # Errors
/// As [`post_message`]; `request_pending` where a stranger has not said yes yet.
pub async fn send(house: &House, viewer: &Viewer, room: RoomId, post: Post) -> Result<Posted> {
    let ready = post.ready(room)?;
    house.limits.take(Bucket::Messages, viewer.id)?;
    let (sender, inner) = (viewer.id, house.clone());
    let work = move |tx: &mut Tx<'_>| write(tx, &inner, (sender, room), &ready);
    match house.db.write(work.clone()).await {
        // Two nodes took the same cid at the same moment: the second look finds the first one's message.
        Err(Error::Conflict("cid_race")) => house.db.write(work).await,
        done => done,
    }
}

/// Stores a message in a transaction of the caller, such as the first one of a conversation.
pub(super) fn write_first(
    tx: &mut Tx<'_>,
    house: &House,
    (sender, room): (MemberId, RoomId),
    (cid, body): (&str, &Body),
) -> Result<Posted> {
    let ready = Ready {
        cid: cid.to_owned(),
        print: fingerprint(room, &body.source, None),
        body: body.clone(),
        reply_to: None,
        thread_of: None,
        poll: None,
        shared: None,
        files: Vec::new(),
        mentions: body.mentioned(),
        calls_all: false,
    };
    write(tx, house, (sender, room), &ready)
}

fn write(tx: &mut Tx<'_>, house: &House, (sender, room): (MemberId, RoomId), ready: &Ready) -> Result<Posted> {
    let stand = store::find_stand(tx, sender, room, &ready.cid)?.ok_or(Error::NotFound)?;
    may_write(&stand)?;
    if let Some((message, seq, first, at)) = &stand.first {
        let (message, seq, at) = (*message, *seq, *at);
        let same = *first == ready.print;
        return if same { Ok(Posted { message, seq, at, dup: true }) } else { Err(Error::Conflict("idem_conflict")) };
    }
    may_speak(&stand, tx.now())?;
    may_post(tx, &stand, room, sender)?;
    let is_direct = Access::stored(&stand.access) == Access::Direct;
    if is_direct {
        direct::knock(tx, house, room, sender)?;
    }
    let answered = match ready.reply_to {
        Some(id) => find_in(tx, room, id, "reply_to")?.sender_id,
        None => None,
    };
    let thread_of = match ready.thread_of {
        // A thread has one root: who answers an answer continues the same thread.
        Some(id) => Some(find_in(tx, room, id, "thread_of")?.thread_of.unwrap_or(id)),
        None => None,
    };
    let leads = Role::parse(&stand.role).is_some_and(|r| r >= Role::Manager);
    let mentions_all = ready.calls_all && leads && !is_direct && thread_of.is_none();
    let at = tx.now();
    let seq = store::advance(tx, room, 1)?;
    let shared = ready.shared.as_ref().map(Shared::code);
    let message = store::insert_message(
        tx,
        &NewMessage {
            room,
            seq,
            sender: Some(sender),
            body: &ready.body,
            reply_to: ready.reply_to,
            thread_of,
            mentions_all,
            via: None,
            cards: "",
            shared: shared.as_deref(),
        },
    )?;
    store::insert_event(tx, room, seq, "msg", Some(message), Some(sender), &ready.cid)?;
    if !store::insert_cid(tx, sender, &ready.cid, (room, message, seq), &ready.print)? {
        return Err(Error::Conflict("cid_race"));
    }
    if let Some(root) = thread_of {
        store::count_in_thread(tx, root, 1)?;
    }
    let (poll, shared) = ask(tx, room, message, ready, shared)?;
    let cards = super::attach_files(tx, sender, message, &ready.files)?;
    let mentioned = store::insert_mentions(tx, room, (message, seq), Some(sender), &ready.mentions)?;
    let detail = MessageDetail {
        html: &format!("{}{cards}", ready.body.html),
        name: &stand.name,
        rev: 0,
        reply_to: ready.reply_to,
        thread_of,
        shared: shared.as_deref(),
        poll: poll.as_ref(),
        bot: false,
    }
    .json();
    let happened = Happened {
        room: room.0,
        seq,
        kind: "msg",
        message: Some(message),
        by: Some(sender.0),
        cid: Some(ready.cid.clone()),
        at,
        detail: Some(detail),
    };
    tell(tx, house, happened);
    super::look_at_links(tx, message, 0, &ready.body)?;
    super::wake_hooks(tx, stand.has_hooks)?;
    told::tell_people(
        tx,
        &told::Said {
            room,
            message,
            sender,
            name: &stand.name,
            body: &ready.body,
            mentioned: &mentioned,
            mentions_all,
            answered,
            thread_of,
            is_direct,
            has_loud: stand.has_loud,
        },
    )?;
    if !mentioned.is_empty() {
        let live = house.live.clone();
        tx.after_commit(move || mentioned.into_iter().for_each(|m| live.counters_changed(MemberId(m))));
    }
    Ok(Posted { message, seq, at, dup: false })
}

fn find_in(tx: &mut Tx<'_>, room: RoomId, message: i64, field: &'static str) -> Result<store::Editable> {
    store::find_editable(tx, room, message).map_err(|e| match e {
        Error::NotFound => Error::field(field, "not_found"),
        other => other,
    })
}

fn ask(
    tx: &mut Tx<'_>,
    room: RoomId,
    message: i64,
    ready: &Ready,
    shared: Option<String>,
) -> Result<(Option<Poll>, Option<String>)> {
    let Some((labels, multi)) = &ready.poll else { return Ok((None, shared)) };
    let id = store::insert_poll(tx, room, message, *multi, labels)?;
    let code = format!("poll:{id}");
    store::mark_shared(tx, message, &code)?;
    Ok((Some(store::find_poll(tx, message)?), Some(code)))
}
