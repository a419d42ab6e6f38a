//! The first ten minutes of a partner, on a phone and in German: from the invitation to a shared text, and the next day back
//! to exactly the page a mail speaks of.

use crate::house::Server;
use crate::support::{Browser, Look, NARROW, all_well};
use kontor::db::DAY;
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

const LINK: &str = "https://fitnord.example/?p=lena7";
const PASSWORD: &str = "ein satz den lena kennt";

/// The phone's share sheet, as a recorder.
const RECORDER: &str =
    "window.shared = []; navigator.share = (what) => { window.shared.push(what); return Promise.resolve() };";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_ten_minutes_of_a_partner() {
    let server = Server::start().await;
    let jana = server.db_member("Jana Petersen", Role::Manager, 0, Lang::De).await;
    let imprint = json!({ "community_name": "Nordlicht Partnernetz", "imprint": { "de": "Nordlicht, Hamburg" } });
    server.admin().await.patch("/api/v1/settings", imprint).await.expect(200);
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    jana.post("/api/v1/programs", program).await.expect(201);
    let text = json!({ "kind": "swipe_copy", "title": "Rudern im Herbst", "summary": "Sechs Wochen am Gerät.",
        "program": "fitnord", "variants": [{ "key": "short", "lang": "de", "subject": "Rudern",
        "body": "Hallo, hier ist [das Gerät]({{affiliate.link}})." }] });
    let text = jana.post("/api/v1/resources", text).await.expect(201).id();

    // Lena comes from an import: no consent, no mail until she is invited.
    let list = "email,name,locale,program,affiliate_ref\nlena@example.org,Lena Brandt,de,fitnord,lena7\n";
    let part = reqwest::multipart::Part::text(list).file_name("people.csv");
    let form = reqwest::multipart::Form::new()
        .part("file", part)
        .text("kind", "members_csv")
        .text("program", "fitnord")
        .text("time_zone", "UTC");
    let asked = jana.request(reqwest::Method::POST, "/api/v1/imports").multipart(form);
    crate::house::Client::send(asked).await.expect(202);
    server.drain().await;
    jana.post("/api/v1/invitation-waves", json!({ "size": 20 })).await.expect(201);

    let lena = Browser::open(&server, "first-partner", Lang::De).await;
    lena.wear(Look { width: NARROW, dark: false }).await;
    let link = lena.letter(&server, "lena@example.org", "/invitation/").await.link("/invitation/");
    lena.goto(&link).await;
    lena.read("FitNord").await;
    assert_eq!(lena.count("main input[name='consents']:checked").await, 0, "consents are hers to give");
    assert_eq!(lena.count("main input[name='consents']").await, 2);
    all_well(&lena.inspect("1-invitation").await);
    lena.fill("password", PASSWORD).await;
    lena.click("main label:has(> input[name='consents'][value='newsletter'])").await;
    lena.submit("main form").await;

    // The start page: standing, link, newest text.
    lena.until("location.pathname === '/'").await;
    lena.read(&lena.word("office-standing")).await;
    lena.read(LINK).await;
    lena.read("Rudern im Herbst").await;
    all_well(&lena.inspect("2-start").await);

    // Two taps, and the text is in the share sheet with link and label.
    lena.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": RECORDER })).await;
    lena.press(&lena.word("office-text-use")).await;
    lena.arrives(&format!("/library/{text}")).await;
    all_well(&lena.inspect("3-text").await);
    lena.click("main section[aria-labelledby='text-title'] [data-share]").await;
    lena.until("window.shared.length === 1").await;
    let shared = lena.run("return JSON.stringify(window.shared[0])", vec![]).await.to_string();
    assert!(shared.contains("Anzeige") && shared.contains("fitnord.example/?p=lena7"), "{shared}");

    // A word in the foyer.
    lena.goto("/rooms/foyer").await;
    let join = lena.word("rooms-join");
    if lena
        .run(
            "return [...document.querySelectorAll('main button')].some((b) => b.innerText.trim() === arguments[0])",
            vec![json!(join)],
        )
        .await
        == true
    {
        lena.press(&join).await;
    }
    lena.see(".conn[data-state='live']").await;
    lena.see(".chat-form textarea").await.send_keys("Moin, ich bin Lena.").await.unwrap();
    lena.click(".chat-form button.btn-primary").await;
    lena.until("document.querySelector('.log').innerText.includes('Moin, ich bin Lena.') && !document.querySelector('.line-pending')")
        .await;
    all_well(&lena.inspect("4-foyer").await);

    // The next day a newsletter speaks of the text; she is signed out, and lands exactly there.
    server.advance(DAY).await;
    let segment = json!({ "name": "Alle", "rule": { "field": "status", "op": "eq", "value": "active" } });
    let segment = jana.post("/api/v1/segments", segment).await.expect(201).id();
    let body = format!("Guten Morgen {{{{member.name}}}}, [der Text zum Rudern](/library/{text}?lang=de) ist da.");
    let campaign = json!({ "name": "Morgen", "segment_id": segment, "subject": "Guten Morgen", "body": body });
    let campaign = jana.post("/api/v1/campaigns", campaign).await.expect(201).id();
    jana.post(&format!("/api/v1/campaigns/{campaign}/start"), json!({})).await.expect(200);
    let mail = lena.letter(&server, "lena@example.org", "Guten Morgen Lena").await;
    let path = format!("/library/{text}?lang=de");
    assert!(mail.html.contains(&path), "{}", mail.html);
    lena.driver.delete_all_cookies().await.unwrap();
    lena.goto(&path).await;
    lena.arrives("/login").await;
    lena.fill("email", "lena@example.org").await;
    lena.fill("password", PASSWORD).await;
    all_well(&lena.inspect("5-login").await);
    lena.submit("main form").await;
    lena.arrives(&format!("/library/{text}")).await;
    assert_eq!(lena.path().await, path, "exactly that page");
    lena.read("Rudern im Herbst").await;
    all_well(&lena.complaints("").await);
    lena.quit().await;
    server.stop().await;
}
