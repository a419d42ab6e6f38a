//! What the links of a message lead to. The server asks, once a week for each address, and keeps title, summary and a small
//! image of its own making: who reads the message asks nobody but us. The preview arrives as an edit of the message.

use super::actions::tell_again;
use super::model::RoomId;
use super::store::{self, NewPreview, Preview};
use crate::db::DAY;
use crate::error::{Error, Result};
use crate::house::House;
use crate::text::{escape_into, excerpt};
use crate::web::outbound::{Bounds, parse_url};
use scraper::{Html, Selector};
use std::time::Duration;
use url::Url;

/// Job that looks up the links of a message.
pub const PREVIEW_JOB: &str = "rooms.preview";
/// Links of one message that are looked up.
const LINKS: usize = 3;
/// What is known of an address is asked again after this long.
const FRESH: i64 = 7 * DAY;
/// A page says what it is within its first bytes.
const PAGE: Bounds = Bounds { most: 512 * 1024, within: Duration::from_secs(8) };
const IMAGE: Bounds = Bounds { most: 3 * 1024 * 1024, within: Duration::from_secs(8) };
/// Largest side of a kept image in pixels.
const SIDE: u32 = 320;
/// Where previews begin in what stands below a body.
const MARK: &str = "<a class=\"preview\"";

/// Payload of the job.
#[derive(Debug, serde::Deserialize)]
pub struct LookAt {
    message: i64,
    rev: i32,
}

/// Addresses of other servers that a rendered text links to.
pub fn links(html: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in html.split("<a href=\"").skip(1) {
        let Some(href) = part.split('"').next() else { continue };
        let href = href.replace("&amp;", "&");
        if let Some(url) = parse_url(&href)
            && !out.iter().any(|known| known == url.as_str())
            && out.len() < LINKS
        {
            out.push(url.into());
        }
    }
    out
}

/// What stands below a body, without its previews.
pub fn only_files(cards: &str) -> String {
    cards.split(MARK).next().unwrap_or("").to_owned()
}

/// Looks up what a message links to and tells the message again when there is something to show.
///
/// # Errors
/// When the database fails; a page that does not answer is no error.
pub async fn look(house: House, LookAt { message, rev }: LookAt) -> Result<()> {
    if !house.config.link_previews {
        return Ok(());
    }
    let found = house.db.read(move |c| store::find_any(c, message)).await?;
    let Some((room, text)) = found.filter(|(_, m)| m.rev == rev) else { return Ok(()) };
    let own = house.config.base_url.as_ref().and_then(|u| u.host_str().map(str::to_owned));
    let mut html = only_files(&text.cards);
    for link in links(&text.html) {
        let Some(url) = parse_url(&link) else { continue };
        // Our own pages show themselves to who may see them.
        if url.host_str().map(str::to_owned) == own && url.port() == house.config.base_url.as_ref().and_then(Url::port)
        {
            continue;
        }
        if let Some(preview) = known(&house, &url).await?.filter(|p| p.state == "found") {
            card(&preview, &mut html);
        }
    }
    let inner = house.clone();
    house
        .db
        .write_background(move |tx| {
            if store::set_cards(tx, message, rev, &html)? {
                tell_again(tx, &inner, RoomId(room), message, None)?;
            }
            Ok(())
        })
        .await
}

/// What is known of an address, asked anew where it is old.
async fn known(house: &House, url: &Url) -> Result<Option<Preview>> {
    let (now, wanted) = (house.db.now(), url.to_string());
    let there = house.db.read(move |c| store::find_preview(c, &wanted)).await?;
    if there.as_ref().is_some_and(|p| p.fetched_at > now - FRESH) {
        return Ok(there);
    }
    let new = match ask(house, url).await {
        Ok(new) => new,
        Err(error) => {
            tracing::debug!(%error, "no preview");
            NewPreview::default()
        }
    };
    let wanted = url.to_string();
    house
        .db
        .write_background(move |tx| {
            store::put_preview(tx, &wanted, &new)?;
            store::find_preview(tx, &wanted)
        })
        .await
}

async fn ask(house: &House, url: &Url) -> Result<NewPreview> {
    let outbound = house.config.outbound();
    let page = outbound.get(url, "text/html,application/xhtml+xml", PAGE).await?;
    if page.status != 200 || !matches!(page.kind.as_str(), "text/html" | "application/xhtml+xml") {
        return Ok(NewPreview::default());
    }
    let (mut new, picture) = read_page(&String::from_utf8_lossy(&page.body), &page.url);
    if new.title.is_empty() {
        return Ok(new);
    }
    if let Some(picture) = picture {
        new.image = match outbound.get(&picture, "image/*", IMAGE).await {
            Ok(image) if image.status == 200 && image.body.len() < IMAGE.most => {
                tokio::task::spawn_blocking(move || shrink(&image.body)).await.map_err(Error::internal)?
            }
            _ => None,
        };
    }
    Ok(new)
}

/// What a page says about itself, and the address of its picture.
fn read_page(html: &str, at: &Url) -> (NewPreview, Option<Url>) {
    let page = Html::parse_document(html);
    let meta = |names: &[&str]| -> Option<String> {
        names.iter().find_map(|name| {
            let selector = Selector::parse(&format!("meta[property='{name}'],meta[name='{name}']")).ok()?;
            let content = page.select(&selector).next()?.value().attr("content")?;
            Some(content.trim().to_owned()).filter(|c| !c.is_empty())
        })
    };
    let title = meta(&["og:title", "twitter:title"]).or_else(|| {
        let selector = Selector::parse("title").ok()?;
        Some(page.select(&selector).next()?.text().collect::<String>())
    });
    let picture = meta(&["og:image", "og:image:url", "twitter:image"]);
    let picture = picture.and_then(|p| at.join(&p).ok()).and_then(|u| parse_url(u.as_str()));
    let clean = |text: Option<String>, most: usize| excerpt(&text.unwrap_or_default().replace('\0', ""), most);
    let new = NewPreview {
        title: clean(title, 120),
        summary: clean(meta(&["og:description", "twitter:description", "description"]), 240),
        site: clean(meta(&["og:site_name"]).or_else(|| at.host_str().map(str::to_owned)), 60),
        image: None,
    };
    (new, picture)
}

/// A picture decoded within limits and made anew, small: nothing of the foreign file is passed on.
fn shrink(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(6_000);
    limits.max_image_height = Some(6_000);
    limits.max_alloc = Some(128 * 1024 * 1024);
    reader.limits(limits);
    let small = reader.decode().ok()?.thumbnail(SIDE, SIDE).into_rgb8();
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 78).encode_image(&small).ok()?;
    Some(out)
}

fn card(preview: &Preview, out: &mut String) {
    out.push_str(MARK);
    out.push_str(" href=\"");
    escape_into(&preview.url, out);
    out.push_str("\" rel=\"nofollow noopener noreferrer ugc\">");
    if preview.has_image {
        out.push_str(&format!(
            "<img src=\"/previews/{}\" alt=\"\" width=\"96\" height=\"72\" loading=\"lazy\">",
            preview.id
        ));
    }
    out.push_str("<span class=\"preview-text\">");
    for (class, text) in
        [("preview-site", &preview.site), ("preview-title", &preview.title), ("preview-summary", &preview.summary)]
    {
        if !text.is_empty() {
            out.push_str(&format!("<span class=\"{class}\">"));
            escape_into(text, out);
            out.push_str("</span>");
        }
    }
    out.push_str("</span></a>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_text_are_its_foreign_addresses_once_each() {
        let html = crate::text::chat_html(
            "https://a.example/x?y=1&z=2 und [b](https://b.example) und https://a.example/x?y=1&z=2 /intern mailto:a@b.de",
        );
        assert_eq!(links(&html), ["https://a.example/x?y=1&z=2", "https://b.example/"]);
    }

    #[test]
    fn a_page_is_read_with_care_and_a_card_executes_nothing() {
        let at = Url::parse("https://shop.example/a/b").unwrap();
        let html = "<title>Alt</title><meta property=\"og:title\" content=\"<b>R2 & mehr</b>\"><meta name=description content='Ein Gerät'><meta property='og:image' content='/bild.png'>";
        let (new, picture) = read_page(html, &at);
        assert_eq!(
            (new.title.as_str(), new.summary.as_str(), new.site.as_str()),
            ("<b>R2 & mehr</b>", "Ein Gerät", "shop.example")
        );
        assert_eq!(picture.unwrap().as_str(), "https://shop.example/bild.png");
        let preview = Preview {
            id: 7,
            url: at.into(),
            state: "found".into(),
            title: new.title,
            summary: new.summary,
            site: new.site,
            has_image: true,
            fetched_at: 0,
        };
        let mut out = String::from("<ul></ul>");
        card(&preview, &mut out);
        assert!(out.contains("&lt;b&gt;R2 &amp; mehr&lt;/b&gt;") && out.contains("/previews/7"), "{out}");
        assert_eq!(only_files(&out), "<ul></ul>");
    }

    #[test]
    fn a_picture_is_made_anew() {
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbaImage::new(900, 300).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let small = image::load_from_memory(&shrink(png.get_ref()).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (320, 107));
        assert_eq!(shrink(b"<svg onload=alert(1)>"), None);
    }
}
