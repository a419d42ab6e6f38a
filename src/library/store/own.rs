//! SQL of what members write themselves: own words for the merge fields, own versions of texts.

use crate::db::schema::{members, own_versions as versions, own_words, resources};
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// The own words of a member for a program (0: none), field to words.
pub fn list_words(conn: &mut Conn, member: MemberId, program: i64) -> Result<Vec<(String, String)>> {
    Ok(own_words::table
        .filter(own_words::member_id.eq(member.0))
        .filter(own_words::program_id.eq(program))
        .select((own_words::field, own_words::words))
        .load(conn)?)
}

/// All own words of a member: program, field, words.
pub fn list_all_words(conn: &mut Conn, member: MemberId) -> Result<Vec<(i64, String, String)>> {
    Ok(own_words::table
        .filter(own_words::member_id.eq(member.0))
        .order((own_words::program_id.asc(), own_words::field.asc()))
        .select((own_words::program_id, own_words::field, own_words::words))
        .load(conn)?)
}

/// Keeps own words; empty ones are forgotten.
pub fn put_words(tx: &mut Tx<'_>, member: MemberId, program: i64, field: &str, words: &str) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    if words.is_empty() {
        diesel::delete(own_words::table.find((member.0, program, field))).execute(conn)?;
        return Ok(());
    }
    on!(conn, c => diesel::insert_into(own_words::table)
        .values((
            own_words::member_id.eq(member.0),
            own_words::program_id.eq(program),
            own_words::field.eq(field),
            own_words::words.eq(words),
            own_words::updated_at.eq(now),
        ))
        .on_conflict((own_words::member_id, own_words::program_id, own_words::field))
        .do_update()
        .set((own_words::words.eq(words), own_words::updated_at.eq(now)))
        .execute(c))?;
    Ok(())
}

/// A member's own version of a text.
#[derive(Debug, Clone, Queryable, PartialEq, Eq)]
pub struct OwnVersion {
    /// Row id.
    pub id: i64,
    /// The resource.
    pub resource_id: i64,
    /// Whose it is.
    pub member_id: i64,
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// Markdown with marks and merge fields.
    pub body: String,
    /// Subject of the original it was made from.
    pub base_subject: String,
    /// The original it was made from.
    pub base_body: String,
    /// Empty, `offered`, `accepted` or `declined`.
    pub offer: String,
    /// What the team says to it.
    pub offer_note: String,
    /// Grows with every change.
    pub rev: i32,
    /// When it was made.
    pub created_at: Ms,
    /// When it was changed.
    pub updated_at: Ms,
}

/// The own versions of a member of one resource.
pub fn list_of(conn: &mut Conn, member: MemberId, resource: i64) -> Result<Vec<OwnVersion>> {
    Ok(versions::table
        .filter(versions::member_id.eq(member.0))
        .filter(versions::resource_id.eq(resource))
        .load(conn)?)
}

/// The own versions of a member of these resources.
pub fn list_of_many(conn: &mut Conn, member: MemberId, resources: &[i64]) -> Result<Vec<OwnVersion>> {
    Ok(versions::table
        .filter(versions::member_id.eq(member.0))
        .filter(versions::resource_id.eq_any(resources.to_vec()))
        .load(conn)?)
}

/// Every own version of a member with the title of its resource, newest first.
pub fn list_mine(conn: &mut Conn, member: MemberId, limit: i64) -> Result<Vec<(OwnVersion, String)>> {
    Ok(versions::table
        .inner_join(resources::table)
        .filter(versions::member_id.eq(member.0))
        .order(versions::updated_at.desc())
        .limit(limit)
        .select((versions::all_columns, resources::title))
        .load(conn)?)
}

/// What is written of an own version.
#[derive(Debug, Clone)]
pub struct OwnText {
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// Markdown.
    pub body: String,
    /// Subject of the original now.
    pub base_subject: String,
    /// The original now.
    pub base_body: String,
}

/// Keeps an own version; it is compared with the original of this moment from now on, and an offer is over.
pub fn put_version(tx: &mut Tx<'_>, member: MemberId, resource: i64, text: &OwnText) -> Result<()> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    on!(conn, c => {
        let values = (
            versions::subject.eq(&text.subject),
            versions::body.eq(&text.body),
            versions::base_subject.eq(&text.base_subject),
            versions::base_body.eq(&text.base_body),
            versions::offer.eq(""),
            versions::updated_at.eq(now),
        );
        diesel::insert_into(versions::table)
            .values((
                versions::resource_id.eq(resource),
                versions::member_id.eq(member.0),
                versions::key.eq(&text.key),
                versions::lang.eq(&text.lang),
                versions::created_at.eq(now),
                values,
            ))
            .on_conflict((versions::resource_id, versions::member_id, versions::key, versions::lang))
            .do_update()
            .set((values, versions::rev.eq(versions::rev + 1)))
            .execute(c)
    })?;
    Ok(())
}

/// Throws an own version away; whether there was one.
pub fn delete_version(tx: &mut Tx<'_>, member: MemberId, resource: i64, key: &str, lang: &str) -> Result<bool> {
    let own = versions::table
        .filter(versions::member_id.eq(member.0))
        .filter(versions::resource_id.eq(resource))
        .filter(versions::key.eq(key))
        .filter(versions::lang.eq(lang));
    Ok(diesel::delete(own).execute(&mut **tx)? > 0)
}

/// Offers an own version to the library; whether there is one that was not offered yet.
pub fn mark_offered(tx: &mut Tx<'_>, member: MemberId, resource: i64, key: &str, lang: &str) -> Result<bool> {
    let own = versions::table
        .filter(versions::member_id.eq(member.0))
        .filter(versions::resource_id.eq(resource))
        .filter(versions::key.eq(key))
        .filter(versions::lang.eq(lang))
        .filter(versions::offer.ne("offered"));
    let rows =
        diesel::update(own).set((versions::offer.eq("offered"), versions::offer_note.eq(""))).execute(&mut **tx)?;
    Ok(rows > 0)
}

/// Offered versions with the title of their resource and the name of their author, oldest first.
pub fn list_offered(conn: &mut Conn, limit: i64) -> Result<Vec<(OwnVersion, String, String)>> {
    Ok(versions::table
        .inner_join(resources::table)
        .inner_join(members::table)
        .filter(versions::offer.eq("offered"))
        .order(versions::id.asc())
        .limit(limit)
        .select((versions::all_columns, resources::title, members::name))
        .load(conn)?)
}

/// One offered version with title and name.
pub fn find_offered(conn: &mut Conn, id: i64) -> Result<(OwnVersion, String, String)> {
    Ok(versions::table
        .inner_join(resources::table)
        .inner_join(members::table)
        .filter(versions::id.eq(id))
        .filter(versions::offer.eq("offered"))
        .select((versions::all_columns, resources::title, members::name))
        .first(conn)?)
}

/// Answers an offer; whether it was open.
pub fn close_offer(tx: &mut Tx<'_>, id: i64, answer: &str, note: &str) -> Result<bool> {
    let rows = diesel::update(versions::table.find(id).filter(versions::offer.eq("offered")))
        .set((versions::offer.eq(answer), versions::offer_note.eq(note)))
        .execute(&mut **tx)?;
    Ok(rows > 0)
}
