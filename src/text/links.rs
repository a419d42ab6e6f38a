//! Affiliate links in Markdown: which links earn their writer money, and the label that says so.
//!
//! A link is taken for an affiliate link by its parameters or by the network it leads through. German law asks for a label at
//! each of them (§ 5a Abs. 4 UWG), the FTC for a clear and conspicuous one (16 CFR 255); the writer declares a link with the
//! Markdown title `ad` or `Anzeige`, the reader sees the label in the own language.

use comrak::nodes::{NodeValue, Sourcepos};
use comrak::{Arena, parse_document};
use url::Url;

/// Parameters that name who is paid.
const PARAMS: [&str; 36] = [
    "aff",
    "aff_id",
    "affid",
    "affiliate",
    "affiliate_id",
    "affiliateid",
    "a_aid",
    "a_bid",
    "amc",
    "aid",
    "associate",
    "awc",
    "awinaffid",
    "awinmid",
    "afid",
    "clickref",
    "cjevent",
    "emid",
    "epi",
    "hop",
    "idev_id",
    "irclickid",
    "irgwc",
    "mcid",
    "partner",
    "partner_id",
    "partnerid",
    "pid",
    "pubref",
    "ref",
    "ref_id",
    "refid",
    "referral",
    "referrer_id",
    "rfsn",
    "sscid",
];

/// Hosts (and those below them) through which networks count.
const NETWORKS: [&str; 44] = [
    "adcell.de",
    "adcell.com",
    "adtraction.com",
    "amzn.to",
    "anrdoezrs.net",
    "at19.net",
    "avantlink.com",
    "awin1.com",
    "awstrack.me",
    "belboon.com",
    "belboon.de",
    "bit.ly",
    "checkout-ds24.com",
    "clickbank.net",
    "clixgalore.com",
    "commission-junction.com",
    "digistore24.com",
    "dpbolvw.net",
    "emjcd.com",
    "evyy.net",
    "financeads.net",
    "flexlinks.com",
    "go2cloud.org",
    "impact.com",
    "jdoqocy.com",
    "kqzyfj.com",
    "linksynergy.com",
    "maxbounty.com",
    "neocom.de",
    "partner-ads.com",
    "pjatr.com",
    "pjtra.com",
    "prf.hn",
    "pxf.io",
    "shareasale.com",
    "shrsl.com",
    "sjv.io",
    "skimresources.com",
    "tc.tradetracker.net",
    "tkqlhce.com",
    "tradedoubler.com",
    "viglink.com",
    "webgains.com",
    "zanox.com",
];

/// Shorteners hide where they lead; they count as networks only with a parameter.
const SHORTENERS: [&str; 1] = ["bit.ly"];

/// Whether a link is taken for one that earns its writer money.
pub fn is_affiliate(link: &str) -> bool {
    let Ok(url) = Url::parse(link) else { return false };
    if !matches!(url.scheme(), "http" | "https") {
        return false;
    }
    let host = url.host_str().unwrap_or("").trim_start_matches("www.").to_lowercase();
    let below = |name: &str| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    if NETWORKS.iter().any(|n| below(n)) && !SHORTENERS.iter().any(|n| below(n)) {
        return true;
    }
    let is_shop = host.split('.').any(|part| part == "amazon" || part == "ebay");
    url.query_pairs().any(|(name, value)| {
        let name = name.to_lowercase();
        let named = PARAMS.contains(&name.as_str()) && !is_technical(&name, &value);
        let shop = is_shop && matches!(name.as_str(), "tag" | "campid") && !value.is_empty();
        let campaign = name == "utm_medium" && value.to_lowercase().starts_with("affil");
        (named && !value.is_empty()) || shop || campaign
    })
}

/// Words that a `ref` or `pid` of ordinary pages holds: where on a page somebody clicked, which article it is.
fn is_technical(name: &str, value: &str) -> bool {
    let short = matches!(name, "ref" | "aid" | "pid" | "partner" | "epi");
    let placed = ["nav", "home", "footer", "header", "hp", "sr_", "homepage", "share", "readme", "badge"];
    let value = value.to_lowercase();
    // A reference to a branch, a commit or a place on the page is no partner.
    short && (placed.iter().any(|p| value.starts_with(p)) || matches!(value.as_str(), "main" | "master" | "head"))
}

/// Whether a link's title declares it as advertising.
pub fn is_label(title: &str) -> bool {
    matches!(
        title.trim().to_lowercase().as_str(),
        "ad" | "anzeige" | "werbung" | "affiliate" | "affiliate link" | "affiliatelink"
    )
}

/// A link of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    url: String,
    at: Sourcepos,
    labelled: bool,
}

fn found(source: &str) -> Vec<Found> {
    let arena = Arena::new();
    let root = parse_document(&arena, source, &super::markdown::options(true));
    let mut out = Vec::new();
    for node in root.descendants() {
        let data = node.data.borrow();
        if let NodeValue::Link(link) = &data.value
            && is_affiliate(&link.url)
        {
            out.push(Found { url: link.url.clone(), at: data.sourcepos, labelled: is_label(&link.title) });
        }
    }
    out
}

/// The affiliate links of a Markdown text that nobody declared as advertising, in their order.
pub fn unlabelled(source: &str) -> Vec<String> {
    let mut out: Vec<String> = found(source).into_iter().filter(|l| !l.labelled).map(|l| l.url).collect();
    out.dedup();
    out
}

/// The same text with every affiliate link declared: `https://…` becomes `[https://…](https://… "Anzeige")`.
pub fn label(source: &str) -> String {
    let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
    // From the end, so that places before stay where they are.
    for link in found(source).into_iter().filter(|l| !l.labelled).rev() {
        if link.at.start.line != link.at.end.line {
            continue;
        }
        let Some(line) = lines.get_mut(link.at.start.line.saturating_sub(1)) else { continue };
        let (from, to) = (link.at.start.column.saturating_sub(1), link.at.end.column);
        let Some(text) = line.get(from..to) else { continue };
        let new = match text.strip_suffix(')').filter(|_| text.starts_with('[')) {
            // A title that says something else stays in the words of the link.
            Some(open) if !open.ends_with('"') && !open.ends_with('\'') => format!("{open} \"Anzeige\")"),
            Some(open) => {
                let cut = open.rfind(" \"").or_else(|| open.rfind(" '")).unwrap_or(open.len());
                format!("{} \"Anzeige\")", open.get(..cut).unwrap_or(open))
            }
            None => {
                let bare = text.trim_start_matches('<').trim_end_matches('>');
                format!("[{bare}]({} \"Anzeige\")", link.url)
            }
        };
        line.replace_range(from..to, &new);
    }
    lines.join("\n")
}

/// What stands in stored HTML where a reader sees the label; [`fill_labels`] puts the words in.
pub const LABEL: &str = "<span class=\"ad-label\"></span>";

/// Puts the label's words into cleaned HTML.
pub fn fill_labels(html: &mut String, words: &str) {
    if html.contains(LABEL) {
        *html = html.replace(LABEL, &format!("<span class=\"ad-label\">{words}</span>"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_earn_money_are_known() {
        // The set the bar is measured with: 40 links of networks, shops and house programs, 40 ordinary ones.
        let file = include_str!("../../tests/fixtures/links.txt");
        let (mut hits, mut all, mut false_alarms, mut plain) = (0, 0, 0, 0);
        for line in file.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
            let (kind, url) = line.split_once(' ').unwrap();
            match (kind, is_affiliate(url)) {
                ("ad", found) => {
                    all += 1;
                    hits += i32::from(found);
                }
                (_, found) => {
                    plain += 1;
                    false_alarms += i32::from(found);
                    assert!(!found, "{url}");
                }
            }
        }
        assert!(hits * 100 >= all * 95, "{hits} of {all} found");
        assert!(false_alarms * 100 <= plain * 2, "{false_alarms} of {plain}");
    }

    #[test]
    fn one_click_declares_every_link() {
        let text = "Über ä https://shop.example/?ref=mara7 und [dort](https://awin1.com/c?x=1) \
                    und [hier](https://a.example/?aff=1 \"Anzeige\")\n\n`https://a.example/?aff=1`";
        assert_eq!(unlabelled(text).len(), 2);
        let new = label(text);
        assert!(unlabelled(&new).is_empty(), "{new}");
        assert!(
            new.contains("[https://shop.example/?ref=mara7](https://shop.example/?ref=mara7 \"Anzeige\")"),
            "{new}"
        );
        assert!(new.contains("[dort](https://awin1.com/c?x=1 \"Anzeige\")"), "{new}");
        assert!(new.ends_with("`https://a.example/?aff=1`"));
    }
}
