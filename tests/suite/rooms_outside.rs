//! Chat and the world outside: link previews, webhooks, export; and the clock: office hours.

use crate::support::{Client, Server, Socket};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const MINUTE: i64 = 60_000;

/// Status, type and body of an answer.
type Page = (u16, String, Vec<u8>);

/// A web server that answers what it was told and remembers what it was asked.
#[derive(Clone, Default)]
struct Site {
    pages: Arc<Mutex<HashMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn open() -> (Self, String) {
        let site = Self::default();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", socket.local_addr().unwrap());
        let me = site.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                let me = me.clone();
                tokio::spawn(async move {
                    let mut text = Vec::new();
                    let mut part = [0_u8; 4096];
                    loop {
                        let n = stream.read(&mut part).await.unwrap_or(0);
                        text.extend_from_slice(&part[..n]);
                        let seen = String::from_utf8_lossy(&text).into_owned();
                        let Some((head, body)) = seen.split_once("\r\n\r\n") else {
                            if n == 0 { return } else { continue }
                        };
                        let wanted = head.lines().find_map(|l| {
                            l.to_ascii_lowercase()
                                .strip_prefix("content-length: ")
                                .map(|n| n.trim().parse::<usize>().unwrap())
                        });
                        if n == 0 || body.len() >= wanted.unwrap_or(0) {
                            break;
                        }
                    }
                    let seen = String::from_utf8_lossy(&text).into_owned();
                    let path = seen.split(' ').nth(1).unwrap_or("/").to_owned();
                    me.asked.lock().unwrap().push(seen);
                    let (status, kind, body) =
                        me.pages.lock().unwrap().get(&path).cloned().unwrap_or((404, "text/plain".into(), Vec::new()));
                    let more =
                        if (300..400).contains(&status) { format!("location: {kind}\r\n") } else { String::new() };
                    let head = format!(
                        "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.write_all(&body).await;
                });
            }
        });
        (site, at)
    }

    fn put(&self, path: &str, status: u16, kind: &str, body: &[u8]) {
        self.pages.lock().unwrap().insert(path.to_owned(), (status, kind.to_owned(), body.to_vec()));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn open_house(private: &str) -> Server {
    Server::start_with(&[
        ("KONTOR_RATE_LIMITS", "off"),
        ("KONTOR_LINK_PREVIEWS", "on"),
        ("KONTOR_FETCH_PRIVATE", private),
    ])
    .await
}

async fn foyer(members: &[&Client]) -> i64 {
    let rooms = members[0].get("/api/v1/rooms").await.expect(200).json();
    let rooms = rooms["items"].as_array().unwrap();
    let room = rooms.iter().find(|r| r["slug"] == "foyer").unwrap()["id"].as_i64().unwrap();
    for member in members {
        member.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    }
    room
}

fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(640, 360).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gets_its_preview_as_an_edit_and_readers_ask_only_us() {
    let (site, at) = Site::open().await;
    site.put("/weg", 302, "/seite", b"");
    site.put(
        "/seite",
        200,
        "text/html; charset=utf-8",
        b"<title>x</title><meta property='og:title' content='R2 im Test'><meta property='og:description' content='Leise & klein'><meta property='og:image' content='/bild.png'>",
    );
    site.put("/bild.png", 200, "image/png", &picture());
    let server = open_house("on").await;
    let (mara, tom) = (server.member("Mara Lindt").await, server.member("Tom Test").await);
    let room = foyer(&[&mara, &tom]).await;
    let mut socket = Socket::hello(&server, &tom, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    let body = format!("Schaut mal: {at}/weg");
    let url = format!("/api/v1/rooms/{room}/messages");
    let m = mara.post(&url, json!({ "cid": "1", "body": body })).await.expect(201).id();
    assert_eq!(socket.next_of("ev").await["k"], "msg");
    let told = socket.next_of("ev").await;
    assert_eq!((&told["k"], &told["m"]), (&json!("edit"), &json!(m)));
    let html = told["d"]["html"].as_str().unwrap();
    assert!(
        html.contains("R2 im Test") && html.contains("Leise &amp; klein") && html.contains("src=\"/previews/"),
        "{html}"
    );
    assert!(!html.contains("bild.png"), "nothing leads a reader's browser to the other server");
    let image = html.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let got = tom.get(image).await.expect(200);
    assert_eq!(got.header("content-type"), "image/jpeg");
    assert_ne!(server.visitor().get(image).await.status.as_u16(), 200, "for members only");
    // Known for a week: the second message asks nobody.
    let before = site.asked().len();
    mara.post(&url, json!({ "cid": "2", "body": format!("nochmal {at}/weg") })).await.expect(201);
    assert_eq!(socket.next_of("ev").await["k"], "msg");
    assert_eq!(socket.next_of("ev").await["k"], "edit");
    assert_eq!(site.asked().len(), before);
    // An edit that takes the link away takes the preview with it.
    mara.patch(&format!("{url}/{m}"), json!({ "rev": 0, "body": "doch nicht" })).await.expect(200);
    assert!(!socket.next_of("ev").await["d"]["html"].as_str().unwrap().contains("R2"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_into_the_own_network_is_never_asked() {
    let (site, at) = Site::open().await;
    site.put("/", 200, "text/html", b"<title>geheim</title>");
    let server = open_house("off").await;
    let mara = server.member("Mara Lindt").await;
    let room = foyer(&[&mara]).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    mara.post(&url, json!({ "cid": "1", "body": format!("{at}/ http://localhost:9/ http://[::1]:9/") }))
        .await
        .expect(201);
    server.drain().await;
    server.drain().await;
    assert!(site.asked().is_empty());
    let html = mara.get(&url).await.json()["items"][0]["html"].as_str().unwrap().to_owned();
    assert!(!html.contains("preview"), "{html}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_speaks_through_its_secret_address_until_it_is_taken_away() {
    let server = Server::start().await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let room = foyer(&[&mara, &jana]).await;
    let hooks = format!("/api/v1/rooms/{room}/hooks/incoming");
    mara.post(&hooks, json!({ "name": "CI" })).await.expect(403);
    let made = jana.post(&hooks, json!({ "name": "CI" })).await.expect(201).json();
    let path = made["url"].as_str().unwrap().split("/hooks/").nth(1).map(|s| format!("/hooks/{s}")).unwrap();
    let mut socket = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    let payload = json!({ "text": "*Fertig* <https://ci.example/5|Lauf 5>, @Mara Lindt" });
    let machine = server.visitor();
    assert_eq!(machine.post(&path, payload.clone()).await.expect(200).text, "ok");
    let told = socket.next_of("ev").await;
    assert_eq!((&told["k"], &told["d"]["name"], &told["d"]["bot"]), (&json!("msg"), &json!("CI"), &json!(true)));
    assert!(told["d"]["html"].as_str().unwrap().contains("<strong>Fertig</strong>"));
    assert_eq!(mara.get(&format!("/api/v1/rooms/{room}")).await.json()["mentions"], 1);
    machine.form(&path, &[("payload", &payload.to_string())]).await.expect(200);
    machine.post(&path, json!({ "foo": 1 })).await.expect(422);
    machine.post("/hooks/nixda", payload.clone()).await.expect(404);
    let page = mara.get("/rooms/foyer").await.expect(200).text;
    assert!(page.contains("CI") && page.contains("Lauf 5"));
    let listed = jana.get(&hooks).await.expect(200);
    assert!(
        listed.json()["items"][0]["last_used_at"].is_string() && !listed.text.contains(&path[7..]),
        "the secret is kept by nobody"
    );
    let mut refused = 0;
    for _ in 0..15 {
        refused += usize::from(machine.post(&path, payload.clone()).await.status.as_u16() == 429);
    }
    assert!(refused > 0, "a machine gone wild is slowed down");
    jana.delete(&format!("{hooks}/{}", made["id"])).await.expect(204);
    machine.post(&path, payload).await.expect(404);
    let page = jana.form("/rooms/foyer/hooks", &[("do", "add_in"), ("name", "Shop")]).await.expect(200).text;
    assert!(page.contains("/hooks/") && page.contains("Shop"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_told_every_event_once_signed_and_again_after_a_failure() {
    let (site, at) = Site::open().await;
    site.put("/ohr", 500, "text/plain", b"");
    let server = open_house("on").await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let room = foyer(&[&mara, &jana]).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    mara.post(&url, json!({ "cid": "0", "body": "vorher" })).await.expect(201);
    let hooks = format!("/api/v1/rooms/{room}/hooks/outgoing");
    jana.post(&hooks, json!({ "url": "ftp://x" })).await.expect(422);
    let made = jana.post(&hooks, json!({ "url": format!("{at}/ohr") })).await.expect(201).json();
    let m = mara.post(&url, json!({ "cid": "1", "body": "hallo" })).await.expect(201).id();
    let state = async || -> Vec<Value> {
        jana.get(&hooks).await.expect(200).json()["items"][0]["deliveries"].as_array().unwrap().clone()
    };
    let patience = std::time::Instant::now();
    while state().await.first().is_none_or(|d| d["attempts"] == 0) {
        assert!(patience.elapsed().as_secs() < 15, "never tried");
        server.drain().await;
        tokio::task::yield_now().await;
    }
    assert_eq!((&state().await[0]["state"], &state().await[0]["status"]), (&json!("waiting"), &json!(500)));
    site.put("/ohr", 204, "text/plain", b"");
    mara.delete(&format!("{url}/{m}")).await.expect(204);
    let patience = std::time::Instant::now();
    while state().await.len() < 2 || state().await.iter().any(|d| d["state"] != "done") {
        assert!(patience.elapsed().as_secs() < 15, "{:?}", state().await);
        server.advance(11_000).await;
    }
    let asked = site.asked();
    assert_eq!(asked.len(), 3, "the first twice, the second once; nothing of before");
    let secret = made["secret"].as_str().unwrap();
    for request in &asked {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with(&format!("{name}:"))).unwrap();
            line.split_once(':').unwrap().1.trim().to_owned()
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{}.{body}", header("x-kontor-timestamp")).as_bytes());
        let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(header("x-kontor-signature"), format!("v1={hex}"));
    }
    let kinds: Vec<Value> = asked
        .iter()
        .map(|r| serde_json::from_str::<Value>(r.split_once("\r\n\r\n").unwrap().1).unwrap()["kind"].clone())
        .collect();
    assert!(kinds.contains(&json!("del")), "{kinds:?}");
    assert!(jana.get("/rooms/foyer/hooks").await.expect(200).text.contains("/ohr"));
    jana.delete(&format!("{hooks}/{}", made["id"])).await.expect(204);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_taken_home_as_a_file_and_the_log_knows() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let (mara, jana, ruth) = (server.member("Mara Lindt").await, server.manager().await, server.admin().await);
    let room = foyer(&[&mara, &jana]).await;
    let url = format!("/api/v1/rooms/{room}/messages");
    for i in 0..3 {
        mara.post(&url, json!({ "cid": format!("c{i}"), "body": format!("Satz **{i}**") })).await.expect(201);
    }
    let gone = mara.post(&url, json!({ "cid": "x", "body": "weg damit" })).await.expect(201).id();
    mara.delete(&format!("{url}/{gone}")).await.expect(204);
    mara.get("/rooms/foyer/export?format=json").await.expect(403);
    let file = jana.get("/rooms/foyer/export?format=json").await.expect(200);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"foyer.json\"");
    let all: Value = file.json();
    assert_eq!((all["messages"].as_array().unwrap().len(), &all["room"]["slug"]), (3, &json!("foyer")));
    assert_eq!(all["messages"][1]["text"], "Satz 1");
    assert!(!file.text.contains("weg damit"));
    let request = jana.request(reqwest::Method::GET, &format!("/api/v1/rooms/{room}/export?format=zip"));
    let bytes = request.send().await.unwrap().bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("foyer.md").unwrap(), &mut text).unwrap();
    assert!(text.contains("**Mara Lindt:** Satz 2"), "{text}");
    archive.by_name("foyer.json").unwrap();
    let audit = ruth.get("/api/v1/audit").await;
    if audit.status.as_u16() == 200 {
        assert!(audit.text.contains("room.exported"));
    }
    // A conversation is nobody else's.
    let talk = mara
        .post("/api/v1/messages", json!({ "members": [jana.member.0], "cid": "d", "body": "unter uns" }))
        .await
        .id();
    jana.get(&format!("/api/v1/rooms/{talk}/export")).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_hour_opens_and_closes_by_the_clock() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let (mara, jana) = (server.member("Mara Lindt").await, server.manager().await);
    let at = |minutes: i64| kontor::i18n::iso(server.clock.now() + minutes * MINUTE);
    let new = json!({ "title": "Sprechstunde Texte", "agenda": "1. Betreff\n2. Länge", "starts_at": at(60), "ends_at": at(120) });
    mara.post("/api/v1/office-hours", new.clone()).await.expect(403);
    let bad = json!({ "title": "", "starts_at": at(-5), "ends_at": at(-10) });
    let errors = jana.post("/api/v1/office-hours", bad).await.expect(422).field_errors();
    assert_eq!(errors, ["title:required", "starts_at:past", "ends_at:hour_length"]);
    let made = jana.post("/api/v1/office-hours", new.clone()).await.expect(201).json();
    let (id, room) = (made["id"].as_i64().unwrap(), made["room_id"].as_i64().unwrap());
    // A second one of that name on that day has a room of its own.
    assert_ne!(jana.post("/api/v1/office-hours", new).await.expect(201).json()["room_id"], room);
    mara.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    let url = format!("/api/v1/rooms/{room}/messages");
    let early = mara.post(&url, json!({ "cid": "1", "body": "zu früh" })).await;
    assert_eq!(early.status.as_u16(), 403, "{}", early.text);
    let mut socket = Socket::hello(&server, &mara, json!([{ "r": room }])).await;
    socket.next_of("sub_ok").await;
    server.advance(61 * MINUTE).await;
    let told = socket.next_of("ev").await;
    assert_eq!((&told["k"], &told["d"]["read_only"]), (&json!("room"), &json!(false)));
    mara.post(&url, json!({ "cid": "2", "body": "Jetzt" })).await.expect(201);
    let listed = mara.get("/api/v1/office-hours").await.expect(200).json();
    assert_eq!(listed["items"][0]["state"], "open");
    let ics = mara.get(&format!("/office-hours/{id}/calendar.ics")).await.expect(200);
    assert!(ics.header("content-type").starts_with("text/calendar") && ics.text.contains("SUMMARY:Sprechstunde Texte"));
    let slug = listed["items"][0]["room"].as_str().unwrap().to_owned();
    assert!(mara.get(&format!("/rooms/{slug}")).await.expect(200).text.contains("Sprechstunde Texte"));
    server.advance(60 * MINUTE).await;
    mara.post(&url, json!({ "cid": "3", "body": "zu spät" })).await.expect(403);
    jana.form(
        &format!("/office-hours/{id}"),
        &[("title", "Sprechstunde Texte"), ("agenda", ""), ("notes", "Kürzer *ist* besser")],
    )
    .await
    .expect(303);
    let page = mara.get(&format!("/office-hours/{id}")).await.expect(200).text;
    assert!(page.contains("<em>ist</em>"));
    jana.post(&format!("/api/v1/office-hours/{id}/cancel"), json!({})).await.expect(409);
    mara.get("/office-hours").await.expect(200);
    jana.get("/office-hours").await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_shows_to_each_with_the_own_link_and_rights() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let (mara, pia, jana) =
        (server.member("Mara Lindt").await, server.member_of_tier("Pia Profi", 20).await, server.manager().await);
    let room = foyer(&[&mara, &pia, &jana]).await;
    let program = json!({ "slug": "fit", "name": "Fit", "link_base": "https://shop.example/?p={ref}" });
    jana.post("/api/v1/programs", program).await.expect(201);
    for (who, code) in [(&mara, "mara1"), (&pia, "pia2")] {
        jana.patch(&format!("/api/v1/members/{}", who.member), json!({ "affiliate_ref": code })).await;
    }
    let text = json!({ "kind": "swipe_copy", "title": "Herbstmail", "variants": [{ "key": "short", "lang": "en", "body": "Look: {{affiliate.link}}" }] });
    let open = jana.post("/api/v1/resources", text.clone()).await.expect(201).id();
    let mut gated = text;
    gated["title"] = "Nur Profis".into();
    gated["min_tier"] = "pro".into();
    let gated = jana.post("/api/v1/resources", gated).await.expect(201).id();
    let url = format!("/api/v1/rooms/{room}/messages");
    jana.post(&url, json!({ "cid": "1", "body": "", "share": format!("/library/{open}") })).await.expect(201);
    jana.post(&url, json!({ "cid": "2", "body": "für Profis", "share": format!("resource:{gated}") }))
        .await
        .expect(201);
    jana.post(&url, json!({ "cid": "3", "share": "unsinn" })).await.expect(422);
    let page = mara.get("/rooms/foyer").await.expect(200).text;
    assert!(page.contains("Herbstmail"), "{page}");
    assert!(!page.contains("Nur Profis"), "a card opens no tier");
    let page = pia.get("/rooms/foyer").await.expect(200).text;
    assert!(page.contains("Herbstmail") && page.contains("Nur Profis"));
    mara.get(&format!("/api/v1/shared/resource/{gated}")).await.expect(404);
    let card = pia.get(&format!("/api/v1/shared/resource/{gated}")).await.expect(200).json();
    assert_eq!(card["title"], "Nur Profis");
    let own = async |who: &Client| {
        who.get(&format!("/api/v1/shared/resource/{open}")).await.expect(200).json()["copy"].clone()
    };
    let (hers, his) = (own(&pia).await, own(&mara).await);
    assert!(hers.as_str().is_some_and(|c| c.contains("Look:")), "{hers}");
    assert_ne!(hers, his, "each has the own link in it");
    assert!(pia.get(&format!("/shared/resource/{open}")).await.expect(200).text.contains("Herbstmail"));
    server.stop().await;
}
