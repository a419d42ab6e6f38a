//! Material beside texts: who sees it, how it is checked, what members are through with, many at once, use and quality.

use crate::support::{Client, Server};
use kontor::db::{DAY, HOUR};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::io::Write;

pub async fn upload(who: &Client, name: &str, bytes: Vec<u8>) -> i64 {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    Client::send(who.request(Method::POST, "/api/v1/uploads").multipart(form)).await.expect(201).id()
}

pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let image = image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(width, height, image::Rgb([0, shade, 95])));
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

async fn resource(manager: &Client, kind: &str, title: &str) -> i64 {
    manager.post("/api/v1/resources", json!({"kind": kind, "title": title})).await.expect(201).id()
}

fn course() -> Value {
    let section =
        |title: &str, questions: Value| json!({"title": title, "body": "Read **this**.", "questions": questions});
    let quiz =
        json!([{"text": "Where does the label go?", "options": ["At the end", "In the first line"], "right": 1}]);
    json!({"details": {"sections": {"de": [section("Anfangen", json!([])), section("Kennzeichnen", quiz.clone())],
        "en": [section("Begin", json!([])), section("Label", quiz)]}}})
}

#[tokio::test]
async fn a_brand_kit_shows_colours_and_logos_to_those_who_may_see_it_and_to_nobody_else() {
    let server = Server::start().await;
    let (manager, lena) = (server.manager().await, server.member("Lena").await);
    let file = upload(&manager, "logo.png", png(400, 200, 92)).await;
    let id = manager
        .post("/api/v1/resources", json!({"kind": "brand", "title": "Brand kit", "min_tier": "pro"}))
        .await
        .expect(201)
        .id();
    let path = format!("/api/v1/resources/{id}/material");
    let material = json!({
        "details": {"colours": [{"name": "Petrol", "hex": "#005c5f", "use_for": {"de": "Flächen", "en": "Areas"}}],
            "dos": {"de": ["Abstand halten"], "en": ["Keep a distance"]}, "donts": {"de": ["Verzerren"], "en": ["Distort"]}},
        "files": [{"file": file, "role": "logo", "title": "Logo", "alt": {"de": "Welle", "en": "Wave"}, "licence": "partner", "credit": "Studio Nord"}],
    });
    let saved = manager.put(&path, material).await.expect(200).json();
    assert_eq!((&saved["files"][0]["file"]["width"], &saved["files"][0]["role"]), (&json!(400), &json!("logo")));
    let url = saved["files"][0]["file"]["url"].as_str().unwrap().to_owned();
    for hidden in [path.clone(), format!("/library/{id}"), format!("/library/{id}/print"), url.clone()] {
        lena.get(&hidden).await.expect(404);
    }
    lena.get(&format!("/library/{id}/files/{file}")).await.expect(404);
    let pro = server.member_of_tier("Priya", 20).await;
    let page = pro.get(&format!("/library/{id}")).await.expect(200);
    for text in ["#005c5f", "rgb(0, 92, 95)", "Keep a distance", "Distort", "alt=\"Wave\"", "Studio Nord", "400 × 200"]
    {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(page.statements() <= 37, "{}", page.statements());
    pro.get(&url).await.expect(200);
    // Taking a file is a download of the resource, once a day.
    for _ in 0..2 {
        let taken = pro.get(&format!("/library/{id}/files/{file}?w=320")).await.expect(303);
        assert_eq!(taken.header("location"), format!("{url}?w=320&download=1"));
    }
    assert_eq!(pro.get(&format!("/api/v1/resources/{id}")).await.json()["downloads"], 1);
    lena.put(&path, json!({})).await.expect(403);
    server.stop().await;
}

#[tokio::test]
async fn wrong_material_is_told_with_its_place_and_a_form_is_never_lost() {
    let server = Server::start().await;
    let (manager, other) = (server.manager().await, server.db_member("Tom", Role::Manager, 0, Lang::De).await);
    let id = resource(&manager, "fact_sheet", "R2").await;
    let path = format!("/api/v1/resources/{id}/material");
    let foreign = upload(&other, "a.txt", b"text".to_vec()).await;
    let wrong = manager.put(&path, json!({"files": [{"file": foreign}]})).await.expect(422);
    assert_eq!(wrong.field_errors(), ["files[0].file:not_found"]);
    let wrong = manager.put(
        &path,
        json!({"details": {"prices": [{"label": {"de": "R2", "en": "R2"}, "amount": "much", "currency": "EUR"}]}}),
    );
    assert_eq!(wrong.await.expect(422).field_errors(), ["prices[0].amount:amount"]);
    manager.put(&path, json!({"details": {"surprise": 1}})).await.expect(422);
    manager.put("/api/v1/resources/999/material", json!({"details": {}})).await.expect(404);
    let form = [
        ("features_de", "Leise\nKlappbar"),
        ("prices", "R2 | R2 | viel EUR"),
        ("sections_de", "## A\n@link javascript:alert(1)"),
    ];
    let again = manager.form(&format!("/manage/library/{id}/material"), &form).await.expect(422);
    for kept in ["Leise\nKlappbar", "R2 | R2 | viel EUR", "javascript:alert(1)", "1: "] {
        assert!(again.text.contains(kept), "{kept}");
    }
    let form = [
        ("features_de", "Leise\nKlappbar"),
        ("features_en", "Quiet"),
        ("prices", "R2 | R2 | 649,00 EUR | mit MwSt. | incl. VAT"),
        ("valid_until", "2030-01-31"),
    ];
    manager.form(&format!("/manage/library/{id}/material"), &form).await.expect(303);
    let stored = manager.get(&path).await.json();
    assert_eq!(stored["details"]["features"]["de"], json!(["Leise", "Klappbar"]));
    assert_eq!(stored["details"]["prices"][0]["amount"], "649.00");
    let page = other.get(&format!("/library/{id}")).await.expect(200).text;
    assert!(page.contains("649,00\u{a0}€") && page.contains("mit MwSt.") && page.contains("31.01.2030"), "{page}");
    server.stop().await;
}

#[tokio::test]
async fn an_expired_fact_sheet_says_so_on_the_page_on_paper_and_in_the_queue() {
    let server = Server::start().await;
    let (manager, lena) = (server.manager().await, server.member("Lena").await);
    let id = resource(&manager, "fact_sheet", "R2").await;
    let tomorrow = kontor::i18n::iso(server.clock.now() + DAY)[..10].to_owned();
    let body = json!({"details": {"features": {"de": ["Leise"], "en": ["Quiet"]}, "valid_until": tomorrow}});
    manager.put(&format!("/api/v1/resources/{id}/material"), body).await.expect(200);
    let warns = |text: &str| text.contains("Please do not use them any more");
    assert!(!warns(&lena.get(&format!("/library/{id}")).await.expect(200).text));
    lena.get(&format!("/api/v1/resources/{id}/sheet")).await.expect(200);
    server.advance(3 * DAY).await;
    let refused = lena.get(&format!("/api/v1/resources/{id}/sheet")).await.expect(409).json();
    assert_eq!(refused["code"], "price_expired");
    assert!(!lena.get(&format!("/library/{id}")).await.expect(200).text.contains("/sheet"));
    for page in [format!("/library/{id}"), format!("/library/{id}/print")] {
        assert!(warns(&lena.get(&page).await.expect(200).text), "{page}");
    }
    let queue = manager.get("/api/v1/library/quality").await.expect(200).json();
    assert!(queue["items"].as_array().unwrap().iter().any(|i| i["id"] == id && i["reason"] == "expired"), "{queue}");
    server.stop().await;
}

#[tokio::test]
async fn a_training_is_gone_through_section_by_section_and_its_questions_keep_their_answers() {
    let server = Server::start().await;
    let (manager, lena, dave) = (server.manager().await, server.member("Lena").await, server.member("Dave").await);
    let id = resource(&manager, "training", "First steps").await;
    let path = format!("/api/v1/resources/{id}");
    manager.put(&format!("{path}/material"), course()).await.expect(200);
    let seen = lena.get(&format!("{path}/material")).await.expect(200);
    assert!(!seen.text.contains("\"right\""), "members learn what is right by answering");
    assert!(manager.get(&format!("{path}/material")).await.text.contains("\"right\":1"));
    lena.put(&format!("{path}/sections/0/mark"), json!({})).await.expect(204);
    lena.put(&format!("{path}/sections/0/mark"), json!({})).await.expect(204);
    assert_eq!(lena.put(&format!("{path}/sections/1/mark"), json!({})).await.expect(409).json()["code"], "quiz_open");
    lena.put(&format!("{path}/sections/2/mark"), json!({})).await.expect(404);
    let wrong = lena.post(&format!("{path}/sections/1/answers"), json!({"answers": [0]})).await.expect(200).json();
    assert_eq!(wrong, json!({"right": [false], "done": false}));
    lena.post(&format!("{path}/sections/1/answers"), json!({"answers": [0, 1]})).await.expect(422);
    // The page: a wrong answer comes back with its verdict, the right one ends the section.
    let back = lena
        .form(&format!("/library/{id}/sections/1"), &[("act", "answer"), ("asked1", "1"), ("q1", "0")])
        .await
        .expect(303);
    assert!(lena.get(back.header("location").split('#').next().unwrap()).await.text.contains("Not right yet"));
    lena.form(&format!("/library/{id}/sections/1"), &[("act", "answer"), ("asked1", "1"), ("q1", "1")])
        .await
        .expect(303);
    let progress = |who: Client| async move {
        who.get(&format!("/api/v1/resources/{id}/material")).await.json()["progress"].clone()
    };
    assert_eq!(progress(lena.clone()).await, json!({"done": [0, 1], "total": 2}));
    assert_eq!(progress(dave.clone()).await, json!({"done": [], "total": 2}), "progress is one's own");
    let own = lena.get("/library/training").await.expect(200).text;
    assert!(own.contains("First steps") && own.contains(">Done<"), "{own}");
    lena.delete(&format!("{path}/sections/0/mark")).await.expect(204);
    assert_eq!(progress(lena.clone()).await["done"], json!([1]));
    // A draft is nobody's training.
    manager.patch(&path, json!({"status": "draft"})).await.expect(200);
    lena.put(&format!("{path}/sections/0/mark"), json!({})).await.expect(404);
    lena.post(&format!("{path}/sections/1/answers"), json!({"answers": [1]})).await.expect(404);
    assert!(!lena.get("/library/training").await.text.contains("First steps"));
    server.stop().await;
}

#[tokio::test]
async fn guides_and_answers_are_found_by_their_words() {
    let server = Server::start().await;
    let (manager, lena) = (server.manager().await, server.member("Lena").await);
    let id = resource(&manager, "faq", "Questions about the R2").await;
    let entries = json!({"details": {"entries": {"de": [{"question": "Ist es laut?", "answer": "Nein, es bremst magnetisch.", "objection": false}],
        "en": [{"question": "Too expensive?", "answer": "Eleven euros a session.", "objection": true}]}}});
    manager.put(&format!("/api/v1/resources/{id}/material"), entries).await.expect(200);
    server.drain().await;
    let found = lena.get("/api/v1/search?q=magnetisch").await.expect(200);
    assert!(found.text.contains("Questions about the R2"), "{}", found.text);
    server.stop().await;
}

#[tokio::test]
async fn a_collection_shows_each_member_what_they_may_see_of_it() {
    let server = Server::start().await;
    let (manager, lena, top) =
        (server.manager().await, server.member("Lena").await, server.member_of_tier("Mehmet", 30).await);
    let open = resource(&manager, "guide", "For all").await;
    let closed = manager
        .post("/api/v1/resources", json!({"kind": "guide", "title": "For the top", "min_tier": "top"}))
        .await
        .expect(201)
        .id();
    let create = |items: Value| json!({"title": {"de": "Herbst", "en": "Autumn"}, "items": items});
    let id = manager.post("/api/v1/collections", create(json!([closed, open, open]))).await.expect(201).id();
    let hidden = manager.post("/api/v1/collections", create(json!([closed]))).await.expect(201).id();
    assert_eq!(
        manager.post("/api/v1/collections", create(json!([9999]))).await.expect(422).field_errors(),
        ["items[0]:not_found"]
    );
    manager.post("/api/v1/collections", json!({"title": {"de": "", "en": " "}})).await.expect(422);
    lena.post("/api/v1/collections", create(json!([open]))).await.expect(403);
    let items = |answer: crate::support::Answer| {
        answer.json()["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(items(top.get(&format!("/api/v1/collections/{id}")).await.expect(200)), [closed, open]);
    assert_eq!(items(lena.get(&format!("/api/v1/collections/{id}")).await.expect(200)), [open]);
    lena.get(&format!("/api/v1/collections/{hidden}")).await.expect(404);
    lena.get(&format!("/library/collections/{hidden}")).await.expect(404);
    assert_eq!(items(lena.get("/api/v1/collections").await.expect(200)), [id]);
    assert!(lena.get("/library/collections").await.text.contains("Autumn"));
    assert!(!lena.get(&format!("/library/collections/{id}")).await.text.contains("For the top"));
    let form = [("title_en", "Spring".to_owned()), (&*format!("position_{open}"), "1".to_owned())]
        .map(|(n, v)| (n.to_owned(), v));
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    manager.form(&format!("/manage/library/collections/{id}"), &form).await.expect(303);
    assert_eq!(items(top.get(&format!("/api/v1/collections/{id}")).await.expect(200)), [open]);
    manager.delete(&format!("/api/v1/collections/{id}")).await.expect(204);
    top.get(&format!("/api/v1/collections/{id}")).await.expect(404);
    server.stop().await;
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Sends an archive and answers its report when the job has run.
async fn bulk(server: &Server, manager: &Client, archive: Vec<u8>, dry_run: bool) -> Value {
    let file = upload(manager, "many.zip", archive).await;
    let id = manager.post("/api/v1/bulk-uploads", json!({"file": file, "dry_run": dry_run})).await.expect(202).id();
    ended(server, manager, id).await
}

async fn ended(server: &Server, manager: &Client, id: i64) -> Value {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        server.drain().await;
        let now = manager.get(&format!("/api/v1/bulk-uploads/{id}")).await.expect(200).json();
        if now["status"] != "queued" {
            return now;
        }
        assert!(std::time::Instant::now() < until, "the bulk upload never ended");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

const TEXT: &str = "Seit sechs Wochen stehe ich morgens eine Viertelstunde früher auf und setze mich auf ein Rudergerät. Ich hätte nie gedacht, dass ich diesen Satz einmal schreibe. Ich bin kein Frühaufsteher, und mein letztes Abo im Studio habe ich nach drei Besuchen vergessen.";

#[tokio::test]
async fn many_at_once_are_tried_dry_first_and_then_made_all_or_none() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let (wide, square) = (png(728, 90, 92), png(300, 250, 93));
    let csv = "file;kind;title;alt_de;alt_en;licence;lang;variant;subject;role\n\
        wide.png;image;Herbst;Rudergerät;Rowing machine;free;de;;;banner\n\
        square.png;image;Herbst;Rudergerät nah;Rowing machine close;;de;;;banner\n\
        mail.md;swipe_copy;Herbstmail;;;;de;short;Sechs Wochen;\n";
    let archive = zip(&[
        ("Herbst/wide.png", &wide),
        ("square.png", &square),
        ("mail.md", TEXT.as_bytes()),
        ("liste.csv", csv.as_bytes()),
        ("uebrig.txt", b"x"),
    ]);
    let dry = bulk(&server, &manager, archive, true).await;
    assert_eq!((&dry["status"], &dry["report"]["errors"]), (&json!("done"), &json!([])), "{dry}");
    assert_eq!(dry["report"]["made"].as_array().unwrap().len(), 2);
    assert_eq!(dry["report"]["made"][0]["files"], 2);
    assert_eq!(dry["report"]["warnings"][0]["code"], "bulk_unused");
    assert_eq!(
        manager.get("/api/v1/resources").await.json()["items"].as_array().unwrap().len(),
        0,
        "a dry run changes nothing"
    );
    let page = manager.get(&format!("/manage/library/bulk/{}", dry["id"])).await.expect(200).text;
    assert!(page.contains("Herbstmail") && page.contains("Create now"), "{page}");
    let run = manager.post(&format!("/api/v1/bulk-uploads/{}/run", dry["id"]), json!({})).await.expect(202).id();
    let done = ended(&server, &manager, run).await;
    assert_eq!(done["status"], "done", "{done}");
    let image = done["report"]["made"][0]["id"].as_i64().unwrap();
    let material = manager.get(&format!("/api/v1/resources/{image}/material")).await.expect(200).json();
    assert_eq!(material["files"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&material["files"][0]["alt"]["en"], &material["files"][0]["licence"]),
        (&json!("Rowing machine"), &json!("free"))
    );
    let mail = done["report"]["made"][1]["id"].as_i64().unwrap();
    assert!(manager.get(&format!("/api/v1/resources/{mail}")).await.text.contains("Viertelstunde"));

    // The same again is noticed: the same file, nearly the same text.
    server.drain().await;
    let csv = "file,kind,title,variant,lang\nwide.png,image,Again,,\nmail.txt,swipe_copy,Again,short,de\n";
    let near = TEXT.to_uppercase().replace('.', "!");
    let archive = zip(&[("wide.png", &wide), ("mail.txt", near.as_bytes()), ("l.csv", csv.as_bytes())]);
    let again = bulk(&server, &manager, archive, true).await;
    let codes: Vec<&str> =
        again["report"]["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"bulk_same_file") && codes.contains(&"bulk_near_copy"), "{again}");
    server.stop().await;
}

#[tokio::test]
async fn a_bulk_upload_with_one_mistake_makes_nothing_and_names_row_and_column() {
    let server = Server::start().await;
    let (manager, lena) = (server.manager().await, server.member("Lena").await);
    let csv = "file;kind;title;licence;niche\ngood.png;image;Good;free;\nmissing.png;image;Missing;;\ngood.png;poem;Odd;;\ngood.png;image;Bad;stolen;nowhere\n";
    let archive = zip(&[("good.png", &png(10, 10, 1)), ("l.csv", csv.as_bytes())]);
    let failed = bulk(&server, &manager, archive, false).await;
    assert_eq!(failed["status"], "failed");
    let errors: Vec<String> = failed["report"]["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| format!("{}:{}:{}", e["row"], e["field"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect();
    for wanted in ["3:file:bulk_no_file", "4:kind:choice", "5:niche:not_found", "5:licence:choice"] {
        assert!(errors.iter().any(|e| e == wanted), "{wanted} in {errors:?}");
    }
    assert_eq!(manager.get("/api/v1/resources").await.json()["items"], json!([]));
    for (archive, code) in [
        (b"no zip at all".to_vec(), "bulk_no_zip"),
        (zip(&[("a.png", &png(4, 4, 4))]), "bulk_no_csv"),
        (zip(&[("a.csv", b"file"), ("b.csv", b"file")]), "bulk_two_csv"),
        (zip(&[("x/a.csv", b"file\n"), ("y/A.csv", b"file\n")]), "bulk_same_name"),
        (zip(&[("a.csv", b"\xff\xfe")]), "bulk_not_utf8"),
    ] {
        let refused = bulk(&server, &manager, archive, true).await;
        assert_eq!(refused["report"]["errors"][0]["code"], code, "{refused}");
        manager.post(&format!("/api/v1/bulk-uploads/{}/run", refused["id"]), json!({})).await.expect(409);
    }
    lena.get("/manage/library/bulk").await.expect(403);
    lena.post("/api/v1/bulk-uploads", json!({"file": 1})).await.expect(403);
    server.stop().await;
}

#[tokio::test]
async fn the_team_sees_what_is_used_and_what_wants_attention() {
    let server = Server::start().await;
    let (manager, lena, top) =
        (server.manager().await, server.member("Lena").await, server.member_of_tier("Mehmet", 30).await);
    let text = |lang: &str| json!([{"key": "short", "lang": lang, "body": TEXT}]);
    let mail = json!({"kind": "swipe_copy", "title": "Mail", "variants": text("de")});
    let first = manager.post("/api/v1/resources", mail).await.expect(201).id();
    let copy = json!({"kind": "swipe_copy", "title": "Copy", "variants": text("de")});
    let second = manager.post("/api/v1/resources", copy).await.expect(201).id();
    let bare = resource(&manager, "image", "No picture").await;
    let photo = resource(&manager, "image", "No words").await;
    let file = upload(&manager, "a.png", png(50, 50, 5)).await;
    manager.put(&format!("/api/v1/resources/{photo}/material"), json!({"files": [{"file": file}]})).await.expect(200);
    server.drain().await;
    for who in [&lena, &top] {
        who.get(&format!("/api/v1/resources/{first}/download?format=txt")).await.expect(200);
    }
    top.get(&format!("/library/{photo}/files/{file}")).await.expect(303);
    let usage = manager.get("/api/v1/library/usage?days=7").await.expect(200).json();
    assert_eq!(
        (&usage["downloads"], &usage["people"], &usage["taken"], &usage["idle"]),
        (&json!(3), &json!(2), &json!(2), &json!(2)),
        "{usage}"
    );
    assert_eq!((&usage["resources"][0]["id"], &usage["resources"][0]["downloads"]), (&json!(first), &json!(2)));
    assert_eq!(usage["by_day"].as_array().unwrap().len(), 7);
    let queue = manager.get("/api/v1/library/quality").await.expect(200).json();
    let has = |id: i64, reason: &str| {
        queue["items"].as_array().unwrap().iter().any(|i| i["id"] == id && i["reason"] == reason)
    };
    for (id, reason) in
        [(first, "language_en"), (second, "copy_text"), (bare, "no_file"), (photo, "no_alt"), (photo, "unplaced")]
    {
        assert!(has(id, reason), "{id} {reason} in {queue}");
    }
    assert!(!has(first, "copy_text") && !has(first, "outdated"));
    for page in
        ["/manage/library/usage", "/manage/library/quality", "/manage/library/bulk", "/manage/library/collections/new"]
    {
        let shown = manager.get(page).await.expect(200);
        assert!(shown.statements() <= 25, "{page}: {}", shown.statements());
        lena.get(page).await.expect(403);
    }
    server.clock.advance(190 * DAY + HOUR);
    // Half a year later nobody is signed in any more.
    let later = server.admin().await.get("/api/v1/library/quality").await.expect(200).text;
    assert!(later.contains("\"outdated\"") && later.contains("\"unused\""));
    server.stop().await;
}

async fn told(server: &Server, who: &Client, kind: &str) -> usize {
    server.drain().await;
    let all = who.get("/api/v1/me/notifications?limit=100").await.expect(200).json();
    all["items"].as_array().unwrap().iter().filter(|n| n["kind"] == kind).count()
}

#[tokio::test]
async fn new_material_is_told_to_those_who_may_see_it_and_changed_or_expiring_to_those_who_took_it() {
    let server = Server::start().await;
    let (manager, lena, top) =
        (server.manager().await, server.member("Lena").await, server.member_of_tier("Mehmet", 30).await);
    let later = kontor::i18n::iso(server.clock.now() + 2 * DAY);
    let body = json!({"kind": "fact_sheet", "title": "R3", "embargo": {"pro": later}});
    let id = manager.post("/api/v1/resources", body).await.expect(201).id();
    let until = kontor::i18n::iso(server.clock.now() + 30 * DAY)[..10].to_owned();
    let file = upload(&manager, "r3.pdf", b"%PDF-1.7".to_vec()).await;
    let details = json!({"details": {"valid_until": until}, "files": [{"file": file}]});
    manager.put(&format!("/api/v1/resources/{id}/material"), details).await.expect(200);
    server.drain().await;
    server.advance(HOUR).await;
    assert_eq!(
        (told(&server, &top, "resource_new").await, told(&server, &lena, "resource_new").await),
        (1, 0),
        "the embargo holds"
    );
    assert_eq!(told(&server, &manager, "resource_new").await, 0);
    server.advance(2 * DAY).await;
    assert_eq!((told(&server, &top, "resource_new").await, told(&server, &lena, "resource_new").await), (1, 1));
    lena.get(&format!("/library/{id}/files/{file}")).await.expect(303);
    server.advance(HOUR).await;
    manager.patch(&format!("/api/v1/resources/{id}"), json!({"summary": "Corrected."})).await.expect(200);
    server.drain().await;
    server.advance(HOUR).await;
    assert_eq!(
        (told(&server, &top, "resource_new").await, told(&server, &lena, "resource_new").await),
        (1, 1),
        "folded into the one line"
    );
    server.advance(22 * DAY).await;
    server.advance(2 * DAY).await;
    assert_eq!((told(&server, &top, "resource_expires").await, told(&server, &lena, "resource_expires").await), (0, 1));
    server.advance(DAY).await;
    assert_eq!(told(&server, &lena, "resource_expires").await, 1, "once");
    server.stop().await;
}
