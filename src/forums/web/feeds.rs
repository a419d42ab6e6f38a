//! Atom feeds (RFC 4287) of what is opened in the forums, each behind a secret in its address: a feed reader has no login.

use crate::access::Sight;
use crate::accounts::store::list_viewers;
use crate::accounts::token;
use crate::error::{Error, Result};
use crate::forums::model::thread_path;
use crate::forums::store::{self, Filter, Order};
use crate::house::House;
use crate::i18n::{Lang, iso, t};
use crate::members::store::{Niche, find_visible_niche, list_visible_niches};
use crate::text::escape_into;
use crate::text::links::fill_labels;
use crate::web::forms::Form;
use crate::web::guards::{Ctx, Member};
use crate::web::redirect::see_other_with;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

/// Threads of a feed.
const MOST: i64 = 50;

#[derive(Serialize)]
struct Address {
    name: String,
    url: String,
}

#[derive(Serialize)]
struct FeedsView {
    made_at: Option<i64>,
    fresh: bool,
    feeds: Vec<Address>,
}

/// `GET /me/feeds`: what there is to subscribe to; the addresses are shown once, when they are made.
pub async fn feeds(me: Member) -> Result<HttpResponse> {
    page(&me, None).await
}

/// `POST /me/feeds`: makes new addresses, or with `end` takes them back; those before end at once.
pub async fn renew_feeds(me: Member, form: Form) -> Result<HttpResponse> {
    let who = me.viewer.id;
    if !form.text("end").is_empty() {
        me.house.db.write(move |tx| store::remove_feed_token(tx, who)).await?;
        return Ok(see_other_with(&me.house.config, "/me/feeds", "ok", "forums-feeds-ended"));
    }
    let fresh = token::fresh()?;
    let hash = token::hash(&fresh);
    me.house.db.write(move |tx| store::set_feed_token(tx, who, &hash)).await?;
    page(&me, Some(fresh)).await
}

async fn page(me: &Member, fresh: Option<String>) -> Result<HttpResponse> {
    let (sight, lang, who) = (Sight::of(&me.viewer), me.lang(), me.viewer.id);
    let (niches, made_at) =
        me.house.db.read(move |c| Ok((list_visible_niches(c, sight)?, store::find_feed_token(c, who)?))).await?;
    let feeds = fresh.as_deref().map(|secret| addresses(&me.house, lang, secret, &niches)).unwrap_or_default();
    let feeds = feeds.into_iter().map(|(name, url)| Address { name, url }).collect();
    let view = FeedsView { made_at, fresh: fresh.is_some(), feeds };
    me.page("forums/feeds", "forums-feeds").nav("forums").show(&view).await
}

/// Name and address of each feed behind a secret.
pub fn addresses(house: &House, lang: Lang, secret: &str, niches: &[Niche]) -> Vec<(String, String)> {
    let address = |file: &str| url(house, &format!("/feeds/{secret}/{file}.atom"));
    let all = (t(lang, "forums-feeds-all").into_owned(), address("all"));
    let each = niches.iter().map(|n| (n.name(lang).to_owned(), address(&format!("niche-{}", n.slug))));
    std::iter::once(all).chain(each).collect()
}

/// `GET /feeds/{secret}/{name}.atom`: `all` or `niche-{slug}`; an unknown secret, a member who left and a niche that is not open
/// are the same NotFound.
#[utoipa::path(get, path = "/feeds/{secret}/{name}", tag = "forums",
    params(("secret" = String, Path), ("name" = String, Path, description = "`all.atom` or `niche-{slug}.atom`")),
    responses((status = 200, description = "Atom, RFC 4287", content_type = "application/atom+xml"), (status = 304), (status = 404)))]
pub async fn feed(ctx: Ctx, path: web::Path<(String, String)>, req: HttpRequest) -> Result<HttpResponse> {
    let (secret, name) = path.into_inner();
    let name = name.strip_suffix(".atom").ok_or(Error::NotFound)?.to_owned();
    let hash = token::hash(&secret);
    let sources = ctx.house.clone();
    let (viewer, niche, rows, mut openings) = ctx
        .house
        .db
        .read(move |c| {
            let member = store::find_feed_member(c, &hash)?;
            let viewer = list_viewers(c, &[member])?.pop().ok_or(Error::NotFound)?;
            // A feed lies in readers of others: it shows what a member of the tier sees, never what only the team does.
            let sight = Sight::of_member(viewer.id, viewer.sees_rank());
            let niche = match name.strip_prefix("niche-") {
                Some(slug) => Some(find_visible_niche(c, sight, slug)?),
                None if name == "all" => None,
                None => return Err(Error::NotFound),
            };
            let filter = Filter { niche: niche.as_ref().map(|n| n.id), order: Order::New, ..Filter::default() };
            let rows = store::list_visible_threads(c, sight, &filter, None, MOST)?;
            let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
            let mut openings = store::list_openings(c, sight, &ids)?;
            let mut bodies: Vec<&mut String> = openings.values_mut().map(|o| &mut o.0).collect();
            sources.sources.fill_posts(c, &viewer, viewer.lang, &mut bodies)?;
            Ok((viewer, niche, rows, openings))
        })
        .await?;
    let (lang, house) = (viewer.lang, &ctx.house);
    let ad = t(lang, "forums-ad-label");
    let base = url(house, "/");
    let (title, page) = match &niche {
        Some(niche) => (niche.name(lang).to_owned(), url(house, &format!("/niches/{}", niche.slug))),
        None => (t(lang, "forums-feeds-all").into_owned(), url(house, "/niches")),
    };
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    xml.push_str(&format!(" xml:lang=\"{}\">", lang.code()));
    let updated = openings.values().map(|o| o.1).max().unwrap_or(0);
    element(&mut xml, "title", &title);
    element(&mut xml, "id", &page);
    element(&mut xml, "updated", &iso(updated));
    xml.push_str("<link href=\"");
    escape_into(&page, &mut xml);
    xml.push_str("\"/>");
    for row in rows {
        let Some((mut html, changed)) = openings.remove(&row.id.0) else { continue };
        fill_labels(&mut html, &ad);
        let link = url(house, &thread_path(row.id, &row.title));
        xml.push_str("\n<entry>");
        element(&mut xml, "title", &row.title);
        // The id stays when the title, and with it the address, changes.
        element(&mut xml, "id", &url(house, &format!("/threads/{}", row.id.0)));
        xml.push_str("<link href=\"");
        escape_into(&link, &mut xml);
        xml.push_str("\"/>");
        element(&mut xml, "published", &iso(row.created_at));
        element(&mut xml, "updated", &iso(changed));
        xml.push_str("<author>");
        element(&mut xml, "name", row.author.as_deref().unwrap_or(&t(lang, "forums-former-member")));
        xml.push_str("</author><category term=\"");
        escape_into(&printable(row.niche(lang)), &mut xml);
        xml.push_str("\"/><content type=\"html\" xml:base=\"");
        escape_into(&base, &mut xml);
        xml.push_str("\">");
        escape_into(&printable(&html), &mut xml);
        xml.push_str("</content></entry>");
    }
    xml.push_str("\n</feed>\n");
    let tag = format!("\"{}\"", token::hash(&xml));
    let known = req.headers().get("if-none-match").and_then(|v| v.to_str().ok());
    let mut answer = if known.is_some_and(|k| k.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer.insert_header(("etag", tag)).insert_header(("cache-control", "private, max-age=300"));
    answer.insert_header(("x-robots-tag", "noindex"));
    Ok(answer.content_type("application/atom+xml; charset=utf-8").body(xml))
}

/// A path of the house as a whole address: what stands in a feed is read elsewhere.
fn url(house: &House, path: &str) -> String {
    house.config.absolute(path)
}

fn element(xml: &mut String, name: &str, text: &str) {
    xml.push_str(&format!("<{name}>"));
    escape_into(&printable(text), xml);
    xml.push_str(&format!("</{name}>"));
}

/// A text without the characters that XML 1.0 (section 2.2) knows no way to write.
fn printable(text: &str) -> String {
    let keep = |c: &char| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().filter(keep).collect()
}
