//! The outbox: what was written while the line was down, half down, or while the page was gone, arrives once and in its order.

use crate::house::{Client, Server};
use crate::support::{Browser, Line, Wire, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::{Value, json};

async fn write(who: &Browser, text: &str) {
    who.see(".chat-form textarea").await.send_keys(text).await.unwrap();
    who.click(".chat-form button[type=submit]").await;
    who.until(&format!(
        "[...document.querySelectorAll('.line-own .line-body')].some((l) => l.innerText.includes({}))",
        json!(text)
    ))
    .await;
}

/// The texts of the room as the house has them, in order.
async fn kept(who: &Client, room: i64) -> Vec<String> {
    let page = who.get(&format!("/api/v1/rooms/{room}/messages?limit=100")).await.expect(200).json();
    let items = page["items"].as_array().unwrap().clone();
    items.iter().map(|m| m["html"].as_str().unwrap().replace("<p>", "").replace("</p>", "").trim().to_owned()).collect()
}

/// The line is whole again, and the machine notices: the page need not wait for its next try.
async fn mend(wire: &Wire, page: &Browser) {
    wire.become_(Line::Whole);
    page.run("dispatchEvent(new Event('online'))", vec![]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_in_an_outage_arrives_once_and_in_order() {
    let wire = Wire::lay().await;
    let server = Server::start_with(&[("KONTOR_BASE_URL", &wire.url)]).await;
    wire.lead_to(server.running.address);
    let ada = server.db_member("Ada Brandt", Role::Member, 0, Lang::De).await;
    let rooms = ada.get("/api/v1/rooms").await.expect(200).json();
    let room =
        rooms["items"].as_array().unwrap().iter().find(|r| r["slug"] == "foyer").unwrap()["id"].as_i64().unwrap();
    assert!(ada.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.status.is_success());
    let page = Browser::over(&wire, &ada, "outbox", Lang::De).await;
    page.goto("/rooms/foyer").await;
    page.see(".conn[data-state='live']").await;
    write(&page, "eins").await;
    page.until("!document.querySelector('.line-pending') && document.querySelector('.line[data-m]')").await;

    // The line is cut: lines wait, the page says so, and nothing is lost by closing it.
    wire.become_(Line::Cut);
    page.see(".conn:not([data-state='live'])").await;
    write(&page, "zwei").await;
    write(&page, "drei").await;
    assert_eq!(page.count(".line-pending").await, 2);
    page.see(".offline[data-on]").await;
    all_well(&page.inspect("offline").await);
    page.driver.goto("about:blank").await.unwrap();
    wire.become_(Line::Whole);
    page.goto("/rooms/foyer").await;
    page.until(
        "document.querySelectorAll('.line-own[data-m]').length === 3 && !document.querySelector('.line-pending')",
    )
    .await;
    assert_eq!(kept(&ada, room).await, ["eins", "zwei", "drei"]);

    // The house hears, but its answer is lost: the repeat is the same message.
    page.see(".conn[data-state='live']").await;
    wire.become_(Line::OneWay);
    write(&page, "vier").await;
    let began = std::time::Instant::now();
    while kept(&ada, room).await.len() < 4 {
        assert!(began.elapsed().as_secs() < 15, "the message never reached the house");
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    }
    assert_eq!(page.count(".line-pending").await, 1, "nobody has told the page yet");
    wire.become_(Line::Cut);
    page.see(".conn:not([data-state='live'])").await;
    mend(&wire, &page).await;
    page.until(
        "document.querySelectorAll('.line-own[data-m]').length === 4 && !document.querySelector('.line-pending')",
    )
    .await;
    // And after an outage without a reload what was written leaves by itself.
    wire.become_(Line::Cut);
    page.see(".conn:not([data-state='live'])").await;
    write(&page, "fünf").await;
    mend(&wire, &page).await;
    page.until(
        "document.querySelectorAll('.line-own[data-m]').length === 5 && !document.querySelector('.line-pending')",
    )
    .await;
    assert_eq!(kept(&ada, room).await, ["eins", "zwei", "drei", "vier", "fünf"]);
    let order = page
        .run("return [...document.querySelectorAll('.line .line-body')].map((l) => l.innerText.trim())", vec![])
        .await;
    assert_eq!(serde_json::from_value::<Vec<String>>(order).unwrap(), ["eins", "zwei", "drei", "vier", "fünf"]);
    let left: Value = page.run("return localStorage.getItem('kontor-outbox')", vec![]).await;
    assert_eq!(left, Value::Null);
    page.quit().await;
    server.stop().await;
}
