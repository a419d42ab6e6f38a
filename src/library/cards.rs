//! A resource shared by its address: whoever sees the post, message or newsletter sees a card with the own link in,
//! and nothing of what is not open to them.

use super::actions::taking::{check_open, facts, owners};
use super::model::{Variant, Whole};
use super::personal;
use super::store;
use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::members::store::list_tiers;
use crate::text::{excerpt, merge::html as escape};
use crate::web::viewer::Viewer;

/// A resource as one reader sees it on a page of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Title.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Beginning of the text with the reader's own link, or the summary.
    pub text: String,
    /// The whole text to copy; empty where it cannot be taken.
    pub copy: String,
    /// Why it cannot be copied, or what it is.
    pub note: String,
}

/// The cards of those of `ids` that `viewer` may see. `base` is where short links begin.
///
/// # Errors
/// When the database fails.
pub fn shared(
    conn: &mut Conn,
    base: &str,
    viewer: &Viewer,
    lang: Lang,
    ids: &[i64],
    now: Ms,
) -> Result<Vec<(i64, Card)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tiers = list_tiers(conn)?;
    let wholes = store::list_wholes(conn, Sight::of(viewer), ids, now)?;
    let owners = owners(conn, base, &wholes, &tiers, (viewer.id, &viewer.name, viewer.tier_rank))?;
    Ok(wholes.iter().zip(&owners).map(|(whole, owner)| (whole.resource.id, card(whole, owner, lang, now))).collect())
}

fn card(whole: &Whole, owner: &personal::Owner, lang: Lang, now: Ms) -> Card {
    let r = &whole.resource;
    let text: Option<&Variant> = whole.choose(None, None, lang);
    let made = text.map(|v| personal::compose(v, &facts(r), owner));
    let blocked = check_open(r, now).is_err();
    let (copy, note) = match (made, blocked) {
        (_, true) => {
            let code = r.blocked(now).map_or("expired", super::model::Blocked::code);
            (String::new(), t(lang, &format!("error-{code}")).into_owned())
        }
        (Some(Ok(copy)), false) if copy.is_whole() => (copy.text(), t(lang, &copy.key.label()).into_owned()),
        (Some(Err(crate::error::Error::Conflict(_))), false) => (String::new(), t(lang, "library-no-ref").into_owned()),
        (Some(_), false) => (String::new(), t(lang, "library-words-missing").into_owned()),
        (None, false) => (
            String::new(),
            super::model::Kind::parse(&r.kind).map_or_else(String::new, |k| t(lang, &k.label()).into_owned()),
        ),
    };
    let shown = if copy.is_empty() { &r.summary } else { &copy };
    Card { title: r.title.clone(), href: format!("/library/{}", r.id), text: excerpt(shown, 280), copy, note }
}

const OPEN: &str = "<p><a href=\"";

/// The id of a resource that `href` leads to, in this house.
fn id_of(href: &str, house: &str) -> Option<i64> {
    let path = href.strip_prefix(house).unwrap_or(href).strip_prefix("/library/")?;
    path.split(['?', '#']).next()?.parse().ok()
}

/// Paragraphs of `html` that are nothing but a link to a resource: where they begin and end, and the id.
fn places(html: &str, house: &str) -> Vec<(usize, usize, i64)> {
    let mut out = Vec::new();
    for (at, _) in html.match_indices(OPEN) {
        let rest = &html[at + OPEN.len()..];
        let Some((href, tail)) = rest.split_once('"') else { continue };
        let Some((inner, _)) = tail.split_once("</p>") else { continue };
        let alone = inner.ends_with("</a>") && inner.matches('<').count() == 1;
        if let Some(id) = id_of(href, house).filter(|_| alone) {
            out.push((at, at + OPEN.len() + href.len() + 1 + inner.len() + "</p>".len(), id));
        }
    }
    out
}

/// Puts cards in the places of bare links to resources, in cleaned HTML of several posts. What the reader may not see
/// stays the link it was, which leads nowhere for them.
///
/// # Errors
/// When the database fails.
pub fn in_posts(
    conn: &mut Conn,
    house: &str,
    viewer: &Viewer,
    lang: Lang,
    posts: &mut [&mut String],
    now: Ms,
) -> Result<()> {
    let mut ids: Vec<i64> = posts.iter().flat_map(|html| places(html, house)).map(|(.., id)| id).take(50).collect();
    ids.sort_unstable();
    ids.dedup();
    let cards = shared(conn, &format!("{house}/l/"), viewer, lang, &ids, now)?;
    if cards.is_empty() {
        return Ok(());
    }
    for html in posts.iter_mut() {
        for (from, to, id) in places(html, house).into_iter().rev() {
            if let Some((_, card)) = cards.iter().find(|(other, _)| *other == id) {
                html.replace_range(from..to, &markup(card, lang));
            }
        }
    }
    Ok(())
}

fn markup(card: &Card, lang: Lang) -> String {
    let copy = if card.copy.is_empty() {
        String::new()
    } else {
        format!(
            "<button class=\"btn btn-small js-only\" type=\"button\" data-copy=\"{}\">{}</button>",
            escape(&card.copy),
            escape(&t(lang, "library-copy-plain"))
        )
    };
    format!(
        "<aside class=\"box library-card\"><p class=\"meta\">{}</p><p><strong><a href=\"{}\">{}</a></strong></p><p>{}</p>{copy}</aside>",
        escape(&card.note),
        escape(&card.href),
        escape(&card.title),
        escape(&card.text)
    )
}

/// Markdown of a campaign with lines that are nothing but the address of a resource made into a short introduction:
/// its title, its summary, the way to it. Its page fills in the own link of whoever follows it; `program` is the
/// campaign's, whose own link stands in the mail itself. Only what is open to the lowest tier is introduced: a gated, embargoed,
/// recalled or unpublished one stays a bare address, which leads on only for who may see it.
///
/// # Errors
/// When the database fails.
pub fn in_campaign(
    conn: &mut Conn,
    house: &str,
    program: Option<i64>,
    lang: Lang,
    body: &str,
    now: Ms,
) -> Result<String> {
    let bare = |line: &str| id_of(line.trim(), house).filter(|_| !line.trim().contains(char::is_whitespace));
    let ids: Vec<i64> = body.lines().filter_map(bare).take(20).collect();
    if ids.is_empty() {
        return Ok(body.to_owned());
    }
    // One text goes to readers of every tier, is kept in the archive and found by search.
    let everybody = Sight::of_member(crate::web::viewer::MemberId(0), 0);
    let wholes = store::list_wholes(conn, everybody, &ids, now)?;
    let lines: Vec<String> = body
        .lines()
        .map(|line| {
            let found = bare(line).and_then(|id| wholes.iter().find(|w| w.resource.id == id)).map(|w| &w.resource);
            let Some(r) = found.filter(|r| r.blocked(now).is_none()) else {
                return line.to_owned();
            };
            let plain = |text: &str| crate::text::merge::markdown(text);
            let own = r.program.as_ref().is_some_and(|p| Some(p.id) == program);
            let link = if own { "\n\n{{affiliate.link}}" } else { "" };
            format!(
                "\n**{}**\n\n{}\n\n[{}]({house}/library/{}){link}\n",
                plain(&r.title),
                plain(&r.summary),
                t(lang, "library-card-take"),
                r.id
            )
        })
        .collect();
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_paragraph_that_is_nothing_but_a_link_of_the_house_is_a_place() {
        let house = "https://kontor.example";
        let html = "<p><a href=\"https://kontor.example/library/7\" rel=\"x\">https://kontor.example/library/7</a></p>\n<p>Siehe <a href=\"/library/8\">hier</a></p><p><a href=\"/library/9?variant=short\">/library/9</a></p><p><a href=\"https://evil.example/library/1\">x</a></p><p><a href=\"/library/2\">x</a> und mehr</p>";
        let found: Vec<i64> = places(html, house).into_iter().map(|(.., id)| id).collect();
        assert_eq!(found, [7, 9]);
        assert!(html[places(html, house)[0].0..places(html, house)[0].1].ends_with("</p>"));
    }
}
