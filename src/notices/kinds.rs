//! Every kind of notification. A kind `x` needs the texts `notice-x` (what happened; arguments by name) and
//! `notice-kind-x` (its line in the settings) in both languages.

/// A kind and what it does for somebody who has set nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Stable name.
    pub code: &'static str,
    /// Heading it stands under in the settings: text `notice-group-<group>`.
    pub group: &'static str,
    /// Whether it speaks to this member in person: what is muted to "mentions" lets it through.
    pub personal: bool,
    /// Pushed to browsers.
    pub push: bool,
    /// Part of the mail digest.
    pub mail: bool,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $group:literal, $personal:literal, $push:literal, $mail:literal;)*) => {
        $($(#[$doc])* pub const $name: Kind = Kind { code: $code, group: $group, personal: $personal, push: $push, mail: $mail };)*
        /// All of them, in the order of the settings.
        pub const ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    /// Named in a room. Args `by`, `room`, `text?`.
    MENTION = "mention", "chat", true, true, true;
    /// The whole room was named. Args `by`, `room`, `text?`.
    ROOM_MENTION = "room_mention", "chat", true, true, true;
    /// An answer to one's message. Args `by`, `room`, `text?`.
    ANSWER = "answer", "chat", true, true, true;
    /// An answer in a thread one takes part in. Args `by`, `room`, `text?`.
    THREAD_ANSWER = "thread_answer", "chat", false, true, true;
    /// A message in a room set to "everything". Args `by`, `room`, `text?`.
    ROOM_MESSAGE = "room_message", "chat", false, true, false;
    /// A direct message. Args `by`, `text?`.
    DIRECT = "direct", "chat", true, true, true;
    /// Somebody unknown wants to write. Args `by`, `text?`.
    DIRECT_REQUEST = "direct_request", "chat", true, false, true;
    /// Brought into a room. Args `by`, `room`.
    ROOM_INVITED = "room_invited", "chat", true, true, true;
    /// Office hours begin. Args `room`.
    OFFICE_HOURS = "office_hours", "chat", false, true, false;
    /// A reminder one has set. Args `text`.
    REMINDER = "reminder", "chat", true, true, true;
    /// A scheduled message could not be sent. Args `room`.
    SCHEDULED_FAILED = "scheduled_failed", "chat", true, true, true;
    /// Named in a thread of the forum. Args `by`, `title`.
    POST_MENTION = "post_mention", "forum", true, true, true;
    /// An answer in a thread one follows. Args `by`, `title`.
    POST_ANSWER = "post_answer", "forum", false, true, true;
    /// One's answer was accepted as the one that helped. Args `by`, `title`.
    ANSWER_ACCEPTED = "answer_accepted", "forum", true, true, true;
    /// A reminder of a post one has put aside. Args `title`, `note?`.
    BOOKMARK_DUE = "bookmark_due", "forum", true, true, true;
    /// Somebody likes a post. Args `by`, `title`.
    POST_LIKED = "post_liked", "forum", false, false, false;
    /// A new thread in a niche. Args `by`, `title`, `niche`.
    THREAD_NEW = "thread_new", "forum", false, false, true;
    /// New or changed material. Args `title`.
    RESOURCE_NEW = "resource_new", "library", false, true, true;
    /// Material that must not be used any more. Args `title`.
    RESOURCE_RECALLED = "resource_recalled", "library", true, true, true;
    /// Material that expires soon. Args `title`.
    RESOURCE_EXPIRES = "resource_expires", "library", false, false, true;
    /// A sale was recorded or decided. Args `amount`, `program`.
    SALE = "sale", "sales", true, true, false;
    /// Another tier. Args `tier`.
    TIER_CHANGED = "tier_changed", "sales", true, true, true;
    /// A milestone was reached. Args `title`.
    MILESTONE = "milestone", "sales", true, true, true;
    /// A newsletter for this member. Args `title`.
    ISSUE = "issue", "news", false, false, false;
    /// Must be known: changed terms, safety. Args `title`.
    SERVICE = "service", "news", true, true, true;
    /// Somebody accepted an invitation. Args `by`.
    INVITATION_USED = "invitation_used", "house", false, false, true;
    /// An application waits (team). Args `by`.
    APPLICATION = "application", "team", false, true, false;
    /// Something was reported (moderators). Args `by`, `text?`.
    REPORT = "report", "team", false, true, true;
    /// An import ended (team). Args `file`.
    IMPORT_DONE = "import_done", "team", true, true, false;
    /// The house needs its operator (admins). Args `title`.
    ALERT = "alert", "team", true, true, true;
    /// One's content or account was moderated. Args `text`.
    MODERATION = "moderation", "house", true, true, true;
    /// Something of the own account changed: security. Args `text`.
    ACCOUNT = "account", "house", true, true, false;
}

/// The kind of that name.
pub fn find(code: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|k| k.code == code)
}

/// Headings of the settings, in order.
pub const GROUPS: [&str; 7] = ["chat", "forum", "library", "sales", "news", "house", "team"];
