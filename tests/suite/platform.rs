//! The platform: health, errors, headers, both databases alike.

use crate::support::{Client, Server};
use kontor::db::migrations;

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_that_it_lives_and_is_ready() {
    let server = Server::start().await;
    let anyone = server.visitor();
    anyone.get("/healthz").await.expect(200);
    anyone.get("/readyz").await.expect(200);
    let metrics = anyone.get("/metrics").await.expect(200);
    assert!(metrics.text.contains("kontor_http_requests_total"), "{}", metrics.text);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_answers_in_the_readers_language_and_kind() {
    let server = Server::start().await;
    let german = server.visitor().with_header("accept-language", "de");
    let page = german.get("/nirgends").await.expect(404);
    assert!(page.text.contains("Nicht gefunden") && page.header("content-type").starts_with("text/html"));
    let problem = german.get("/api/v1/nirgends").await.expect(404);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["title"], "Nicht gefunden");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_migration_has_a_way_back() {
    let server = Server::start().await;
    let url = server.house().config.database_url.clone();
    server.running.house.jobs.stop(std::time::Duration::from_secs(1)).await;
    migrations::revert_all(&url).unwrap();
    assert!(!migrations::apply(&url).unwrap().is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_address_asked_the_wrong_way_says_so_and_head_is_get_without_a_body() {
    let server = Server::start().await;
    let anyone = server.visitor();
    anyone.delete("/healthz").await.expect(405);
    let head = Client::send(anyone.request(reqwest::Method::HEAD, "/healthz")).await.expect(200);
    assert_eq!(head.text, "");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_address_comes_from_trusted_proxies_only() {
    let behind = Server::start_with(&[("KONTOR_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let direct = Server::start().await;
    // Sign-in tries are limited per address: 34 addresses behind a proxy never share one, one direct peer does.
    for (server, limited) in [(&behind, false), (&direct, true)] {
        let mut refused = 0;
        // At once: one after the other a slow machine would earn new tries meanwhile.
        let tries = (0..34).map(|n| {
            let someone = server.visitor().with_header("x-forwarded-for", &format!("198.51.100.{n}"));
            let email = format!("nobody{n}@example.org");
            async move { someone.form("/login", &[("email", email.as_str()), ("password", "wrong")]).await }
        });
        for answer in futures_util::future::join_all(tries).await {
            if answer.status == 429 {
                refused += 1;
                assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
            }
        }
        assert_eq!(refused > 0, limited);
    }
    behind.stop().await;
    direct.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gets_the_first_answer_again_and_another_body_is_a_conflict() {
    let server = Server::start().await;
    let jana = server.manager().await.with_header("idempotency-key", "k-1");
    let niche = serde_json::json!({"slug": "heimfitness", "name": {"de": "Heimfitness", "en": "Home fitness"}});
    let first = jana.post("/api/v1/niches", niche.clone()).await.expect(201);
    let again = jana.post("/api/v1/niches", niche).await.expect(201);
    assert_eq!((first.id(), again.header("idempotency-replayed")), (again.id(), "true"));
    let other = serde_json::json!({"slug": "other", "name": {"de": "Anders", "en": "Other"}});
    assert_eq!(jana.post("/api/v1/niches", other).await.expect(409).json()["code"], "idem_conflict");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_showed_a_secret_is_not_kept() {
    let server = Server::start().await;
    let lena = server.member("Lena Brandt").await.with_header("idempotency-key", "k-2");
    let token = serde_json::json!({"name": "my script"});
    let first = lena.post("/api/v1/me/tokens", token.clone()).await.expect(201);
    let again = lena.post("/api/v1/me/tokens", token).await.expect(409);
    assert_eq!((again.json()["id"].as_i64(), again.json()["code"].as_str()), (Some(first.id()), Some("idem_secret")));
    assert!(!again.text.contains(first.json()["token"].as_str().unwrap()));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_somebody_else_never_close_an_open_door() {
    let server = Server::start().await;
    for foreign in ["Basic YTpi", "Bearer nonsense", "Bearer"] {
        let visitor = server.visitor().with_header("authorization", foreign);
        for open in ["/", "/login", "/apply", "/api/v1/openapi.json"] {
            visitor.get(open).await.expect(200);
        }
        visitor.get("/api/v1/me").await.expect(401);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_a_line_break_becomes_one_line_and_still_gets_its_mail() {
    let server = Server::start().await;
    let eve = serde_json::json!({"email": "eve@example.org", "password": "a long enough one",
        "name": "Eve\r\nBcc: evil@example.org\u{0}", "locale": "en"});
    server.visitor().post("/api/v1/applications", eve).await.expect(202);
    let mail = server.mail_with("eve@example.org", "/confirm/").await;
    assert!(!mail.raw.contains("\nBcc:"), "{}", mail.raw);
    assert!(mail.text.contains("Eve Bcc: evil@example.org"), "{}", mail.text);
    server.stop().await;
}
