//! What belongs to a thread beside its title and text, as it is typed and as it is kept.

use super::ThreadKind;
use crate::db::Ms;
use crate::error::FieldError;
use crate::members::store::Tier;
use crate::web::forms::{Check, one_line};
use std::collections::BTreeMap;

/// Tags of one thread.
pub const MOST_TAGS: usize = 5;
/// Characters of a tag.
pub const TAG: usize = 30;
/// Choices of a poll.
pub const CHOICES: (usize, usize) = (2, 12);
/// Characters of a question and of a choice.
pub const POLL_LINE: usize = 150;

/// A thread as somebody wants to open it.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// Address of the niche.
    pub niche: String,
    /// Title as typed.
    pub title: String,
    /// Opening text as typed.
    pub body: String,
    /// Code of its kind; empty: talk.
    pub kind: String,
    /// `de`, `en`; empty: the language of who writes.
    pub lang: String,
    /// Tags as typed.
    pub tags: Vec<String>,
    /// Whether it advertises.
    pub is_promo: bool,
    /// Whether readers are asked to acknowledge it (team only).
    pub needs_ack: bool,
    /// A poll in it.
    pub poll: Option<PollInput>,
    /// Tier address to the time until which that tier waits, as it is typed (managers only).
    pub embargo: BTreeMap<String, String>,
}

/// A poll as somebody wants to open it.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PollInput {
    /// What is asked, 3 to 150 characters.
    pub question: String,
    /// 2 to 12 choices of at most 150 characters.
    pub choices: Vec<String>,
    /// Whether several may be chosen.
    #[serde(default)]
    pub multi: bool,
    /// Days until it closes by itself, 1 to 90; none: by hand.
    pub days: Option<i64>,
}

/// A tag: its folded address and its name as first typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Address.
    pub slug: String,
    /// Name as shown.
    pub name: String,
}

/// Reads tags: at most five, each a short line; doubles meet in their address.
pub fn check_tags(check: &mut Check, typed: &[String]) -> Vec<Tag> {
    let mut out: Vec<Tag> = Vec::new();
    for name in typed.iter().flat_map(|t| t.split(',')) {
        let name = one_line(name.trim().trim_start_matches('#'));
        let slug = crate::text::slug(&name);
        if slug.is_empty() || out.iter().any(|t| t.slug == slug) {
            continue;
        }
        if name.chars().count() > TAG {
            check.add(FieldError::new("tags", "too_long").arg("max", i64::try_from(TAG).unwrap_or(30)));
            return Vec::new();
        }
        out.push(Tag { slug, name });
    }
    if out.len() > MOST_TAGS {
        check.add(FieldError::new("tags", "too_many").arg("max", i64::try_from(MOST_TAGS).unwrap_or(5)));
    }
    out
}

/// Reads a poll; empty choices are left out.
pub fn check_poll(check: &mut Check, typed: PollInput) -> PollInput {
    let question = check.line("question", &one_line(&typed.question), 3, POLL_LINE);
    let mut choices: Vec<String> = Vec::new();
    for choice in typed.choices.iter().map(|c| one_line(c)).filter(|c| !c.is_empty()) {
        if choice.chars().count() > POLL_LINE {
            check.add(FieldError::new("choices", "too_long").arg("max", i64::try_from(POLL_LINE).unwrap_or(150)));
        }
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    if choices.len() < CHOICES.0 {
        check.add(FieldError::new("choices", "too_few").arg("min", 2));
    }
    if choices.len() > CHOICES.1 {
        check.add(FieldError::new("choices", "too_many").arg("max", 12));
    }
    if typed.days.is_some_and(|d| !(1..=90).contains(&d)) {
        check.add(FieldError::new("days", "invalid"));
    }
    PollInput { question, choices, multi: typed.multi, days: typed.days }
}

/// Reads a kind; nothing is talk.
pub fn check_kind(check: &mut Check, typed: &str) -> ThreadKind {
    if typed.is_empty() {
        return ThreadKind::Talk;
    }
    check.keep(ThreadKind::parse(typed).ok_or_else(|| FieldError::new("kind", "invalid"))).unwrap_or_default()
}

/// Reads the language of a thread.
pub fn check_lang(check: &mut Check, typed: &str) -> String {
    if !matches!(typed, "" | "de" | "en") {
        check.add(FieldError::new("lang", "invalid"));
    }
    typed.to_owned()
}

/// Who may see a thread when: `waits` names, by rank, until when a tier waits. Answers the lowest rank that may see it now,
/// and each later moment with the rank that may from then on.
///
/// A tier never waits longer than the one below it: what opens for a tier is open for all above.
pub fn stages(tiers: &[Tier], waits: &[(i32, Ms)], now: Ms) -> (i32, Vec<(Ms, i32)>) {
    let mut ranks: Vec<i32> = tiers.iter().map(|t| t.rank).collect();
    ranks.sort_unstable();
    // From the highest tier down, each opens when the one above is open and its own wait is over.
    let mut opens: Vec<(i32, Ms)> = Vec::new();
    let mut latest = now;
    for rank in ranks.iter().rev() {
        let own = waits.iter().find(|w| w.0 == *rank).map_or(now, |w| w.1);
        latest = latest.max(own);
        opens.push((*rank, latest));
    }
    let open_now = opens.iter().filter(|o| o.1 <= now).map(|o| o.0).min();
    // Nobody's tier is open yet: the team alone sees it.
    let first = match open_now {
        Some(rank) if Some(&rank) == ranks.first() => 0,
        Some(rank) => rank,
        None => i32::MAX,
    };
    let mut later: Vec<(Ms, i32)> = Vec::new();
    for (rank, at) in opens.into_iter().filter(|o| o.1 > now) {
        let rank = if Some(&rank) == ranks.first() { 0 } else { rank };
        match later.last_mut() {
            Some(last) if last.0 == at => last.1 = rank,
            _ => later.push((at, rank)),
        }
    }
    (first, later)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(rank: i32) -> Tier {
        Tier { rank, ..Tier::default() }
    }

    #[test]
    fn a_thread_opens_tier_by_tier() {
        let tiers = [tier(10), tier(20), tier(30)];
        assert_eq!(stages(&tiers, &[], 100), (0, vec![]));
        assert_eq!(stages(&tiers, &[(10, 300), (20, 200)], 100), (30, vec![(200, 20), (300, 0)]));
        // A wait of a higher tier holds those below back as well.
        assert_eq!(stages(&tiers, &[(30, 500)], 100), (i32::MAX, vec![(500, 0)]));
        assert_eq!(stages(&tiers, &[(10, 50)], 100), (0, vec![]));
    }

    #[test]
    fn tags_meet_in_their_address() {
        let mut check = Check::new();
        let tags = check_tags(&mut check, &["#Black Friday, black-friday,SEO".to_owned(), " ".to_owned()]);
        assert_eq!(tags.iter().map(|t| t.slug.as_str()).collect::<Vec<_>>(), ["black-friday", "seo"]);
        assert_eq!(tags[0].name, "Black Friday");
        assert!(check.done().is_ok());
    }
}
