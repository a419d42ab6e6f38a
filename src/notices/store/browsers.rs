//! Browsers that members let be pushed to.

use crate::db::schema::push_subscriptions as browsers;
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::notices::push::Subscription;
use crate::on;
use crate::web::viewer::MemberId;
use diesel::prelude::*;

/// Browsers of one member.
const MOST: i64 = 10;

/// A browser that may be pushed to.
#[derive(Debug, Clone, Queryable)]
pub struct Browser {
    /// Row id.
    pub id: i64,
    /// Address at its push service.
    pub endpoint: String,
    /// Its public key.
    pub p256dh: String,
    /// Its secret.
    pub auth: String,
    /// Its name for itself.
    pub agent: String,
    /// When it was added.
    pub created_at: Ms,
    /// When its push service last took something.
    pub last_ok_at: Option<Ms>,
}

/// Browsers of a member, newest first.
pub fn list_subscriptions(conn: &mut Conn, member: MemberId) -> Result<Vec<Browser>> {
    Ok(browsers::table
        .filter(browsers::member_id.eq(member.0))
        .order(browsers::id.desc())
        .select((
            browsers::id,
            browsers::endpoint,
            browsers::p256dh,
            browsers::auth,
            browsers::agent,
            browsers::created_at,
            browsers::last_ok_at,
        ))
        .load(conn)?)
}

/// Those of `members` who have a browser to push to.
pub fn list_pushable(conn: &mut Conn, members: &[i64]) -> Result<Vec<i64>> {
    let mut out = Vec::new();
    for some in members.chunks(500) {
        let rows: Vec<i64> = browsers::table
            .filter(browsers::member_id.eq_any(some))
            .select(browsers::member_id)
            .distinct()
            .load(conn)?;
        out.extend(rows);
    }
    Ok(out)
}

/// Keeps a browser; one that somebody else had here before is theirs no longer. The oldest beyond ten go.
pub fn put_subscription(tx: &mut Tx<'_>, member: MemberId, new: &Subscription, agent: &str) -> Result<i64> {
    let now = tx.now();
    let conn: &mut Conn = tx;
    let set = (
        browsers::member_id.eq(member.0),
        browsers::p256dh.eq(&new.p256dh),
        browsers::auth.eq(&new.auth),
        browsers::agent.eq(agent),
        browsers::failures.eq(0),
        browsers::created_at.eq(now),
    );
    let id: i64 = on!(conn, c => diesel::insert_into(browsers::table)
        .values((browsers::endpoint.eq(&new.endpoint), set))
        .on_conflict(browsers::endpoint)
        .do_update()
        .set(set)
        .returning(browsers::id)
        .get_result(c))?;
    let mine: Vec<i64> = browsers::table
        .filter(browsers::member_id.eq(member.0))
        .order((browsers::created_at.desc(), browsers::id.desc()))
        .offset(MOST)
        .limit(100)
        .select(browsers::id)
        .load(&mut **tx)?;
    diesel::delete(browsers::table.filter(browsers::id.eq_any(mine))).execute(&mut **tx)?;
    Ok(id)
}

/// Forgets a browser of a member; answers whether it was theirs.
pub fn delete_subscription(tx: &mut Tx<'_>, member: MemberId, endpoint: Option<&str>, id: Option<i64>) -> Result<bool> {
    let mine = browsers::table.filter(browsers::member_id.eq(member.0));
    let rows = match (endpoint, id) {
        (Some(endpoint), _) => diesel::delete(mine.filter(browsers::endpoint.eq(endpoint))).execute(&mut **tx)?,
        (None, Some(id)) => diesel::delete(mine.filter(browsers::id.eq(id))).execute(&mut **tx)?,
        (None, None) => 0,
    };
    Ok(rows > 0)
}

/// Forgets a browser that its push service does not know any more.
pub fn drop_subscription(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    diesel::delete(browsers::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Its push service took something.
pub fn mark_push_ok(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let now = tx.now();
    diesel::update(browsers::table.find(id))
        .set((browsers::failures.eq(0), browsers::last_ok_at.eq(Some(now))))
        .execute(&mut **tx)?;
    Ok(())
}

/// Its push service refused or was not there; `most` times in a row and it is forgotten.
pub fn mark_push_failed(tx: &mut Tx<'_>, id: i64, most: i32) -> Result<()> {
    diesel::update(browsers::table.find(id)).set(browsers::failures.eq(browsers::failures + 1)).execute(&mut **tx)?;
    diesel::delete(browsers::table.find(id).filter(browsers::failures.ge(most))).execute(&mut **tx)?;
    Ok(())
}
