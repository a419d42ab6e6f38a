//! The forum as a workshop: similar threads and a template while writing, a label before an affiliate link goes out, a poll,
//! an accepted answer, a draft on another device, marks, what is kept, posts that move.

use crate::house::Server;
use crate::support::{Browser, all_well};
use diesel::prelude::*;
use kontor::db::schema::forum_drafts;
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;
use std::time::{Duration, Instant};

/// Waits for a draft with such a text to be in the house, asking the database: the reader's own requests are counted.
async fn draft_comes<F: Future<Output = ()>>(server: &Server, text: &str, meanwhile: impl Fn() -> F) {
    let (began, like) = (Instant::now(), format!("%{text}%"));
    loop {
        let like = like.clone();
        let found = server.house().db.read(move |c| {
            Ok(forum_drafts::table.filter(forum_drafts::body.like(&like)).count().get_result::<i64>(c)?)
        });
        if found.await.unwrap() > 0 {
            return;
        }
        meanwhile().await;
        assert!(began.elapsed() < Duration::from_secs(30), "the draft with {text} never came");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forum_is_a_workshop_in_german() {
    workshop(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forum_is_a_workshop_in_english() {
    workshop(Lang::En).await;
}

async fn workshop(lang: Lang) {
    let server = Server::start().await;
    let manager = server.manager().await;
    let niche = json!({ "slug": "heimfitness", "name": { "de": "Heimfitness", "en": "Home fitness" } });
    manager.post("/api/v1/niches", niche).await.expect(201);
    let forum = json!({"promo_days": 7, "rules_de": "Zahlen mit Quelle.", "rules_en": "Figures with a source."});
    manager.put("/api/v1/niches/heimfitness/forum", forum).await.expect(204);
    let ada = server.db_member("Ada Brandt", Role::Member, 0, lang).await;
    let ben = server.db_member("Ben Okoro", Role::Member, 0, lang).await;
    let tom = server.db_member("Tom Alder", Role::Moderator, 0, lang).await;
    let old = json!({"title": "Rudergerät und Lärm im Haus", "body": "Wie laut ist es?"});
    let old = ben.post("/api/v1/niches/heimfitness/threads", old).await.expect(201).json();
    server.drain().await;
    let with_ada = Browser::of(&server, &ada, "workshop-ada", lang).await;

    // Writing: what is alike shows, the kind brings its template, a tool marks what is selected.
    with_ada.goto("/niches/heimfitness/new").await;
    with_ada.fill("title", "Lärm vom Rudergerät").await;
    with_ada.see("[data-similar-list] a").await;
    with_ada.choose("kind", "question").await;
    with_ada.click("[data-template]").await;
    with_ada.until("document.getElementById('c-body').value.length > 20").await;
    with_ada.run("const a = document.getElementById('c-body'); a.focus(); a.setSelectionRange(0, 3);", vec![]).await;
    with_ada.click("[data-tool=bold]").await;
    with_ada.until("document.getElementById('c-body').value.startsWith('**')").await;
    with_ada.fill("tags", "Rudern, Lärm").await;
    all_well(&with_ada.inspect("writing").await);
    // Left without sending, it is there on the next visit, from the house and not from this browser alone.
    draft_comes(&server, "**", || async {}).await;
    // Where the house has too much to do, it comes later.
    let more = "const a = document.getElementById('c-body'); a.value += ' Später.'; \
                a.dispatchEvent(new Event('input', { bubbles: true }));";
    with_ada.run(more, vec![]).await;
    let began = Instant::now();
    draft_comes(&server, "Später.", || async {
        if began.elapsed() < Duration::from_secs(3) {
            ada.get("/api/v1/me").await;
        }
    })
    .await;
    with_ada.goto("/me/drafts").await;
    with_ada.run("localStorage.clear()", vec![]).await;
    with_ada.click("main .item-title").await;
    with_ada.until("document.getElementById('c-body').value.startsWith('**')").await;
    with_ada.fill("body", "Welche Matte hilft? Ich nutze https://shop.example/matte?ref=ada7").await;
    with_ada.choose("kind", "question").await;
    with_ada.submit("main form:has([name='body'])").await;
    // Nothing goes out without a word, and nothing typed is lost.
    with_ada.see("[name=disclosure][value=label]").await;
    all_well(&with_ada.inspect("unlabelled").await);
    with_ada.click("[name=disclosure][value=label]").await;
    with_ada.arrives("/threads/").await;
    with_ada
        .until(&format!("document.querySelector('#p1 .ad-label').textContent === '{}'", lang.pick("Anzeige", "Ad")))
        .await;
    let address = with_ada.path().await;
    let thread = address.split('/').nth(2).unwrap().to_owned();

    // Another answers with a name, marks and keeps.
    let with_ben = Browser::of(&server, &ben, "workshop-ben", lang).await;
    with_ben.goto(&address).await;
    with_ben.run("const a = document.getElementById('c-body'); a.focus();", vec![]).await;
    with_ben.fill("body", "@Ada").await;
    with_ben.see(".mention-list [role=option]").await;
    with_ben.click(".mention-list [role=option]").await;
    with_ben.until("document.getElementById('c-body').value === '@Ada Brandt '").await;
    with_ben.fill("body", "@Ada Brandt eine dicke Gummimatte.").await;
    with_ben.submit("main form:has([name='body'])").await;
    with_ben.see("#p2").await;
    with_ben.click("#p1 [data-mark-menu]").await;
    with_ben.click("#p1 .mark-menu button").await;
    with_ben.until("document.querySelector('#p1 [data-mark=thanks] [data-count]')?.textContent === '1'").await;
    with_ben.click("#p1 [data-keep]").await;
    with_ben.until("document.querySelector('#p1 [data-keep][data-on]')").await;
    with_ben.goto("/me/bookmarks").await;
    with_ben.see("main .item-title").await;
    all_well(&with_ben.inspect("kept").await);

    // Who asked accepts; the list says solved; a word inside the thread is found.
    with_ada.goto(&address).await;
    with_ada.click("#p2 [formaction$='/accept']").await;
    with_ada.see("#p2.post-accepted").await;
    all_well(&with_ada.inspect("accepted").await);
    server.drain().await;
    with_ada.goto(&format!("/threads/{thread}/find?q=gummi")).await;
    with_ada.see("main .item mark").await;
    with_ada.goto("/niches/heimfitness?only=unsolved").await;
    with_ada.until("!document.querySelector('main .item-title')").await;
    with_ada.goto("/niches/heimfitness").await;
    with_ada.choose("kind", "question").await;
    with_ada.until("location.search.includes('kind=question')").await;
    all_well(&with_ada.inspect("niche").await);

    // The team merges what belongs together; the old address leads on.
    let with_tom = Browser::of(&server, &tom, "workshop-tom", lang).await;
    with_tom.goto(&format!("/moderate/threads/{}/move", old["id"])).await;
    all_well(&with_tom.inspect("move").await);
    with_tom.fill("merge_into", &thread).await;
    with_tom.click("form[action$='/merge'] button").await;
    with_tom.click("dialog[open] [data-yes]").await;
    with_tom.arrives("/threads/").await;
    with_tom.see("#p3").await;
    with_ben.goto(old["path"].as_str().unwrap()).await;
    with_ben.see("#p3").await;
    for browser in [with_ada, with_ben, with_tom] {
        // The one refusal was asked for.
        all_well(&browser.complaints("status of 422").await);
        browser.quit().await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_and_an_announcement_work_without_scripts() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let niche = json!({ "slug": "heimfitness", "name": { "de": "Heimfitness", "en": "Home fitness" } });
    manager.post("/api/v1/niches", niche).await.expect(201);
    let opening = json!({"title": "Sprechstunde im Januar", "body": "Stimmt ab.", "kind": "announcement", "needs_ack": true,
        "poll": {"question": "Wann passt es?", "choices": ["Morgens", "Abends"]}});
    let thread = manager.post("/api/v1/niches/heimfitness/threads", opening).await.expect(201).json();
    let ada = server.db_member("Ada Brandt", Role::Member, 0, Lang::De).await;
    let with_ada = Browser::of(&server, &ada, "poll-ada", Lang::De).await.without_scripts().await;
    with_ada.goto(thread["path"].as_str().unwrap()).await;
    with_ada.click("form[action$='/ack'] button").await;
    with_ada.read("Danke, deine Bestätigung ist da.").await;
    with_ada.goto(thread["path"].as_str().unwrap()).await;
    with_ada.click(".poll-option:nth-of-type(2) input").await;
    with_ada.click(".poll-foot button").await;
    with_ada.read("1 Stimme").await;
    with_ada.quit().await;
    server.stop().await;
}
