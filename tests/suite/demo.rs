//! The demo: it starts by itself, and every main page of it opens for every role in both languages.

use crate::support::config;
use kontor::commands::demo::{self, Demo, LOGINS, PASSWORD};
use kontor::db::Clock;

async fn demo() -> Demo {
    let dir = std::env::temp_dir();
    demo::start(config(&dir, &[]), Clock::default()).await.unwrap()
}

/// Signs in as a browser does and keeps the cookies.
async fn browser(base: &str, email: &str) -> reqwest::Client {
    let http = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let page = http
        .post(format!("{base}/login"))
        .header("origin", base)
        .form(&[("email", email), ("password", PASSWORD), ("next", "/library")])
        .send()
        .await
        .unwrap();
    assert_eq!((page.status().as_u16(), page.url().path()), (200, "/library"), "{email} cannot sign in");
    http
}

/// Keys of our texts that stand in a page instead of the text.
fn raw_keys(html: &str) -> Vec<String> {
    let known = kontor::i18n::keys(kontor::i18n::Lang::De);
    let visible: String =
        html.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text)).collect::<Vec<_>>().join("\n");
    let words = visible.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    words.filter(|w| w.contains('-') && known.binary_search(&(*w).to_owned()).is_ok()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_main_page_opens_for_every_role_in_both_languages() {
    let demo = demo().await;
    let base = format!("http://{}", demo.running.address);
    let everybody = [
        "/",
        "/styleguide",
        "/library",
        "/library/1",
        "/library/2?variant=long&lang=en",
        "/niches",
        "/niches/heimfitness",
        "/threads/1",
        "/rooms",
        "/rooms/foyer",
        "/members",
        "/members/4",
        "/me",
        "/me/standing",
        "/me/subscriptions",
        "/me/security",
        "/me/privacy",
        "/search?q=Rudern",
    ];
    let team = [
        "/moderate",
        "/manage/applications",
        "/manage/niches",
        "/manage/rooms",
        "/manage/programs",
        "/manage/programs/1",
        "/manage/imports",
        "/manage/imports/1",
        "/manage/invitations",
        "/manage/invitations/1",
        "/manage/library",
        "/manage/library/new",
        "/manage/library/1",
        "/manage/library/1/preview",
    ];
    for (role, email) in LOGINS {
        let http = browser(&base, email).await;
        let is_team = !role.starts_with("Partner");
        for lang in ["de", "en"] {
            http.post(format!("{base}/preferences"))
                .header("origin", &base)
                .form(&[("lang", lang)])
                .send()
                .await
                .unwrap();
            for path in everybody.iter().chain(team.iter().filter(|_| is_team)) {
                let page = http.get(format!("{base}{path}")).send().await.unwrap();
                let (status, html) = (page.status().as_u16(), page.text().await.unwrap());
                assert_eq!(status, 200, "{path} as {role}: {html}");
                assert_eq!(raw_keys(&html), Vec::<String>::new(), "{path} as {role} in {lang}");
            }
        }
    }
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_starts_with_true_tiers_and_leaves_nothing_behind() {
    let demo = demo().await;
    let folder = demo.running.house.config.data_dir.clone();
    assert!(folder.is_dir() && demo.running.house.config.demo && demo.running.house.config.smtp.is_none());
    let moved = demo.running.house.db.write(|tx| {
        use diesel::prelude::*;
        use kontor::db::schema::members;
        let all: Vec<i64> = members::table.filter(members::role.eq("member")).select(members::id).load(&mut **tx)?;
        kontor::programs::tiers::recompute(tx, &all)
    });
    assert_eq!(moved.await.unwrap(), 0, "somebody's tier is not what the sales say");
    demo.stop().await;
    assert!(!folder.exists());
}
