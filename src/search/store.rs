//! SQL of the search.

use crate::db::schema::search_entries as entries;
use crate::db::{Conn, Ms, Tx};
use crate::error::Result;
use crate::on;
use crate::text::{Terms, search_words};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

/// Newest matches that are ranked; older ones of a very common word are left out.
const CANDIDATES: i64 = 1_000;

/// One searchable thing as a feature puts it in.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is: `thread`, `post`, …
    pub kind: &'static str,
    /// Row id of the thing.
    pub object_id: i64,
    /// Niche it belongs to.
    pub niche_id: Option<i64>,
    /// Lowest tier rank that may see it.
    pub min_rank: i32,
    /// `de`, `en`, or empty where it is unknown.
    pub lang: String,
    /// Address of the page that shows it.
    pub path: String,
    /// Title as shown.
    pub title: String,
    /// Whether its title is its own and counts (a post shows the title of its thread).
    pub own_title: bool,
    /// Plain text.
    pub body: String,
    /// Member who wrote it, where that matters to a reader.
    pub author_id: Option<i64>,
    /// When it was made.
    pub created_at: Ms,
}

/// Puts an entry in, or replaces the one of the same thing.
///
/// # Errors
/// When a row cannot be written.
pub fn put(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    let values = (
        entries::niche_id.eq(entry.niche_id),
        entries::min_rank.eq(entry.min_rank),
        entries::lang.eq(&entry.lang),
        entries::path.eq(&entry.path),
        entries::title.eq(&entry.title),
        entries::body.eq(&entry.body),
        entries::author_id.eq(entry.author_id),
        entries::created_at.eq(entry.created_at),
    );
    let conn: &mut Conn = tx;
    let id: i64 = on!(conn, c => diesel::insert_into(entries::table)
        .values((entries::kind.eq(entry.kind), entries::object_id.eq(entry.object_id), values))
        .on_conflict((entries::kind, entries::object_id))
        .do_update()
        .set(values)
        .returning(entries::id)
        .get_result(c))?;
    let title = if entry.own_title { search_words(&entry.title) } else { String::new() };
    insert_words(conn, id, &title, &search_words(&entry.body))
}

fn insert_words(conn: &mut Conn, id: i64, title: &str, body: &str) -> Result<()> {
    let sql = match conn {
        Conn::Sqlite(_) => "INSERT OR REPLACE INTO search_fts (rowid, title, body) VALUES ($1, $2, $3)",
        Conn::Postgres(_) => {
            "UPDATE search_entries SET words = setweight(to_tsvector('simple', $2), 'A') || \
             setweight(to_tsvector('simple', $3), 'C') WHERE id = $1"
        }
    };
    diesel::sql_query(sql).bind::<BigInt, _>(id).bind::<Text, _>(title).bind::<Text, _>(body).execute(conn)?;
    Ok(())
}

/// Makes the words of every entry again, from its texts: after rows were put in as they were.
///
/// # Errors
/// When a row cannot be written.
pub fn rebuild(conn: &mut Conn) -> Result<()> {
    if let Conn::Sqlite(c) = conn {
        diesel::sql_query("INSERT INTO search_fts (search_fts) VALUES ('delete-all')").execute(c)?;
    }
    let mut after = 0;
    loop {
        let rows: Vec<(i64, String, String, String)> = entries::table
            .filter(entries::id.gt(after))
            .order(entries::id)
            .limit(500)
            .select((entries::id, entries::kind, entries::title, entries::body))
            .load(conn)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        for (id, kind, title, body) in rows {
            // A post shows the title of its thread; everything else has a title of its own.
            let title = if kind == "post" { String::new() } else { search_words(&title) };
            insert_words(conn, id, &title, &search_words(&body))?;
        }
    }
}

/// Takes the entry of a thing out; its words go with it.
///
/// # Errors
/// When the row cannot be deleted.
pub fn remove(tx: &mut Tx<'_>, kind: &str, object_id: i64) -> Result<()> {
    diesel::delete(entries::table.filter(entries::kind.eq(kind)).filter(entries::object_id.eq(object_id)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// Member id: nothing is found by whom they have blocked.
    pub member: i64,
    /// The highest tier rank that is open to them.
    pub rank: i32,
}

/// What somebody asks.
#[derive(Debug, Clone)]
pub struct Question {
    /// The words.
    pub terms: Terms,
    /// Whether one of the words is enough; otherwise all must be there.
    pub any: bool,
    /// Only things of these kinds; empty: of every kind.
    pub kinds: Vec<&'static str>,
    /// Only of this niche.
    pub niche: Option<i64>,
    /// Only in this language, or of unknown language.
    pub lang: Option<&'static str>,
    /// Only by one of these members.
    pub authors: Option<Vec<i64>>,
    /// Not before this moment.
    pub since: Option<Ms>,
    /// Before this moment.
    pub until: Option<Ms>,
    /// The newest first instead of the best.
    pub newest: bool,
    /// Results to skip: the ranking has at most 1,000, so this is bounded.
    pub skip: i64,
    /// Results wanted.
    pub limit: i64,
}

impl Question {
    /// These words in things of these kinds, the best `limit`.
    pub fn new(terms: Terms, kinds: &[&'static str], limit: i64) -> Self {
        Self {
            terms,
            any: false,
            kinds: kinds.to_vec(),
            niche: None,
            lang: None,
            authors: None,
            since: None,
            until: None,
            newest: false,
            skip: 0,
            limit,
        }
    }

    /// The filters as SQL over `e`. Only numbers and the codes of our own stand in it.
    fn filters(&self, asker: Asker) -> String {
        let list = |ids: &[i64]| ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let (rank, member) = (asker.rank, asker.member);
        let mut sql = format!(
            "e.min_rank <= {rank} AND (e.niche_id IS NULL OR EXISTS \
             (SELECT 1 FROM niches n WHERE n.id = e.niche_id AND n.min_rank <= {rank})) AND NOT EXISTS \
             (SELECT 1 FROM member_blocks b WHERE b.member_id = {member} AND b.blocked_id = e.author_id)"
        );
        if !self.kinds.is_empty() {
            sql.push_str(&format!(" AND e.kind IN ('{}')", self.kinds.join("','")));
        }
        if let Some(niche) = self.niche {
            sql.push_str(&format!(" AND e.niche_id = {niche}"));
        }
        if let Some(lang) = self.lang {
            sql.push_str(&format!(" AND e.lang IN ('{lang}', '')"));
        }
        if let Some(authors) = &self.authors {
            let authors = if authors.is_empty() { "NULL".to_owned() } else { list(authors) };
            sql.push_str(&format!(" AND e.author_id IN ({authors})"));
        }
        for (test, value) in [(">=", self.since), ("<", self.until)] {
            if let Some(value) = value {
                sql.push_str(&format!(" AND e.created_at {test} {value}"));
            }
        }
        sql
    }
}

/// One result.
#[derive(Debug, Clone, QueryableByName)]
pub struct Found {
    /// What it is.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Row id of the thing.
    #[diesel(sql_type = BigInt)]
    pub object_id: i64,
    /// Niche it belongs to.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub niche_id: Option<i64>,
    /// Member who wrote it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub author_id: Option<i64>,
    /// Address of the page that shows it.
    #[diesel(sql_type = Text)]
    pub path: String,
    /// Title as shown.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Plain text.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// When it was made.
    #[diesel(sql_type = BigInt)]
    pub created_at: Ms,
}

/// What the asker may see of the answer, best first or newest first.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, asker: Asker, question: &Question) -> Result<Vec<Found>> {
    // Rights are part of the innermost query: hidden matches never use up the candidates.
    let (matching, words, newest) = match conn {
        Conn::Sqlite(_) => (
            "SELECT e.id AS id, bm25(search_fts, 6.0, 1.0) AS score FROM search_fts \
             JOIN search_entries e ON e.id = search_fts.rowid WHERE search_fts MATCH $1 AND",
            if question.any { join(&question.terms, fts5_form, " OR ", " OR ") } else { fts5(&question.terms) },
            "search_fts.rowid",
        ),
        Conn::Postgres(_) => (
            "SELECT e.id AS id, -ts_rank(e.words, to_tsquery('simple', $1)) AS score \
             FROM search_entries e WHERE e.words @@ to_tsquery('simple', $1) AND",
            if question.any { join(&question.terms, ts_form, " | ", " | ") } else { tsquery(&question.terms) },
            "e.id",
        ),
    };
    let filters = question.filters(asker);
    let order = if question.newest { "f.created_at DESC, f.id DESC" } else { "best.score, f.id DESC" };
    let sql = format!(
        "SELECT f.kind, f.object_id, f.niche_id, f.author_id, f.path, f.title, f.body, f.created_at FROM ({matching} {filters} \
         ORDER BY {newest} DESC LIMIT {CANDIDATES}) best JOIN search_entries f ON f.id = best.id \
         ORDER BY {order} LIMIT $2 OFFSET $3"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Text, _>(words)
        .bind::<BigInt, _>(question.limit)
        .bind::<BigInt, _>(question.skip)
        .load(conn)?)
}

/// Ids of things of one kind that match and that a viewer of `rank` may see, newest first, at most 1,000: for lists
/// that filter by more than words.
///
/// # Errors
/// When the database fails.
pub fn ids(conn: &mut Conn, rank: i32, kind: &str, terms: &Terms) -> Result<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = BigInt)]
        object_id: i64,
    }
    let (matching, words) = match conn {
        Conn::Sqlite(_) => (
            "SELECT e.object_id AS object_id FROM search_fts JOIN search_entries e ON e.id = search_fts.rowid \
             WHERE search_fts MATCH $1 AND",
            fts5(terms),
        ),
        Conn::Postgres(_) => (
            "SELECT e.object_id AS object_id FROM search_entries e WHERE e.words @@ to_tsquery('simple', $1) AND",
            tsquery(terms),
        ),
    };
    let sql = format!("{matching} e.kind = $2 AND e.min_rank <= $3 ORDER BY e.id DESC LIMIT {CANDIDATES}");
    let found: Vec<Id> =
        diesel::sql_query(sql).bind::<Text, _>(words).bind::<Text, _>(kind).bind::<Integer, _>(rank).load(conn)?;
    Ok(found.into_iter().map(|f| f.object_id).collect())
}

/// Words as FTS5 takes them: `("ernaehrung" * OR "ernahrung" *) AND "tipp" *`
pub fn fts5(terms: &Terms) -> String {
    join(terms, fts5_form, " OR ", " AND ")
}

fn fts5_form(form: &str) -> String {
    format!("\"{form}\" *")
}

fn ts_form(form: &str) -> String {
    format!("{form}:*")
}

/// Words as `to_tsquery` takes them: `(ernaehrung:* | ernahrung:*) & tipp:*`
pub fn tsquery(terms: &Terms) -> String {
    join(terms, ts_form, " | ", " & ")
}

fn join(terms: &Terms, form: impl Fn(&str) -> String, or: &str, and: &str) -> String {
    let words: Vec<String> = terms
        .words()
        .iter()
        .map(|forms| format!("({})", forms.iter().map(|f| form(f)).collect::<Vec<_>>().join(or)))
        .collect();
    words.join(and)
}
