//! Pictures, brand, facts, lessons and collections of the demo's library. Every picture is drawn here.

use super::people::Everybody;
use crate::access::Sight;
use crate::db::DAY;
use crate::error::{Error, Result};
use crate::files::actions::keep_bytes;
use crate::house::House;
use crate::i18n::iso;
use crate::library::actions::create_in;
use crate::library::input::ResourceInput;
use crate::library::material::actions::{MaterialInput, save_in};
use crate::library::material::collections::{self, CollectionInput};
use crate::library::material::model::{Details, Entries, PieceInput, Sections};
use crate::library::material::{source, store};
use crate::library::model::Filter;
use crate::library::store::list_visible;
use crate::settings::Bilingual;
use crate::web::viewer::MemberId;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

const QUICK_DE: &str = include_str!("texts/quickstart.de.md");
const QUICK_EN: &str = include_str!("texts/quickstart.en.md");
const FAQ_DE: &str = include_str!("texts/faq.de.md");
const FAQ_EN: &str = include_str!("texts/faq.en.md");

const PETROL: [u8; 3] = [0, 92, 95];
const SAND: [u8; 3] = [233, 226, 210];
const AMBER: [u8; 3] = [226, 140, 46];

/// A calm picture: sky, a low sun, and waves in the brand's colours.
fn sea(width: u32, height: u32) -> Result<Vec<u8>> {
    let (w, h) = (width as f32, height as f32);
    let mix = |a: [u8; 3], b: [u8; 3], t: f32| -> [u8; 3] {
        let one = |i: usize| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * t.clamp(0.0, 1.0)) as u8;
        [one(0), one(1), one(2)]
    };
    let image = RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / w, y as f32 / h);
        let mut colour = mix(SAND, [250, 248, 243], 1.0 - v);
        let (dx, dy) = ((u - 0.72) * w / h, v - 0.42);
        if dx * dx + dy * dy < 0.02 {
            colour = AMBER;
        }
        for (i, base) in [(0.58_f32, [94, 160, 156]), (0.68, [38, 121, 122]), (0.8, PETROL)].iter().enumerate() {
            let crest = base.0 + 0.035 * ((u * (7.0 + i as f32 * 2.0) + i as f32).sin());
            if v > crest {
                colour = base.1;
            }
        }
        Rgb(colour)
    });
    let mut out = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut out, ImageFormat::Png).map_err(Error::internal)?;
    Ok(out.into_inner())
}

/// The wave of FitNord, drawn for this demo.
fn logo(ink: &str, ground: &str) -> Vec<u8> {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 120\" width=\"240\" height=\"120\"><rect width=\"240\" \
         height=\"120\" rx=\"16\" fill=\"{ground}\"/><path d=\"M24 78c24-28 48-28 72 0s48 28 72 0 40-26 48-10\" fill=\"none\" \
         stroke=\"{ink}\" stroke-width=\"12\" stroke-linecap=\"round\"/><circle cx=\"176\" cy=\"36\" r=\"14\" fill=\"{ink}\"/></svg>"
    )
    .into_bytes()
}

struct Shelf<'h> {
    house: &'h House,
    sight: Sight,
}

impl Shelf<'_> {
    async fn file(&self, name: &str, bytes: Vec<u8>, role: &str, alt: (&str, &str)) -> Result<PieceInput> {
        let file = keep_bytes(self.house, self.sight.member, name, bytes.into()).await?;
        Ok(PieceInput {
            file: file.id,
            role: role.to_owned(),
            alt: Bilingual { de: alt.0.to_owned(), en: alt.1.to_owned() },
            licence: "partner".to_owned(),
            credit: "FitNord".to_owned(),
            ..PieceInput::default()
        })
    }

    /// Material of the resource whose title begins so.
    async fn fill(&self, title: &'static str, details: Details, files: Vec<PieceInput>) -> Result<i64> {
        let sight = self.sight;
        self.house
            .db
            .write(move |tx| {
                let now = tx.now();
                let all = list_visible(tx, sight, &Filter::default(), now, 200)?;
                let found = all.iter().find(|r| r.title.starts_with(title)).map(|r| r.id);
                let id = found.ok_or_else(|| Error::internal(format!("the demo has no {title}")))?;
                let input = MaterialInput { details: Some(details.clone()), files: Some(files.clone()) };
                save_in(tx, sight, id, &input)?;
                Ok(id)
            })
            .await
    }

    /// A new resource with its material.
    async fn add(
        &self,
        (kind, title, summary): (&'static str, &'static str, &'static str),
        (program, niche): (Option<&'static str>, Option<&'static str>),
        details: Details,
        files: Vec<PieceInput>,
    ) -> Result<i64> {
        let sight = self.sight;
        let own = |text: Option<&str>| Some(text.map(str::to_owned));
        self.house
            .db
            .write(move |tx| {
                let input = ResourceInput {
                    kind: Some(kind.to_owned()),
                    title: Some(title.to_owned()),
                    summary: Some(summary.to_owned()),
                    program: own(program),
                    niche: own(niche),
                    variants: Some(Vec::new()),
                    ..ResourceInput::default()
                };
                let id = create_in(tx, sight, &input)?;
                save_in(tx, sight, id, &MaterialInput { details: Some(details.clone()), files: Some(files.clone()) })?;
                Ok(id)
            })
            .await
    }
}

fn brand() -> Details {
    Details {
        colours: source::colours(
            "Fjord | #005c5f | Flächen, Überschriften | Areas, headings\nMöwe | #faf8f3 | Hintergrund | Background\n\
             Sand | #e9e2d2 | Kästen, Tabellen | Boxes, tables\nBoje | #e28c2e | Ein Akzent je Seite | One accent a page",
        ),
        dos: source::both(
            "Rund um das Logo bleibt so viel Platz, wie die Welle hoch ist\nDas Logo steht auf Möwe, Sand oder Fjord\nPreise tragen immer ein Datum",
            "Around the logo stays as much room as the wave is high\nThe logo stands on gull, sand or fjord\nPrices always carry a date",
        ),
        donts: source::both(
            "Das Logo drehen, dehnen oder umfärben\nVorher-nachher-Bilder\nGesundheitsversprechen jeder Art",
            "Turn, stretch or recolour the logo\nBefore-and-after pictures\nPromises about health of any kind",
        ),
        ..Details::default()
    }
}

fn facts(valid_until: String) -> Details {
    Details {
        features: source::both(
            "Magnetbremse mit 16 Stufen, rund 50 Dezibel\nSchiene 1,30 m, für Beinlängen bis 96 cm\nHochklappbar auf 0,4 m² Stellfläche\n31 kg, Aufbau zu zweit in einer Stunde",
            "Magnetic brake with 16 levels, about 50 decibels\nRail 1.30 m, for legs up to 96 cm\nFolds up to 0.4 m² of floor\n31 kg, set up by two in an hour",
        ),
        benefits: source::both(
            "Training, während nebenan jemand schläft\nRücken und Beine arbeiten, die Knie werden geschont\n30 Tage zurück, auch aufgebaut",
            "Training while somebody sleeps next door\nBack and legs work, knees are spared\nBack within 30 days, assembled or not",
        ),
        prices: source::prices(
            "Rudergerät R2 | Rowing machine R2 | 649,00 EUR | inkl. MwSt. und Versand | incl. VAT and delivery\n\
             Matte M1 | Mat M1 | 49,00 EUR | in der Herbstaktion dabei | included in the autumn offer\n\
             Gelkissen | Gel cushion | 25,00 EUR",
            "EUR",
        ),
        valid_until,
        ..Details::default()
    }
}

fn lessons() -> Details {
    let de = "## Ankündigen\n@link https://video.example/folge-1\n@minutes 11\nDie erste Mail verkauft nichts. Sie sagt, dass etwas kommt, und warum es dich beschäftigt.\n\n\
              ## Nutzen zeigen\n@minutes 9\nEin Vorteil, ein Beispiel, ein Bild. Mehr trägt eine Mail nicht.\n\n\
              ## Einwände ernst nehmen\n@minutes 7\nNimm den stärksten Einwand, nicht den bequemsten.\n? Welcher Einwand gehört in die vierte Mail?\n(x) der stärkste\n( ) der bequemste\n";
    let en = "## Announce\n@link https://video.example/part-1\n@minutes 11\nThe first mail sells nothing. It says that something is coming, and why it is on your mind.\n\n\
              ## Show the benefit\n@minutes 9\nOne benefit, one example, one picture. A mail carries no more.\n\n\
              ## Take objections seriously\n@minutes 7\nTake the strongest objection, not the most convenient.\n? Which objection belongs in the fourth mail?\n(x) the strongest\n( ) the most convenient\n";
    Details { sections: Sections { de: source::sections(de), en: source::sections(en) }, ..Details::default() }
}

/// Fills the shelves.
///
/// # Errors
/// When something of it is refused or cannot be written.
pub async fn insert(house: &House, all: &Everybody) -> Result<()> {
    let jana = MemberId(all.id("Jana Petersen")?);
    let shelf = Shelf { house, sight: Sight { member: jana, rank: i32::MAX, team: true, manages: true } };
    let until = iso(house.db.now() + 45 * DAY).get(..10).unwrap_or("").to_owned();
    let logos = vec![
        PieceInput {
            title: "Logo, Fjord".into(),
            ..shelf
                .file(
                    "fitnord-fjord.svg",
                    logo("#faf8f3", "#005c5f"),
                    "logo",
                    ("FitNord: Welle und Punkt, hell auf Fjord", "FitNord: wave and dot, light on fjord"),
                )
                .await?
        },
        PieceInput {
            title: "Logo, Möwe".into(),
            ..shelf
                .file(
                    "fitnord-moewe.svg",
                    logo("#005c5f", "#faf8f3"),
                    "logo",
                    ("FitNord: Welle und Punkt, Fjord auf Möwe", "FitNord: wave and dot, fjord on gull"),
                )
                .await?
        },
    ];
    let kit = shelf.fill("Markenpaket", brand(), logos).await?;
    let sheet = shelf.fill("Infoblatt Rudergerät R2", facts(until.clone()), Vec::new()).await?;
    shelf.fill("Fünf Mails", lessons(), Vec::new()).await?;
    let mut banners = Vec::new();
    for (title, width, height) in
        [("728 × 90", 728, 90), ("300 × 250", 300, 250), ("1200 × 628", 1200, 628), ("1080 × 1080", 1080, 1080)]
    {
        let name = format!("herbst-{width}x{height}.png");
        let alt = ("Ruhige Wellen in Petrol unter einer tiefen Sonne", "Calm petrol waves under a low sun");
        let piece = shelf.file(&name, sea(width, height)?, "banner", alt).await?;
        banners.push(PieceInput { title: title.to_owned(), ..piece });
    }
    let images = shelf
        .add(
            ("image", "Banner zur Herbstaktion", "Vier Formate für Blog, Newsletter und Social Media."),
            (Some("fitnord"), Some("heimfitness")),
            Details { valid_until: until, ..Details::default() },
            banners,
        )
        .await?;
    let quick = Details {
        sections: Sections { de: source::sections(QUICK_DE), en: source::sections(QUICK_EN) },
        ..Details::default()
    };
    let start = shelf
        .add(
            (
                "quick_start",
                "Schnellstart auf zwei Seiten",
                "Profil, Link, Kennzeichnung, erster Verkauf. Zum Durchgehen und zum Drucken.",
            ),
            (None, None),
            quick,
            Vec::new(),
        )
        .await?;
    let entries =
        Details { entries: Entries { de: source::entries(FAQ_DE), en: source::entries(FAQ_EN) }, ..Details::default() };
    let faq = shelf
        .add(
            ("faq", "Fragen und Einwände zum R2", "Was Leser fragen, was sie zögern lässt, und was ehrlich hilft."),
            (Some("fitnord"), Some("heimfitness")),
            entries,
            Vec::new(),
        )
        .await?;
    for (title, summary, items) in [
        (
            ("Herbstaktion FitNord", "FitNord autumn offer"),
            (
                "Alles für die Aktion: Bilder, Infoblatt, Antworten.",
                "Everything for the offer: pictures, facts, answers.",
            ),
            vec![images, sheet, faq, kit],
        ),
        (
            ("Neu hier", "New here"),
            ("Was in den ersten Wochen hilft.", "What helps in the first weeks."),
            vec![start, kit],
        ),
    ] {
        let both = |t: (&str, &str)| Bilingual { de: t.0.to_owned(), en: t.1.to_owned() };
        let input = CollectionInput { title: both(title), summary: both(summary), items };
        collections::save(house, jana, None, &input).await?;
    }
    // Some have begun: progress is there to be seen.
    let (uwe, lena) = (MemberId(all.id("Uwe Harms")?), MemberId(all.id("Lena Brandt")?));
    house
        .db
        .write(move |tx| {
            for (who, sections) in [(uwe, 0..2), (lena, 0..5)] {
                for section in sections {
                    store::mark_section(tx, who, start, section)?;
                }
            }
            Ok(())
        })
        .await
}
