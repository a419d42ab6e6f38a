//! Texts that want to run, and texts that want to explode: nothing of either does.

use crate::forums::{answer, db_niche, open};
use crate::support::Server;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn no_attack_of_the_corpus_executes() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    db_niche(&server, "Angriff", 0).await;
    let mara = server.member("Mara <b onclick=alert(1)>\"'").await;
    let corpus = include_str!("../fixtures/xss.txt");
    let attacks: Vec<&str> = corpus.lines().filter(|l| !l.is_empty()).collect();
    assert!(attacks.len() >= 60);
    let thread =
        open(&mara, "angriff", "<script>alert(1)</script>\"><img src=x onerror=alert(1)>", "[r]: javascript:alert(1)")
            .await;
    for attack in &attacks {
        answer(&mara, &thread, attack).await;
    }
    server.drain().await;
    let path = format!("/threads/{}", thread["id"]);
    let mut pages = vec![mara.get("/niches").await, mara.get("/niches/angriff").await];
    for page in 1..=2 {
        pages.push(mara.get(&format!("{path}?page={page}")).await);
    }
    for q in ["alert", "script", "onerror", "javascript", "%3Cscript%3Ealert(1)"] {
        pages.push(mara.get(&format!("/search?q={q}")).await);
    }
    for attack in &attacks {
        pages.push(mara.form("/threads/preview", &[("body", attack)]).await);
    }
    for page in pages {
        assert_harmless(&page.expect(200).text);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_that_explodes_holds_the_house_up() {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    db_niche(&server, "Angriff", 0).await;
    let mara = server.member("Mara Lindt").await;
    let thread = open(&mara, "angriff", "Bomben", "Anfang").await;
    let corpus = include_str!("../fixtures/bombs.txt");
    let mut bombs = 0;
    for line in corpus.lines().filter(|l| !l.starts_with('#')) {
        let line = line.replace("\\|", "\u{1}");
        let parts: Vec<String> = line.split('|').map(|p| p.replace('\u{1}', "|").replace('~', "\n")).collect();
        let [name, before, unit, times, after] = parts.as_slice() else { panic!("{line}") };
        // Strikes are made of the sign that stands for a new line elsewhere.
        let unit = if name == "strikes" { "~~a~".to_owned() } else { unit.replace("\\\\", "\\") };
        let body: String =
            format!("{before}{}{after}", unit.repeat(times.parse().unwrap())).chars().take(50_000).collect();
        let began = std::time::Instant::now();
        let path = format!("/api/v1/threads/{}/posts", thread["id"]);
        let answer = mara.post(&path, json!({"body": body, "disclosure": "none"})).await;
        // Taken or refused with a reason, never a failure; and what it became is no larger than fifty times what it was.
        assert!(matches!(answer.status.as_u16(), 201 | 422), "{name}: {} {}", answer.status, answer.text);
        if answer.status == 201 {
            let html = answer.json()["html"].as_str().unwrap().len();
            assert!(html <= 50 * body.len(), "{name}: {} bytes became {html}", body.len());
        }
        eprintln!("{name}: {:?} for {} bytes", began.elapsed(), body.len());
        bombs += 1;
    }
    assert!(bombs >= 30);
    let page = mara.get(&format!("/threads/{}", thread["id"])).await.expect(200);
    assert_harmless(&page.text);
    server.stop().await;
}

/// Walks the tags of a page as a browser's tokenizer does: only elements and attributes of ours may be there.
#[track_caller]
fn assert_harmless(html: &str) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let opens = rest.starts_with(|c: char| c.is_ascii_alphabetic());
        if !opens {
            continue;
        }
        let mut end = 0;
        let mut quote = None;
        for (i, c) in rest.char_indices() {
            match quote {
                Some(q) if c == q => quote = None,
                Some(_) => {}
                None if c == '"' || c == '\'' => quote = Some(c),
                None if c == '>' => {
                    end = i;
                    break;
                }
                None => {}
            }
        }
        let tag = rest[..end].to_ascii_lowercase();
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        let outside: String = tag.split('"').step_by(2).collect();
        let on = outside.split_ascii_whitespace().any(|a| a.starts_with("on") && a.contains('='));
        assert!(!on && !outside.contains("style="), "an attribute that acts: <{tag}>");
        assert!(
            !["iframe", "object", "embed", "base", "style", "math", "marquee", "video"].contains(&name.as_str()),
            "<{tag}>"
        );
        assert!(name != "script" || tag.contains("nonce=\""), "a script of somebody else: <{tag}>");
        assert!(name != "svg" || tag == "svg class=\"icon\" aria-hidden=\"true\"", "<{tag}>");
        for attribute in ["href=\"", "src=\"", "action=\""] {
            for value in tag.split(attribute).skip(1) {
                let value = value.trim_start();
                let scheme = ["javascript:", "data:", "vbscript:"].iter().any(|s| value.starts_with(s));
                assert!(!scheme, "an address that acts: <{tag}>");
            }
        }
        rest = &rest[end..];
    }
}
