//! The job that brings an old forum in, thread by thread; killed anywhere and begun again, it ends the same.

use super::read::read;
use super::{Archive, OldNiche, OldPerson, OldPost, OldThread};
use crate::accounts::model::Status;
use crate::accounts::store::{NewAccount, insert_account};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::forums::jobs::enqueue_reindex;
use crate::forums::model::{BODY, TITLE, Text, ThreadId, ThreadKind, check_tags};
use crate::forums::store::{self, ImportRow, NewThread, OldText};
use crate::house::House;
use crate::i18n::{Lang, parse_zone};
use crate::jobs::NewJob;
use crate::members::store::{NicheText, insert_audit, insert_niche, list_tiers};
use crate::text::{fold, links};
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Role};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::PathBuf;

/// Runs an import.
pub const IMPORT: &str = "forums.import";
/// Posts of one transaction.
const STEP: usize = 200;
/// Problems that a report names; it counts all.
const NAMED: usize = 1_000;

/// Payload of [`IMPORT`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Import {
    /// Its row.
    pub id: i64,
}

/// Asks for an import to be run.
///
/// # Errors
/// When the job cannot be written.
pub fn enqueue(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    crate::jobs::enqueue(tx, NewJob::new(IMPORT, &Import { id })?.once(format!("forum-import-{id}")))
}

/// How many of one kind.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Made now, or would be.
    pub new: i64,
    /// Here before.
    pub known: i64,
}

impl Counts {
    fn add(&mut self, known: bool) {
        if known {
            self.known += 1;
        } else {
            self.new += 1;
        }
    }
}

/// What an import did, or a trial would do.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Niches.
    pub niches: Counts,
    /// Authors.
    pub people: Counts,
    /// Authors without an account here and without an address: their texts begin with their name.
    pub nameless: i64,
    /// Threads.
    pub threads: Counts,
    /// Posts.
    pub posts: Counts,
    /// Posts whose affiliate links were declared.
    pub labelled: i64,
    /// Everything that was left behind.
    pub problems_total: i64,
    /// The first of them: what it was and a code.
    pub problems: Vec<(String, String)>,
    /// Why nothing could be read.
    pub failure: String,
}

impl Report {
    /// As it was stored.
    pub fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn problem(&mut self, what: impl Into<String>, code: &str) {
        self.problems_total += 1;
        if self.problems.len() < NAMED {
            self.problems.push((what.into(), code.to_owned()));
        }
    }
}

/// Runs [`IMPORT`].
///
/// # Errors
/// When the database fails; the job comes again and goes on.
pub async fn import(house: House, job: Import) -> Result<()> {
    let row = house.db.read(move |c| store::find_import(c, job.id)).await?;
    if !matches!(row.status.as_str(), "waiting" | "running") {
        return Ok(());
    }
    let (path, name, zone) = (PathBuf::from(&row.path), row.file_name.clone(), parse_zone(&row.time_zone));
    let own = house.config.absolute("");
    let archive =
        tokio::task::spawn_blocking(move || read(&path, &name, &zone, &own)).await.map_err(Error::internal)?;
    let mut report = Report::default();
    let status = match archive {
        Ok(archive) => match bring(&house, &row, archive, &mut report).await {
            Ok(()) => "done",
            // What has come in stays; the file stays too, and the import can be told to go on.
            Err(error) => {
                tracing::error!(import = row.id, %error, "a forum import has stopped");
                "stopped".clone_into(&mut report.failure);
                "stopped"
            }
        },
        Err(code) => {
            code.clone_into(&mut report.failure);
            "failed"
        }
    };
    let text = serde_json::to_string(&report).map_err(Error::internal)?;
    let (id, by, dry_run) = (row.id, row.created_by.map(MemberId), row.dry_run);
    house
        .db
        .write_background(move |tx| {
            store::mark_ended(tx, id, status, &text)?;
            if dry_run { Ok(()) } else { insert_audit(tx, by, "forum.imported", ("forum_import", Some(id)), status) }
        })
        .await?;
    if status == "failed" || (status == "done" && !row.dry_run) {
        // A trial keeps its file for the import that may follow.
        if let Err(error) = tokio::fs::remove_file(&row.path).await {
            tracing::warn!(%error, "the file of a forum import could not be removed");
        }
    }
    Ok(())
}

async fn bring(house: &House, row: &ImportRow, archive: Archive, report: &mut Report) -> Result<()> {
    for (what, code) in &archive.problems {
        report.problem(what, code);
    }
    let lang = Lang::parse(&row.lang).unwrap_or(Lang::De);
    let people = people(house, row, archive.people, lang, report).await?;
    let niches = niches(house, row, archive.niches, report).await?;
    let total = i64::try_from(archive.threads.len()).unwrap_or(i64::MAX);
    for (done, thread) in (1..).zip(archive.threads) {
        let Some(niche) = niches.get(&thread.niche).copied() else {
            report.problem(format!("topic {}", thread.key), "no_niche");
            continue;
        };
        bring_thread(house, row, (thread, niche), &people, report).await?;
        let id = row.id;
        house.db.write_background(move |tx| store::update_progress(tx, id, (done, total))).await?;
    }
    Ok(())
}

/// An author here, and the name under which their texts are shown where they have no account.
struct Author {
    id: Option<i64>,
    name: String,
}

async fn people(
    house: &House,
    row: &ImportRow,
    old: Vec<OldPerson>,
    lang: Lang,
    report: &mut Report,
) -> Result<HashMap<String, Author>> {
    let emails: Vec<String> = old.iter().filter_map(|p| p.email.as_ref().map(|e| e.key.clone())).collect();
    let names: Vec<String> = old.iter().filter(|p| p.email.is_none()).map(|p| fold(&p.name)).collect();
    let (mut by_email, by_name) =
        house.db.read(move |c| Ok((store::list_by_email(c, &emails)?, store::list_by_name(c, &names)?))).await?;
    let unknown = |p: &&OldPerson| p.email.as_ref().is_some_and(|e| !by_email.contains_key(&e.key));
    let missing: Vec<_> = old.iter().filter(unknown).filter_map(|p| Some((p.email.clone()?, p.name.clone()))).collect();
    let made: std::collections::HashSet<String> = missing.iter().map(|(e, _)| e.key.clone()).collect();
    if !row.dry_run {
        for some in missing.chunks(STEP) {
            let some = some.to_vec();
            let new = house
                .db
                .write_background(move |tx| {
                    let mut new = Vec::new();
                    for (email, name) in &some {
                        let account = NewAccount {
                            email,
                            name: if name.is_empty() { &email.address } else { name },
                            password_hash: None,
                            role: Role::Member,
                            status: Status::Invited,
                            lang,
                            pitch: "",
                        };
                        // Two spellings of one address in one file are one person.
                        if !store::list_by_email(tx, std::slice::from_ref(&email.key))?.contains_key(&email.key) {
                            new.push((email.key.clone(), insert_account(tx, &account)?.0));
                        }
                    }
                    Ok(new)
                })
                .await?;
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

async fn niches(
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

/// A text in parts of at most what a post may hold, cut at lines.
fn parts(body: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut length = 0;
    for line in body.split_inclusive('\n') {
        for piece in line.chars().collect::<Vec<_>>().chunks(BODY.1) {
            if length + piece.len() > BODY.1 {
                out.push(String::new());
                length = 0;
            }
            length += piece.len();
            if let Some(last) = out.last_mut() {
                last.extend(piece);
            }
        }
    }
    out
}

/// A post ready to be stored: its key, its number there, what it answers there, and its text.
struct Ready {
    key: String,
    number: i64,
    answers: Option<i64>,
    text: OldText,
}

fn ready(posts: Vec<OldPost>, people: &HashMap<String, Author>, report: &mut Report) -> Vec<Ready> {
    let mut out = Vec::new();
    for post in posts {
        let author = people.get(&post.person);
        let id = author.and_then(|a| a.id);
        let named = author.filter(|a| a.id.is_none() && !a.name.is_empty());
        let mut body = post.body;
        if let Some(author) = named {
            body = format!("**{}**\n\n{body}", author.name.replace(['*', '_', '[', '`', '<'], ""));
        }
        if !links::unlabelled(&body).is_empty() {
            report.labelled += 1;
            body = links::label(&body);
        }
        for (n, body) in parts(&body).into_iter().enumerate() {
            let key = if n == 0 { post.key.clone() } else { format!("{}#{}", post.key, n + 1) };
            let text = Text { html: crate::text::post_html(&body), body };
            let text = OldText { author: id, at: post.at, text };
            out.push(Ready { key, number: if n == 0 { post.number } else { 0 }, answers: post.reply_to, text });
        }
    }
    out
}

async fn bring_thread(
    house: &House,
    row: &ImportRow,
    (mut thread, niche): (OldThread, i64),
    people: &HashMap<String, Author>,
    report: &mut Report,
) -> Result<()> {
    let keys: Vec<String> = thread.posts.iter().map(|p| p.key.clone()).collect();
    let of_thread = vec![thread.key.clone()];
    let (mut id, known, numbers) = house
        .db
        .read(move |c| {
            let id = store::list_sources(c, "thread", &of_thread)?.into_values().next();
            let known = store::list_sources(c, "post", &keys)?;
            let numbers = store::list_numbers(c, &known.values().copied().collect::<Vec<_>>())?;
            Ok((id, known, numbers))
        })
        .await?;
    report.threads.add(id.is_some());
    // Number there to number here.
    let mut places: HashMap<i64, i32> = HashMap::new();
    for post in &thread.posts {
        if let Some(number) = known.get(&post.key).and_then(|id| numbers.get(id)) {
            places.insert(post.number, *number);
        }
        report.posts.add(known.contains_key(&post.key));
    }
    let mut posts = std::mem::take(&mut thread.posts);
    posts.retain(|p| !known.contains_key(&p.key));
    let mut ready = ready(posts, people, report);
    if row.dry_run || ready.is_empty() {
        return Ok(());
    }
    // Nothing was written tomorrow: it would stay on top of every list.
    let now = house.db.now();
    ready.iter_mut().for_each(|one| one.text.at = one.text.at.min(now));
    let mut title: String = thread.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().count() > TITLE.1 {
        title = crate::text::excerpt(&title, TITLE.1 - 1);
    }
    if title.chars().count() < TITLE.0 {
        title = format!("{title} …").trim().to_owned();
        title.extend(std::iter::repeat_n('…', TITLE.0.saturating_sub(title.chars().count())));
    }
    let mut check = Check::new();
    let mut tags: Vec<String> = std::mem::take(&mut thread.tags);
    tags.retain(|t| t.chars().count() <= 30);
    tags.truncate(5);
    let tags = check_tags(&mut check, &tags);
    let lang = Lang::parse(&thread.lang).map_or(row.lang.clone(), |l| l.code().to_owned());
    let kind = ThreadKind::parse(&thread.kind).unwrap_or(if thread.accepted.is_some() {
        ThreadKind::Question
    } else {
        ThreadKind::Talk
    });
    while !ready.is_empty() {
        let rest = ready.split_off(ready.len().min(STEP));
        let some = std::mem::replace(&mut ready, rest);
        let (head, tags, lang) = ((thread.key.clone(), title.clone()), tags.clone(), lang.clone());
        let thread_accepted = thread.accepted;
        let state = (thread.pinned, thread.locked, thread.hidden);
        let known_places = std::mem::take(&mut places);
        let (made, known_places) = house
            .db
            .write_background(move |tx| {
                let thread = match id {
                    Some(id) => ThreadId(id),
                    None => {
                        let first = &some[0].text;
                        let new = NewThread {
                            niche_id: niche,
                            author_id: first.author,
                            title: &head.1,
                            kind: kind.code(),
                            lang: &lang,
                            min_rank: 0,
                            is_promo: false,
                            needs_ack: false,
                            has_poll: false,
                        };
                        let made = store::insert_old_thread(tx, &new, first.at, state)?;
                        store::set_tags(tx, made, &tags)?;
                        store::insert_sources(tx, "thread", &[(head.0.clone(), made.0)])?;
                        made
                    }
                };
                let first = store::claim_numbers(tx, thread, i32::try_from(some.len()).unwrap_or(0))?;
                let mut sources = Vec::new();
                let mut places = known_places.clone();
                for (number, one) in (first..).zip(&some) {
                    let reply_to = one.answers.and_then(|there| places.get(&there).copied());
                    let post = store::insert_old_post(tx, thread, (number, reply_to), &one.text)?;
                    places.insert(one.number, number);
                    if thread_accepted == Some(one.number) {
                        store::set_accepted(tx, thread, post)?;
                    }
                    sources.push((one.key.clone(), post));
                    store::mark_last(tx, thread, one.text.at, one.text.author)?;
                }
                store::insert_sources(tx, "post", &sources)?;
                enqueue_reindex(tx, Some(thread))?;
                Ok((thread.0, places))
            })
            .await?;
        (id, places) = (Some(made), known_places);
    }
    Ok(())
}
