//! One language of a campaign, compiled once: Markdown, frame, inlined styles and transfer encoding are done with
//! marks in the places of the merge fields; a mail is then the fixed parts with the values of its reader between.

use super::keys::Key;
use super::letters::Newsletter;
use super::measured;
use super::model::{Campaign, Recipient};
use crate::db::{Conn, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::mail::{dkim, inline, mime};
use crate::members::store::Tier;
use crate::settings::Settings;
use crate::text::merge::{self, Context, Template, Values};
use crate::text::{page_html, plain_text};
use crate::web::viewer::MemberId;

/// The longest merged text in bytes.
const MOST: usize = 400_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Name,
    Tier,
    Ref,
    Link,
    Unsubscribe,
    /// The measured way to the link of that number.
    Click(usize),
    /// The picture that tells of an opening.
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Html,
    Attribute,
}

enum Piece {
    Fixed(String),
    Slot(Slot, Place),
}

/// Marks that no text contains, that Markdown leaves alone and that link recognition takes for addresses.
struct Marks {
    nonce: String,
    all: Vec<(Slot, String)>,
}

impl Marks {
    fn new() -> Result<Self> {
        let mut nonce = [0_u8; 8];
        getrandom::fill(&mut nonce).map_err(|e| Error::internal(e.to_string()))?;
        let nonce: String = nonce.iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self {
            all: vec![
                (Slot::Name, format!("zq{nonce}n9")),
                (Slot::Tier, format!("zq{nonce}t9")),
                (Slot::Ref, format!("zq{nonce}r9")),
                (Slot::Link, format!("https://zq{nonce}l9.example/x")),
                (Slot::Unsubscribe, format!("https://zq{nonce}u9.example/x")),
                (Slot::Open, format!("https://zq{nonce}o9.example/x")),
            ],
            nonce,
        })
    }

    fn of(&self, slot: Slot) -> String {
        self.all.iter().find(|(s, _)| *s == slot).map(|(_, m)| m.clone()).unwrap_or_default()
    }

    /// The mark of a link, known from now on.
    fn click(&mut self, n: usize) -> String {
        let mark = format!("https://zq{}c{n}z.example/x", self.nonce);
        if !self.all.iter().any(|(slot, _)| *slot == Slot::Click(n)) {
            self.all.push((Slot::Click(n), mark.clone()));
        }
        mark
    }

    /// An address with merge fields in the places of the marks.
    fn fields(&self, url: &str) -> String {
        let names = [
            (Slot::Name, "{{member.name}}"),
            (Slot::Tier, "{{member.tier}}"),
            (Slot::Ref, "{{affiliate.ref}}"),
            (Slot::Link, "{{affiliate.link}}"),
        ];
        names.into_iter().fold(url.to_owned(), |url, (slot, name)| url.replace(&self.of(slot), name))
    }

    fn values(&self, lang: Lang) -> Values {
        Values {
            member_name: self.of(Slot::Name),
            member_tier: self.of(Slot::Tier),
            affiliate_link: self.of(Slot::Link),
            affiliate_ref: self.of(Slot::Ref),
            disclosure: lang.pick("Anzeige", "Ad").to_owned(),
            ..Values::default()
        }
    }

    fn cut(&self, text: &str, is_html: bool) -> Vec<Piece> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        loop {
            let next = self.all.iter().filter_map(|(slot, mark)| rest.find(mark.as_str()).map(|at| (at, *slot, mark)));
            let Some((at, slot, mark)) = next.min_by_key(|(at, ..)| *at) else { break };
            let done = text.len() - rest.len() + at;
            let before = &text[..done];
            let place = match is_html {
                false => Place::Text,
                true if before.rfind('<') > before.rfind('>') => Place::Attribute,
                true => Place::Html,
            };
            pieces.push(Piece::Fixed(rest[..at].to_owned()));
            pieces.push(Piece::Slot(slot, place));
            rest = &rest[at + mark.len()..];
        }
        pieces.push(Piece::Fixed(rest.to_owned()));
        pieces
    }
}

/// A part of a mail: pieces as text, for pages and previews, and as they travel.
struct Part {
    pieces: Vec<Piece>,
    encoded: Vec<Vec<u8>>,
}

impl Part {
    fn new(pieces: Vec<Piece>) -> Self {
        let encoded = pieces
            .iter()
            .map(|p| match p {
                Piece::Fixed(text) => mime::piece(text),
                Piece::Slot(..) => Vec::new(),
            })
            .collect();
        Self { pieces, encoded }
    }

    fn text(&self, own: &Own) -> String {
        self.pieces
            .iter()
            .map(|p| match p {
                Piece::Fixed(text) => text.clone(),
                Piece::Slot(slot, place) => own.escaped(*slot, *place),
            })
            .collect()
    }

    fn write(&self, own: &Own, out: &mut Vec<u8>) {
        for (piece, encoded) in self.pieces.iter().zip(&self.encoded) {
            match piece {
                Piece::Fixed(_) => out.extend_from_slice(encoded),
                Piece::Slot(slot, place) => mime::quoted_printable(&own.escaped(*slot, *place), out),
            }
        }
    }
}

/// The values of one reader, each on one line.
struct Own {
    name: String,
    tier: String,
    reference: String,
    link: String,
    unsubscribe: String,
    /// Measured ways to the links, by number; empty where nothing is measured.
    clicks: Vec<String>,
    open: String,
}

impl Own {
    fn get(&self, slot: Slot) -> &str {
        match slot {
            Slot::Name => &self.name,
            Slot::Tier => &self.tier,
            Slot::Ref => &self.reference,
            Slot::Link => &self.link,
            Slot::Unsubscribe => &self.unsubscribe,
            Slot::Click(n) => self.clicks.get(n).map_or("", String::as_str),
            Slot::Open => &self.open,
        }
    }

    fn escaped(&self, slot: Slot, place: Place) -> String {
        let value = self.get(slot);
        let is_address = matches!(slot, Slot::Link | Slot::Unsubscribe | Slot::Click(_) | Slot::Open);
        match place {
            Place::Text => value.to_owned(),
            Place::Attribute if !is_address => merge::percent(value),
            Place::Html | Place::Attribute => merge::html(value),
        }
    }
}

fn one_line(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    let clean: String = text.chars().filter(|c| !hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A mail ready for the wire.
pub struct Ready {
    /// Bytes with CRLF, without dot stuffing need.
    pub bytes: Vec<u8>,
    /// Message-ID with brackets.
    pub message_id: String,
    /// Whether it carries measured links.
    pub tracked: bool,
    /// Address of the envelope's sender.
    pub sender: String,
}

struct Text {
    lang: Lang,
    subject: Vec<Piece>,
    body_html: Part,
    text: Part,
    html: Part,
    /// The same with measured links, where the campaign asks for it.
    measured: Option<Part>,
    needs_ref: bool,
}

/// Everything that is the same for all readers of a campaign.
pub struct Edition {
    campaign: i64,
    key: Key,
    base_url: String,
    from: String,
    from_name: String,
    domain: String,
    reply_to: String,
    list_id: String,
    boundary: String,
    link_base: Option<String>,
    tiers: Vec<Tier>,
    texts: Vec<Text>,
    signers: Vec<dkim::Signer>,
    /// Addresses of the measured links, merge fields in them, by number.
    links: Vec<String>,
    /// Their ids, once they are kept; until then nothing is measured.
    link_ids: Vec<i64>,
    bounce_domain: Option<String>,
    /// Address of the sender, and of the envelope where nothing comes back to the house.
    pub sender: String,
}

/// The sender of newsletters: name and address.
pub fn sender(house: &House, settings: &Settings) -> (String, String) {
    let own = settings.sender.trim();
    let parsed = own.rsplit_once('<').and_then(|(name, rest)| {
        let address = rest.strip_suffix('>')?.trim();
        address.contains('@').then(|| (name.trim().trim_matches('"').to_owned(), address.to_owned()))
    });
    parsed.or_else(|| own.contains('@').then(|| (settings.community_name.clone(), own.to_owned()))).unwrap_or_else(
        || {
            let from = house.mailer.from();
            (from.name.clone().unwrap_or_default(), from.email.to_string())
        },
    )
}

impl Edition {
    /// Compiles `campaign`.
    ///
    /// # Errors
    /// When a stored text does not parse, or the database fails.
    pub fn compile(house: &House, conn: &mut Conn, campaign: &Campaign, key: Key) -> Result<Self> {
        let settings = crate::settings::load(conn)?;
        let (name, address) = sender(house, &settings);
        let domain = address.rsplit_once('@').map_or("localhost", |(_, d)| d).to_owned();
        let (mut marks, mut links) = (Marks::new()?, Vec::new());
        let mut texts = Vec::new();
        let campaign = &with_cards(house, conn, campaign)?;
        for lang in Lang::ALL.into_iter().filter(|l| campaign.speaks(*l)) {
            texts.push(text(house, &settings, campaign, lang, &mut marks, &mut links)?);
        }
        let reply_to = if campaign.reply_to.is_empty() { address.clone() } else { campaign.reply_to.clone() };
        Ok(Self {
            campaign: campaign.id,
            base_url: house.config.absolute(""),
            from: mime::mailbox(&name, &address),
            from_name: name,
            list_id: mime::mailbox(&settings.community_name, &format!("news.{domain}")),
            boundary: format!("=_{}", key.message_id(campaign.id, MemberId(0))),
            link_base: super::store::find_link_base(conn, campaign.program_id)?,
            tiers: crate::members::store::list_tiers(conn)?,
            signers: dkim::store::signers(conn, &house.secrets, &domain)?,
            sender: address,
            domain,
            reply_to,
            texts,
            key,
            links,
            link_ids: Vec::new(),
            bounce_domain: house.config.bounce_domain.clone(),
        })
    }

    /// Addresses of the links that are to be measured.
    pub fn links(&self) -> &[String] {
        &self.links
    }

    /// From now on mails to readers who allow it are measured, by these ids of [`Edition::links`].
    pub fn measure(&mut self, ids: &std::collections::HashMap<String, i64>) {
        self.link_ids = self.links.iter().filter_map(|url| ids.get(url).copied()).collect();
        if self.link_ids.len() != self.links.len() {
            self.link_ids.clear();
        }
    }

    /// The measured HTML of a text for a reader, where both want it.
    fn measured<'a>(&self, text: &'a Text, to: &Recipient) -> Option<&'a Part> {
        text.measured.as_ref().filter(|_| to.tracking && !self.link_ids.is_empty())
    }

    fn text_for(&self, lang: Lang) -> Result<&Text> {
        let own = self.texts.iter().find(|t| t.lang == lang).or_else(|| self.texts.first());
        own.ok_or_else(|| Error::internal("a campaign without a text"))
    }

    /// Whether the reader's text asks for a code that the reader does not have.
    pub fn lacks_ref(&self, to: &Recipient) -> bool {
        to.reference.is_none() && self.text_for(to.lang).is_ok_and(|t| t.needs_ref)
    }

    fn own(&self, to: &Recipient, lang: Lang) -> Own {
        let tier = self.tiers.iter().rev().find(|t| t.rank <= to.tier_rank).map_or("", |t| t.name(lang));
        let reference = to.reference.clone().unwrap_or_default();
        let link = self.link_base.as_ref().filter(|_| !reference.is_empty());
        Own {
            name: one_line(&to.name),
            tier: one_line(tier),
            link: link.map_or_else(String::new, |base| merge::affiliate_link(base, &reference)),
            reference: one_line(&reference),
            unsubscribe: format!("{}/u/{}", self.base_url, self.key.unsubscribe_token(MemberId(to.member))),
            clicks: Vec::new(),
            open: String::new(),
        }
    }

    /// The subject as the reader gets it.
    ///
    /// # Errors
    /// When the campaign has no text.
    pub fn subject(&self, to: &Recipient) -> Result<String> {
        let text = self.text_for(to.lang)?;
        Ok(subject(text, &self.own(to, text.lang)))
    }

    /// The HTML part, the whole document.
    ///
    /// # Errors
    /// When the campaign has no text.
    pub fn html(&self, to: &Recipient) -> Result<String> {
        let text = self.text_for(to.lang)?;
        Ok(text.html.text(&self.own(to, text.lang)))
    }

    /// The text part.
    ///
    /// # Errors
    /// When the campaign has no text.
    pub fn plain(&self, to: &Recipient) -> Result<String> {
        let text = self.text_for(to.lang)?;
        Ok(text.text.text(&self.own(to, text.lang)))
    }

    /// The body alone, as safe HTML for a page.
    ///
    /// # Errors
    /// When the campaign has no text.
    pub fn body_html(&self, to: &Recipient) -> Result<String> {
        let text = self.text_for(to.lang)?;
        Ok(text.body_html.text(&self.own(to, text.lang)))
    }

    /// The sender as this reader sees it: their contact of the house, where they have one.
    fn from(&self, to: &Recipient) -> std::borrow::Cow<'_, str> {
        match &to.contact {
            Some(contact) => mime::mailbox(&mime::signed(contact, &self.from_name), &self.sender).into(),
            None => (&*self.from).into(),
        }
    }

    /// The mail of one reader.
    ///
    /// # Errors
    /// When the campaign has no text.
    pub fn mail(&self, to: &Recipient, now: Ms) -> Result<Ready> {
        let text = self.text_for(to.lang)?;
        let mut own = self.own(to, text.lang);
        let measured = self.measured(text, to);
        if measured.is_some() {
            let of = |kind, id| self.key.seen_token(kind, id, MemberId(to.member));
            own.clicks = self.link_ids.iter().map(|id| format!("{}/c/{}", self.base_url, of("click", *id))).collect();
            own.open = format!("{}/o/{}.gif", self.base_url, of("open", self.campaign));
        }
        let html = measured.unwrap_or(&text.html);
        let message_id = format!("<{}@{}>", self.key.message_id(self.campaign, MemberId(to.member)), self.domain);
        let fixed: usize = text.text.encoded.iter().chain(&html.encoded).map(Vec::len).sum();
        let mut head = String::with_capacity(1_200);
        let token = own.unsubscribe.rsplit('/').next().unwrap_or("");
        let (boundary, domain) = (&self.boundary, &self.domain);
        let lines = [
            format!("From: {}", self.from(to)),
            format!("To: {}", mime::mailbox(&own.name, &to.email)),
            format!("Reply-To: {}", self.reply_to),
            format!("Subject: {}", mime::header_text(&subject(text, &own))),
            format!("Date: {}", mime::date(now)),
            format!("Message-ID: {message_id}"),
            format!("List-Id: {}", self.list_id),
            match &self.bounce_domain {
                Some(domain) => {
                    format!(
                        "List-Unsubscribe: <{}>,\r\n <mailto:u+{token}@{domain}?subject=unsubscribe>",
                        own.unsubscribe
                    )
                }
                None => format!(
                    "List-Unsubscribe: <{}>,\r\n <mailto:{}?subject=unsubscribe%20{token}>",
                    own.unsubscribe, self.sender
                ),
            },
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned(),
            format!("Feedback-ID: c{}:t{}:news:{domain}", self.campaign, to.tier_rank),
            "MIME-Version: 1.0".to_owned(),
            format!("Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\""),
        ];
        for line in lines {
            head.push_str(&line);
            head.push_str("\r\n");
        }
        let mut out = Vec::with_capacity(head.len() + fixed + 1_500);
        out.extend_from_slice(head.as_bytes());
        for (kind, part) in [("plain", &text.text), ("html", html)] {
            out.extend_from_slice(
                format!(
                    "\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n\
                     Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                )
                .as_bytes(),
            );
            part.write(&own, &mut out);
        }
        out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let signatures = dkim::signatures(&self.signers, &out, now)?;
        if !signatures.is_empty() {
            out.splice(..0, signatures.into_bytes());
        }
        let sender = match &self.bounce_domain {
            Some(domain) => super::returns::envelope(&self.key, self.campaign, MemberId(to.member), domain),
            None => self.sender.clone(),
        };
        Ok(Ready { bytes: out, message_id, tracked: measured.is_some(), sender })
    }
}

fn subject(text: &Text, own: &Own) -> String {
    text.subject
        .iter()
        .map(|p| match p {
            Piece::Fixed(s) => s.clone(),
            Piece::Slot(slot, place) => own.escaped(*slot, *place),
        })
        .collect()
}

/// The campaign with addresses of resources made into introductions.
fn with_cards(house: &House, conn: &mut Conn, campaign: &Campaign) -> Result<Campaign> {
    let (base, now) = (house.config.absolute(""), house.db.now());
    let mut out = campaign.clone();
    for (lang, body) in [(Lang::ALL[0], &mut out.body_de), (Lang::ALL[1], &mut out.body_en)] {
        *body = crate::library::cards::in_campaign(conn, &base, campaign.program_id, lang, body, now)?;
    }
    Ok(out)
}

fn text(
    house: &House,
    settings: &Settings,
    campaign: &Campaign,
    lang: Lang,
    marks: &mut Marks,
    links: &mut Vec<String>,
) -> Result<Text> {
    let parse = |source: &str| Template::parse(source).map_err(|_| Error::internal("a stored text has unknown fields"));
    let (subject, body) = campaign.texts(lang);
    let (subject, body) = (parse(subject)?, parse(body)?);
    let values = marks.values(lang);
    let merged = |t: &Template, context| {
        t.render(&values, context, MOST).map_err(|_| Error::internal("a campaign's text is too long"))
    };
    let needs_ref = subject.needs_ref() || body.needs_ref();
    let subject = one_line(&merged(&subject, Context::Plain)?);
    let markdown = merged(&body, Context::Markdown)?;
    // Relative links of the house become whole addresses: a mail has no base.
    let base = house.config.absolute("");
    let body_html = page_html(&markdown).replace("href=\"/", &format!("href=\"{base}/"));
    let body_html = body_html.replace("src=\"/", &format!("src=\"{base}/"));
    let imprint = settings.imprint.get(lang);
    let measured_html = campaign.tracking.then(|| {
        let html = measured::marked(&body_html, |url| {
            let url = marks.fields(url);
            let known = links.iter().position(|known| *known == url);
            let n = known.unwrap_or_else(|| {
                links.push(url);
                links.len() - 1
            });
            Some(marks.click(n))
        });
        // Behind the text: a program that shows pictures late shows the text at once.
        format!("{html}<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\">", marks.of(Slot::Open))
    });
    let mut letter = Newsletter {
        subject: subject.clone(),
        body_text: plain_text(&markdown),
        imprint_html: page_html(imprint),
        imprint_text: plain_text(imprint),
        unsubscribe_url: marks.of(Slot::Unsubscribe),
        web_url: house.config.absolute(&format!("/newsletters/{}", campaign.id)),
        body_html,
    };
    let rendered = house.mailer.render(lang, settings, &letter)?;
    let html = inline(&rendered.html)?;
    let plain_body = letter.body_html.clone();
    let measured = match measured_html {
        Some(body) => {
            letter.body_html = body;
            Some(Part::new(marks.cut(&inline(&house.mailer.render(lang, settings, &letter)?.html)?, true)))
        }
        None => None,
    };
    Ok(Text {
        measured,
        lang,
        subject: marks.cut(&subject, false),
        body_html: Part::new(marks.cut(&plain_body, true)),
        text: Part::new(marks.cut(&rendered.text, false)),
        html: Part::new(marks.cut(&html, true)),
        needs_ref,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str) -> Own {
        Own {
            name: one_line(name),
            tier: "Profi".into(),
            reference: "r1".into(),
            link: "https://s.example/?a=1&ref=r1".into(),
            unsubscribe: "https://k.example/u/x".into(),
            clicks: Vec::new(),
            open: String::new(),
        }
    }

    fn filled(markdown: &str, name: &str) -> String {
        let marks = Marks::new().unwrap();
        let template = Template::parse(markdown).unwrap();
        let source = template.render(&marks.values(Lang::De), Context::Markdown, MOST).unwrap();
        Part::new(marks.cut(&page_html(&source), true)).text(&own(name))
    }

    #[test]
    fn a_name_is_text_whatever_it_says() {
        for name in ["<b>x</b>", "[x](javascript:alert(1))", "**x**", "\"><script>alert(1)</script>"] {
            let html = filled("Hallo {{member.name}}, [hier](https://x.example/?n={{member.name}})", name);
            assert!(
                !html.contains("<b>") && !html.contains("<script") && !html.contains("href=\"javascript"),
                "{html}"
            );
            assert_eq!(html.matches("<a ").count(), 1, "{html}");
        }
        assert!(filled("Hallo {{member.name}}", "A\r\nBcc: x").contains("A Bcc: x"));
    }

    #[test]
    fn a_link_is_a_link_bare_and_in_brackets() {
        let html = filled("{{affiliate.link}} und [hier]({{affiliate.link}}), {{disclosure}}", "L");
        assert_eq!(html.matches("href=\"https://s.example/?a=1&amp;ref=r1\"").count(), 2, "{html}");
        assert!(html.contains(">https://s.example/?a=1&amp;ref=r1</a>") && html.contains("Anzeige"), "{html}");
    }
}
