//! `/api/v1/conversions` and `/api/v1/me/sales`

use super::Money;
use crate::db::Ms;
use crate::error::{Error, FieldError, Result};
use crate::i18n::iso;
use crate::programs::amount::{self, Beyond};
use crate::programs::ingest::{self, Outcome};
use crate::programs::model::{NewSale, Product, Program, Status, loose_sub_id, parse_id};
use crate::programs::store::{
    self,
    sales::{Filter, ListedSale},
};
use crate::web::forms::Json;
use crate::web::guards::{Ingest, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use crate::web::viewer::Scope;
use actix_web::{HttpResponse, web};
use serde_json::value::RawValue;

/// The most items of one call.
const MOST: usize = 1_000;

/// Sales to report. Each item is read on its own, so that a wrong one does not stop the others.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// 1 to 1,000 sales.
    #[schema(value_type = Vec<ReportedSale>)]
    items: Vec<Box<RawValue>>,
}

/// One reported sale.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportedSale {
    /// Who reports; with `order_id` and `product_id` the identity of the sale.
    source: String,
    /// Order number.
    order_id: String,
    /// Product.
    #[serde(default)]
    product_id: Option<String>,
    /// The partner's reference.
    affiliate_ref: String,
    /// Decimal text or number, at most two decimals.
    #[schema(value_type = String)]
    amount: Box<RawValue>,
    /// ISO 4217.
    currency: String,
    /// Decimal text or number; left out, a known commission stays.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    commission: Option<Box<RawValue>>,
    /// Where it stands.
    status: String,
    /// RFC 3339.
    occurred_at: String,
    /// Slug of the program; not needed with one program, nor where `source` is the slug.
    #[serde(default)]
    program: Option<String>,
    /// Mark that the partner's link carried; left out, a known one stays.
    #[serde(default)]
    sub_id: Option<String>,
}

/// What was wrong with one item.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ItemError {
    /// Place in `items`, from 0.
    pub index: usize,
    /// Stable code.
    pub code: &'static str,
    /// The field, where it is one.
    pub field: &'static str,
}

/// What happened.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Reported {
    /// New sales.
    pub created: i64,
    /// Known sales with other facts.
    pub updated: i64,
    /// Known sales.
    pub unchanged: i64,
    /// Items left out.
    pub errors: Vec<ItemError>,
}

/// The text of a JSON number or string.
fn number_text(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    if text.starts_with('"') { serde_json::from_str(text).ok() } else { Some(text.to_owned()) }
}

fn money(raw: &RawValue) -> Result<i64, &'static str> {
    let text = number_text(raw).ok_or("number")?;
    let minor = amount::parse(&text, Beyond::Refuse).map_err(amount::Wrong::code)?;
    if minor < 0 { Err("amount_range") } else { Ok(minor) }
}

/// The program an item means: named, by its source, or the only one.
fn program_of(programs: &[Program], named: Option<&str>, source: &str) -> Result<Option<i64>, &'static str> {
    if let Some(slug) = named {
        return programs.iter().find(|p| p.slug == slug).map(|p| Some(p.id)).ok_or("not_found");
    }
    let by_source = programs.iter().find(|p| p.slug == source || p.source() == source);
    Ok(by_source.or(if programs.len() == 1 { programs.first() } else { None }).map(|p| p.id))
}

type Bad = (&'static str, &'static str);

fn sale(raw: &RawValue, programs: &[Program]) -> Result<NewSale, Bad> {
    let item: ReportedSale = serde_json::from_str(raw.get()).map_err(|e| {
        let text = e.to_string();
        let field = [
            "source",
            "order_id",
            "product_id",
            "affiliate_ref",
            "amount",
            "currency",
            "commission",
            "status",
            "occurred_at",
        ]
        .into_iter()
        .find(|f| text.contains(&format!("`{f}`")))
        .unwrap_or("");
        let code = if text.starts_with("missing") {
            "missing"
        } else if text.starts_with("unknown") {
            "unknown"
        } else {
            "type"
        };
        (field, code)
    })?;
    let id = |field: &'static str, text: &str| parse_id(text).map_err(|code| (field, code));
    let product = match item.product_id.as_deref().map(str::trim) {
        None | Some("") => String::new(),
        Some(text) => id("product_id", text)?,
    };
    let source = id("source", &item.source)?;
    let program_id = program_of(programs, item.program.as_deref(), &source).map_err(|c| ("program", c))?;
    let occurred_at: jiff::Timestamp = item.occurred_at.trim().parse().map_err(|_| ("occurred_at", "date"))?;
    let commission = match &item.commission {
        Some(raw) if raw.get() != "null" => Some(money(raw).map_err(|c| ("commission", c))?),
        _ => None,
    };
    Ok(NewSale {
        // Files and postbacks of a program leave the product out at times; a program that reports for them must not.
        loose: false,
        order_id: id("order_id", &item.order_id)?,
        product: Product::Named(product),
        program_id,
        affiliate_ref: id("affiliate_ref", &item.affiliate_ref)?,
        amount: money(&item.amount).map_err(|c| ("amount", c))?,
        currency: amount::parse_currency(&item.currency).ok_or(("currency", "currency"))?,
        commission,
        status: Status::parse(item.status.trim()).ok_or(("status", "choice"))?,
        occurred_at: occurred_at.as_millisecond(),
        dated: true,
        keeps_refund: false,
        raw: String::new(),
        sub_id: item.sub_id.as_deref().map(loose_sub_id).unwrap_or_default(),
        source,
    })
}

/// `POST /api/v1/conversions`
#[utoipa::path(post, path = "/api/v1/conversions", tag = "sales", request_body = Report,
    responses((status = 200, body = Reported), (status = 422, body = Problem)))]
pub async fn report(me: Ingest, body: Json<Report>) -> Result<HttpResponse> {
    let items = body.0.items;
    if items.is_empty() || items.len() > MOST {
        return Err(Error::Invalid(vec![FieldError::new("items", "range").arg("min", 1).arg("max", MOST)]));
    }
    let reported = me
        .house
        .db
        .write(move |tx| {
            let programs = store::list_programs(tx)?;
            let (mut good, mut errors) = (Vec::with_capacity(items.len()), Vec::new());
            for (index, item) in items.iter().enumerate() {
                match sale(item, &programs) {
                    Ok(sale) => good.push(sale),
                    Err((field, code)) => errors.push(ItemError { index, code, field }),
                }
            }
            let done = ingest::apply(tx, &good, None)?;
            Ok(Reported {
                created: done.count(Outcome::Created),
                updated: done.count(Outcome::Updated),
                unchanged: done.count(Outcome::Unchanged),
                errors,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(reported))
}

/// A sale.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SaleJson {
    /// Id.
    pub id: i64,
    /// Who reported it.
    pub source: String,
    /// Order number.
    pub order_id: String,
    /// Product, or empty.
    pub product_id: String,
    /// Slug of the program.
    pub program: Option<String>,
    /// The partner's reference as reported.
    pub affiliate_ref: String,
    /// The partner; null while nobody has this reference.
    pub member: Option<SaleMember>,
    /// Amount.
    pub amount: Money,
    /// Commission, where it is known.
    pub commission: Option<Money>,
    /// Where it stands.
    pub status: String,
    /// Mark that the partner's link carried.
    pub sub_id: String,
    /// When it was made.
    pub occurred_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// The partner of a sale.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SaleMember {
    /// Id.
    pub id: i64,
    /// Shown name.
    pub name: String,
}

fn json(row: ListedSale) -> SaleJson {
    let sale = row.sale;
    SaleJson {
        id: sale.id,
        source: sale.source,
        order_id: sale.order_id,
        product_id: sale.product_id,
        program: row.program.map(|(slug, _)| slug),
        affiliate_ref: sale.affiliate_ref,
        member: sale.member_id.zip(row.member).map(|(id, name)| SaleMember { id, name }),
        amount: Money::new(sale.amount, &sale.currency),
        commission: sale.commission.map(|c| Money::new(c, &sale.currency)),
        status: sale.status,
        sub_id: sale.sub_id,
        occurred_at: iso(sale.occurred_at),
        updated_at: iso(sale.updated_at),
    }
}

/// What sales may be narrowed by.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct SalesQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    /// `pending`, `approved`, `declined` or `refunded`.
    status: Option<String>,
    /// Slug of a program.
    program: Option<String>,
    /// Who reported it.
    source: Option<String>,
    /// Order number.
    order_id: Option<String>,
    /// Member id; managers only.
    member: Option<i64>,
    /// Whether nobody has the reference; managers only.
    waiting: Option<bool>,
    /// Not before, RFC 3339.
    from: Option<String>,
    /// Before, RFC 3339.
    to: Option<String>,
}

fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Ms>> {
    let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(None) };
    let at: jiff::Timestamp = text.parse().map_err(|_| Error::field(field, "date"))?;
    Ok(Some(at.as_millisecond()))
}

async fn listed(me: &Member, query: SalesQuery, own: bool) -> Result<HttpResponse> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after()?);
    if let Some(status) = &query.status
        && Status::parse(status).is_none()
    {
        return Err(Error::Invalid(vec![
            FieldError::new("status", "choice").arg("choices", "pending, approved, declined, refunded"),
        ]));
    }
    let (from, to) = (moment("from", query.from.as_deref())?, moment("to", query.to.as_deref())?);
    let mine = me.viewer.id.0;
    let rows = me
        .house
        .db
        .read(move |c| {
            let program = match &query.program {
                Some(slug) => {
                    Some(store::find_program_by_slug(c, slug)?.ok_or_else(|| Error::field("program", "not_found"))?.id)
                }
                None => None,
            };
            let filter = Filter {
                member: if own { Some(mine) } else { query.member },
                status: query.status,
                program,
                source: query.source,
                order: query.order_id,
                waiting: if own { None } else { query.waiting },
                from,
                to,
            };
            store::sales::list_sales(c, &filter, after, limit)
        })
        .await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: r.sale.occurred_at, id: r.sale.id });
    Ok(HttpResponse::Ok().json(page.map(json)))
}

/// `GET /api/v1/conversions`: all for managers, the own ones for members.
#[utoipa::path(get, path = "/api/v1/conversions", tag = "sales", params(SalesQuery),
    responses((status = 200, body = Page<SaleJson>), (status = 422, body = Problem)))]
pub async fn list(me: Member, query: web::Query<SalesQuery>) -> Result<HttpResponse> {
    let own = !(me.viewer.is_manager() && me.viewer.has_scope(Scope::Manage));
    listed(&me, query.into_inner(), own).await
}

/// `GET /api/v1/me/sales`: the own ones.
#[utoipa::path(get, path = "/api/v1/me/sales", tag = "sales", params(SalesQuery),
    responses((status = 200, body = Page<SaleJson>), (status = 422, body = Problem)))]
pub async fn mine(me: Member, query: web::Query<SalesQuery>) -> Result<HttpResponse> {
    listed(&me, query.into_inner(), true).await
}
