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

async fn every_page(lang: Lang) {
    let server = Server::start().await;
    let mut walk = Walk::default();
    let visitor = Browser::open(&server, "visitor", lang).await;
    let client = server.visitor().with_header("accept-language", lang.code());
    walk.on(&visitor, &client, &["/", "/login", "/apply", "/styleguide"]).await;
    visitor.quit().await;
    for (name, role) in [("member", Role::Member), ("manager", Role::Manager), ("admin", Role::Admin)] {
        let client = server.db_member(&format!("Kim {name}"), role, 10, lang).await;
        let browser = Browser::of(&server, &client, name, lang).await;
        walk.on(&browser, &client, &["/"]).await;
        browser.quit().await;
    }
    server.stop().await;
    all_well(&walk.wrong);
}
