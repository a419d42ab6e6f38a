//! Two promises of the library: personalised downloads a second on two cores, and the time a filtered list of 10,000
//! resources takes on the server. `cargo bench --bench library`.

use kontor::access::Sight;
use kontor::db::{Clock, Db};
use kontor::i18n::Lang;
use kontor::library::actions::create_in;
use kontor::library::channels::{Channel, Key};
use kontor::library::formats::{Format, write};
use kontor::library::input::{ResourceInput, VariantInput};
use kontor::library::links::OwnCode;
use kontor::library::model::{Filter, Offer, Order, Variant};
use kontor::library::personal::{Facts, Owner, compose};
use kontor::library::store::list_visible;
use kontor::text::merge::Field;
use kontor::web::viewer::MemberId;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SECONDS: u64 = 3;
const RESOURCES: usize = 10_000;

/// A mail of about 300 words with everything a text may carry.
fn text() -> Variant {
    let paragraph = "Seit sechs Wochen rudere ich morgens fünfzehn Minuten, bevor das Haus wach wird. **Der Rücken** dankt es, \
                     und der Kaffee schmeckt danach besser als je zuvor. Mehr dazu [auf der Seite]({{affiliate.link}}).\n\n";
    let body = format!(
        "Hallo,\n\n{}:::locked price\nBis {{{{promotion.date}}}} für {{{{product.price}}}}.\n:::\n\n{{{{own.story}}}}\n\n- eins\n- zwei\n\n{{{{affiliate.link}}}}\n\n{{{{member.name}}}}",
        paragraph.repeat(8)
    );
    Variant {
        resource_id: 1,
        key: "short".into(),
        lang: "de".into(),
        subject: "Für {{member.name}}".into(),
        body,
        words: 300,
    }
}

fn owner(n: u64) -> Owner {
    let mut owner = Owner {
        name: format!("Mitglied {n}"),
        code: Some(OwnCode {
            program_id: 1,
            base: "https://shop.example/?p={ref}".into(),
            sub_param: "subid".into(),
            reference: format!("m{n}"),
            own_sub: String::new(),
        }),
        ..Owner::default()
    };
    owner.words.insert(Field::Story, format!("Ich war die Nummer {n} und habe es nicht bereut."));
    owner
}

fn downloads() {
    let offer =
        Offer { price: Some(49_900), currency: "EUR".into(), valid_until: Some(1_800_000_000_000), ..Offer::default() };
    let facts = Facts { resource: 1, offer };
    for format in Format::ALL {
        let until = Instant::now() + Duration::from_secs(SECONDS);
        let total: u64 = std::thread::scope(|scope| {
            let work = |seed: u64| {
                let facts = &facts;
                scope.spawn(move || {
                    let (variant, mut n) = (text(), seed);
                    while Instant::now() < until {
                        let copy = compose(&variant, facts, &owner(n)).expect("a text");
                        std::hint::black_box(write(&copy, format, "Titel", "stem").expect("a file"));
                        n += 2;
                    }
                    (n - seed) / 2
                })
            };
            let both = [work(0), work(1)];
            both.into_iter().map(|t| t.join().expect("a thread")).sum()
        });
        println!("{:>5}: {} personalised downloads/s on two threads", format.code(), total / SECONDS);
    }
}

fn item(n: usize) -> ResourceInput {
    let occasions = ["Herbstaktion", "Neujahr", "Start", ""];
    let variant = |key: Key, lang: &str| VariantInput {
        key: key.code().into(),
        lang: lang.into(),
        subject: String::new(),
        body: format!(
            "Text {n} für {} in {lang}. {}",
            key.code(),
            "Ein Satz mit Wörtern darin. ".repeat(if matches!(key, Key::Short | Key::Long) { 20 } else { 4 })
        ),
    };
    ResourceInput {
        kind: Some("swipe_copy".into()),
        title: Some(format!("Material {n}")),
        summary: Some("Eine Zusammenfassung.".into()),
        occasion: Some(occasions[n % 4].into()),
        problem: Some(if n.is_multiple_of(3) { "Wenig Zeit".into() } else { String::new() }),
        variants: Some(vec![
            variant(Key::ALL[n % 12], "de"),
            variant(Key::ALL[(n + 3) % 12], if n.is_multiple_of(2) { "en" } else { "de" }),
        ]),
        ..ResourceInput::default()
    }
}

async fn lists() {
    let dir = std::env::temp_dir().join(format!("kontor-bench-library-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    let db =
        Db::open(&dir.join("bench.db").to_string_lossy(), Clock::default(), Arc::new(|_| &[])).expect("a database");
    let sight = Sight { member: MemberId(0), rank: i32::MAX, team: true, manages: true };
    for start in (0..RESOURCES).step_by(500) {
        db.write(move |tx| {
            for n in start..start + 500 {
                create_in(tx, sight, &item(n))?;
            }
            Ok(())
        })
        .await
        .expect("resources");
    }
    // As the house does every hour.
    db.write(kontor::db::refresh_statistics).await.expect("statistics");
    let eyes = Sight::of_member(MemberId(1), 20);
    let cases = [
        ("newest", Filter::default()),
        ("language and channel", Filter { lang: Some(Lang::En), channel: Some(Channel::Mail), ..Filter::default() }),
        (
            "occasion, problem, form",
            Filter {
                occasion: Some("Neujahr".into()),
                problem: Some("Wenig Zeit".into()),
                key: Some(Key::Sms),
                ..Filter::default()
            },
        ),
        ("nothing fits", Filter { occasion: Some("Nie".into()), lang: Some(Lang::En), ..Filter::default() }),
        ("words of the title", Filter { search: Some("Material 77".into()), ..Filter::default() }),
        ("most used", Filter { order: Order::Used, channel: Some(Channel::Social), ..Filter::default() }),
        ("best stars", Filter { order: Order::Stars, lang: Some(Lang::De), ..Filter::default() }),
        ("for you", Filter { order: Order::ForYou, lang: Some(Lang::De), ..Filter::default() }),
    ];
    for (name, filter) in cases {
        let mut times = Vec::new();
        for _ in 0..30 {
            let filter = filter.clone();
            let now = db.now();
            let (took, found) = db
                .read(move |c| {
                    let started = Instant::now();
                    let found = list_visible(c, eyes, &filter, now, 25)?.len();
                    Ok((started.elapsed(), found))
                })
                .await
                .expect("a list");
            times.push((took, found));
        }
        times.sort();
        let (median, found) = times[times.len() / 2];
        println!(
            "{name:>24}: {:6.2} ms (median of 30, worst {:.2} ms), {found} shown",
            median.as_secs_f64() * 1e3,
            times[29].0.as_secs_f64() * 1e3
        );
    }
    db.close();
    let _ = std::fs::remove_dir_all(dir);
}

fn main() {
    downloads();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(lists());
}
