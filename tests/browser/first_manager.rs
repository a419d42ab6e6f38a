//! The first ten minutes of a manager: from the set-up link to twenty invitations, in a house that says Sie.

use crate::house::{Client, Server};
use crate::support::{Browser, all_well};
use kontor::accounts::actions::setup_link;
use kontor::i18n::Lang;
use serde_json::{Value, json};
use std::path::Path;

const PASSWORD: &str = "ein langer satz fuer ruth";

/// Twenty-four partners as Post Affiliate Pro exports them.
fn affiliates() -> String {
    let mut out = "[[AFFILIATES]]\n!USERID,!REFID,!USERNAME,!FIRSTNAME,!LASTNAME\n".to_owned();
    for n in 1..=24 {
        out.push_str(&format!("u{n:04},partner{n},partner{n}@example.org,Partner,Nummer{n}\n"));
    }
    out
}

/// Sales of the first two partners in the last two months: enough for the second tier.
fn commissions() -> String {
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Berlin").unwrap()).date();
    let last = today.first_of_month().yesterday().unwrap();
    let before = last.first_of_month().yesterday().unwrap();
    let mut out = "[[COMMISSIONS]]\n!TRANSID,!USERID,!CAMPAIGNID,!RSTATUS,!RTYPE,!DATEINSERTED,!COMMISSION,!ORDERID,\
                   !PRODUCTID,!TOTALCOST,!TIER\n"
        .to_owned();
    for (n, day) in [(1, last), (2, before)] {
        for user in ["u0001", "u0002"] {
            out.push_str(&format!("t{n}{user},{user},c1,A,S,{day} 14:30:00,60.00,O{n}-{user},P1,600.00,1\n"));
        }
    }
    out
}

async fn choose_file(ruth: &Browser, css: &str, path: &Path) {
    ruth.see(css).await.send_keys(path.display().to_string()).await.unwrap();
}

/// Sends a file through the wizard: first for trial, then for real.
async fn import(ruth: &Browser, server: &Server, path: &Path, picture: &str) {
    ruth.goto("/manage/imports").await;
    ruth.choose("kind", "pap_full").await;
    choose_file(ruth, "main input[type='file']", path).await;
    ruth.submit("main form[enctype]").await;
    ruth.until("/imports\\/new\\/\\d+$/.test(location.pathname)").await;
    if ruth.has("main select[name='time_zone']").await {
        ruth.choose("time_zone", "Europe/Berlin").await;
    }
    ruth.shot(&format!("{picture}-questions")).await;
    ruth.submit("main form.stack").await;
    ruth.until("/imports\\/\\d+$/.test(location.pathname)").await;
    done(ruth, server).await;
    ruth.read(&ruth.word("imports-trial-text")).await;
    ruth.shot(&format!("{picture}-trial")).await;
    ruth.press(&ruth.word("imports-run")).await;
    done(ruth, server).await;
    ruth.until(&format!(
        "!document.querySelector('main').innerText.includes({})",
        json!(ruth.word("imports-trial-text"))
    ))
    .await;
    ruth.shot(&format!("{picture}-done")).await;
}

async fn done(ruth: &Browser, server: &Server) {
    let word = json!(ruth.word("imports-state-done"));
    server.drain().await;
    ruth.until(&format!("[...document.querySelectorAll('.page-meta .tag')].some((t) => t.innerText === {word})")).await;
}

/// The API as the browser's own session, for what the journey only needs to be there.
async fn as_ruth(server: &Server, ruth: &Browser) -> Client {
    let cookie = ruth.driver.get_named_cookie("kontor_session").await.unwrap();
    server.visitor().with_session(&cookie.value, kontor::web::viewer::MemberId(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_ten_minutes_of_a_manager() {
    let server = Server::start().await;
    let link = setup_link(server.house()).await.unwrap().unwrap();
    let path = link.split_once("/setup/").map(|(_, t)| format!("/setup/{t}")).unwrap();
    let ruth = Browser::open(&server, "first-manager", Lang::De).await;
    ruth.goto(&path).await;
    ruth.fill("email", "ruth@example.org").await;
    ruth.fill("name", "Ruth Okafor").await;
    ruth.fill("password", PASSWORD).await;
    ruth.submit("main form").await;

    // Name, and Sie.
    ruth.arrives("/admin/setup/name").await;
    ruth.fill("community_name", "Nordlicht Partnernetz").await;
    ruth.click("main label:has(> input[name='address'][value='sie'])").await;
    all_well(&ruth.inspect("1-name").await);
    ruth.click("main button[value='save']").await;

    // Logo and colours: a pale one is refused with one that can be read.
    ruth.arrives("/admin/setup/look").await;
    let logo = server.dir.join("logo.png");
    image::RgbImage::from_pixel(96, 96, image::Rgb([31, 85, 165])).save(&logo).unwrap();
    choose_file(&ruth, "main input[type='file']", &logo).await;
    ruth.submit("main form[enctype]").await;
    ruth.see(".sidebar .brand-logo").await;
    ruth.fill("accent", "#ffcc00").await;
    ruth.click("main button[value='save']").await;
    ruth.see("#accent-error").await;
    all_well(&ruth.inspect("2-look-refused").await);
    ruth.fill("accent", "").await;
    ruth.click("main .setup-swatch:has(input[value='#1f55a5'])").await;
    ruth.click("main button[value='save']").await;

    ruth.arrives("/admin/setup/legal").await;
    assert!(ruth.has("link[rel='stylesheet'][href^='/brand/']").await, "the colours are on");
    ruth.fill("imprint_de", "Nordlicht GmbH, Speicherstieg 7, 20457 Hamburg").await;
    ruth.fill("privacy_de", "Wir speichern wenig.").await;
    all_well(&ruth.inspect("3-legal").await);
    ruth.click("main button[value='save']").await;

    // The test mail arrives, and says Sie.
    ruth.arrives("/admin/setup/mail").await;
    ruth.fill("sender", "Nordlicht <post@nordlicht.example>").await;
    ruth.click("main button[value='test']").await;
    let mail = ruth.letter(&server, "ruth@example.org", "Post verschicken kann").await;
    assert!(mail.text.contains("Guten Tag"), "{}", mail.text);
    ruth.until("document.readyState === 'complete'").await;
    all_well(&ruth.inspect("4-mail").await);
    ruth.click("main button[value='save']").await;

    ruth.arrives("/admin/setup/program").await;
    ruth.fill("name", "FitNord").await;
    ruth.fill("link_base", "https://fitnord.example/?p={ref}").await;
    ruth.click("main button[value='save']").await;
    ruth.arrives("/admin/setup/tiers").await;
    all_well(&ruth.inspect("6-tiers").await);
    ruth.click("main button[value='save']").await;
    ruth.arrives("/admin/setup/places").await;
    ruth.fill("name_de", "Heimfitness").await;
    ruth.click("main button[value='save']").await;
    ruth.arrives("/admin/setup/done").await;
    all_well(&ruth.inspect("7-done").await);

    // People, then their sales; tiers fill before anybody has signed in.
    let file = server.dir.join("affiliates.csv");
    std::fs::write(&file, affiliates()).unwrap();
    import(&ruth, &server, &file, "8-affiliates").await;
    std::fs::write(&file, commissions()).unwrap();
    import(&ruth, &server, &file, "9-commissions").await;
    server.drain().await;
    let api = as_ruth(&server, &ruth).await;
    let people = api.get("/api/v1/members?status=invited&tier=active").await.expect(200).json();
    let names: Vec<&str> = people["items"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names.len(), 2, "two are in the second tier before anybody signed in: {people}");
    ruth.goto("/members?status=invited&tier=active").await;
    ruth.read(names[0]).await;
    all_well(&ruth.inspect("10-tiers-filled").await);

    // The pattern of the link on a real partner.
    ruth.goto("/admin/setup/program").await;
    ruth.fill("link_base", "https://fitnord.example/los?p={ref}").await;
    ruth.choose("partner", "partner1").await;
    ruth.click("main button[value='try']").await;
    ruth.read("https://fitnord.example/los?p=partner1").await;
    all_well(&ruth.inspect("11-link-tried").await);

    // A text as that partner would get it.
    let partner = id_of(&people, "partner1@example.org");
    let text = json!({ "kind": "swipe_copy", "title": "Rudern im Herbst", "program": "fitnord", "variants": [
        { "key": "short", "lang": "de", "subject": "Rudern", "body": "Hallo, hier ist [das Gerät]({{affiliate.link}})." }] });
    let text = api.post("/api/v1/resources", text).await.expect(201).id();
    ruth.goto(&format!("/manage/library/{text}/preview?member={partner}&lang=de&variant=short")).await;
    ruth.read("Anzeige").await;
    assert!(ruth.has("main a[href='https://fitnord.example/?p=partner1']").await, "{}", ruth.told().await);
    all_well(&ruth.inspect("12-text-as-partner").await);

    // A segment that leaves somebody out.
    api.patch(&format!("/api/v1/members/{partner}"), json!({ "tags": ["vip"] })).await.expect(200);
    ruth.goto("/manage/segments/new").await;
    ruth.fill("name", "Aktive ohne VIP").await;
    ruth.click("main details summary").await;
    ruth.click("main label:has(> input[name='expert'])").await;
    let rule = json!({ "all": [{ "field": "status", "op": "eq", "value": "invited" },
                               { "field": "tier", "op": "eq", "value": "active" },
                               { "not": { "field": "tag", "op": "eq", "value": "vip" } }] });
    ruth.fill("rule", &rule.to_string()).await;
    ruth.until("document.querySelector('[data-count]')?.innerText.trim() === '1'").await;
    all_well(&ruth.inspect("13-segment").await);
    ruth.press(&ruth.word("ui-save")).await;
    ruth.until("!location.pathname.endsWith('/new')").await;

    // Twenty invitations, and what became of them.
    ruth.goto("/manage/invitations").await;
    ruth.choose("size", "20").await;
    all_well(&ruth.inspect("14-invite").await);
    ruth.submit("main form[action='/manage/invitations']").await;
    ruth.until("/invitations\\/\\d+$/.test(location.pathname)").await;
    let began = tokio::time::Instant::now();
    loop {
        server.drain().await;
        let sent = server.mails().await.iter().filter(|m| m.text.contains("/invitation/")).count();
        if sent > 0 || began.elapsed().as_secs() > 15 {
            assert!(sent > 0, "nobody was invited: {}", ruth.told().await);
            break;
        }
    }
    ruth.driver.refresh().await.unwrap();
    assert_eq!(ruth.count("section[aria-labelledby='people'] tbody tr").await, 20);
    all_well(&ruth.inspect("15-states").await);
    ruth.goto("/").await;
    all_well(&ruth.inspect("16-start").await);
    all_well(&ruth.complaints("422").await);
    ruth.quit().await;
    server.stop().await;
}

fn id_of(list: &Value, email: &str) -> i64 {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .find(|p| p["email"] == email)
        .and_then(|p| p["id"].as_i64())
        .unwrap_or_else(|| panic!("no {email}: {list}"))
}
