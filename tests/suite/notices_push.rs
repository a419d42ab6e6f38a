//! Web Push against a real endpoint that decrypts what it gets, as a browser would.

use super::support::{Client, Server};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kontor::db::SECOND;
use kontor::notices::actions::notify;
use kontor::notices::kinds;
use kontor::notices::model::Notice;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use web_push_native::p256::SecretKey;
use web_push_native::{Auth, decrypt};

/// What came: headers and body.
type Got = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A push service with one browser behind it.
struct Service {
    url: String,
    secret: SecretKey,
    auth: [u8; 16],
    got: Got,
    status: Arc<AtomicU16>,
}

impl Service {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/push/abc", listener.local_addr().unwrap());
        let (got, status): (Got, _) = (Arc::default(), Arc::new(AtomicU16::new(201)));
        let (kept, answer) = (got.clone(), status.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut data = Vec::new();
                let mut part = [0_u8; 4096];
                loop {
                    let n = stream.read(&mut part).await.unwrap_or(0);
                    data.extend_from_slice(&part[..n]);
                    let Some(end) = data.windows(4).position(|w| w == b"\r\n\r\n") else {
                        if n == 0 { break } else { continue }
                    };
                    let head = String::from_utf8_lossy(&data[..end]).to_lowercase();
                    let length =
                        head.split("content-length: ").nth(1).and_then(|t| t.split("\r\n").next()?.parse().ok());
                    if data.len() >= end + 4 + length.unwrap_or(0_usize) {
                        kept.lock().unwrap().push((head, data[end + 4..].to_vec()));
                        break;
                    }
                }
                let line = format!(
                    "HTTP/1.1 {} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                    answer.load(Ordering::Relaxed)
                );
                let _ = stream.write_all(line.as_bytes()).await;
            }
        });
        Self { url, secret: SecretKey::from_slice(&[7; 32]).unwrap(), auth: [9; 16], got, status }
    }

    fn subscription(&self) -> Value {
        let public = self.secret.public_key().to_sec1_bytes();
        json!({ "endpoint": self.url, "p256dh": URL_SAFE_NO_PAD.encode(public), "auth": URL_SAFE_NO_PAD.encode(self.auth) })
    }

    /// What arrived, decrypted.
    fn messages(&self) -> Vec<Value> {
        let got = self.got.lock().unwrap();
        got.iter()
            .map(|(_, body)| {
                let plain = decrypt(body.clone(), &self.secret, &Auth::clone_from_slice(&self.auth)).unwrap();
                serde_json::from_slice(&plain).unwrap()
            })
            .collect()
    }
}

async fn db_tell(server: &Server, who: &Client, text: &str) {
    let notice = Notice::new(who.member, &kinds::DIRECT, "/messages/5", json!({ "by": "Tom", "text": text }));
    server.house().db.write(move |tx| notify(tx, &notice)).await.unwrap();
    server.drain().await;
    server.advance(6 * SECOND).await;
}

#[tokio::test]
async fn a_browser_gets_what_is_unread_encrypted_once_and_without_words_if_wished() {
    let server = Server::start_with(&[("KONTOR_FETCH_PRIVATE", "on")]).await;
    let service = Service::start().await;
    let mara = server.member("Mara Lindt").await;
    let key = mara.get("/api/v1/push/key").await.expect(200).json()["key"].as_str().unwrap().to_owned();
    assert_eq!(URL_SAFE_NO_PAD.decode(&key).unwrap().len(), 65);
    mara.post("/api/v1/me/push", service.subscription()).await.expect(201);
    db_tell(&server, &mara, "Bist du da?").await;
    let messages = service.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (&messages[0]["title"], &messages[0]["body"]),
        (&json!("Direct message from Tom"), &json!("Bist du da?"))
    );
    assert_eq!((&messages[0]["href"], &messages[0]["unread"]), (&json!("/messages/5"), &json!(1)));
    {
        let (head, body) = service.got.lock().unwrap()[0].clone();
        assert!(head.contains("content-encoding: aes128gcm") && head.contains("ttl: "), "{head}");
        assert!(
            head.contains("authorization: vapid t=") && head.contains(&format!("k={}", key.to_lowercase())),
            "{head}"
        );
        assert!(!String::from_utf8_lossy(&body).contains("Bist du da"), "nobody on the way can read it");
    }
    // Nothing more to say, nothing is said again.
    server.advance(60 * SECOND).await;
    assert_eq!(service.messages().len(), 1);
    // Without words.
    mara.patch("/api/v1/me/notifications/settings", json!({ "push_text": false })).await.expect(200);
    db_tell(&server, &mara, "Geheim").await;
    let quiet = service.messages()[1].to_string();
    assert!(!quiet.contains("Geheim") && !quiet.contains("Tom") && !quiet.contains("/messages/5"), "{quiet}");
    // Read before the grace is over: nothing is pushed.
    let notice = Notice::new(mara.member, &kinds::DIRECT, "/messages/5", json!({ "by": "Tom" }));
    server.house().db.write(move |tx| notify(tx, &notice)).await.unwrap();
    server.drain().await;
    mara.put("/api/v1/me/notifications/read", json!({})).await.expect(204);
    server.advance(6 * SECOND).await;
    assert_eq!(service.messages().len(), 2);
    // A kind without push, and quiet hours.
    mara.patch("/api/v1/me/notifications/settings", json!({ "kinds": { "direct": { "push": false } } }))
        .await
        .expect(200);
    db_tell(&server, &mara, "Still").await;
    let on =
        json!({ "kinds": { "direct": { "push": true } }, "quiet": true, "quiet_from": "00:00", "quiet_to": "23:59" });
    mara.patch("/api/v1/me/notifications/settings", on).await.expect(200);
    db_tell(&server, &mara, "Nachts").await;
    assert_eq!(service.messages().len(), 2);
    mara.patch("/api/v1/me/notifications/settings", json!({ "quiet": false })).await.expect(200);
    // The service does not know the browser any more: it is forgotten.
    service.status.store(410, Ordering::Relaxed);
    db_tell(&server, &mara, "Weg").await;
    assert_eq!(mara.get("/api/v1/me/push").await.expect(200).json()["items"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn a_push_address_in_the_own_network_is_never_asked() {
    let server = Server::start_with(&[("KONTOR_FETCH_PRIVATE", "off")]).await;
    let service = Service::start().await;
    let mara = server.member("Mara Lindt").await;
    let refused = mara.post("/api/v1/me/push", service.subscription()).await.expect(422).field_errors();
    assert_eq!(refused, ["endpoint:invalid"]);
    let mut sly = service.subscription();
    sly["endpoint"] = json!(service.url.replace("http://", "https://"));
    mara.post("/api/v1/me/push", sly.clone()).await.expect(201);
    db_tell(&server, &mara, "Hallo").await;
    assert!(service.got.lock().unwrap().is_empty());
    // Another member takes over the browser, or forgets somebody else's.
    let tom = server.member("Tom Alder").await;
    tom.post("/api/v1/me/push", sly.clone()).await.expect(201);
    assert_eq!(mara.get("/api/v1/me/push").await.expect(200).json()["items"], json!([]));
    mara.delete_with("/api/v1/me/push", json!({ "endpoint": sly["endpoint"] })).await.expect(404);
    tom.delete_with("/api/v1/me/push", json!({ "endpoint": sly["endpoint"] })).await.expect(204);
    for bad in [
        json!({ "endpoint": "x", "p256dh": "x", "auth": "x" }),
        json!({ "endpoint": "https://a:b@push.example/x", "p256dh": "", "auth": "" }),
    ] {
        mara.post("/api/v1/me/push", bad).await.expect(422);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_push_lies_sealed_and_stays_the_same() {
    let server = Server::start().await;
    let mara = server.member("Mara Lindt").await;
    let key = mara.get("/api/v1/push/key").await.expect(200).json()["key"].clone();
    let stored = |house: &kontor::house::House| {
        let db = house.db.clone();
        async move { db.read(|c| kontor::settings::value(c, "notices.vapid")).await.unwrap().unwrap() }
    };
    let sealed = stored(server.house()).await;
    assert!(kontor::secrets::is_sealed(&sealed), "{sealed}");
    // One that an earlier version left open goes on working.
    let house = server.house().clone();
    let open = house.clone();
    let plain = house.db.read(move |c| kontor::settings::secret(c, &open.secrets, "notices.vapid")).await;
    let plain = plain.unwrap().unwrap();
    house.db.write(move |tx| kontor::settings::put(tx, "notices.vapid", &plain)).await.unwrap();
    assert_eq!(mara.get("/api/v1/push/key").await.expect(200).json()["key"], key);
    server.stop().await;
}
