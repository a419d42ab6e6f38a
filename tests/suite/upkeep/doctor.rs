//! The doctor: finds what is wrong, names what to paste, and says nothing wrong about what is right.

use super::{folder, kontor, said};
use crate::support::{Server, Sink};
use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, MX, PTR, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use kontor::upkeep::doctor::{Finding, Seen, State, examine};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::str::FromStr;
use tokio::net::UdpSocket;

/// A name server of a test: knows a few names and nothing else.
struct Dns(HashMap<(String, RecordType), Vec<RData>>);

impl Dns {
    fn name(text: &str) -> Name {
        Name::from_str(&format!("{text}.")).unwrap()
    }

    fn text(mut self, name: &str, text: &str) -> Self {
        // A string of a TXT record holds 255 bytes (RFC 1035, 3.3.14); longer values are several.
        let parts = text.as_bytes().chunks(255).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
        let data = RData::TXT(TXT::new(parts));
        self.0.entry((name.to_owned(), RecordType::TXT)).or_default().push(data);
        self
    }

    fn host(mut self, name: &str, ip: [u8; 4]) -> Self {
        self.0.entry((name.to_owned(), RecordType::A)).or_default().push(RData::A(A(ip.into())));
        self
    }

    fn mx(mut self, name: &str, host: &str) -> Self {
        self.0.entry((name.to_owned(), RecordType::MX)).or_default().push(RData::MX(MX::new(10, Self::name(host))));
        self
    }

    fn ptr(mut self, name: &str, host: &str) -> Self {
        self.0.entry((name.to_owned(), RecordType::PTR)).or_default().push(RData::PTR(PTR(Self::name(host))));
        self
    }

    async fn start(self) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 2_048];
            loop {
                let (n, peer) = socket.recv_from(&mut buffer).await.unwrap();
                let Ok(question) = Message::from_vec(&buffer[..n]) else { continue };
                let query = question.queries[0].clone();
                let name = query.name().to_string().trim_end_matches('.').to_ascii_lowercase();
                let mut answer = Message::response(question.metadata.id, OpCode::Query);
                answer.add_query(query.clone());
                let known = self.0.keys().any(|(n, _)| *n == name);
                match self.0.get(&(name, query.query_type())) {
                    Some(found) => {
                        for data in found {
                            answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
                        }
                    }
                    None if !known => answer.metadata.response_code = ResponseCode::NXDomain,
                    None => {}
                }
                socket.send_to(&answer.to_vec().unwrap(), peer).await.unwrap();
            }
        });
        address
    }
}

async fn ask(dns: SocketAddr, smtp: &str, more: &[(&str, &str)]) -> Vec<Finding> {
    let dir = folder("doctor");
    let dns = dns.to_string();
    let mut vars = vec![
        ("KONTOR_DNS", dns.as_str()),
        ("SMTP_URL", smtp),
        ("KONTOR_MAIL_FROM", "Nordlicht <post@nordlicht.example>"),
        ("DATABASE_URL", "/nowhere/kontor.db"),
    ];
    vars.extend(more);
    let config = crate::support::config(&dir, &vars);
    let found = examine(&config, Seen::default()).await;
    std::fs::remove_dir_all(&dir).unwrap();
    found
}

fn about(found: &[Finding], topic: &str) -> (State, &'static str) {
    let finding = found.iter().find(|f| f.topic == topic).unwrap_or_else(|| panic!("nothing about {topic}"));
    (finding.state, finding.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_domain_in_order_is_called_in_order() {
    let dns = Dns(HashMap::new())
        .text("nordlicht.example", "google-site-verification=x")
        .text("nordlicht.example", "v=spf1 include:_spf.relay.example -all")
        .text("_spf.relay.example", "v=spf1 ip4:192.0.2.0/28 ~all")
        .text("mail2026._domainkey.nordlicht.example", "v=DKIM1; k=rsa; p=MIIBIjANBg")
        .text("_dmarc.nordlicht.example", "v=DMARC1; p=quarantine; rua=mailto:d@nordlicht.example")
        .mx("nordlicht.example", "mx.nordlicht.example")
        .host("mx.nordlicht.example", [192, 0, 2, 20])
        .host("relay.example", [192, 0, 2, 10])
        .ptr("10.2.0.192.in-addr.arpa", "relay.example")
        .start()
        .await;
    // The relay is a name of this test's DNS only: the doctor's route check may not reach it, its records are what counts.
    let found = ask(dns, "smtp://relay.example:2525", &[("KONTOR_DKIM_SELECTOR", "mail2026")]).await;
    for topic in ["spf", "dkim", "dmarc", "mx", "ptr"] {
        assert_eq!(about(&found, topic), (State::Ok, "ok"), "{topic}: {found:#?}");
    }
    assert_eq!(about(&found, "mail"), (State::Bad, "down"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_comes_with_the_record_to_paste() {
    let dns = Dns(HashMap::new())
        .host("nordlicht.example", [192, 0, 2, 1])
        .host("relay.example", [192, 0, 2, 10])
        .start()
        .await;
    let sink = Sink::start().await;
    let found = ask(dns, "smtp://relay.example:2525", &[]).await;
    assert_eq!(about(&found, "spf"), (State::Bad, "missing"));
    assert_eq!(about(&found, "dkim"), (State::Warn, "no_selector"));
    assert_eq!(about(&found, "dmarc"), (State::Bad, "missing"));
    assert_eq!(about(&found, "mx"), (State::Bad, "missing"));
    assert_eq!(about(&found, "ptr"), (State::Bad, "missing"));
    let pasted: Vec<String> =
        found.iter().flat_map(|f| &f.records).map(|r| format!("{} {} {}", r.name, r.kind, r.value)).collect();
    assert_eq!(pasted[0], "nordlicht.example TXT v=spf1 mx ip4:192.0.2.10 ~all");
    assert!(pasted.iter().any(|r| r.starts_with("_dmarc.nordlicht.example TXT v=DMARC1; p=none")), "{pasted:?}");
    // A relay on this machine: reached, and its outside address is not guessed.
    let found = ask(dns, &sink.url(), &[("KONTOR_RATE_LIMITS", "off")]).await;
    assert_eq!(about(&found, "mail"), (State::Ok, "ok"));
    assert_eq!(about(&found, "ptr"), (State::Ok, "own_network"));
    assert_eq!(about(&found, "config"), (State::Bad, "limits_off"));
    for finding in &found {
        for lang in kontor::i18n::Lang::ALL {
            let text = finding.text(lang);
            assert!(!text.contains("upkeep-") && !text.contains('{'), "{}: {text}", finding.topic);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_ends_with_1_when_something_is_red_and_sends_a_test_mail() {
    let dir = folder("doctor-command");
    let data = dir.display().to_string();
    let sink = Sink::start().await;
    let (url, dns) = (sink.url(), Dns(HashMap::new()).start().await.to_string());
    let calm = kontor(&[("KONTOR_DATA_DIR", data.as_str())], &["doctor"]);
    assert!(calm.status.success() && said(&calm).contains("Nothing is red"), "{}", said(&calm));
    assert!(!dir.join("kontor.db").exists(), "the doctor changes nothing");
    // Secrets come from files as well.
    let file = dir.join(".smtp");
    std::fs::write(&file, format!("{url}\n")).unwrap();
    let file = file.display().to_string();
    let vars = [
        ("KONTOR_DATA_DIR", data.as_str()),
        ("SMTP_URL_FILE", file.as_str()),
        ("KONTOR_DNS", dns.as_str()),
        ("KONTOR_MAIL_FROM", "Nordlicht <post@nordlicht.example>"),
    ];
    let red = kontor(&vars, &["doctor", "--mail-to", "ruth@example.org"]);
    assert_eq!(red.status.code(), Some(1), "{}", said(&red));
    assert!(said(&red).contains("Test mail to ruth@example.org") && said(&red).contains("BAD   SPF"), "{}", said(&red));
    assert_eq!(sink.recipients(), ["ruth@example.org"]);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_reads_the_check_up_and_a_proxy_nobody_trusts_is_found() {
    let server = Server::start().await;
    let (ruth, jana) = (server.admin().await, server.manager().await);
    for path in ["/admin/doctor", "/admin/backups", "/api/v1/doctor", "/api/v1/backups", "/api/v1/alerts"] {
        jana.get(path).await.expect(403);
        server.visitor().get(path).await;
    }
    let of = |report: serde_json::Value, topic: &str| {
        report["findings"].as_array().unwrap().iter().find(|f| f["topic"] == topic).unwrap()["code"].clone()
    };
    let before = ruth.get("/api/v1/doctor").await.expect(200).json();
    assert_eq!(of(before, "proxy"), "none");
    server.visitor().with_header("x-forwarded-for", "198.51.100.7").get("/").await.expect(200);
    let after = ruth.get("/api/v1/doctor").await.expect(200).json();
    assert_eq!((of(after.clone(), "proxy"), of(after, "database")), ("untrusted".into(), "ok".into()));
    let page = ruth.with_header("accept-language", "de").get("/admin/doctor").await.expect(200);
    assert!(page.text.contains("KONTOR_TRUSTED_PROXIES"), "{}", page.text);
    server.stop().await;

    let behind = Server::start_with(&[("KONTOR_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let ruth = behind.admin().await;
    behind.visitor().with_header("x-forwarded-for", "198.51.100.7").get("/").await.expect(200);
    let report = ruth.get("/api/v1/doctor").await.expect(200).json();
    assert_eq!(of(report, "proxy"), "trusted");
    behind.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_takes_a_backup_by_page_and_by_api() {
    let server = Server::start().await;
    let ruth = server.admin().await;
    let id = ruth.post("/api/v1/backups", serde_json::json!({})).await.expect(202).id();
    let mut item = serde_json::Value::Null;
    for _ in 0..300 {
        item = ruth.get(&format!("/api/v1/backups/{id}")).await.expect(200).json();
        if item["state"] == "done" {
            break;
        }
        server.drain().await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!((item["state"].as_str(), item["kind"].as_str()), (Some("done"), Some("asked")), "{item}");
    let file = server.dir.join("backups").join(item["name"].as_str().unwrap());
    assert_eq!(std::fs::metadata(file).unwrap().len() as i64, item["bytes"].as_i64().unwrap());
    let page = ruth.get("/admin/backups").await.expect(200);
    assert!(page.text.contains(item["name"].as_str().unwrap()), "{}", page.text);
    assert_eq!(ruth.form("/admin/backups", &[]).await.expect(303).header("location"), "/admin/backups");
    ruth.get("/api/v1/backups/999999").await.expect(404);
    server.stop().await;
    let off = Server::start_with(&[("KONTOR_BACKUP_TO", "off")]).await;
    let ruth = off.admin().await;
    assert_eq!(ruth.post("/api/v1/backups", serde_json::json!({})).await.expect(409).json()["code"], "backup_off");
    off.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_signs_mails_once_the_dns_shows_it_and_not_before() {
    let sink = Sink::start().await;
    let start = |dns: SocketAddr| {
        let (url, dns) = (sink.url(), dns.to_string());
        async move {
            let vars = [("SMTP_URL", url.as_str()), ("KONTOR_DNS", dns.as_str())];
            let vars = [vars[0], vars[1], ("KONTOR_MAIL_FROM", "Nordlicht <post@nordlicht.example.org>")];
            Server::start_with(&vars).await
        }
    };
    let silent = start(Dns(HashMap::new()).start().await).await;
    let ruth = silent.admin().await;
    let made = ruth.post("/api/v1/dkim-keys", serde_json::json!({})).await.expect(201).json();
    assert_eq!(made["items"].as_array().unwrap().len(), 2);
    assert!(!made.to_string().contains("sealed:"), "the private half stays in the house");
    let id = made["items"][0]["id"].as_i64().unwrap();
    let refused = ruth.post(&format!("/api/v1/dkim-keys/{id}/activate"), serde_json::json!({})).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["code"], "not_published");
    ruth.form("/admin/mail/test", &[]).await.expect(303);
    silent.drain().await;
    assert!(!String::from_utf8_lossy(&sink.mails()[0].1).contains("DKIM-Signature"));
    // The operator publishes the records; the house asks the same name server from now on.
    let mut dns = Dns(HashMap::new());
    for key in made["items"].as_array().unwrap() {
        dns = dns.text(key["name"].as_str().unwrap(), key["record"].as_str().unwrap());
    }
    let (keys, address) = (kontor::mail::dkim::store::list_keys, dns.start().await);
    for key in silent.house().db.read(keys).await.unwrap() {
        let mut config = silent.house().config.clone();
        config.operations.dns = Some(address);
        assert!(kontor::upkeep::dkim::is_published(&config, &key).await.unwrap(), "{}", key.name());
        silent.house().db.write(move |tx| kontor::mail::dkim::store::mark_active(tx, &key)).await.unwrap();
    }
    ruth.form("/admin/mail/test", &[]).await.expect(303);
    silent.drain().await;
    let signed = String::from_utf8_lossy(&sink.mails()[1].1).into_owned();
    assert!(
        signed.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=nordlicht.example.org;"),
        "{signed}"
    );
    assert_eq!(signed.matches("DKIM-Signature:").count(), 2, "{signed}");
    silent.stop().await;
}
