//! Every page of the demo community, to everyone, in both languages.

use crate::crawl::Walk;
use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_well_made_in_german() {
    every_page(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_well_made_in_english() {
    every_page(Lang::En).await;
}

/// The stable addresses of the contract; everything else is found by its links.
const MEMBER: [&str; 13] = [
    "/",
    "/me",
    "/me/security",
    "/me/privacy",
    "/me/subscriptions",
    "/me/standing",
    "/niches",
    "/rooms",
    "/messages",
    "/library",
    "/newsletters",
    "/members",
    "/search?q=rudern",
];
const MODERATOR: [&str; 2] = ["/", "/moderate"];
const MANAGER: [&str; 9] = [
    "/",
    "/manage/today",
    "/manage/applications",
    "/manage/segments",
    "/manage/campaigns",
    "/manage/library",
    "/manage/programs",
    "/manage/imports",
    "/manage/niches",
];
const ADMIN: [&str; 10] = [
    "/",
    "/admin",
    "/admin/settings",
    "/admin/mail",
    "/admin/outbox",
    "/admin/roles",
    "/admin/tiers",
    "/admin/tokens",
    "/admin/jobs",
    "/admin/audit",
];

async fn seed(server: &Server) {
    let manager = server.manager().await;
    let niche = serde_json::json!({ "slug": "heimfitness", "name": { "de": "Heimfitness", "en": "Home fitness" } });
    manager.post("/api/v1/niches", niche).await.expect(201);
    let thread = serde_json::json!({ "title": "Rudern im Herbst", "body": "**Guten Morgen!**\n\n- eins\n- zwei" });
    manager.post("/api/v1/niches/heimfitness/threads", thread).await;
    let resource = serde_json::json!({ "kind": "swipe_copy", "title": "Rudern", "niche": "heimfitness", "summary": "Kurz.",
        "variants": [{ "key": "short", "lang": "de", "subject": "Hallo", "body": "Sechs *Wochen*." }] });
    manager.post("/api/v1/resources", resource).await;
    let segment = serde_json::json!({ "name": "Alle", "rule": { "field": "tier", "op": "in", "value": ["starter"] } });
    manager.post("/api/v1/segments", segment).await;
}

async fn every_page(lang: Lang) {
    let server = Server::start().await;
    seed(&server).await;
    let mut walk = Walk::default();
    let visitor = Browser::open(&server, "visitor", lang).await;
    let client = server.visitor().with_header("accept-language", lang.code());
    walk.on(&visitor, &client, &["/", "/login", "/apply", "/styleguide"]).await;
    visitor.quit().await;
    for (name, role, starts) in [
        ("member", Role::Member, &MEMBER[..]),
        ("moderator", Role::Moderator, &MODERATOR[..]),
        ("manager", Role::Manager, &MANAGER[..]),
        ("admin", Role::Admin, &ADMIN[..]),
    ] {
        let client = server.db_member(&format!("Kim {name}"), role, 10, lang).await;
        let browser = Browser::of(&server, &client, name, lang).await;
        walk.on(&browser, &client, starts).await;
        browser.quit().await;
    }
    server.stop().await;
    all_well(&walk.wrong);
}
