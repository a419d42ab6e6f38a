//! Which column of a file is which.

use super::table::{Encoding, Line, Rows, Shape, shape_of};
use super::{Kind, Options, SaleDate};
use crate::error::{FieldError, Result};
use crate::programs::amount::Evidence;
use crate::programs::model::{Program, Status};
use std::collections::BTreeMap;
use std::path::Path;

/// Our names of columns, each with what others call it (folded, letters and digits only).
const NAMES: [(&str, &[&str]); 22] = [
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
    ("trans_id", &["transid"]),
    ("type", &["rtype", "type", "typ"]),
    ("tier", &["tier"]),
    ("email", &["email", "emailaddress", "mail", "username", "emailadresse"]),
    ("name", &["name", "fullname"]),
    ("first_name", &["firstname", "vorname"]),
    ("last_name", &["lastname", "nachname", "surname"]),
    ("locale", &["locale", "language", "sprache", "lang"]),
    ("user_id", &["userid"]),
    ("ref_id", &["refid", "referralid"]),
    ("reason", &["reason", "grund"]),
];

fn folded(header: &str) -> String {
    crate::text::fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Place of each known column.
#[derive(Debug, Clone, Default)]
pub struct Columns(BTreeMap<&'static str, usize>);

impl Columns {
    /// Reads a header, with the caller's mapping first.
    pub fn of_header(cells: &[String], mapping: &BTreeMap<String, String>) -> Self {
        let folded_cells: Vec<String> = cells.iter().map(|c| folded(c)).collect();
        let mut places = BTreeMap::new();
        for (name, others) in NAMES {
            let mapped = mapping.get(name).map(|h| folded(h));
            let wanted = |cell: &String| match &mapped {
                Some(header) => cell == header,
                None => *cell == folded(name) || others.contains(&cell.as_str()),
            };
            if let Some(place) = folded_cells.iter().position(wanted) {
                places.insert(name, place);
            }
        }
        Self(places)
    }

    /// The columns of a simple transaction file without a header.
    pub fn simple(width: usize, dated: bool) -> Self {
        let order = ["affiliate_ref", "campaign", "order_id", "commission", "amount", "status"];
        let mut places: BTreeMap<&'static str, usize> = order.into_iter().enumerate().map(|(i, n)| (n, i)).collect();
        if dated && width > 6 {
            places.insert("date", 6);
        }
        Self(places)
    }

    /// Whether a column is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
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
        let line = line?;
        if kind == Kind::PapFull {
            if let Some(name) = line.section() {
                section = Section::named(name);
                continue;
            }
            if section.what == What::Nothing {
                continue;
            }
        }
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
}

impl Section {
    fn start(kind: Kind) -> Self {
        let what = match kind {
            Kind::PapSimple | Kind::ConversionsCsv => What::Sales,
            Kind::MembersCsv => What::People,
            Kind::SuppressionsCsv => What::Suppressions,
            Kind::PapFull => What::Nothing,
        };
        Self { what, columns: None }
    }

    fn named(name: &str) -> Self {
        let what = match name {
            "COMMISSIONS" => What::Sales,
            "AFFILIATES" => What::People,
            _ => What::Nothing,
        };
        Self { what, columns: None }
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
        Ok(kind == Kind::PapFull && seen.len() < 2)
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
            (What::People | What::Suppressions, _) => &["email"],
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
