//! Members with their tags, niches and references: four statements for any number of them.

use super::{NicheOf, Person, RefRow, SponsorRow, list_niches_of, list_refs, list_sponsors, list_tags};
use crate::db::Conn;
use crate::error::Result;

/// A member with what hangs on them.
#[derive(Debug, Clone)]
pub struct FullPerson {
    /// The member.
    pub person: Person,
    /// Tags in order.
    pub tags: Vec<String>,
    /// Niches the viewer may know.
    pub niches: Vec<NicheOf>,
    /// References, per program the one for links first.
    pub refs: Vec<RefRow>,
    /// Who brought them into programs.
    pub sponsors: Vec<SponsorRow>,
}

impl FullPerson {
    /// The reference that links carry, where there is one in all: of the first program that has one.
    pub fn affiliate_ref(&self) -> Option<&str> {
        self.refs.iter().find(|r| r.for_links).map(|r| r.code.as_str())
    }
}

/// Adds what hangs on `people`; niches beyond `rank` stay unknown.
pub fn complete(conn: &mut Conn, people: Vec<Person>, rank: i32) -> Result<Vec<FullPerson>> {
    let ids: Vec<i64> = people.iter().map(|p| p.id.0).collect();
    let (tags, niches, refs) = (list_tags(conn, &ids)?, list_niches_of(conn, &ids, rank)?, list_refs(conn, &ids)?);
    let sponsors = list_sponsors(conn, &ids)?;
    Ok(people
        .into_iter()
        .map(|person| {
            let id = person.id.0;
            FullPerson {
                tags: tags.iter().filter(|(m, _)| *m == id).map(|(_, t)| t.clone()).collect(),
                niches: niches.iter().filter(|n| n.member_id == id).cloned().collect(),
                refs: refs.iter().filter(|r| r.member_id == id).cloned().collect(),
                sponsors: sponsors.iter().filter(|s| s.member_id == id).cloned().collect(),
                person,
            }
        })
        .collect())
}
