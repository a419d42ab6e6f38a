//! Members: profile, team changes, niches, tiers, settings, every page for every role.

use crate::support::Server;
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

async fn db_program(server: &Server, slug: &str) {
    let slug = slug.to_owned();
    server
        .house()
        .db
        .write(move |tx| {
            use diesel::prelude::*;
            use kontor::db::schema::programs;
            let now = tx.now();
            diesel::insert_into(programs::table)
                .values((
                    programs::slug.eq(&slug),
                    programs::name.eq(&slug),
                    programs::link_base.eq("https://shop.example/?ref={ref}"),
                    programs::currency.eq("EUR"),
                    programs::s2s_secret.eq(format!("secret-{slug}")),
                    programs::created_at.eq(now),
                ))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn members_change_their_own_profile_and_nothing_else() {
    let server = Server::start().await;
    let (lena, jana) = (server.member("Lena Brandt").await, server.manager().await);
    jana.post("/api/v1/niches", json!({ "slug": "heim", "name": { "de": "Heim", "en": "Home" } })).await.expect(201);
    let secret = json!({ "slug": "geheim", "name": { "de": "Geheim" }, "min_tier": "top" });
    jana.post("/api/v1/niches", secret).await.expect(201);
    let change = json!({ "name": "Lena B.", "bio": "Rudern.", "locale": "de", "time_zone": "Europe/Vienna",
                         "consents": { "newsletter": true }, "niches": ["heim"] });
    let me = lena.patch("/api/v1/me", change).await.expect(200).json();
    assert_eq!(me["name"], "Lena B.");
    assert_eq!(me["niches"], json!(["heim"]));
    assert_eq!(me["consents"], json!({ "newsletter": true, "tracking": false }));
    assert_eq!(me["tier"], "starter");
    assert!(me["progress"].is_null() || me["progress"].is_object());
    let wrong = json!({ "name": "", "theme": "pink", "time_zone": "Mars/Olympus" });
    let errors = lena.patch("/api/v1/me", wrong).await.expect(422).field_errors();
    assert_eq!(errors, ["name:required", "theme:choice", "time_zone:invalid"]);
    lena.patch("/api/v1/me", json!({ "niches": ["geheim"] })).await.expect(422);
    lena.patch("/api/v1/me", json!({ "role": "admin" })).await.expect(422);
    let log = lena.get("/me/privacy").await.expect(200);
    assert!(log.text.contains("Newsletter: erteilt"), "{}", log.text);
    let export = lena.get("/me/privacy/export").await.expect(200).json();
    assert_eq!(export["profile"]["bio"], "Rudern.");
    assert_eq!(export["consents"][0]["state"], "given");
    assert!(export["rows"]["messages"].as_array().unwrap().is_empty());
    server.stop().await;
}

/// A table that says whose its rows are is in the export, or somebody has written down why not.
#[tokio::test(flavor = "multi_thread")]
async fn the_export_knows_every_table_that_names_a_person() {
    use kontor::db::copy::Snapshot;
    use kontor::office::personal::{ELSEWHERE, PARTS};
    let server = Server::start().await;
    let (lena, jana) = (server.member("Lena Brandt").await, server.manager().await);
    let room = json!({ "slug": "halle", "name": "Halle", "access": "private" });
    let room = jana.post("/api/v1/rooms", room).await.expect(201).id();
    jana.post(&format!("/api/v1/rooms/{room}/members"), json!({ "member_id": lena.member })).await.expect(204);
    let said = json!({ "cid": "c-1", "body": "Guten **Morgen**" });
    lena.post(&format!("/api/v1/rooms/{room}/messages"), said).await.expect(201);
    let export = lena.get("/me/privacy/export").await.expect(200).json();
    let said = &export["rows"]["messages"][0];
    assert_eq!((&said["body"], &said["room_id"]), (&json!("Guten **Morgen**"), &json!(room)));
    assert!(said["created_at"].as_str().unwrap().ends_with('Z'), "{said}");
    assert!(jana.get("/me/privacy/export").await.expect(200).json()["rows"]["messages"].as_array().unwrap().is_empty());
    let tables = Snapshot::open(&server.house().config.database_url).unwrap().tables().unwrap();
    let personal = ["member_id", "owner_id", "sender_id", "author_id"];
    let known = |table: &str| {
        PARTS.iter().any(|p| p.table == table) || ELSEWHERE.iter().any(|(elsewhere, _)| *elsewhere == table)
    };
    let missing: Vec<&str> = tables
        .iter()
        .filter(|t| t.columns.iter().any(|c| personal.contains(&c.name.as_str())) && !known(&t.name))
        .map(|t| t.name.as_str())
        .collect();
    assert!(missing.is_empty(), "the export does not know {missing:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_niche_above_the_tier_does_not_exist_for_a_member() {
    let server = Server::start().await;
    let (lena, jana) = (server.member("Lena Brandt").await, server.manager().await);
    let top = server.member_of_tier("Tom Top", 30).await;
    let niche = json!({ "slug": "spitze", "name": { "de": "Spitze", "en": "Top" }, "min_tier": "top", "hue": 3 });
    let made = jana.post("/api/v1/niches", niche.clone()).await.expect(201).json();
    assert_eq!((made["min_tier"].as_str(), made["hue"].as_i64()), (Some("top"), Some(3)));
    assert_eq!(jana.post("/api/v1/niches", niche).await.expect(422).field_errors(), ["slug:taken"]);
    let names = |answer: serde_json::Value| answer["items"].as_array().unwrap().len();
    assert_eq!(names(lena.get("/api/v1/niches").await.expect(200).json()), 0);
    assert_eq!(names(top.get("/api/v1/niches").await.expect(200).json()), 1);
    lena.post("/api/v1/niches", json!({ "slug": "x", "name": { "de": "X" } })).await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_for_admins_and_admins_are_for_themselves() {
    let server = Server::start().await;
    let (lena, jana, ruth) = (server.member("Lena Brandt").await, server.manager().await, server.admin().await);
    let path = |c: &crate::support::Client| format!("/api/v1/members/{}", c.member);
    lena.get("/api/v1/members").await.expect(403);
    lena.patch(&path(&lena), json!({ "role": "admin" })).await.expect(403);
    jana.patch(&path(&lena), json!({ "role": "moderator" })).await.expect(403);
    jana.patch(&path(&ruth), json!({ "tags": ["x"] })).await.expect(403);
    ruth.patch(&path(&lena), json!({ "role": "moderator" })).await.expect(200);
    let last = ruth.patch(&path(&ruth), json!({ "role": "member" })).await.expect(409).json();
    assert_eq!(last["code"], "last_admin");
    jana.patch(&path(&lena), json!({ "status": "suspended", "reason": "Spam" })).await.expect(200);
    lena.get("/api/v1/me").await.expect(401);
    let audit = ruth.get("/api/v1/audit").await.expect(200).json();
    let done: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|i| i["action"].as_str().unwrap()).collect();
    assert_eq!(done, ["member.suspend", "member.role"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tier_set_by_the_team_counts_at_once() {
    let server = Server::start().await;
    let (lena, jana) = (server.member("Lena Brandt").await, server.manager().await);
    let path = format!("/api/v1/members/{}", lena.member);
    let after = jana.patch(&path, json!({ "tier_override": "pro", "tags": ["Video", " video ", "yt"] })).await;
    let after = after.expect(200).json();
    assert_eq!((after["tier"].as_str(), after["tier_override"].as_str()), (Some("pro"), Some("pro")));
    assert_eq!(after["tags"], json!(["video", "yt"]));
    assert_eq!(lena.get("/api/v1/me").await.json()["tier"], "pro");
    jana.patch(&path, json!({ "tier_override": "gold" })).await.expect(422);
    let cleared = jana.patch(&path, json!({ "tier_override": null })).await.expect(200).json();
    assert!(cleared["tier_override"].is_null());
    let found = jana.get("/api/v1/members?q=LENA-b&tier=pro").await.expect(200).json();
    assert!(found["items"].as_array().unwrap().len() <= 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_affiliate_reference_belongs_to_one_member_of_a_program() {
    let server = Server::start().await;
    let (lena, tom, jana) =
        (server.member("Lena Brandt").await, server.member("Tom Alder").await, server.manager().await);
    let path = |c: &crate::support::Client| format!("/api/v1/members/{}", c.member);
    let none = jana.patch(&path(&lena), json!({ "affiliate_ref": "lena1" })).await.expect(422);
    assert_eq!(none.field_errors(), ["affiliate_ref:no_program"]);
    db_program(&server, "fitnord").await;
    let set = jana.patch(&path(&lena), json!({ "affiliate_ref": "Lena1" })).await.expect(200).json();
    assert_eq!(set["affiliate_ref"], "Lena1");
    let taken = jana.patch(&path(&tom), json!({ "affiliate_ref": "LENA1" })).await.expect(422);
    assert_eq!(taken.field_errors(), ["affiliate_ref:taken"]);
    db_program(&server, "plankraft").await;
    jana.patch(&path(&lena), json!({ "affiliate_ref": "x" })).await.expect(422);
    let full = json!({ "affiliate_refs": [{ "program": "plankraft", "ref": "lp", "match_ids": ["4711"] }] });
    let set = jana.patch(&path(&lena), full).await.expect(200).json();
    assert_eq!(set["affiliate_refs"][1], json!({ "program": "plankraft", "ref": "lp", "match_ids": ["4711"] }));
    let me = lena.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["affiliate_ref"], "Lena1");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_shows_active_members_without_addresses() {
    let server = Server::start().await;
    let (lena, jana) = (server.member("Lena Brandt").await, server.manager().await);
    let tom = server.member("Tom Alder").await;
    let page = lena.get("/members").await.expect(200);
    assert!(page.text.contains("Tom Alder") && !page.text.contains("tom-alder@"), "{}", page.text);
    assert!(!lena.get("/members?q=tom-alder%40example").await.expect(200).text.contains("Tom Alder"));
    assert!(jana.get("/members?q=tom-alder%40example").await.expect(200).text.contains("tom-alder@example.org"));
    jana.patch(&format!("/api/v1/members/{}", tom.member), json!({ "status": "suspended" })).await.expect(200);
    lena.get(&format!("/members/{}", tom.member)).await.expect(404);
    jana.get(&format!("/members/{}", tom.member)).await.expect(200);
    assert!(!lena.get("/members").await.text.contains("Tom Alder"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_in_part() {
    let server = Server::start().await;
    let (ruth, jana) = (server.admin().await, server.manager().await);
    jana.get("/api/v1/settings").await.expect(403);
    let change = json!({ "community_name": "Nordlicht", "imprint": { "de": "Hamburg <b>x</b>" } });
    let after = ruth.patch("/api/v1/settings", change).await.expect(200).json();
    assert_eq!((after["community_name"].as_str(), after["currency"].as_str()), (Some("Nordlicht"), Some("EUR")));
    assert_eq!(after["imprint"], json!({ "de": "Hamburg <b>x</b>", "en": "" }));
    let wrong = json!({ "sender": "nobody", "currency": "EURO", "time_zone": "Mars/Base" });
    let errors = ruth.patch("/api/v1/settings", wrong).await.expect(422).field_errors();
    assert_eq!(errors, ["sender:email", "currency:invalid", "time_zone:invalid"]);
    let page = server.visitor().get("/legal/imprint").await.expect(200);
    assert!(page.text.contains("Hamburg") && page.text.contains("Nordlicht"), "{}", page.text);
    let tiers = json!({ "items": [{ "slug": "active", "name": { "de": "Aktiv", "en": "Active" },
        "min_turnover": { "amount": "750.00", "currency": "EUR" }, "periods": 3, "response_hours": 24 }] });
    let after = ruth.put("/api/v1/tiers", tiers.clone()).await.expect(200).json();
    assert_eq!(after["items"][1]["min_turnover"]["amount"], "750.00");
    jana.put("/api/v1/tiers", tiers).await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_mail_is_read_inside_a_sandbox() {
    let server = Server::start().await;
    let ruth = server.admin().await;
    ruth.form("/admin/mail/test", &[]).await.expect(303);
    server.mail_with("ruth-okafor@example.org", "can send post").await;
    let list = ruth.get("/admin/outbox").await.expect(200);
    let at = list.text.find("/admin/outbox/0").or_else(|| list.text.find("/admin/outbox/1")).unwrap();
    let path = list.text[at..].split('"').next().unwrap().to_owned();
    let page = ruth.get(&path).await.expect(200);
    assert!(page.text.contains("<iframe") && page.text.contains("sandbox"), "{}", page.text);
    let html = ruth.get(&format!("{path}/html")).await.expect(200);
    assert!(html.header("content-security-policy").contains("sandbox"));
    assert!(!html.header("content-security-policy").contains("script-src"));
    let raw = ruth.get(&format!("{path}/raw")).await.expect(200);
    assert!(raw.header("content-disposition").starts_with("attachment"));
    ruth.get("/admin/outbox/..%2Fkontor.eml").await.expect(404);
    server.member("Lena Brandt").await.get("/admin/outbox").await.expect(403);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_is_open_to_anyone_before_the_first_admin_too() {
    let server = Server::start().await;
    for accept in ["text/html", "application/json", "*/*", "image/png"] {
        let page = server.visitor().with_header("accept", accept).get("/").await.expect(200);
        assert!(page.text.contains("Kontor"), "{}", page.text);
    }
    server.visitor().get("/manifest.webmanifest").await.expect(200);
    server.stop().await;
}

/// Texts in a page that look like the key of a text.
fn raw_keys(html: &str) -> Vec<String> {
    let known = kontor::i18n::keys(Lang::En);
    let mut out = Vec::new();
    for piece in html.split(['>', '"']).skip(1) {
        let text = piece.split('<').next().unwrap_or("").trim();
        let shaped =
            ["accounts-", "members-", "office-", "shell-", "ui-", "error-"].iter().any(|p| text.starts_with(p));
        if shaped && !text.contains(' ') && (known.iter().any(|k| k == text) || !text.contains(".")) {
            out.push(text.to_owned());
        }
    }
    out.retain(|t| !t.starts_with("error-") || known.contains(t));
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_itself_in_both_languages() {
    let server = Server::start().await;
    let ruth = server.db_member("Ruth Okafor", Role::Admin, 0, Lang::En).await;
    ruth.post("/api/v1/niches", json!({ "slug": "heim", "name": { "de": "Heim", "en": "Home" } })).await.expect(201);
    ruth.post("/api/v1/me/tokens", json!({ "name": "x" })).await.expect(201);
    server
        .visitor()
        .post(
            "/api/v1/applications",
            json!({ "email": "mara@example.org", "password": "ein langer satz", "name": "Mara", "locale": "de",
                "pitch": "Hallo", "niches": ["heim"], "consents": ["newsletter", "tracking"] }),
        )
        .await
        .expect(202);
    let link = server.mail_with("mara@example.org", "/confirm/").await.link("/confirm/");
    for lang in Lang::ALL {
        let visitor = server.visitor().with_header("accept-language", lang.code());
        for path in [
            "/",
            "/apply",
            "/apply/sent",
            "/login",
            "/login/sent",
            "/login/link",
            "/forgot",
            "/legal/imprint",
            "/legal/privacy",
            &link,
        ] {
            look(&visitor, path, lang).await;
        }
    }
    server.visitor().form(&link, &[]).await.expect(200);
    for lang in Lang::ALL {
        for role in Role::ALL {
            let name = format!("{} {}", role.code(), lang.code());
            let viewer = server.db_member(&name, role, 0, lang).await;
            let own = format!("/members/{}", viewer.member);
            let mut pages =
                vec!["/", "/me", "/me/security", "/me/privacy", "/me/subscriptions", "/members", own.as_str()];
            if role >= Role::Manager {
                pages.extend(["/manage/today", "/manage/applications", "/manage/niches", "/members?status=all"]);
            } else {
                viewer.get("/manage/today").await.expect(403);
            }
            if role >= Role::Admin {
                pages.extend([
                    "/admin/settings",
                    "/admin/tiers",
                    "/admin/roles",
                    "/admin/mail",
                    "/admin/outbox",
                    "/admin/jobs",
                    "/admin/audit",
                    "/admin/tokens",
                ]);
            } else {
                viewer.get("/admin/settings").await.expect(403);
            }
            for path in pages {
                look(&viewer, path, lang).await;
            }
        }
    }
    server.stop().await;
}

async fn look(viewer: &crate::support::Client, path: &str, lang: Lang) {
    let page = viewer.get(path).await;
    assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.text);
    assert!(page.text.contains(&format!("<html lang=\"{}\"", lang.code())), "{path} in {}", lang.code());
    let raw = raw_keys(&page.text);
    assert!(raw.is_empty(), "{path} shows {raw:?}");
}
