//! Step six: a member finds a swipe copy and takes it along with the own link, name and label.

use crate::house::{Client, Server};
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

const LINK: &str = "https://fitnord.example/?p=lena-b";

#[tokio::test(flavor = "multi_thread")]
async fn a_swipe_copy_leaves_with_link_name_and_label_in_german() {
    take_along(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swipe_copy_leaves_with_link_name_and_label_in_english() {
    take_along(Lang::En).await;
}

async fn publish(manager: &Client, title: &str, min_tier: Option<&str>) -> i64 {
    let mut body = json!({
        "kind": "swipe_copy", "title": title, "summary": "Six weeks of rowing.",
        "variants": [
            { "key": "short", "lang": "de", "subject": "Sechs Wochen Rudern, {{member.name}}",
              "body": "Hallo,\n\nich bin {{member.name}} und **[hier ist das Gerät]({{affiliate.link}})**." },
            { "key": "short", "lang": "en", "subject": "Six weeks of rowing, {{member.name}}",
              "body": "Hello,\n\nI am {{member.name}} and **[this is the machine]({{affiliate.link}})**." },
        ],
    });
    if let Some(tier) = min_tier {
        body["min_tier"] = json!(tier);
    }
    manager.post("/api/v1/resources", body).await.expect(201).id()
}

async fn take_along(lang: Lang) {
    let server = Server::start().await;
    let manager = server.manager().await;
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let member = server.db_member("Lena Brandt", Role::Member, 0, lang).await;
    let reference = json!({ "affiliate_ref": "lena-b" });
    manager.patch(&format!("/api/v1/members/{}", member.member.0), reference).await.expect(200);
    publish(&manager, "Rudern im Herbst", None).await;
    publish(&manager, "Waldlauf", None).await;
    let gated = publish(&manager, "Rudern im Spitzenkreis", Some("top")).await;
    let label = lang.pick("Anzeige", "Ad");

    let lena = Browser::of(&server, &member, "library", lang).await;
    lena.goto("/library").await;
    lena.read("Waldlauf").await;
    assert!(!lena.has(&format!("a[href='/library/{gated}']")).await, "what is above her tier does not show");
    lena.see("main input[name='q']").await.send_keys("Rudern\u{e007}").await.unwrap();
    lena.until("!document.querySelector('main').innerText.includes('Waldlauf')").await;
    all_well(&lena.inspect("found").await);
    lena.click("main .card-title a").await;
    lena.read("Lena Brandt").await;
    lena.read(label).await;
    assert_eq!(lena.count(&format!("main .prose a[href='{LINK}']")).await, 1, "her own link is in");
    all_well(&lena.inspect("text").await);

    lena.press(&lena.word("library-copy-plain")).await;
    let text = lena.clipboard("text/plain").await;
    assert!(text.starts_with(label) && text.contains(LINK) && text.contains("Lena Brandt"), "{text}");
    lena.press(&lena.word("library-copy-rich")).await;
    lena.until("document.querySelector('[data-copied][data-copy-rich]')").await;
    let html = lena.clipboard("text/html").await;
    assert!(html.contains(&format!("href=\"{LINK}\"")) && html.contains(label), "{html}");

    let folder = server.dir.join("downloads");
    for format in ["txt", "html", "md"] {
        let taken = lena.download(&folder, &format!("main a[href*='format={format}']")).await;
        assert!(taken.contains(LINK) && taken.contains(label) && taken.contains("Lena Brandt"), "{format}: {taken}");
    }
    all_well(&lena.complaints("").await);

    lena.goto(&format!("/library/{gated}")).await;
    assert_eq!(lena.status().await, 404, "a guessed address says what a wrong one says");
    assert!(!lena.text("main").await.contains("Spitzenkreis"));
    lena.quit().await;
    server.stop().await;
}
