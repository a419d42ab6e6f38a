//! Who and what the synthetic data is, computed from the seed alone.

use crate::db::{DAY, HOUR, MINUTE, Ms};
use crate::text::{chat_html, post_html};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const FIRST: [&str; 24] = [
    "Lena", "Mehmet", "Sofie", "Dave", "Priya", "Uwe", "Carla", "Igor", "Jana", "Tom", "Ruth", "Emil", "Ada", "Jonas",
    "Mara", "Nils", "Olga", "Pablo", "Rosa", "Stefan", "Thea", "Viktor", "Wanda", "Yusuf",
];
const LAST: [&str; 24] = [
    "Brandt",
    "Aydin",
    "Lindqvist",
    "Coleman",
    "Nair",
    "Harms",
    "Weiß",
    "Novak",
    "Petersen",
    "Alder",
    "Okafor",
    "Schmitt",
    "Keller",
    "Vogt",
    "Zimmer",
    "Berg",
    "Costa",
    "Dietz",
    "Engel",
    "Fuchs",
    "Groth",
    "Hansen",
    "Iversen",
    "Jung",
];
const WORDS: [&str; 48] = [
    "Umsatz",
    "link",
    "Vergleich",
    "review",
    "Rabatt",
    "cookie",
    "Zielgruppe",
    "landing page",
    "Klicks",
    "campaign",
    "Provision",
    "newsletter",
    "Betreff",
    "headline",
    "Video",
    "Herbst",
    "Rudergerät",
    "training",
    "Plan",
    "team",
    "Preis",
    "test",
    "Woche",
    "result",
    "besser",
    "than",
    "ohne",
    "with",
    "mit",
    "before",
    "danach",
    "still",
    "viel",
    "less",
    "mehr",
    "people",
    "lesen",
    "click",
    "kaufen",
    "ask",
    "fragen",
    "share",
    "teilen",
    "works",
    "läuft",
    "measured",
    "gemessen",
    "twice",
];

/// Row ids of the places that hold the data, and the first free id of each numbered table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places {
    /// The niche.
    pub niche: i64,
    /// The program.
    pub program: i64,
    /// The room `bench`.
    pub room: i64,
    /// Last member id before ours.
    pub members: i64,
    /// Last thread id before ours.
    pub threads: i64,
    /// Last message id before ours.
    pub messages: i64,
}

/// A text as source and as HTML.
pub struct Text {
    /// Markdown.
    pub body: String,
    /// Safe HTML.
    pub html: String,
}

/// Everything that follows from the seed.
pub struct Figures {
    seed: u64,
    midnight: Ms,
    /// Where rows go.
    pub places: Places,
    members: i64,
    posts: Vec<Text>,
    lines: Vec<Text>,
}

/// A sale of a member.
pub struct Sale {
    /// Hundredths.
    pub amount: i64,
    /// Status code.
    pub status: &'static str,
    /// When.
    pub at: Ms,
}

impl Figures {
    /// Figures of a seed; texts are made once and used many times.
    pub fn new(seed: u64, midnight: Ms, places: Places, members: i64) -> Self {
        let mut figures = Self { seed, midnight, places, members, posts: Vec::new(), lines: Vec::new() };
        figures.posts = (0..400).map(|n| figures.post_text(n)).collect();
        figures.lines = (0..400).map(|n| figures.line_text(n)).collect();
        figures
    }

    /// A number below `below` for thing `n` of sort `sort`: splitmix64, mixed twice.
    fn pick(&self, sort: u64, n: i64, below: u64) -> u64 {
        let mut z =
            self.seed ^ sort.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (n as u64).wrapping_mul(0xd134_2543_de82_ef95);
        for _ in 0..2 {
            z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
        }
        z % below.max(1)
    }

    fn number(&self, sort: u64, n: i64, below: i64) -> i64 {
        i64::try_from(self.pick(sort, n, u64::try_from(below).unwrap_or(1))).unwrap_or(0)
    }

    fn one<'l>(&self, sort: u64, n: i64, of: &[&'l str]) -> &'l str {
        let place = usize::try_from(self.pick(sort, n, of.len() as u64)).unwrap_or(0);
        of.get(place).copied().unwrap_or("")
    }

    /// Id of the `i`-th member, from 0.
    pub fn member(&self, i: i64) -> i64 {
        self.places.members + 1 + i
    }

    /// API token of the `i`-th member.
    pub fn token(&self, i: i64) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("bench:{}:{i}", self.seed)))
    }

    /// Name of the `i`-th member; the number keeps it unique.
    pub fn name(&self, i: i64) -> String {
        format!("{} {} {}", self.one(1, i, &FIRST), self.one(2, i, &LAST), i + 1)
    }

    /// `de` for six in ten.
    pub fn locale(&self, i: i64) -> &'static str {
        if self.pick(3, i, 10) < 6 { "de" } else { "en" }
    }

    /// Tier rank: six in ten at the foot, three in a hundred at the top.
    pub fn rank(&self, i: i64) -> i32 {
        match self.pick(4, i, 100) {
            0..60 => 0,
            60..85 => 10,
            85..97 => 20,
            _ => 30,
        }
    }

    /// When the `i`-th member came: within the last two years.
    pub fn joined_at(&self, i: i64) -> Ms {
        self.midnight - 366 * DAY - self.number(5, i, 365) * DAY
    }

    /// When the `i`-th member was here last: within the last month.
    pub fn seen_at(&self, i: i64) -> Ms {
        self.midnight - self.number(6, i, 30 * 24) * HOUR
    }

    /// The sales of the `i`-th member: what holds the tier, every month, and now and then one that came to nothing.
    pub fn sales(&self, i: i64) -> Vec<Sale> {
        let (low, wide) = match self.rank(i) {
            0 => (1_000, 40_000),
            10 => (55_000, 150_000),
            20 => (260_000, 500_000),
            _ => (1_050_000, 900_000),
        };
        // The foot sells three times a year, the others every month of the last half year.
        let (count, apart) = if self.rank(i) == 0 { (3, 110) } else { (6, 30) };
        (0..count)
            .map(|k| {
                let n = i * 16 + k;
                let back = k * apart + 2 + self.number(7, n, apart - 4);
                let status = match (self.rank(i), self.pick(8, n, 20)) {
                    (0, 0) => "declined",
                    (0, 1) => "refunded",
                    (0, 2..5) => "pending",
                    _ => "approved",
                };
                Sale { amount: low + self.number(9, n, wide), status, at: self.midnight - back * DAY + 12 * HOUR }
            })
            .collect()
    }

    fn words(&self, sort: u64, n: i64, count: i64) -> String {
        (0..count).map(|k| self.one(sort, n * 200 + k, &WORDS)).collect::<Vec<_>>().join(" ")
    }

    fn post_text(&self, n: i64) -> Text {
        let paragraphs: Vec<String> = (0..1 + self.number(10, n, 3))
            .map(|k| format!("{}.", self.words(11, n * 4 + k, 15 + self.number(12, n, 40))))
            .collect();
        let body = paragraphs.join("\n\n");
        Text { html: post_html(&body), body }
    }

    fn line_text(&self, n: i64) -> Text {
        let body = self.words(13, n, 6 + self.number(14, n, 12));
        Text { html: chat_html(&body), body }
    }

    /// Title of the `n`-th thread.
    pub fn title(&self, n: i64) -> String {
        format!("{} ({})", self.words(15, n, 6), n + 1)
    }

    /// When the `n`-th thread began: within the last three months.
    pub fn thread_at(&self, n: i64) -> Ms {
        self.midnight - 90 * DAY + self.number(16, n, 88 * 24 * 60) * MINUTE
    }

    /// Author of the `k`-th post of a thread.
    pub fn author(&self, thread: i64, k: i64) -> i64 {
        self.member(self.number(17, thread * 1_000 + k, self.members))
    }

    /// Text of the `k`-th post of a thread.
    pub fn post(&self, thread: i64, k: i64) -> Option<&Text> {
        self.posts.get(usize::try_from(self.pick(18, thread * 1_000 + k, 400)).unwrap_or(0))
    }

    /// Sender of the `n`-th message.
    pub fn sender(&self, n: i64) -> i64 {
        self.member(self.number(19, n, self.members))
    }

    /// Text of the `n`-th message.
    pub fn line(&self, n: i64) -> Option<&Text> {
        self.lines.get(usize::try_from(self.pick(20, n, 400)).unwrap_or(0))
    }

    /// The day the data ends with.
    pub fn midnight(&self) -> Ms {
        self.midnight
    }
}
