//! Lines of a log as pages show them: a room, a thread, pins, saved messages, results of a search.

use crate::i18n::{Lang, parse_zone, t};
use crate::rooms::model::{Extras, Message, Poll, Quote, Reaction, Shared};
use crate::web::sources::SharedCard;
use crate::web::viewer::{Viewer, hue, initials};
use serde::Serialize;
use std::collections::HashMap;

/// Messages of one author closer together than this are one block.
const TOGETHER: i64 = 5 * crate::db::MINUTE;

/// A face beside a name.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Member.
    pub id: i64,
    /// Name.
    pub name: String,
    initials: String,
    hue: i64,
}

impl Person {
    /// A member, or 0 for a machine and for somebody who is gone.
    pub fn of(id: i64, name: String) -> Self {
        Self { id, initials: initials(&name), hue: hue(id), name }
    }
}

/// A poll with what its bars need.
#[derive(Serialize)]
struct PollLine {
    id: i64,
    multi: bool,
    closed: bool,
    voters: i64,
    may_close: bool,
    options: Vec<OptionLine>,
}

#[derive(Serialize)]
struct OptionLine {
    id: i64,
    label: String,
    n: i64,
    most: i64,
    mine: bool,
    kind: &'static str,
}

impl PollLine {
    fn of(poll: Poll, may_close: bool) -> Self {
        let most = poll.voters.max(1);
        let kind = if poll.multi { "checkbox" } else { "radio" };
        let options = poll
            .options
            .into_iter()
            .map(|o| OptionLine { id: o.id, label: o.label, n: o.n, most, mine: o.mine.unwrap_or(false), kind })
            .collect();
        Self { id: poll.id, multi: poll.multi, closed: poll.closed, voters: poll.voters, may_close, options }
    }
}

/// One line: a message, with what stands before it and around it.
#[derive(Serialize)]
pub struct Line {
    /// Message.
    pub m: i64,
    /// Position.
    pub seq: i64,
    by: i64,
    at: i64,
    author: Person,
    bot: bool,
    body_html: String,
    edited: bool,
    rev: i32,
    own: bool,
    more: bool,
    new_day: bool,
    first_unread: bool,
    mention: bool,
    pinned: bool,
    saved: bool,
    target: bool,
    reactions: Vec<Reaction>,
    reply: Option<Quote>,
    /// The answered message is gone, or not for this reader.
    reply_gone: bool,
    poll: Option<PollLine>,
    shared: Option<SharedCard>,
    shared_code: String,
    thread_count: i32,
    thread_url: String,
    /// Page with everything that can be done with the message.
    url: String,
    /// Room of the message, where lines of several rooms stand together.
    room_name: String,
    permalink: String,
}

/// What lines of one page have in common.
pub struct Setting<'a> {
    /// Who reads.
    pub viewer: &'a Viewer,
    /// Language of the page.
    pub lang: Lang,
    /// Address of the room.
    pub slug: &'a str,
    /// Read up to here.
    pub last_read: i64,
    /// The message the address points at.
    pub target: Option<i64>,
    /// Whether blocks and dividers are made; lists of single messages have none.
    pub flowing: bool,
    /// Whether the first line may be the first that is new: nothing new lies before it.
    pub news_begin: bool,
}

/// Codes of what is shared in these messages.
pub fn shared_in(found: &[Message]) -> Vec<Shared> {
    found.iter().filter_map(|m| Shared::parse(m.shared.as_deref()?)).collect()
}

/// Makes lines of messages.
pub fn lines(
    found: Vec<Message>,
    mut extras: Extras,
    shared: &HashMap<String, SharedCard>,
    set: &Setting<'_>,
) -> Vec<Line> {
    let zone = parse_zone(&set.viewer.time_zone);
    let day = |ms: i64| crate::i18n::date(Lang::En, ms, &zone);
    let mut out: Vec<Line> = Vec::new();
    let mut unread_told = false;
    for m in found {
        let by = m.sender_id.unwrap_or(0);
        let before = out.last();
        let new_day = set.flowing && before.is_none_or(|b| day(b.at) != day(m.created_at));
        let own = m.sender_id == Some(set.viewer.id.0);
        let unread = set.flowing && !own && m.seq > set.last_read;
        let first_unread = !unread_told && unread && (set.news_begin || !out.is_empty());
        unread_told |= unread;
        let bot = m.via.is_some();
        let body_html = m.whole_html();
        let name = m.via.or(m.sender).unwrap_or_else(|| t(set.lang, "rooms-gone").into_owned());
        let more = set.flowing
            && !new_day
            && !first_unread
            && m.reply_to.is_none()
            && before.is_some_and(|b| b.by == by && b.author.name == name && m.created_at - b.at < TOGETHER);
        let shared_code = m.shared.clone().filter(|s| !s.starts_with("poll:")).unwrap_or_default();
        let reply = m.reply_to.and_then(|id| extras.quotes.get(&id).cloned());
        let may_close = own || set.viewer.is_moderator();
        out.push(Line {
            m: m.id,
            seq: m.seq,
            by,
            at: m.created_at,
            author: Person::of(by, name),
            bot,
            mention: extras.mentioned.contains(&m.id),
            body_html,
            edited: m.edited_at.is_some(),
            rev: m.rev,
            own,
            more,
            new_day,
            first_unread,
            pinned: extras.pinned.contains(&m.id),
            saved: extras.saved.contains(&m.id),
            target: set.target == Some(m.id),
            reactions: extras.reactions.remove(&m.id).unwrap_or_default(),
            reply_gone: m.reply_to.is_some() && reply.is_none(),
            reply,
            poll: extras.polls.remove(&m.id).map(|p| PollLine::of(p, may_close)),
            shared: shared.get(&shared_code).cloned(),
            shared_code,
            thread_count: m.thread_count,
            thread_url: format!("/rooms/{}/t/{}", set.slug, m.thread_of.unwrap_or(m.id)),
            url: format!("/rooms/{}/m/{}", set.slug, m.id),
            room_name: String::new(),
            permalink: format!("/rooms/{}?m={}", set.slug, m.id),
        });
    }
    out
}

impl Line {
    /// Names the room a line is from.
    pub fn in_room(mut self, name: &str) -> Self {
        name.clone_into(&mut self.room_name);
        self
    }
}
