//! Pages of policies: the public texts with their versions, the question after signing in, the desk.

use super::model::{Kind, Policy, PolicyInput};
use super::{actions, store};
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Arg, Lang, t, t_args};
use crate::settings::Bilingual;
use crate::text::page_html;
use crate::web::forms::{Choice, Form};
use crate::web::guards::{Ctx, Manager, Member};
use crate::web::problem::field_messages;
use crate::web::redirect::{own_path, see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Edition {
    version: i32,
    created_at: i64,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct LegalView {
    title: String,
    body_html: String,
    /// The version shown; 0: there is none.
    version: i32,
    created_at: i64,
    editions: Vec<Edition>,
    others: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    label: String,
}

/// Which version.
#[derive(Debug, Deserialize)]
pub struct VersionQuery {
    version: Option<i32>,
}

fn title(lang: Lang, kind: Kind, program: Option<&str>) -> String {
    match (kind, program) {
        (Kind::Imprint, _) => t(lang, "shell-imprint").into_owned(),
        (Kind::Privacy, _) => t(lang, "shell-privacy").into_owned(),
        (Kind::Terms, None) => t(lang, "policies-terms").into_owned(),
        (Kind::Terms, Some(name)) => t_args(lang, "policies-terms-of", &[("program", Arg::Text(name.to_owned()))]),
    }
}

fn address(kind: Kind, slug: Option<&str>) -> String {
    match slug {
        Some(slug) => format!("/legal/terms/{slug}"),
        None => format!("/legal/{}", kind.code()),
    }
}

/// A text that somebody who comes in is asked to accept, as a form shows it.
#[derive(Debug, Clone, Serialize)]
pub struct TextBox {
    /// The version.
    pub id: i64,
    /// Heading in the reader's language.
    pub title: String,
    /// Where it can be read.
    pub href: String,
    /// Whether the box was ticked.
    pub checked: bool,
}

/// The boxes for `texts`; `ticked` are those that were ticked before.
///
/// # Errors
/// When the database fails.
pub fn boxes(conn: &mut Conn, lang: Lang, texts: &[Policy], ticked: &[i64]) -> Result<Vec<TextBox>> {
    let programs = store::list_programs(conn)?;
    Ok(texts
        .iter()
        .map(|p| {
            let program = programs.iter().find(|(id, ..)| Some(*id) == p.program_id);
            TextBox {
                id: p.id,
                title: title(lang, p.kind, program.map(|(.., name)| name.as_str())),
                href: address(p.kind, program.map(|(_, slug, _)| slug.as_str())),
                checked: ticked.contains(&p.id),
            }
        })
        .collect())
}

async fn show(ctx: &Ctx, kind: Kind, slug: Option<String>, version: Option<i32>) -> Result<HttpResponse> {
    let lang = ctx.lang();
    let wanted = slug.clone();
    let (settings, versions, current, programs) = ctx
        .house
        .db
        .read(move |c| {
            let programs = store::list_programs(c)?;
            let program = match &wanted {
                None => None,
                Some(slug) => Some(programs.iter().find(|(_, s, _)| s == slug).ok_or(Error::NotFound)?.0),
            };
            let settings = crate::settings::load(c)?;
            Ok((settings, store::list_versions(c, kind, program)?, store::list_current(c)?, programs))
        })
        .await?;
    let newest = versions.first().map_or(0, |p| p.version);
    let shown = match version {
        None => versions.first(),
        Some(v) => Some(versions.iter().find(|p| p.version == v).ok_or(Error::NotFound)?),
    };
    let here = address(kind, slug.as_deref());
    // A text of a house that is older than its versions.
    let plain = match kind {
        Kind::Imprint => settings.imprint.get(lang).to_owned(),
        Kind::Privacy => settings.privacy.get(lang).to_owned(),
        Kind::Terms => String::new(),
    };
    let body = shown.map_or(plain, |p| p.text.get(lang).to_owned());
    let name_of = |id: i64| programs.iter().find(|(p, ..)| *p == id);
    let others = current.iter().filter(|p| p.kind == Kind::Terms).filter_map(|p| {
        let program = p.program_id.and_then(name_of);
        let href = address(Kind::Terms, program.map(|(_, s, _)| s.as_str()));
        (href != here).then(|| Link { label: title(lang, Kind::Terms, program.map(|(.., n)| n.as_str())), href })
    });
    let program = slug.as_deref().and_then(|slug| programs.iter().find(|(_, s, _)| s == slug));
    let title = title(lang, kind, program.map(|(.., n)| n.as_str()));
    let view = LegalView {
        body_html: page_html(&body),
        version: shown.map_or(0, |p| p.version),
        created_at: shown.map_or(0, |p| p.created_at),
        editions: versions
            .iter()
            .map(|p| Edition {
                version: p.version,
                created_at: p.created_at,
                href: if p.version == newest { here.clone() } else { format!("{here}?version={}", p.version) },
                current: shown.is_some_and(|s| s.version == p.version),
            })
            .collect(),
        others: if kind == Kind::Terms { others.collect() } else { Vec::new() },
        title: title.clone(),
    };
    ctx.page("policies/legal", "shell-imprint").title(title).show(&view).await
}

/// `GET /legal/imprint`
pub async fn imprint(ctx: Ctx, query: web::Query<VersionQuery>) -> Result<HttpResponse> {
    show(&ctx, Kind::Imprint, None, query.version).await
}

/// `GET /legal/privacy`
pub async fn privacy(ctx: Ctx, query: web::Query<VersionQuery>) -> Result<HttpResponse> {
    show(&ctx, Kind::Privacy, None, query.version).await
}

/// `GET /legal/terms`
pub async fn terms(ctx: Ctx, query: web::Query<VersionQuery>) -> Result<HttpResponse> {
    show(&ctx, Kind::Terms, None, query.version).await
}

/// `GET /legal/terms/{program}`
pub async fn program_terms(ctx: Ctx, slug: web::Path<String>, query: web::Query<VersionQuery>) -> Result<HttpResponse> {
    show(&ctx, Kind::Terms, Some(slug.into_inner()), query.version).await
}

#[derive(Serialize)]
struct Asked {
    id: i64,
    title: String,
    body_html: String,
    created_at: i64,
    version: i32,
}

#[derive(Serialize)]
struct AgreeView {
    texts: Vec<Asked>,
    next: String,
    errors: BTreeMap<String, String>,
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub struct NextQuery {
    next: Option<String>,
}

async fn ask(me: &Member, next: &str, errors: BTreeMap<String, String>) -> Result<HttpResponse> {
    let (id, lang) = (me.viewer.id, me.lang());
    let (pending, programs) = me.house.db.read(move |c| Ok((store::pending(c, id)?, store::list_programs(c)?))).await?;
    if pending.is_empty() {
        return Ok(see_other(next));
    }
    let name = |p: &Policy| programs.iter().find(|(id, ..)| Some(*id) == p.program_id).map(|(.., n)| n.as_str());
    let texts = pending.iter().map(|p| Asked {
        id: p.id,
        title: title(lang, p.kind, name(p)),
        body_html: page_html(p.text.get(lang)),
        created_at: p.created_at,
        version: p.version,
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = AgreeView { texts: texts.collect(), next: next.to_owned(), errors };
    me.page("policies/agree", "policies-agree-title").status(status).show(&view).await
}

/// `GET /me/agree`
pub async fn agree_form(me: Member, query: web::Query<NextQuery>) -> Result<HttpResponse> {
    let next = query.next.as_deref().and_then(own_path).unwrap_or("/").to_owned();
    ask(&me, &next, BTreeMap::new()).await
}

/// `POST /me/agree`
pub async fn agree(me: Member, form: Form) -> Result<HttpResponse> {
    let next = own_path(form.text("next")).unwrap_or("/").to_owned();
    let id = me.viewer.id;
    let pending = me.house.db.read(move |c| store::pending(c, id)).await?;
    let said: Vec<String> = form.all("policy");
    let missing: Vec<FieldError> = pending
        .iter()
        .filter(|p| !said.contains(&p.id.to_string()))
        .map(|p| FieldError::new(format!("policy-{}", p.id), "policy_needed"))
        .collect();
    let given: Vec<i64> = pending.iter().map(|p| p.id).filter(|p| said.contains(&p.to_string())).collect();
    actions::accept(&me.house, id, given, actions::from(&me, "login")).await?;
    if missing.is_empty() {
        return Ok(see_other_with(&me.house.config, &next, "ok", "policies-agreed"));
    }
    ask(&me, &next, field_messages(me.lang(), &missing)).await
}

#[derive(Serialize)]
struct Line {
    title: String,
    href: String,
    version: i32,
    created_at: i64,
    asks: bool,
    accepted: i64,
}

#[derive(Serialize)]
struct DeskView {
    lines: Vec<Line>,
    programs: Vec<Choice>,
    program: String,
    text_de: String,
    text_en: String,
    asks: bool,
    errors: BTreeMap<String, String>,
}

async fn desk_view(
    me: &Manager,
    program: &str,
    typed: Option<&Form>,
    errors: BTreeMap<String, String>,
) -> Result<DeskView> {
    let lang = me.lang();
    let (current, counts, programs) = me
        .house
        .db
        .read(|c| Ok((store::list_current(c)?, store::count_acceptances(c)?, store::list_programs(c)?)))
        .await?;
    let of = |p: &Policy| programs.iter().find(|(id, ..)| Some(*id) == p.program_id);
    let lines = current.iter().map(|p| Line {
        title: title(lang, p.kind, of(p).map(|(.., n)| n.as_str())),
        href: address(p.kind, of(p).map(|(_, s, _)| s.as_str())),
        version: p.version,
        created_at: p.created_at,
        asks: p.asks,
        accepted: counts.get(&p.id).copied().unwrap_or(0),
    });
    let chosen = programs.iter().find(|(_, s, _)| s == program).map(|(id, ..)| *id);
    let now = current.iter().find(|p| p.kind == Kind::Terms && p.program_id == chosen);
    let text = |field: &str, stored: Option<&String>| match typed {
        Some(form) => form.text(field).to_owned(),
        None => stored.cloned().unwrap_or_default(),
    };
    let house = Choice::of("", t(lang, "policies-house"), program);
    Ok(DeskView {
        lines: lines.collect(),
        programs: std::iter::once(house).chain(programs.iter().map(|(_, s, n)| Choice::of(s, n, program))).collect(),
        program: program.to_owned(),
        text_de: text("text_de", now.map(|p| &p.text.de)),
        text_en: text("text_en", now.map(|p| &p.text.en)),
        asks: typed.is_none_or(|f| f.ticked("asks")),
        errors,
    })
}

/// Whose terms.
#[derive(Debug, Deserialize)]
pub struct DeskQuery {
    program: Option<String>,
}

/// `GET /manage/policies`
pub async fn desk(me: Manager, query: web::Query<DeskQuery>) -> Result<HttpResponse> {
    let view = desk_view(&me, query.program.as_deref().unwrap_or(""), None, BTreeMap::new()).await?;
    me.page("policies/desk", "policies-title").nav("manage").show(&view).await
}

/// `POST /manage/policies`
pub async fn publish(me: Manager, form: Form) -> Result<HttpResponse> {
    let program = form.text("program").to_owned();
    let input = PolicyInput {
        kind: Kind::Terms,
        program: Some(program.clone()).filter(|p| !p.is_empty()),
        text: Bilingual { de: form.text("text_de").to_owned(), en: form.text("text_en").to_owned() },
        asks: Some(form.ticked("asks")),
    };
    match actions::publish(&me.house, &me.viewer, input).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/manage/policies", "ok", "policies-published")),
        Err(Error::Invalid(fields)) => {
            let mut errors = field_messages(me.lang(), &fields);
            if let Some(message) = errors.remove("text") {
                errors.insert("text_de".into(), message);
            }
            let view = desk_view(&me, &program, Some(&form), errors).await?;
            let page = me.page("policies/desk", "policies-title").nav("manage");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
        Err(other) => Err(other),
    }
}
