//! The platform: health, errors, headers, both databases alike.

use crate::support::Server;
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
