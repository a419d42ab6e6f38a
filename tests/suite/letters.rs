//! Every letter as it reads, in both languages, against the kept copies in `tests/fixtures/letters`.
//! After a wanted change run the suite once with `KONTOR_KEEP_LETTERS=1` and read the difference before committing it.

use kontor::accounts::letters::{
    AlreadyMember, ApplicationsWaiting, ConfirmAddress, LoginLink, PasswordChanged, ResetPassword,
};
use kontor::i18n::Lang;
use kontor::invitations::letters::Invitation;
use kontor::library::letters::{Answered, OwnCopy, Recalled};
use kontor::mail::{Letter, Letters};
use kontor::members::letters::{Declined, Welcome};
use kontor::newsletters::letters::Newsletter;
use kontor::notices::letters::{Digest, DigestLine};
use kontor::office::letters::TestMail;
use kontor::upkeep::letters::AlertMail;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn kept(name: &str, lang: Lang) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/letters/{name}.{}.txt", lang.folder()))
}

struct Reader {
    letters: &'static Letters,
    seen: BTreeSet<String>,
}

impl Reader {
    /// Renders `letter` in both languages, German with du and with Sie, and compares it with its copies.
    fn read<L: Letter>(&mut self, letter: &L) {
        for lang in [Lang::De, Lang::DeSie, Lang::En] {
            let r = self.letters.render(lang, "Nordlicht <&> Netz", "https://kontor.example", letter).unwrap();
            assert!(!r.html.contains("{{") && !r.text.contains("{{"), "{} is not filled in", L::NAME);
            let now = format!("{}\n\n{}\n\n{}\n", r.subject, r.text.trim_end(), r.html.trim_end());
            let file = kept(L::NAME, lang);
            if std::env::var("KONTOR_KEEP_LETTERS").is_ok() {
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(&file, &now).unwrap();
            }
            let was = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("no copy {}", file.display()));
            assert_eq!(now, was, "{} in {} reads differently", L::NAME, lang.folder());
        }
        self.seen.insert(L::NAME.to_owned());
    }
}

#[test]
fn every_letter_reads_as_it_was_kept() {
    let mut reader = Reader { letters: Letters::load().unwrap(), seen: BTreeSet::new() };
    // A name with markup shows that values are escaped in HTML and left alone in text.
    let name = || "Lena <b>Brandt</b>".to_owned();
    let link = || "https://kontor.example/x/0123456789abcdefghij".to_owned();
    reader.read(&ConfirmAddress { name: name(), link: link(), days: 7 });
    reader.read(&AlreadyMember { name: name(), login: link(), forgot: link() });
    reader.read(&ApplicationsWaiting { name: name(), count: 3, one: false, link: link() });
    reader.read(&ResetPassword { name: name(), link: link(), minutes: 60 });
    reader.read(&LoginLink { name: name(), link: link(), minutes: 15 });
    reader.read(&PasswordChanged { name: name(), forgot: link() });
    reader.read(&Welcome { name: name(), login: link(), forgot: link() });
    reader.read(&Declined { name: name(), reason: "Deine Seite war nicht erreichbar.".into() });
    reader.read(&Invitation {
        name: name(),
        program: "FitNord".into(),
        reference: "lena7".into(),
        link: link(),
        days: 30,
        reminder: false,
    });
    reader.read(&TestMail { name: name() });
    reader.read(&AlertMail {
        name: name(),
        title: "Backup".into(),
        text: "<b>Das letzte gute</b> ist von gestern.".into(),
        since: "24.11.2026, 09:00".into(),
        over: false,
        link: link(),
    });
    reader.read(&Newsletter {
        subject: "Herbst".into(),
        body_html: "<p>Hallo <strong>Lena</strong></p>".into(),
        body_text: "Hallo Lena".into(),
        imprint_html: "<p>Nordlicht GmbH</p>".into(),
        imprint_text: "Nordlicht GmbH".into(),
        unsubscribe_url: link(),
        web_url: link(),
    });
    reader.read(&Digest {
        name: name(),
        count: 3,
        one: false,
        lines: vec![
            DigestLine { text: "Erwähnung von Tom".into(), quote: "<b>Schau</b>".into(), link: link() },
            DigestLine { text: "Neue Stufe: Profi".into(), quote: String::new(), link: link() },
        ],
        more: 1,
        all: link(),
        settings: link(),
        off: link(),
    });
    reader.read(&OwnCopy {
        title: "Herbst <kurz>".into(),
        subject: "Sechs Wochen Rudern".into(),
        html: "<p>Anzeige</p>\n<p>Hallo <strong>du</strong></p>\n".into(),
        text: "Anzeige\n\nHallo du\n".into(),
        link: link(),
    });
    reader.read(&Recalled {
        name: name(),
        title: "Herbst <kurz>".into(),
        reason: "Der Preis stimmt nicht mehr.".into(),
        link: link(),
        successor: "Winter".into(),
        successor_link: link(),
    });
    reader.read(&Answered {
        name: name(),
        title: "Herbst <kurz>".into(),
        yes: true,
        answer: "Gut geschrieben!".into(),
        link: link(),
    });
    let all: BTreeSet<String> = kontor::mail::folders().into_iter().collect();
    assert_eq!(reader.seen, all, "a letter without a copy");
}
