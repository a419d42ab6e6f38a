//! What somebody sees who was invited: `/invitation/{token}`, and `/join/{code}` for standing links.

use crate::accounts::model::{ConsentKind, Origin};
use crate::accounts::web::{FormView, enter, link_over};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::invitations::actions::{self, Opened};
use crate::invitations::model::Answer;
use crate::policies::web::{self as policies, TextBox};
use crate::web::forms::Form;
use crate::web::guards::Ctx;
use crate::web::headers::LANG;
use crate::web::redirect::see_other;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct ProgramView {
    program: String,
    reference: String,
}

#[derive(Serialize)]
struct View {
    form: FormView,
    email: String,
    programs: Vec<ProgramView>,
    newsletter: bool,
    tracking: bool,
    newsletter_text: &'static str,
    tracking_text: &'static str,
    lang: &'static str,
    boxes: Vec<TextBox>,
}

async fn page(
    ctx: &Ctx,
    opened: Opened,
    mut form: FormView,
    consents: &[String],
    ticked: Vec<i64>,
) -> Result<HttpResponse> {
    let (lang, texts) = (ctx.lang(), opened.texts);
    let boxes = ctx.house.db.read(move |c| policies::boxes(c, lang, &texts, &ticked)).await?;
    form.values.entry("name".to_owned()).or_insert(opened.name);
    let ticked = |kind: ConsentKind| consents.iter().any(|c| c == kind.code());
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = View {
        form,
        email: opened.email,
        programs: opened.programs.into_iter().map(|(program, reference)| ProgramView { program, reference }).collect(),
        newsletter: ticked(ConsentKind::Newsletter),
        tracking: ticked(ConsentKind::Tracking),
        newsletter_text: ConsentKind::Newsletter.wording(lang),
        tracking_text: ConsentKind::Tracking.wording(lang),
        lang: lang.code(),
        boxes,
    };
    ctx.page("invitations/invitation", "invitation-title").status(status).show(&view).await
}

/// `GET /invitation/{token}`: in the language of the person, unless they chose another one.
pub async fn invitation(ctx: Ctx, req: HttpRequest, link: web::Path<String>) -> Result<HttpResponse> {
    match actions::open(&ctx.house, &link).await {
        Ok(opened) => {
            let mut ctx = ctx;
            if ctx.viewer.is_none() && req.cookie(LANG).is_none() {
                ctx.asked.lang = ctx.house.voice(Lang::stored(&opened.locale));
            }
            page(&ctx, opened, FormView::empty(&link), &[], Vec::new()).await
        }
        Err(Error::NotFound) => link_over(&ctx).await,
        Err(other) => Err(other),
    }
}

/// `POST /invitation/{token}`
pub async fn accept(mut ctx: Ctx, link: web::Path<String>, form: Form) -> Result<HttpResponse> {
    // The language in which the consents were read.
    if let Some(lang) = Lang::parse(form.text("lang")) {
        ctx.asked.lang = ctx.house.voice(lang);
    }
    let consents = form.all("consents");
    let texts: Vec<i64> = form.all("policies").iter().filter_map(|id| id.parse().ok()).collect();
    let answer = Answer {
        name: form.text("name").to_owned(),
        password: form.raw("password").to_owned(),
        consents: consents.clone(),
        policies: Some(texts.clone()),
    };
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    match actions::accept(&ctx.house, &link, answer, ctx.lang(), origin).await {
        Ok(signed_in) => Ok(enter(&ctx.house.config, &signed_in, "/")),
        Err(Error::NotFound) => link_over(&ctx).await,
        Err(error @ Error::Invalid(_)) => {
            let again = FormView::again(ctx.lang(), &form, &link, error)?;
            let opened = actions::open(&ctx.house, &link).await?;
            page(&ctx, opened, again, &consents, texts).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /join/{code}`: counted, and on to the application.
pub async fn join(ctx: Ctx, req: HttpRequest, code: web::Path<String>) -> Result<HttpResponse> {
    if req.method() == Method::HEAD {
        return Ok(see_other("/apply"));
    }
    if actions::visit(&ctx.house, code.to_string()).await? {
        Ok(see_other(&format!("/apply?via={code}")))
    } else {
        link_over(&ctx).await
    }
}
