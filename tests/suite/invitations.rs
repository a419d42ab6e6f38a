//! Imported people are asked to come in: in waves, at a pace, reminded once; with a link that knows them. Standing
//! links are counted. Who has no reference asks for one.

use crate::imports::calm;
use crate::support::{Act, Client, Server, Sink};
use kontor::db::{DAY, SECOND};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// A house with a program and `n` imported partners, every second one German.
async fn house_with(vars: &[(&str, &str)], n: usize) -> (Server, Client) {
    let server = Server::start_with(vars).await;
    let jana = server.manager().await;
    let body = json!({"slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?a={ref}"});
    jana.post("/api/v1/programs", body).await.expect(201);
    let mut file = String::from("email,name,locale,affiliate id\n");
    for i in 0..n {
        let (lang, reference) = (["de", "en"][i % 2], if i == 1 { String::new() } else { format!("ref{i}") });
        file.push_str(&format!("p{i}@example.org,Person {i},{lang},{reference}\n"));
    }
    if n > 0 {
        let form = Form::new()
            .part("file", Part::bytes(file.into_bytes()).file_name("people.csv"))
            .text("kind", "members_csv")
            .text("time_zone", "UTC");
        Client::send(jana.request(Method::POST, "/api/v1/imports").multipart(form)).await.expect(202);
        calm(&server).await;
    }
    (server, jana)
}

async fn wave(jana: &Client, body: Value) -> i64 {
    jana.post("/api/v1/invitation-waves", body).await.expect(201).id()
}

async fn counts(jana: &Client, wave: i64) -> Value {
    jana.get(&format!("/api/v1/invitation-waves/{wave}")).await.expect(200).json()
}

/// Lets the clock run second by second until a wave has been sent.
async fn sent(server: &Server, jana: &Client, wave: i64) -> Value {
    for _ in 0..100 {
        calm(server).await;
        let now = counts(jana, wave).await;
        if now["status"] == "finished" {
            return now;
        }
        server.clock.advance(SECOND);
    }
    panic!("the wave {wave} was never sent: {}", counts(jana, wave).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_invites_some_reminds_once_and_each_link_knows_its_reader() {
    let (server, jana) = house_with(&[], 7).await;
    assert!(server.mails().await.is_empty(), "nobody is mailed before they are invited");
    // One of them has left a list elsewhere.
    let form = Form::new()
        .part("file", Part::bytes(b"email\np0@example.org\n".to_vec()).file_name("gone.csv"))
        .text("kind", "suppressions_csv")
        .text("time_zone", "UTC");
    Client::send(jana.request(Method::POST, "/api/v1/imports").multipart(form)).await.expect(202);
    calm(&server).await;
    let wrong = json!({"size": 0, "per_hour": 100_000, "remind_days": 99, "segment_id": 77});
    let wrong = jana.post("/api/v1/invitation-waves", wrong).await.expect(422);
    assert_eq!(wrong.field_errors(), ["size:range", "per_hour:range", "remind_days:range"]);
    let first = wave(&jana, json!({"size": 4, "per_hour": 3600})).await;
    let now = sent(&server, &jana, first).await;
    assert_eq!((now["counts"]["delivered"].as_i64(), now["left_out"].as_i64()), (Some(4), Some(1)), "{now}");
    let mails = server.mails().await;
    let mut to: Vec<_> = mails.iter().map(|m| m.to.clone()).collect();
    to.sort();
    assert_eq!(to, ["p1@example.org", "p2@example.org", "p3@example.org", "p4@example.org"]);

    // A German partner: name, program and reference are there, nothing is ticked.
    let mail = server.mail_to("p2@example.org").await;
    assert!(mail.text.contains("FitNord") && mail.text.contains("ref2"), "{}", mail.text);
    let link = mail.link("/invitation/");
    let guest = server.visitor();
    let page = guest.get(&link).await.expect(200).text;
    for part in ["Person 2", "p2@example.org", "FitNord", "ref2", "Willkommen"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let boxes: Vec<&str> = page.split("<input").filter(|i| i.contains("name=\"consents\"")).collect();
    assert!(boxes.len() == 2 && boxes.iter().all(|b| !b.split('>').next().unwrap().contains("checked")), "{page}");
    assert!(!page.contains(">invitation-"), "{page}");
    let people = jana.get(&format!("/api/v1/invitations?wave={first}&state=opened")).await.expect(200).json();
    assert_eq!(people["items"][0]["email"], "p2@example.org");
    let short = guest.form(&link, &[("lang", "de"), ("name", "Zwei"), ("password", "kurz")]).await.expect(422);
    assert!(short.text.contains("Zwei"), "what was typed is kept");
    let came = guest.form(&link, &[("lang", "de"), ("name", "Zwei Zweig"), ("password", "")]).await.expect(303);
    assert_eq!(came.header("location"), "/");
    let me = guest.get("/api/v1/me").await.expect(200).json();
    assert_eq!((me["name"].as_str(), me["locale"].as_str()), (Some("Zwei Zweig"), Some("de")));
    let found = jana.get("/api/v1/members?q=p2@example.org").await.json()["items"][0].clone();
    assert_eq!((found["status"].as_str(), &found["consents"]["newsletter"]), (Some("active"), &json!(false)));
    server.visitor().get(&link).await.expect(404);
    // Without a password a mailed link signs in.
    server.visitor().form("/login/link", &[("email", "p2@example.org"), ("next", "/")]).await.expect(303);
    calm(&server).await;
    assert!(server.mail_with("p2@example.org", "/login/link/").await.link("/login/link/").len() > 30);

    // Somebody without a reference is told so; by API, with a password and one consent.
    let link = server.mail_to("p1@example.org").await.link("/invitation/");
    let page = server.visitor().get(&link).await.expect(200).text;
    assert!(page.contains("You have no affiliate ID here yet"), "{page}");
    let token = link.rsplit('/').next().unwrap().to_owned();
    let look = server.visitor().get(&format!("/api/v1/invitation-acceptances/{token}")).await.expect(200).json();
    assert_eq!((look["name"].as_str(), look["programs"].as_array().map(Vec::len)), (Some("Person 1"), Some(0)));
    let body =
        json!({"token": token, "name": "Person Eins", "password": "a long enough one", "consents": ["newsletter"]});
    let session = server.visitor().post("/api/v1/invitation-acceptances", body.clone()).await.expect(201).json();
    assert_eq!(session["member"]["name"], "Person Eins");
    server.visitor().post("/api/v1/invitation-acceptances", body).await.expect(404);
    let login = json!({"email": "p1@example.org", "password": "a long enough one"});
    server.visitor().post("/api/v1/session", login).await.expect(201);
    let found = jana.get("/api/v1/members?q=p1@example.org").await.json()["items"][0].clone();
    assert_eq!(found["consents"], json!({"newsletter": true, "tracking": false}));

    // One reminder for the two who have not come, and never another one.
    let before = server.mails().await.len();
    server.clock.advance(7 * DAY + 3_600 * SECOND);
    calm(&server).await;
    let after = server.mails().await;
    assert_eq!(after.len(), before + 2);
    assert!(after.iter().filter(|m| m.subject.contains("Reminder") || m.subject.contains("Erinnerung")).count() == 2);
    server.clock.advance(20 * DAY);
    calm(&server).await;
    assert_eq!(server.mails().await.len(), before + 2);

    // The next wave never asks anybody twice; then nobody is left but the one who must not be mailed.
    let rest = wave(&jana, json!({"per_hour": 3600, "remind_days": 0})).await;
    let now = sent(&server, &jana, rest).await;
    assert_eq!((now["counts"]["delivered"].as_i64(), now["left_out"].as_i64()), (Some(2), Some(1)), "{now}");
    jana.post("/api/v1/invitation-waves", json!({})).await.expect(409);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_keeps_its_pace_pauses_and_forgets_whom_it_never_asked() {
    let (server, jana) = house_with(&[], 4).await;
    let id = wave(&jana, json!({"name": "Slow", "per_hour": 60, "remind_days": 0})).await;
    let asked = async || {
        calm(&server).await;
        server.mails().await.len()
    };
    assert_eq!(asked().await, 1);
    server.clock.advance(50 * SECOND);
    assert_eq!(asked().await, 1, "no second letter within the minute");
    server.clock.advance(10 * SECOND);
    assert_eq!(asked().await, 2);
    jana.post(&format!("/api/v1/invitation-waves/{id}/pause"), json!({})).await.expect(204);
    server.clock.advance(600 * SECOND);
    assert_eq!(asked().await, 2, "a paused wave sends nothing");
    jana.post(&format!("/api/v1/invitation-waves/{id}/resume"), json!({})).await.expect(204);
    assert_eq!(asked().await, 3);
    jana.post(&format!("/api/v1/invitation-waves/{id}/cancel"), json!({})).await.expect(204);
    server.clock.advance(600 * SECOND);
    assert_eq!(asked().await, 3);
    jana.post(&format!("/api/v1/invitation-waves/{id}/resume"), json!({})).await.expect(409);
    jana.post(&format!("/api/v1/invitation-waves/{id}/explode"), json!({})).await.expect(404);
    // Who was never asked may be in the next one, here by a segment.
    let rule = json!({"field": "locale", "op": "eq", "value": "en"});
    let segment = jana.post("/api/v1/segments", json!({"name": "English", "rule": rule})).await.expect(201).id();
    let next = wave(&jana, json!({"segment_id": segment, "per_hour": 3600})).await;
    let now = sent(&server, &jana, next).await;
    assert_eq!(now["counts"]["delivered"], 1, "{now}");
    for (lang, words) in [(Lang::De, "Einladungen"), (Lang::En, "Invitations")] {
        let tom = server.db_member(&format!("Tom {}", lang.code()), Role::Manager, 0, lang).await;
        for path in ["/manage/invitations".to_owned(), format!("/manage/invitations/{id}")] {
            let page = tom.get(&path).await.expect(200).text;
            assert!(page.contains(words) && !page.contains(">invitations-") && !page.contains(">asks-"), "{page}");
        }
    }
    server.member("Lena").await.get("/manage/invitations").await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_letter_is_shown_with_its_code() {
    let sink = Sink::start().await;
    sink.script("p0@example.org", &[Act::Rcpt("550 5.1.1 no such user")]);
    let (server, jana) = house_with(&[("SMTP_URL", &sink.url())], 2).await;
    let id = wave(&jana, json!({"per_hour": 3600})).await;
    let now = sent(&server, &jana, id).await;
    assert_eq!((now["counts"]["failed"].as_i64(), now["counts"]["delivered"].as_i64()), (Some(1), Some(1)), "{now}");
    let failed = jana.get("/api/v1/invitations?state=failed").await.expect(200).json();
    assert_eq!(
        (failed["items"][0]["email"].as_str(), failed["items"][0]["code"].as_i64()),
        (Some("p0@example.org"), Some(550))
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_link_counts_visits_and_applications_until_it_is_closed() {
    let (server, jana) = house_with(&[], 0).await;
    let made = jana.post("/api/v1/invite-links", json!({"name": "Group elsewhere"})).await.expect(201).json();
    let url = made["url"].as_str().unwrap().to_owned();
    let path = url[url.find("/join/").unwrap()..].to_owned();
    let qr = jana.get(&format!("/api/v1/invite-links/{}/qr", made["id"])).await.expect(200);
    assert!(qr.header("content-type").starts_with("image/svg+xml") && qr.text.contains("<svg"), "{}", qr.text);
    let guest = server.visitor();
    guest.get(&path).await.expect(303);
    let to = guest.get(&path).await.expect(303).header("location").to_owned();
    let page = guest.get(&to).await.expect(200).text;
    let via = to.rsplit('=').next().unwrap();
    assert!(page.contains(&format!("name=\"via\" value=\"{via}\"")), "{page}");
    let fields = [
        ("via", via),
        ("email", "uwe@example.org"),
        ("name", "Uwe Harms"),
        ("password", "a long enough one"),
        ("pitch", "Werkstatt in Husum"),
    ];
    guest.form("/apply", &fields).await.expect(303);
    let link = server.mail_to("uwe@example.org").await.link("/confirm/");
    guest.form(&link, &[]).await.expect(200);
    calm(&server).await;
    let links = jana.get("/api/v1/invite-links").await.expect(200).json();
    assert_eq!((links["items"][0]["visits"].as_i64(), links["items"][0]["applications"].as_i64()), (Some(2), Some(1)));
    jana.delete(&format!("/api/v1/invite-links/{}", made["id"])).await.expect(204);
    guest.get(&path).await.expect(404);
    guest.get("/join/nonsense").await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_a_reference_is_told_and_asks_for_one() {
    let (server, jana) = house_with(&[], 0).await;
    let uwe = server.db_member("Uwe Harms", Role::Member, 0, Lang::De).await;
    let page = uwe.get("/me/standing").await.expect(200).text;
    assert!(page.contains("Für FitNord hast du noch keine Partner-Kennung"), "{page}");
    uwe.form("/me/standing/ask", &[("program", "fitnord"), ("note", "Bisher uwe-alt")]).await.expect(303);
    uwe.post("/api/v1/me/ref-requests", json!({})).await.expect(202);
    let asks = jana.get("/api/v1/ref-requests").await.expect(200).json();
    assert_eq!(asks["items"].as_array().map(Vec::len), Some(1), "asking twice is asking once: {asks}");
    assert_eq!(asks["items"][0]["note"], "Bisher uwe-alt");
    assert!(jana.get("/manage/invitations").await.expect(200).text.contains("Bisher uwe-alt"));
    let path = format!("/api/v1/ref-requests/{}", asks["items"][0]["id"]);
    assert_eq!(jana.post(&path, json!({"ref": " "})).await.expect(422).field_errors(), ["ref:required"]);
    jana.post(&path, json!({"ref": "uwe-1"})).await.expect(204);
    jana.post(&path, json!({"ref": "uwe-2"})).await.expect(404);
    let page = uwe.get("/me/standing").await.expect(200).text;
    assert!(
        page.contains("https://fitnord.example/?a&#x3D;uwe-1") && !page.contains("noch keine Partner-Kennung"),
        "{page}"
    );
    uwe.post("/api/v1/me/ref-requests", json!({})).await.expect(409);
    // A reference that comes another way answers the request as well.
    let ida = server.member("Ida").await;
    ida.post("/api/v1/me/ref-requests", json!({"note": "please"})).await.expect(202);
    jana.patch(&format!("/api/v1/members/{}", ida.member), json!({"affiliate_ref": "ida-1"})).await.expect(200);
    calm(&server).await;
    assert_eq!(jana.get("/api/v1/ref-requests").await.expect(200).json()["items"], json!([]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_in_accepts_the_texts_that_bind_each_with_a_box_of_its_own() {
    let (server, jana) = house_with(&[], 1).await;
    let ruth = server.admin().await;
    let terms =
        json!({"kind": "terms", "program": "fitnord", "text": {"de": "Fair werben.", "en": "Advertise fairly."}});
    let terms = jana.post("/api/v1/policies", terms).await.expect(201).id();
    let privacy = json!({"kind": "privacy", "text": {"de": "Wenig.", "en": "Little."}});
    let privacy = ruth.post("/api/v1/policies", privacy).await.expect(201).id();
    let id = wave(&jana, json!({"per_hour": 3600})).await;
    sent(&server, &jana, id).await;
    let link = server.mail_to("p0@example.org").await.link("/invitation/");
    let guest = server.visitor();
    let page = guest.get(&link).await.expect(200).text;
    for id in [terms, privacy] {
        assert!(page.contains(&format!("name=\"policies\" value=\"{id}\" required>")), "{page}");
    }
    let (one, two) = (terms.to_string(), privacy.to_string());
    guest.form(&link, &[("lang", "de"), ("name", "Null"), ("policies", &one)]).await.expect(422);
    guest.form(&link, &[("lang", "de"), ("name", "Null"), ("policies", &one), ("policies", &two)]).await.expect(303);
    let log = jana.get(&format!("/api/v1/policies/{terms}/acceptances")).await.expect(200).json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
    // An applicant, too; by API the boxes may be left out, and the first sign-in asks.
    let page = server.visitor().get("/apply").await.expect(200).text;
    assert!(page.contains("name=\"policies\""), "{page}");
    let fields = [("email", "uwe@example.org"), ("name", "Uwe"), ("password", "a long enough one")];
    let refused = server.visitor().form("/apply", &fields).await.expect(422).text;
    assert!(refused.contains("uwe@example.org"), "{refused}");
    let both = [&fields[..], &[("policies", one.as_str()), ("policies", two.as_str())]].concat();
    server.visitor().form("/apply", &both).await.expect(303);
    let confirm = server.mail_to("uwe@example.org").await.link("/confirm/");
    server.visitor().form(&confirm, &[]).await.expect(200);
    let log = jana.get(&format!("/api/v1/policies/{terms}/acceptances")).await.expect(200).json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(2), "{log}");
    let body = json!({"email": "ida@example.org", "name": "Ida", "password": "a long enough one", "locale": "en"});
    server.visitor().post("/api/v1/applications", body).await.expect(202);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_in_without_an_invitation_is_asked_at_the_first_sign_in_and_never_again() {
    let (server, jana) = house_with(&[], 1).await;
    let found = jana.get("/api/v1/members?q=p0@example.org").await.json()["items"][0]["id"].clone();
    jana.patch(&format!("/api/v1/members/{found}"), json!({"status": "active"})).await.expect(200);
    let come = async || {
        let guest = server.visitor();
        guest.form("/login/link", &[("email", "p0@example.org"), ("next", "/library")]).await.expect(303);
        calm(&server).await;
        let link = server.mail_with("p0@example.org", "/login/link/").await.link("/login/link/");
        (guest.form(&link, &[]).await.expect(303).header("location").to_owned(), guest)
    };
    let (to, guest) = come().await;
    assert_eq!(to, "/me/welcome?next=%2Flibrary");
    let page = guest.get(&to).await.expect(200).text;
    assert!(page.contains("name=\"consents\" value=\"newsletter\">"), "asked, not ticked: {page}");
    let csrf = page.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answered = guest.form("/me/welcome", &[("_csrf", &csrf), ("next", "/library")]).await.expect(303);
    assert_eq!(answered.header("location"), "/library");
    let (to, _) = come().await;
    assert_eq!(to, "/library", "a no is an answer");
    server.stop().await;
}
