//! One way in for sales, whoever reports them: API, postback and files.
//!
//! Invariants: (source, order, product) is one sale for ever; reporting it again with the same facts changes
//! nothing; each change is recorded with the facts before and after; a sale of an unknown partner is kept and waits.

use super::model::{Facts, NewSale, Product, Sale, Status, ref_key};
use super::store::{programs, sales};
use super::tiers;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::web::viewer::MemberId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Sales of one statement: 17 values each stay below SQLite's 32,766 and PostgreSQL's 65,535 binds.
const AT_ONCE: usize = 500;

/// What happened to one reported sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was known with other facts.
    Updated,
    /// It was known.
    Unchanged,
    /// The order has several products and the report does not say which.
    Ambiguous,
}

/// What happened to a batch.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// Outcome of each sale, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// Whether each one waits for its partner.
    pub waits: Vec<bool>,
    /// Partners whose sales changed.
    pub members: BTreeSet<i64>,
}

impl Applied {
    /// How many had this outcome.
    pub fn count(&self, outcome: Outcome) -> i64 {
        i64::try_from(self.outcomes.iter().filter(|o| **o == outcome).count()).unwrap_or(i64::MAX)
    }
}

/// Who has which reference.
struct Owners(HashMap<String, Vec<(i64, i64)>>);

impl Owners {
    fn load(conn: &mut Conn, batch: &[NewSale]) -> Result<Self> {
        let keys: BTreeSet<String> = batch.iter().map(|s| ref_key(&s.affiliate_ref)).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let mut map: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
        for part in keys.chunks(AT_ONCE) {
            for (program, key, member) in programs::list_owners(conn, part)? {
                map.entry(key).or_default().push((program, member));
            }
        }
        Ok(Self(map))
    }

    /// The partner of a reference; without a program only where no two members share it.
    fn of(&self, program: Option<i64>, reference: &str) -> Option<i64> {
        let owners = self.0.get(&ref_key(reference))?;
        match program {
            Some(program) => owners.iter().find(|(p, _)| *p == program).map(|(_, m)| *m),
            None => {
                let (_, first) = owners.first()?;
                owners.iter().all(|(_, m)| m == first).then_some(*first)
            }
        }
    }
}

/// Which known sale a report means.
enum Meant {
    None,
    One(Box<Sale>),
    Several,
}

/// Known sales of a batch by source and order.
struct Known(HashMap<(String, String), Vec<Sale>>);

impl Known {
    fn load(conn: &mut Conn, batch: &[NewSale], lock: bool) -> Result<Self> {
        let mut by_source: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for sale in batch {
            by_source.entry(&sale.source).or_default().insert(&sale.order_id);
        }
        let mut map: HashMap<(String, String), Vec<Sale>> = HashMap::new();
        for (source, orders) in by_source {
            let orders: Vec<&str> = orders.into_iter().collect();
            for sale in sales::list_known(conn, source, &orders, lock)? {
                map.entry((source.to_owned(), sale.order_id.clone())).or_default().push(sale);
            }
        }
        Ok(Self(map))
    }

    fn meant(&self, new: &NewSale) -> Meant {
        let Some(of_order) = self.0.get(&(new.source.clone(), new.order_id.clone())) else { return Meant::None };
        if let Some(exact) = of_order.iter().find(|s| s.product_id == new.product.text()) {
            return Meant::One(Box::new(exact.clone()));
        }
        if !new.loose {
            return Meant::None;
        }
        match (&new.product, of_order.as_slice()) {
            (Product::Unsaid, [only]) => Meant::One(Box::new(only.clone())),
            (Product::Unsaid, [_, ..]) => Meant::Several,
            (Product::Named(_), of_order) => of_order
                .iter()
                .find(|s| s.product_id.is_empty())
                .map_or(Meant::None, |s| Meant::One(Box::new(s.clone()))),
            (Product::Unsaid, []) => Meant::None,
        }
    }
}

/// The facts of a known sale after this report.
fn facts_after(known: &Sale, new: &NewSale, owners: &Owners) -> Facts {
    let mut facts = Facts { updated_at: None, ..Facts::of(known) };
    if let Product::Named(product) = &new.product {
        facts.product_id.clone_from(product);
    }
    facts.program_id = new.program_id.or(known.program_id);
    if !new.sub_id.is_empty() {
        facts.sub_id.clone_from(&new.sub_id);
    }
    if ref_key(&new.affiliate_ref) != known.ref_key {
        facts.affiliate_ref.clone_from(&new.affiliate_ref);
        facts.member_id = owners.of(facts.program_id, &new.affiliate_ref);
    } else if facts.member_id.is_none() {
        facts.member_id = owners.of(facts.program_id, &new.affiliate_ref);
    }
    // In a full export a refund is a row of its own beside its sale: it takes the sale back and leaves its day and
    // amount alone, or the two rows would change the sale back and forth each time the file is read.
    if new.keeps_refund && new.status == Status::Refunded {
        facts.status = Status::Refunded.code().to_owned();
        return facts;
    }
    facts.amount = new.amount;
    facts.currency.clone_from(&new.currency);
    facts.commission = new.commission.or(known.commission);
    if !(new.keeps_refund && known.status == Status::Refunded.code()) {
        facts.status = new.status.code().to_owned();
    }
    if new.dated {
        facts.occurred_at = new.occurred_at;
    }
    facts
}

fn facts_of_new(new: &NewSale, member: Option<i64>, import: Option<i64>) -> Facts {
    Facts {
        product_id: new.product.text().to_owned(),
        program_id: new.program_id,
        affiliate_ref: new.affiliate_ref.clone(),
        member_id: member,
        amount: new.amount,
        currency: new.currency.clone(),
        commission: new.commission,
        status: new.status.code().to_owned(),
        occurred_at: new.occurred_at,
        import_id: import,
        sub_id: new.sub_id.clone(),
        updated_at: None,
    }
}

fn json(facts: &Facts) -> Result<String> {
    serde_json::to_string(facts).map_err(Error::internal)
}

/// Keeps reported sales: creates what is new, updates what differs, leaves the rest, and has the tiers of the
/// partners looked at. Safe beside other calls with the same sales.
///
/// # Errors
/// Only when the database fails.
pub fn apply(tx: &mut Tx<'_>, batch: &[NewSale], import: Option<i64>) -> Result<Applied> {
    let mut all = Applied::default();
    for part in parts(batch) {
        let done = apply_part(tx, part, import)?;
        all.outcomes.extend(done.outcomes);
        all.waits.extend(done.waits);
        all.members.extend(done.members);
    }
    // An import looks at the tiers once, at its end.
    if import.is_none() {
        tiers::enqueue_for(tx, &all.members)?;
    }
    Ok(all)
}

/// What [`apply`] would answer, without changing anything: for dry runs.
///
/// # Errors
/// Only when the database fails.
pub fn preview(conn: &mut Conn, batch: &[NewSale]) -> Result<Applied> {
    let mut all = Applied::default();
    for part in parts(batch) {
        let owners = Owners::load(conn, part)?;
        let known = Known::load(conn, part, false)?;
        for new in part {
            let (outcome, member) = match known.meant(new) {
                Meant::None => (Outcome::Created, owners.of(new.program_id, &new.affiliate_ref)),
                Meant::Several => (Outcome::Ambiguous, Some(0)),
                Meant::One(sale) => {
                    let after = facts_after(&sale, new, &owners);
                    let same = after.says_the_same(&Facts::of(&sale));
                    (if same { Outcome::Unchanged } else { Outcome::Updated }, after.member_id)
                }
            };
            all.outcomes.push(outcome);
            all.waits.push(member.is_none());
        }
    }
    Ok(all)
}

/// Cuts a batch so that no part names a sale twice: the second report meets the first one's row.
fn parts(batch: &[NewSale]) -> Vec<&[NewSale]> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut seen: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    for (i, sale) in batch.iter().enumerate() {
        let product = if sale.loose { "" } else { sale.product.text() };
        let key = (sale.source.as_str(), sale.order_id.as_str(), product);
        if i - start >= AT_ONCE || !seen.insert(key) {
            out.push(&batch[start..i]);
            start = i;
            seen.clear();
            seen.insert(key);
        }
    }
    if start < batch.len() {
        out.push(&batch[start..]);
    }
    out
}

fn apply_part(tx: &mut Tx<'_>, part: &[NewSale], import: Option<i64>) -> Result<Applied> {
    let owners = Owners::load(tx, part)?;
    let mut known = Known::load(tx, part, true)?;
    let fresh: Vec<(&NewSale, Option<i64>)> = part
        .iter()
        .filter(|new| matches!(known.meant(new), Meant::None))
        .map(|new| (new, owners.of(new.program_id, &new.affiliate_ref)))
        .collect();
    let mut steps = Vec::new();
    let mut created: HashMap<(String, String, String), i64> = HashMap::new();
    if !fresh.is_empty() {
        let stored = sales::insert_sales(tx, &fresh, import)?;
        created.extend(stored.into_iter().map(|(id, source, order, product)| ((source, order, product), id)));
        if created.len() < fresh.len() {
            // Somebody else stored some of them since we looked; they are locked for us now.
            known = Known::load(tx, part, true)?;
        }
    }
    let mut all = Applied::default();
    for new in part {
        let key = (new.source.clone(), new.order_id.clone(), new.product.text().to_owned());
        let (outcome, member) = if let Some(id) = created.get(&key) {
            let member = owners.of(new.program_id, &new.affiliate_ref);
            let after = json(&facts_of_new(new, member, import))?;
            steps.push(sales::Change { sale: *id, import, before: String::new(), after, by_match: false });
            all.members.extend(member);
            (Outcome::Created, member)
        } else {
            match known.meant(new) {
                Meant::One(sale) => update_known(tx, new, &sale, &owners, import, &mut steps, &mut all.members)?,
                Meant::Several => (Outcome::Ambiguous, Some(0)),
                Meant::None => return Err(Error::internal("a sale was neither new nor known")),
            }
        };
        all.outcomes.push(outcome);
        all.waits.push(member.is_none());
    }
    sales::insert_changes(tx, &steps)?;
    Ok(all)
}

fn update_known(
    tx: &mut Tx<'_>,
    new: &NewSale,
    sale: &Sale,
    owners: &Owners,
    import: Option<i64>,
    steps: &mut Vec<sales::Change>,
    members: &mut BTreeSet<i64>,
) -> Result<(Outcome, Option<i64>)> {
    let before = Facts::of(sale);
    let mut after = facts_after(sale, new, owners);
    if after.says_the_same(&before) {
        return Ok((Outcome::Unchanged, before.member_id));
    }
    after.import_id = import.or(before.import_id);
    sales::update_facts(tx, sale.id, &after)?;
    steps.push(sales::Change { sale: sale.id, import, before: json(&before)?, after: json(&after)?, by_match: false });
    members.extend(before.member_id);
    members.extend(after.member_id);
    Ok((Outcome::Updated, after.member_id))
}

/// Gives waiting sales to the partner whose reference fits; of `member` only, or of everybody. Where an import brought
/// the partner (`import`), its undoing makes the sales wait again, and who calls looks at the tiers.
/// Answers how many there were in this round, at most 500: call again until it is zero.
///
/// # Errors
/// Only when the database fails.
pub fn match_waiting(tx: &mut Tx<'_>, member: Option<MemberId>, import: Option<i64>) -> Result<usize> {
    let found = sales::list_matchable(tx, member, 500)?;
    let mut steps = Vec::with_capacity(found.len());
    let mut members = BTreeSet::new();
    for (sale, owner) in &found {
        let before = Facts::of(sale);
        let after = Facts { member_id: Some(*owner), updated_at: None, ..before.clone() };
        sales::update_facts(tx, sale.id, &after)?;
        steps.push(sales::Change {
            sale: sale.id,
            import,
            before: json(&before)?,
            after: json(&after)?,
            by_match: true,
        });
        members.insert(*owner);
    }
    sales::insert_changes(tx, &steps)?;
    if import.is_none() {
        tiers::enqueue_for(tx, &members)?;
    }
    Ok(found.len())
}
