//! The team's side: recall, review, history, wishes, kits.

use crate::library::{LINK, db_ref, publish, shop, take, take_bytes};
use crate::material::{png, upload};
use crate::support::Server;
use kontor::db::DAY;
use kontor::i18n::{Lang, iso};
use kontor::web::viewer::Role;
use serde_json::json;
use std::io::Read;

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_reaches_everybody_who_took_the_text_by_whatever_way() {
    let (server, jana, lena) = shop().await;
    let id = publish(&jana, json!({})).await;
    let next = publish(&jana, json!({"title": "Berichtigt"})).await;
    let kit = json!({"kind": "kit", "title": "Paket", "items": [{"resource": id, "day": 0}]});
    let kit = jana.post("/api/v1/resources", kit).await.expect(201).id();
    let program = lena.get("/api/v1/programs").await.json()["items"][0]["id"].as_i64().unwrap();
    let mut takers = vec![(lena.clone(), "download")];
    for (i, way) in ["copy", "share", "mail", "kit"].into_iter().enumerate() {
        let who = server.member(&format!("Nehmer {i}")).await;
        db_ref(&server, &who, program, &format!("nehmer-{i}")).await;
        takers.push((who, way));
    }
    for (who, way) in &takers {
        match *way {
            "download" => drop(take(who, id, "format=pdf").await.expect(200)),
            "mail" => drop(who.post(&format!("/api/v1/resources/{id}/mail"), json!({})).await.expect(202)),
            "kit" => drop(take_bytes(who, kit, "").await),
            way => drop(who.post(&format!("/api/v1/resources/{id}/copies"), json!({"way": way})).await.expect(204)),
        }
    }
    let bystander = server.member("Unbeteiligt").await;
    bystander.get(&format!("/library/{id}")).await.expect(200);

    let path = format!("/api/v1/resources/{id}/recall");
    assert_eq!(jana.post(&path, json!({"reason": " "})).await.expect(422).field_errors(), ["reason:required"]);
    lena.post(&path, json!({"reason": "x"})).await.expect(403);
    jana.post(&path, json!({"reason": "Die Garantie gilt nur zwei Jahre.", "successor": next})).await.expect(202);
    // The server's own worker may be telling them just now, so this looks again until it has, at most ten seconds.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let (told, recalls) = loop {
        server.drain().await;
        let told = jana.get(&format!("/api/v1/resources/{id}/takers")).await.expect(200).json();
        let told = told["items"].as_array().unwrap().clone();
        let mut recalls = server.mails().await;
        recalls.retain(|m| m.text.contains("Die Garantie gilt nur zwei Jahre."));
        let all = told.iter().all(|t| t["told_at"].is_string()) && recalls.len() >= takers.len();
        if all || std::time::Instant::now() > until {
            break (told, recalls);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(told.len(), takers.len());
    assert!(told.iter().all(|t| t["told_at"].is_string()), "{told:?}");
    assert_eq!(recalls.len(), takers.len(), "each of them once, nobody else");
    assert!(recalls.iter().all(|m| m.text.contains("Berichtigt") && m.text.contains(&format!("/library/{next}"))));

    // It is gone from every way out, and the page says why and what instead.
    for (who, _) in &takers {
        assert_eq!(take(who, id, "").await.expect(409).json()["code"], "recalled");
    }
    let refused = lena.post(&format!("/api/v1/resources/{id}/copies"), json!({})).await.expect(409).json();
    assert_eq!((&refused["code"], &refused["id"]), (&json!("recalled"), &json!(next)));
    assert_eq!(take(&lena, kit, "").await.expect(409).json()["code"], "kit_empty");
    let page = lena.get(&format!("/library/{id}")).await.expect(200).text;
    assert!(page.contains("Die Garantie gilt nur zwei Jahre.") && page.contains("Stattdessen: Berichtigt"), "{page}");
    let list = lena.get("/api/v1/resources").await.expect(200).json();
    assert!(list["items"].as_array().unwrap().iter().all(|r| r["id"] != id));
    assert_eq!(jana.post(&path, json!({"reason": "noch einmal"})).await.expect(409).json()["code"], "recalled");
    let again = server.mails().await.iter().filter(|m| m.text.contains("Die Garantie gilt nur zwei Jahre.")).count();
    assert_eq!(again, takers.len(), "nobody is told twice");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kit_holds_every_step_filled_in_for_those_who_may_see_it() {
    let (server, jana, lena) = shop().await;
    let now = server.house().db.now();
    let open = publish(&jana, json!({"title": "Ankündigung"})).await;
    let gated = publish(&jana, json!({"title": "Für die Spitze", "min_tier": "top"})).await;
    let steps = json!([{"resource": open, "day": 0, "note": "Dienstag früh"}, {"resource": gated, "day": 3}]);
    let kit = json!({"kind": "kit", "title": "Herbst, drei Mails", "starts_at": iso(now + DAY), "items": steps});
    let kit = jana.post("/api/v1/resources", kit).await.expect(201).id();
    let wrong = json!({"kind": "kit", "title": "x", "items": [{"resource": 999_999}, {"resource": kit}, {"resource": open, "day": 900}]});
    let refused = jana.post("/api/v1/resources", wrong).await.expect(422);
    assert_eq!(refused.field_errors(), ["items[2].day:range"]);

    let bytes = take_bytes(&lena, kit, "lang=de").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = (0..zip.len()).map(|i| zip.by_index(i).unwrap().name().unwrap().to_string()).collect();
    assert!(names.iter().all(|n| !n.contains("spitze")), "{names:?}");
    for ending in ["txt", "html", "md", "docx", "pdf", "eml"] {
        assert!(names.contains(&format!("01-ankuendigung/short-de.{ending}")), "{ending}: {names:?}");
    }
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let text = read("01-ankuendigung/short-de.txt");
    assert!(text.starts_with("Anzeige\n") && text.contains(LINK) && text.contains("Lena Brandt"), "{text}");
    assert!(read("plan.txt").contains("Dienstag früh") && read("plan.ics").contains("BEGIN:VEVENT"));
    let english = take_bytes(&lena, kit, "lang=en").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(english)).unwrap();
    let mut text = String::new();
    zip.by_name("01-ankuendigung/short-en.txt").unwrap().read_to_string(&mut text).unwrap();
    assert!(text.starts_with("Ad\n") && text.contains(LINK), "{text}");

    // Whoever has no code gets a sentence, not an archive of broken links; each part counts as taken.
    let uwe = server.member("Uwe").await;
    assert_eq!(take(&uwe, kit, "").await.expect(409).json()["code"], "no_affiliate_ref");
    let page = uwe.get(&format!("/library/{kit}")).await.expect(200).text;
    assert!(
        page.contains("no affiliate code") && !page.contains("/download?") && !page.contains("Für die Spitze"),
        "{page}"
    );
    let takers = jana.get(&format!("/api/v1/resources/{open}/takers")).await.expect(200).json();
    assert_eq!(takers["items"][0]["member"], Server::id_of(&lena).0);
    let shown = lena.get(&format!("/library/{kit}")).await.expect(200).text;
    assert!(
        shown.contains("Ankündigung") && shown.contains("Dienstag früh") && shown.contains("/download?lang"),
        "{shown}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kit_carries_pictures_and_documents_too_and_names_whose_they_are() {
    let (server, jana, lena) = shop().await;
    let text = publish(&jana, json!({"title": "Ankündigung"})).await;
    let banner = jana.post("/api/v1/resources", json!({"kind": "image", "title": "Banner"})).await.expect(201).id();
    let sheet = jana.post("/api/v1/resources", json!({"kind": "fact_sheet", "title": "R2"})).await.expect(201).id();
    let image = png(320, 180, 90);
    let mut files = Vec::new();
    for _ in 0..2 {
        files.push(json!({"file": upload(&jana, "banner.png", image.clone()).await, "credit": "Studio Nord",
            "alt": {"de": "Ein Rudergerät", "en": "A rower"}}));
    }
    jana.put(&format!("/api/v1/resources/{banner}/material"), json!({"files": files})).await.expect(200);
    let details = json!({"details": {"features": {"de": ["Leise"], "en": ["Quiet"]}}});
    jana.put(&format!("/api/v1/resources/{sheet}/material"), details).await.expect(200);
    let steps = json!([{"resource": text}, {"resource": banner, "day": 1}, {"resource": sheet, "day": 2}]);
    let kit = jana.post("/api/v1/resources", json!({"kind": "kit", "title": "Herbst", "items": steps})).await;
    let kit = kit.expect(201).id();
    let bytes = take_bytes(&lena, kit, "lang=de").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    for name in ["02-banner/banner.png", "02-banner/2-banner.png"] {
        assert_eq!(image::load_from_memory(&read(name)).unwrap().width(), 320, "{name}");
    }
    assert!(read("03-r2/r2-de.pdf").starts_with(b"%PDF"));
    let plan = String::from_utf8(read("plan.txt")).unwrap();
    assert!(plan.contains("Studio Nord") && plan.contains("Ein Rudergerät"), "{plan}");
    // Whoever took the kit took its pictures: a recall reaches them.
    let takers = jana.get(&format!("/api/v1/resources/{banner}/takers")).await.expect(200).json();
    assert_eq!(takers["items"][0]["member"], Server::id_of(&lena).0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_takes_four_eyes_and_the_history_tells_what_changed() {
    let (server, jana, lena) = shop().await;
    let tom = server.db_member("Tom Alder", Role::Manager, 0, Lang::En).await;
    let id = publish(&jana, json!({"status": "draft"})).await;
    let path = format!("/api/v1/resources/{id}");
    jana.post(&format!("{path}/submit"), json!({})).await.expect(204);
    assert_eq!(jana.get(&path).await.json()["status"], "review");
    lena.get(&path).await.expect(404);
    assert_eq!(
        jana.post(&format!("{path}/review"), json!({"yes": true})).await.expect(409).json()["code"],
        "own_review"
    );
    tom.post(&format!("{path}/review"), json!({"yes": false, "note": "Bitte kürzer."})).await.expect(204);
    assert!(jana.get(&format!("/manage/library/{id}")).await.expect(200).text.contains("Bitte kürzer."));
    let shorter = json!({"variants": [{"key": "short", "lang": "de", "body": "Kurz. {{affiliate.link}}"}]});
    jana.patch(&path, shorter).await.expect(200);
    jana.post(&format!("{path}/submit"), json!({})).await.expect(204);
    // Saving while it waits leaves it waiting.
    jana.patch(&path, json!({"summary": "Neu"})).await.expect(200);
    assert_eq!(jana.get(&path).await.json()["status"], "review");
    tom.form(&format!("/manage/library/{id}/review"), &[("act", "approve")]).await.expect(303);
    lena.get(&path).await.expect(200);
    assert_eq!(
        tom.post(&format!("{path}/review"), json!({"yes": true})).await.expect(409).json()["code"],
        "not_in_review"
    );

    let history = jana.get(&format!("{path}/history")).await.expect(200).json();
    let states = history["items"].as_array().unwrap();
    assert_eq!(states.len(), 3);
    let parts: Vec<_> = states[1]["changes"].as_array().unwrap().iter().map(|c| c["part"].as_str().unwrap()).collect();
    assert!(parts.contains(&"short de") && parts.contains(&"social de"), "{parts:?}");
    let page = jana.get(&format!("/manage/library/{id}/history")).await.expect(200).text;
    assert!(page.contains("<ins>") && page.contains("<del>"), "{page}");

    // The first state comes back as the newest one; what was there between stays in the history.
    let first = states[2]["rev"].as_i64().unwrap();
    let back = format!("/manage/library/{id}/history/{first}");
    assert!(page.contains(&back), "{page}");
    lena.post(&format!("{path}/history/{first}/restore"), json!({})).await.expect(403);
    jana.form(&back, &[]).await.expect(303);
    let now = jana.get(&format!("{path}/history")).await.expect(200).json();
    assert_eq!(now["items"].as_array().map(Vec::len), Some(4));
    assert_eq!(now["items"][0]["content"], now["items"][3]["content"]);
    jana.post(&format!("{path}/history/{first}/restore"), json!({})).await.expect(204);
    jana.post(&format!("{path}/history/99/restore"), json!({})).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_answered_and_stars_are_counted_once_a_member() {
    let (server, jana, lena) = shop().await;
    let id = publish(&jana, json!({})).await;
    let path = format!("/api/v1/resources/{id}");
    assert_eq!(
        lena.put(&format!("{path}/rating"), json!({"stars": 6})).await.expect(422).field_errors(),
        ["stars:range"]
    );
    lena.put(&format!("{path}/rating"), json!({"stars": 2, "comment": "Zu lang"})).await.expect(204);
    lena.put(&format!("{path}/rating"), json!({"stars": 4, "comment": "Jetzt gut"})).await.expect(204);
    server.member("Uwe").await.put(&format!("{path}/rating"), json!({"stars": 5})).await.expect(204);
    let shown = lena.get(&path).await.expect(200).json();
    assert_eq!((&shown["stars"], &shown["ratings"]), (&json!(4.5), &json!(2)));
    let page = lena.get(&format!("/library/{id}")).await.expect(200).text;
    assert!(page.contains("Jetzt gut") && page.contains("4,5 (2)"), "{page}");
    lena.delete(&format!("{path}/ratings/{}", Server::id_of(&lena).0)).await.expect(403);
    jana.delete(&format!("{path}/ratings/{}", Server::id_of(&lena).0)).await.expect(204);
    assert_eq!(lena.get(&path).await.json()["ratings"], 1);

    let wish = lena.post(&format!("{path}/wishes"), json!({"wish": "Bitte für LinkedIn"})).await.expect(201).id();
    assert!(jana.get("/manage/library/inbox").await.expect(200).text.contains("Bitte für LinkedIn"));
    jana.post(&format!("/api/v1/wishes/{wish}"), json!({"yes": true, "note": "Ist drin."})).await.expect(204);
    assert_eq!(lena.get("/api/v1/me/wishes").await.expect(200).json()["items"][0]["status"], "done");
    server.mail_with("lena-brandt@example.org", "Ist drin.").await;
    jana.post(&format!("/api/v1/wishes/{wish}"), json!({"yes": true})).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_writes_a_pair_with_its_offer_and_shows_it_as_a_member_while_typing() {
    let (server, jana, lena) = shop().await;
    let fields = [
        ("kind", "swipe_copy"),
        ("title", "Herbst"),
        ("status", "published"),
        ("occasion", "Herbstaktion"),
        ("price", "499,00"),
        ("currency", "EUR"),
        ("valid_until", "2030-11-01T00:00"),
        ("body_short_de", "Nur {{product.price}} bis {{promotion.date}}: {{affiliate.link}}"),
        ("body_short_en", "Only {{product.price}}: {{affiliate.link}}"),
    ];
    let typed: Vec<(&str, &str)> = fields.into_iter().chain([("slot", "short_de"), ("member", "")]).collect();
    let member = Server::id_of(&lena).0.to_string();
    let mut as_lena = typed.clone();
    as_lena.retain(|(n, _)| *n != "member");
    as_lena.push(("member", &member));
    let live = jana.form("/manage/library/preview", &as_lena).await.expect(200).text;
    assert!(live.contains(LINK) && live.contains("499.00") | live.contains("499,00"), "{live}");
    let to = jana.form("/manage/library/new", &fields).await.expect(303).header("location").to_owned();
    let id: i64 = to.split('/').nth(3).unwrap().parse().unwrap();
    let stored = jana.get(&format!("/api/v1/resources/{id}")).await.expect(200).json();
    assert_eq!((&stored["price"]["amount"], &stored["occasion"]), (&json!("499.00"), &json!("Herbstaktion")));
    let text = take(&lena, id, "lang=de").await.expect(200).text;
    assert!(text.contains("499,00 €") && text.contains("31.10.2030"), "{text}");
    let edit = jana.get(&format!("/manage/library/{id}")).await.expect(200).text;
    assert!(edit.contains("value=\"499.00\"") && edit.contains("value=\"2030-11-01T00:00\""), "{edit}");
    let broken = [("slot", "short_de"), ("member", member.as_str()), ("body_short_de", "{{nmae}}")];
    let live = jana.form("/manage/library/preview", &broken).await.expect(200).text;
    assert!(live.contains("{{member.name}}"), "{live}");
    server.stop().await;
}
