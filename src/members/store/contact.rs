//! SQL of contacts: which manager looks after which partner.

use crate::db::schema::members;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::web::viewer::{MemberId, hue, initials};
use diesel::prelude::*;

/// Somebody of the team as partners see them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Contact {
    /// The manager.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Letters of the avatar.
    pub initials: String,
    /// Colour of the avatar.
    pub hue: i64,
    /// What they say about themselves.
    pub bio: String,
}

type Row = (i64, String, String);

fn contact((id, name, bio): Row) -> Contact {
    Contact { initials: initials(&name), hue: hue(id), id, name, bio }
}

/// Everybody who can be a contact: active managers and admins, by name.
pub fn list_contacts(conn: &mut Conn) -> Result<Vec<Contact>> {
    let rows: Vec<Row> = members::table
        .filter(members::role.eq_any(["manager", "admin"]))
        .filter(members::status.eq("active"))
        .order((members::name_key.asc(), members::id.asc()))
        .limit(200)
        .select((members::id, members::name, members::bio))
        .load(conn)?;
    Ok(rows.into_iter().map(contact).collect())
}

/// Who looks after `member`, while they are still in the team.
pub fn find_contact(conn: &mut Conn, member: MemberId) -> Result<Option<Contact>> {
    let theirs = members::table.find(member.0).select(members::contact_id);
    let id: Option<i64> = theirs.first(conn).optional()?.flatten();
    let Some(id) = id else { return Ok(None) };
    let row: Option<Row> = members::table
        .filter(members::id.eq(id))
        .filter(members::role.eq_any(["manager", "admin"]))
        .filter(members::status.eq("active"))
        .select((members::id, members::name, members::bio))
        .first(conn)
        .optional()?;
    Ok(row.map(contact))
}

/// The name under which a letter to this folded address goes out: that of its owner's contact.
pub fn find_signer(conn: &mut Conn, email_key: &str) -> Result<Option<String>> {
    let id: Option<i64> =
        members::table.filter(members::email_key.eq(email_key)).select(members::id).first(conn).optional()?;
    Ok(id.map(|id| find_contact(conn, MemberId(id))).transpose()?.flatten().map(|c| c.name))
}

/// Whether anybody has a contact.
pub fn has_contacts(conn: &mut Conn) -> Result<bool> {
    use diesel::dsl::{exists, select};
    Ok(select(exists(members::table.filter(members::contact_id.is_not_null()))).get_result(conn)?)
}

/// Gives `member` a contact, or none.
pub fn update_contact(tx: &mut Tx<'_>, member: MemberId, contact: Option<i64>) -> Result<()> {
    diesel::update(members::table.find(member.0)).set(members::contact_id.eq(contact)).execute(&mut **tx)?;
    Ok(())
}
