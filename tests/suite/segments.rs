//! Segments: rules, counts, mistakes with their path.

use crate::support::{Client, Server};
use diesel::prelude::*;
use kontor::db::DAY;
use kontor::db::schema::{conversions, member_niches, member_tags, members, niches, suppressions};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::{Value, json};

/// Writes the consent directly: its own journey is tested with accounts.
pub async fn db_consent(server: &Server, who: &Client, yes: bool) {
    let id = who.member.0;
    server
        .house()
        .db
        .write(move |tx| {
            diesel::update(members::table.find(id)).set(members::newsletter_consent.eq(yes)).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

pub async fn db_suppress(server: &Server, email: &str) {
    let key = email.to_owned();
    server
        .house()
        .db
        .write(move |tx| {
            diesel::insert_into(suppressions::table)
                .values((
                    suppressions::email_hash.eq(kontor::accounts::token::hash(&key)),
                    suppressions::email.eq(Some(&key)),
                    suppressions::reason.eq("complaint"),
                    suppressions::created_at.eq(1_i64),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

pub(crate) async fn db_sale(server: &Server, who: &Client, order: &str, cents: i64, days_ago: i64) {
    let (id, order, at) = (who.member.0, order.to_owned(), server.house().db.now() - days_ago * DAY);
    server
        .house()
        .db
        .write(move |tx| {
            diesel::insert_into(conversions::table)
                .values((
                    conversions::source.eq("test"),
                    conversions::order_id.eq(&order),
                    conversions::affiliate_ref.eq("x"),
                    conversions::ref_key.eq("x"),
                    conversions::member_id.eq(Some(id)),
                    conversions::amount.eq(cents),
                    conversions::currency.eq("EUR"),
                    conversions::status.eq("approved"),
                    conversions::occurred_at.eq(at),
                    conversions::created_at.eq(at),
                    conversions::updated_at.eq(at),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

async fn db_niche(server: &Server, slug: &str, of: &Client) {
    let (slug, id) = (slug.to_owned(), of.member.0);
    server
        .house()
        .db
        .write(move |tx| {
            let niche: i64 = diesel::insert_into(niches::table)
                .values((
                    niches::slug.eq(&slug),
                    niches::name_de.eq(&slug),
                    niches::name_en.eq(&slug),
                    niches::created_at.eq(1_i64),
                ))
                .returning(niches::id)
                .get_result(&mut **tx)?;
            diesel::insert_into(member_niches::table)
                .values((member_niches::member_id.eq(id), member_niches::niche_id.eq(niche)))
                .execute(&mut **tx)?;
            diesel::insert_into(member_tags::table)
                .values((member_tags::member_id.eq(id), member_tags::tag.eq("vip")))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

async fn names(manager: &Client, rule: Value) -> Vec<String> {
    let found = manager.post("/api/v1/segments/preview", json!({"rule": rule})).await.expect(200).json();
    let sample = found["sample"].as_array().unwrap();
    assert_eq!(found["count"].as_i64().unwrap(), sample.len() as i64, "{found}");
    let mut names: Vec<String> = sample.iter().map(|m| m["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_matches_exactly_who_it_describes() {
    let server = Server::start().await;
    let jana = server.manager().await;
    let anna = server.db_member("Anna", Role::Member, 20, Lang::De).await;
    let ben = server.db_member("Ben", Role::Member, 10, Lang::En).await;
    let cleo = server.db_member("Cleo", Role::Member, 0, Lang::De).await;
    db_niche(&server, "heimfitness", &anna).await;
    db_sale(&server, &anna, "a1", 90_000, 5).await;
    db_sale(&server, &anna, "a2", 20_000, 10).await;
    db_sale(&server, &ben, "b1", 500_000, 60).await;
    db_sale(&server, &cleo, "c1", 5_000, 2).await;
    let tests = [
        (json!({"field":"tier","op":"gte","value":"active"}), vec!["Anna", "Ben"]),
        (json!({"field":"tier","op":"in","value":["pro","top"]}), vec!["Anna"]),
        (json!({"field":"niche","op":"eq","value":"heimfitness"}), vec!["Anna"]),
        (json!({"field":"tag","op":"ne","value":"vip"}), vec!["Ben", "Cleo", "Jana Petersen"]),
        (json!({"field":"locale","op":"eq","value":"de"}), vec!["Anna", "Cleo"]),
        (json!({"field":"revenue","op":"gte","value":"1000","window":"30d"}), vec!["Anna"]),
        (json!({"field":"revenue","op":"gte","value":"1000","window":"90d"}), vec!["Anna", "Ben"]),
        (json!({"field":"revenue","op":"lt","value":"100","window":"30d"}), vec!["Ben", "Cleo", "Jana Petersen"]),
        (json!({"field":"revenue","op":"gte","value":"1","currency":"USD"}), vec![]),
        (json!({"field":"conversions_count","op":"eq","value":2}), vec!["Anna"]),
        (json!({"field":"conversions_count","op":"eq","value":0,"window":"30d"}), vec!["Ben", "Jana Petersen"]),
        (json!({"field":"last_conversion_at","op":"not_within","value":"30d"}), vec!["Ben", "Jana Petersen"]),
        (json!({"field":"last_conversion_at","op":"exists","value":false}), vec!["Jana Petersen"]),
        (
            json!({"not":{"any":[{"field":"locale","op":"eq","value":"en"},{"field":"tier","op":"eq","value":"pro"}]}}),
            vec!["Cleo"],
        ),
        (json!({"all":[]}), vec!["Anna", "Ben", "Cleo", "Jana Petersen"]),
        (json!({"any":[]}), vec![]),
        (json!({"field":"downloaded_resource","op":"exists"}), vec![]),
        (
            json!({"field":"posted_in_niche","op":"not_within","value":"30d"}),
            vec!["Anna", "Ben", "Cleo", "Jana Petersen"],
        ),
        (json!({"field":"opened_campaign","op":"eq","value":7}), vec![]),
        (json!({"field":"joined_at","op":"within","value":"1d"}), vec!["Anna", "Ben", "Cleo", "Jana Petersen"]),
        (json!({"field":"status","op":"eq","value":"declined"}), vec![]),
    ];
    for (rule, expected) in tests {
        assert_eq!(names(&jana, rule.clone()).await, expected, "{rule}");
        // Beside a test that everybody passes it means the same, however the database is asked then.
        let beside = json!({"all":[{"field":"locale","op":"in","value":["de","en"]}, rule]});
        assert_eq!(names(&jana, beside.clone()).await, expected, "{beside}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_tells_who_cannot_be_reached_and_why() {
    let server = Server::start().await;
    let jana = server.manager().await;
    for (name, consent) in [("Anna", true), ("Ben", false), ("Cleo", true)] {
        let member = server.db_member(name, Role::Member, 0, Lang::De).await;
        db_consent(&server, &member, consent).await;
    }
    db_suppress(&server, "cleo@example.org").await;
    let rule = json!({"field":"locale","op":"eq","value":"de"});
    let found = jana.post("/api/v1/segments/preview", json!({"rule": rule})).await.expect(200).json();
    assert_eq!(found["count"], 3);
    assert_eq!(found["deliverable"], 1);
    assert_eq!(found["excluded"], json!({"no_consent": 1, "suppressed": 1}));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_rule_names_its_path() {
    let server = Server::start().await;
    let jana = server.manager().await;
    let errors = async |rule: Value| {
        jana.post("/api/v1/segments/preview", json!({"rule": rule})).await.expect(422).field_errors()
    };
    assert_eq!(errors(json!({"all":[{"field":"tier","op":"like","value":"pro"}]})).await, ["rule.all[0].op:unknown"]);
    assert_eq!(errors(json!({"any":[{"field":"age","op":"eq","value":1}]})).await, ["rule.any[0].field:unknown"]);
    assert_eq!(errors(json!({"not":{"field":"tier","op":"eq","value":"gold"}})).await, ["rule.not.value:not_found"]);
    assert_eq!(errors(json!("x")).await, ["rule:type"]);
    jana.post("/api/v1/segments/preview", json!({})).await.expect(422);
    server.member("Lena").await.post("/api/v1/segments/preview", json!({"rule":{"all":[]}})).await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_is_saved_changed_and_deleted() {
    let server = Server::start().await;
    let jana = server.manager().await;
    let rule = json!({"all":[{"field":"tier","op":"eq","value":"pro"}]});
    let id = jana.post("/api/v1/segments", json!({"name":"Profis","rule":rule})).await.expect(201).id();
    let path = format!("/api/v1/segments/{id}");
    assert_eq!(jana.get(&path).await.expect(200).json()["rule"], rule);
    assert_eq!(jana.patch(&path, json!({"name":"Pros"})).await.expect(200).json()["name"], "Pros");
    let bad = jana.patch(&path, json!({"rule":{"all":[{"field":"x","op":"eq"}]}})).await.expect(422);
    assert_eq!(bad.field_errors(), ["rule.all[0].field:unknown"]);
    assert_eq!(jana.get("/api/v1/segments").await.json()["items"].as_array().unwrap().len(), 1);
    jana.delete(&path).await.expect(204);
    jana.get(&path).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_builder_counts_and_saves_without_a_script() {
    let server = Server::start().await;
    let jana = server.manager().await;
    server.db_member("Anna", Role::Member, 20, Lang::De).await;
    jana.get("/manage/segments/new").await.expect(200);
    let fields =
        [("name", "Profis"), ("tier", "pro"), ("locale", "de"), ("revenue", ""), ("order", "gte"), ("window", "30d")];
    let counted = jana.form("/manage/segments/new", &[&fields[..], &[("action", "count")]].concat()).await.expect(200);
    assert!(counted.text.contains("data-count>1<") && counted.text.contains("Anna"), "{}", counted.text);
    let saved = jana.form("/manage/segments/new", &[&fields[..], &[("action", "save")]].concat()).await.expect(303);
    let page = jana.get(saved.header("location")).await.expect(200);
    assert!(page.text.contains("value=\"pro\" checked"), "{}", page.text);
    jana.get("/manage/segments").await.expect(200);
    let bad = jana.form("/manage/segments/new", &[("name", ""), ("expert", "1"), ("rule", "{")]).await.expect(422);
    assert!(bad.text.contains("{</textarea>"), "what was typed is still there");
    server.stop().await;
}
