//! What somebody looks for in chat: words and filters such as `from:mara in:#foyer has:link before:2026-11-01`.

use super::jobs;
use super::model::{Message, RoomId};
use super::store::{self, Hunt, Joined};
use crate::db::Ms;
use crate::error::Result;
use crate::house::House;
use crate::text::{Terms, fold};
use crate::web::viewer::Viewer;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// What was typed, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Words.
    pub words: String,
    /// Names after `from:`.
    pub from: Vec<String>,
    /// Rooms after `in:`.
    pub rooms: Vec<String>,
    /// `link`, `file` or `image` after `has:`.
    pub has: Vec<String>,
    /// Day after `before:`.
    pub before: Option<Date>,
    /// Day after `after:`.
    pub after: Option<Date>,
    /// Filters that mean nothing.
    pub unknown: Vec<String>,
}

/// Takes a query apart; `"two words"` stay together.
pub fn parse(text: &str) -> Asked {
    let mut asked = Asked::default();
    for token in tokens(text) {
        let filter = token.split_once(':').filter(|(name, value)| {
            matches!(*name, "from" | "in" | "has" | "before" | "after" | "von" | "vor" | "nach" | "hat")
                && !value.is_empty()
        });
        let Some((name, value)) = filter else {
            asked.words.push_str(&token);
            asked.words.push(' ');
            continue;
        };
        let day = || value.parse::<Date>().ok();
        match name {
            "from" | "von" => asked.from.push(value.trim_start_matches('@').to_owned()),
            "in" => asked.rooms.push(value.trim_start_matches('#').to_owned()),
            "has" | "hat" if matches!(value, "link" | "file" | "image") => asked.has.push(value.to_owned()),
            "has" | "hat" if value == "datei" => asked.has.push("file".to_owned()),
            "has" | "hat" if value == "bild" => asked.has.push("image".to_owned()),
            "before" | "vor" if day().is_some() => asked.before = day(),
            "after" | "nach" if day().is_some() => asked.after = day(),
            _ => asked.unknown.push(token.clone()),
        }
    }
    asked.words = asked.words.trim().to_owned();
    asked
}

fn tokens(text: &str) -> Vec<String> {
    let (mut out, mut one, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars().take(400) {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => out.push(std::mem::take(&mut one)),
            c => one.push(c),
        }
    }
    out.push(one);
    out.retain(|t| !t.is_empty());
    out
}

/// One message that was found, with its room.
#[derive(Debug, Clone)]
pub struct Found {
    /// The message.
    pub message: Message,
    /// Id of its room.
    pub room: i64,
    /// Address of its room.
    pub slug: String,
    /// Name of its room.
    pub name: String,
    /// Whether it is a conversation of a few.
    pub direct: bool,
}

/// The start of a day in a zone.
pub fn day_start(day: Date, zone: &TimeZone) -> Option<Ms> {
    day.to_zoned(zone.clone()).ok().map(|z| z.timestamp().as_millisecond())
}

/// Looks in every room the viewer is in and may read; what was just said is found too.
///
/// # Errors
/// When the database fails.
pub async fn find(
    house: &House,
    viewer: &Viewer,
    asked: &Asked,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Found>> {
    jobs::catch_up(house, 5).await?;
    let (me, asked) = (viewer.id, asked.clone());
    let zone = crate::i18n::parse_zone(&viewer.time_zone);
    house
        .db
        .read(move |c| {
            let joined = store::list_joined(c, &[me.0])?;
            let wanted = |j: &&Joined| {
                asked.rooms.is_empty() || asked.rooms.iter().any(|r| fold(r) == j.slug || fold(r) == fold(&j.name))
            };
            let rooms: HashMap<i64, &Joined> = joined.iter().filter(wanted).map(|j| (j.id, j)).collect();
            let senders = if asked.from.is_empty() {
                None
            } else {
                let mut ids = Vec::new();
                for name in &asked.from {
                    match fold(name).as_str() {
                        "me" | "mir" | "ich" => ids.push(me.0),
                        name => ids.extend(store::list_named(c, name, 50).unwrap_or_default().into_iter().map(|p| p.0)),
                    }
                }
                Some(ids)
            };
            let has = |what: &str| asked.has.iter().any(|h| h == what);
            let hunt = Hunt {
                terms: Terms::parse(&asked.words),
                rooms: rooms.keys().copied().collect(),
                senders,
                has_link: has("link"),
                has_file: has("file"),
                has_image: has("image"),
                since: asked.after.and_then(|d| day_start(d, &zone)),
                until: asked.before.and_then(|d| day_start(d, &zone)),
                before,
            };
            // Words that are only marks find nothing; no words at all find everything that fits the filters.
            if hunt.terms.is_none() && !asked.words.is_empty() {
                return Ok(Vec::new());
            }
            let hits = store::find_messages(c, me, &hunt, limit)?;
            let ids: Vec<i64> = hits.iter().map(|h| h.0).collect();
            let mut found: Vec<Found> = store::list_any_messages(c, me, &ids)?
                .into_iter()
                .filter_map(|(room, message)| {
                    let j = rooms.get(&room)?;
                    Some(Found { message, room, slug: j.slug.clone(), name: j.name.clone(), direct: j.is_direct() })
                })
                .collect();
            found.sort_by_key(|f| std::cmp::Reverse(f.message.id));
            Ok(found)
        })
        .await
}

/// The position around a day or a message, for jumping there.
///
/// # Errors
/// When the database fails.
pub async fn seq_of_day(house: &House, viewer: &Viewer, room: RoomId, day: Date) -> Result<Option<i64>> {
    let Some(at) = day_start(day, &crate::i18n::parse_zone(&viewer.time_zone)) else { return Ok(None) };
    house.db.read(move |c| store::find_seq_at(c, room, at)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_out_of_the_words() {
        let asked = parse(
            "provision from:@mara \"zwei worte\" in:#foyer has:link before:2026-11-01 after:2026-10-01 has:cat 10:30",
        );
        assert_eq!(asked.words, "provision zwei worte 10:30");
        assert_eq!(
            (asked.from, asked.rooms, asked.has),
            (vec!["mara".into()], vec!["foyer".into()], vec!["link".into()])
        );
        assert_eq!((asked.before, asked.after), ("2026-11-01".parse().ok(), "2026-10-01".parse().ok()));
        assert_eq!(asked.unknown, ["has:cat"]);
        assert_eq!(parse("from:\"Mara Lindt\" x").from, ["Mara Lindt"]);
    }
}
