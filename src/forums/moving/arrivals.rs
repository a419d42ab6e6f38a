//! Who and what an old forum names, found here or made.

use super::{Counts, OldNiche, OldPerson, Report};
use crate::accounts::model::{Email, Status};
use crate::accounts::store::{NewAccount, insert_account};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::forums::store::{self, ImportRow};
use crate::house::House;
use crate::i18n::Lang;
use crate::members::store::{NicheText, insert_niche, list_tiers};
use crate::programs::store::imports::list_members_by_key;
use crate::text::fold;
use crate::web::viewer::Role;
use std::collections::{HashMap, HashSet};

/// Members of one transaction, and addresses of one question.
const STEP: usize = 200;

/// An author here, and the name under which their texts are shown where they have no account.
pub(super) struct Author {
    pub id: Option<i64>,
    pub name: String,
}

/// Authors by their key there: known by address or name, new ones with an address are invited.
///
/// # Errors
/// When the database fails.
pub(super) async fn people(
    house: &House,
    row: &ImportRow,
    old: Vec<OldPerson>,
    lang: Lang,
    report: &mut Report,
) -> Result<HashMap<String, Author>> {
    let emails: Vec<String> = old.iter().filter_map(|p| p.email.as_ref().map(|e| e.key.clone())).collect();
    let names: Vec<String> = old.iter().filter(|p| p.email.is_none()).map(|p| fold(&p.name)).collect();
    let (mut by_email, by_name) =
        house.db.read(move |c| Ok((by_email(c, &emails)?, store::list_by_name(c, &names)?))).await?;
    let unknown = |p: &&OldPerson| p.email.as_ref().is_some_and(|e| !by_email.contains_key(&e.key));
    let missing: Vec<_> = old.iter().filter(unknown).filter_map(|p| Some((p.email.clone()?, p.name.clone()))).collect();
    let made: HashSet<String> = missing.iter().map(|(e, _)| e.key.clone()).collect();
    if !row.dry_run {
        for some in missing.chunks(STEP) {
            let some = some.to_vec();
            let new = house.db.write_background(move |tx| invite(tx, &some, lang)).await?;
            by_email.extend(new);
        }
    }
    let mut out = HashMap::new();
    for person in old {
        let id = match &person.email {
            Some(email) => by_email.get(&email.key).copied(),
            None => by_name.get(&fold(&person.name)).copied(),
        };
        match &person.email {
            Some(email) => report.people.add(!made.contains(&email.key)),
            None if id.is_some() => report.people.add(true),
            None => report.nameless += 1,
        }
        out.insert(person.key, Author { id, name: person.name });
    }
    Ok(out)
}

/// Niches by their key there.
///
/// # Errors
/// When the database fails.
pub(super) async fn niches(
    house: &House,
    row: &ImportRow,
    old: Vec<OldNiche>,
    report: &mut Report,
) -> Result<HashMap<String, i64>> {
    let dry_run = row.dry_run;
    let (ids, counts) = house
        .db
        .write_background(move |tx| {
            let keys: Vec<String> = old.iter().map(|n| n.key.clone()).collect();
            let mut known = store::list_sources(tx, "niche", &keys)?;
            let mut here = store::list_niche_ids(tx)?;
            let highest = list_tiers(tx)?.iter().map(|t| t.rank).max().unwrap_or(0);
            let mut counts = Counts::default();
            for niche in &old {
                let slug = crate::text::slug(if niche.slug.is_empty() { &niche.name } else { &niche.slug });
                let slug = if slug.is_empty() { "forum".to_owned() } else { slug };
                // A closed category never becomes part of an open niche that happens to have its name.
                let mut slug = slug;
                while niche.restricted
                    && !known.contains_key(&niche.key)
                    && here.get(&slug).is_some_and(|(_, rank)| *rank < highest)
                {
                    slug.push_str("-x");
                }
                let found = known.get(&niche.key).copied().or(here.get(&slug).map(|h| h.0));
                counts.add(found.is_some());
                let name: String =
                    if niche.name.is_empty() { slug.clone() } else { niche.name.chars().take(60).collect() };
                let text: String = niche.description.chars().take(300).collect();
                let id = match found {
                    Some(id) => id,
                    None if dry_run => 0,
                    None => {
                        let new = NicheText {
                            slug: slug.clone(),
                            name: (name.clone(), name),
                            description: (text.clone(), text),
                            min_rank: if niche.restricted { highest } else { 0 },
                            hue: i32::try_from(here.len() % 12).unwrap_or(0),
                        };
                        insert_niche(tx, &new)?.id
                    }
                };
                if !dry_run && !known.contains_key(&niche.key) {
                    store::insert_sources(tx, "niche", &[(niche.key.clone(), id)])?;
                }
                here.entry(slug).or_insert((id, if niche.restricted { highest } else { 0 }));
                known.insert(niche.key.clone(), id);
            }
            Ok((known, counts))
        })
        .await?;
    report.niches = counts;
    Ok(ids)
}

fn by_email(c: &mut Conn, keys: &[String]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::new();
    for some in keys.chunks(STEP) {
        out.extend(list_members_by_key(c, some)?);
    }
    Ok(out)
}

fn invite(tx: &mut Tx<'_>, people: &[(Email, String)], lang: Lang) -> Result<Vec<(String, i64)>> {
    let mut new = Vec::new();
    for (email, name) in people {
        // Two spellings of one address in one file are one person.
        if !list_members_by_key(tx, std::slice::from_ref(&email.key))?.is_empty() {
            continue;
        }
        let account = NewAccount {
            email,
            name: if name.is_empty() { &email.address } else { name },
            password_hash: None,
            role: Role::Member,
            status: Status::Invited,
            lang,
            pitch: "",
        };
        new.push((email.key.clone(), insert_account(tx, &account)?.0));
    }
    Ok(new)
}
