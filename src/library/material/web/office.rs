//! What the team wants to know of the library: use and quality.

use crate::db::{Conn, DAY, Ms};
use crate::error::Result;
use crate::library::material::model::Details;
use crate::library::material::{prints, store};
use crate::web::guards::Manager;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A resource untouched for this long is looked at again.
const OUTDATED: Ms = 180 * DAY;
/// A resource nobody took for this long is looked at.
const UNUSED: Ms = 90 * DAY;

/// How often one thing was taken.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Count {
    /// Resource; none for formats and tiers.
    pub id: Option<i64>,
    /// What it is.
    pub name: String,
    /// Downloads, each member's once a day for each file.
    pub downloads: i64,
    /// People at least: those of the largest group.
    pub people: i64,
}

/// Use of the library over some days.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Usage {
    /// Days looked at.
    pub days: i64,
    /// Downloads of all.
    pub downloads: i64,
    /// People who took something.
    pub people: i64,
    /// Resources taken at least once.
    pub taken: usize,
    /// Published resources nobody took.
    pub idle: usize,
    /// The most taken, at most 50.
    pub resources: Vec<Count>,
    /// By format.
    pub formats: Vec<Count>,
    /// By tier rank.
    pub tiers: Vec<Count>,
    /// By kind.
    pub kinds: Vec<Count>,
    /// Downloads of each day, oldest first.
    pub by_day: Vec<i64>,
}

fn ranked(map: BTreeMap<String, Count>) -> Vec<Count> {
    let mut out: Vec<Count> = map.into_values().collect();
    out.sort_by(|a, b| b.downloads.cmp(&a.downloads).then(a.name.cmp(&b.name)));
    out
}

/// Use of the library in the last `days` days.
///
/// # Errors
/// When the database cannot be read.
pub fn usage_of(conn: &mut Conn, days: i64, now: Ms) -> Result<Usage> {
    let from = now - days * DAY;
    let rows = store::count_downloads(conn, from)?;
    let subjects = store::list_subjects(conn)?;
    let tiers = crate::members::store::list_tiers(conn)?;
    let mut resources: BTreeMap<String, Count> = BTreeMap::new();
    let mut formats: BTreeMap<String, Count> = BTreeMap::new();
    let mut by_tier: BTreeMap<String, Count> = BTreeMap::new();
    let mut kinds: BTreeMap<String, Count> = BTreeMap::new();
    for (rank, downloads, people) in store::count_tiers(conn, from)? {
        let tier = tiers.iter().find(|t| t.rank == rank).map_or_else(|| rank.to_string(), |t| t.slug.clone());
        by_tier.insert(tier.clone(), Count { id: None, name: tier, downloads, people });
    }
    for (id, format, n, people) in &rows {
        let subject = subjects.iter().find(|s| s.id == *id);
        let title = subject.map_or_else(|| format!("#{id}"), |s| s.title.clone());
        let kind = subject.map_or_else(String::new, |s| s.kind.clone());
        for (map, key, name, id) in [
            (&mut resources, id.to_string(), title, Some(*id)),
            (&mut formats, format.clone(), format.clone(), None),
            (&mut kinds, kind.clone(), kind, None),
        ] {
            let count = map.entry(key).or_insert_with(|| Count { id, name, ..Count::default() });
            count.downloads += n;
            count.people = count.people.max(*people);
        }
    }
    let per_day = store::count_days(conn, from)?;
    let last = now / DAY;
    let by_day = (last - days + 1..=last)
        .map(|day| per_day.iter().find(|(d, _)| i64::from(*d) == day).map_or(0, |(_, n)| *n))
        .collect();
    let taken = resources.len();
    let idle = subjects.iter().filter(|s| !resources.contains_key(&s.id.to_string())).count();
    let mut top = ranked(resources);
    top.truncate(50);
    Ok(Usage {
        days,
        downloads: rows.iter().map(|r| r.2).sum(),
        people: store::count_takers(conn, from)?,
        taken,
        idle,
        resources: top,
        formats: ranked(formats),
        tiers: ranked(by_tier),
        kinds: ranked(kinds),
        by_day,
    })
}

/// Something that wants attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Issue {
    /// The resource.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// `expired`, `outdated`, `language_de`, `language_en`, `no_alt`, `no_file`, `empty`, `unplaced`, `copy_file`,
    /// `copy_text`, `low_stars` or `unused`.
    pub reason: String,
    /// What is behind it: the other resource, a date.
    pub about: String,
}

/// Everything that wants attention, the gravest first.
///
/// # Errors
/// When the database cannot be read.
pub fn quality_of(conn: &mut Conn, now: Ms) -> Result<Vec<Issue>> {
    let subjects = store::list_subjects(conn)?;
    let languages = store::list_text_languages(conn)?;
    let (no_alt, with_files) = (store::list_without_alt(conn)?, store::list_with_files(conn)?);
    let today = crate::i18n::iso(now);
    let today = today.get(..10).unwrap_or("");
    let mut out = Vec::new();
    for s in &subjects {
        let mut add = |reason: &str, about: String| {
            out.push(Issue {
                id: s.id,
                title: s.title.clone(),
                kind: s.kind.clone(),
                reason: reason.to_owned(),
                about,
            });
        };
        let details: Details = s.details.as_deref().and_then(|d| serde_json::from_str(d).ok()).unwrap_or_default();
        if let Some(day) = s.valid_until.as_deref().filter(|d| *d < today) {
            add("expired", day.to_owned());
        } else if s.offer_until.is_some_and(|at| at <= now) {
            add(
                "expired",
                s.offer_until.map(crate::i18n::iso).and_then(|d| d.get(..10).map(str::to_owned)).unwrap_or_default(),
            );
        }
        if s.star_count > 0 && s.star_sum < 3 * s.star_count {
            add("low_stars", format!("{:.1} ({})", s.star_sum as f64 / s.star_count as f64, s.star_count));
        }
        let own: Vec<&str> = languages.iter().filter(|(id, _)| *id == s.id).map(|(_, l)| l.as_str()).collect();
        for lang in crate::i18n::Lang::ALL {
            let text_lacks = !own.is_empty() && !own.contains(&lang.code());
            if text_lacks || details.missing().contains(&lang) {
                add(&format!("language_{}", lang.code()), String::new());
            }
        }
        let has_files = with_files.contains(&s.id);
        if no_alt.contains(&s.id) {
            add("no_alt", String::new());
        }
        if !has_files && matches!(s.kind.as_str(), "image" | "brand") && details.is_empty() {
            add("no_file", String::new());
        } else if !has_files && details.is_empty() && own.is_empty() {
            add("empty", String::new());
        }
        if s.niche_id.is_none() && s.program_id.is_none() {
            add("unplaced", String::new());
        }
        if now - s.updated_at > OUTDATED {
            add("outdated", crate::i18n::iso(s.updated_at).get(..10).unwrap_or("").to_owned());
        }
        if s.downloads == 0 && now - s.created_at > UNUSED {
            add("unused", String::new());
        }
    }
    out.extend(copies(conn, &subjects)?);
    out.sort_by_key(|i| (REASONS.iter().position(|r| *r == i.reason), i.id));
    Ok(out)
}

const REASONS: [&str; 12] = [
    "expired",
    "empty",
    "no_file",
    "low_stars",
    "language_de",
    "language_en",
    "no_alt",
    "copy_file",
    "copy_text",
    "unplaced",
    "outdated",
    "unused",
];

/// Resources that hold the same file or nearly the same text as an earlier one.
fn copies(conn: &mut Conn, subjects: &[store::Subject]) -> Result<Vec<Issue>> {
    let find = |id: i64| subjects.iter().find(|s| s.id == id);
    let mut out: Vec<Issue> = Vec::new();
    let mut add = |id: i64, first: i64, reason: &str| {
        let (Some(s), Some(other)) = (find(id), find(first)) else { return };
        let issue = Issue {
            id,
            title: s.title.clone(),
            kind: s.kind.clone(),
            reason: reason.to_owned(),
            about: format!("{}: {}", other.id, other.title),
        };
        if !out.contains(&issue) {
            out.push(issue);
        }
    };
    let files = store::list_same_files(conn)?;
    for (i, (hash, id, _)) in files.iter().enumerate() {
        if let Some((_, first, _)) = files[..i].iter().find(|(h, other, _)| h == hash && other != id) {
            add(*id, *first, "copy_file");
        }
    }
    // Ten thousand prints are fifty million comparisons of one instruction each: a few hundredths of a second.
    let all = store::list_prints(conn)?;
    for (i, (id, _, print)) in all.iter().enumerate() {
        if let Some((first, ..)) = all[..i].iter().find(|(other, _, p)| other != id && prints::is_near(*p, *print)) {
            add(*id, *first, "copy_text");
        }
    }
    Ok(out)
}

/// How far to look back.
#[derive(Debug, Default, Deserialize)]
pub struct DaysQuery {
    days: Option<i64>,
}

#[derive(Serialize)]
struct Bar {
    name: String,
    href: String,
    downloads: i64,
    people: i64,
    share: i64,
}

#[derive(Serialize)]
struct Span {
    href: String,
    label: String,
    current: bool,
}

#[derive(Serialize)]
struct UsageView {
    spans: Vec<Span>,
    downloads: i64,
    people: i64,
    taken: usize,
    idle: usize,
    resources: Vec<Bar>,
    formats: Vec<Bar>,
    tiers: Vec<Bar>,
    kinds: Vec<Bar>,
    line: String,
    area: String,
    most: i64,
}

fn bars(counts: Vec<Count>, name: impl Fn(&Count) -> String) -> Vec<Bar> {
    let most = counts.iter().map(|c| c.downloads).max().unwrap_or(0).max(1);
    counts
        .into_iter()
        .map(|c| Bar {
            name: name(&c),
            href: c.id.map_or_else(String::new, |id| format!("/library/{id}")),
            share: c.downloads * 100 / most,
            downloads: c.downloads,
            people: c.people,
        })
        .collect()
}

/// `GET /manage/library/usage`
pub async fn usage(me: Manager, query: web::Query<DaysQuery>) -> Result<HttpResponse> {
    use crate::i18n::t;
    let (days, now, lang) = (query.days.unwrap_or(30).clamp(1, 366), me.house.db.now(), me.lang());
    let (usage, tiers) =
        me.house.db.read(move |c| Ok((usage_of(c, days, now)?, crate::members::store::list_tiers(c)?))).await?;
    let most = usage.by_day.iter().copied().max().unwrap_or(0).max(1);
    let count = i64::try_from(usage.by_day.len()).unwrap_or(1).max(2);
    let points: Vec<String> = usage
        .by_day
        .iter()
        .zip(0_i64..)
        .map(|(n, i)| format!("{},{}", 10 + i * 620 / (count - 1), 150 - n * 130 / most))
        .collect();
    let line = format!("M{}", points.join(" L"));
    let view = UsageView {
        spans: [7, 30, 90, 365]
            .map(|n| Span {
                href: format!("/manage/library/usage?days={n}"),
                label: crate::i18n::t_args(lang, "material-days", &[("n", crate::i18n::Arg::Number(n))]),
                current: n == days,
            })
            .into(),
        downloads: usage.downloads,
        people: usage.people,
        taken: usage.taken,
        idle: usage.idle,
        resources: bars(usage.resources, |c| c.name.clone()),
        formats: bars(usage.formats, |c| c.name.clone()),
        tiers: bars(usage.tiers, |c| {
            tiers.iter().find(|t| t.slug == c.name).map_or_else(|| c.name.clone(), |t| t.name(lang).to_owned())
        }),
        kinds: bars(usage.kinds, |c| t(lang, &format!("library-kind-{}", c.name)).into_owned()),
        area: format!("{line} L630,150 L10,150 Z"),
        line,
        most,
    };
    me.page("library/usage", "material-usage-title").nav("manage").show(&view).await
}

#[derive(Serialize)]
struct IssueLine {
    id: i64,
    title: String,
    kind: String,
    about: String,
    href: String,
}

#[derive(Serialize)]
struct IssueGroup {
    reason: String,
    hint: String,
    issues: Vec<IssueLine>,
}

#[derive(Serialize)]
struct QualityView {
    groups: Vec<IssueGroup>,
    total: usize,
}

/// `GET /manage/library/quality`
pub async fn quality(me: Manager) -> Result<HttpResponse> {
    use crate::i18n::t;
    let (now, lang) = (me.house.db.now(), me.lang());
    let issues = me.house.db.read(move |c| quality_of(c, now)).await?;
    let total = issues.len();
    let mut groups: Vec<IssueGroup> = Vec::new();
    let mut last = String::new();
    for issue in issues {
        if issue.reason != last {
            groups.push(IssueGroup {
                reason: t(lang, &format!("material-issue-{}", issue.reason)).into_owned(),
                hint: t(lang, &format!("material-issue-{}-hint", issue.reason)).into_owned(),
                issues: Vec::new(),
            });
            last.clone_from(&issue.reason);
        }
        let texts = matches!(issue.reason.as_str(), "copy_text" | "outdated" | "unplaced");
        let line = IssueLine {
            href: format!("/manage/library/{}{}", issue.id, if texts { "" } else { "/material" }),
            kind: t(lang, &format!("library-kind-{}", issue.kind)).into_owned(),
            id: issue.id,
            title: issue.title,
            about: issue.about,
        };
        if let Some(group) = groups.last_mut() {
            group.issues.push(line);
        }
    }
    me.page("library/quality", "material-quality-title").nav("manage").show(&QualityView { groups, total }).await
}
