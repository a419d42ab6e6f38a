//! Rows of a file as sales, people and suppressions, or with what is wrong with them.

use super::columns::{Columns, Section, What};
use super::lists::Listed;
use super::table::Line;
use super::{Kind, Options, SaleDate};
use crate::accounts::model::Email;
use crate::accounts::store::ConsentProof;
use crate::db::Ms;
use crate::i18n::Lang;
use crate::programs::amount::{self, Style, Wrong};
use crate::programs::model::{NewSale, Product, Program, Status, loose_sub_id, parse_id};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What a row is.
#[derive(Debug, Clone)]
pub enum Row {
    /// A sale.
    Sale(Box<NewSale>),
    /// Somebody.
    Person(Box<Person>),
    /// An address that must not be mailed.
    Suppression {
        /// The address.
        email: Email,
        /// Why.
        reason: String,
    },
    /// Nothing of ours: a click, a sponsor's share.
    Skipped,
    /// Something is wrong: code and cell.
    Wrong(&'static str, String),
}

/// Somebody in a file.
#[derive(Debug, Clone)]
pub struct Person {
    /// Address.
    pub email: Email,
    /// Shown name.
    pub name: String,
    /// Language they are spoken to in.
    pub lang: Lang,
    /// References: text, and whether links carry it.
    pub refs: Vec<(String, bool)>,
    /// Program of the references.
    pub program: Option<i64>,
    /// Reference of who brought them.
    pub sponsor: Option<String>,
    /// Why their address must not be mailed.
    pub stop: Option<&'static str>,
    /// What proves that they agreed to newsletters elsewhere.
    pub proof: Option<ConsentProof>,
    /// Whether a list says that they get newsletters.
    pub subscribed: bool,
}

impl Row {
    /// Whether it forbids mail to an address: such rows go first.
    pub fn stops(&self) -> bool {
        match self {
            Self::Suppression { .. } => true,
            Self::Person(person) => person.stop.is_some(),
            _ => false,
        }
    }
}

/// Reads rows; remembers the sales it has seen, 16 bytes each, so that a file that contradicts itself is noticed.
pub struct Reader {
    kind: Kind,
    programs: Vec<Program>,
    program: Option<i64>,
    zone: TimeZone,
    day: Option<Ms>,
    numbers: Style,
    wording: String,
    /// Of people of whom the file says none.
    lang: Lang,
    seen: HashMap<u64, u64>,
}

type Bad = (&'static str, String);

fn bad<T>(code: &'static str, cell: &str) -> Result<T, Bad> {
    Err((code, cell.to_owned()))
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Reader {
    /// A reader for one file; `proved` is the style that its cells prove.
    pub fn new(kind: Kind, options: &Options, programs: Vec<Program>, proved: Style) -> Self {
        let zone = crate::i18n::parse_zone(&options.time_zone);
        let day = match &options.sale_date {
            // Noon: the day stays the day in every zone a reader may have.
            SaleDate::Day(day) => day.parse().ok().and_then(|d: Date| local(d, Time::constant(12, 0, 0, 0), &zone)),
            _ => None,
        };
        Self {
            kind,
            programs,
            program: options.program,
            zone,
            day,
            numbers: if options.numbers == Style::Auto { proved } else { options.numbers },
            wording: options.wording.clone(),
            lang: if options.german { Lang::De } else { Lang::En },
            seen: HashMap::new(),
        }
    }

    /// Reads one row.
    pub fn row(&mut self, section: &Section, line: &Line) -> Row {
        let Some(columns) = &section.columns else { return Row::Skipped };
        let read = match section.what {
            What::Sales => self.sale(columns, line),
            What::People => self.member(columns, line),
            What::List => self.listed(section, columns, line),
            What::Suppressions => Email::parse(columns.cell(line, "email"))
                .map(|email| Row::Suppression { email, reason: columns.cell(line, "reason").to_owned() })
                .map_err(|_| ("email", columns.cell(line, "email").to_owned())),
            What::Nothing => Ok(Row::Skipped),
        };
        read.unwrap_or_else(|(code, cell)| Row::Wrong(code, cell))
    }

    fn money(&self, cell: &str) -> Result<i64, Bad> {
        amount::parse_styled(cell, self.numbers).map_err(|w| (w.code(), cell.to_owned()))
    }

    fn sale(&mut self, columns: &Columns, line: &Line) -> Result<Row, Bad> {
        let cell = |name: &str| columns.cell(line, name);
        let kind = cell("type").to_uppercase();
        if self.kind == Kind::PapFull {
            // Clicks, impressions, sign-ups and referrals are no sales; a higher tier is a sponsor's share of one.
            let is_sale = matches!(kind.as_str(), "" | "S" | "A" | "U" | "R" | "H");
            if !is_sale || !matches!(cell("tier"), "" | "1") {
                return Ok(Row::Skipped);
            }
        }
        let program = self.program_of(cell("program"))?;
        let affiliate_ref = parse_id(cell("affiliate_ref")).or_else(|c| bad(code_of_ref(c), cell("affiliate_ref")))?;
        let order_id = self.order(columns, line, &kind)?;
        let mut amount = match cell("amount") {
            "" => return bad("amount_required", ""),
            text => self.money(text)?,
        };
        let mut commission = match cell("commission") {
            "" => None,
            text => match text.strip_prefix('%').or_else(|| text.strip_suffix('%')) {
                Some(percent) => Some(amount::share(amount, self.money(percent)?)),
                None => Some(self.money(text)?),
            },
        };
        let mut status = match cell("status") {
            "" => Status::Pending,
            text => Status::parse_loose(text).map_or_else(|| bad("status", text), Ok)?,
        };
        if matches!(kind.as_str(), "R" | "H") {
            (status, amount, commission) = (Status::Refunded, amount.abs(), commission.map(i64::abs));
        }
        if amount < 0 || commission.is_some_and(|c| c < 0) {
            return bad(Wrong::Range.code(), cell("amount"));
        }
        let currency = match cell("currency") {
            "" => program.currency.clone(),
            text => amount::parse_currency(text).map_or_else(|| bad("currency", text), Ok)?,
        };
        let (occurred_at, dated) = self.moment(columns, cell("date"))?;
        let product = match cell("product_id") {
            "" if columns.has("product_id") && self.kind == Kind::ConversionsCsv => Product::Named(String::new()),
            "" => Product::Unsaid,
            text => Product::Named(parse_id(text).or_else(|c| bad(c, text))?),
        };
        let source = match cell("source") {
            "" => program.source(),
            text => parse_id(text).or_else(|c| bad(c, text))?,
        };
        let sale = NewSale {
            source,
            order_id,
            product,
            loose: true,
            program_id: Some(program.id),
            affiliate_ref,
            amount,
            currency,
            commission,
            status,
            occurred_at,
            dated,
            keeps_refund: self.kind == Kind::PapFull,
            raw: line.cells.join(" | ").chars().take(1_000).collect(),
            sub_id: loose_sub_id(cell("sub_id")),
        };
        // A refund follows its sale in the same file; anything else that names a sale twice must say the same.
        if !matches!(kind.as_str(), "R" | "H") && !self.is_consistent(&sale) {
            return bad("duplicate_order", &sale.order_id);
        }
        Ok(Row::Sale(Box::new(sale)))
    }

    fn program_of(&self, named: &str) -> Result<&Program, Bad> {
        let found = if named.is_empty() {
            self.programs.iter().find(|p| Some(p.id) == self.program)
        } else {
            let slug = crate::text::fold(named);
            self.programs.iter().find(|p| p.slug == slug || crate::text::fold(&p.name) == slug)
        };
        found.map_or_else(|| bad("program", named), Ok)
    }

    fn order(&self, columns: &Columns, line: &Line, kind: &str) -> Result<String, Bad> {
        let (order, trans) = (columns.cell(line, "order_id"), columns.cell(line, "trans_id"));
        // Recurring commissions carry the order of the first sale; the transaction tells them apart.
        let text = match (order, trans) {
            ("", "") => return bad("order_required", ""),
            // A refund without an order of its own names the transaction that it takes back.
            ("", _) if matches!(kind, "R" | "H") && !columns.cell(line, "parent_trans").is_empty() => {
                format!("t:{}", columns.cell(line, "parent_trans"))
            }
            ("", trans) => format!("t:{trans}"),
            (order, trans) if kind == "U" && !trans.is_empty() => format!("{order}:{trans}"),
            (order, _) => order.to_owned(),
        };
        parse_id(&text).or_else(|c| bad(c, &text))
    }

    fn moment(&self, columns: &Columns, cell: &str) -> Result<(Ms, bool), Bad> {
        if let Some(day) = self.day {
            return Ok((day, false));
        }
        if !columns.has("date") || cell.is_empty() {
            return bad("date_required", cell);
        }
        parse_moment(cell, &self.zone).map_or_else(|| bad("date", cell), |at| Ok((at, true)))
    }

    fn is_consistent(&mut self, sale: &NewSale) -> bool {
        let key = hash_of((&sale.source, &sale.order_id, sale.product.text()));
        let said = hash_of((
            crate::programs::model::ref_key(&sale.affiliate_ref),
            sale.amount,
            sale.commission,
            &sale.currency,
            sale.status.code(),
            sale.dated.then_some(sale.occurred_at),
        ));
        *self.seen.entry(key).or_insert(said) == said
    }

    fn person(&self, columns: &Columns, line: &Line) -> Result<Person, Bad> {
        let cell = |name: &str| columns.cell(line, name);
        let email = Email::parse(cell("email")).or_else(|_| bad("email", cell("email")))?;
        let full = [cell("first_name"), cell("last_name")].join(" ").trim().to_owned();
        let name = [cell("name"), &full].into_iter().find(|n| !n.is_empty()).unwrap_or("").to_owned();
        let name = if name.is_empty() { email.address.split('@').next().unwrap_or("").to_owned() } else { name };
        if name.chars().count() > 100 {
            return bad("too_long", &name);
        }
        let mut refs: Vec<(String, bool)> = Vec::new();
        let wanted: &[(&str, bool)] = match self.kind {
            // Links carry the readable reference, sales may name either.
            Kind::PapFull if !cell("ref_id").is_empty() => &[("ref_id", true), ("user_id", false)],
            Kind::PapFull => &[("user_id", true)],
            _ => &[("affiliate_ref", true)],
        };
        for (column, for_links) in wanted {
            let text = cell(column);
            if !text.is_empty() && !refs.iter().any(|(r, _)| r == text) {
                refs.push((parse_id(text).or_else(|c| bad(code_of_ref(c), text))?, *for_links));
            }
        }
        for text in cell("match_ids").split([' ', ';', '|', ',']).filter(|t| !t.is_empty()) {
            if !refs.iter().any(|(r, _)| r == text) {
                refs.push((parse_id(text).or_else(|c| bad(c, text))?, false));
            }
        }
        if let Some(text) = attribute(cell("attributes"))
            && refs.is_empty()
        {
            refs.push((parse_id(&text).or_else(|c| bad(c, &text))?, true));
        }
        let sponsor = match cell("sponsor") {
            "" => None,
            text => Some(parse_id(text).or_else(|c| bad(c, text))?),
        };
        // A list may know people of several programs; a reference without a program is nobody's.
        let program = match self.program_of(cell("program")) {
            Ok(program) => Some(program.id),
            Err(wrong) if !refs.is_empty() => return Err(wrong),
            Err(_) => None,
        };
        let lang =
            Lang::parse(cell("locale")).map_or(self.lang, |said| if said.is_german() { Lang::De } else { Lang::En });
        let (stop, proof, subscribed) = (None, None, false);
        Ok(Person { email, name, lang, refs, program, sponsor, stop, proof, subscribed })
    }

    /// A partner of a file of people, with what it says of newsletters.
    fn member(&self, columns: &Columns, line: &Line) -> Result<Row, Bad> {
        // Whom the old house turned away is not invited into the new one.
        if self.kind == Kind::PapFull && matches!(columns.cell(line, "status"), "D" | "X") {
            return Ok(Row::Skipped);
        }
        let mut person = self.person(columns, line)?;
        if self.kind == Kind::MembersCsv {
            let agreed = Listed::parse(columns.cell(line, "consent"));
            self.consent(&mut person, Listed::parse(columns.cell(line, "list_status")), agreed, columns, line);
        }
        Ok(Row::Person(Box::new(person)))
    }

    /// Somebody of a mailing list: invited, suppressed, or left out where they never agreed.
    fn listed(&self, section: &Section, columns: &Columns, line: &Line) -> Result<Row, Bad> {
        let email = columns.cell(line, "email");
        let said = Listed::parse(columns.cell(line, "list_status"));
        let complained = Listed::parse(columns.cell(line, "reason")) == Some(Listed::Complained);
        let listed = match (section.listed, said) {
            (Some(Listed::Unsubscribed | Listed::Cleaned), _) if complained => Listed::Complained,
            (Some(of_file), _) => of_file,
            (None, Some(said)) => said,
            (None, None) => Listed::Unasked,
        };
        if let Some(reason) = listed.reason() {
            let email = Email::parse(email).or_else(|_| bad("email", email))?;
            return Ok(Row::Suppression { email, reason: reason.to_owned() });
        }
        if listed == Listed::Unasked {
            return Ok(Row::Skipped);
        }
        let mut person = self.person(columns, line)?;
        self.consent(&mut person, Some(listed), None, columns, line);
        Ok(Row::Person(Box::new(person)))
    }

    /// A consent needs a moment and the network address it came from; a list that only says "subscribed" proves nothing.
    fn consent(
        &self,
        person: &mut Person,
        listed: Option<Listed>,
        agreed: Option<Listed>,
        columns: &Columns,
        line: &Line,
    ) {
        let cell = |name: &str| columns.cell(line, name);
        person.stop = listed.and_then(Listed::reason).or(agreed.and_then(Listed::reason));
        let no = agreed.is_some_and(|a| a != Listed::Subscribed) || listed.is_some_and(|l| l != Listed::Subscribed);
        person.subscribed = !no && (agreed.is_some() || listed.is_some());
        if no || person.stop.is_some() {
            return;
        }
        let pairs = [(cell("consent_time"), cell("consent_ip")), (cell("optin_time"), cell("optin_ip"))];
        let proved = pairs.into_iter().find_map(|(time, ip)| {
            let at = parse_moment(time, &self.zone)?;
            ip.parse::<std::net::IpAddr>().ok().map(|ip| (at, ip.to_string()))
        });
        let wording = Some(cell("consent_wording")).filter(|w| !w.is_empty()).unwrap_or(&self.wording);
        person.proof = proved.map(|(at, ip)| ConsentProof {
            at,
            ip,
            wording: wording.chars().take(2_000).collect(),
            row: columns.row(line).chars().take(4_000).collect(),
        });
    }
}

/// A partner's reference in the attributes that listmonk keeps as JSON.
fn attribute(json: &str) -> Option<String> {
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    let found = ["affiliate_ref", "affiliate_id", "ref"].iter().find_map(|name| all.get(*name))?;
    match found {
        serde_json::Value::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn code_of_ref(code: &'static str) -> &'static str {
    if code == "required" { "ref_required" } else { code }
}

fn local(day: Date, time: Time, zone: &TimeZone) -> Option<Ms> {
    DateTime::from_parts(day, time).to_zoned(zone.clone()).ok().map(|z| z.timestamp().as_millisecond())
}

/// `2026-11-03`, `2026-11-03 14:05:09`, `2026-11-03T14:05:09Z`, `03.11.2026 14:05`; without a zone in the given one.
pub fn parse_moment(text: &str, zone: &TimeZone) -> Option<Ms> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    let (day, time) = text.split_once([' ', 'T']).map_or((text, ""), |(d, t)| (d, t.trim()));
    let day = match day.split('.').collect::<Vec<_>>().as_slice() {
        [d, m, y] if y.len() == 4 => Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()?,
        _ => day.trim_end_matches(',').parse().ok()?,
    };
    let time = match time {
        "" => Time::constant(12, 0, 0, 0),
        text => {
            let padded = if text.matches(':').count() == 1 { format!("{text}:00") } else { text.to_owned() };
            let padded = if padded.find(':') == Some(1) { format!("0{padded}") } else { padded };
            padded.parse().ok()?
        }
    };
    local(day, time, zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{iso, parse_zone};

    #[test]
    fn moments_of_files_are_of_the_stated_zone() {
        let la = parse_zone("America/Los_Angeles");
        let read = |text: &str| parse_moment(text, &la).map(iso);
        assert_eq!(read("2026-11-03 14:05:09").as_deref(), Some("2026-11-03T22:05:09.000Z"));
        assert_eq!(read("03.11.2026 9:05").as_deref(), Some("2026-11-03T17:05:00.000Z"));
        assert_eq!(read("2026-11-03").as_deref(), Some("2026-11-03T20:00:00.000Z"));
        assert_eq!(read("2026-11-03T14:05:09Z").as_deref(), Some("2026-11-03T14:05:09.000Z"));
        for bad in ["", "11/03/2026", "2026-13-01", "yesterday"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
