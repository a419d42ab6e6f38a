//! Step two: two members talk in a niche room; a third never learns of it; without JavaScript it works as well.

use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_members_talk_live_and_a_third_learns_nothing_in_german() {
    talk(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_talk_live_and_a_third_learns_nothing_in_english() {
    talk(Lang::En).await;
}

/// How often `text` stands in the log of the room.
async fn lines_with(who: &Browser, text: &str) -> u64 {
    let body = "return [...document.querySelectorAll('.log .line-body')].filter((l) => l.innerText.includes(arguments[0])).length";
    who.run(body, vec![json!(text)]).await.as_u64().unwrap_or(0)
}

async fn hears(who: &Browser, text: &str) {
    who.until(&format!("document.querySelector('.log').innerText.includes({})", json!(text))).await;
}

async fn says(who: &Browser, text: &str) {
    who.see(".chat-form textarea").await.send_keys(text).await.unwrap();
    who.click(".chat-form button.btn-primary").await;
}

async fn talk(lang: Lang) {
    let server = Server::start().await;
    let manager = server.manager().await;
    let niche = json!({ "slug": "heimfitness", "name": { "de": "Heimfitness", "en": "Home fitness" } });
    manager.post("/api/v1/niches", niche).await.expect(201);
    let room = json!({ "slug": "ruderrunde", "name": "ruderrunde", "topic": "Rudern", "access": "tier",
                       "min_tier": "pro", "niche": "heimfitness" });
    let room = manager.post("/api/v1/rooms", room).await.expect(201).id();
    let ada = server.db_member("Ada Brandt", Role::Member, 0, lang).await;
    let ben = server.db_member("Ben Okoro", Role::Member, 0, lang).await;
    let cleo = server.db_member("Cleo Fuchs", Role::Member, 0, lang).await;
    for member in [&ada, &ben] {
        let tier = json!({ "tier_override": "pro" });
        manager.patch(&format!("/api/v1/members/{}", member.member.0), tier).await.expect(200);
        let joined = member.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await;
        assert!(joined.status.is_success(), "{}", joined.text);
    }
    let with_ada = Browser::of(&server, &ada, "room-ada", lang).await;
    let with_ben = Browser::of(&server, &ben, "room-ben", lang).await;
    with_ada.goto("/").await;
    with_ada.click(".sidebar a[href='/rooms/ruderrunde']").await;
    with_ben.goto("/rooms/ruderrunde").await;
    for browser in [&with_ada, &with_ben] {
        browser.see(".conn[data-state='live']").await;
    }
    says(&with_ada, "Wer rudert morgen?").await;
    hears(&with_ben, "Wer rudert morgen?").await;
    says(&with_ben, "Ich, um sieben!").await;
    hears(&with_ada, "Ich, um sieben!").await;
    for browser in [&with_ada, &with_ben] {
        all_well(&browser.inspect("talk").await);
        browser.driver.refresh().await.unwrap();
        hears(browser, "Ich, um sieben!").await;
        for text in ["Wer rudert morgen?", "Ich, um sieben!"] {
            assert_eq!(lines_with(browser, text).await, 1, "{text} shows once");
        }
    }
    with_ada.quit().await;

    let third = Browser::of(&server, &cleo, "room-cleo", lang).await;
    for page in ["/", "/rooms", "/niches/heimfitness"] {
        third.goto(page).await;
        assert_eq!(third.status().await, 200);
        assert!(
            !third.run("return document.documentElement.outerHTML", vec![]).await.to_string().contains("ruderrunde"),
            "{page}"
        );
    }
    third.goto("/rooms/ruderrunde").await;
    assert_eq!(third.status().await, 404);
    third.quit().await;

    // No script: the page shows what was said, the form posts, and the others hear it live.
    let plain = Browser::of(&server, &ada, "room-plain", lang).await.without_scripts().await;
    plain.goto("/rooms/ruderrunde").await;
    hears(&plain, "Ich, um sieben!").await;
    says(&plain, "Heute ohne Skript.").await;
    hears(&plain, "Heute ohne Skript.").await;
    all_well(&plain.overflow().await);
    plain.shot("talk").await;
    with_ben.see(".conn[data-state='live']").await;
    hears(&with_ben, "Heute ohne Skript.").await;
    assert_eq!(lines_with(&with_ben, "Heute ohne Skript.").await, 1);
    all_well(&with_ben.complaints("").await);
    plain.quit().await;
    with_ben.quit().await;
    server.stop().await;
}
