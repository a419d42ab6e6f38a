//! People and suppressions of a file.

use super::report::{Report, Said};
use super::rows::Person;
use crate::accounts::model::{ConsentKind, Email, Status};
use crate::accounts::store::{self as accounts, ConsentOf, NewAccount, insert_account};
use crate::accounts::token;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::programs::store::{imports as store, programs};
use crate::web::viewer::{MemberId, Role};
use std::collections::{BTreeMap, HashMap, HashSet};

type Rows<'a> = &'a [(Said, Person)];

/// What an import made in one step: kind and row id.
type Made = Vec<(&'static str, i64)>;

/// Keeps people: who is not there is invited, who is gets the references that are new. Addresses that must not be
/// mailed are suppressed before anybody is made.
///
/// # Errors
/// When the database fails.
pub fn keep_people(tx: &mut Tx<'_>, import: i64, people: Rows<'_>, report: &mut Report) -> Result<()> {
    let stops: Vec<(Said, Email, String)> =
        people.iter().filter_map(|(said, p)| Some((said.clone(), p.email.clone(), p.stop?.to_owned()))).collect();
    keep_suppressions(tx, import, &stops, report)?;
    let keys: Vec<String> = people.iter().map(|(_, p)| p.email.key.clone()).collect();
    let mut known: HashMap<String, i64> = store::list_members_by_key(tx, &keys)?.into_iter().collect();
    let hashes: Vec<String> = people.iter().filter(|(_, p)| p.proof.is_some()).map(|(_, p)| hash(&p.email)).collect();
    let suppressed: HashSet<String> = store::list_suppressed(tx, &hashes)?.into_iter().collect();
    let ids: Vec<i64> = known.values().copied().collect();
    let mut asked: HashSet<i64> = accounts::list_asked(tx, ConsentKind::Newsletter, &ids)?.into_iter().collect();
    let mut made: Made = Vec::new();
    for (said, person) in people {
        let (id, is_new) = match known.get(&person.email.key) {
            Some(id) => (*id, false),
            None => {
                let id = invite(tx, person)?;
                made.push(("member", id));
                known.insert(person.email.key.clone(), id);
                (id, true)
            }
        };
        let mut changed = keep_refs(tx, id, said, person, &mut made, report)?;
        let mut code = "";
        if let Some(proof) = &person.proof {
            if suppressed.contains(&hash(&person.email)) {
                code = "consent_suppressed";
            } else if asked.insert(id) {
                // Who has said anything here is asked by nobody else's list.
                let (lang, email_key) = (person.lang, person.email.key.as_str());
                let of = ConsentOf { member: Some(MemberId(id)), email_key, lang, source: "import" };
                made.push(("consent", accounts::insert_proved_consent(tx, &of, ConsentKind::Newsletter, proof)?));
                accounts::mark_consent(tx, MemberId(id), ConsentKind::Newsletter, true)?;
                changed = true;
            }
        }
        count(said, person, (is_new, changed), code, report);
    }
    store::insert_marks(tx, import, &made)
}

fn invite(tx: &mut Tx<'_>, person: &Person) -> Result<i64> {
    let new = NewAccount {
        email: &person.email,
        name: &person.name,
        password_hash: None,
        role: Role::Member,
        status: Status::Invited,
        lang: person.lang,
        pitch: "",
    };
    let MemberId(id) = insert_account(tx, &new)?;
    Ok(id)
}

fn keep_refs(
    tx: &mut Tx<'_>,
    id: i64,
    said: &Said,
    person: &Person,
    made: &mut Made,
    report: &mut Report,
) -> Result<bool> {
    let Some(program) = person.program else { return Ok(false) };
    let mut changed = false;
    for (reference, for_links) in &person.refs {
        match programs::insert_ref(tx, program, MemberId(id), reference, *for_links)? {
            Some(new) => {
                made.push(("ref", new));
                changed = true;
            }
            None if programs::find_ref(tx, program, reference)? != Some(MemberId(id)) => {
                report.wrong(said, "people", "ref_taken", reference);
            }
            None => {}
        }
    }
    if let Some(sponsor) = &person.sponsor
        && let Some(new) = store::insert_sponsor(tx, program, id, sponsor)?
    {
        made.push(("sponsor", new));
        changed = true;
    }
    Ok(changed)
}

fn count(said: &Said, person: &Person, (is_new, changed): (bool, bool), code: &str, report: &mut Report) {
    let (count, outcome) = match (is_new, changed) {
        (true, _) => (&mut report.members.created, "created"),
        (false, true) => (&mut report.members.updated, "updated"),
        (false, false) => (&mut report.members.unchanged, "unchanged"),
    };
    *count += 1;
    // Who claims a subscription without its proof is asked at the first sign-in.
    let code = if person.subscribed && person.proof.is_none() { "no_proof" } else { code };
    report.note(said, "people", outcome, code, &person.email.address);
}

/// What a trial knows of the people it has met.
#[derive(Default)]
pub struct Met {
    people: HashSet<String>,
    stopped: HashSet<String>,
    refs: BTreeMap<(i64, String), String>,
    asked: HashSet<String>,
}

/// What [`keep_people`] would count, without changing anything.
///
/// # Errors
/// When the database fails.
pub fn preview_people(conn: &mut Conn, people: Rows<'_>, met: &mut Met, report: &mut Report) -> Result<()> {
    let stops: Vec<(Said, Email, String)> =
        people.iter().filter_map(|(said, p)| Some((said.clone(), p.email.clone(), p.stop?.to_owned()))).collect();
    preview_suppressions(conn, &stops, met, report)?;
    let keys: Vec<String> = people.iter().map(|(_, p)| p.email.key.clone()).collect();
    let known: HashMap<String, i64> = store::list_members_by_key(conn, &keys)?.into_iter().collect();
    let ids: Vec<i64> = known.values().copied().collect();
    let asked: HashSet<i64> = accounts::list_asked(conn, ConsentKind::Newsletter, &ids)?.into_iter().collect();
    let hashes: Vec<String> = people.iter().filter(|(_, p)| p.proof.is_some()).map(|(_, p)| hash(&p.email)).collect();
    let suppressed: HashSet<String> = store::list_suppressed(conn, &hashes)?.into_iter().collect();
    for (said, person) in people {
        let key = &person.email.key;
        let id = known.get(key).copied();
        let is_new = id.is_none() && met.people.insert(key.clone());
        let (mut changed, mut code) = (false, "");
        for (reference, _) in &person.refs {
            let Some(program) = person.program else { continue };
            let place = (program, crate::programs::model::ref_key(reference));
            let owner = programs::find_ref(conn, program, reference)?;
            match (owner, met.refs.get(&place)) {
                (Some(MemberId(owner)), _) if Some(owner) != id => report.wrong(said, "people", "ref_taken", reference),
                (Some(_), _) => {}
                (None, Some(other)) if other != key => report.wrong(said, "people", "ref_taken", reference),
                (None, Some(_)) => {}
                (None, None) => {
                    met.refs.insert(place, key.clone());
                    changed = true;
                }
            }
        }
        if let (Some(program), Some(sponsor), Some(id)) = (person.program, &person.sponsor, id) {
            changed |= store::list_sponsor_refs(conn, program, &[id])?.is_empty() && !sponsor.is_empty();
        }
        if person.proof.is_some() {
            if suppressed.contains(&hash(&person.email)) || met.stopped.contains(key) {
                code = "consent_suppressed";
            } else if !id.is_some_and(|id| asked.contains(&id)) {
                changed |= met.asked.insert(key.clone());
            }
        }
        count(said, person, (is_new, changed), code, report);
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
pub fn keep_suppressions(
    tx: &mut Tx<'_>,
    import: i64,
    all: &[(Said, Email, String)],
    report: &mut Report,
) -> Result<()> {
    let mut made: Made = Vec::new();
    let source = format!("import:{import}");
    for (said, email, reason) in all {
        let reason = if reason.is_empty() { "manual" } else { reason };
        match store::insert_suppression(tx, &hash(email), &email.key, reason, &source)? {
            Some(id) => {
                made.push(("suppression", id));
                report.suppressions.created += 1;
                report.note(said, "suppressions", "created", reason, &email.address);
            }
            None => {
                report.suppressions.unchanged += 1;
                report.note(said, "suppressions", "unchanged", reason, &email.address);
            }
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
    all: &[(Said, Email, String)],
    met: &mut Met,
    report: &mut Report,
) -> Result<()> {
    let hashes: Vec<String> = all.iter().map(|(_, e, _)| hash(e)).collect();
    let known: HashSet<String> = store::list_suppressed(conn, &hashes)?.into_iter().collect();
    for ((said, email, reason), hash) in all.iter().zip(hashes) {
        let outcome = if known.contains(&hash) || !met.stopped.insert(email.key.clone()) {
            report.suppressions.unchanged += 1;
            "unchanged"
        } else {
            report.suppressions.created += 1;
            "created"
        };
        report.note(said, "suppressions", outcome, reason, &email.address);
    }
    Ok(())
}
