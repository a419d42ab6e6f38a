//! Accounts: getting in.

use crate::support::Server;
use kontor::accounts::actions::setup_link;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_comes_in_by_the_printed_link_once() {
    let server = Server::start().await;
    let link = setup_link(server.house()).await.unwrap().unwrap();
    let path = link.split_once("/setup/").map(|(_, t)| format!("/setup/{t}")).unwrap();
    let ruth = server.visitor();
    ruth.get(&path).await.expect(200);
    let fields = [("email", "ruth@example.org"), ("name", "Ruth Okafor"), ("password", "short")];
    let again = ruth.form(&path, &fields).await.expect(422);
    assert!(again.text.contains("value=\"ruth@example.org\""), "what was typed is still there");
    let fields = [("email", "ruth@example.org"), ("name", "Ruth Okafor"), ("password", "a long enough one")];
    ruth.form(&path, &fields).await.expect(303);
    server.visitor().get(&path).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_the_token_of_the_session_is_refused() {
    let server = Server::start().await;
    let lena = server.member("Lena Brandt").await;
    lena.clone().without_csrf().form("/logout", &[]).await.expect(403);
    lena.clone().with_header("sec-fetch-site", "cross-site").form("/logout", &[]).await.expect(403);
    lena.form("/logout", &[]).await.expect(303);
    server.stop().await;
}

fn application(email: &str) -> serde_json::Value {
    json!({ "email": email, "password": "ein langer satz", "name": "Mara Lindqvist", "locale": "de",
            "pitch": "Ich schreibe über Heimtraining.", "consents": ["newsletter"] })
}

async fn apply_and_confirm(server: &Server, email: &str) {
    let visitor = server.visitor();
    visitor.post("/api/v1/applications", application(email)).await.expect(202);
    let token = server.mail_with(email, "/confirm/").await.link("/confirm/").trim_start_matches("/confirm/").to_owned();
    visitor.post("/api/v1/email-confirmations", json!({ "token": token })).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_application_to_the_first_sign_in() {
    let server = Server::start().await;
    let jana = server.manager().await;
    let visitor = server.visitor();
    visitor.post("/api/v1/applications", application("mara@example.org")).await.expect(202);
    let mail = server.mail_to("mara@example.org").await;
    assert!(mail.subject.contains("bestätige"), "{}", mail.subject);
    let link = mail.link("/confirm/");
    let page = visitor.get(&link).await.expect(200);
    assert!(page.text.contains("<button"), "a look shows a button");
    let mara = || json!({ "email": "mara@example.org", "password": "ein langer satz" });
    visitor.post("/api/v1/session", mara()).await.expect(401);
    visitor.form(&link, &[]).await.expect(200);
    visitor.form(&link, &[]).await.expect(404);
    visitor.post("/api/v1/session", mara()).await.expect(401);

    server.mail_with("jana-petersen@example.org", "/manage/applications").await;
    let waiting = jana.get("/api/v1/members?status=pending_approval").await.expect(200).json();
    let id = waiting["items"][0]["id"].as_i64().unwrap();
    assert_eq!(waiting["items"][0]["consents"]["newsletter"], true);
    assert_eq!(waiting["items"][0]["consents"]["tracking"], false);
    assert!(jana.get("/manage/applications").await.expect(200).text.contains("Heimtraining"));
    let path = format!("/api/v1/members/{id}");
    let after = jana.patch(&path, json!({ "status": "active" })).await.expect(200).json();
    assert_eq!(after["status"], "active");
    server.mail_with("mara@example.org", "Schön, dass du dabei bist!").await;

    let answer = visitor.post("/api/v1/session", mara()).await.expect(201);
    let body = answer.json();
    assert_eq!(body["member"]["tier"], "starter");
    assert_eq!(body["member"]["locale"], "de");
    assert!(answer.header("set-cookie").contains("HttpOnly"));
    let me = visitor.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["name"], "Mara Lindqvist");
    visitor.delete("/api/v1/session").await.expect(403);
    let csrf = body["csrf"].as_str().unwrap();
    visitor.clone().with_header("x-csrf-token", csrf).delete("/api/v1/session").await.expect(204);
    visitor.get("/api/v1/me").await.expect(401);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_is_registered() {
    let server = Server::start().await;
    server.member("Lena Brandt").await;
    let visitor = server.visitor();
    let known = visitor.post("/api/v1/applications", application("lena-brandt@example.org")).await.expect(202);
    let unknown = visitor.post("/api/v1/applications", application("niemand@example.org")).await.expect(202);
    assert_eq!(known.text, unknown.text);
    let letter = server.mail_to("lena-brandt@example.org").await;
    assert!(letter.text.contains("already is an account") && !letter.text.contains("/confirm/"), "{}", letter.text);
    for path in ["/forgot", "/login/link"] {
        let known = visitor.form(path, &[("email", "Lena-Brandt@example.org")]).await.expect(303);
        let unknown = visitor.form(path, &[("email", "fremd@example.org")]).await.expect(303);
        assert_eq!(known.header("location"), unknown.header("location"));
    }
    let wrong = |email: &str| json!({ "email": email, "password": "nicht das richtige" });
    let known = visitor.post("/api/v1/session", wrong("lena-brandt@example.org")).await.expect(401);
    let unknown = visitor.post("/api/v1/session", wrong("fremd@example.org")).await.expect(401);
    assert_eq!(known.text, unknown.text);
    assert!(server.mails().await.iter().all(|m| m.to != "fremd@example.org"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_confirms_the_application_it_was_sent_for() {
    let server = Server::start().await;
    let visitor = server.visitor();
    visitor.post("/api/v1/applications", application("mara@example.org")).await.expect(202);
    let mine = server.mail_to("mara@example.org").await.link("/confirm/");
    let mut foreign = application("MARA@example.org");
    foreign["password"] = json!("the password of a stranger");
    visitor.post("/api/v1/applications", foreign).await.expect(202);
    visitor.form(&mine, &[]).await.expect(200);
    let jana = server.manager().await;
    let id = jana.get("/api/v1/members?q=mara@").await.json()["items"][0]["id"].as_i64().unwrap();
    jana.patch(&format!("/api/v1/members/{id}"), json!({ "status": "active" })).await.expect(200);
    let with = |password: &str| json!({ "email": "mara@example.org", "password": password });
    visitor.post("/api/v1/session", with("the password of a stranger")).await.expect(401);
    visitor.post("/api/v1/session", with("ein langer satz")).await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_wait_for_the_address_and_keep_their_wording() {
    let server = Server::start().await;
    let visitor = server.visitor();
    visitor.post("/api/v1/applications", application("mara@example.org")).await.expect(202);
    let states = || async {
        server
            .house()
            .db
            .read(|c| {
                use diesel::prelude::*;
                use kontor::db::schema::consents;
                let rows: Vec<(String, String, String)> = consents::table
                    .order(consents::id)
                    .select((consents::kind, consents::state, consents::wording))
                    .load(c)?;
                Ok(rows)
            })
            .await
            .unwrap()
    };
    let before = states().await;
    assert_eq!(before.len(), 1);
    assert_eq!((before[0].0.as_str(), before[0].1.as_str()), ("newsletter", "pending"));
    let link = server.mail_to("mara@example.org").await.link("/confirm/");
    visitor.form(&link, &[]).await.expect(200);
    let after = states().await;
    assert_eq!(after[1].1, "given");
    assert_eq!(after[1].2, "Ich möchte Newsletter dieser Community per E-Mail bekommen.");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_are_told_of_applications_once_an_hour() {
    let server = Server::start().await;
    server.manager().await;
    let told =
        |mails: &[crate::support::Mail]| mails.iter().filter(|m| m.text.contains("/manage/applications")).count();
    apply_and_confirm(&server, "a@example.org").await;
    server.mail_with("jana-petersen@example.org", "one application is waiting").await;
    apply_and_confirm(&server, "b@example.org").await;
    apply_and_confirm(&server, "c@example.org").await;
    assert_eq!(told(&server.mails().await), 1);
    server.advance(kontor::db::HOUR).await;
    server.mail_with("jana-petersen@example.org", "3 applications are waiting").await;
    assert_eq!(told(&server.mails().await), 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_applicant_reads_the_reason_in_german() {
    let server = Server::start().await;
    let jana = server.manager().await;
    apply_and_confirm(&server, "mara@example.org").await;
    let id = jana.get("/api/v1/members?q=mara").await.json()["items"][0]["id"].as_i64().unwrap();
    let path = format!("/manage/applications/{id}");
    jana.form(&path, &[("decision", "decline"), ("reason", "Uns fehlt ein Kanal von dir.")]).await.expect(303);
    let mail = server.mail_with("mara@example.org", "leider nicht annehmen").await;
    assert!(mail.text.contains("Uns fehlt ein Kanal"), "{}", mail.text);
    let one = jana.get(&format!("/api/v1/members/{id}")).await.expect(200).json();
    assert_eq!(one["decline_reason"], "Uns fehlt ein Kanal von dir.");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_by_mail_works_once_and_ends_every_session() {
    let server = Server::start().await;
    let lena = server.member("Lena Brandt").await;
    let visitor = server.visitor();
    visitor.form("/forgot", &[("email", "lena-brandt@example.org")]).await.expect(303);
    let link = server.mail_to("lena-brandt@example.org").await.link("/reset/");
    visitor.get(&link).await.expect(200);
    visitor.form(&link, &[("password", "short")]).await.expect(422);
    visitor.form(&link, &[("password", "a much longer one")]).await.expect(303);
    visitor.form(&link, &[("password", "a much longer two")]).await.expect(404);
    lena.get("/api/v1/me").await.expect(401);
    let body = json!({ "email": "lena-brandt@example.org", "password": "a much longer one" });
    visitor.post("/api/v1/session", body).await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_to_where_the_visitor_wanted_to_go() {
    let server = Server::start().await;
    let lena = server.member("Lena Brandt").await;
    let visitor = server.visitor();
    let away = visitor.get("/me/security?x=1").await.expect(303);
    assert_eq!(away.header("location"), "/login?next=%2Fme%2Fsecurity%3Fx%3D1");
    let form = visitor.get(away.header("location")).await.expect(200);
    assert!(form.text.contains("name=\"next\" value=\"/me/security?x&#x3D;1\""), "{}", form.text);
    let fields = [("email", "lena-brandt@example.org"), ("next", "/me/security?x=1")];
    visitor.form("/login/link", &fields).await.expect(303);
    let link = server.mail_with("lena-brandt@example.org", "/login/link/").await.link("/login/link/");
    assert!(visitor.get(&link).await.expect(200).text.contains("<button"));
    let entered = visitor.form(&link, &[]).await.expect(303);
    assert_eq!(entered.header("location"), "/me/security?x=1");
    visitor.get("/me/security").await.expect(200);
    server.visitor().form(&link, &[]).await.expect(404);
    lena.post("/api/v1/me/tokens", json!({ "name": "x" })).await.expect(201);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_its_scopes_say_and_is_shown_once() {
    let server = Server::start().await;
    let (lena, jana) = (server.member("Lena Brandt").await, server.manager().await);
    let made = lena.post("/api/v1/me/tokens", json!({ "name": "all" })).await.expect(201).json();
    assert_eq!(made["scopes"], json!(["read", "write"]));
    lena.post("/api/v1/me/tokens", json!({ "name": "x", "scopes": ["manage"] })).await.expect(403);
    lena.post("/api/v1/me/tokens", json!({ "name": "x", "scopes": ["fly"] })).await.expect(422);
    let read = lena.post("/api/v1/me/tokens", json!({ "name": "read", "scopes": ["read"] })).await.expect(201).json();
    let reader = server.visitor().with_bearer(read["token"].as_str().unwrap());
    reader.get("/api/v1/me").await.expect(200);
    reader.get("/me").await.expect(200);
    reader.patch("/api/v1/me", json!({ "bio": "x" })).await.expect(403);
    let all = jana.post("/api/v1/me/tokens", json!({ "name": "all" })).await.expect(201).json();
    assert_eq!(all["scopes"], json!(["read", "write", "manage", "ingest"]));
    let ingest =
        jana.post("/api/v1/me/tokens", json!({ "name": "shop", "scopes": ["ingest"] })).await.expect(201).json();
    let shop = server.visitor().with_bearer(ingest["token"].as_str().unwrap());
    shop.get("/api/v1/members").await.expect(403);

    let keyed = lena.clone().with_header("idempotency-key", "k1");
    let first = keyed.post("/api/v1/me/tokens", json!({ "name": "once" })).await.expect(201);
    let again = keyed.post("/api/v1/me/tokens", json!({ "name": "once" })).await.expect(409);
    assert_eq!(again.json()["id"], first.id());
    let list = lena.get("/api/v1/me/tokens").await.expect(200);
    assert!(!list.text.contains(first.json()["token"].as_str().unwrap()));
    jana.delete(&format!("/api/v1/me/tokens/{}", first.id())).await.expect(404);
    lena.delete(&format!("/api/v1/me/tokens/{}", first.id())).await.expect(204);
    server.visitor().with_bearer(first.json()["token"].as_str().unwrap()).get("/api/v1/me").await.expect(401);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_every_session() {
    let server = Server::start().await;
    let lena = server.member("Lena Brandt").await;
    lena.form("/me/security/sessions/end", &[]).await.expect(303);
    lena.get("/api/v1/me").await.expect(401);
    server.stop().await;
}
