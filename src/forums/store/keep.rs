//! SQL of what a member keeps: drafts, posts put aside with their reminders, acknowledgements.

use crate::access::Sight;
use crate::db::schema::{bookmarks, forum_drafts as drafts, members, niches, posts, thread_acks, threads};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::forums::model::{PostId, ThreadId};
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// A text that is not sent yet.
#[derive(Debug, Clone, Default, Queryable)]
pub struct Draft {
    /// What it is for: `thread-7`, `niche-fitness`.
    pub place: String,
    /// Title as typed so far.
    pub title: String,
    /// Text as typed so far.
    pub body: String,
    /// When it was last kept.
    pub updated_at: Ms,
}

/// Keeps a draft; an empty one goes.
pub fn put_draft(tx: &mut Tx<'_>, member: MemberId, place: &str, title: &str, body: &str) -> Result<()> {
    if title.trim().is_empty() && body.trim().is_empty() {
        return delete_draft(tx, member, place);
    }
    let now = tx.now();
    let conn: &mut Conn = tx;
    let set = (drafts::title.eq(title), drafts::body.eq(body), drafts::updated_at.eq(now));
    on!(conn, c => diesel::insert_into(drafts::table)
        .values((drafts::member_id.eq(member.0), drafts::place.eq(place), set))
        .on_conflict((drafts::member_id, drafts::place))
        .do_update()
        .set(set)
        .execute(c))?;
    Ok(())
}

/// Forgets a draft.
pub fn delete_draft(tx: &mut Tx<'_>, member: MemberId, place: &str) -> Result<()> {
    diesel::delete(drafts::table.find((member.0, place))).execute(&mut **tx)?;
    Ok(())
}

/// The draft for a place.
pub fn find_draft(conn: &mut Conn, member: MemberId, place: &str) -> Result<Option<Draft>> {
    Ok(drafts::table
        .find((member.0, place))
        .select((drafts::place, drafts::title, drafts::body, drafts::updated_at))
        .first(conn)
        .optional()?)
}

/// How loud a thread is for a member, and what they have begun to write in it: one statement.
pub fn find_own_side(conn: &mut Conn, thread: ThreadId, member: MemberId) -> Result<(Option<String>, Option<String>)> {
    use crate::db::schema::notice_levels as levels;
    let place = format!("thread-{thread}");
    let level = levels::table
        .filter(levels::member_id.eq(member.0))
        .filter(levels::place.eq("thread"))
        .filter(levels::place_id.eq(thread.0))
        .select(levels::level)
        .single_value();
    let draft = drafts::table
        .filter(drafts::member_id.eq(member.0))
        .filter(drafts::place.eq(place))
        .select(drafts::body)
        .single_value();
    Ok(diesel::select((level, draft)).first(conn)?)
}

/// All drafts of a member, the newest first.
pub fn list_drafts(conn: &mut Conn, member: MemberId) -> Result<Vec<Draft>> {
    Ok(drafts::table
        .filter(drafts::member_id.eq(member.0))
        .order(drafts::updated_at.desc())
        .limit(100)
        .select((drafts::place, drafts::title, drafts::body, drafts::updated_at))
        .load(conn)?)
}

/// Puts a post aside, or changes its note and reminder.
pub fn put_bookmark(tx: &mut Tx<'_>, member: MemberId, post: PostId, note: &str, due: Option<Ms>) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let set = (bookmarks::note.eq(note), bookmarks::due_at.eq(due), bookmarks::told_at.eq(None::<Ms>));
    on!(conn, c => diesel::insert_into(bookmarks::table)
        .values((
            bookmarks::member_id.eq(member.0),
            bookmarks::post_id.eq(post.0),
            bookmarks::created_at.eq(now),
            set,
        ))
        .on_conflict((bookmarks::member_id, bookmarks::post_id))
        .do_update()
        .set(set)
        .execute(c))?;
    Ok(())
}

/// Takes a post off the list of what is put aside.
pub fn delete_bookmark(tx: &mut Tx<'_>, member: MemberId, post: PostId) -> Result<()> {
    diesel::delete(bookmarks::table.find((member.0, post.0))).execute(&mut **tx)?;
    Ok(())
}

/// A post that was put aside.
#[derive(Debug, Clone, Queryable)]
pub struct Bookmark {
    /// The post.
    pub post_id: PostId,
    /// Its number.
    pub number: i32,
    /// Its text.
    pub html: String,
    /// Deleted or hidden.
    pub deleted_at: Option<Ms>,
    /// Hidden by a moderator.
    pub hidden_at: Option<Ms>,
    /// Name of its author.
    pub author: Option<String>,
    /// Its thread.
    pub thread_id: ThreadId,
    /// Title of the thread.
    pub title: String,
    /// What the member noted.
    pub note: String,
    /// When to remind.
    pub due_at: Option<Ms>,
    /// When the reminder went out.
    pub told_at: Option<Ms>,
    /// When it was put aside.
    pub created_at: Ms,
}

macro_rules! kept {
    ($sight:expr) => {
        bookmarks::table
            .inner_join(posts::table.inner_join(threads::table.inner_join(niches::table)))
            .left_join(members::table.on(members::id.nullable().eq(posts::author_id)))
            .filter(bookmarks::member_id.eq($sight.member.0))
            .filter(niches::min_rank.le($sight.rank))
            .filter(threads::min_rank.le($sight.rank))
            .filter(threads::hidden.le($sight.team))
            .select((
                posts::id,
                posts::number,
                posts::html,
                posts::deleted_at,
                posts::hidden_at,
                members::name.nullable(),
                threads::id,
                threads::title,
                bookmarks::note,
                bookmarks::due_at,
                bookmarks::told_at,
                bookmarks::created_at,
            ))
    };
}

/// What a member put aside and may still see, the newest first; `before` goes on.
pub fn list_bookmarks(conn: &mut Conn, sight: Sight, before: Option<(Ms, i64)>, limit: i64) -> Result<Vec<Bookmark>> {
    let mut list = kept!(sight).into_boxed();
    if let Some((at, id)) = before {
        list = list.filter(bookmarks::created_at.lt(at).or(bookmarks::created_at.eq(at).and(posts::id.lt(id))));
    }
    Ok(list.order((bookmarks::created_at.desc(), posts::id.desc())).limit(limit).load(conn)?)
}

/// One post that was put aside.
pub fn find_bookmark(conn: &mut Conn, sight: Sight, post: PostId) -> Result<Option<Bookmark>> {
    Ok(kept!(sight).filter(posts::id.eq(post.0)).first(conn).optional()?)
}

/// Marks a reminder as told, if it is due at exactly `due`; false when it was changed meanwhile.
pub fn mark_told(tx: &mut Tx<'_>, member: MemberId, post: PostId, due: Ms) -> Result<bool> {
    let now = tx.now();
    let waiting = bookmarks::table
        .find((member.0, post.0))
        .filter(bookmarks::due_at.eq(due))
        .filter(bookmarks::told_at.is_null());
    Ok(diesel::update(waiting).set(bookmarks::told_at.eq(Some(now))).execute(&mut **tx)? == 1)
}

/// Acknowledges a thread; a second time changes nothing.
pub fn insert_ack(tx: &mut Tx<'_>, thread: ThreadId, member: MemberId) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => diesel::insert_into(thread_acks::table)
        .values((thread_acks::thread_id.eq(thread.0), thread_acks::member_id.eq(member.0), thread_acks::at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// When a member acknowledged a thread, and how many did.
pub fn find_acks(conn: &mut Conn, thread: ThreadId, member: MemberId) -> Result<(Option<Ms>, i64)> {
    let mine = thread_acks::table.find((thread.0, member.0)).select(thread_acks::at).first(conn).optional()?;
    let all = thread_acks::table.filter(thread_acks::thread_id.eq(thread.0)).count().get_result(conn)?;
    Ok((mine, all))
}

/// Active members who may see a thread of `rank` and have not acknowledged it, by name; at most `limit`.
pub fn list_silent(conn: &mut Conn, thread: ThreadId, rank: i32, limit: i64) -> Result<(i64, Vec<(i64, String)>)> {
    let done = thread_acks::table.filter(thread_acks::thread_id.eq(thread.0)).select(thread_acks::member_id);
    macro_rules! silent {
        () => {
            members::table
                .filter(members::status.eq("active"))
                .filter(members::role.eq("member"))
                .filter(members::tier_rank.ge(rank))
                .filter(members::id.ne_all(done.clone()))
        };
    }
    let n = silent!().count().get_result(conn)?;
    let names = silent!()
        .order((members::name_key, members::id))
        .limit(limit)
        .select((members::id, members::name))
        .load(conn)?;
    Ok((n, names))
}

/// The threads, niches and tags whose volume a member has set, for the page of notifications; the newest hundred of each.
pub fn list_places(conn: &mut Conn, viewer: &crate::web::viewer::Viewer) -> Result<Vec<crate::web::sources::Place>> {
    use crate::db::schema::{notice_levels as levels, tags};
    let sight = Sight::of(viewer);
    let of = |place: &'static str| {
        levels::table
            .filter(levels::member_id.eq(sight.member.0))
            .filter(levels::place.eq(place))
            .select(levels::place_id)
    };
    let lang = viewer.lang;
    let niche_rows: Vec<(i64, String, String)> = niches::table
        .filter(niches::id.eq_any(of("niche")))
        .filter(niches::min_rank.le(sight.rank))
        .order(niches::position)
        .select((niches::id, niches::name_de, niches::name_en))
        .load(conn)?;
    let tag_rows: Vec<(i64, String)> = tags::table
        .filter(tags::id.eq_any(of("tag")))
        .order(tags::slug)
        .limit(100)
        .select((tags::id, tags::name))
        .load(conn)?;
    let thread_rows: Vec<(i64, String)> = threads::table
        .inner_join(niches::table)
        .filter(threads::id.eq_any(of("thread")))
        .filter(niches::min_rank.le(sight.rank))
        .filter(threads::min_rank.le(sight.rank))
        .filter(threads::hidden.le(sight.team))
        .order(threads::last_post_at.desc())
        .limit(100)
        .select((threads::id, threads::title))
        .load(conn)?;
    let place = |kind: &'static str, id: i64, name: String| crate::web::sources::Place { kind, id, name };
    Ok(niche_rows
        .into_iter()
        .map(|(id, de, en)| place("niche", id, lang.pick(de, en)))
        .chain(tag_rows.into_iter().map(|(id, name)| place("tag", id, format!("#{name}"))))
        .chain(thread_rows.into_iter().map(|(id, title)| place("thread", id, title)))
        .collect())
}
