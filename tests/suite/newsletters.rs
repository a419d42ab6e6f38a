//! Newsletters: to exactly the segment, at most once, and never after "no".

use crate::segments::{db_consent, db_suppress};
use crate::support::{Act, Client, Mail, Server, Sink};
use diesel::prelude::*;
use kontor::db::schema::{affiliate_refs, campaigns, deliveries, programs};
use kontor::db::{HOUR, MINUTE};
use kontor::i18n::Lang;
use kontor::settings::{self, Bilingual};
use kontor::web::viewer::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const FROM: (&str, &str) = ("KONTOR_MAIL_FROM", "Nordlicht <news@nordlicht.example>");

pub(crate) async fn house(sink: &Sink) -> (Server, Client) {
    house_with(sink, "2").await
}

async fn house_with(sink: &Sink, connections: &str) -> (Server, Client) {
    house_of(sink, &[("KONTOR_MAIL_CONNECTIONS", connections)]).await
}

pub(crate) async fn house_of(sink: &Sink, vars: &[(&str, &str)]) -> (Server, Client) {
    let url = sink.url();
    let own = [("SMTP_URL", url.as_str()), FROM];
    let server = Server::start_with(&[&own[..], vars].concat()).await;
    db_imprint(&server, "Nordlicht GmbH, Hafenstraße 1, Hamburg").await;
    let jana = server.manager().await;
    (server, jana)
}

async fn db_imprint(server: &Server, text: &str) {
    let text = text.to_owned();
    let write = move |tx: &mut kontor::db::Tx<'_>| {
        let mut now = settings::load(tx)?;
        now.imprint = Bilingual { de: text.clone(), en: text.clone() };
        settings::save(tx, &now)
    };
    server.house().db.write(write).await.unwrap();
}

pub(crate) async fn reader(server: &Server, name: &str, rank: i32, lang: Lang) -> Client {
    let member = server.db_member(name, Role::Member, rank, lang).await;
    db_consent(server, &member, true).await;
    member
}

pub(crate) async fn campaign(jana: &Client, extra: Value) -> i64 {
    let rule = json!({"all":[]});
    let segment = jana.post("/api/v1/segments", json!({"name":"Alle","rule":rule})).await.expect(201).id();
    let mut body = json!({"name":"Herbst","segment_id":segment,
        "subject":{"de":"Neues für {{member.name}}","en":"News for {{member.name}}"},
        "body":{"de":"Hallo **{{member.name}}**, du bist {{member.tier}}.","en":"Hello **{{member.name}}**, you are {{member.tier}}."}});
    for (key, value) in extra.as_object().unwrap() {
        body[key] = value.clone();
    }
    jana.post("/api/v1/campaigns", body).await.expect(201).id()
}

pub(crate) async fn start(jana: &Client, id: i64) {
    jana.post(&format!("/api/v1/campaigns/{id}/start"), json!({})).await.expect(200);
}

async fn show(jana: &Client, id: i64) -> Value {
    jana.get(&format!("/api/v1/campaigns/{id}")).await.expect(200).json()
}

/// Waits, with an end, until the campaign fulfils `is`.
async fn until(server: &Server, jana: &Client, id: i64, is: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let now = show(jana, id).await;
        if is(&now) {
            return now;
        }
        server.drain().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {}", show(jana, id).await);
}

pub(crate) async fn finished(server: &Server, jana: &Client, id: i64) -> Value {
    until(server, jana, id, |c| c["status"].as_str().unwrap().starts_with("finished")).await
}

async fn delivery(jana: &Client, id: i64, email: &str) -> Value {
    let all = jana.get(&format!("/api/v1/campaigns/{id}/deliveries")).await.expect(200).json();
    all["items"].as_array().unwrap().iter().find(|d| d["email"] == email).cloned().unwrap_or(Value::Null)
}

pub(crate) fn mail_to(sink: &Sink, address: &str) -> (Mail, String) {
    let (_, raw) = sink.mails().into_iter().find(|(to, _)| to == address).unwrap();
    let text = String::from_utf8(raw.clone()).unwrap();
    (Mail::parse(&raw), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_segment_gets_it_and_the_rest_is_told_with_reasons() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    reader(&server, "Anna", 20, Lang::De).await;
    reader(&server, "Ben", 0, Lang::En).await;
    reader(&server, "Cleo", 0, Lang::De).await;
    server.db_member("Dora", Role::Member, 0, Lang::De).await;
    db_suppress(&server, "cleo@example.org").await;
    let id = campaign(&jana, json!({})).await;
    assert_eq!(show(&jana, id).await["status"], "draft");
    start(&jana, id).await;
    let done = finished(&server, &jana, id).await;
    assert_eq!(done["status"], "finished");
    assert_eq!(done["counts"]["accepted"], 2);
    let sum: i64 = done["counts"].as_object().unwrap().values().map(|n| n.as_i64().unwrap()).sum();
    assert_eq!(sum, 2);
    assert_eq!(done["excluded"], json!({"no_consent": 2, "suppressed": 1}));
    assert_eq!(sink.recipients(), ["anna@example.org", "ben@example.org"]);
    let (german, _) = mail_to(&sink, "anna@example.org");
    assert_eq!(german.subject, "Neues für Anna");
    assert!(german.text.contains("Hallo Anna, du bist Profi."), "{}", german.text);
    assert!(german.html.contains("<strong>Anna</strong>") && german.html.contains("Abbestellen"), "{}", german.html);
    let (english, _) = mail_to(&sink, "ben@example.org");
    assert_eq!(english.subject, "News for Ben");
    assert!(english.text.contains("you are Starter") && english.text.contains("Unsubscribe:"), "{}", english.text);
    assert!(english.text.contains("Hafenstraße 1"), "the imprint is in it");
    let row = delivery(&jana, id, "anna@example.org").await;
    assert_eq!((row["state"].as_str(), row["code"].as_i64()), (Some("accepted"), Some(250)));
    let again = jana.post(&format!("/api/v1/campaigns/{id}/start"), json!({})).await.expect(409);
    assert!(again.json()["type"].as_str().is_some());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_carry_every_header_that_mail_programs_want() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let ben = reader(&server, "Ben", 10, Lang::En).await;
    let id = campaign(&jana, json!({"reply_to":"jana@nordlicht.example"})).await;
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    let (mail, raw) = mail_to(&sink, "ben@example.org");
    let head = raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
    let header = |name: &str| {
        let all: Vec<&str> = head.lines().filter_map(|l| l.strip_prefix(&format!("{name}: "))).collect();
        assert_eq!(all.len(), 1, "{name} in {head}");
        all[0].to_owned()
    };
    assert_eq!(header("From"), "Nordlicht <news@nordlicht.example>");
    assert_eq!(header("To"), "Ben <ben@example.org>");
    assert_eq!(header("Reply-To"), "jana@nordlicht.example");
    assert_eq!(header("Subject"), "News for Ben");
    assert_eq!(header("List-Id"), "Kontor <news.nordlicht.example>");
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(header("Feedback-ID"), format!("c{id}:t10:news:nordlicht.example"));
    let token = mail.link("/u/");
    assert!(token.len() >= 23 && token[3..].chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{token}");
    let list = header("List-Unsubscribe");
    assert!(
        list.starts_with(&format!("<{}>, <mailto:news@nordlicht.example?subject=unsubscribe%20", server.url(&token))),
        "{list}"
    );
    assert!(header("Message-ID").ends_with("@nordlicht.example>"));
    assert_eq!(header("MIME-Version"), "1.0");
    assert!(header("Date").ends_with("+0000"));
    assert!(
        raw.is_ascii() && raw.split("\r\n").all(|l| l.len() <= 998 && !l.contains('\n')),
        "7-bit, CRLF, short lines"
    );
    let row = delivery(&jana, id, "ben@example.org").await;
    assert!(header("Message-ID").contains(row["message_id"].as_str().unwrap()));
    assert_eq!(row["member_id"], ben.member.0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_never_markup_nor_a_header() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let names = ["<b>x</b> eins", "[x](javascript:alert(1)) zwei", "Zeile\r\nBcc: opfer@example.org"];
    for name in names {
        reader(&server, name, 0, Lang::De).await;
    }
    let id = campaign(&jana, json!({})).await;
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    assert_eq!(sink.len(), 3);
    for (_, raw) in sink.mails() {
        let mail = Mail::parse(&raw);
        assert!(!mail.html.contains("<b>") && !mail.html.contains("href=\"javascript"), "{}", mail.html);
        let head = mail.raw.split("\r\n\r\n").next().unwrap().to_owned();
        assert!(!head.lines().any(|l| l.starts_with("Bcc:")), "{head}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_works_without_login_in_both_encodings_and_a_look_changes_nothing() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let anna = reader(&server, "Anna", 0, Lang::De).await;
    let ben = reader(&server, "Ben", 0, Lang::En).await;
    let first = campaign(&jana, json!({})).await;
    start(&jana, first).await;
    finished(&server, &jana, first).await;
    let link = |address: &str| mail_to(&sink, address).0.link("/u/");
    let deliverable = async || {
        let rule = json!({"rule":{"all":[]}});
        jana.post("/api/v1/segments/preview", rule).await.json()["deliverable"].as_i64().unwrap()
    };
    let anyone = server.visitor();
    for _ in 0..2 {
        anyone.get(&link("anna@example.org")).await.expect(200);
    }
    assert_eq!(deliverable().await, 2, "looking changes nothing");
    let body = [("List-Unsubscribe", "One-Click")];
    for _ in 0..2 {
        anyone.form(&link("anna@example.org"), &body).await.expect(200);
    }
    let part = reqwest::multipart::Form::new().text("List-Unsubscribe", "One-Click");
    let request = anyone.request(Method::POST, &link("ben@example.org")).multipart(part);
    Client::send(request.header("origin", "https://mail.example").header("sec-fetch-site", "cross-site"))
        .await
        .expect(200);
    assert_eq!(deliverable().await, 0);
    let id = campaign(&jana, json!({})).await;
    let refused = jana.post(&format!("/api/v1/campaigns/{id}/start"), json!({})).await.expect(409);
    assert!(refused.text.contains("segment_empty"), "{}", refused.text);
    anyone.get("/u/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.expect(404);
    anyone.form("/u/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &body).await.expect(404);
    let german = anyone.with_header("accept-language", "de").get(&link("ben@example.org")).await.expect(200);
    assert!(german.text.contains("abbestellen"), "{}", german.text);
    let _ = (anna, ben);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_in_the_middle_gets_nothing_after_and_a_pause_stops_the_rest() {
    let sink = Sink::closed_after(0).await;
    let (server, jana) = house_with(&sink, "1").await;
    let mut people = Vec::new();
    for name in ["Anna", "Ben", "Cleo", "Dora"] {
        people.push(reader(&server, name, 0, Lang::De).await);
    }
    let id = campaign(&jana, json!({})).await;
    start(&jana, id).await;
    // The first mail is on the wire and its answer is held back.
    sink.wait_for(1).await;
    let first = sink.mails()[0].0.clone();
    let leaves = if first == "dora@example.org" { &people[0] } else { &people[3] };
    let key = server.house().db.write(kontor::newsletters::keys::Key::find_or_make).await.unwrap();
    let token = key.unsubscribe_token(leaves.member);
    server.visitor().form(&format!("/u/{token}"), &[("List-Unsubscribe", "One-Click")]).await.expect(200);
    let paused = jana.post(&format!("/api/v1/campaigns/{id}/pause"), json!({})).await.expect(200).json();
    assert_eq!(paused["status"], "paused");
    sink.let_through(100);
    let now = until(&server, &jana, id, |c| c["counts"]["accepted"] == 1 && c["counts"]["leased"] == 0).await;
    assert_eq!((now["counts"]["pending"].as_i64(), now["counts"]["skipped"].as_i64()), (Some(2), Some(1)), "{now}");
    assert_eq!(sink.len(), 1, "nothing begins after the pause");
    jana.post(&format!("/api/v1/campaigns/{id}/resume"), json!({})).await.expect(200);
    let done = finished(&server, &jana, id).await;
    assert_eq!((done["counts"]["accepted"].as_i64(), done["counts"]["skipped"].as_i64()), (Some(3), Some(1)));
    assert_eq!(sink.len(), 3);
    let all = jana.get(&format!("/api/v1/campaigns/{id}/deliveries?state=skipped")).await.json();
    assert_eq!(all["items"][0]["reason"], "unsubscribed");
    assert_eq!(all["items"][0]["member_id"], leaves.member.0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_relay_has_its_consequence() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    for name in ["Anna", "Ben", "Cleo", "Dora", "Emil"] {
        reader(&server, name, 0, Lang::De).await;
    }
    sink.script("anna@example.org", &[Act::Rcpt("451 4.2.1 later")]);
    sink.script("ben@example.org", &[Act::Rcpt("550 5.1.1 unknown")]);
    sink.script("cleo@example.org", &[Act::Final("554 5.7.1 no")]);
    sink.script("dora@example.org", &[Act::DropAfterDot]);
    sink.script("emil@example.org", &[Act::DropBeforeDot]);
    let id = campaign(&jana, json!({})).await;
    start(&jana, id).await;
    let waits = until(&server, &jana, id, |c| c["counts"]["retry_wait"] == 1 && c["counts"]["unknown"] == 1).await;
    assert_eq!(waits["status"], "running");
    server.advance(2 * MINUTE).await;
    let done = finished(&server, &jana, id).await;
    assert_eq!(done["status"], "finished_with_doubt");
    let states = |d: Value| format!("{} {} {}", d["state"], d["code"], d["attempts"]);
    assert_eq!(states(delivery(&jana, id, "anna@example.org").await), "\"accepted\" 250 2");
    assert_eq!(states(delivery(&jana, id, "ben@example.org").await), "\"rejected\" 550 1");
    assert_eq!(states(delivery(&jana, id, "cleo@example.org").await), "\"rejected\" 554 1");
    assert_eq!(states(delivery(&jana, id, "dora@example.org").await), "\"unknown\" null 1");
    assert_eq!(states(delivery(&jana, id, "emil@example.org").await), "\"accepted\" 250 1");
    let mut all = sink.recipients();
    all.dedup();
    assert_eq!(all.len(), sink.len(), "nobody twice");
    let found = jana.post("/api/v1/segments/preview", json!({"rule":{"all":[]}})).await.json();
    assert_eq!(found["excluded"]["suppressed"], 1, "an unknown address is not tried again");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_node_had_on_the_wire_is_in_doubt_and_never_sent_again() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let anna = reader(&server, "Anna", 0, Lang::De).await;
    let ben = reader(&server, "Ben", 0, Lang::De).await;
    let id = campaign(&jana, json!({"tier_offsets":{"starter":60}})).await;
    start(&jana, id).await;
    until(&server, &jana, id, |c| c["status"] == "running").await;
    let lease = server.house().db.now() + MINUTE;
    for (member, state) in [(anna.member.0, "transmitting"), (ben.member.0, "leased")] {
        let write = move |tx: &mut kontor::db::Tx<'_>| {
            diesel::update(deliveries::table.find((id, member)))
                .set((
                    deliveries::state.eq(state),
                    deliveries::lease_owner.eq(Some("dead:1")),
                    deliveries::lease_until.eq(Some(lease)),
                ))
                .execute(&mut **tx)?;
            Ok(())
        };
        server.house().db.write(write).await.unwrap();
    }
    server.advance(61 * MINUTE).await;
    let done = finished(&server, &jana, id).await;
    assert_eq!(done["status"], "finished_with_doubt");
    assert_eq!(sink.recipients(), ["ben@example.org"]);
    assert_eq!(delivery(&jana, id, "anna@example.org").await["state"], "unknown");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn higher_tiers_get_it_earlier_in_mail_and_archive() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let anna = reader(&server, "Anna", 30, Lang::De).await;
    let ben = reader(&server, "Ben", 0, Lang::De).await;
    let id = campaign(&jana, json!({"tier_offsets":{"starter":120}})).await;
    start(&jana, id).await;
    until(&server, &jana, id, |c| c["counts"]["accepted"] == 1).await;
    assert_eq!(sink.recipients(), ["anna@example.org"]);
    let issue = format!("/newsletters/{id}");
    assert!(anna.get(&issue).await.expect(200).text.contains("<strong>Anna</strong>"));
    ben.get(&issue).await.expect(404);
    assert!(!ben.get("/newsletters").await.expect(200).text.contains(&issue));
    server.advance(121 * MINUTE).await;
    finished(&server, &jana, id).await;
    assert_eq!(sink.len(), 2);
    assert!(ben.get("/newsletters").await.expect(200).text.contains(&issue));
    server.member("Fremd").await.get(&issue).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_refused_without_imprint_text_or_program() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    reader(&server, "Anna", 0, Lang::De).await;
    let path = |id: i64| format!("/api/v1/campaigns/{id}/start");
    db_imprint(&server, " ").await;
    let id = campaign(&jana, json!({})).await;
    let refused = jana.post(&path(id), json!({})).await.expect(409);
    assert!(refused.text.contains("imprint_empty"), "{}", refused.text);
    db_imprint(&server, "Nordlicht").await;
    let empty = campaign(&jana, json!({"subject":"","body":""})).await;
    assert_eq!(
        jana.post(&path(empty), json!({})).await.expect(422).field_errors(),
        ["subject:required", "body:required"]
    );
    let linked = campaign(&jana, json!({"subject":"Hi","body":"{{affiliate.link}}"})).await;
    assert_eq!(jana.post(&path(linked), json!({})).await.expect(422).field_errors(), ["program:required"]);
    assert_eq!(sink.len(), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_merge_field_is_named_when_it_is_saved() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let segment = jana.post("/api/v1/segments", json!({"name":"A","rule":{"all":[]}})).await.id();
    let body = json!({"name":"x","segment_id":segment,"subject":"Hi","body":{"de":"{{member.nmae}}","en":""}});
    let refused = jana.post("/api/v1/campaigns", body).await.expect(422);
    assert_eq!(refused.field_errors(), ["body.de:merge_unknown"]);
    assert!(refused.text.contains("member.name"), "the suggestion is there: {}", refused.text);
    let body = json!({"name":"","segment_id":999,"reply_to":"x","tier_offsets":{"gold":1}});
    let refused = jana.post("/api/v1/campaigns", body).await.expect(422);
    assert_eq!(
        refused.field_errors(),
        ["name:required", "segment_id:not_found", "reply_to:email", "tier_offsets.gold:not_found"]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_partner_gets_the_own_link_and_who_has_none_is_left_out() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let anna = reader(&server, "Anna", 0, Lang::De).await;
    reader(&server, "Ben", 0, Lang::De).await;
    let member = anna.member.0;
    let write = move |tx: &mut kontor::db::Tx<'_>| {
        let program: i64 = diesel::insert_into(programs::table)
            .values((
                programs::slug.eq("fit"),
                programs::name.eq("Fit"),
                programs::link_base.eq("https://shop.example/?a=1&ref={ref}"),
                programs::s2s_secret.eq("s"),
                programs::created_at.eq(1_i64),
            ))
            .returning(programs::id)
            .get_result(&mut **tx)?;
        diesel::insert_into(affiliate_refs::table)
            .values((
                affiliate_refs::program_id.eq(program),
                affiliate_refs::member_id.eq(member),
                affiliate_refs::ref_code.eq("anna b"),
                affiliate_refs::ref_key.eq("anna b"),
                affiliate_refs::created_at.eq(1_i64),
            ))
            .execute(&mut **tx)?;
        Ok(())
    };
    server.house().db.write(write).await.unwrap();
    let id =
        campaign(&jana, json!({"subject":"Link","body":"[Hier]({{affiliate.link}}) oder {{affiliate.link}}"})).await;
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    assert_eq!(sink.recipients(), ["anna@example.org"]);
    let (mail, _) = mail_to(&sink, "anna@example.org");
    assert_eq!(mail.html.matches("href=\"https://shop.example/?a=1&amp;ref=anna%20b\"").count(), 2, "{}", mail.html);
    assert!(mail.text.contains("https://shop.example/?a=1&ref=anna%20b"), "{}", mail.text);
    let left = delivery(&jana, id, "ben@example.org").await;
    assert_eq!((left["state"].as_str(), left["reason"].as_str()), (Some("skipped"), Some("no_affiliate_ref")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_to_one_address_and_a_cancelled_campaign_to_nobody() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    reader(&server, "Anna", 0, Lang::De).await;
    let id = campaign(&jana, json!({"tier_offsets":{"starter":60}})).await;
    jana.post(&format!("/api/v1/campaigns/{id}/test"), json!({"to":"chef@example.org"})).await.expect(200);
    assert_eq!(sink.recipients(), ["chef@example.org"]);
    let bad = jana.post(&format!("/api/v1/campaigns/{id}/test"), json!({"to":"x"})).await.expect(422);
    assert_eq!(bad.field_errors(), ["to:email"]);
    start(&jana, id).await;
    until(&server, &jana, id, |c| c["status"] == "running").await;
    jana.post(&format!("/api/v1/campaigns/{id}/cancel"), json!({})).await.expect(200);
    server.advance(2 * HOUR).await;
    let over = show(&jana, id).await;
    assert_eq!((over["status"].as_str(), over["counts"]["skipped"].as_i64()), (Some("cancelled"), Some(1)));
    assert_eq!(sink.len(), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_start_comes_by_itself_and_a_missed_one_asks() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    reader(&server, "Anna", 0, Lang::De).await;
    let at = |ms: i64| kontor::i18n::iso(server.house().db.now() + ms);
    let id = campaign(&jana, json!({})).await;
    let path = format!("/api/v1/campaigns/{id}/start");
    let planned = jana.post(&path, json!({"at": at(HOUR)})).await.expect(200).json();
    assert_eq!(planned["status"], "scheduled");
    let late = campaign(&jana, json!({})).await;
    jana.post(&format!("/api/v1/campaigns/{late}/start"), json!({"at": at(10 * HOUR)})).await.expect(200);
    server.advance(HOUR + MINUTE).await;
    finished(&server, &jana, id).await;
    assert_eq!(sink.len(), 1);
    // The house was down for a day.
    let write = move |tx: &mut kontor::db::Tx<'_>| {
        let long_ago = tx.now() - 3 * HOUR;
        diesel::update(campaigns::table.find(late))
            .set(campaigns::scheduled_at.eq(Some(long_ago)))
            .execute(&mut **tx)?;
        Ok(())
    };
    server.house().db.write(write).await.unwrap();
    kontor::newsletters::resume_all(server.house()).await.unwrap();
    let held = until(&server, &jana, late, |c| c["status"] == "held").await;
    assert_eq!(held["hold_reason"], "overdue");
    jana.post(&format!("/api/v1/campaigns/{late}/resume"), json!({})).await.expect(200);
    finished(&server, &jana, late).await;
    assert_eq!(sink.len(), 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_writes_previews_and_sends() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let anna = reader(&server, "Anna", 0, Lang::De).await;
    let segment = jana.post("/api/v1/segments", json!({"name":"A","rule":{"all":[]}})).await.id().to_string();
    jana.get("/manage/campaigns/new").await.expect(200);
    let fields = [
        ("name", "Herbst"),
        ("segment_id", segment.as_str()),
        ("subject_de", "Hallo {{member.name}}"),
        ("body_de", "Ein **Text**"),
        ("offset_top", "0"),
    ];
    let bad = jana.form("/manage/campaigns/new", &[&fields[..3], &[("body_de", "{{x}}")]].concat()).await.expect(422);
    assert!(bad.text.contains("{{x}}</textarea>"), "what was typed is still there");
    let made = jana.form("/manage/campaigns/new", &fields).await.expect(303);
    let page = made.header("location").to_owned();
    jana.get(&page).await.expect(200);
    let preview = jana.get(&format!("{page}/preview?member={}", anna.member)).await.expect(200);
    assert!(
        preview.text.contains("<strong>Text</strong>") && preview.header("content-security-policy").contains("sandbox")
    );
    assert_eq!(preview.header("x-frame-options"), "SAMEORIGIN");
    let text = jana.get(&format!("{page}/preview?part=text&member={}", anna.member)).await.expect(200);
    assert!(text.text.starts_with("Hallo Anna\n"), "{}", text.text);
    jana.form(&format!("{page}/start"), &fields).await.expect(303);
    let id: i64 = page.rsplit('/').next().unwrap().parse().unwrap();
    finished(&server, &jana, id).await;
    assert_eq!(sink.recipients(), ["anna@example.org"]);
    let end = jana.get(&page).await.expect(200);
    assert!(end.text.contains("anna@example.org") && end.text.contains("data-count=\"accepted\">1<"), "{}", end.text);
    jana.get("/manage/campaigns").await.expect(200);
    anna.get("/manage/campaigns").await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_leaves_over_smtp_and_a_connection_is_used_again() {
    let sink = Sink::start().await;
    let (server, jana) = house_with(&sink, "1").await;
    for n in 0..30 {
        reader(&server, &format!("Leser {n}"), 0, Lang::De).await;
    }
    let id = campaign(&jana, json!({})).await;
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    assert_eq!(sink.len(), 30);
    assert!(sink.connections() <= 2, "{} connections", sink.connections());
    server.stop().await;
}
