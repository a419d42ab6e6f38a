//! Step six: a member finds a swipe copy and takes it along with the own link, name and label.

use crate::house::{Client, Server};
use crate::support::{Browser, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::json;

const LINK: &str = "https://fitnord.example/?p=lena-b";

#[tokio::test(flavor = "multi_thread")]
async fn a_swipe_copy_leaves_with_link_name_and_label_in_german() {
    take_along(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swipe_copy_leaves_with_link_name_and_label_in_english() {
    take_along(Lang::En).await;
}

async fn publish(manager: &Client, title: &str, min_tier: Option<&str>) -> i64 {
    let mut body = json!({
        "kind": "swipe_copy", "title": title, "summary": "Six weeks of rowing.",
        "variants": [
            { "key": "short", "lang": "de", "subject": "Sechs Wochen Rudern, {{member.name}}",
              "body": "Hallo,\n\nich bin {{member.name}} und **[hier ist das Gerät]({{affiliate.link}})**." },
            { "key": "short", "lang": "en", "subject": "Six weeks of rowing, {{member.name}}",
              "body": "Hello,\n\nI am {{member.name}} and **[this is the machine]({{affiliate.link}})**." },
        ],
    });
    if let Some(tier) = min_tier {
        body["min_tier"] = json!(tier);
    }
    manager.post("/api/v1/resources", body).await.expect(201).id()
}

async fn take_along(lang: Lang) {
    let server = Server::start().await;
    let manager = server.manager().await;
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let member = server.db_member("Lena Brandt", Role::Member, 0, lang).await;
    let reference = json!({ "affiliate_ref": "lena-b" });
    manager.patch(&format!("/api/v1/members/{}", member.member.0), reference).await.expect(200);
    publish(&manager, "Rudern im Herbst", None).await;
    publish(&manager, "Waldlauf", None).await;
    let gated = publish(&manager, "Rudern im Spitzenkreis", Some("top")).await;
    let label = lang.pick("Anzeige", "Ad");

    let lena = Browser::of(&server, &member, "library", lang).await;
    lena.goto("/library").await;
    lena.read("Waldlauf").await;
    assert!(!lena.has(&format!("a[href='/library/{gated}']")).await, "what is above her tier does not show");
    lena.see("main input[name='q']").await.send_keys("Rudern\u{e007}").await.unwrap();
    lena.until("!document.querySelector('main').innerText.includes('Waldlauf')").await;
    all_well(&lena.inspect("found").await);
    lena.click("main .card-title a").await;
    lena.read("Lena Brandt").await;
    lena.read(label).await;
    assert_eq!(lena.count(&format!("main .prose a[href='{LINK}']")).await, 1, "her own link is in");
    all_well(&lena.inspect("text").await);

    lena.press(&lena.word("library-copy-plain")).await;
    let text = lena.clipboard("text/plain").await;
    assert!(text.starts_with(label) && text.contains(LINK) && text.contains("Lena Brandt"), "{text}");
    lena.press(&lena.word("library-copy-rich")).await;
    lena.until("document.querySelector('[data-copied][data-copy-rich]')").await;
    let html = lena.clipboard("text/html").await;
    assert!(html.contains(&format!("href=\"{LINK}\"")) && html.contains(label), "{html}");

    let folder = server.dir.join("downloads");
    for format in ["txt", "html", "md"] {
        let taken = lena.download(&folder, &format!("main a[href*='format={format}']")).await;
        assert!(taken.contains(LINK) && taken.contains(label) && taken.contains("Lena Brandt"), "{format}: {taken}");
    }
    all_well(&lena.complaints("").await);

    lena.goto(&format!("/library/{gated}")).await;
    assert_eq!(lena.status().await, 404, "a guessed address says what a wrong one says");
    assert!(!lena.text("main").await.contains("Spitzenkreis"));
    lena.quit().await;
    server.stop().await;
}

/// Members of every tier take a kit in both languages; what lies on the disk is read by other programs.
#[tokio::test(flavor = "multi_thread")]
async fn a_kit_reaches_the_disk_of_every_tier_in_both_languages() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let program = json!({ "slug": "fitnord", "name": "FitNord", "link_base": "https://fitnord.example/?p={ref}" });
    manager.post("/api/v1/programs", program).await.expect(201);
    let mail = |title: &str, tier: Option<&str>| {
        let mut body = json!({
            "kind": "swipe_copy", "title": title, "price": { "amount": "499.00", "currency": "EUR" },
            "variants": [
                { "key": "short", "lang": "de", "subject": "Rudern", "body": "Grüße,\n\n:::locked price\nNur für {{product.price}} mit **Garantie**.\n:::\n\n[Hier ist das Gerät]({{affiliate.link}})\n\n{{member.name}}" },
                { "key": "short", "lang": "en", "subject": "Rowing", "body": "Hello,\n\n:::locked price\nOnly {{product.price}} with a **guarantee**.\n:::\n\n[This is the machine]({{affiliate.link}})\n\n{{member.name}}" },
            ],
        });
        if let Some(tier) = tier {
            body["min_tier"] = json!(tier);
        }
        body
    };
    let open = manager.post("/api/v1/resources", mail("Ankündigung", None)).await.expect(201).id();
    let gated = manager.post("/api/v1/resources", mail("Spitzenmail", Some("top"))).await.expect(201).id();
    let kit =
        json!({ "kind": "kit", "title": "Herbst", "items": [{ "resource": open }, { "resource": gated, "day": 2 }] });
    let kit = manager.post("/api/v1/resources", kit).await.expect(201).id();

    let disk = server.dir.join("kits");
    let mut documents = Vec::new();
    let names = ["Łukasz Żółć", "Ελένη Παππά", "Иван Петров", "Zoë Weiß"];
    for (i, (rank, name)) in [0, 10, 20, 30].into_iter().zip(names).enumerate() {
        let lang = if i % 2 == 0 { Lang::De } else { Lang::En };
        let member = server.db_member(&format!("{name} {i}"), Role::Member, rank, lang).await;
        let code = json!({ "affiliate_ref": format!("tier-{rank}") });
        manager.patch(&format!("/api/v1/members/{}", member.member.0), code).await.expect(200);
        let browser = Browser::of(&server, &member, "kit", lang).await;
        browser.goto(&format!("/library/{kit}")).await;
        if i < 2 {
            all_well(&browser.inspect("kit").await);
        }
        for text_lang in ["de", "en"] {
            let css = format!("main a[href*='lang={text_lang}&format=zip']");
            let file = browser.download_file(&server.dir.join("downloads"), &css).await;
            let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
            let folder = disk.join(format!("{rank}-{text_lang}"));
            zip.extract(&folder).unwrap();
            assert_eq!(
                folder.join("02-spitzenmail").is_dir(),
                rank == 30,
                "only the top tier gets what is the top tier's"
            );
            let text = std::fs::read_to_string(folder.join(format!("01-ankuendigung/short-{text_lang}.txt"))).unwrap();
            let label = if text_lang == "de" { "Anzeige" } else { "Ad" };
            let price = if text_lang == "de" { "499,00 €" } else { "€499.00" };
            let link = format!("https://fitnord.example/?p=tier-{rank}");
            let expected = [label.to_owned(), price.to_owned(), link, format!("{name} {i}")];
            assert!(text.starts_with(label), "{text}");
            let step = folder.join("01-ankuendigung");
            // Each document under a name of its own: one LibreOffice reads them all.
            let docx = disk.join(format!("{rank}-{text_lang}.docx"));
            std::fs::copy(step.join(format!("short-{text_lang}.docx")), &docx).unwrap();
            documents.push((docx, step.join(format!("short-{text_lang}.pdf")), expected));
        }
        all_well(&browser.complaints("").await);
        browser.quit().await;
    }
    let profile = format!("-env:UserInstallation=file://{}", server.dir.join("office").display());
    let office = std::process::Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir"])
        .arg(&disk)
        .args(documents.iter().map(|(docx, ..)| docx))
        .output()
        .expect("LibreOffice; tests/run installs it");
    assert!(office.status.success(), "{}", String::from_utf8_lossy(&office.stderr));
    for (docx, pdf, expected) in &documents {
        let word = std::fs::read_to_string(docx.with_extension("txt")).unwrap();
        let read = std::process::Command::new("pdftotext")
            .arg(pdf)
            .arg("-")
            .output()
            .expect("pdftotext; tests/run installs it");
        let print = String::from_utf8(read.stdout).unwrap();
        for text in [&word, &print] {
            let text = text.trim_start_matches('\u{feff}');
            assert!(text.starts_with(&expected[0]), "{text}");
            assert!(expected.iter().all(|part| text.contains(part.as_str())), "{expected:?}: {text}");
        }
    }
    server.stop().await;
}
