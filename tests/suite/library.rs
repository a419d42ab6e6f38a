//! The library: who sees what, and how a text leaves the house.

use crate::support::{Answer, Client, Server};
use kontor::db::{DAY, HOUR};
use kontor::i18n::{Lang, iso};
use kontor::web::viewer::Role;
use serde_json::{Value, json};
use std::io::Read;

pub const LINK: &str = "https://fitnord.example/?p=lena-b";

/// Writes a program, whatever the feature of programs offers.
pub async fn db_program(server: &Server, slug: &str) -> i64 {
    let slug = slug.to_owned();
    server
        .house()
        .db
        .write(move |tx| {
            use diesel::prelude::*;
            use kontor::db::schema::programs;
            let now = tx.now();
            Ok(diesel::insert_into(programs::table)
                .values((
                    programs::slug.eq(&slug),
                    programs::name.eq("FitNord"),
                    programs::link_base.eq(format!("https://{slug}.example/?p={{ref}}")),
                    programs::s2s_secret.eq(format!("secret-{slug}")),
                    programs::created_at.eq(now),
                ))
                .returning(programs::id)
                .get_result(&mut **tx)?)
        })
        .await
        .unwrap()
}

pub async fn db_ref(server: &Server, who: &Client, program: i64, code: &str) {
    let (member, code) = (Server::id_of(who), code.to_owned());
    server
        .house()
        .db
        .write(move |tx| {
            use diesel::prelude::*;
            use kontor::db::schema::affiliate_refs;
            let now = tx.now();
            diesel::insert_into(affiliate_refs::table)
                .values((
                    affiliate_refs::program_id.eq(program),
                    affiliate_refs::member_id.eq(member.0),
                    affiliate_refs::ref_code.eq(&code),
                    affiliate_refs::ref_key.eq(&code),
                    affiliate_refs::created_at.eq(now),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

pub fn short_mail() -> Value {
    json!({"kind": "swipe_copy", "title": "Herbstaktion FitNord: kurze Mail", "summary": "Für Leser, die noch nie gerudert sind.",
        "variants": [
            {"key": "short", "lang": "de", "subject": "Sechs Wochen Rudern, {{member.name}}",
             "body": "Hallo,\n\nich bin {{member.name}} und [hier ist das Gerät]({{affiliate.link}}): {{affiliate.link}}"},
            {"key": "social", "lang": "de", "body": "{{disclosure}}\n\nSechs Wochen Rudern. {{affiliate.link}}"},
            {"key": "short", "lang": "en", "body": "Ad: hello from {{member.name}}, {{affiliate.link}}"}]})
}

/// A house with one program, a manager, and Lena, who has a code.
pub async fn shop() -> (Server, Client, Client) {
    let server = Server::start().await;
    let program = db_program(&server, "fitnord").await;
    let jana = server.manager().await;
    let lena = server.db_member("Lena Brandt", Role::Member, 0, Lang::De).await;
    db_ref(&server, &lena, program, "lena-b").await;
    (server, jana, lena)
}

pub async fn publish(jana: &Client, change: Value) -> i64 {
    let mut body = short_mail();
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    jana.post("/api/v1/resources", body).await.expect(201).id()
}

pub async fn take(who: &Client, id: i64, rest: &str) -> Answer {
    who.get(&format!("/api/v1/resources/{id}/download?{rest}")).await
}

pub async fn take_bytes(who: &Client, id: i64, rest: &str) -> Vec<u8> {
    let req = who.request(reqwest::Method::GET, &format!("/api/v1/resources/{id}/download?{rest}"));
    let res = req.send().await.unwrap();
    assert_eq!(res.status(), 200);
    res.bytes().await.unwrap().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_carries_own_link_name_and_label() {
    let (server, jana, lena) = shop().await;
    let id = publish(&jana, json!({})).await;

    let txt = take(&lena, id, "variant=short&lang=de&format=txt").await.expect(200);
    assert!(txt.text.starts_with("Anzeige\n\nHallo,"), "{}", txt.text);
    assert!(txt.text.contains("ich bin Lena Brandt") && txt.text.contains(&format!("({LINK})")), "{}", txt.text);
    assert_eq!(txt.header("x-content-type-options"), "nosniff");
    assert_eq!(
        txt.header("content-disposition"),
        "attachment; filename=\"herbstaktion-fitnord-kurze-mail-short-de.txt\""
    );
    assert!(txt.header("content-type").starts_with("text/plain"));

    let html = take(&lena, id, "variant=short&lang=de&format=html").await.expect(200);
    assert!(html.text.contains("<p>Anzeige</p>") && html.text.contains(&format!("href=\"{LINK}\"")), "{}", html.text);
    assert_eq!(html.text.matches("Anzeige").count(), 1);

    let md = take(&lena, id, "variant=short&lang=de&format=md").await.expect(200);
    assert!(
        md.text.starts_with("Anzeige\n\n") && md.text.contains(&format!("[hier ist das Gerät]({LINK})")),
        "{}",
        md.text
    );

    let eml = take(&lena, id, "variant=short&lang=de&format=eml").await.expect(200);
    let mail = crate::support::Mail::parse(eml.text.as_bytes());
    assert!(eml.text.starts_with("X-Unsent: 1\r\n"));
    assert_eq!(mail.subject, "Sechs Wochen Rudern, Lena Brandt");
    assert!(mail.text.starts_with("Anzeige") && mail.text.contains(LINK) && mail.html.contains(LINK));

    let bytes = take_bytes(&lena, id, "variant=short&lang=de&format=zip").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut endings = Vec::new();
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).unwrap();
        endings.push(file.name().unwrap().rsplit('.').next().unwrap().to_owned());
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert!(text.contains(LINK) && text.contains("Lena Brandt"), "{text}");
        assert_eq!(text.matches("Anzeige").count(), 1, "{text}");
    }
    endings.sort();
    assert_eq!(endings, ["html", "md", "txt"]);

    let docx = take_bytes(&lena, id, "variant=short&lang=de&format=docx").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut text = String::new();
    zip.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains(">Anzeige<") && text.contains(LINK), "{text}");

    let english = take(&lena, id, "variant=short&lang=en").await.expect(200);
    assert_eq!(english.text, format!("Ad\n\nhello from Lena Brandt, {LINK}\n"));
    let social = take(&lena, id, "variant=social").await.expect(200);
    assert_eq!(social.text, format!("Anzeige\n\nSechs Wochen Rudern. {LINK}\n"));

    let wrong = take(&lena, id, "format=odt").await.expect(422);
    assert_eq!(wrong.field_errors(), ["format:choice"]);
    take(&lena, id, "variant=long").await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gated_by_tier_is_on_no_surface_below_it() {
    let (server, jana, lena) = shop().await;
    let dave = server.member_of_tier("Dave Coleman", 30).await;
    let id = publish(&jana, json!({"title": "Vorab für die Spitze", "min_tier": "top"})).await;
    for path in
        [format!("/api/v1/resources/{id}"), format!("/library/{id}"), format!("/api/v1/resources/{id}/download")]
    {
        lena.get(&path).await.expect(404);
    }
    let list = lena.get("/api/v1/resources?q=vorab").await.expect(200).json();
    assert_eq!(list["items"], json!([]));
    assert!(!lena.get("/library?q=Vorab").await.expect(200).text.contains("Vorab für die Spitze"));
    assert_eq!(dave.get("/api/v1/resources?q=VORAB").await.expect(200).json()["items"][0]["id"], id);
    dave.get(&format!("/library/{id}")).await.expect(200);
    lena.post("/api/v1/resources", short_mail()).await.expect(403);
    lena.get("/manage/library").await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embargo_holds_its_tier_and_those_below_until_it_passes() {
    let (server, jana, lena) = shop().await;
    let active = server.member_of_tier("Sofie", 10).await;
    let top = server.member_of_tier("Mehmet", 30).await;
    let now = server.house().db.now();
    let id = publish(&jana, json!({"embargo": {"starter": iso(now + 2 * DAY), "active": iso(now + DAY)}})).await;
    let path = format!("/api/v1/resources/{id}");
    let hits = |who: &Client| {
        let (house, id) = (server.house().clone(), Server::id_of(who));
        async move {
            let find = move |c: &mut kontor::db::Conn| {
                let rank = kontor::library::store::find_person(c, id.0)?.1;
                let sight = kontor::access::Sight::of_member(id, rank);
                let terms = kontor::text::Terms::parse("Herbstaktion").unwrap();
                let question = kontor::search::Question::new(terms, &[], 10);
                let asker = kontor::search::Asker { member: sight.member.0, rank: sight.rank };
                kontor::search::find(c, asker, &question)
            };
            house.db.read(find).await.unwrap().len()
        }
    };
    server.drain().await;
    let seen = |status: [u16; 3]| {
        let (lena, active, top, path) = (&lena, &active, &top, &path);
        async move {
            lena.get(path).await.expect(status[0]);
            active.get(path).await.expect(status[1]);
            top.get(path).await.expect(status[2]);
        }
    };
    seen([404, 404, 200]).await;
    assert_eq!((hits(&lena).await, hits(&active).await, hits(&top).await), (0, 0, 1));
    server.advance(DAY + HOUR).await;
    seen([404, 200, 200]).await;
    assert_eq!((hits(&lena).await, hits(&active).await, hits(&top).await), (0, 1, 1));
    take(&lena, id, "").await.expect(404);
    server.advance(DAY).await;
    seen([200, 200, 200]).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_what_is_not_published_yet_are_for_the_team() {
    let (server, jana, lena) = shop().await;
    let now = server.house().db.now();
    let draft = publish(&jana, json!({"status": "draft"})).await;
    let later = publish(&jana, json!({"publish_at": iso(now + HOUR)})).await;
    for id in [draft, later] {
        lena.get(&format!("/api/v1/resources/{id}")).await.expect(404);
        jana.get(&format!("/api/v1/resources/{id}")).await.expect(200);
    }
    server.advance(2 * HOUR).await;
    lena.get(&format!("/api/v1/resources/{later}")).await.expect(200);
    jana.patch(&format!("/api/v1/resources/{draft}"), json!({"status": "published"})).await.expect(200);
    let shown = lena.get(&format!("/api/v1/resources/{draft}")).await.expect(200).json();
    assert_eq!(shown["variants"].as_array().unwrap().len(), 3);
    jana.delete(&format!("/api/v1/resources/{draft}")).await.expect(204);
    jana.get(&format!("/api/v1/resources/{draft}")).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_code_no_text_with_a_link_leaves() {
    let (server, jana, _) = shop().await;
    let uwe = server.member("Uwe Harms").await;
    let id = publish(&jana, json!({})).await;
    let refused = take(&uwe, id, "").await.expect(409);
    assert_eq!(refused.json()["code"], "no_affiliate_ref");
    let page = uwe.get(&format!("/library/{id}")).await.expect(200);
    assert!(page.text.contains("no affiliate code") && !page.text.contains("/download?"), "{}", page.text);
    let plain = json!({"variants": [{"key": "short", "lang": "de", "body": "Ganz ohne Verweis."}]});
    let id = publish(&jana, plain).await;
    assert_eq!(take(&uwe, id, "").await.expect(200).text, "Anzeige\n\nGanz ohne Verweis.\n");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_merge_field_is_refused_with_its_place() {
    let (server, jana, _) = shop().await;
    let mut body = short_mail();
    body["variants"][1]["body"] = json!("Hallo,\nhier: {{affiliate.lnk}}");
    let answer = jana.post("/api/v1/resources", body).await.expect(422);
    assert_eq!(answer.field_errors(), ["variants[1].body:merge_unknown"]);
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("line 2") && message.contains("{{affiliate.link}}"), "{message}");

    let fields = [
        ("kind", "swipe_copy"),
        ("title", "Neu"),
        ("status", "published"),
        ("body_long_en", "Hi {{nmae}}"),
        ("body_short_de", "Guten Tag"),
    ];
    let page = jana.form("/manage/library/new", &fields).await.expect(422);
    assert!(page.text.contains("id=\"body_long_en-error\"") && page.text.contains("Hi {{nmae}}"), "{}", page.text);
    assert!(page.text.contains("Guten Tag"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_mistakes_are_told_at_once() {
    let (server, jana, _) = shop().await;
    db_program(&server, "plankraft").await;
    let body = json!({"kind": "poem", "title": "", "niche": "nirgends", "min_tier": "gold", "embargo": {"top": "morgen"},
        "variants": [{"key": "tiny", "lang": "fr", "body": ""}, {"key": "short", "lang": "de", "body": "{{affiliate.link}}"}]});
    let answer = jana.post("/api/v1/resources", body).await.expect(422);
    for wanted in [
        "kind:choice",
        "title:required",
        "niche:not_found",
        "min_tier:not_found",
        "embargo.top:invalid",
        "variants[0].key:choice",
        "variants[0].lang:choice",
        "variants[0].body:required",
        "program:required",
    ] {
        assert!(answer.field_errors().contains(&wanted.to_owned()), "{wanted}: {:?}", answer.field_errors());
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_full_of_markup_stays_a_name() {
    let (server, jana, _) = shop().await;
    let program = db_program(&server, "zweites").await;
    let eve = server.db_member("Eve <img src=x onerror=alert(1)> [x](javascript:1)", Role::Member, 0, Lang::De).await;
    db_ref(&server, &eve, program, "e&x=1\"><b>").await;
    let id = publish(&jana, json!({"program": "zweites"})).await;
    let html = take(&eve, id, "variant=short&lang=de&format=html").await.expect(200).text;
    assert!(!html.contains("<img") && !html.contains("<b>") && !html.contains("href=\"javascript"), "{html}");
    assert!(html.contains("Eve &lt;img"), "{html}");
    let md = take(&eve, id, "variant=short&lang=de&format=md").await.expect(200).text;
    let rendered = kontor::text::post_html(&md);
    assert!(!rendered.contains("<img") && !rendered.contains("javascript:1\""), "{rendered}");
    assert!(md.contains("https://zweites.example/?p=e%26x%3D1%22%3E%3Cb%3E"), "{md}");
    let page = eve.get(&format!("/library/{id}?variant=short&lang=de")).await.expect(200).text;
    assert!(!page.contains("<img src=x"), "{page}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_counts_once_a_day_and_an_unchanged_file_is_not_sent_again() {
    let (server, jana, lena) = shop().await;
    let id = publish(&jana, json!({})).await;
    let count = || async { jana.get(&format!("/api/v1/resources/{id}")).await.json()["downloads"].as_i64().unwrap() };
    let first = take(&lena, id, "variant=short&lang=de").await.expect(200);
    take(&lena, id, "variant=short&lang=de").await.expect(200);
    assert_eq!(count().await, 1);
    take(&lena, id, "variant=short&lang=de&format=md").await.expect(200);
    assert_eq!(count().await, 2);
    server.advance(DAY).await;
    take(&lena, id, "variant=short&lang=de").await.expect(200);
    assert_eq!(count().await, 3);
    let again = lena.clone().with_header("if-none-match", first.header("etag"));
    assert_eq!(take(&again, id, "variant=short&lang=de").await.expect(304).text, "");
    take(&again, id, "variant=short&lang=en").await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_speak_both_languages_and_cost_the_same_for_few_and_many() {
    let (server, jana, lena) = shop().await;
    let first = publish(&jana, json!({})).await;
    let few = lena.get("/library").await.expect(200);
    assert!(
        few.text.contains("<html lang=\"de\"") && few.text.contains("Textvorlage") && !few.text.contains(">library-"),
        "{}",
        few.text
    );
    for i in 0..12 {
        publish(&jana, json!({"title": format!("Material {i}")})).await;
    }
    let many = lena.get("/library").await.expect(200);
    assert_eq!(few.statements(), many.statements());
    assert!(many.statements() <= 17, "{}", many.statements());
    let english = jana.get("/library").await.expect(200);
    assert!(english.text.contains("Swipe copy") && english.text.contains("/manage/library/new"));
    let show = lena.get(&format!("/library/{first}?variant=social&lang=de")).await.expect(200);
    for part in [LINK, "Anzeige", "Social Media", "aria-current=\"page\"", "Minute Lesezeit", "Alles zusammen (.zip)"] {
        assert!(show.text.contains(part), "{part} is missing in {}", show.text);
    }
    assert!(lena.get("/library?q=gibtesnicht").await.expect(200).text.contains("Alle Materialien zeigen"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_writes_changes_and_previews_as_a_member() {
    let (server, jana, lena) = shop().await;
    let fields = [
        ("kind", "swipe_copy"),
        ("title", "Drei Posts"),
        ("status", "published"),
        ("min_tier", "active"),
        ("embargo.active", "2030-01-01T10:00"),
        ("body_social_de", "Rudern. {{affiliate.link}}"),
    ];
    let saved = jana.form("/manage/library/new", &fields).await.expect(303);
    let to = saved.header("location").to_owned();
    let id: i64 = to.split('/').nth(3).unwrap().parse().unwrap();
    let stored = jana.get(&format!("/api/v1/resources/{id}")).await.expect(200).json();
    assert_eq!((&stored["min_tier"], &stored["program"]), (&json!("active"), &json!("fitnord")));
    assert_eq!(stored["embargo"]["active"], "2030-01-01T09:00:00.000Z");
    let preview = jana.get(&format!("{to}?member={}", Server::id_of(&lena))).await.expect(200);
    assert!(preview.text.contains(LINK) && preview.text.contains("Lena Brandt"), "{}", preview.text);
    let edit = jana.get(&format!("/manage/library/{id}")).await.expect(200);
    assert!(edit.text.contains("value=\"2030-01-01T10:00\"") && edit.text.contains("Rudern. {{affiliate.link}}"));
    jana.form(&format!("/manage/library/{id}/delete"), &[]).await.expect(303);
    jana.get(&format!("/manage/library/{id}")).await.expect(404);
    server.stop().await;
}
