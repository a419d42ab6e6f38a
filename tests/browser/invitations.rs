//! A manager invites people who came by file; one of them comes in with the mailed link, on a phone, consents unticked.

use crate::house::{Client, Server};
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn imported_people_are_invited_and_come_in_german() {
    invite(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_people_are_invited_and_come_in_english() {
    invite(Lang::En).await;
}

async fn invite(lang: Lang) {
    let server = Server::start().await;
    let manager = server.db_member("Jana Petersen", Role::Manager, 0, lang).await;
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let file = format!("email,name,locale,affiliate id\nuwe@example.org,Uwe Harms,{},uwe-7\n", lang.code());
    let form = Form::new()
        .part("file", Part::bytes(file.into_bytes()).file_name("people.csv"))
        .text("kind", "members_csv")
        .text("time_zone", "UTC");
    Client::send(manager.request(Method::POST, "/api/v1/imports").multipart(form)).await.expect(202);
    let jana = Browser::of(&server, &manager, "invite-jana", lang).await;
    let uwe = Browser::open(&server, "invite-uwe", lang).await;
    loop {
        server.drain().await;
        let found = manager.get("/api/v1/members?q=uwe@example.org").await.expect(200).json();
        if found["items"][0]["affiliate_ref"] == "uwe-7" {
            break;
        }
    }

    jana.goto("/manage/invitations").await;
    all_well(&jana.inspect("desk").await);
    jana.choose("size", "20").await;
    jana.submit("main form[action='/manage/invitations']").await;
    jana.until("/invitations\\/\\d+$/.test(location.pathname)").await;
    jana.read("Uwe Harms").await;

    let mail = uwe.letter(&server, "uwe@example.org", "/invitation/").await;
    assert!(mail.text.contains("FitNord") && mail.text.contains("uwe-7"), "{}", mail.text);
    uwe.goto(&mail.link("/invitation/")).await;
    for part in ["FitNord", "uwe-7"] {
        uwe.read(part).await;
    }
    assert!(!uwe.has("main input[type='checkbox']:checked").await, "nothing is ticked before");
    all_well(&uwe.inspect("invitation").await);
    uwe.click("input[name='consents'][value='newsletter']").await;
    uwe.submit("main form").await;
    uwe.arrives("/").await;
    uwe.shot("in").await;
    server.drain().await;
    jana.goto(&jana.path().await).await;
    jana.read(&jana.word("invitations-state-active")).await;
    all_well(&jana.inspect("wave").await);

    // A member without a reference asks for one on their own page.
    let ida = server.db_member("Ida Voss", Role::Member, 0, lang).await;
    let phone = Browser::of(&server, &ida, "invite-ida", lang).await;
    phone.goto("/me/standing").await;
    all_well(&phone.inspect("no-ref").await);
    phone.submit("main form[action='/me/standing/ask']").await;
    phone.read(&phone.word("asks-open")).await;
    jana.goto("/manage/invitations").await;
    jana.read("Ida Voss").await;
    for browser in [jana, uwe, phone] {
        all_well(&browser.complaints("").await);
        browser.quit().await;
    }
    server.stop().await;
}
