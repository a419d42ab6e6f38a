//! Where the new begins: on the page of a room, and above what it shows.

use crate::support::{Client, Server, join_foyer};
use serde_json::json;

const LINE: &str = "<h2 class=\"unread-line\"";
const ABOVE: &str = "data-new-above";

async fn say(who: &Client, room: i64, from: usize, to: usize) {
    for n in from..to {
        let message = json!({ "cid": format!("c{n}"), "body": format!("Nachricht {n}.") });
        who.post(&format!("/api/v1/rooms/{room}/messages"), message).await.expect(201);
    }
}

/// The text of the first message below the line.
fn first_new(page: &str) -> Option<&str> {
    let below = page.split_once(LINE)?.1;
    let at = below.find("Nachricht ")?;
    below[at..].split_inclusive('.').next()
}

#[tokio::test]
async fn the_new_begins_at_a_line_and_what_lies_above_the_page_is_one_click_away() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Alder").await);
    let room = join_foyer(&[&mara, &tom]).await;

    // All of it is new: the line stands above the very first.
    say(&mara, room, 0, 3).await;
    let page = tom.get("/rooms/foyer").await.expect(200).text;
    assert_eq!((first_new(&page), page.contains(ABOVE)), (Some("Nachricht 0."), false));
    let own = mara.get("/rooms/foyer").await.expect(200).text;
    assert!(!own.contains(LINE), "nobody's own words are new to them");

    // Something read above, something new below.
    tom.put(&format!("/api/v1/rooms/{room}/read"), json!({ "s": 2 })).await.expect(204);
    let page = tom.get("/rooms/foyer").await.expect(200).text;
    assert_eq!((first_new(&page), page.contains(ABOVE)), (Some("Nachricht 2."), false));

    // More than a page: what the page shows begins in the middle, and says so.
    say(&mara, room, 3, 120).await;
    let page = tom.get("/rooms/foyer").await.expect(200).text;
    assert!(!page.contains(LINE), "the new begins before this page");
    assert!(page.contains(ABOVE) && page.contains("/rooms/foyer?since=2\""));
    let above = tom.get("/rooms/foyer?since=2").await.expect(200).text;
    assert_eq!((first_new(&above), above.contains(ABOVE)), (Some("Nachricht 2."), false));
    // It stays there for who has meanwhile looked at the end, and for who was brought there.
    tom.put(&format!("/api/v1/rooms/{room}/read"), json!({ "s": 120 })).await.expect(204);
    assert_eq!(first_new(&tom.get("/rooms/foyer?since=2").await.expect(200).text), Some("Nachricht 2."));
    let page = tom.get("/rooms/foyer").await.expect(200).text;
    assert!(!page.contains(LINE) && !page.contains(ABOVE), "all is read");
    server.stop().await;
}
