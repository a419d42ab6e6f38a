//! Texts that bind: every change is a version, every yes is in a log, and a changed text asks again.

use crate::support::Server;
use kontor::i18n::Lang;
use kontor::policies::{model::From, store};
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test]
async fn every_change_is_a_version_that_stays_readable() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let guest = server.visitor().with_header("accept-language", "de");
    let say = |de: &str| json!({ "imprint": { "de": de } });
    admin.patch("/api/v1/settings", say("Erste Anschrift")).await.expect(200);
    admin.patch("/api/v1/settings", say("Zweite Anschrift")).await.expect(200);
    // The same again is no version.
    admin.patch("/api/v1/settings", say("Zweite Anschrift")).await.expect(200);
    let versions = guest.get("/api/v1/policies/imprint/versions").await.expect(200).json();
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    assert_eq!(versions["items"][0]["version"], 2);
    let now = guest.get("/legal/imprint").await.expect(200).text;
    assert!(now.contains("Zweite Anschrift") && now.contains("Fassung 2") && !now.contains("Erste Anschrift"));
    assert!(guest.get("/legal/imprint?version=1").await.expect(200).text.contains("Erste Anschrift"));
    guest.get("/legal/imprint?version=9").await.expect(404);
    guest.get("/api/v1/policies/nonsense/versions").await.expect(404);
    server.stop().await;
}

#[tokio::test]
async fn a_changed_text_asks_at_the_next_login_and_the_yes_is_logged() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let lena = server.db_member("Lena Brandt", Role::Member, 0, Lang::De).await;
    assert_eq!(lena.get("/api/v1/me/policies").await.json()["pending"], json!([]));
    let first =
        manager.post("/api/v1/policies", json!({ "kind": "terms", "text": { "de": "Nur ehrlich werben." } })).await;
    let first = first.expect(201).id();
    let pending = lena.get("/api/v1/me/policies").await.json();
    assert_eq!(pending["pending"][0]["id"], first);
    // A link by mail leads to the text first, then to where it was going.
    lena.form("/login/link", &[("email", "lena-brandt@example.org"), ("next", "/rooms")]).await;
    let link = server.mail_with("lena-brandt@example.org", "/login/link/").await.link("/login/link/");
    let door = server.visitor();
    let to = door.form(&link, &[]).await.expect(303);
    assert!(to.header("location").starts_with("/me/agree?next="), "{}", to.header("location"));
    let page = lena.get("/me/agree?next=/rooms").await.expect(200).text;
    assert!(page.contains("Nur ehrlich werben.") && page.contains(&format!("value=\"{first}\" required>")), "{page}");
    // Without the tick nothing goes on, and the page says why.
    let refused = lena.form("/me/agree", &[("next", "/rooms")]).await.expect(422).text;
    assert!(refused.contains("Ohne diese Zustimmung"));
    let id = first.to_string();
    let on = lena.form("/me/agree", &[("next", "/rooms"), ("policy", &id)]).await.expect(303);
    assert_eq!(on.header("location"), "/rooms");
    let log = manager.get(&format!("/api/v1/policies/{first}/acceptances")).await.expect(200).json();
    assert_eq!(log["items"][0]["name"], "Lena Brandt");
    assert_eq!(log["items"][0]["source"], "login");
    // A typing error is mended quietly; a change that asks, asks again.
    let text = |t: &str, asks: bool| json!({ "kind": "terms", "text": { "de": t }, "asks": asks });
    manager.post("/api/v1/policies", text("Nur ehrlich werben!", false)).await.expect(201);
    assert_eq!(lena.get("/api/v1/me/policies").await.json()["pending"], json!([]));
    let third =
        manager.post("/api/v1/policies", text("Ehrlich und gekennzeichnet werben.", true)).await.expect(201).id();
    assert_eq!(lena.get("/api/v1/me/policies").await.json()["pending"][0]["id"], third);
    // An old version is no answer to a new question.
    lena.put(&format!("/api/v1/me/policies/{first}"), json!({})).await.expect(404);
    lena.put(&format!("/api/v1/me/policies/{third}"), json!({})).await.expect(204);
    assert_eq!(lena.get("/api/v1/me/policies").await.json()["pending"], json!([]));
    assert!(manager.get("/manage/policies").await.expect(200).text.contains("1 acceptance"));
    server.stop().await;
}

#[tokio::test]
async fn terms_of_a_program_concern_its_partners_and_nobody_else() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let program = json!({ "slug": "fit", "name": "Fit", "link_base": "https://fit.example/?a={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let (lena, ben) = (server.member("Lena").await, server.member("Ben").await);
    manager.patch(&format!("/api/v1/members/{}", lena.member), json!({ "affiliate_ref": "lena-7" })).await.expect(200);
    let terms = json!({ "kind": "terms", "program": "fit", "text": { "en": "Eight percent." } });
    let id = manager.post("/api/v1/policies", terms).await.expect(201).id();
    assert_eq!(lena.get("/api/v1/me/policies").await.json()["pending"][0]["id"], id);
    assert_eq!(ben.get("/api/v1/me/policies").await.json()["pending"], json!([]));
    assert_eq!(manager.get("/api/v1/me/policies").await.json()["pending"], json!([]), "the team writes them");
    assert!(server.visitor().get("/legal/terms/fit").await.expect(200).text.contains("Eight percent."));
    server.visitor().get("/legal/terms/other").await.expect(404);
    // What an applicant of that program accepts, as application and invitation ask for it.
    let wanted = server.house().db.read(|c| {
        let programs = store::list_programs(c)?;
        store::required(c, programs.first().map(|p| p.0))
    });
    let wanted = wanted.await.unwrap();
    assert_eq!(wanted.iter().map(|p| p.id).collect::<Vec<_>>(), [id]);
    let who = ben.member;
    let from = From { source: "application", locale: "en", ..From::default() };
    server.house().db.write(move |tx| store::accept(tx, who, &[id, id], &from)).await.unwrap();
    assert_eq!(ben.get("/api/v1/me/policies").await.json()["accepted"][0]["id"], id);
    server.stop().await;
}

#[tokio::test]
async fn only_admins_write_imprint_and_privacy_and_empty_terms_are_none() {
    let server = Server::start().await;
    let manager = server.manager().await;
    manager.post("/api/v1/policies", json!({ "kind": "privacy", "text": { "en": "x" } })).await.expect(403);
    let none = manager.post("/api/v1/policies", json!({ "kind": "terms", "text": { "en": " " } })).await.expect(422);
    assert_eq!(none.field_errors(), ["text:required"]);
    let other = json!({ "kind": "terms", "program": "none", "text": { "en": "x" } });
    assert_eq!(manager.post("/api/v1/policies", other).await.expect(422).field_errors(), ["program:not_found"]);
    let lena = server.member("Lena").await;
    lena.post("/api/v1/policies", json!({ "kind": "terms", "text": { "en": "x" } })).await.expect(403);
    let admin = server.admin().await;
    admin.post("/api/v1/policies", json!({ "kind": "privacy", "text": { "en": "We keep little." } })).await.expect(201);
    assert_eq!(admin.get("/api/v1/settings").await.json()["privacy"]["en"], "We keep little.");
    server.stop().await;
}
