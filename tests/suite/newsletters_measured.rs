//! Opens and clicks: of readers who allow it, of people, and nowhere else.

use crate::library::{db_program, db_ref};
use crate::newsletters::{campaign, finished, house, mail_to, reader, start};
use crate::support::{Client, Server, Sink};
use kontor::db::{DAY, MINUTE};
use kontor::i18n::Lang;
use serde_json::{Value, json};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)";
const PROXY: &str = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const BODY: &str = "Hallo {{member.name}}, [die Zahlen](https://nordlicht.example/zahlen?a=1&b=2), [hier]({{affiliate.link}}), [Forum](/niches) und <mail@x.example>.";

/// Somebody, or something, without an account.
fn seen_by(server: &Server, agent: &str) -> Client {
    server.visitor().with_header("user-agent", agent)
}

async fn allow(member: &Client, yes: bool) {
    member.patch("/api/v1/me", json!({ "consents": { "tracking": yes } })).await.expect(200);
}

async fn report(jana: &Client, id: i64) -> Value {
    jana.get(&format!("/api/v1/campaigns/{id}/report")).await.expect(200).json()
}

/// Paths below the house that begin with `start`, in the HTML of a mail, in order.
fn paths(server: &Server, html: &str, start: &str) -> Vec<String> {
    let from = server.url(start);
    html.split('"').filter(|part| part.starts_with(&from)).map(|part| part.replace(&server.url(""), "")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_allows_it_is_measured_and_links_lead_where_they_led() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let program = db_program(&server, "fit").await;
    let (anna, ben) = (reader(&server, "Anna", 0, Lang::De).await, reader(&server, "Ben", 0, Lang::De).await);
    db_ref(&server, &anna, program, "anna b").await;
    db_ref(&server, &ben, program, "ben").await;
    allow(&anna, true).await;

    // Off by default: nobody is measured, whatever they allow.
    let plain = campaign(&jana, json!({ "body": BODY })).await;
    start(&jana, plain).await;
    finished(&server, &jana, plain).await;
    let (mail, _) = mail_to(&sink, "anna@example.org");
    assert!(paths(&server, &mail.html, "/c/").is_empty() && paths(&server, &mail.html, "/o/").is_empty());
    assert_eq!(report(&jana, plain).await["tracked"], 0);

    let id = campaign(&jana, json!({ "name": "Gemessen", "body": BODY, "tracking": true })).await;
    assert_eq!(jana.get(&format!("/api/v1/campaigns/{id}")).await.json()["tracking"], true);
    let sent = sink.len();
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    let mails = sink.mails().split_off(sent);
    let html_of = |to: &str| {
        let (_, raw) = mails.iter().find(|(address, _)| address == to).unwrap();
        crate::support::Mail::parse(raw)
    };
    // Ben has not allowed it: direct links, no picture.
    let bens = html_of("ben@example.org");
    assert!(
        !bens.html.contains("/c/") && !bens.html.contains("/o/") && !bens.html.contains("width=\"1\""),
        "{}",
        bens.html
    );
    assert!(bens.html.contains("href=\"https://nordlicht.example/zahlen?a=1&amp;b=2\""), "{}", bens.html);
    // Anna has: three ways of her own, the text part stays as it is, and so does the way out.
    let annas = html_of("anna@example.org");
    let ways = paths(&server, &annas.html, "/c/");
    let picture = paths(&server, &annas.html, "/o/");
    assert_eq!((ways.len(), picture.len()), (3, 1), "{}", annas.html);
    assert!(annas.text.contains("https://nordlicht.example/zahlen?a=1&b=2") && !annas.text.contains("/c/"));
    assert!(annas.html.contains("/u/"));

    // They lead where they led, with her own code, and tell the next house nothing.
    server.advance(MINUTE).await;
    let phone = seen_by(&server, PHONE);
    let mut led = Vec::new();
    for way in &ways {
        let answer = phone.get(way).await.expect(302);
        assert_eq!((answer.header("referrer-policy"), answer.header("cache-control")), ("no-referrer", "no-store"));
        led.push(answer.header("location").to_owned());
        server.advance(MINUTE).await;
    }
    assert_eq!(
        led,
        ["https://nordlicht.example/zahlen?a=1&b=2", "https://fit.example/?p=anna%20b", server.url("/niches").as_str()]
    );
    let gif = seen_by(&server, PROXY).get(&picture[0]).await.expect(200);
    assert_eq!(gif.header("content-type"), "image/gif");

    let found = report(&jana, id).await;
    assert_eq!((&found["tracked"], &found["opened"], &found["clicked"]), (&json!(1), &json!(1), &json!(1)), "{found}");
    assert_eq!(found["counts"]["accepted"], 2);
    assert_eq!(found["links"].as_array().unwrap().len(), 3);
    assert!(found["links"].as_array().unwrap().iter().any(|l| l["url"] == "{{affiliate.link}}" && l["clicked"] == 1));
    let hours = found["hours"].as_array().unwrap();
    assert_eq!((hours.len(), &hours[0]), (48, &json!({ "opened": 1, "clicked": 1 })));

    // What is known can be asked for.
    for (field, who) in [("opened_campaign", 1), ("clicked_campaign", 1)] {
        let rule = json!({ "field": field, "op": "eq", "value": id });
        let preview = jana.post("/api/v1/segments/preview", json!({ "rule": rule })).await.expect(200).json();
        assert_eq!((&preview["count"], &preview["sample"][0]["name"]), (&json!(who), &json!("Anna")), "{field}");
    }
    // And belongs to whom it is about.
    assert!(anna.get("/api/v1/me/export").await.expect(200).text.contains("nordlicht.example/zahlen"));

    // Who takes it back is not measured any more, not even by mails that are out; the links still lead.
    allow(&anna, false).await;
    server.advance(DAY).await;
    phone.get(&ways[0]).await.expect(302);
    assert_eq!(report(&jana, id).await["hours"], found["hours"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_look_into_mails_count_nowhere_and_tokens_are_not_guessed() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let anna = reader(&server, "Anna", 0, Lang::En).await;
    allow(&anna, true).await;
    let body = "[a](https://a.example/) [b](https://b.example/) [c](https://c.example/) [d](https://d.example/)";
    let id = campaign(&jana, json!({ "body": body, "tracking": true })).await;
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    let (mail, _) = mail_to(&sink, "anna@example.org");
    let (ways, picture) = (paths(&server, &mail.html, "/c/"), paths(&server, &mail.html, "/o/"));

    // Sooner than anybody reads; a program that says so; one that says nothing.
    let phone = seen_by(&server, PHONE);
    phone.get(&picture[0]).await.expect(200);
    server.advance(MINUTE).await;
    seen_by(&server, "Mozilla/5.0 (compatible; SafeLinks scanner)").get(&ways[0]).await.expect(302);
    server.advance(MINUTE).await;
    server.visitor().get(&ways[1]).await.expect(302);
    let found = report(&jana, id).await;
    assert_eq!((&found["opened"], &found["clicked"], &found["scanned"]), (&json!(0), &json!(0), &json!(1)), "{found}");

    // One that behaves like a browser and tries every link at once.
    server.advance(MINUTE).await;
    for way in &ways {
        phone.get(way).await.expect(302);
    }
    assert_eq!(report(&jana, id).await["clicked"], 0, "three links in a moment are no reader");

    // A reader.
    server.advance(MINUTE).await;
    phone.get(&ways[2]).await.expect(302);
    phone.get(&ways[2]).await.expect(302);
    let found = report(&jana, id).await;
    assert_eq!(
        (&found["clicked"], &found["links"]),
        (&json!(1), &json!([{ "url": "https://c.example/", "clicked": 1 }]))
    );

    // A token of somebody else's making leads nowhere, and neither does one of another kind.
    let mut forged = ways[0].clone();
    forged.replace_range(5..6, if &forged[5..6] == "A" { "B" } else { "A" });
    phone.get(&forged).await.expect(404);
    let open = picture[0].trim_start_matches("/o/").trim_end_matches(".gif").to_owned();
    phone.get(&format!("/c/{open}")).await.expect(404);
    phone.get("/o/nonsense.gif").await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_shows_what_became_of_it_with_a_constant_number_of_statements() {
    let sink = Sink::start().await;
    let (server, jana) = house(&sink).await;
    let program = db_program(&server, "fit").await;
    let (anna, ben) = (reader(&server, "Anna", 0, Lang::De).await, reader(&server, "Ben", 0, Lang::De).await);
    for who in [&anna, &ben] {
        allow(who, true).await;
    }
    let quiet = campaign(&jana, json!({})).await;
    let path = |id: i64| format!("/manage/campaigns/{id}/report");
    let empty = jana.get(&path(quiet)).await.expect(200);
    let id = campaign(&jana, json!({ "body": "[a](https://a.example/)", "tracking": true })).await;
    start(&jana, id).await;
    finished(&server, &jana, id).await;
    server.advance(MINUTE).await;
    let (mail, _) = mail_to(&sink, "anna@example.org");
    seen_by(&server, PHONE).get(&paths(&server, &mail.html, "/c/")[0]).await.expect(302);
    // Ben leaves; Anna sells.
    let out = paths(&server, &mail_to(&sink, "ben@example.org").0.html, "/u/");
    server.visitor().form(&out[0], &[("List-Unsubscribe", "One-Click")]).await.expect(200);
    db_ref(&server, &anna, program, "anna").await;
    crate::segments::db_sale(&server, &anna, "s1", 12_500, 0).await;
    let found = report(&jana, id).await;
    assert_eq!((&found["unsubscribed"], &found["sales_before"]["count"]), (&json!(1), &json!(0)));
    assert_eq!(found["sales_after"], json!({ "count": 1, "total": { "amount": "125.00", "currency": "EUR" } }));
    let page = jana.get(&path(id)).await.expect(200);
    assert!(
        page.text.contains("https://a.example/")
            && page.text.contains("<svg role=\"img\"")
            && page.text.contains("125")
    );
    assert_eq!(page.statements(), empty.statements(), "whatever has happened");
    assert!(jana.get(&format!("/manage/campaigns/{id}")).await.text.contains(&path(id)));
    anna.get(&path(id)).await.expect(403);
    server.stop().await;
}
