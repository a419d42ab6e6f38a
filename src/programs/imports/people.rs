//! People and suppressions of a file.

use super::Report;
use super::rows::Person;
use crate::accounts::model::{Email, Status};
use crate::accounts::store::{NewAccount, insert_account};
use crate::accounts::token;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::i18n::Lang;
use crate::programs::store::{imports as store, programs};
use crate::web::viewer::{MemberId, Role};
use std::collections::{HashMap, HashSet};

/// Keeps people: who is not there is invited, who is gets the references that are new.
///
/// # Errors
/// When the database fails.
pub fn keep_people(tx: &mut Tx<'_>, import: i64, people: &[(u64, Person)], report: &mut Report) -> Result<()> {
    let keys: Vec<String> = people.iter().map(|(_, p)| p.email.key.clone()).collect();
    let mut known: HashMap<String, i64> = store::list_members_by_key(tx, &keys)?.into_iter().collect();
    let mut made: Vec<(&str, i64)> = Vec::new();
    for (row, person) in people {
        let (id, is_new) = match known.get(&person.email.key) {
            Some(id) => (*id, false),
            None => {
                let new = NewAccount {
                    email: &person.email,
                    name: &person.name,
                    password_hash: None,
                    role: Role::Member,
                    status: Status::Invited,
                    lang: if person.german == Some(true) { Lang::De } else { Lang::En },
                    pitch: "",
                };
                let MemberId(id) = insert_account(tx, &new)?;
                made.push(("member", id));
                known.insert(person.email.key.clone(), id);
                (id, true)
            }
        };
        let mut changed = false;
        for (reference, for_links) in &person.refs {
            let Some(program) = person.program else { continue };
            match programs::insert_ref(tx, program, MemberId(id), reference, *for_links)? {
                Some(new) => {
                    made.push(("ref", new));
                    changed = true;
                }
                None if programs::find_ref(tx, program, reference)? != Some(MemberId(id)) => {
                    report.wrong(*row, "ref_taken", reference);
                }
                None => {}
            }
        }
        let count = match (is_new, changed) {
            (true, _) => &mut report.members.created,
            (false, true) => &mut report.members.updated,
            (false, false) => &mut report.members.unchanged,
        };
        *count += 1;
    }
    store::insert_marks(tx, import, &made)
}

/// What [`keep_people`] would count, without changing anything.
///
/// # Errors
/// When the database fails.
pub fn preview_people(
    conn: &mut Conn,
    people: &[(u64, Person)],
    seen: &mut HashSet<String>,
    report: &mut Report,
) -> Result<()> {
    let keys: Vec<String> = people.iter().map(|(_, p)| p.email.key.clone()).collect();
    let known: HashMap<String, i64> = store::list_members_by_key(conn, &keys)?.into_iter().collect();
    for (row, person) in people {
        let id = known.get(&person.email.key).copied();
        let mut changed = false;
        for (reference, _) in &person.refs {
            let Some(program) = person.program else { continue };
            match programs::find_ref(conn, program, reference)? {
                None => changed = true,
                Some(MemberId(owner)) if Some(owner) != id => report.wrong(*row, "ref_taken", reference),
                Some(_) => {}
            }
        }
        let is_new = id.is_none() && seen.insert(person.email.key.clone());
        let count = match (is_new, changed && id.is_some()) {
            (true, _) => &mut report.members.created,
            (false, true) => &mut report.members.updated,
            (false, false) => &mut report.members.unchanged,
        };
        *count += 1;
    }
    Ok(())
}

fn hash(email: &Email) -> String {
    token::hash(&email.key)
}

/// Keeps suppressions.
///
/// # Errors
/// When the database fails.
pub fn keep_suppressions(tx: &mut Tx<'_>, import: i64, all: &[(Email, String)], report: &mut Report) -> Result<()> {
    let mut made: Vec<(&str, i64)> = Vec::new();
    let source = format!("import:{import}");
    for (email, reason) in all {
        let reason = if reason.is_empty() { "manual" } else { reason };
        match store::insert_suppression(tx, &hash(email), &email.key, reason, &source)? {
            Some(id) => {
                made.push(("suppression", id));
                report.suppressions.created += 1;
            }
            None => report.suppressions.unchanged += 1,
        }
    }
    store::insert_marks(tx, import, &made)
}

/// What [`keep_suppressions`] would count.
///
/// # Errors
/// When the database fails.
pub fn preview_suppressions(
    conn: &mut Conn,
    all: &[(Email, String)],
    seen: &mut HashSet<String>,
    report: &mut Report,
) -> Result<()> {
    let hashes: Vec<String> = all.iter().map(|(e, _)| hash(e)).collect();
    let known: HashSet<String> = store::list_suppressed(conn, &hashes)?.into_iter().collect();
    for (email, hash) in all.iter().map(|(e, _)| e).zip(hashes) {
        if known.contains(&hash) || !seen.insert(email.key.clone()) {
            report.suppressions.unchanged += 1;
        } else {
            report.suppressions.created += 1;
        }
    }
    Ok(())
}
