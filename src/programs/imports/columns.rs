//! Which column of a file is which.

use super::lists::Listed;
use super::table::{Encoding, Line, Rows, Shape, shape_of};
use super::{Kind, Options, SaleDate};
use crate::error::{FieldError, Result};
use crate::programs::amount::Evidence;
use crate::programs::model::{Program, Status};
use std::collections::BTreeMap;
use std::path::Path;

/// Our names of columns, each with what others call it (folded, letters and digits only).
const NAMES: &[(&str, &[&str])] = &[
    (
        "affiliate_ref",
        &["affiliateid", "affiliate", "affiliateref", "userid", "refid", "partnerid", "partner", "referralcode", "ref"],
    ),
    ("campaign", &["campaignid", "campaign", "kampagne"]),
    ("order_id", &["orderid", "order", "ordernumber", "bestellnummer", "bestellnr", "bestellung", "auftragsnummer"]),
    ("commission", &["commissionvalue", "commission", "provision"]),
    ("amount", &["totalcost", "amount", "total", "umsatz", "betrag", "saleamount"]),
    ("status", &["status", "rstatus", "pstatus"]),
    ("product_id", &["productid", "product", "produkt", "produktid"]),
    (
        "date",
        &[
            "date",
            "dateinserted",
            "datum",
            "saleat",
            "occurredat",
            "saledate",
            "datecreated",
            "created",
            "verkaufsdatum",
        ],
    ),
    ("currency", &["currency", "währung", "waehrung"]),
    ("program", &["program", "programm"]),
    ("source", &["source", "quelle"]),
    ("sub_id", &["subid", "subid1", "clickref", "data1"]),
    ("trans_id", &["transid"]),
    ("parent_trans", &["parenttransid"]),
    ("type", &["rtype", "type", "typ"]),
    ("tier", &["tier"]),
    ("email", &["email", "emailaddress", "mail", "username", "emailadresse"]),
    ("name", &["name", "fullname"]),
    ("first_name", &["firstname", "vorname"]),
    ("last_name", &["lastname", "nachname", "surname"]),
    ("locale", &["locale", "language", "sprache", "lang"]),
    ("user_id", &["userid"]),
    ("ref_id", &["refid", "referralid"]),
    ("reason", &["reason", "grund", "unsubreason", "cleanreason"]),
    ("sponsor", &["parentuserid", "parentaffiliateid", "parentid", "parent", "sponsorid"]),
    ("match_ids", &["matchids", "furtherids", "weiterekennungen"]),
    (
        "list_status",
        &["subscriptionstatus", "subscriberstatus", "status", "emailstatus", "newsletterstatus", "newsletter"],
    ),
    ("consent", &["newsletterconsent", "optin", "einwilligung", "zustimmung"]),
    (
        "consent_time",
        &[
            "confirmtime",
            "confirmedat",
            "consentat",
            "consentdate",
            "einwilligungam",
            "einwilligungszeit",
            "doioptintime",
        ],
    ),
    ("consent_ip", &["confirmip", "ipaddress", "ip", "einwilligungip", "ipadresse"]),
    ("optin_time", &["optintime", "optinat", "optindate", "subscribedat", "signuptime"]),
    ("optin_ip", &["optinip", "signupip"]),
    ("consent_wording", &["consenttext", "wording", "einwilligungstext", "wortlaut"]),
    ("attributes", &["attribs"]),
];

fn folded(header: &str) -> String {
    crate::text::fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Place of each known column, and all headings.
#[derive(Debug, Clone, Default)]
pub struct Columns(BTreeMap<&'static str, usize>, Vec<String>);

impl Columns {
    /// Reads a header, with the caller's mapping first.
    pub fn of_header(cells: &[String], mapping: &BTreeMap<String, String>) -> Self {
        let folded_cells: Vec<String> = cells.iter().map(|c| folded(c)).collect();
        let mut places = BTreeMap::new();
        for &(name, others) in NAMES {
            let mapped = mapping.get(name).map(|h| folded(h));
            // Mapped to nothing: the file has a column of that name that means something else.
            if mapped.as_deref() == Some("") {
                continue;
            }
            let wanted = |cell: &String| match &mapped {
                Some(header) => cell == header,
                None => *cell == folded(name) || others.contains(&cell.as_str()),
            };
            if let Some(place) = folded_cells.iter().position(wanted) {
                places.insert(name, place);
            }
        }
        Self(places, cells.to_vec())
    }

    /// The columns of a simple transaction file without a header.
    pub fn simple(width: usize, dated: bool) -> Self {
        let order = ["affiliate_ref", "campaign", "order_id", "commission", "amount", "status"];
        let mut places: BTreeMap<&'static str, usize> = order.into_iter().enumerate().map(|(i, n)| (n, i)).collect();
        if dated && width > 6 {
            places.insert("date", 6);
        }
        Self(places, Vec::new())
    }

    /// Whether a column is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The whole row as it was sent, each cell behind its heading.
    pub fn row(&self, line: &Line) -> String {
        let cells = line.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        let named = |(i, cell): (usize, &String)| match self.1.get(i) {
            Some(heading) => format!("{heading}={cell}"),
            None => cell.clone(),
        };
        cells.map(named).collect::<Vec<_>>().join(" | ")
    }

    /// Number of known columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// A cell; empty where the column or the cell is missing.
    pub fn cell<'l>(&self, line: &'l Line, name: &str) -> &'l str {
        self.0.get(name).and_then(|i| line.cells.get(*i)).map_or("", String::as_str)
    }
}

/// What the first look at a file found.
pub struct Plan {
    /// How it is written.
    pub shape: Shape,
    /// Rows that are neither header nor section.
    pub rows: i64,
    /// Styles of numbers that its cells prove.
    pub evidence: Evidence,
}

/// Walks over the data rows of a file with their section's columns.
///
/// # Errors
/// What `each` answers, or when the file cannot be read.
pub fn walk(
    kind: Kind,
    options: &Options,
    path: &Path,
    shape: Shape,
    mut each: impl FnMut(&Section, &Line) -> Result<bool>,
) -> Result<()> {
    let mut section = Section::start(kind);
    for line in Rows::open(path, shape)? {
        let mut line = line?;
        if kind.has_sections() {
            if let Some(name) = line.section() {
                section = Section::named(kind, name, line.number);
                continue;
            }
            if section.what == What::Nothing {
                continue;
            }
        }
        // Rows of a list in an archive are counted from the head of their own file.
        line.number = line.number.saturating_sub(section.from);
        if section.columns.is_none() {
            match header(kind, options, &line) {
                Some(columns) => {
                    section.columns = Some(columns);
                    continue;
                }
                None => {
                    section.columns = Some(Columns::simple(line.cells.len(), options.sale_date == SaleDate::PerRow))
                }
            }
        }
        if !each(&section, &line)? {
            break;
        }
    }
    Ok(())
}

/// The columns of a header row; none where the row is data.
fn header(kind: Kind, options: &Options, line: &Line) -> Option<Columns> {
    let columns = Columns::of_header(&line.cells, &options.mapping);
    // Only the simple file may come without its header.
    let is_header = kind != Kind::PapSimple
        || columns.len() >= 3
        || (columns.has("affiliate_ref")
            && Status::parse_loose(line.cells.get(5).map_or("", String::as_str)).is_none());
    is_header.then_some(columns)
}

/// What the rows of a section are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Sales.
    Sales,
    /// People.
    People,
    /// Suppressions.
    Suppressions,
    /// Subscribers of a mailing list.
    List,
    /// Something else, skipped.
    Nothing,
}

/// A part of a file with one header.
#[derive(Debug)]
pub struct Section {
    /// What its rows are.
    pub what: What,
    /// Its columns, once they are known.
    pub columns: Option<Columns>,
    /// What a list says of everybody in it.
    pub listed: Option<Listed>,
    /// Name of its file in an archive.
    pub part: String,
    /// The line before its first one, where it counts for itself.
    from: u64,
}

impl Section {
    fn start(kind: Kind) -> Self {
        let what = match kind {
            Kind::PapSimple | Kind::ConversionsCsv => What::Sales,
            Kind::MembersCsv => What::People,
            Kind::SuppressionsCsv => What::Suppressions,
            Kind::Listmonk => What::List,
            Kind::PapFull | Kind::Mailchimp => What::Nothing,
        };
        Self { what, columns: None, listed: None, part: String::new(), from: 0 }
    }

    fn named(kind: Kind, name: &str, at: u64) -> Self {
        if kind == Kind::Mailchimp {
            let listed = Listed::of_file(name);
            let what = if listed.is_some() { What::List } else { What::Nothing };
            return Self { what, columns: None, listed, part: name.to_owned(), from: at };
        }
        let what = match name {
            "COMMISSIONS" => What::Sales,
            "AFFILIATES" => What::People,
            _ => What::Nothing,
        };
        Self { what, columns: None, listed: None, part: String::new(), from: 0 }
    }
}

/// Reads the whole file once: counts rows, and what numbers look like.
///
/// # Errors
/// When the file cannot be read.
pub fn plan(kind: Kind, options: &Options, path: &Path) -> Result<Plan> {
    let shape = shape_of(path)?;
    let mut plan = Plan { shape, rows: 0, evidence: Evidence::default() };
    walk(kind, options, path, shape, |section, line| {
        plan.rows += 1;
        if let (What::Sales, Some(columns)) = (section.what, &section.columns) {
            plan.evidence.see(columns.cell(line, "amount"));
            plan.evidence.see(columns.cell(line, "commission"));
        }
        Ok(true)
    })?;
    Ok(plan)
}

/// Looks at the head of a file before it is taken; answers whether rows name their program themselves.
///
/// # Errors
/// `file` or `sale_date` with a code.
pub fn check_file(
    kind: Kind,
    options: &Options,
    programs: &[Program],
    path: &Path,
) -> std::result::Result<bool, FieldError> {
    let unreadable = |_| FieldError::new("file", "unreadable");
    let shape = shape_of(path).map_err(unreadable)?;
    if shape.encoding == Encoding::Utf16 {
        return Err(FieldError::new("file", "encoding"));
    }
    let mut seen: Vec<(What, Columns)> = Vec::new();
    let mut any = false;
    walk(kind, options, path, shape, |section, _| {
        any = true;
        if let Some(columns) = &section.columns
            && !seen.iter().any(|(what, _)| *what == section.what)
        {
            seen.push((section.what, columns.clone()));
        }
        // A full export has its sections in any order; the others show everything at once.
        Ok(kind == Kind::Mailchimp || kind == Kind::PapFull && seen.len() < 2)
    })
    .map_err(unreadable)?;
    if !any {
        return Err(FieldError::new("file", "no_rows"));
    }
    let mut names_program = false;
    for (what, columns) in &seen {
        let needed: &[&str] = match (what, kind) {
            (What::Sales, Kind::PapFull) => &["affiliate_ref", "amount", "commission"],
            (What::Sales, _) => &["affiliate_ref", "order_id", "amount"],
            (What::People, Kind::PapFull) => &["user_id"],
            (What::People | What::Suppressions | What::List, _) => &["email"],
            (What::Nothing, _) => &[],
        };
        if let Some(missing) = needed.iter().find(|n| !columns.has(n)) {
            return Err(FieldError::new("file", "columns").arg("column", missing));
        }
        if *what == What::Sales {
            names_program = columns.has("program") && !programs.is_empty();
            let dated = columns.has("date");
            match options.sale_date {
                SaleDate::PerRow if !dated => return Err(FieldError::new("sale_date", "no_date_column")),
                SaleDate::Unsaid if !dated => return Err(FieldError::new("sale_date", "required")),
                _ => {}
            }
        }
    }
    Ok(names_program)
}

/// A column of a file, as somebody who maps it sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Seen {
    /// Its heading.
    pub header: String,
    /// Up to three cells that are not empty.
    pub samples: Vec<String>,
    /// Our names for which it is taken.
    pub guess: Vec<String>,
}

/// Heads of a file: what [`look`] found.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// Columns in their order; of the sales or the first people of a file with sections.
    pub columns: Vec<Seen>,
    /// Whether some rows are sales.
    pub has_sales: bool,
    /// Whether the sales have a date.
    pub dated: bool,
    /// A date as the file writes it.
    pub date: String,
}

/// Our names of columns that a kind of file may have, those it needs first.
pub fn names_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::PapSimple | Kind::PapFull | Kind::ConversionsCsv => &[
            "affiliate_ref",
            "order_id",
            "amount",
            "date",
            "status",
            "commission",
            "currency",
            "product_id",
            "program",
            "source",
            "sub_id",
        ],
        Kind::MembersCsv => &[
            "email",
            "name",
            "first_name",
            "last_name",
            "locale",
            "affiliate_ref",
            "match_ids",
            "sponsor",
            "program",
            "list_status",
            "consent",
            "consent_time",
            "consent_ip",
            "consent_wording",
        ],
        Kind::Mailchimp | Kind::Listmonk => &[
            "email",
            "name",
            "first_name",
            "last_name",
            "locale",
            "affiliate_ref",
            "list_status",
            "consent_time",
            "consent_ip",
            "consent_wording",
        ],
        Kind::SuppressionsCsv => &["email", "reason"],
    }
}

/// Reads the first rows of a file: its columns with samples, and what each one is taken for.
///
/// # Errors
/// When the file cannot be read.
pub fn look(kind: Kind, options: &Options, path: &Path) -> Result<Head> {
    let shape = shape_of(path)?;
    let mut head = Head::default();
    let mut headers: Vec<String> = Vec::new();
    let mut rows = 0;
    let mut section = Section::start(kind);
    for line in Rows::open(path, shape)? {
        let line = line?;
        if kind.has_sections()
            && let Some(name) = line.section()
        {
            section = Section::named(kind, name, line.number);
            continue;
        }
        if section.what == What::Nothing {
            continue;
        }
        if section.columns.is_none() {
            let found = header(kind, options, &line);
            let is_header = found.is_some();
            let columns = found.unwrap_or_else(|| Columns::simple(line.cells.len(), true));
            if section.what == What::Sales {
                head.has_sales = true;
                head.dated = columns.has("date");
            }
            // Sales are what questions are asked about.
            if headers.is_empty() || section.what == What::Sales {
                headers = if is_header { line.cells.clone() } else { vec![String::new(); line.cells.len()] };
                head.columns = seen(kind, &headers, &columns);
                rows = 0;
            }
            section.columns = Some(columns);
            if is_header {
                continue;
            }
        }
        if rows < 20 && (section.what == What::Sales || !head.has_sales) {
            rows += 1;
            for (column, cell) in head.columns.iter_mut().zip(&line.cells) {
                if !cell.is_empty() && column.samples.len() < 3 && !column.samples.contains(cell) {
                    column.samples.push(cell.chars().take(60).collect());
                }
            }
            if let (Some(columns), true) = (&section.columns, head.date.is_empty()) {
                columns.cell(&line, "date").clone_into(&mut head.date);
            }
        }
        if rows >= 20 && (head.has_sales || !kind.has_sections()) {
            break;
        }
    }
    Ok(head)
}

fn seen(kind: Kind, headers: &[String], columns: &Columns) -> Vec<Seen> {
    let guess = |i: usize| {
        let names = names_of(kind).iter().filter(|n| columns.0.get(**n) == Some(&i));
        names.map(|n| (*n).to_owned()).collect()
    };
    let column = |(i, header): (usize, &String)| Seen { header: header.clone(), samples: Vec::new(), guess: guess(i) };
    headers.iter().enumerate().map(column).collect()
}
