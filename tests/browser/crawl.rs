//! Every page that a link leads to, as every kind of person sees it: it is there, axe finds nothing, nothing is too wide
//! or jumps, the console is silent; on a phone and a desktop, light and dark.

use crate::house::Client;
use crate::support::Browser;
use std::collections::{BTreeSet, VecDeque};

/// Pages whose controls differ so much by role that each role looks at them anew.
const AGAIN: [&str; 6] = ["/", "/threads/:", "/members/:", "/library/:", "/niches/:", "/rooms/:"];

/// What has been seen, and what was wrong with it.
#[derive(Default)]
pub struct Walk {
    seen: BTreeSet<String>,
    pub wrong: Vec<String>,
}

/// The kind of page behind an address: ids and names are all the same, queries do not count.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/');
    let mut out = Vec::new();
    let mut before = "";
    for part in path.split('/').skip(1) {
        let named = matches!(before, "niches" | "rooms" | "threads" | "members" | "library" | "newsletters" | "tags")
            && !matches!(part, "new" | "rooms" | "import" | "collections" | "training" | "bulk" | "usage" | "quality");
        let id = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let token = part.len() >= 20;
        out.push(if named || id || token { ":" } else { part });
        // A slug may follow the id of a thread, unless it is a page of its own.
        if before == "threads" {
            out.extend(path.rsplit('/').next().filter(|last| ["print", "find", "move", "acks"].contains(last)));
            break;
        }
        before = part;
    }
    format!("/{}", out.join("/"))
}

fn leads_to_a_page(path: &str) -> bool {
    path.starts_with('/')
        && !["/assets/", "/api/", "/u/", "/s2s/", "/setup/"].iter().any(|p| path.starts_with(p))
        && !path.contains("/download")
}

impl Walk {
    /// Told at once: a walk takes minutes, and one that is cut off shall have said what it saw.
    fn note(&mut self, wrong: String) {
        eprintln!("{wrong}");
        self.wrong.push(wrong);
    }

    /// Follows every link from `starts`, in the browser of somebody whose requests `client` makes as well.
    pub async fn on(&mut self, browser: &Browser, client: &Client, starts: &[&str]) {
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut waiting: VecDeque<(String, String)> =
            starts.iter().map(|s| ((*s).to_owned(), "the start".to_owned())).collect();
        while let Some((path, from)) = waiting.pop_front() {
            let kind = kind(&path);
            if !known.insert(kind.clone()) {
                continue;
            }
            let answer = client.get(&path).await;
            if answer.status.is_redirection() {
                let to = answer.header("location").to_owned();
                if leads_to_a_page(&to) {
                    waiting.push_back((to, path));
                }
                continue;
            }
            if answer.status != 200 {
                self.note(format!("{}: {from} leads to {path}, which answers {}", browser.name, answer.status));
                continue;
            }
            if !answer.header("content-type").starts_with("text/html") {
                continue;
            }
            let fresh = self.seen.insert(kind.clone());
            if fresh || AGAIN.contains(&kind.as_str()) {
                for wrong in browser.examine(&path, "").await {
                    self.note(wrong);
                }
                for link in browser.links().await {
                    if leads_to_a_page(&link) {
                        waiting.push_back((link, path.clone()));
                    }
                }
            }
        }
        println!(
            "{} saw {} kinds of page: {}",
            browser.name,
            known.len(),
            known.into_iter().collect::<Vec<_>>().join(" ")
        );
    }
}
