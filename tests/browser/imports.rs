//! Step four: a manager imports real sales, first as a trial; they wait, move a tier, and count once.

use crate::house::Server;
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn sales_from_a_file_are_tried_imported_and_move_a_tier_in_german() {
    sales(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_from_a_file_are_tried_imported_and_move_a_tier_in_english() {
    sales(Lang::En).await;
}

/// Post Affiliate Pro's simple transactions: three good rows, one of a stranger, two broken ones.
fn file(lang: Lang, month: &str) -> String {
    let rows = |separator: &str, money: [&str; 6]| {
        let head =
            ["Affiliate ID", "Campaign ID", "Order ID", "Commission Value", "Total Cost", "Status"].join(separator);
        let [c1, t1, c2, t2, c3, t3] = money;
        let order = |n: u8| format!("{month}-{n}");
        let row = |who: &str, n: u8, c: &str, t: &str, s: &str| [who, "11111111", &order(n), c, t, s].join(separator);
        [
            head,
            row("lena-b", 1, c1, t1, "A"),
            row("lena-b", 2, c2, t2, "A"),
            row("lena-b", 3, c3, t3, "D"),
            row("stranger", 4, c3, t3, "A"),
            row("lena-b", 5, c3, "viel", "A"),
            row("lena-b", 6, c3, t3, "Z"),
        ]
        .join("\r\n")
    };
    lang.pick(
        rows(";", ["120,05", "1.200,50", "30,00", "300,00", "5,00", "50,00"]),
        rows(",", ["120.05", "\"1,200.50\"", "30.00", "300.00", "5.00", "50.00"]),
    )
}

/// Chooses a file, answers what is asked about it, and has it tried.
async fn upload(jana: &Browser, path: &std::path::Path, date: &str, first: bool) {
    jana.goto("/manage/imports").await;
    jana.choose("kind", "pap_simple").await;
    jana.see("main input[type='file']").await.send_keys(path.display().to_string()).await.unwrap();
    jana.submit("main form[enctype]").await;
    jana.until("/imports\\/new\\/\\d+$/.test(location.pathname)").await;
    assert_eq!(jana.count("section[aria-labelledby=import-columns] tbody tr").await, 6);
    jana.read("lena-b").await;
    if first {
        // Neither the day nor the zone is assumed.
        all_well(&jana.inspect("questions").await);
        assert!(!jana.has("main select[name='time_zone'] option[selected]:not([value=''])").await);
        jana.read(&jana.word("imports-dates-none")).await;
    } else {
        jana.read(&jana.word("imports-remembered")).await;
    }
    jana.choose("time_zone", "Europe/Berlin").await;
    let day = format!("document.querySelector('main input[name=sale_date]').value = {}", json!(date));
    jana.run(&day, vec![]).await;
    jana.submit("main form").await;
    jana.until("/imports\\/\\d+$/.test(location.pathname)").await;
    done(jana).await;
}

async fn done(jana: &Browser) {
    let word = jana.word("imports-state-done");
    jana.until(&format!(
        "[...document.querySelectorAll('.page-meta .tag')].some((t) => t.innerText === {})",
        json!(word)
    ))
    .await;
}

/// Sales created, updated, unchanged as the report says.
async fn counts(jana: &Browser) -> Vec<String> {
    let body = "return [...document.querySelectorAll('section[aria-labelledby=import-report] tbody tr:first-child td.num')].map((c) => c.innerText.trim())";
    serde_json::from_value(jana.run(body, vec![]).await).unwrap()
}

async fn sales(lang: Lang) {
    let server = Server::start().await;
    let manager = server.db_member("Jana Petersen", Role::Manager, 0, lang).await;
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let member = server.db_member("Lena Brandt", Role::Member, 0, lang).await;
    let reference = json!({ "affiliate_ref": "lena-b" });
    manager.patch(&format!("/api/v1/members/{}", member.member.0), reference).await.expect(200);
    let jana = Browser::of(&server, &manager, "import", lang).await;
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Berlin").unwrap()).date();
    let before = today.first_of_month().yesterday().unwrap();

    let path = server.dir.join("sales.csv");
    std::fs::write(&path, file(lang, "now")).unwrap();
    upload(&jana, &path, &today.to_string(), true).await;
    jana.read(&jana.word("imports-trial-text")).await;
    assert_eq!(counts(&jana).await, ["4", "0", "0"], "three of Lena, one that waits");
    assert_eq!(jana.count("section[aria-labelledby=import-errors] tbody tr").await, 2);
    let errors = jana.text("section[aria-labelledby=import-errors]").await;
    for cell in ["viel", "Z"] {
        assert!(errors.contains(cell), "what is wrong is quoted: {errors}");
    }
    all_well(&jana.inspect("trial").await);
    let kept = member.get("/api/v1/me/sales").await.expect(200).json();
    assert_eq!(kept["items"].as_array().map(Vec::len), Some(0), "a trial changes nothing: {kept}");

    jana.press(&jana.word("imports-run")).await;
    done(&jana).await;
    jana.until(&format!(
        "!document.querySelector('main').innerText.includes({})",
        json!(jana.word("imports-trial-text"))
    ))
    .await;
    assert_eq!(counts(&jana).await, ["4", "0", "0"]);
    all_well(&jana.inspect("done").await);

    // The same file again changes nothing.
    upload(&jana, &path, &today.to_string(), false).await;
    assert_eq!(counts(&jana).await, ["0", "0", "4"]);

    // A second month above 500 makes her an active partner.
    std::fs::write(&path, file(lang, "before")).unwrap();
    upload(&jana, &path, &before.to_string(), false).await;
    jana.press(&jana.word("imports-run")).await;
    done(&jana).await;
    server.drain().await;
    let lena = Browser::of(&server, &member, "standing", lang).await;
    let tier = lang.pick("Aktiv", "Active");
    let began = tokio::time::Instant::now();
    loop {
        lena.goto("/me/standing").await;
        if lena.text("main .stat-value").await == tier {
            break;
        }
        assert!(began.elapsed().as_secs() < 15, "she did not become {tier}: {}", lena.text("main").await);
        server.drain().await;
    }
    lena.read(lang.pick("1.500,50", "1,500.50")).await;
    all_well(&lena.inspect("moved").await);
    all_well(&lena.complaints("").await);
    all_well(&jana.complaints("").await);
    lena.quit().await;
    jana.quit().await;
    server.stop().await;
}
