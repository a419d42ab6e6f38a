//! Pages of the ways back in.

use super::{FormView, NextQuery, Notice, enter, is_good, link_over};
use crate::accounts::actions;
use crate::accounts::model::{Email, Origin, Purpose};
use crate::error::{Error, Result};
use crate::policies::actions as policies;
use crate::web::forms::Form;
use crate::web::guards::Ctx;
use crate::web::redirect::{own_path, see_other, see_other_with};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct AskView {
    form: FormView,
    title: &'static str,
    lead: &'static str,
    action: &'static str,
    button: &'static str,
}

async fn ask(ctx: &Ctx, reset: bool, form: FormView) -> Result<HttpResponse> {
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = if reset {
        AskView {
            form,
            title: "accounts-forgot-title",
            lead: "accounts-forgot-lead",
            action: "/forgot",
            button: "accounts-forgot-button",
        }
    } else {
        AskView {
            form,
            title: "accounts-link-title",
            lead: "accounts-link-lead",
            action: "/login/link",
            button: "accounts-link-button",
        }
    };
    ctx.page("accounts/ask", view.title).status(status).show(&view).await
}

/// `GET /forgot`
pub async fn forgot_form(ctx: Ctx) -> Result<HttpResponse> {
    ask(&ctx, true, FormView::empty("/")).await
}

/// `POST /forgot`: the same answer for every address.
pub async fn forgot(ctx: Ctx, form: Form) -> Result<HttpResponse> {
    if let Err(e) = Email::parse(form.text("email")) {
        let again = FormView::again(ctx.lang(), &form, "/", Error::Invalid(vec![e]))?;
        return ask(&ctx, true, again).await;
    }
    actions::send_reset_link(&ctx.house, form.text("email"), &ctx.ip()).await?;
    Ok(see_other("/login/sent"))
}

/// `GET /login/link`
pub async fn login_link_form(ctx: Ctx, query: web::Query<NextQuery>) -> Result<HttpResponse> {
    let next = query.next.as_deref().and_then(own_path).unwrap_or("/");
    ask(&ctx, false, FormView::empty(next)).await
}

/// `POST /login/link`: the same answer for every address.
pub async fn login_link(ctx: Ctx, form: Form) -> Result<HttpResponse> {
    let next = own_path(form.text("next")).unwrap_or("/").to_owned();
    if let Err(e) = Email::parse(form.text("email")) {
        let again = FormView::again(ctx.lang(), &form, &next, Error::Invalid(vec![e]))?;
        return ask(&ctx, false, again).await;
    }
    actions::send_login_link(&ctx.house, form.text("email"), &ctx.ip(), &next).await?;
    Ok(see_other("/login/sent"))
}

/// `GET /login/sent`
pub async fn mail_sent(ctx: Ctx) -> Result<HttpResponse> {
    let view = Notice {
        icon: "mail",
        title: "accounts-mail-sent-title",
        text: "accounts-mail-sent",
        href: "/login",
        label: "accounts-login-title",
    };
    ctx.page("accounts/notice", view.title).show(&view).await
}

/// `GET /reset/{token}`
pub async fn reset_form(ctx: Ctx, link: web::Path<String>) -> Result<HttpResponse> {
    if !is_good(&ctx, Purpose::Reset, &link).await? {
        return link_over(&ctx).await;
    }
    ctx.page("accounts/reset", "accounts-reset-title").show(&FormView::empty(&link)).await
}

/// `POST /reset/{token}`
pub async fn reset(ctx: Ctx, link: web::Path<String>, form: Form) -> Result<HttpResponse> {
    match actions::reset_password(&ctx.house, &link, form.raw("password")).await {
        Ok(()) => Ok(see_other_with(&ctx.house.config, "/login", "ok", "accounts-reset-done")),
        Err(Error::NotFound) => link_over(&ctx).await,
        Err(error) => {
            let again = FormView::again(ctx.lang(), &form, &link, error)?;
            let page = ctx.page("accounts/reset", "accounts-reset-title");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&again).await
        }
    }
}

/// `GET /login/link/{token}`: shows a button and changes nothing.
pub async fn enter_form(ctx: Ctx, link: web::Path<String>) -> Result<HttpResponse> {
    if !is_good(&ctx, Purpose::Login, &link).await? {
        return link_over(&ctx).await;
    }
    ctx.page("accounts/enter", "accounts-enter-title").show(&FormView::empty(&link)).await
}

/// `POST /login/link/{token}`
pub async fn enter_by_link(ctx: Ctx, link: web::Path<String>) -> Result<HttpResponse> {
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    match actions::enter_by_link(&ctx.house, &link, &origin).await {
        Ok((signed_in, next)) => {
            let next = own_path(&next).unwrap_or("/");
            let next = super::welcome::way_in(&ctx.house, signed_in.member, next).await?;
            let to = policies::way_in(&ctx.house, signed_in.member, &next).await?;
            Ok(enter(&ctx.house.config, &signed_in, &to))
        }
        Err(Error::NotFound) => link_over(&ctx).await,
        Err(other) => Err(other),
    }
}
