//! Pages of applying and confirming.

use super::{FormView, Notice, is_good, link_over};
use crate::accounts::model::{Application, ApplicationText, ConsentKind, Origin, Purpose};
use crate::accounts::{actions, store};
use crate::error::{Error, Result};
use crate::policies::{self, web::TextBox};
use crate::web::forms::Form;
use crate::web::guards::Ctx;
use crate::web::redirect::see_other;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct Choice {
    slug: String,
    name: String,
    chosen: bool,
}

#[derive(Serialize)]
struct ApplyView {
    form: FormView,
    niches: Vec<Choice>,
    newsletter: bool,
    tracking: bool,
    newsletter_text: &'static str,
    tracking_text: &'static str,
    via: String,
    boxes: Vec<TextBox>,
}

/// The texts that were ticked.
fn ids(form: &Form) -> Vec<i64> {
    form.all("policies").iter().filter_map(|id| id.parse().ok()).collect()
}

async fn show(
    ctx: &Ctx,
    form: FormView,
    chosen: Vec<String>,
    consents: &[String],
    via: &str,
    ticked: Vec<i64>,
) -> Result<HttpResponse> {
    let lang = ctx.lang();
    let (open, boxes) = ctx
        .house
        .db
        .read(move |c| {
            let texts = policies::store::required_of_applicants(c)?;
            Ok((store::list_open_niches(c)?, policies::web::boxes(c, lang, &texts, &ticked)?))
        })
        .await?;
    let niches = open
        .into_iter()
        .map(|(slug, de, en)| Choice { chosen: chosen.contains(&slug), name: lang.pick(de, en), slug })
        .collect();
    let ticked = |kind: ConsentKind| consents.iter().any(|c| c == kind.code());
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = ApplyView {
        form,
        niches,
        newsletter: ticked(ConsentKind::Newsletter),
        tracking: ticked(ConsentKind::Tracking),
        newsletter_text: ConsentKind::Newsletter.wording(lang),
        tracking_text: ConsentKind::Tracking.wording(lang),
        via: via.to_owned(),
        boxes,
    };
    ctx.page("accounts/apply", "accounts-apply-title").status(status).show(&view).await
}

/// The standing link somebody came by.
#[derive(serde::Deserialize)]
pub struct Via {
    via: Option<String>,
}

/// `GET /apply`
pub async fn apply_form(ctx: Ctx, query: web::Query<Via>) -> Result<HttpResponse> {
    if ctx.viewer.is_some() {
        return Ok(see_other("/"));
    }
    show(&ctx, FormView::default(), Vec::new(), &[], query.via.as_deref().unwrap_or(""), Vec::new()).await
}

/// `POST /apply`
pub async fn apply(ctx: Ctx, form: Form) -> Result<HttpResponse> {
    let (niches, consents) = (form.all("niches"), form.all("consents"));
    let text = ApplicationText {
        email: form.text("email"),
        password: form.raw("password"),
        name: form.text("name"),
        pitch: form.text("pitch"),
        niches: niches.clone(),
        consents: consents.clone(),
        via: form.text("via"),
        policies: Some(ids(&form)),
    };
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    let sent = match Application::parse(&text, ctx.lang()) {
        Ok(application) => actions::apply(&ctx.house, application, origin).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => Ok(see_other("/apply/sent")),
        Err(error @ Error::Invalid(_)) => {
            let again = FormView::again(ctx.lang(), &form, "", error)?;
            show(&ctx, again, niches, &consents, form.text("via"), ids(&form)).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /apply/sent`
pub async fn apply_sent(ctx: Ctx) -> Result<HttpResponse> {
    let view = Notice {
        icon: "mail",
        title: "accounts-applied-title",
        text: "accounts-applied",
        href: "/",
        label: "accounts-to-start",
    };
    ctx.page("accounts/notice", view.title).show(&view).await
}

/// `GET /confirm/{token}`: shows a button and changes nothing; mail programs open links by themselves.
pub async fn confirm_form(ctx: Ctx, link: web::Path<String>) -> Result<HttpResponse> {
    if !is_good(&ctx, Purpose::Confirm, &link).await? {
        return link_over(&ctx).await;
    }
    ctx.page("accounts/confirm", "accounts-confirm-title").show(&FormView::empty(&link)).await
}

/// `POST /confirm/{token}`
pub async fn confirm(ctx: Ctx, link: web::Path<String>) -> Result<HttpResponse> {
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    match actions::confirm(&ctx.house, &link, origin).await {
        Ok(_) => {}
        Err(Error::NotFound) => return link_over(&ctx).await,
        Err(other) => return Err(other),
    }
    let view = Notice {
        icon: "check",
        title: "accounts-confirmed-title",
        text: "accounts-confirmed",
        href: "/",
        label: "accounts-to-start",
    };
    ctx.page("accounts/notice", view.title).show(&view).await
}
