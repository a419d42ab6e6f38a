//! The first day: the assistant, the look of the house, contacts, start pages.

use crate::support::Server;
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test]
async fn the_assistant_leads_from_step_to_step_and_remembers_what_was_put_off() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let to = |answer: &crate::support::Answer| answer.header("location").to_owned();
    assert_eq!(to(&admin.get("/admin/setup").await.expect(303)), "/admin/setup/name");
    let step = |fields: &'static [(&'static str, &'static str)]| fields;
    let name = step(&[
        ("community_name", "Nordlicht"),
        ("address", "sie"),
        ("currency", "EUR"),
        ("time_zone", "Europe/Berlin"),
    ]);
    assert_eq!(to(&admin.form("/admin/setup/name", name).await.expect(303)), "/admin/setup/look");
    assert_eq!(to(&admin.form("/admin/setup/look", &[("act", "skip")]).await.expect(303)), "/admin/setup/legal");
    // What is wrong is said at its field, and what was typed stays.
    let wrong = admin.form("/admin/setup/mail", &[("sender", "no address")]).await.expect(422).text;
    assert!(wrong.contains("value=\"no address\"") && wrong.contains("sender-error"));
    admin.form("/admin/setup/legal", &[("imprint_de", "Hamburg")]).await.expect(303);
    admin.form("/admin/setup/mail", &[("sender", "Nordlicht <post@nordlicht.example>")]).await.expect(303);
    let start = admin.get("/").await.expect(200).text;
    assert!(start.contains("4 of 7 steps") && start.contains("/admin/setup"), "the start page knows where it stands");
    assert_eq!(to(&admin.get("/admin/setup").await.expect(303)), "/admin/setup/program");
    let program = step(&[("name", "FitNord"), ("link_base", "https://fit.example/?a={ref}"), ("currency", "EUR")]);
    assert_eq!(to(&admin.form("/admin/setup/program", program).await.expect(303)), "/admin/setup/tiers");
    let tiers = admin.get("/admin/setup/tiers").await.expect(200).text;
    assert!(tiers.contains("min_turnover:pro"));
    admin.form("/admin/setup/tiers", &[("act", "skip")]).await.expect(303);
    let places =
        step(&[("name_de", "Heimfitness"), ("name_en", "Home fitness"), ("room", "Fragen"), ("topic", "Alles")]);
    assert_eq!(to(&admin.form("/admin/setup/places", places).await.expect(303)), "/admin/setup/done");
    let done = admin.get("/admin/setup/done").await.expect(200).text;
    assert!(
        done.contains("/admin/setup/look") && !done.contains("/admin/setup/legal"),
        "only what was put off is open"
    );
    assert!(!admin.get("/").await.text.contains("of 7 steps"));
    let settings = admin.get("/api/v1/settings").await.json();
    assert_eq!((&settings["community_name"], &settings["address"]), (&json!("Nordlicht"), &json!("sie")));
    assert!(admin.get("/api/v1/rooms").await.text.contains("fragen"));
    assert!(admin.get("/api/v1/niches").await.text.contains("heimfitness"));
    // The house knows its choice in every language's start.
    let visitor = server.visitor().with_header("accept-language", "de");
    assert!(visitor.get("/").await.text.contains("Was Sie drinnen erwartet"));
    server.stop().await;
}

#[tokio::test]
async fn the_set_up_link_leads_into_the_assistant() {
    let server = Server::start().await;
    let link = kontor::accounts::actions::setup_link(server.house()).await.unwrap().unwrap();
    let path = link.split_once("/setup/").map(|(_, t)| format!("/setup/{t}")).unwrap();
    let fields = [("email", "ruth@example.org"), ("name", "Ruth"), ("password", "ein langer satz")];
    let entered = server.visitor().form(&path, &fields).await.expect(303);
    assert_eq!(entered.header("location"), "/admin/setup");
    server.stop().await;
}

#[tokio::test]
async fn managers_take_their_steps_and_no_others() {
    let server = Server::start().await;
    let manager = server.manager().await;
    assert_eq!(manager.get("/admin/setup").await.expect(303).header("location"), "/admin/setup/program");
    let page = manager.get("/admin/setup/program").await.expect(200).text;
    assert!(!page.contains("/admin/setup/name"));
    for step in ["name", "look", "legal", "mail", "tiers"] {
        manager.get(&format!("/admin/setup/{step}")).await.expect(403);
        manager.form(&format!("/admin/setup/{step}"), &[("community_name", "X")]).await.expect(403);
    }
    manager.get("/admin/setup/nonsense").await.expect(404);
    server.member("Lena").await.get("/admin/setup").await.expect(403);
    server.stop().await;
}

#[tokio::test]
async fn the_pattern_of_a_link_is_tried_on_a_real_partner() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let base = "https://fit.example/?a={ref}";
    manager.post("/api/v1/programs", json!({ "slug": "fit", "name": "Fit", "link_base": base })).await.expect(201);
    let lena = server.member("Lena Brandt").await;
    manager.patch(&format!("/api/v1/members/{}", lena.member), json!({ "affiliate_ref": "lena 7" })).await.expect(200);
    let tried =
        manager.post("/api/v1/program-links", json!({ "link_base": base, "ref": "lena 7" })).await.expect(200).json();
    assert_eq!(tried, json!({ "link": "https://fit.example/?a=lena%207", "partner": "Lena Brandt" }));
    let form = [("act", "try"), ("name", "New"), ("link_base", "https://new.example/{ref}"), ("partner", "lena 7")];
    let page = manager.form("/admin/setup/program", &form).await.expect(200).text;
    assert!(
        page.contains("https://new.example/lena%207") && page.contains("Lena Brandt") && page.contains("value=\"New\"")
    );
    let bad = manager.post("/api/v1/program-links", json!({ "link_base": "https://fit.example/", "ref": "x" })).await;
    assert_eq!(bad.expect(422).field_errors(), ["link_base:link_ref"]);
    assert_eq!(
        manager.get("/api/v1/programs").await.json()["items"].as_array().unwrap().len(),
        1,
        "a trial keeps nothing"
    );
    server.stop().await;
}

#[tokio::test]
async fn an_accent_is_checked_and_served_as_a_small_sheet_of_its_own() {
    let server = Server::start().await;
    let admin = server.admin().await;
    assert!(!server.visitor().get("/").await.text.contains("/brand/"));
    let pale = admin.patch("/api/v1/settings", json!({ "accent": "#ffcc00" })).await.expect(422);
    assert_eq!(pale.field_errors(), ["accent:contrast"]);
    let message = pale.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    let better = message.split('#').nth(1).map(|t| format!("#{}", &t[..6])).unwrap();
    admin.patch("/api/v1/settings", json!({ "accent": better })).await.expect(200);
    assert_eq!(admin.patch("/api/v1/settings", json!({ "accent": "red" })).await.field_errors(), ["accent:colour"]);
    let page = server.visitor().get("/").await;
    assert!(page.header("content-security-policy").contains("style-src 'self';"));
    let sheet = page.text.split("href=\"/brand/").nth(1).and_then(|t| t.split('"').next()).unwrap().to_owned();
    let css = server.visitor().get(&format!("/brand/{sheet}")).await.expect(200);
    assert!(css.text.contains(&better) && css.text.len() < 300, "{}", css.text);
    assert!(css.header("cache-control").contains("immutable") && css.header("content-type").starts_with("text/css"));
    // A page that was kept with an old address gets today's colours and asks again next time.
    let old = server.visitor().get("/brand/000000000000.css").await.expect(200);
    assert_eq!((old.text.as_str(), old.header("cache-control")), (css.text.as_str(), "no-cache"));
    admin.patch("/api/v1/settings", json!({ "accent": "" })).await.expect(200);
    assert!(!server.visitor().get("/").await.text.contains("/brand/"));
    server.visitor().get(&format!("/brand/{sheet}")).await.expect(404);
    server.stop().await;
}

fn picture(side: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(side, side, image::Rgb([0, 92, 95]))
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

async fn send_logo(who: &crate::support::Client, path: &str, bytes: Vec<u8>, put: bool) -> crate::support::Answer {
    let part = reqwest::multipart::Part::bytes(bytes).file_name("logo.jpg");
    let form = reqwest::multipart::Form::new().part("logo", part);
    let method = if put { reqwest::Method::PUT } else { reqwest::Method::POST };
    crate::support::Client::send(who.request(method, path).multipart(form)).await
}

#[tokio::test]
async fn a_logo_is_drawn_anew_and_anything_else_is_refused() {
    let server = Server::start().await;
    let admin = server.admin().await;
    send_logo(&admin, "/api/v1/settings/logo", picture(900), true).await.expect(200);
    let page = server.visitor().get("/").await.text;
    let name = page.split("src=\"/brand/").nth(1).and_then(|t| t.split('"').next()).unwrap().to_owned();
    let logo =
        crate::support::Client::send(server.visitor().request(reqwest::Method::GET, &format!("/brand/{name}"))).await;
    assert_eq!((logo.status.as_u16(), logo.header("content-type")), (200, "image/png"));
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    assert_eq!(
        send_logo(&admin, "/api/v1/settings/logo", svg, true).await.expect(422).field_errors(),
        ["logo:picture"]
    );
    let page = send_logo(&admin, "/admin/setup/logo", b"nothing".to_vec(), false).await.expect(422).text;
    assert!(page.contains("logo-error"));
    send_logo(&admin, "/admin/setup/logo", vec![0; 3 * 1024 * 1024], false).await.expect(413);
    send_logo(&server.manager().await, "/api/v1/settings/logo", picture(10), true).await.expect(403);
    admin.delete("/api/v1/settings/logo").await.expect(204);
    server.visitor().get(&format!("/brand/{name}")).await.expect(404);
    server.stop().await;
}

#[tokio::test]
async fn a_partner_has_a_contact_whose_name_stands_on_letters() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let lena = server.db_member("Lena Brandt", Role::Member, 0, Lang::De).await;
    let ben = server.member("Ben").await;
    let path = format!("/api/v1/members/{}", lena.member);
    let set = |id: serde_json::Value| json!({ "contact_id": id });
    assert_eq!(manager.patch(&path, set(json!(ben.member))).await.expect(422).field_errors(), ["contact_id:not_found"]);
    let kept = manager.patch(&path, set(json!(manager.member))).await.expect(200).json();
    assert_eq!(kept["contact_id"], json!(manager.member));
    let mine = manager.get("/api/v1/members?contact=me").await.json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    assert_eq!(mine["items"][0]["name"], "Lena Brandt");
    let page = manager.get("/members?contact=me").await.text;
    assert!(page.contains("Lena Brandt") && !page.contains(">Ben<"));
    assert!(manager.get("/members?contact=none").await.text.contains(">Ben<"));

    // Who has not been here for long is a word for the own contact, and for whoever looks at everybody's.
    let ids = [lena.member.0, ben.member.0];
    let away = move |tx: &mut kontor::db::Tx<'_>| {
        use diesel::prelude::*;
        use kontor::db::schema::members;
        let seen = tx.now() - 30 * kontor::db::DAY;
        diesel::update(members::table.filter(members::id.eq_any(ids)))
            .set((members::last_seen_at.eq(seen), members::tier_rank.eq(10)))
            .execute(&mut **tx)?;
        Ok(())
    };
    server.house().db.write(away).await.unwrap();
    for (query, shown) in [("", [true, true]), ("?contact=me", [true, false]), ("?contact=none", [false, true])] {
        let page = manager.get(&format!("/manage/today{query}")).await.expect(200).text;
        let named = ids.map(|id| page.contains(&format!("href=\"/members/{id}\"")));
        assert_eq!(named, shown, "{query}");
    }
    // Members learn nothing from the filter.
    assert!(ben.get("/members?contact=none").await.text.contains("Lena Brandt"));
    assert!(lena.get("/").await.text.contains("Jana Petersen"), "the contact card");
    server.visitor().form("/forgot", &[("email", "lena-brandt@example.org")]).await;
    server.visitor().form("/forgot", &[("email", "ben@example.org")]).await;
    let letter = server.mail_with("lena-brandt@example.org", "/reset/").await;
    let from = |raw: &str| raw.lines().find(|l| l.starts_with("From:")).unwrap().to_owned();
    assert!(letter.raw.contains("Jana Petersen") || from(&letter.raw).contains("=?utf-8?"), "{}", from(&letter.raw));
    let signed = mail_parser::MessageParser::default().parse(letter.raw.as_bytes()).unwrap();
    assert!(signed.from().and_then(|f| f.first()).and_then(|a| a.name()).unwrap().starts_with("Jana Petersen"));
    let other = server.mail_with("ben@example.org", "/reset/").await;
    assert!(!from(&other.raw).contains("Jana"));
    manager.patch(&path, set(json!(null))).await.expect(200);
    assert!(!lena.get("/").await.text.contains("Jana Petersen"));
    server.stop().await;
}

#[tokio::test]
async fn start_pages_say_what_each_role_comes_for_with_a_constant_number_of_statements() {
    let server = Server::start().await;
    let (admin, manager) = (server.admin().await, server.manager().await);
    let base = "https://fit.example/?a={ref}";
    manager.post("/api/v1/programs", json!({ "slug": "fit", "name": "Fit", "link_base": base })).await.expect(201);
    let lena = server.db_member("Lena Brandt", Role::Member, 0, Lang::De).await;
    manager.patch(&format!("/api/v1/members/{}", lena.member), json!({ "affiliate_ref": "lena-7" })).await.expect(200);
    let before =
        (lena.get("/").await.statements(), manager.get("/").await.statements(), admin.get("/").await.statements());
    let now = jiff::Timestamp::from_millisecond(server.house().db.now()).unwrap();
    let items: Vec<_> = (0..40)
        .map(|i| {
            let at = now - jiff::SignedDuration::from_hours(24 * (1 + i % 9));
            json!({ "source": "shop", "order_id": format!("o{i}"), "affiliate_ref": "lena-7", "amount": "12.50",
                "currency": "EUR", "status": "approved", "occurred_at": at.to_string() })
        })
        .collect();
    manager.post("/api/v1/conversions", json!({ "items": items })).await.expect(200);
    for i in 0..12 {
        let variants = json!([{ "key": "short", "lang": "de", "subject": "S", "body": "Hallo {{affiliate.link}}" }]);
        let new = json!({ "kind": "swipe_copy", "title": format!("Text {i}"), "program": "fit", "variants": variants });
        manager.post("/api/v1/resources", new).await.expect(201);
    }
    server.drain().await;
    let page = lena.get("/").await;
    for part in ["Dein Stand", "https://fit.example/?a&#x3D;lena-7", "Text 11", "<progress", "data-share", "Ungelesen"]
    {
        assert!(page.text.contains(part), "the partner misses {part}: {}", page.text);
    }
    let office = manager.get("/").await;
    assert!(office.text.contains("Who needs a word") && office.text.contains("First sale"), "{}", office.text);
    let house = admin.get("/").await;
    assert!(house.text.contains("How the house is"));
    let after = (page.statements(), office.statements(), house.statements());
    // One look-up of names more where there is something to name.
    assert!(after.0 <= before.0 + 2 && after.1 <= before.1 + 2 && after.2 <= before.2 + 2, "{before:?} {after:?}");
    assert!(after.0 <= 30 && after.1 <= 35 && after.2 <= 40, "{after:?}");
    server.stop().await;
}
