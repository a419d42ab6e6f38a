//! du or Sie: the house chooses, and every German text and letter exists in both.

use crate::support::Server;
use kontor::i18n::{self, Lang};
use kontor::web::viewer::Role;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Words that address a reader with du.
const DU: [&str; 13] =
    ["du", "dich", "dir", "dein", "deine", "deiner", "deines", "deinem", "deinen", "euch", "euer", "eure", "euren"];

/// Imperatives of du as they stand at the beginning of a sentence or after "bitte". No nouns among them.
const TELLS: &str = "lege leg erzähl erzähle sieh siehe bestätige gib kopiere melde such nimm beginne nenne tritt sag sage \
    stell folge frag fordere schalte lass schreib schreibe wähle lade drücke setze klicke öffne speichere trag trage nutze \
    verwende füge übertrage eröffne mach mache komm schau entferne ändere achte ergänze markiere zieh ziehe tippe lies hol \
    hole wende verbinde probiere korrigiere starte aktiviere installiere notiere bewahre kündige sende schick \
    schicke halt halte bring bringe zeig zeige wechsle antworte hinterlege verknüpfe importiere exportiere hilf vergiss \
    denk denke lösche fülle warte prüfe wiederhole bearbeite lad warn erkläre ersetze hör behalte kläre erlaube \
    vergib rufe ruf plane mische scanne scan richte lies blättere besuche entscheide verschiebe";

/// Words after "bitte" that end like an imperative and are none.
const NOT_TOLD: [&str; 9] = ["eine", "keine", "diese", "alle", "jede", "beide", "neue", "eigene", "ganze"];

/// Texts about the choice itself.
const ABOUT: [&str; 2] = ["office-address-du", "setup-lead-name"];

/// What in `text` says du.
fn du_in(text: &str) -> Vec<String> {
    let tells: BTreeSet<&str> = TELLS.split_whitespace().collect();
    let mut out = Vec::new();
    // `after`: 0 inside a sentence, 1 where one begins (also after a colon, a semicolon, "und", "dann"), 2 after "bitte".
    let mut after = 1;
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '-' || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let low = word.to_lowercase();
            let imperative = tells.contains(low.as_str()) && after > 0;
            let asked = after == 2 && low == word && low.ends_with('e') && !NOT_TOLD.contains(&low.as_str());
            if DU.contains(&low.as_str()) || imperative || asked {
                out.push(word.clone());
            }
            after = match low.as_str() {
                "bitte" => 2,
                "und" | "oder" | "dann" => 1,
                _ => 0,
            };
            word.clear();
        }
        if matches!(c, '.' | '!' | '?' | ':' | ';' | '\n' | '>' | '„') {
            after = 1;
        }
    }
    out
}

/// The text without what is filled in: selectors, fields, markup.
fn bare(text: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0);
    for c in text.chars() {
        match c {
            '{' | '<' => depth += 1,
            '}' | '>' => {
                depth -= 1;
                // A field is a word in its place; markup begins a new sentence.
                out.push_str(if c == '>' { ">" } else { " x " });
            }
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Fluent's plural forms are texts inside braces: they stay, the selectors go.
fn forms(text: &str) -> String {
    if !text.contains("->") {
        return bare(text);
    }
    let lines = text.lines().filter_map(|l| l.split_once(']').map(|(_, form)| bare(form)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The fields a text fills in.
fn fields(text: &str) -> BTreeSet<String> {
    text.match_indices('$').map(|(i, _)| text[i + 1..].chars().take_while(|c| c.is_alphanumeric()).collect()).collect()
}

#[test]
fn the_reader_of_texts_knows_du_when_it_sees_it() {
    for du in [
        "Gib es ein.",
        "Das ist dein Link",
        "Bitte warte.",
        "Zu alt: Lade neu",
        "Nicht da? Dann lösche sie",
        "Such dir was",
    ] {
        assert!(!du_in(&bare(du)).is_empty(), "{du}");
    }
    for none in [
        "Bitte eine Zahl",
        "Suche",
        "An der Stelle der Kennung",
        "12 Versuche",
        "Geben Sie es ein",
        "Die Frage",
        "ob ich ihn öffne",
    ] {
        assert_eq!(du_in(&bare(none)), [""; 0], "{none}");
    }
}

#[test]
fn every_text_that_says_du_has_one_that_says_sie() {
    let du: BTreeMap<String, String> = i18n::written(Lang::De).into_iter().collect();
    let sie: BTreeMap<String, String> = i18n::written(Lang::DeSie).into_iter().collect();
    let mut wrong = Vec::new();
    for (key, text) in &du {
        let said = du_in(&forms(text));
        if !said.is_empty() && !sie.contains_key(key) && !ABOUT.contains(&key.as_str()) {
            wrong.push(format!("{key} says {said:?} and has no text in src/i18n/de_sie"));
        }
    }
    for (key, text) in &sie {
        let said = du_in(&forms(text));
        match du.get(key) {
            _ if !said.is_empty() => wrong.push(format!("{key} in de_sie still says {said:?}")),
            None => wrong.push(format!("{key} is in de_sie and not in de")),
            Some(same) if same == text => wrong.push(format!("{key} is the same in de and de_sie: leave it out")),
            Some(other) if fields(other) != fields(text) => {
                wrong.push(format!("{key} fills in other fields in de_sie"))
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_letter_that_says_du_has_one_that_says_sie() {
    let sie: BTreeMap<String, String> = kontor::mail::written(Lang::DeSie).into_iter().collect();
    let mut wrong = Vec::new();
    for (path, text) in kontor::mail::written(Lang::De) {
        let formal = path.replace("/de/", "/de_sie/");
        let said = du_in(&bare(&text));
        if !said.is_empty() && !sie.contains_key(&formal) {
            wrong.push(format!("{path} says {said:?} and there is no {formal}"));
        }
    }
    for (path, text) in &sie {
        let said = du_in(&bare(text));
        if !said.is_empty() {
            wrong.push(format!("{path} still says {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_house_that_says_sie_says_it_on_pages_in_errors_and_in_letters() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let lena = server.db_member("Lena Brandt", Role::Member, 0, Lang::De).await;
    let guest = server.visitor().with_header("accept-language", "de");
    assert!(guest.get("/forgot").await.text.contains("Gib deine Adresse ein"));
    admin.patch("/api/v1/settings", json!({ "address": "siezen" })).await.expect(422);
    let kept = admin.patch("/api/v1/settings", json!({ "address": "sie" })).await.expect(200);
    assert_eq!(kept.json()["address"], "sie");
    // At once, for those who are signed in and those who are not.
    let page = guest.get("/forgot").await.text;
    assert!(page.contains("Geben Sie Ihre Adresse ein") && page.contains("<html lang=\"de\""));
    let me = lena.get("/me/security").await.text;
    assert!(me.contains("Wo Sie angemeldet sind"));
    let problem = lena.get("/api/v1/settings").await.expect(403);
    assert_eq!(problem.json()["detail"], "Das dürfen Sie nicht.");
    server
        .visitor()
        .with_header("accept-language", "de")
        .form("/forgot", &[("email", "lena-brandt@example.org")])
        .await;
    let mail = server.mail_with("lena-brandt@example.org", "/reset/").await;
    assert!(mail.text.contains("Guten Tag Lena Brandt") && mail.text.contains("hier legen Sie"), "{}", mail.text);
    // English has one form, and the way back is as short.
    assert!(server.visitor().get("/forgot").await.text.contains("Enter your address"));
    admin.patch("/api/v1/settings", json!({ "address": "du" })).await.expect(200);
    assert!(guest.get("/forgot").await.text.contains("Gib deine Adresse ein"));
    server.stop().await;
}
