//! Opens and clicks, of readers who allow it and of nobody else (§ 25 TDDDG, Art. 6 GDPR): what a measured mail carries in the place
//! of its links, where such a link leads, and what counts as a person.

use super::keys::Key;
use super::store::{self, Seen};
use crate::db::{Conn, Ms, SECOND, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::text::merge;
use crate::web::viewer::MemberId;

/// Longer addresses are not measured; they lead straight to where they lead.
const MOST: usize = 2_000;
/// A mail is not read sooner after it was handed over: programs that look into mails are.
const TOO_SOON: Ms = 3 * SECOND;
/// So many different links within [`BURST`] are opened by a program that tries them all.
const BURST_LINKS: usize = 3;
/// See [`BURST_LINKS`].
const BURST: Ms = 3 * SECOND;

/// Words in the names of programs that open links without anybody looking. Proxies that fetch pictures when a person opens the mail
/// (Gmail, Yahoo) are not among them.
const PROGRAMS: [&str; 16] = [
    "bot",
    "crawl",
    "spider",
    "scan",
    "preview",
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "headless",
    "curl",
    "wget",
    "python",
    "java/",
    "go-http",
    "okhttp",
];

/// What happened to a measured mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Its picture was fetched.
    Opened,
    /// A link was followed.
    Clicked,
}

impl Happened {
    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Opened => "open",
            Self::Clicked => "click",
        }
    }
}

/// Replaces the web addresses of links by what `mark` makes of them; what it leaves (`None`) stays.
pub fn marked(html: &str, mut mark: impl FnMut(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::with_capacity(html.len() + 256), html);
    while let Some(at) = rest.find("href=\"") {
        let from = at + "href=\"".len();
        let Some(len) = rest[from..].find('"') else { break };
        let shown = &rest[from..from + len];
        let url = shown
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        out.push_str(&rest[..from]);
        match Some(url).filter(|u| is_web && u.len() <= MOST).and_then(|u| mark(&u)) {
            Some(mark) => out.push_str(&merge::html(&mark)),
            None => out.push_str(shown),
        }
        rest = &rest[from + len..];
    }
    out.push_str(rest);
    out
}

/// Where a link of a campaign leads for a member.
#[derive(Debug)]
pub struct Target {
    /// Campaign.
    pub campaign: i64,
    /// The address as the campaign has it, merge fields in it.
    pub link: String,
    /// The address for this member.
    pub url: String,
}

/// Finds out where a link leads; the address comes from the campaign, so the house sends nobody where a manager did not.
///
/// # Errors
/// [`Error::NotFound`] when there is no such link, or it cannot be filled in for somebody who is gone.
pub fn target(conn: &mut Conn, link: i64, member: MemberId) -> Result<Target> {
    let (campaign, link) = store::find_link(conn, link)?;
    if !link.contains("{{") {
        return Ok(Target { campaign, url: link.clone(), link });
    }
    let stored = store::find(conn, campaign)?;
    let program = store::find_link_program(conn, stored.program_id)?;
    let to = store::list_recipients(conn, &[member.0], program)?.pop().ok_or(Error::NotFound)?;
    let reference = to.reference.unwrap_or_default();
    let own = match store::find_link_base(conn, stored.program_id)? {
        Some(base) if !reference.is_empty() => merge::affiliate_link(&base, &reference),
        _ if link.contains("{{affiliate.") => return Err(Error::NotFound),
        _ => String::new(),
    };
    let tiers = crate::members::store::list_tiers(conn)?;
    let tier = tiers.iter().rev().find(|t| t.rank <= to.tier_rank).map_or("", |t| t.name(to.lang));
    let url = link
        .replace("{{affiliate.link}}", &own)
        .replace("{{affiliate.ref}}", &merge::percent(&reference))
        .replace("{{member.name}}", &merge::percent(&to.name))
        .replace("{{member.tier}}", &merge::percent(tier));
    if url.starts_with("https://") || url.starts_with("http://") {
        Ok(Target { campaign, link, url })
    } else {
        Err(Error::NotFound)
    }
}

/// Keeps what a reader did, if the mail was measured and the reader still allows it. What a program did is kept apart and
/// counts nowhere.
///
/// # Errors
/// When the database fails.
pub async fn record(
    house: &House,
    campaign: i64,
    member: MemberId,
    what: Happened,
    link: String,
    agent: String,
) -> Result<()> {
    house.db.write_background(move |tx| keep(tx, campaign, member, what, &link, &agent)).await
}

fn keep(tx: &mut Tx<'_>, campaign: i64, member: MemberId, what: Happened, link: &str, agent: &str) -> Result<()> {
    let Some(sent_at) = store::find_measured(tx, campaign, member)? else { return Ok(()) };
    let now = tx.now();
    let lately: Vec<Seen> = store::list_seen_since(tx, campaign, member, now - BURST)?;
    let mut links: Vec<&str> = lately.iter().filter(|s| s.kind != "open").map(|s| s.url.as_str()).collect();
    links.push(link);
    links.sort_unstable();
    links.dedup();
    let tries_all = what == Happened::Clicked && links.len() >= BURST_LINKS;
    if tries_all {
        store::mark_scanned(tx, campaign, member, now - BURST)?;
    }
    let is_program = tries_all || now - sent_at < TOO_SOON || is_program(agent);
    let kind = if is_program { "scan" } else { what.code() };
    // The same again within a moment is one look: mail programs fetch a picture more than once.
    if lately.iter().any(|s| s.kind == kind && s.url == link) {
        return Ok(());
    }
    store::insert_event(tx, campaign, member, kind, link)
}

fn is_program(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    agent.trim().is_empty() || PROGRAMS.iter().any(|word| agent.contains(word))
}

/// The member and the link of a click, or the member and the campaign of an open.
///
/// # Errors
/// [`Error::NotFound`] when the token is not one of ours.
pub async fn read_token(house: &House, what: Happened, token: String) -> Result<(i64, MemberId)> {
    house.db.read(move |c| Key::find(c)?.and_then(|key| key.seen_of(what.code(), &token)).ok_or(Error::NotFound)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_marked_and_what_is_no_web_address_stays() {
        let mut seen = Vec::new();
        let html = marked(
            "<a href=\"https://x.example/?a=1&amp;b=2\">x</a> <a href=\"mailto:a@b.example\">m</a> <a href=\"#p1\">p</a>",
            |url| {
                seen.push(url.to_owned());
                Some("https://k.example/c/1".into())
            },
        );
        assert_eq!(seen, ["https://x.example/?a=1&b=2"]);
        assert_eq!(
            html,
            "<a href=\"https://k.example/c/1\">x</a> <a href=\"mailto:a@b.example\">m</a> <a href=\"#p1\">p</a>"
        );
        assert_eq!(marked("<a href=\"https://x.example/\">x</a>", |_| None), "<a href=\"https://x.example/\">x</a>");
    }

    #[test]
    fn programs_are_told_from_people() {
        for agent in [
            "",
            "Mozilla/5.0 (compatible; Googlebot/2.1)",
            "python-requests/2",
            "BarracudaCentral",
            "HeadlessChrome/120",
        ] {
            assert!(is_program(agent), "{agent}");
        }
        for agent in [
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            "Mozilla/5.0 (iPhone)",
        ] {
            assert!(!is_program(agent), "{agent}");
        }
    }
}
