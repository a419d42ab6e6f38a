//! What every answer keeps, whatever is behind it: headers, encodings, references, limits on what is sent, pages of lists.

use crate::support::{Client, Server};
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn send(request: reqwest::RequestBuilder) -> reqwest::Response {
    request.send().await.unwrap()
}

fn header<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |v| v.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_page_is_guarded() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindqvist").await;
    for path in ["/", "/niches", "/library", "/newsletters", "/search?q=x", "/gibt-es-nicht"] {
        let page = mara.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        let script = policy.split(';').find(|d| d.trim().starts_with("script-src")).unwrap_or("");
        let nonce = script.split("'nonce-").nth(1).and_then(|n| n.split('\'').next()).unwrap_or("");
        // The page of an error has no script at all.
        let used = page.text.contains(&format!("nonce=\"{nonce}\"")) || !page.text.contains("<script");
        assert!(nonce.len() >= 16 && used, "{path}: {policy}");
        assert!(
            !script.contains("unsafe") && policy.contains("object-src 'none'") || policy.contains("default-src 'none'")
        );
        assert!(policy.contains("frame-ancestors") && policy.contains("base-uri"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.header("referrer-policy").is_empty() && !page.header("x-request-id").is_empty(), "{path}");
    }
    // No two pages share a nonce, and no two answers a reference.
    let (one, two) = (mara.get("/niches").await, mara.get("/niches").await);
    assert_ne!(one.header("content-security-policy"), two.header("content-security-policy"));
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    let problem = mara.get("/api/v1/threads/999999").await.expect(404);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_come_packed_as_asked_and_are_kept_by_their_hash() {
    let server = Server::start().await;
    let page = server.visitor().get("/login").await.text;
    let path = page.split("href=\"").find(|p| p.contains("/all.css")).unwrap().split('"').next().unwrap().to_owned();
    let http = reqwest::Client::builder().no_gzip().build().unwrap();
    let get = |accept: &'static str| http.get(server.url(&path)).header(ACCEPT_ENCODING, accept);
    for (accept, packed) in
        [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0", ""), ("identity", "")]
    {
        let answer = send(get(accept)).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-encoding")), (200, packed), "{accept}");
        assert!(header(&answer, "cache-control").contains("immutable") && header(&answer, "vary") == "accept-encoding");
    }
    let etag = header(&send(get("br")).await, "etag").to_owned();
    let same = send(get("br").header("if-none-match", &etag)).await;
    assert_eq!(same.status().as_u16(), 304);
    // Yesterday's hash still gets the file, and must ask again.
    let old = path.replace(path.split('/').nth(2).unwrap(), "000000000000");
    let answer = send(http.get(server.url(&old))).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "cache-control")), (200, "no-cache"));
    assert_eq!(send(http.get(server.url("/assets/x/gibt-es-nicht.js"))).await.status().as_u16(), 404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine_or_the_token() {
    let server = Server::start_with(&[("KONTOR_METRICS_TOKEN", "nur-fuer-prometheus")]).await;
    let http = reqwest::Client::new();
    let url = server.url("/metrics");
    assert_eq!(send(http.get(&url)).await.status().as_u16(), 200);
    for sign in ["x-forwarded-for", "forwarded", "x-real-ip", "via"] {
        let passed_on = http.get(&url).header(sign, "203.0.113.7");
        assert_eq!(send(passed_on).await.status().as_u16(), 404, "{sign}");
    }
    let with = |token: &str| http.get(&url).header("forwarded", "for=203.0.113.7").bearer_auth(token);
    assert_eq!(send(with("nur-fuer-prometheus")).await.status().as_u16(), 200);
    assert_eq!(send(with("nur-fuer-prometheu")).await.status().as_u16(), 404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_at_once_does_the_thing_once() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let post = |key: &str| {
        manager.request(Method::POST, "/api/v1/niches").header("idempotency-key", key).json(
            &json!({"slug": "einmal", "name": {"de": "Einmal", "en": "Once"}, "description": {"de": "", "en": ""}}),
        )
    };
    let answers = futures_util::future::join_all((0..12).map(|_| send(post("k1")))).await;
    let codes: Vec<u16> = answers.iter().map(|a| a.status().as_u16()).collect();
    assert!(codes.contains(&201), "{codes:?}");
    assert!(codes.iter().all(|c| [201, 409].contains(c)), "made, made already, or still being made: {codes:?}");
    let list = manager.get("/api/v1/niches").await.json();
    assert_eq!(list["items"].as_array().unwrap().iter().filter(|n| n["slug"] == "einmal").count(), 1);
    // A key that cannot be kept is said so, for the caller counts on it.
    let refused = Client::send(post(&"k".repeat(256))).await.expect(422);
    assert_eq!(refused.field_errors(), ["Idempotency-Key:too_long"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn short_lists_come_whole_or_in_parts() {
    let server = Server::start().await;
    let (manager, admin) = (server.manager().await, server.admin().await);
    for slug in ["eins", "zwei", "drei"] {
        let niche = json!({"slug": slug, "name": {"de": slug, "en": slug}, "description": {"de": "", "en": ""}});
        manager.post("/api/v1/niches", niche).await.expect(201);
    }
    server.drain().await;
    for path in ["/api/v1/niches", "/api/v1/rooms", "/api/v1/tiers"] {
        let whole = manager.get(path).await.expect(200).json();
        let all = whole["items"].as_array().unwrap().clone();
        assert!(all.len() >= 3 && whole["next_cursor"].is_null(), "{path}: {whole}");
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = manager.get(&format!("{path}?limit=2&cursor={cursor}")).await.expect(200).json();
            seen.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, all, "{path}");
        manager.get(&format!("{path}?limit=0")).await.expect(422);
        manager.get(&format!("{path}?cursor=unsinn")).await.expect(422);
    }
    for path in
        ["/api/v1/programs", "/api/v1/messages", "/api/v1/me/tokens", "/api/v1/me/sessions", "/api/v1/invite-links"]
    {
        assert!(admin.get(&format!("{path}?limit=1")).await.expect(200).json()["items"].as_array().unwrap().len() <= 1);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pages_show_the_api_shows_to_the_same_people() {
    let server = Server::start().await;
    let (mara, manager, admin) = (server.member("Mara Lindqvist").await, server.manager().await, server.admin().await);
    // Mails without a way are kept, and shown to admins alone.
    server.visitor().form("/password/forgot", &[("email", "mara.lindqvist@house.example")]).await;
    let mail = server.visitor().post("/api/v1/applications", json!({})).await;
    assert_eq!(mail.status.as_u16(), 422);
    server.drain().await;
    for path in ["/api/v1/outbox", "/api/v1/returned-mails"] {
        mara.get(path).await.expect(403);
        manager.get(path).await.expect(403);
        admin.get(path).await.expect(200);
    }
    admin.get("/api/v1/outbox/gibt-es-nicht.eml").await.expect(404);
    admin.get("/api/v1/outbox/..%2Fkontor.db").await.expect(404);
    // A campaign as a member gets it; the archive of members has what was their turn.
    let segment = json!({"name": "Alle", "rule": {"all": []}});
    let segment = manager.post("/api/v1/segments", segment).await.expect(201).json();
    let campaign = json!({"name": "Oktober", "segment_id": segment["id"], "subject": {"de": "Hallo {{member.name}}", "en": "Hello {{member.name}}"},
        "body": {"de": "Guten Tag {{member.name}}", "en": "Good day {{member.name}}"}});
    let made = manager.post("/api/v1/campaigns", campaign).await.expect(201).json();
    let id = Server::id_of(&mara);
    let path = format!("/api/v1/campaigns/{}/preview?member={id}&lang=de", made["id"]);
    let preview = manager.get(&path).await.expect(200).json();
    assert_eq!(preview["subject"], "Hallo Mara Lindqvist");
    assert!(preview["html"].as_str().unwrap().contains("Guten Tag Mara Lindqvist"), "{preview}");
    mara.get(&path).await.expect(403);
    manager.get(&path.replace("lang=de", "lang=xx")).await.expect(422);
    assert_eq!(mara.get("/api/v1/newsletters").await.expect(200).json()["items"], json!([]));
    mara.get(&format!("/api/v1/newsletters/{}", made["id"])).await.expect(404);
    manager.get("/api/v1/resources/999/preview").await.expect(404);
    mara.get("/api/v1/resources/999/preview").await.expect(403);
    server.stop().await;
}

/// Every POST, PUT and PATCH of the document that takes JSON.
fn writers() -> BTreeSet<(String, String)> {
    use utoipa::OpenApi;
    let document = serde_json::to_value(kontor::openapi::Api::openapi()).unwrap();
    let mut out = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let takes_json = operation["requestBody"]["content"].get("application/json").is_some();
            if takes_json && path.starts_with("/api/v1/") {
                out.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_makes_the_server_stumble() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let admin = server.admin().await;
    let all = writers();
    assert!(all.len() > 90, "{}", all.len());
    let junk: [(&str, Vec<u8>); 5] = [
        ("application/json", b"{".to_vec()),
        ("application/json", b"[1, 2".to_vec()),
        ("application/json", br#"{"gibt_es_nicht": true}"#.to_vec()),
        ("application/json", vec![0xff, 0xfe, 0x00]),
        ("text/plain", b"{}".to_vec()),
    ];
    for (method, path) in &all {
        let address: String =
            path.split('/').map(|p| if p.starts_with('{') { "1" } else { p }).collect::<Vec<_>>().join("/");
        for (kind, body) in &junk {
            let request = admin
                .request(Method::from_bytes(method.as_bytes()).unwrap(), &address)
                .header(CONTENT_TYPE, *kind)
                .body(body.clone());
            let answer = Client::send(request).await;
            let status = answer.status.as_u16();
            assert!((400..500).contains(&status), "{method} {path} {kind}: {status} {}", answer.text);
            let problem: Value = answer.json();
            assert_eq!(problem["status"], status, "{method} {path}");
            assert!(!answer.header("x-request-id").is_empty());
            if *kind == "text/plain" {
                assert!([415, 404, 403, 409].contains(&status), "{method} {path}: {status}");
            }
        }
    }
    // What is too large is refused before it is read.
    let huge = format!("{{\"title\": \"{}\"}}", "x".repeat(kontor::web::forms::JSON_LIMIT));
    let request = admin.request(Method::POST, "/api/v1/session").header(CONTENT_TYPE, "application/json").body(huge);
    assert_eq!(Client::send(request).await.status.as_u16(), 413);
    assert_eq!(admin.get("/readyz").await.status.as_u16(), 200);
    server.stop().await;
}
