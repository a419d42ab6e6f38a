//! One thread of an old forum and its posts, in transactions of two hundred.

use super::arrivals::Author;
use super::{OldPost, OldThread, Report};
use crate::error::Result;
use crate::forums::jobs::enqueue_reindex;
use crate::forums::model::{BODY, TITLE, Tag, Text, ThreadId, ThreadKind, check_tags};
use crate::forums::store::{self, ImportRow, NewThread, OldText};
use crate::house::House;
use crate::i18n::Lang;
use crate::text::links;
use crate::web::forms::Check;
use std::collections::HashMap;

/// Posts of one transaction.
const STEP: usize = 200;

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

/// A title of the length that titles have here.
fn title(there: &str) -> String {
    let mut title: String = there.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().count() > TITLE.1 {
        title = crate::text::excerpt(&title, TITLE.1 - 1);
    }
    if title.chars().count() < TITLE.0 {
        title = format!("{title} …").trim().to_owned();
        title.extend(std::iter::repeat_n('…', TITLE.0.saturating_sub(title.chars().count())));
    }
    title
}

/// The first five tags that are short enough.
fn tags(mut there: Vec<String>) -> Vec<Tag> {
    there.retain(|t| t.chars().count() <= 30);
    there.truncate(5);
    check_tags(&mut Check::new(), &there)
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

/// Brings in of a thread what is not here yet.
///
/// # Errors
/// When the database fails; what was brought in stays.
pub(super) async fn bring_thread(
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
    let title = title(&thread.title);
    let tags = tags(std::mem::take(&mut thread.tags));
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
