//! Step one: a visitor applies, confirms the address, is approved, welcomed, and comes in.

use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_confirms_is_approved_welcomed_and_logs_in_in_german() {
    apply(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_confirms_is_approved_welcomed_and_logs_in_in_english() {
    apply(Lang::En).await;
}

async fn apply(lang: Lang) {
    const PITCH: &str = "I write about rowing at home for 4,000 readers.";
    const PASSWORD: &str = "sieben ruderboote";
    let server = Server::start().await;
    // A house without an admin is not open yet.
    server.admin().await;
    let manager = server.db_member("Jana Petersen", Role::Manager, 0, lang).await;
    let niche = json!({ "slug": "heimfitness", "name": { "de": "Heimfitness", "en": "Home fitness" } });
    manager.post("/api/v1/niches", niche).await.expect(201);
    let lena = Browser::open(&server, "apply-lena", lang).await;
    let jana = Browser::of(&server, &manager, "apply-jana", lang).await;

    lena.goto("/").await;
    lena.click("a[href='/apply']").await;
    lena.arrives("/apply").await;
    lena.fill("name", "Lena Brandt").await;
    lena.fill("email", "lena@example.org").await;
    lena.fill("password", PASSWORD).await;
    lena.fill("pitch", PITCH).await;
    lena.click("input[name='niches'][value='heimfitness']").await;
    lena.click("input[name='consents'][value='newsletter']").await;
    all_well(&lena.inspect("form").await);
    lena.submit("main form").await;
    lena.see("main h1").await;
    lena.shot("sent").await;

    // Nobody comes in before the address is confirmed.
    lena.goto("/login").await;
    lena.fill("email", "lena@example.org").await;
    lena.fill("password", PASSWORD).await;
    lena.submit("main form").await;
    lena.see("main [role='alert'], main .error").await;

    let mail = lena.letter(&server, "lena@example.org", "/confirm/").await;
    let link = mail.link("/confirm/");
    for _ in 0..2 {
        // Looking confirms nothing, however often a mail scanner looks.
        lena.goto(&link).await;
        lena.see("main form button").await;
    }
    all_well(&lena.inspect("confirm").await);
    lena.submit("main form").await;
    lena.until("!document.querySelector(\"form[action^='/confirm']\")").await;

    jana.goto("/manage/applications").await;
    jana.read("Lena Brandt").await;
    jana.read(PITCH).await;
    all_well(&jana.inspect("applications").await);
    jana.click("main form button[value='approve']").await;
    jana.until("!document.querySelector('main').innerText.includes('4,000 readers')").await;

    let welcome = lena.letter(&server, "lena@example.org", "/login").await;
    assert!(welcome.text.contains("Lena"), "{}", welcome.text);
    assert!(welcome.html.contains(&format!("lang=\"{}\"", lang.code())), "{}", welcome.html);

    // A login asked for on the way leads back to where she wanted to go.
    lena.goto("/me/security").await;
    lena.arrives("/login").await;
    lena.fill("email", "lena@example.org").await;
    lena.fill("password", PASSWORD).await;
    lena.submit("main form").await;
    lena.arrives("/me/security").await;
    lena.goto("/").await;
    lena.read("Lena Brandt").await;
    all_well(&lena.inspect("home").await);
    all_well(&lena.complaints("422").await);
    all_well(&jana.complaints("").await);
    lena.quit().await;
    jana.quit().await;
    server.stop().await;
}
