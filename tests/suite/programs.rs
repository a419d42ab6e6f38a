//! Programs: links, sales by API, postback and file, imports and their undoing, tiers earned by sales.

use crate::support::{Answer, Client, Server};
use kontor::db::DAY;
use kontor::i18n::{Lang, iso, parse_zone};
use kontor::programs::tiers::months;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const LINK: &str = "https://fitnord.example/start?a={ref}";

/// A house with one program and Lena, whose reference in it is `lena7`.
async fn house() -> (Server, Client, Client) {
    let server = Server::start().await;
    let jana = server.manager().await;
    let body = json!({"slug": "fitnord", "name": "FitNord Heimtraining", "link_base": LINK});
    jana.post("/api/v1/programs", body).await.expect(201);
    let lena = server.member("Lena Brandt").await;
    set_ref(&jana, &lena, "lena7").await;
    (server, jana, lena)
}

async fn set_ref(jana: &Client, member: &Client, reference: &str) {
    let path = format!("/api/v1/members/{}", member.member);
    jana.patch(&path, json!({"affiliate_ref": reference})).await.expect(200);
}

async fn upload(client: &Client, fields: &[(&str, &str)], file: Vec<u8>) -> Answer {
    let mut form = Form::new().part("file", Part::bytes(file).file_name("sales.csv"));
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    Client::send(client.request(Method::POST, "/api/v1/imports").multipart(form)).await
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

const SIMPLE: [(&str, &str); 3] = [("kind", "pap_simple"), ("time_zone", "Europe/Berlin"), ("sale_date", "2026-10-14")];

/// Asks until `done` says so; every question runs what is due.
async fn until(server: &Server, client: &Client, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..2_000 {
        server.drain().await;
        let json = client.get(path).await.expect(200).json();
        if done(&json) {
            return json;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} never got there: {}", client.get(path).await.text);
}

async fn import(server: &Server, jana: &Client, fields: &[(&str, &str)], file: Vec<u8>) -> (i64, Value) {
    let id = upload(jana, fields, file).await.expect(202).id();
    let path = format!("/api/v1/imports/{id}");
    let report = until(server, jana, &path, |j| !matches!(j["status"].as_str().unwrap(), "queued" | "running")).await;
    (id, report)
}

async fn sales(client: &Client, query: &str) -> Vec<Value> {
    let json = client.get(&format!("/api/v1/conversions?limit=200&{query}")).await.expect(200).json();
    json["items"].as_array().unwrap().clone()
}

fn counts(report: &Value, of: &str) -> (i64, i64, i64) {
    let n = |key: &str| report[of][key].as_i64().unwrap();
    (n("created"), n("updated"), n("unchanged"))
}

fn row_errors(report: &Value) -> Vec<String> {
    let errors = report["errors"].as_array().unwrap();
    errors.iter().map(|e| format!("{}:{}", e["row"], e["code"].as_str().unwrap())).collect()
}

fn item(order: &str, amount: Value, status: &str, at: &str) -> Value {
    json!({"source": "shop", "order_id": order, "affiliate_ref": "lena7", "amount": amount, "currency": "EUR",
        "commission": "1.00", "status": status, "occurred_at": at})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gives_partners_their_links_and_only_managers_the_shops_address() {
    let (server, jana, lena) = house().await;
    let seen = lena.get("/api/v1/programs").await.expect(200).json();
    assert_eq!(seen["items"][0]["link"], "https://fitnord.example/start?a=lena7");
    assert!(seen["items"][0].get("s2s_url").is_none(), "{seen}");
    let managed = jana.get("/api/v1/programs").await.expect(200).json();
    let old = managed["items"][0]["s2s_url"].as_str().unwrap().to_owned();
    assert!(old.starts_with("http") && old.ends_with("/sale.php"));
    let id = managed["items"][0]["id"].as_i64().unwrap();
    let rotated = jana.post(&format!("/api/v1/programs/{id}/rotate-secret"), json!({})).await.expect(200).json();
    assert_ne!(rotated["s2s_url"], old);
    let patched = jana.patch(&format!("/api/v1/programs/{id}"), json!({"name": "FitNord"})).await.expect(200).json();
    assert_eq!((patched["name"].as_str(), patched["slug"].as_str()), (Some("FitNord"), Some("fitnord")));
    for (body, error) in [
        (json!({"name": "X", "link_base": "https://x.example/"}), "link_base:link_ref"),
        (json!({"name": "X", "link_base": "javascript:{ref}"}), "link_base:url"),
        (json!({"name": "FitNord", "slug": "fitnord", "link_base": LINK}), "slug:taken"),
    ] {
        assert_eq!(jana.post("/api/v1/programs", body).await.expect(422).field_errors(), [error]);
    }
    lena.post("/api/v1/programs", json!({"name": "X", "link_base": LINK})).await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_sale_is_created_once_updated_when_it_differs_and_wrong_items_stop_nobody() {
    let (server, jana, lena) = house().await;
    let at = "2026-10-14T10:00:00.000Z";
    let items = json!({"items": [
        item("A-1", json!("12.50"), "pending", at),
        item("A-2", json!(1234.5), "approved", at),
        item("A-3", json!("1.005"), "approved", at),
        {"source": "shop"},
        item("A-4", json!("5"), "paid", at),
        item("A-1", json!("12.50"), "pending", at),
    ]});
    let said = jana.post("/api/v1/conversions", items).await.expect(200).json();
    assert_eq!(
        (said["created"].as_i64(), said["updated"].as_i64(), said["unchanged"].as_i64()),
        (Some(2), Some(0), Some(1))
    );
    let wrong: Vec<_> = said["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["index"].as_i64().unwrap(), e["code"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(wrong, [(2, "precision".to_owned()), (3, "missing".to_owned()), (4, "choice".to_owned())]);
    let again =
        json!({"items": [item("A-1", json!("12.50"), "approved", at), item("A-2", json!("1234.50"), "approved", at)]});
    let said = jana.post("/api/v1/conversions", again).await.expect(200).json();
    assert_eq!((said["updated"].as_i64(), said["unchanged"].as_i64()), (Some(1), Some(1)));
    let own = sales(&lena, "").await;
    assert_eq!(own.len(), 2);
    let second = own.iter().find(|s| s["order_id"] == "A-2").unwrap();
    assert_eq!(second["amount"], json!({"amount": "1234.50", "currency": "EUR"}));
    assert_eq!(second["member"]["id"].as_i64(), Some(lena.member.0));
    let stranger = server.member("Uwe Harms").await;
    assert!(sales(&stranger, "").await.is_empty());
    assert_eq!(stranger.post("/api/v1/conversions", json!({"items": []})).await.status, 403);
    assert_eq!(
        jana.post("/api/v1/conversions", json!({"items": []})).await.expect(422).field_errors(),
        ["items:range"]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_reported_by_many_at_once_is_one_sale() {
    let (server, jana, _) = house().await;
    let at = "2026-10-14T10:00:00.000Z";
    let mut calls = Vec::new();
    for _ in 0..8 {
        let jana = jana.clone();
        calls.push(tokio::spawn(async move {
            let items: Vec<Value> = (0..20).map(|n| item(&format!("C-{n}"), json!("10.00"), "approved", at)).collect();
            jana.post("/api/v1/conversions", json!({"items": items})).await.expect(200).json()
        }));
    }
    let (mut created, mut unchanged) = (0, 0);
    for call in calls {
        let said = call.await.unwrap();
        created += said["created"].as_i64().unwrap();
        unchanged += said["unchanged"].as_i64().unwrap();
        assert_eq!(said["updated"], 0);
    }
    assert_eq!((created, unchanged), (20, 140));
    assert_eq!(sales(&jana, "source=shop").await.len(), 20);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_of_an_unknown_partner_waits_and_is_matched_when_the_reference_is_set() {
    let (server, jana, _) = house().await;
    let mut unknown = item("W-1", json!("10.00"), "approved", "2026-10-14T10:00:00.000Z");
    unknown["affiliate_ref"] = json!("Uwe-H");
    jana.post("/api/v1/conversions", json!({"items": [unknown]})).await.expect(200);
    assert_eq!(sales(&jana, "waiting=true").await.len(), 1);
    let uwe = server.member("Uwe Harms").await;
    assert!(sales(&uwe, "").await.is_empty());
    set_ref(&jana, &uwe, "uwe-h").await;
    until(&server, &uwe, "/api/v1/me/sales", |j| j["items"].as_array().unwrap().len() == 1).await;
    assert!(sales(&jana, "waiting=true").await.is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_postback_is_taken_by_get_and_post_and_a_repeat_changes_nothing() {
    let (server, jana, lena) = house().await;
    let programs = jana.get("/api/v1/programs").await.json();
    let url = programs["items"][0]["s2s_url"].as_str().unwrap().to_owned();
    let path = url[url.find("/s2s/").unwrap()..].to_owned();
    let shop = server.visitor();
    let call =
        format!("{path}?TotalCost=120.50&OrderID=ORD_1&ProductID=x&AffiliateID=lena7&Commission=%2510&PStatus=A");
    let answer = shop.get(&call).await.expect(200);
    assert_eq!(answer.text, "OK");
    let first = sales(&lena, "").await;
    assert_eq!(first[0]["commission"], json!({"amount": "12.05", "currency": "EUR"}));
    let seen = first[0]["occurred_at"].clone();
    server.clock.advance(DAY);
    shop.get(&call).await.expect(200);
    let again = sales(&lena, "").await;
    assert_eq!((again.len(), &again[0]["occurred_at"], &again[0]["updated_at"]), (1, &seen, &first[0]["updated_at"]));
    let form =
        [("TotalCost", "49"), ("OrderID", "ORD_2"), ("AffiliateID", "lena7"), ("Currency", "usd"), ("data1", "x")];
    shop.form(&path, &form).await.expect(200);
    let second = sales(&lena, "order_id=ORD_2").await;
    assert_eq!(second[0]["amount"], json!({"amount": "49.00", "currency": "USD"}));
    assert_eq!(second[0]["status"], "pending");
    let declined = format!("{path}?TotalCost=49&OrderID=ORD_2&AffiliateID=lena7&Currency=USD&PStatus=D");
    shop.get(&declined).await.expect(200);
    assert_eq!(sales(&lena, "order_id=ORD_2").await[0]["status"], "declined");
    let problem =
        shop.with_header("accept", "application/json").get(&format!("{path}?TotalCost=1,5")).await.expect(422);
    assert_eq!(problem.field_errors(), ["OrderID:required", "AffiliateID:required", "TotalCost:number"]);
    server.visitor().get("/s2s/unknown/sale.php?TotalCost=1&OrderID=1&AffiliateID=1").await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_english_file_is_tried_first_then_kept_and_again_changes_nothing() {
    let (server, jana, lena) = house().await;
    let trial = [SIMPLE.as_slice(), &[("dry_run", "true")]].concat();
    let (_, report) = import(&server, &jana, &trial, fixture("pap_simple_en.csv")).await;
    assert_eq!((report["status"].as_str(), report["dry_run"].as_bool()), (Some("done"), Some(true)));
    assert_eq!((counts(&report, "conversions"), report["waiting"].as_i64()), ((4, 0, 0), Some(1)));
    assert!(sales(&jana, "").await.is_empty(), "a trial changes nothing");
    let (_, report) = import(&server, &jana, &SIMPLE, fixture("pap_simple_en.csv")).await;
    assert_eq!((counts(&report, "conversions"), report["waiting"].as_i64()), ((4, 0, 0), Some(1)));
    assert_eq!(report["errors"], json!([]));
    let own = sales(&lena, "").await;
    assert_eq!(own.len(), 3);
    let large = own.iter().find(|s| s["order_id"] == "FN-20002").unwrap();
    assert_eq!(large["amount"], json!({"amount": "10234.00", "currency": "EUR"}));
    assert_eq!(large["commission"]["amount"], "1023.40");
    assert!(own.iter().all(|s| s["occurred_at"] == "2026-10-14T10:00:00.000Z"), "noon of the stated day in Berlin");
    let (_, report) = import(&server, &jana, &SIMPLE, fixture("pap_simple_en.csv")).await;
    assert_eq!((counts(&report, "conversions"), report["waiting"].as_i64()), ((0, 0, 4), Some(1)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_german_file_with_semicolons_and_a_byte_order_mark_is_understood() {
    let (server, jana, lena) = house().await;
    let (_, report) = import(&server, &jana, &SIMPLE, fixture("pap_simple_de.csv")).await;
    assert_eq!((counts(&report, "conversions"), row_errors(&report)), ((3, 0, 0), vec![]));
    let own = sales(&lena, "").await;
    let amount = |order: &str| own.iter().find(|s| s["order_id"] == order).unwrap()["amount"]["amount"].clone();
    assert_eq!([amount("FN-21001"), amount("FN-21002"), amount("FN-21003")], ["1234.56", "10000.00", "9.90"]);
    // The same rows as an old spreadsheet writes them: Windows-1252, without header, with tabs.
    let old = b"lena7\t1\tB\xe4r-1\t1,50\t15,00\tA\r\nlena7\t1\tFN-21001\t12,50\t1.234,56\tA\r\n".to_vec();
    let (_, report) = import(&server, &jana, &SIMPLE, old).await;
    assert_eq!((counts(&report, "conversions"), row_errors(&report)), ((1, 0, 1), vec![]));
    assert_eq!(sales(&lena, "order_id=B%C3%A4r-1").await.len(), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_can_be_read_two_ways_is_asked_about() {
    let (server, jana, lena) = house().await;
    let file = b"lena7,1,N-1,1.000,2.000,A\n".to_vec();
    let (_, report) = import(&server, &jana, &SIMPLE, file.clone()).await;
    assert_eq!(row_errors(&report), ["1:ambiguous_number"]);
    let said = [SIMPLE.as_slice(), &[("number_format", "de")]].concat();
    let (_, report) = import(&server, &jana, &said, file).await;
    assert_eq!(counts(&report, "conversions"), (1, 0, 0));
    assert_eq!(sales(&lena, "").await[0]["amount"]["amount"], "2000.00");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_dates_is_not_taken_before_somebody_says_the_day() {
    let (server, jana, lena) = house().await;
    let file = || fixture("pap_simple_en.csv");
    let errors = |answer: Answer| answer.expect(422).field_errors();
    let unsaid = [("kind", "pap_simple"), ("time_zone", "Europe/Berlin")];
    assert_eq!(errors(upload(&jana, &unsaid, file()).await), ["sale_date:required"]);
    let per_row = [unsaid.as_slice(), &[("sale_date", "per_row")]].concat();
    assert_eq!(errors(upload(&jana, &per_row, file()).await), ["sale_date:no_date_column"]);
    let wrong = [("kind", "pap_simple"), ("sale_date", "14.10.2026"), ("program", "nope")];
    assert_eq!(
        errors(upload(&jana, &wrong, file()).await),
        ["time_zone:required", "sale_date:date", "program:not_found"]
    );
    let listmonk = [("kind", "listmonk"), ("time_zone", "UTC")];
    assert_eq!(errors(upload(&jana, &listmonk, file()).await), ["file:columns"]);
    let mailchimp = [("kind", "mailchimp"), ("time_zone", "UTC")];
    assert_eq!(errors(upload(&jana, &mailchimp, file()).await), ["file:no_lists"]);
    assert_eq!(errors(upload(&jana, &SIMPLE, b"\xff\xfeA\0".to_vec()).await), ["file:encoding"]);
    upload(&lena, &SIMPLE, file()).await.expect(403);
    let left = std::fs::read_dir(server.dir.join("imports")).unwrap().count();
    assert_eq!(left, 0, "refused files are not kept");
    let dated = b"Affiliate ID,Campaign ID,Order ID,Commission Value,Total Cost,Status,Date\nlena7,1,D-1,1.00,10.00,A,2026-10-31 23:30:00\n";
    let la = [("kind", "pap_simple"), ("time_zone", "America/Los_Angeles"), ("sale_date", "per_row")];
    let (_, report) = import(&server, &jana, &la, dated.to_vec()).await;
    assert_eq!(counts(&report, "conversions"), (1, 0, 0));
    assert_eq!(sales(&lena, "").await[0]["occurred_at"], "2026-11-01T06:30:00.000Z");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_rows_are_named_and_the_others_are_kept() {
    let (server, jana, lena) = house().await;
    let (_, report) = import(&server, &jana, &SIMPLE, fixture("pap_simple_errors.csv")).await;
    let expected =
        ["3:ref_required", "4:order_required", "5:number", "6:status", "7:amount_required", "8:duplicate_order"];
    assert_eq!(row_errors(&report), expected);
    assert_eq!(counts(&report, "conversions"), (1, 0, 1));
    assert_eq!(sales(&lena, "").await.len(), 1);
    let german = jana.clone().with_header("accept-language", "de");
    let id = report["id"].as_i64().unwrap();
    let message = german.get(&format!("/api/v1/imports/{id}")).await.json()["errors"][0]["message"].clone();
    assert!(!message.as_str().unwrap().starts_with("error-"), "{message}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_an_import_back_restores_what_it_changed_and_leaves_later_news_alone() {
    let (server, jana, lena) = house().await;
    let first = b"lena7,1,U-1,1.00,10.00,P\nlena7,1,U-2,1.00,10.00,P\n".to_vec();
    let second = b"lena7,1,U-1,1.00,10.00,A\nlena7,1,U-3,2.00,20.00,A\nlena7,1,U-4,2.00,20.00,A\n".to_vec();
    let (_, report) = import(&server, &jana, &SIMPLE, first).await;
    assert_eq!(counts(&report, "conversions"), (2, 0, 0));
    let (id, report) = import(&server, &jana, &SIMPLE, second).await;
    assert_eq!(counts(&report, "conversions"), (2, 1, 0));
    let status = async |order: &str| {
        sales(&lena, &format!("order_id={order}")).await.first().map(|s| s["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(status("U-1").await.as_deref(), Some("approved"));
    // The shop reports one of them once more: that is not the import's to take back.
    let programs = jana.get("/api/v1/programs").await.json();
    let url = programs["items"][0]["s2s_url"].as_str().unwrap().to_owned();
    let path = &url[url.find("/s2s/").unwrap()..];
    server.visitor().get(&format!("{path}?TotalCost=20&OrderID=U-4&AffiliateID=lena7&PStatus=D")).await.expect(200);
    let undone = jana.post(&format!("/api/v1/imports/{id}/undo"), json!({})).await.expect(200).json();
    assert_eq!((undone["status"].as_str(), undone["kept"].as_i64()), (Some("undone"), Some(1)));
    assert_eq!(status("U-1").await.as_deref(), Some("pending"));
    assert_eq!(status("U-2").await.as_deref(), Some("pending"));
    assert_eq!(status("U-3").await, None);
    assert_eq!(status("U-4").await.as_deref(), Some("declined"));
    jana.post(&format!("/api/v1/imports/{id}/undo"), json!({})).await.expect(409);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_export_brings_people_and_their_sales_and_goes_away_again() {
    let (server, jana, _) = house().await;
    let full = [("kind", "pap_full"), ("time_zone", "America/Los_Angeles")];
    let (id, report) = import(&server, &jana, &full, fixture("pap_full.csv")).await;
    assert_eq!(counts(&report, "conversions"), (3, 1, 0), "{report}");
    assert_eq!((counts(&report, "members"), report["skipped"].as_i64()), ((2, 0, 0), Some(2)));
    assert_eq!(row_errors(&report), ["11:ref_taken", "13:email"]);
    let refunded = sales(&jana, "order_id=FN-30002").await;
    assert_eq!(
        (refunded[0]["status"].as_str(), refunded[0]["amount"]["amount"].as_str()),
        (Some("refunded"), Some("50.00"))
    );
    until(&server, &jana, "/api/v1/conversions?order_id=FN-30001", |j| {
        j["items"][0]["member"]["name"] == "Lena Brandt"
    })
    .await;
    let (_, report) = import(&server, &jana, &full, fixture("pap_full.csv")).await;
    assert_eq!((counts(&report, "conversions"), counts(&report, "members")), ((0, 0, 4), (0, 0, 2)), "{report}");
    jana.post(&format!("/api/v1/imports/{id}/undo"), json!({})).await.expect(200);
    assert!(sales(&jana, "").await.is_empty());
    let left = jana.get("/api/v1/members?q=priya").await.expect(200).json();
    assert_eq!(left["items"], json!([]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_and_a_postback_of_one_shop_speak_of_the_same_sale() {
    let (server, jana, lena) = house().await;
    let programs = jana.get("/api/v1/programs").await.json();
    let url = programs["items"][0]["s2s_url"].as_str().unwrap().to_owned();
    let path = &url[url.find("/s2s/").unwrap()..];
    let call =
        format!("{path}?TotalCost=125.00&OrderID=FN-20001&ProductID=R2&AffiliateID=lena7&Commission=12.50&PStatus=P");
    server.visitor().get(&call).await.expect(200);
    let (_, report) = import(&server, &jana, &SIMPLE, fixture("pap_simple_en.csv")).await;
    assert_eq!(counts(&report, "conversions"), (3, 1, 0), "the status of the known order moved");
    let one = sales(&lena, "order_id=FN-20001").await;
    assert_eq!(
        (one.len(), one[0]["status"].as_str(), one[0]["product_id"].as_str()),
        (1, Some("approved"), Some("R2"))
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_and_suppressions_come_by_file() {
    let (server, jana, _) = house().await;
    let people = "E-Mail;Name;Sprache;Affiliate ID\nuwe@example.org;Uwe Harms;de;uwe1\nuwe@example.org;Uwe Harms;de;uwe1\nkaputt;X;de;\n";
    let (id, report) = import(&server, &jana, &[("kind", "members_csv"), ("time_zone", "UTC")], people.into()).await;
    assert_eq!((counts(&report, "members"), row_errors(&report)), ((1, 0, 1), vec!["4:email".to_owned()]));
    let found = jana.get("/api/v1/members?q=uwe@example.org").await.json();
    assert_eq!(
        (found["items"][0]["status"].as_str(), found["items"][0]["locale"].as_str()),
        (Some("invited"), Some("de"))
    );
    jana.post(&format!("/api/v1/imports/{id}/undo"), json!({})).await.expect(200);
    assert_eq!(jana.get("/api/v1/members?q=uwe@example.org").await.json()["items"], json!([]));
    let blocked = "email,reason\na@example.org,complaint\na@example.org,\n";
    let fields = [("kind", "suppressions_csv"), ("time_zone", "UTC")];
    let (_, report) = import(&server, &jana, &fields, blocked.into()).await;
    assert_eq!(counts(&report, "suppressions"), (1, 0, 1));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_move_a_partner_up_after_two_months_and_down_again() {
    let (server, jana, lena) = house().await;
    let berlin = parse_zone("Europe/Berlin");
    let now = months(server.clock.now(), &berlin, 2);
    let mid = |i: usize| iso(now[i].from + 9 * DAY);
    let report = async |order: &str, at: String, status: &str| {
        jana.post("/api/v1/conversions", json!({"items": [item(order, json!("600.00"), status, &at)]}))
            .await
            .expect(200);
    };
    report("T-1", mid(1), "approved").await;
    report("T-2", mid(0), "pending").await;
    server.drain().await;
    let me = until(&server, &lena, "/api/v1/me", |j| j["progress"]["months_held"] == 1).await;
    assert_eq!(
        (me["tier"].as_str().or(me["tier"]["slug"].as_str()), me["progress"]["next_tier"].as_str()),
        (Some("starter"), Some("active"))
    );
    report("T-2", mid(0), "approved").await;
    until(&server, &lena, "/api/v1/me", |j| j["progress"]["next_tier"] == "pro").await;
    // Two months without a sale: what was held is over.
    for _ in 0..3 {
        server.advance(25 * DAY).await;
        // A visit keeps the session.
        lena.get("/me/standing").await.expect(200);
        jana.get("/manage/programs").await.expect(200);
    }
    until(&server, &lena, "/api/v1/me", |j| j["progress"]["next_tier"] == "active").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_running_month_counts_as_soon_as_it_is_reached_and_a_refund_takes_it_back() {
    let (server, jana, lena) = house().await;
    let now = months(server.clock.now(), &parse_zone("Europe/Berlin"), 1);
    let (last, running) = (iso(now[0].from + DAY), iso(now[1].from));
    let items = json!({"items": [item("R-1", json!("500.00"), "approved", &last), item("R-2", json!("500.00"), "approved", &running)]});
    jana.post("/api/v1/conversions", items).await.expect(200);
    until(&server, &lena, "/api/v1/me", |j| j["progress"]["next_tier"] == "pro").await;
    jana.post("/api/v1/conversions", json!({"items": [item("R-2", json!("500.00"), "refunded", &running)]}))
        .await
        .expect(200);
    until(&server, &lena, "/api/v1/me", |j| j["progress"]["next_tier"] == "active").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rank_set_by_hand_wins_over_what_was_earned() {
    let (server, jana, lena) = house().await;
    let path = format!("/api/v1/members/{}", lena.member);
    jana.patch(&path, json!({"tier_override": "top"})).await.expect(200);
    let at = iso(server.clock.now());
    jana.post("/api/v1/conversions", json!({"items": [item("H-1", json!("1.00"), "approved", &at)]})).await.expect(200);
    server.advance(DAY).await;
    assert_eq!(lena.get("/api/v1/me").await.json()["progress"], Value::Null, "nothing above the top");
    jana.patch(&path, json!({"tier_override": null})).await.expect(200);
    until(&server, &lena, "/api/v1/me", |j| j["progress"]["next_tier"] == "active").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_programs_imports_and_standing_work_in_both_languages() {
    let (server, jana, lena) = house().await;
    let (id, _) = import(&server, &jana, &SIMPLE, fixture("pap_simple_errors.csv")).await;
    let trial = [SIMPLE.as_slice(), &[("dry_run", "1")]].concat();
    let (trial, _) = import(&server, &jana, &trial, fixture("pap_simple_en.csv")).await;
    for (lang, words) in
        [(Lang::De, ["Umsatz", "Importe", "Programme"]), (Lang::En, ["Turnover", "Imports", "Programs"])]
    {
        jana.form("/preferences", &[("lang", lang.code())]).await.expect(303);
        lena.form("/preferences", &[("lang", lang.code())]).await.expect(303);
        let page = lena.get("/me/standing").await.expect(200).text;
        assert!(page.contains(words[0]) && page.contains("https://fitnord.example/start?a"), "{page}");
        for path in ["/manage/imports".to_owned(), format!("/manage/imports/{id}"), format!("/manage/imports/{trial}")]
        {
            let page = jana.get(&path).await.expect(200).text;
            assert!(page.contains(words[1]) && !page.contains(">imports-") && !page.contains("error-row-"), "{page}");
        }
        for path in ["/manage/programs", "/manage/programs/1"] {
            let page = jana.get(path).await.expect(200).text;
            assert!(page.contains(words[2]), "{page}");
        }
    }
    let again = jana.form("/manage/programs", &[("name", "Plankraft"), ("link_base", "nowhere")]).await.expect(422);
    assert!(again.text.contains("value=\"Plankraft\""), "what was typed is still there");
    let fields = [("name", "Plankraft"), ("link_base", "https://plankraft.example/{ref}"), ("currency", "EUR")];
    jana.form("/manage/programs", &fields).await.expect(303);
    jana.form(&format!("/manage/imports/{trial}/run"), &[]).await.expect(303);
    let path = format!("/api/v1/imports/{}", trial + 1);
    until(&server, &jana, &path, |j| j["status"] == "done" && j["conversions"]["created"] == 4).await;
    lena.get("/manage/imports").await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bench_data_is_the_same_for_the_same_seed_and_works_at_once() {
    use kontor::commands::bench_data::{Wanted, fill};
    let mut seen = Vec::new();
    for _ in 0..2 {
        let server = Server::start().await;
        let tokens = server.dir.join("tokens.tsv");
        let wanted = Wanted { members: 40, threads: 3, posts: 4, messages: 60, seed: 7, tokens: tokens.clone() };
        fill(&server.house().db, wanted).await.unwrap();
        let text = std::fs::read_to_string(&tokens).unwrap();
        assert_eq!(text.lines().count(), 40);
        let token = |line: &str| line.split('\t').nth(1).unwrap().to_owned();
        let manager = server.visitor().with_bearer(&token(text.lines().next().unwrap()));
        let found = manager.get("/api/v1/members?limit=100&status=active").await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 40);
        let sales = sales(&manager, "").await;
        assert!(sales.len() >= 100 && sales.iter().all(|s| s["program"] == "bench"), "{}", sales.len());
        let member = server.visitor().with_bearer(&token(text.lines().nth(1).unwrap()));
        let me = member.get("/api/v1/me").await.expect(200).json();
        assert!(!me["affiliate_ref"].is_null(), "{me}");
        let orders: Vec<String> =
            sales.iter().map(|s| format!("{} {}", s["order_id"], s["amount"]["amount"])).collect();
        seen.push((text, orders));
        server.stop().await;
    }
    assert_eq!(seen[0], seen[1]);
}
