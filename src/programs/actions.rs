//! Rules of programs and of single reported sales.

use super::amount::{self, Beyond};
use super::ingest;
use super::model::{
    NewSale, Product, Program, Status, loose_sub_id, parse_commission, parse_id, parse_link_base, parse_sub_param,
};
use super::store::programs::{self as store, ProgramFields};
use crate::accounts::token;
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::members::store::insert_audit;
use crate::text::is_slug;
use crate::web::forms::Check;
use crate::web::viewer::MemberId;

/// What a manager types of a program.
#[derive(Debug, Clone, Default)]
pub struct ProgramDraft {
    /// Stable name; made from the name where it is empty.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Link with `{ref}`.
    pub link_base: String,
    /// ISO 4217; the community's where it is empty.
    pub currency: String,
    /// German description.
    pub description_de: String,
    /// English description.
    pub description_en: String,
    /// Parameter of a link by which the shop tells sales apart; may be empty.
    pub sub_param: String,
}

fn checked(draft: &ProgramDraft) -> Result<ProgramFields> {
    let mut check = Check::new();
    let name = check.line("name", &draft.name, 1, 100);
    let slug = if draft.slug.trim().is_empty() { crate::text::slug(&name) } else { draft.slug.trim().to_owned() };
    if !is_slug(&slug) {
        check.add(FieldError::new("slug", "slug"));
    }
    let link_base = check.keep(parse_link_base(&draft.link_base)).unwrap_or_default();
    let currency = amount::parse_currency(&draft.currency).ok_or_else(|| FieldError::new("currency", "currency"));
    let currency = check.keep(currency).unwrap_or_default();
    let description_de = check.text("description.de", &draft.description_de, 0, 2_000);
    let description_en = check.text("description.en", &draft.description_en, 0, 2_000);
    let sub_param = check.keep(parse_sub_param(&draft.sub_param)).unwrap_or_default();
    check.done()?;
    Ok(ProgramFields { slug, name, link_base, currency, description_de, description_en, sub_param })
}

/// Makes a program.
///
/// # Errors
/// Invalid fields, `taken` on `slug`.
pub async fn create_program(house: &House, actor: MemberId, mut draft: ProgramDraft) -> Result<i64> {
    if draft.currency.trim().is_empty() {
        draft.currency = house.db.read(crate::settings::load).await?.currency;
    }
    let fields = checked(&draft)?;
    let secret = token::fresh()?;
    house
        .db
        .write(move |tx| {
            let id = store::insert_program(tx, &fields, &secret)?;
            insert_audit(tx, Some(actor), "program.create", ("program", Some(id)), &fields.slug)?;
            Ok(id)
        })
        .await
}

/// A pattern as a partner would get it: the partner's name, where the reference is somebody's, and the link.
///
/// # Errors
/// What is wrong with the pattern; `required` on `partner`.
pub fn try_link(conn: &mut Conn, link_base: &str, reference: &str) -> Result<(String, String)> {
    let mut check = Check::new();
    let base = check.keep(parse_link_base(link_base)).unwrap_or_default();
    let reference = check.line("partner", reference, 1, 100);
    check.done()?;
    let owner = store::find_partner(conn, &reference)?.unwrap_or_default();
    Ok((owner, crate::text::merge::affiliate_link(&base, &reference)))
}

/// Changes a program; the slug stays.
///
/// # Errors
/// Invalid fields, [`Error::NotFound`].
pub async fn update_program(house: &House, actor: MemberId, id: i64, draft: ProgramDraft) -> Result<()> {
    let fields = checked(&draft)?;
    house
        .db
        .write(move |tx| {
            store::update_program(tx, id, &fields)?;
            insert_audit(tx, Some(actor), "program.update", ("program", Some(id)), &fields.slug)
        })
        .await
}

/// Gives the shop's address a new secret.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn rotate_secret(house: &House, actor: MemberId, id: i64) -> Result<()> {
    let secret = token::fresh()?;
    house
        .db
        .write(move |tx| {
            store::update_secret(tx, id, &secret)?;
            insert_audit(tx, Some(actor), "program.rotate_secret", ("program", Some(id)), "")
        })
        .await
}

/// Address that the shop calls for each sale.
pub fn postback_url(house: &House, program: &Program) -> String {
    house.config.absolute(&format!("/s2s/{}/sale.php", program.s2s_secret))
}

/// The program of `slug`, or the only one where none is named.
///
/// # Errors
/// `required` or `not_found` on `program`.
pub fn resolve_program(conn: &mut Conn, slug: Option<&str>) -> Result<Program> {
    let slug = slug.map(str::trim).filter(|s| !s.is_empty());
    if let Some(slug) = slug {
        return store::find_program_by_slug(conn, slug)?.ok_or_else(|| Error::field("program", "not_found"));
    }
    let mut all = store::list_programs(conn)?;
    match all.len() {
        1 => all.pop().ok_or(Error::NotFound),
        0 => Err(Error::field("program", "not_found")),
        _ => Err(Error::field("program", "required")),
    }
}

/// A sale as a shop's postback names it (Post Affiliate Pro's `sale.php`): names are matched without case.
#[derive(Debug, Clone, Default)]
pub struct Postback(pub Vec<(String, String)>);

impl Postback {
    fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| v.trim())
    }

    fn sale(&self, program: &Program, now: i64) -> Result<NewSale> {
        let mut check = Check::new();
        let id = |check: &mut Check, name: &'static str| {
            check
                .keep(parse_id(self.text(name)).map_err(|c| FieldError::new(name, c).arg("max", 200)))
                .unwrap_or_default()
        };
        let order_id = id(&mut check, "OrderID");
        let affiliate_ref = id(&mut check, "AffiliateID");
        let wrong = |field: &'static str, w: amount::Wrong| FieldError::new(field, w.code());
        let number = |check: &mut Check, name: &'static str| {
            let parsed = amount::parse(self.text(name), Beyond::Round)
                .and_then(|n| if n < 0 { Err(amount::Wrong::Range) } else { Ok(n) });
            check.keep(parsed.map_err(|w| wrong(name, w))).unwrap_or(0)
        };
        let mut total = 0;
        if self.text("TotalCost").is_empty() {
            check.add(FieldError::new("TotalCost", "required"));
        } else {
            total = number(&mut check, "TotalCost");
        }
        // Fixed cost lowers what a commission is reckoned from, not the turnover.
        let fixed = if self.text("FixedCost").is_empty() { 0 } else { number(&mut check, "FixedCost") };
        let commission = match self.text("Commission") {
            "" => None,
            text => check.keep(parse_commission(text, (total - fixed).max(0)).map_err(|w| wrong("Commission", w))),
        };
        let currency = match self.text("Currency") {
            "" => program.currency.clone(),
            text => check
                .keep(amount::parse_currency(text).ok_or_else(|| FieldError::new("Currency", "currency")))
                .unwrap_or_default(),
        };
        let status = match self.text("PStatus") {
            "" => Status::Pending,
            text => check
                .keep(
                    Status::parse_loose(text)
                        .ok_or_else(|| FieldError::new("PStatus", "choice").arg("choices", "A, P, D")),
                )
                .unwrap_or(Status::Pending),
        };
        let product = self.text("ProductID");
        let product = if product.is_empty() {
            Product::Unsaid
        } else {
            let named = parse_id(product).map_err(|c| FieldError::new("ProductID", c).arg("max", 200));
            Product::Named(check.keep(named).unwrap_or_default())
        };
        check.done()?;
        // The shop sends the mark of the link back under its own name, as `SubId`, or in a data field of the tracker.
        let own = Some(program.sub_param.as_str()).filter(|p| !p.is_empty());
        let sub_id = own
            .into_iter()
            .chain(["SubId", "sub_id", "data1"])
            .map(|name| self.text(name))
            .find(|text| !text.is_empty())
            .map(loose_sub_id)
            .unwrap_or_default();
        let raw: Vec<String> = self.0.iter().take(60).map(|(n, v)| format!("{n}={v}")).collect();
        Ok(NewSale {
            sub_id,
            source: program.source(),
            order_id,
            product,
            loose: true,
            program_id: Some(program.id),
            affiliate_ref,
            amount: total,
            currency,
            commission,
            status,
            occurred_at: now,
            dated: false,
            keeps_refund: false,
            raw: raw.join("&").chars().take(2_000).collect(),
        })
    }
}

/// Takes a postback of the program that `secret` names.
///
/// # Errors
/// [`Error::NotFound`] for an unknown secret; invalid fields.
pub async fn take_postback(house: &House, secret: String, call: Postback) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let program = store::find_program_by_secret(tx, &secret)?;
            let sale = call.sale(&program, tx.now())?;
            let done = ingest::apply(tx, &[sale], None)?;
            match done.outcomes.first() {
                Some(ingest::Outcome::Ambiguous) => Err(Error::field("ProductID", "ambiguous_order")),
                _ => Ok(()),
            }
        })
        .await
}
