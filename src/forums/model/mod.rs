//! Types of the forums.

mod kind;
mod opening;

pub use kind::{MARKS, Mark, ThreadKind, mark};
pub use opening::{Opening, PollInput, Tag, check_kind, check_lang, check_poll, check_tags, stages};

use crate::access::Sight;
use crate::db::{DAY, Ms};
use crate::error::Result;
use crate::i18n::Lang;
use crate::id_type;
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Role, hue, initials};
use diesel::prelude::*;

id_type! {
    /// A thread.
    ThreadId
}
id_type! {
    /// A post.
    PostId
}

/// Posts of one page.
pub const PER_PAGE: i32 = 50;
/// Threads that nobody wrote in for this long do not count as unread.
pub const UNREAD_AGE: Ms = 30 * DAY;
/// Characters of a title.
pub const TITLE: (usize, usize) = (3, 150);
/// Characters of a body.
pub const BODY: (usize, usize) = (1, 50_000);
/// Characters of a reason.
pub const REASON: usize = 500;

/// What a member wrote: a text with its HTML, rendered once.
#[derive(Debug, Clone)]
pub struct Text {
    /// Markdown as typed, without blank ends.
    pub body: String,
    /// Safe HTML.
    pub html: String,
}

/// Reads a title: one line of 3 to 150 characters.
pub fn check_title(check: &mut Check, title: &str) -> String {
    let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
    check.line("title", &line, TITLE.0, TITLE.1)
}

/// Reads a body of 1 to 50,000 characters.
pub fn check_body(check: &mut Check, body: &str) -> String {
    check.text("body", body, BODY.0, BODY.1)
}

/// Renders a checked body off the event loop: a long text takes milliseconds.
///
/// # Errors
/// When the renderer panics.
pub async fn render(body: String) -> Result<Text> {
    tokio::task::spawn_blocking(move || Text { html: crate::text::post_html(&body), body })
        .await
        .map_err(crate::error::Error::internal)
}

/// A thread with its niche and what the viewer has read of it.
#[derive(Debug, Clone, Queryable)]
pub struct ThreadRow {
    /// Row id.
    pub id: ThreadId,
    /// Its niche.
    pub niche_id: i64,
    /// Who opened it; nobody once that person is erased.
    pub author_id: Option<MemberId>,
    /// Title.
    pub title: String,
    /// Posts that are not deleted.
    pub post_count: i32,
    /// Number of the newest post.
    pub last_number: i32,
    /// Time of the newest post.
    pub last_post_at: Ms,
    /// Stays on top of its niche.
    pub pinned: bool,
    /// Takes no more posts.
    pub locked: bool,
    /// Only the team sees it.
    pub hidden: bool,
    /// When it was opened.
    pub created_at: Ms,
    /// Address of the niche.
    pub niche_slug: String,
    /// German name of the niche.
    pub niche_de: String,
    /// English name of the niche.
    pub niche_en: String,
    /// Colour of the niche.
    pub niche_hue: i32,
    /// Name of who opened it.
    pub author: Option<String>,
    /// Name of who wrote last.
    pub last_author: Option<String>,
    /// Highest number the viewer has read.
    pub read: Option<i32>,
    /// Up to when the viewer marked the niche as read.
    pub seen_at: Option<Ms>,
    /// Code of its kind.
    pub kind: String,
    /// `de`, `en` or nothing.
    pub lang: String,
    /// Lowest tier rank that may see it now.
    pub min_rank: i32,
    /// It advertises.
    pub is_promo: bool,
    /// Readers are asked to acknowledge it.
    pub needs_ack: bool,
    /// The post that was accepted as the answer.
    pub accepted_id: Option<i64>,
    /// The same thread in the other language.
    pub twin_id: Option<i64>,
    /// The thread its posts went to.
    pub merged_into: Option<i64>,
    /// Its tags as `slug=name`, one a line.
    pub tag_line: String,
    /// There is a poll in it.
    pub has_poll: bool,
}

impl ThreadRow {
    /// Name of the niche in `lang`.
    pub fn niche(&self, lang: Lang) -> &str {
        lang.pick(&self.niche_de, &self.niche_en)
    }

    /// Number of the first post the viewer has not read, if there is one that counts.
    pub fn first_unread(&self, now: Ms) -> Option<i32> {
        let read = self.read.unwrap_or(0);
        let recent = self.last_post_at > self.seen_at.unwrap_or(now - UNREAD_AGE);
        (recent && read < self.last_number).then_some(read + 1)
    }

    /// Its tags.
    pub fn tags(&self) -> Vec<Tag> {
        let one = |line: &str| line.split_once('=').map(|(s, n)| Tag { slug: s.to_owned(), name: n.to_owned() });
        self.tag_line.lines().filter_map(one).collect()
    }

    /// What it is for.
    pub fn kind(&self) -> ThreadKind {
        ThreadKind::parse(&self.kind).unwrap_or_default()
    }

    /// Address of its page.
    pub fn path(&self) -> String {
        thread_path(self.id, &self.title)
    }

    /// Address of the post `number` in its page.
    pub fn path_to(&self, number: i32) -> String {
        path_to(&self.path(), number)
    }
}

/// Address of a thread: the number counts, the words are for people.
pub fn thread_path(id: ThreadId, title: &str) -> String {
    let slug = crate::text::slug(title);
    if slug.is_empty() { format!("/threads/{id}") } else { format!("/threads/{id}/{slug}") }
}

/// Address of a number below the thread's address.
pub fn path_to(thread: &str, number: i32) -> String {
    match page_of(number) {
        1 => format!("{thread}#p{number}"),
        page => format!("{thread}?page={page}#p{number}"),
    }
}

/// The page that holds a number, from 1.
pub fn page_of(number: i32) -> i32 {
    (number.max(1) - 1) / PER_PAGE + 1
}

/// A post with its author, as the viewer sees it.
#[derive(Debug, Clone, Queryable)]
pub struct PostRow {
    /// Row id.
    pub id: PostId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// Place in the thread, from 1.
    pub number: i32,
    /// Who wrote it; nobody once that person is erased.
    pub author_id: Option<MemberId>,
    /// Number of the post it answers.
    pub reply_to: Option<i32>,
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
    /// Grows with each edit.
    pub rev: i32,
    /// Members who like it.
    pub likes: i32,
    /// When it was written.
    pub created_at: Ms,
    /// When it was last edited.
    pub edited_at: Option<Ms>,
    /// When its author took it back.
    pub deleted_at: Option<Ms>,
    /// When a moderator hid it.
    pub hidden_at: Option<Ms>,
    /// The post that stood here before it went to another thread.
    pub moved_to: Option<PostId>,
    /// Name of the author.
    pub author: Option<String>,
    /// Role of the author.
    pub role: Option<String>,
    /// German name of the author's tier.
    pub tier_de: Option<String>,
    /// English name of the author's tier.
    pub tier_en: Option<String>,
    /// When the viewer liked it.
    pub liked_at: Option<Ms>,
    /// When the viewer blocked its author.
    pub blocked_at: Option<Ms>,
    /// When the viewer put it aside.
    pub kept_at: Option<Ms>,
    /// Marks it was given.
    pub mark_count: i32,
}

impl PostRow {
    /// The post without what `sight` may not read: a deleted text is gone for all, a hidden one stays for the team,
    /// one of somebody the viewer blocked is not shown.
    pub fn seen_by(mut self, sight: Sight) -> Self {
        if self.deleted_at.is_some() || (self.hidden_at.is_some() && !sight.team) || self.blocked_at.is_some() {
            self.body = String::new();
            self.html = String::new();
        }
        self
    }

    /// Whether the author belongs to the team.
    pub fn by_team(&self) -> bool {
        self.role.as_deref().and_then(Role::parse).is_some_and(|r| r >= Role::Moderator)
    }

    /// Name of the author's tier.
    pub fn tier(&self, lang: Lang) -> Option<&str> {
        lang.pick(self.tier_de.as_deref(), self.tier_en.as_deref())
    }

    /// Whether `sight` reads its text.
    pub fn is_readable(&self, sight: Sight) -> bool {
        self.deleted_at.is_none() && (self.hidden_at.is_none() || sight.team) && self.blocked_at.is_none()
    }

    /// Whether its text may be read at all.
    pub fn is_shown(&self) -> bool {
        self.deleted_at.is_none() && self.hidden_at.is_none()
    }
}

/// An avatar as `_avatar.hbs` wants it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Face {
    /// Name.
    pub name: String,
    /// Two letters.
    pub initials: String,
    /// Colour, 0 to 11.
    pub hue: i64,
}

impl Face {
    /// The face of a member.
    pub fn of(id: Option<MemberId>, name: &str) -> Self {
        Self { name: name.to_owned(), initials: initials(name), hue: hue(id.map_or(0, |m| m.0)) }
    }
}

/// A change to a thread by its author (title) or by the team (all else).
#[derive(Debug, Clone, Default)]
pub struct ThreadChange {
    /// New title.
    pub title: Option<String>,
    /// Stays on top.
    pub pinned: Option<bool>,
    /// Takes no more posts.
    pub locked: Option<bool>,
    /// Only the team sees it.
    pub hidden: Option<bool>,
    /// Niche to move to, by its address.
    pub niche: Option<String>,
    /// It advertises.
    pub is_promo: Option<bool>,
    /// Code of its kind.
    pub kind: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
    /// Why, for the audit log.
    pub reason: String,
}

impl ThreadChange {
    /// Whether it asks for more than an author may do.
    pub fn is_moderation(&self) -> bool {
        self.pinned.is_some()
            || self.locked.is_some()
            || self.hidden.is_some()
            || self.niche.is_some()
            || self.is_promo.is_some()
    }

    /// Whether it asks for anything.
    pub fn is_empty(&self) -> bool {
        let sorted = self.kind.is_some() || self.lang.is_some() || self.tags.is_some();
        self.title.is_none() && !sorted && !self.is_moderation()
    }
}

/// A report of a post, for moderators.
#[derive(Debug, Clone, Queryable)]
pub struct ReportRow {
    /// Row id.
    pub id: i64,
    /// The post.
    pub post_id: PostId,
    /// Its number.
    pub number: i32,
    /// Its text.
    pub html: String,
    /// Whether it is hidden.
    pub hidden_at: Option<Ms>,
    /// Whether its author took it back.
    pub deleted_at: Option<Ms>,
    /// The thread.
    pub thread_id: ThreadId,
    /// Title of the thread.
    pub title: String,
    /// Who reported.
    pub reporter: String,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: Ms,
    /// Who wrote the post.
    pub author: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_knows_its_page() {
        assert_eq!((page_of(1), page_of(50), page_of(51), page_of(126_000)), (1, 1, 2, 2520));
        assert_eq!(path_to("/threads/5/x", 51), "/threads/5/x?page=2#p51");
    }
}
