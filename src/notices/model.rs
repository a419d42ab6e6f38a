//! Types and parsers of notifications.

use super::kinds::Kind;
use crate::db::Ms;
use crate::error::FieldError;
use crate::i18n::{Arg, Lang, has, t, t_args};
use crate::web::viewer::MemberId;
use diesel::Queryable;
use serde_json::Value;

/// What happened, for one member.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Who is told.
    pub to: MemberId,
    /// Kind.
    pub kind: &'static Kind,
    /// Arguments of its text: an object of texts and numbers.
    pub args: Value,
    /// Path of our own where it leads.
    pub href: String,
    /// What must be visible to the member for this to be shown: a subject with a gate, and its id. None: always.
    pub subject: Option<(&'static str, i64)>,
    /// The place it happened in, whose volume counts and whose reading reads it: `("room", 5)`.
    pub place: Option<(&'static str, i64)>,
    /// Who did it. Nobody is told of what they did themselves.
    pub actor: Option<MemberId>,
    /// Unread notifications of one fold become one with a count.
    pub fold: Option<String>,
}

impl Notice {
    /// A notification without subject, place or actor.
    pub fn new(to: MemberId, kind: &'static Kind, href: impl Into<String>, args: Value) -> Self {
        Self { to, kind, args, href: href.into(), subject: None, place: None, actor: None, fold: None }
    }

    /// Only for who may see this subject.
    pub fn about(mut self, subject: &'static str, id: i64) -> Self {
        self.subject = Some((subject, id));
        self
    }

    /// In this place.
    pub fn in_place(mut self, place: &'static str, id: i64) -> Self {
        self.place = Some((place, id));
        self
    }

    /// Done by this member.
    pub fn by(mut self, actor: MemberId) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Becomes one with what is unread of the same fold.
    pub fn folding(mut self, fold: impl Into<String>) -> Self {
        self.fold = Some(fold.into());
        self
    }
}

/// A kept notification.
#[derive(Debug, Clone, Queryable)]
pub struct Kept {
    /// Row id.
    pub id: i64,
    /// Whose.
    pub member_id: i64,
    /// Code of its kind.
    pub kind: String,
    /// Arguments as JSON.
    pub args: String,
    /// Where it leads.
    pub href: String,
    /// Subject; empty: none.
    pub subject: String,
    /// Id of the subject.
    pub subject_id: i64,
    /// How many became this one.
    pub folded: i32,
    /// When.
    pub created_at: Ms,
    /// When it was read.
    pub read_at: Option<Ms>,
}

impl Kept {
    /// What happened, in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        let key = format!("notice-{}", self.kind);
        if !has(lang, &key) {
            return t(lang, "notice-unknown").into_owned();
        }
        let args = self.values();
        let mut pairs: Vec<(&str, Arg)> = vec![("n", Arg::Number(i64::from(self.folded)))];
        for (name, value) in &args {
            // What has a name in each language is kept as `x` (German) and `x_en`.
            let value = args.get(&format!("{name}_en")).filter(|_| lang == Lang::En).unwrap_or(value);
            match value {
                Value::String(s) => pairs.push((name, Arg::Text(s.clone()))),
                Value::Number(n) => pairs.push((name, Arg::Number(n.as_i64().unwrap_or(0)))),
                _ => {}
            }
        }
        t_args(lang, &key, &pairs)
    }

    /// The quoted words of it, if any.
    pub fn quote(&self) -> String {
        self.values().get("text").and_then(Value::as_str).unwrap_or("").to_owned()
    }

    fn values(&self) -> serde_json::Map<String, Value> {
        serde_json::from_str(&self.args).unwrap_or_default()
    }
}

/// At most `most` characters, with a sign where something is missing.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// How loud a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every message.
    All,
    /// What speaks to the member in person.
    Mentions,
    /// Nothing.
    None,
}

impl Level {
    /// All of them.
    pub const EVERY: [Level; 3] = [Level::All, Level::Mentions, Level::None];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::None => "none",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|l| l.code() == text)
    }
}

/// Where one kind is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channels {
    /// In the house: without it nothing of the kind is kept at all.
    pub page: bool,
    /// By Web Push.
    pub push: bool,
    /// In the mail digest.
    pub mail: bool,
}

impl Channels {
    /// What a kind does for somebody who has set nothing.
    pub fn of(kind: &Kind) -> Self {
        Self { page: true, push: kind.push, mail: kind.mail }
    }
}

/// How often the digest comes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    /// Never.
    Off,
    /// Half an hour after the last visit.
    Soon,
    /// Once a day.
    Daily,
}

impl Digest {
    /// All of them.
    pub const ALL: [Digest; 3] = [Digest::Soon, Digest::Daily, Digest::Off];

    /// As stored and as in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Soon => "soon",
            Self::Daily => "daily",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == text)
    }
}

/// What a member has set for all kinds together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// Mail digest.
    pub digest: Digest,
    /// Quiet hours as minutes of the day, from and to; they may span midnight.
    pub quiet: Option<(i32, i32)>,
    /// IANA zone of the quiet hours; empty: the profile's.
    pub quiet_zone: String,
    /// Whether pushed messages carry the text, or only that there is something.
    pub push_text: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { digest: Digest::Soon, quiet: None, quiet_zone: String::new(), push_text: true }
    }
}

impl Wishes {
    /// Whether `now` lies in the quiet hours of somebody whose profile names `zone`.
    pub fn is_quiet(&self, now: Ms, zone: &str) -> bool {
        let Some((from, to)) = self.quiet else { return false };
        let name = if self.quiet_zone.is_empty() { zone } else { &self.quiet_zone };
        let clock = crate::i18n::time(now, &crate::i18n::parse_zone(name));
        let minute = minute_of(&clock).unwrap_or(0);
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

/// `22:30` as minutes of the day.
pub fn minute_of(text: &str) -> Option<i32> {
    let (h, m) = text.split_once(':')?;
    let (h, m): (i32, i32) = (h.parse().ok()?, m.get(..2)?.parse().ok()?);
    ((0..24).contains(&h) && (0..60).contains(&m)).then_some(h * 60 + m)
}

/// Minutes of the day as `22:30`.
pub fn clock_of(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A time of day typed into a field.
///
/// # Errors
/// `invalid` on `field`.
pub fn parse_clock(field: &'static str, text: &str) -> Result<i32, FieldError> {
    minute_of(text.trim()).ok_or_else(|| FieldError::new(field, "invalid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_span_midnight_in_the_members_zone() {
        let wishes = Wishes { quiet: Some((22 * 60, 7 * 60)), ..Wishes::default() };
        // 2026-11-22 23:05 UTC is 00:05 in Berlin and 18:05 in New York.
        let now = 1_795_388_700_000;
        assert!(wishes.is_quiet(now, "Europe/Berlin"));
        assert!(!wishes.is_quiet(now, "America/New_York"));
        let own = Wishes { quiet_zone: "America/New_York".into(), ..wishes.clone() };
        assert!(!own.is_quiet(now, "Europe/Berlin"));
        let day = Wishes { quiet: Some((18 * 60, 19 * 60)), ..wishes };
        assert!(day.is_quiet(now, "America/New_York") && !day.is_quiet(now, "Europe/Berlin"));
    }

    #[test]
    fn a_kind_has_its_texts_in_both_languages() {
        for lang in Lang::ALL {
            for kind in super::super::kinds::ALL {
                for key in [format!("notice-{}", kind.code), format!("notice-kind-{}", kind.code)] {
                    assert!(has(lang, &key), "{key} in {}", lang.code());
                }
                assert!(has(lang, &format!("notice-group-{}", kind.group)), "{}", kind.group);
            }
        }
    }

    #[test]
    fn times_of_day_are_read_carefully() {
        assert_eq!(minute_of("07:05"), Some(425));
        assert_eq!(clock_of(425), "07:05");
        for bad in ["", "7", "24:00", "12:60", "a:b", "-1:00"] {
            assert_eq!(minute_of(bad), None, "{bad}");
        }
    }
}
