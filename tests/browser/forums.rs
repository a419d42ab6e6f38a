//! Step three: a member opens a thread in Markdown, another answers, what is new shows and goes away.

use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_opened_answered_new_and_read_in_german() {
    thread(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_opened_answered_new_and_read_in_english() {
    thread(Lang::En).await;
}

async fn thread(lang: Lang) {
    let server = Server::start().await;
    let manager = server.manager().await;
    let niche = json!({ "slug": "heimfitness", "name": { "de": "Heimfitness", "en": "Home fitness" } });
    manager.post("/api/v1/niches", niche).await.expect(201);
    let ada = server.db_member("Ada Brandt", Role::Member, 0, lang).await;
    let ben = server.db_member("Ben Okoro", Role::Member, 0, lang).await;
    let with_ada = Browser::of(&server, &ada, "thread-ada", lang).await;
    let with_ben = Browser::of(&server, &ben, "thread-ben", lang).await;

    with_ada.goto("/niches/heimfitness").await;
    with_ada.click("main a.btn-primary").await;
    with_ada.fill("title", "Vergleichstabellen über dem Bildschirmrand?").await;
    with_ada.fill("body", "Ich habe **getestet**:\n\n- oben 1,2 %\n- unten 0,9 %\n").await;
    all_well(&with_ada.inspect("new").await);
    with_ada.submit("main form:has([name='body'])").await;
    with_ada.arrives("/threads/").await;
    with_ada.see("#p1 .prose strong").await;
    assert_eq!(with_ada.count("#p1 .prose li").await, 2, "Markdown became a list");
    let address = with_ada.path().await;

    with_ben.goto("/niches/heimfitness").await;
    with_ben.see(".item[data-unread]").await;
    with_ben.click(".item[data-unread] .item-title").await;
    with_ben.arrives("/threads/").await;
    with_ben.see("#p1 .prose strong").await;
    with_ben.goto("/niches/heimfitness").await;
    with_ben.until("!document.querySelector('.item[data-unread]')").await;
    with_ben.click("main .item-title").await;
    with_ben.fill("body", "Bei mir *genau* umgekehrt.").await;
    with_ben.submit("main form:has([name='body'])").await;
    with_ben.see("#p2 .prose em").await;
    all_well(&with_ben.inspect("answered").await);

    with_ada.goto("/niches/heimfitness").await;
    with_ada.see(".item[data-unread]").await;
    with_ada.see(".sidebar a[href='/niches/heimfitness'][data-unread]").await;
    all_well(&with_ada.inspect("unread").await);
    with_ada.goto(&address).await;
    with_ada.see("#p2").await;
    with_ada.see(".unread-line").await;
    with_ada.goto("/niches/heimfitness").await;
    with_ada.until("!document.querySelector('.item[data-unread]')").await;
    with_ada.until("!document.querySelector(\".sidebar a[href='/niches/heimfitness'][data-unread]\")").await;
    all_well(&with_ada.complaints("").await);
    all_well(&with_ben.complaints("").await);
    with_ada.quit().await;
    with_ben.quit().await;
    server.stop().await;
}
