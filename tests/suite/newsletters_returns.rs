//! What comes back: bounces, complaints and unsubscriptions, over real SMTP, and only for addresses of this house's making.

use crate::newsletters::{campaign, finished, house_of, reader, start};
use crate::support::{Client, Server, Sink};
use kontor::config::{SmtpRoute, SmtpTls};
use kontor::i18n::Lang;
use kontor::mail::smtp::{Connection, Patience};
use kontor::mail::{Outcome, Stage};
use serde_json::json;

const DOMAIN: &str = "bounce.nordlicht.example";

async fn listening(sink: &Sink) -> (Server, Client) {
    house_of(sink, &[("KONTOR_BOUNCE_DOMAIN", DOMAIN), ("KONTOR_INBOUND_LISTEN", "127.0.0.1:0")]).await
}

/// A mail server somewhere that has something to say, with the empty sender of its kind.
async fn returns(server: &Server, to: &str, mail: &str) -> Outcome {
    let address = server.running.inbound.unwrap();
    let route =
        SmtpRoute { host: address.ip().to_string(), port: address.port(), tls: SmtpTls::None, login: None, ca: None };
    let mut line = Connection::open(&route, "mx.elsewhere.example", Patience::default()).await.unwrap();
    let outcome = line.send("", to, mail.replace('\n', "\r\n").as_bytes()).await;
    line.quit().await;
    outcome
}

fn report(kind: &str, part: &str, fields: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.elsewhere.example\nTo: somebody@somewhere.example\nSubject: Undelivered\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type={kind};\n boundary=\"b1\"\n\n--b1\nContent-Type: text/plain\n\nI am sorry.\n.\n\n\
         --b1\nContent-Type: message/{part}\n\n{fields}\n\n--b1\nContent-Type: text/rfc822-headers\n\nSubject: Herbst\n\n--b1--\n"
    )
}

fn bounce(action: &str, status: &str, words: &str) -> String {
    let fields = format!(
        "Reporting-MTA: dns; mx.elsewhere.example\nArrival-Date: Fri, 27 Nov 2026 00:00:00 +0000\n\n\
         Final-Recipient: rfc822; whoever@elsewhere.example\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; {words}\n more of it"
    );
    report("delivery-status", "delivery-status", &fields)
}

async fn sent(server: &Server, jana: &Client, sink: &Sink, name: &str) -> (i64, Vec<(String, String)>) {
    let (id, before) = (campaign(jana, json!({ "name": name })).await, sink.len());
    start(jana, id).await;
    finished(server, jana, id).await;
    let to = sink.envelopes().split_off(before);
    (id, to)
}

fn of<'a>(envelopes: &'a [(String, String)], to: &str) -> &'a str {
    &envelopes.iter().find(|(address, _)| address == to).unwrap().1
}

async fn suppressed(jana: &Client) -> i64 {
    let found = jana.post("/api/v1/segments/preview", json!({ "rule": { "all": [] } })).await.expect(200).json();
    found["excluded"]["suppressed"].as_i64().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_ends_an_address_that_is_gone_and_forgives_one_that_is_full() {
    let sink = Sink::start().await;
    let (server, jana) = listening(&sink).await;
    for name in ["Anna", "Ben", "Cleo"] {
        reader(&server, name, 0, Lang::De).await;
    }
    let (id, first) = sent(&server, &jana, &sink, "Eins").await;
    let (anna, ben) = (of(&first, "anna@example.org"), of(&first, "ben@example.org"));
    assert!(anna.starts_with("b+") && anna.ends_with(&format!("@{DOMAIN}")) && anna != ben, "{anna}");
    assert!(anna.split('@').next().unwrap().len() <= 64, "RFC 5321, 4.5.3.1.1");

    // Relays fold addresses; what a server tries on is no news.
    let kept = returns(&server, &anna.to_ascii_uppercase(), &bounce("delayed", "4.4.1", "still trying")).await;
    assert!(matches!(kept, Outcome::Accepted(_)), "{kept:?}");
    assert_eq!(suppressed(&jana).await, 0);
    for _ in 0..2 {
        let kept = returns(&server, anna, &bounce("failed", "5.1.1", "550 5.1.1 unknown user")).await;
        assert!(matches!(kept, Outcome::Accepted(_)), "{kept:?}");
    }
    assert_eq!(suppressed(&jana).await, 1);
    let found = jana.get(&format!("/api/v1/campaigns/{id}/report")).await.expect(200).json();
    assert_eq!((&found["bounced"], &found["soft_bounced"], &found["complaints"]), (&json!(1), &json!(0), &json!(0)));

    // A full mailbox three times in a row is one nobody empties.
    returns(&server, ben, &bounce("failed", "5.2.2", "mailbox full")).await;
    for name in ["Zwei", "Drei"] {
        assert_eq!(suppressed(&jana).await, 1);
        let (_, next) = sent(&server, &jana, &sink, name).await;
        assert!(!next.iter().any(|(to, _)| to == "anna@example.org"), "nothing more to who is gone");
        returns(&server, of(&next, "ben@example.org"), &bounce("failed", "5.2.2 (full)", "mailbox full")).await;
    }
    assert_eq!(suppressed(&jana).await, 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_and_a_mail_to_the_way_out_end_it_at_once() {
    let sink = Sink::start().await;
    let (server, jana) = listening(&sink).await;
    let anna = reader(&server, "Anna", 0, Lang::En).await;
    let ben = reader(&server, "Ben", 0, Lang::En).await;
    let (id, envelopes) = sent(&server, &jana, &sink, "Eins").await;
    let fields =
        "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Rcpt-To: redacted@elsewhere.example";
    let kept =
        returns(&server, of(&envelopes, "anna@example.org"), &report("feedback-report", "feedback-report", fields))
            .await;
    assert!(matches!(kept, Outcome::Accepted(_)), "{kept:?}");
    assert_eq!(anna.get("/api/v1/me").await.json()["consents"]["newsletter"], false);
    assert_eq!(jana.get(&format!("/api/v1/campaigns/{id}/report")).await.json()["complaints"], 1);

    let (_, raw) = sink.mails().into_iter().find(|(to, _)| to == "ben@example.org").unwrap();
    let raw = String::from_utf8(raw).unwrap();
    let out = raw.split("<mailto:").nth(1).unwrap().split('?').next().unwrap();
    assert!(out.starts_with("u+") && out.ends_with(DOMAIN), "{out}");
    returns(&server, out, "From: ben@example.org\nSubject: unsubscribe\n\n").await;
    assert_eq!(ben.get("/api/v1/me").await.json()["consents"]["newsletter"], false);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_bounces_anybody_else_and_what_nobody_understands_is_kept() {
    let sink = Sink::start().await;
    let (server, jana) = listening(&sink).await;
    reader(&server, "Anna", 0, Lang::De).await;
    let (_, envelopes) = sent(&server, &jana, &sink, "Eins").await;
    let anna = of(&envelopes, "anna@example.org").to_owned();

    // Neither relayed nor guessed.
    let last = if &anna[53..54] == "0" { "1" } else { "0" };
    let forged = format!("{}{last}{}", &anna[..53], &anna[54..]);
    for to in
        ["news@nordlicht.example", "b+00@bounce.nordlicht.example", forged.as_str(), "anna@example.org", "postmaster"]
    {
        let refused = returns(&server, to, &bounce("failed", "5.1.1", "gone")).await;
        assert!(matches!(refused, Outcome::Refused { stage: Stage::Rcpt, code: 550, .. }), "{to}: {refused:?}");
    }
    assert_eq!(suppressed(&jana).await, 0);

    // An answer out of office, a report that is none, one that is too large.
    returns(&server, &anna, "From: anna@example.org\nSubject: Bin im Urlaub\n\nBis <b>Montag</b>.\n").await;
    returns(&server, &anna, &bounce("failed", "9.9.9", "?")).await;
    let huge = returns(&server, &anna, &format!("Subject: x\n\n{}", "zu viel\n".repeat(40_000))).await;
    assert!(matches!(huge, Outcome::Refused { stage: Stage::Final, code: 552, .. }), "{huge:?}");
    assert_eq!(suppressed(&jana).await, 0);
    let admin = server.admin().await;
    let page = admin.get("/admin/returns").await.expect(200).text;
    assert!(page.contains("Bis &lt;b&gt;Montag&lt;/b&gt;.") && page.contains(DOMAIN), "kept, and shown as text");
    assert_eq!(page.matches("returned-raw").count(), 2);
    jana.get("/admin/returns").await.expect(403);
    server.stop().await;
}
