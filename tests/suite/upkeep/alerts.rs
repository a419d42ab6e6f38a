//! Alerts, keys, volume of the mail route, TLS of one's own.

use super::folder;
use crate::segments::db_consent;
use crate::support::{Client, Server, Sink};
use kontor::db::{DAY, HOUR, Tx};
use kontor::i18n::Lang;
use kontor::mail::{Pace, volume};
use kontor::secrets::Ring;
use kontor::settings::{self, Bilingual};
use kontor::upkeep::{alerts, keys};
use kontor::web::viewer::Role;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_told_when_it_lasts_then_once_a_day_and_once_when_it_is_over() {
    let (dead, second) = ("smtp://127.0.0.1:9?tls=none", Sink::start().await);
    let url = second.url();
    let vars = [("SMTP_URL", dead), ("KONTOR_ALERT_SMTP_URL", url.as_str()), ("KONTOR_BACKUP_TO", "off")];
    let server = Server::start_with(&vars).await;
    let ruth = server.admin().await;
    let house = server.house().clone();
    // The house's own look comes every five minutes: once now, and then not before this test is over.
    server.clock.advance(alerts::LOOK_EVERY - house.db.now() % alerts::LOOK_EVERY + 1_000);
    let stands = || async { ruth.get("/api/v1/alerts").await.expect(200).json()["items"].as_array().unwrap().len() };
    for _ in 0..400 {
        if stands().await == 2 {
            break;
        }
        server.drain().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((stands().await, second.len()), (2, 0), "no backup and no route, seen once: a hiccup is no alert");
    let look = || async {
        for _ in 0..20 {
            house.pulse.answered(500);
        }
        alerts::look(house.clone(), ()).await.unwrap();
    };
    look().await;
    look().await;
    // Over the second route, because the first is what one of them is about; failing requests were seen twice as well.
    second.wait_for(3).await;
    look().await;
    assert_eq!(second.len(), 3, "quiet while it lasts");
    let start = ruth.get("/").await.expect(200);
    assert!(start.text.contains("Needs a look"), "{}", start.text);
    // No failure since the last look: that one is over, and said so once.
    house.pulse.take();
    alerts::look(house.clone(), ()).await.unwrap();
    second.wait_for(4).await;
    let last = String::from_utf8(second.mails().pop().unwrap().1).unwrap();
    assert!(last.contains("All right again: Error rate"), "{last}");
    alerts::look(house.clone(), ()).await.unwrap();
    assert_eq!(second.len(), 4);
    // A day later the two that last are told again.
    server.clock.advance(DAY + HOUR);
    second.wait_for(6).await;
    assert!(second.recipients().iter().all(|to| to == "ruth-okafor@example.org"), "{:?}", second.recipients());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_changed_under_a_running_server_and_everything_stays_readable() {
    let server = Server::start().await;
    let house = server.house().clone();
    let inner = house.clone();
    let put = move |tx: &mut Tx<'_>| settings::put_secret(tx, &inner.secrets, "test.secret", "drei nasse Bretter");
    house.db.write(put).await.unwrap();
    let stored = || house.db.read(|c| Ok(settings::value(c, "test.secret")?.unwrap()));
    let first = stored().await.unwrap();
    assert!(first.starts_with("sealed:v1:k1:") && !first.contains("Bretter"));
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(server.dir.join("keys")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Another process rotates, as `kontor keys rotate` does.
    let theirs = Arc::new(Ring::open(&house.config).unwrap());
    let rotated = keys::rotate(&house.db, theirs, false).await.unwrap();
    assert_eq!((rotated.key.as_str(), rotated.fields, rotated.forgotten), ("k2", 1, vec!["k1".to_owned()]));
    assert!(stored().await.unwrap().starts_with("sealed:v1:k2:"));
    let inner = house.clone();
    let read = house.db.read(move |c| settings::secret(c, &inner.secrets, "test.secret")).await.unwrap();
    assert_eq!(read.as_deref(), Some("drei nasse Bretter"));
    // Without the keys the field stays shut, and the doctor says so.
    std::fs::write(server.dir.join("keys"), "k9:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n").unwrap();
    let ruth = server.admin().await;
    let report = ruth.get("/api/v1/doctor").await.expect(200).json();
    let keys = report["findings"].as_array().unwrap().iter().find(|f| f["topic"] == "keys").unwrap().clone();
    assert_eq!((keys["state"].as_str(), keys["code"].as_str()), (Some("bad"), Some("shut")), "{keys}");
    server.stop().await;
}

async fn db_imprint(server: &Server) {
    let write = |tx: &mut Tx<'_>| {
        let mut now = settings::load(tx)?;
        now.imprint = Bilingual { de: "Nordlicht GmbH".into(), en: "Nordlicht GmbH".into() };
        settings::save(tx, &now)
    };
    server.house().db.write(write).await.unwrap();
}

async fn counts(jana: &Client, id: i64) -> i64 {
    let campaign = jana.get(&format!("/api/v1/campaigns/{id}")).await.expect(200).json();
    campaign["counts"]["accepted"].as_i64().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_keeps_to_the_volume_of_its_route_and_goes_on_in_the_next_hour() {
    let sink = Sink::start().await;
    let url = sink.url();
    let server = Server::start_with(&[("SMTP_URL", url.as_str()), ("KONTOR_MAIL_PER_HOUR", "5")]).await;
    db_imprint(&server).await;
    let jana = server.manager().await;
    for n in 0..12 {
        let member = server.db_member(&format!("Leser {n}"), Role::Member, 0, Lang::De).await;
        db_consent(&server, &member, true).await;
    }
    // Whole hours of the clock: begin at the start of one.
    server.clock.advance(HOUR - server.house().db.now() % HOUR + 1_000);
    let rule = json!({"all": []});
    let segment = jana.post("/api/v1/segments", json!({"name": "Alle", "rule": rule})).await.expect(201).id();
    let body = json!({"name": "Herbst", "segment_id": segment, "subject": {"de": "Neu", "en": "New"},
        "body": {"de": "Hallo", "en": "Hello"}});
    let id = jana.post("/api/v1/campaigns", body).await.expect(201).id();
    jana.post(&format!("/api/v1/campaigns/{id}/start"), json!({})).await.expect(200);
    for (hour, wanted) in [(0, 5), (1, 10), (2, 12)] {
        if hour > 0 {
            server.clock.advance(HOUR);
        }
        for _ in 0..400 {
            server.drain().await;
            if counts(&jana, id).await >= wanted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server.drain().await;
        assert_eq!((counts(&jana, id).await, sink.len() as i64), (wanted, wanted), "hour {hour}");
    }
    let campaign = jana.get(&format!("/api/v1/campaigns/{id}")).await.expect(200).json();
    assert_eq!(campaign["status"], "finished");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_window_ever_holds_one_more_than_it_may() {
    let server = Server::start().await;
    let pace = Pace { route: "relay.example:25".into(), per_hour: Some(37), per_day: Some(50) };
    let db = server.house().db.clone();
    let taken = |n: i64| {
        let (db, pace) = (db.clone(), pace.clone());
        tokio::spawn(async move { db.write(move |tx| volume::take(tx, &pace, n)).await.unwrap().granted })
    };
    let mut waiting = Vec::new();
    for n in 0..40 {
        waiting.push(taken(1 + n % 4));
    }
    let mut sum = 0;
    for task in waiting {
        sum += task.await.unwrap();
    }
    assert_eq!(sum, 37);
    // What was granted and not used comes back; the day counts over the hours.
    let route = pace.route.clone();
    db.write(move |tx| volume::add(tx, &route, tx.now(), -2)).await.unwrap();
    assert_eq!(taken(9).await.unwrap(), 2);
    if db.now() % DAY < DAY - HOUR {
        server.clock.advance(HOUR);
        assert_eq!(taken(30).await.unwrap(), 13, "50 a day");
        let inner = pace.clone();
        let now = db.now();
        let seen = db.read(move |c| volume::volume(c, &inner, now)).await.unwrap();
        assert_eq!((seen.day_used, seen.day_limit, seen.day), (50, Some(50), 1));
    }
    server.stop().await;
}

fn certificate(dir: &std::path::Path) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.pem()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_without_a_proxy_speaks_tls_and_takes_a_renewed_certificate_without_a_restart() {
    let dir = folder("tls");
    let first = certificate(&dir);
    let (cert, key) = (dir.join("cert.pem").display().to_string(), dir.join("key.pem").display().to_string());
    let vars = [("KONTOR_TLS_CERT", cert.as_str()), ("KONTOR_TLS_KEY", key.as_str())];
    let server = Server::start_with(&vars).await;
    assert!(server.house().config.is_https());
    let port = server.running.address.port();
    let get = |root: String| async move {
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_pem(root.as_bytes()).unwrap()])
            .resolve("localhost", ([127, 0, 0, 1], port).into())
            .build()
            .unwrap();
        client.get(format!("https://localhost:{port}/")).send().await
    };
    let answer = get(first.clone()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("strict-transport-security"));
    // A later time of change than before, however coarse the file system's clock is.
    let second = certificate(&dir);
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    for file in ["cert.pem", "key.pem"] {
        std::fs::File::options().write(true).open(dir.join(file)).unwrap().set_modified(later).unwrap();
    }
    assert_eq!(get(second.clone()).await.unwrap().status(), 200);
    assert!(get(first).await.is_err(), "the old certificate is still in use");
    // One that cannot be read leaves the one before.
    std::fs::write(dir.join("cert.pem"), "broken").unwrap();
    assert_eq!(get(second).await.unwrap().status(), 200);
    server.stop().await;
    std::fs::remove_dir_all(&dir).unwrap();
}
