//! The mail digest: who was away gets it once, who is here or does not want it gets none.

use super::support::{Client, Mail, Server};
use kontor::db::{HOUR, MINUTE};
use kontor::i18n::Lang;
use kontor::notices::actions::notify;
use kontor::notices::kinds;
use kontor::notices::model::Notice;
use kontor::web::viewer::Role;
use serde_json::{Value, json};

async fn db_tell(server: &Server, who: &Client, text: &str) {
    let notice = Notice::new(who.member, &kinds::REMINDER, "/rooms/foyer", json!({ "text": text }));
    server.house().db.write(move |tx| notify(tx, &notice)).await.unwrap();
}

/// The digests to an address, after the job has looked once more at everybody.
async fn digests(server: &Server, address: &str) -> Vec<Mail> {
    kontor::notices::digest::run(server.house().clone(), ()).await.unwrap();
    server.mails().await.into_iter().filter(|m| m.to == address && m.text.contains("/u/digest/")).collect()
}

/// The digests to an address once there are `n`: the server's own worker may be sending one just now.
async fn wait_for(server: &Server, address: &str, n: usize) -> Vec<Mail> {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let found = digests(server, address).await;
        if found.len() >= n {
            assert_eq!(found.len(), n, "too many to {address}");
            return found;
        }
        assert!(std::time::Instant::now() < until, "{} of {n} to {address}", found.len());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn set(who: &Client, change: Value) {
    who.patch("/api/v1/me/notifications/settings", change).await.expect(200);
}

#[tokio::test]
async fn who_was_away_gets_one_mail_and_a_link_that_ends_them() {
    let server = Server::start().await;
    let mara = server.db_member("Mara Lindt", Role::Member, 0, Lang::De).await;
    let tom = server.member("Tom Alder").await;
    let daily = server.member("Dora Day").await;
    set(&daily, json!({ "digest": "daily" })).await;
    let off = server.member("Olaf Off").await;
    set(&off, json!({ "digest": "off" })).await;
    let kind_off = server.member("Kim Kind").await;
    set(&kind_off, json!({ "kinds": { "reminder": { "mail": false } } })).await;
    for who in [&mara, &tom, &daily, &off, &kind_off] {
        db_tell(&server, who, "Zahlen prüfen").await;
    }
    assert!(digests(&server, "mara-lindt@example.org").await.is_empty(), "not before the quiet time");
    server.advance(28 * MINUTE).await;
    // Tom comes by and reads: nothing is left to mail.
    tom.put("/api/v1/me/notifications/read", json!({})).await.expect(204);
    server.advance(8 * MINUTE).await;
    let mail = wait_for(&server, "mara-lindt@example.org", 1).await;
    assert_eq!(mail[0].subject, "Eine neue Benachrichtigung bei Kontor");
    assert!(mail[0].text.contains("Erinnerung") && mail[0].text.contains("Zahlen prüfen"), "{}", mail[0].text);
    assert!(mail[0].raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{}", mail[0].raw);
    for away in ["tom-alder@example.org", "olaf-off@example.org", "kim-kind@example.org"] {
        assert!(digests(&server, away).await.is_empty(), "{away}");
    }
    wait_for(&server, "dora-day@example.org", 1).await;
    // Running again, and later, mails nothing twice.
    server.advance(2 * HOUR).await;
    wait_for(&server, "mara-lindt@example.org", 1).await;
    for who in [&mara, &daily] {
        db_tell(&server, who, "Noch etwas").await;
    }
    server.advance(40 * MINUTE).await;
    wait_for(&server, "mara-lindt@example.org", 2).await;
    wait_for(&server, "dora-day@example.org", 1).await;
    // The link: looking changes nothing, pressing ends it, for a mail program without a session as well.
    let link = mail[0].link("/u/digest/");
    let visitor = server.visitor();
    visitor.get(&link).await.expect(200);
    visitor.form(&link, &[("List-Unsubscribe", "One-Click")]).await.expect(200);
    visitor.form(&link, &[("List-Unsubscribe", "One-Click")]).await.expect(200);
    db_tell(&server, &mara, "Und noch etwas").await;
    server.advance(3 * HOUR).await;
    wait_for(&server, "mara-lindt@example.org", 2).await;
    visitor.get("/u/digest/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.expect(404);
    server.stop().await;
}

#[tokio::test]
async fn quiet_hours_hold_the_mail_back_until_they_are_over() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    // Quiet from now for six hours, whatever the hour of the test is.
    let now = kontor::i18n::time(server.house().db.now(), &kontor::i18n::parse_zone("UTC"));
    let minute = kontor::notices::model::minute_of(&now).unwrap();
    let to = kontor::notices::model::clock_of((minute + 6 * 60) % 1440);
    set(&mara, json!({ "quiet": true, "quiet_from": now, "quiet_to": to, "quiet_zone": "UTC" })).await;
    db_tell(&server, &mara, "Leise").await;
    server.advance(3 * HOUR).await;
    assert!(digests(&server, "mara-lindt@example.org").await.is_empty());
    server.advance(4 * HOUR).await;
    wait_for(&server, "mara-lindt@example.org", 1).await;
    server.stop().await;
}

#[tokio::test]
async fn settings_are_read_kept_and_refused_with_their_field() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let was = mara.get("/api/v1/me/notifications/settings").await.expect(200).json();
    assert_eq!((was["digest"].as_str(), was["quiet"].as_bool()), (Some("soon"), Some(false)));
    assert!(!was["kinds"].as_array().unwrap().iter().any(|k| k["kind"] == "report"), "the team's kinds are the team's");
    let bad =
        json!({ "digest": "hourly", "quiet_from": "25:00", "quiet_zone": "Moon/Sea", "kinds": { "nothing": {} } });
    let refused = mara.patch("/api/v1/me/notifications/settings", bad).await.expect(422).field_errors();
    assert_eq!(refused, ["digest:invalid", "quiet_from:invalid", "quiet_zone:invalid", "kinds:invalid"]);
    let rooms = mara.get("/api/v1/rooms").await.expect(200).json();
    let foyer = rooms["items"][0]["id"].as_i64().unwrap();
    mara.put(&format!("/api/v1/rooms/{foyer}/members/me"), json!({})).await;
    mara.put(&format!("/api/v1/me/notifications/levels/room/{foyer}"), json!({ "level": "all" })).await.expect(204);
    mara.put("/api/v1/me/notifications/levels/room/99999", json!({ "level": "all" })).await.expect(404);
    mara.put(&format!("/api/v1/me/notifications/levels/room/{foyer}"), json!({ "level": "x" })).await.expect(422);
    let page = mara.get("/me/notifications").await.expect(200).text;
    assert!(page.contains(&format!("name=\"level.room.{foyer}\"")), "{page}");
    let csrf = kontor::web::csrf::token_for(&mara.session);
    let level = format!("level.room.{foyer}");
    let fields = [
        ("_csrf", csrf.as_str()),
        ("digest", "daily"),
        ("quiet", "1"),
        ("quiet_from", "21:30"),
        ("quiet_to", "06:45"),
        ("quiet_zone", ""),
        ("kind", "mention"),
        ("page.mention", "1"),
        (level.as_str(), "none"),
    ];
    mara.form("/me/notifications", &fields).await.expect(303);
    let now = mara.get("/api/v1/me/notifications/settings").await.expect(200).json();
    assert_eq!(
        (&now["digest"], &now["quiet_from"], &now["quiet_to"]),
        (&json!("daily"), &json!("21:30"), &json!("06:45"))
    );
    let kind = now["kinds"].as_array().unwrap().iter().find(|k| k["kind"] == "mention").unwrap().clone();
    assert_eq!((&kind["page"], &kind["push"], &kind["mail"]), (&json!(true), &json!(false), &json!(false)));
    assert_eq!(now["places"][0]["level"], "none");
    let wrong =
        [("_csrf", csrf.as_str()), ("digest", "daily"), ("quiet", "1"), ("quiet_from", "soon"), ("quiet_to", "06:45")];
    let again = mara.form("/me/notifications", &wrong).await.expect(422).text;
    assert!(again.contains("value=\"soon\""), "what was typed is still there");
    server.stop().await;
}
