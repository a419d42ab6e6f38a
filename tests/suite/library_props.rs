//! Whatever a team writes and whatever a member is called: no file of any format lacks link, label or locked text.
//! PDF files are read by poppler's `pdftotext` (tests/run installs it), documents by their own XML.

use kontor::error::Error;
use kontor::i18n::Lang;
use kontor::library::channels::Key;
use kontor::library::formats::{Format, write};
use kontor::library::labels::Country;
use kontor::library::links::OwnCode;
use kontor::library::model::{Offer, Variant};
use kontor::library::personal::{Facts, Owner, compose};
use kontor::text::merge::Field;
use proptest::prelude::*;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

fn pdf_text(bytes: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils; tests/run installs it");
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let feeder = std::thread::spawn(move || input.write_all(&bytes));
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    feeder.join().unwrap().unwrap();
    assert!(child.wait().unwrap().success(), "pdftotext reads it");
    out
}

fn unpack(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Tags away, entities back.
fn markup_text(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('<').enumerate() {
        out.push_str(if i == 0 { part } else { part.split_once('>').map_or("", |(_, rest)| rest) });
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// What a reader of the file reads.
fn read(format: Format, bytes: &[u8]) -> String {
    match format {
        Format::Txt => String::from_utf8(bytes.to_vec()).unwrap(),
        // Addresses count as read: a link is there when it can be followed.
        Format::Html => {
            let html = String::from_utf8(bytes.to_vec()).unwrap();
            let body = html.split_once("<body>").unwrap().1;
            let hrefs: String =
                body.split("href=\"").skip(1).filter_map(|p| p.split('"').next()).map(markup_text).collect();
            format!("{}\n{hrefs}", markup_text(body))
        }
        Format::Md => kontor::text::plain_text(std::str::from_utf8(bytes).unwrap()),
        Format::Eml => {
            let mail = mail_parser::MessageParser::default().parse(bytes).unwrap();
            mail.body_text(0).unwrap().into_owned()
        }
        Format::Docx => markup_text(&unpack(bytes, "word/document.xml")),
        Format::Pdf => pdf_text(bytes),
        Format::Zip => unpack(bytes, "x.txt"),
    }
}

fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}'))
        .collect()
}

/// Names and words as people have them, in the letters of many countries.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-ZÄÖÜ][a-zäöüß]{1,10}( [A-Z][a-z'-]{1,12})?",
        Just("Łukasz Żółć".to_owned()),
        Just("Ελένη Παππά".to_owned()),
        Just("Иван Петров".to_owned()),
        Just("李雷 & Co".to_owned()),
        Just("O'Hara <b>{{x}}</b> :::".to_owned()),
        Just("Zoë 🙂 ]( [x]: y".to_owned()),
    ]
}

/// Pieces of Markdown, tame and wild.
fn wild() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zäöü ]{0,30}",
        Just("**fett**".to_owned()),
        Just("```".to_owned()),
        Just("\n\n".to_owned()),
        Just("\n- Punkt".to_owned()),
        Just("\n> Zitat".to_owned()),
        Just("\n# Titel\n".to_owned()),
        Just("[x]:".to_owned()),
        Just("<!-- ".to_owned()),
        Just("<div>".to_owned()),
        Just("\n| a | b |\n|---|---|\n| 1 | 2 |\n".to_owned()),
        Just("\n    eingerückt".to_owned()),
        Just("`".to_owned()),
        Just("Anzeige".to_owned()),
        Just("![".to_owned()),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|p| p.concat())
}

fn tame() -> impl Strategy<Value = String> {
    "[A-ZÄÖÜ][a-zäöüß]{2,9}( [a-zäöüß]{2,9}){1,12}\\."
}

#[derive(Debug, Clone)]
struct Case {
    variant: Variant,
    facts: Facts,
    owner: Owner,
    locked: [String; 2],
    link: String,
}

fn case(free: impl Strategy<Value = String>) -> impl Strategy<Value = Case> {
    let place = (0..Key::ALL.len(), any::<bool>(), 0..Country::ALL.len());
    (place, free, name(), "[a-z0-9_.-]{1,12}", tame(), "[A-Za-z0-9 %€]{3,20}[a-z]", wild()).prop_map(
        |((key, german, country), free, name, code, claim, price, story)| {
            let (claim, price) = (claim.trim().to_owned(), price.trim().to_owned());
            let key = Key::ALL[key];
            let lang = if german { Lang::De } else { Lang::En };
            let body = format!(
                "{free}\n\n:::locked claim\n{claim}\n:::\n\n{{{{own.story}}}}\n\nNur {{={price}=}}: {{{{affiliate.link}}}}\n\n{{{{member.name}}}}"
            );
            let variant = Variant { resource_id: 7, key: key.code().into(), lang: lang.code().into(), subject: "{{member.name}}".into(), body, words: 0 };
            let mut owner = Owner {
                name,
                code: Some(OwnCode { program_id: 1, base: "https://shop.example/p?ref={ref}&x=1".into(), sub_param: "subid".into(), reference: code, own_sub: String::new() }),
                ..Owner::default()
            };
            owner.words.insert(Field::Story, if story.trim().is_empty() { "Nichts".into() } else { story });
            let offer = Offer { country: Country::ALL[country].code().into(), ..Offer::default() };
            let link = format!("https://shop.example/p?ref={}&x=1&subid=k7-{}-{}", owner.code.as_ref().unwrap().reference, key.code(), lang.code());
            Case { variant, facts: Facts { resource: 7, offer }, owner, locked: [claim, price], link }
        },
    )
}

/// Either every format carries everything, or none is written; `true`: they were written.
fn holds(case: &Case) -> bool {
    let copy = compose(&case.variant, &case.facts, &case.owner).unwrap();
    let label = case.facts.label(copy.key, copy.lang);
    let mut written = 0;
    for format in Format::ALL {
        let bytes = match write(&copy, format, "Titel", "x") {
            Ok(bytes) => bytes,
            Err(Error::Conflict("text_broken")) => continue,
            Err(other) => panic!("{format:?}: {other}"),
        };
        written += 1;
        let text = read(format, &bytes);
        let first = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("");
        assert!(first.starts_with(label), "{format:?} begins with {first:?}, not with {label}\n{text}");
        let all = squeeze(&text);
        for part in case.locked.iter().chain([&case.link]) {
            assert!(all.contains(&squeeze(part)), "{format:?} lacks {part:?}:\n{text}\n{:?}", case.variant.body);
        }
    }
    assert!(written == 0 || written == Format::ALL.len(), "all formats or none");
    written > 0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_output_in_any_format_lacks_link_label_or_locked_text(case in case(tame())) {
        prop_assert!(holds(&case), "a plain text always leaves");
    }

    #[test]
    fn wild_markdown_never_swallows_what_must_be_read(case in case(wild())) {
        holds(&case);
    }
}
