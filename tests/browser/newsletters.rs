//! Step five: a segment with a live count, a campaign with merge fields, its preview, test and start, and the way out.

use crate::house::{Client, Server};
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

const LINK: &str = "https://fitnord.example/?p=lena-b";

#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_reaches_exactly_its_segment_and_one_click_ends_it_in_german() {
    newsletter(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_reaches_exactly_its_segment_and_one_click_ends_it_in_english() {
    newsletter(Lang::En).await;
}

/// Somebody of that tier, with or without consent to newsletters.
async fn reader(server: &Server, manager: &Client, name: &str, lang: Lang, tier: &str, wants: bool) -> Client {
    let member = server.db_member(name, Role::Member, 0, lang).await;
    let tier = json!({ "tier_override": tier });
    manager.patch(&format!("/api/v1/members/{}", member.member.0), tier).await.expect(200);
    if wants {
        member.form("/me/subscriptions", &[("newsletter", "1"), ("locale", lang.code())]).await.expect(303);
    }
    member
}

async fn newsletter(lang: Lang) {
    let server = Server::start().await;
    let manager = server.db_member("Jana Petersen", Role::Manager, 0, lang).await;
    let imprint = json!({ "imprint": { "de": "Nordlicht, Hamburg", "en": "Nordlicht, Hamburg" } });
    server.admin().await.patch("/api/v1/settings", imprint).await.expect(200);
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let lena = reader(&server, &manager, "Lena Brandt", lang, "active", true).await;
    let ben = reader(&server, &manager, "Ben Okoro", lang.other(), "active", true).await;
    reader(&server, &manager, "Nora Still", lang, "active", false).await;
    reader(&server, &manager, "Uwe Harms", lang, "starter", true).await;
    for (member, code) in [(&lena, "lena-b"), (&ben, "ben-o")] {
        let reference = json!({ "affiliate_ref": code });
        manager.patch(&format!("/api/v1/members/{}", member.member.0), reference).await.expect(200);
    }
    let jana = Browser::of(&server, &manager, "newsletter", lang).await;

    jana.goto("/manage/segments/new").await;
    jana.fill("name", "Aktive im Herbst").await;
    jana.click("main input[name='tier'][value='active']").await;
    jana.until("document.querySelector('[data-count]')?.innerText.trim() === '3'").await;
    jana.until("document.querySelectorAll('[data-reach] .stat-value')[1]?.innerText.trim() === '2'").await;
    all_well(&jana.inspect("segment").await);
    jana.press(&jana.word("ui-save")).await;
    jana.until("!location.pathname.endsWith('/new')").await;

    jana.goto("/manage/campaigns/new").await;
    jana.fill("name", "Herbstaktion").await;
    jana.click("main select[name='segment_id'] option:not([value=''])").await;
    jana.fill("subject_de", "Guten Morgen, {{member.name}}").await;
    jana.fill("body_de", "Deine Stufe: **{{member.tier}}**. [Zur Aktion]({{affiliate.link}})").await;
    jana.fill("subject_en", "Good morning, {{member.name}}").await;
    jana.fill("body_en", "Your tier: **{{member.tier}}**. [To the offer]({{affiliate.link}})").await;
    if jana.has("main select[name='program'] option[value='fitnord']").await {
        jana.choose("program", "fitnord").await;
    }
    jana.press(&jana.word("ui-save")).await;
    jana.until("/campaigns\\/\\d+$/.test(location.pathname)").await;

    // As Lena would get it.
    let lena_id = lena.member.0;
    if jana.has(&format!("[data-reader] option[value='{lena_id}']")).await {
        jana.click(&format!("[data-reader] option[value='{lena_id}']")).await;
        jana.until(&format!("document.querySelector('[data-frame]').src.includes('member={lena_id}')")).await;
    }
    let hello = lang.pick("Deine Stufe:", "Your tier:");
    jana.inside("[data-frame]", hello).await;
    jana.inside("[data-frame]", lang.pick("Aktiv", "Active")).await;
    all_well(&jana.inspect("campaign").await);

    jana.fill("to", "probe@example.org").await;
    jana.click("main button[formaction$='/test']").await;
    jana.letter(&server, "probe@example.org", hello).await;
    jana.until("document.readyState === 'complete' && document.querySelector(\"button[formaction$='/start']\")").await;
    jana.click("main button[formaction$='/start']").await;
    let done = jana.word("newsletters-status-finished");
    jana.until(&format!("document.querySelector('[data-status]').innerText === {}", json!(done))).await;
    jana.until(
        "(([bar]) => bar && bar.value === 2 && bar.max === 2)(document.querySelectorAll('[data-progress] progress'))",
    )
    .await;
    all_well(&jana.inspect("sent").await);

    let mail = jana.letter(&server, "lena-brandt@example.org", hello).await;
    assert!(mail.subject.contains("Lena Brandt") && mail.text.contains(LINK), "{} {}", mail.subject, mail.text);
    assert!(mail.raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{}", mail.raw);
    let readers: Vec<String> =
        server.mails().await.into_iter().filter(|m| m.raw.contains("List-Unsubscribe:")).map(|m| m.to).collect();
    for nobody in ["nora-still@example.org", "uwe-harms@example.org"] {
        assert!(!readers.iter().any(|r| r == nobody), "{nobody} got it: {readers:?}");
    }
    assert_eq!(readers.iter().filter(|r| r.as_str() == "ben-okoro@example.org").count(), 1);

    let link = mail.link("/u/");
    let stranger = Browser::open(&server, "unsubscribe", lang).await;
    stranger.goto(&link).await;
    all_well(&stranger.inspect("ask").await);
    stranger.submit("main form").await;
    stranger.read(&stranger.word("newsletters-unsubscribed-title")).await;
    all_well(&stranger.inspect("done").await);
    let rule = json!({ "rule": { "field": "tier", "op": "eq", "value": "active" } });
    let now = manager.post("/api/v1/segments/preview", rule).await.expect(200).json();
    assert_eq!((&now["count"], &now["deliverable"]), (&json!(3), &json!(1)), "it counts at once: {now}");
    all_well(&jana.complaints("").await);
    all_well(&stranger.complaints("").await);
    stranger.quit().await;
    jana.quit().await;
    server.stop().await;
}
