//! Pages of accounts: set-up of the first admin, login, logout, preferences; applying, ways back in, own keys.

mod apply;
mod personal;
mod recovery;
mod welcome;

pub use apply::{apply, apply_form, apply_sent, confirm, confirm_form};
pub use personal::{
    add_token, change_password, delete_token, end_session, end_sessions, export, privacy, security, subscribe,
    subscriptions,
};
pub use recovery::{
    enter_by_link, enter_form, forgot, forgot_form, login_link, login_link_form, mail_sent, reset, reset_form,
};

pub use welcome::{answer as answer_welcome, welcome};

use super::actions::{self, SignedIn};
use super::model::Purpose;
use super::{store, token};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::policies::actions as policies;
use crate::web::forms::Form;
use crate::web::guards::{Ctx, Member};
use crate::web::headers::{LANG, THEME, session_cookie};
use crate::web::problem::field_messages;
use crate::web::redirect::{own_path, see_other};
use crate::web::viewer::Proof;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::BTreeMap;

/// A form as it is shown: what was typed, and what is wrong with it.
#[derive(Debug, Default, Serialize)]
pub struct FormView {
    /// Field to value.
    pub values: BTreeMap<String, String>,
    /// Field to message.
    pub errors: BTreeMap<String, String>,
    /// Token of the link, or the way back.
    pub key: String,
}

impl FormView {
    /// An empty form of `key`.
    pub fn empty(key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::default() }
    }

    /// The form with its errors; other errors pass on.
    pub fn again(lang: Lang, form: &Form, key: &str, error: Error) -> Result<Self> {
        match error {
            Error::Invalid(fields) => {
                Ok(Self { values: form.values(), errors: field_messages(lang, &fields), key: key.to_owned() })
            }
            other => Err(other),
        }
    }
}

/// The cookie of a session.
pub fn cookie(config: &Config, value: &str) -> Cookie<'static> {
    Cookie::build(session_cookie(config.is_https()), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::days(30))
        .finish()
}

/// Takes the cookie of a session away.
pub fn removal(config: &Config) -> Cookie<'static> {
    let mut gone = cookie(config, "");
    gone.make_removal();
    gone
}

/// A page that only says something.
#[derive(Debug, Serialize)]
pub struct Notice {
    /// Icon of the sprite.
    pub icon: &'static str,
    /// Fluent key of the heading.
    pub title: &'static str,
    /// Fluent key of the text.
    pub text: &'static str,
    /// Where the button leads; empty: no button.
    pub href: &'static str,
    /// Fluent key of the button.
    pub label: &'static str,
}

/// A mailed link that was used or is over.
pub async fn link_over(ctx: &Ctx) -> Result<HttpResponse> {
    let view = Notice {
        icon: "clock",
        title: "accounts-link-over-title",
        text: "accounts-link-over",
        href: "/login",
        label: "accounts-login-title",
    };
    ctx.page("accounts/notice", view.title).status(StatusCode::NOT_FOUND).show(&view).await
}

/// Whether a mailed link still works; a look changes nothing.
pub(super) async fn is_good(ctx: &Ctx, purpose: Purpose, link: &str) -> Result<bool> {
    let (hash, now) = (token::hash(link), ctx.house.db.now());
    ctx.house.db.read(move |c| store::is_token_good(c, purpose, &hash, now)).await
}

/// Answers with the cookie of a fresh session.
pub fn enter(config: &Config, signed_in: &SignedIn, to: &str) -> HttpResponse {
    let mut answer = see_other(to);
    // A cookie is a header of ours; it always fits.
    let _ = answer.add_cookie(&cookie(config, &signed_in.session));
    answer
}

/// `GET /setup/{token}`
pub async fn setup_form(ctx: Ctx, link: web::Path<String>) -> Result<HttpResponse> {
    let (hash, now) = (token::hash(&link), ctx.house.db.now());
    if !ctx.house.db.read(move |c| store::is_token_good(c, Purpose::Setup, &hash, now)).await? {
        return Err(Error::NotFound);
    }
    let view = FormView { key: link.into_inner(), ..FormView::default() };
    ctx.page("accounts/setup", "accounts-setup-title").show(&view).await
}

/// `POST /setup/{token}`
pub async fn setup(ctx: Ctx, link: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let fields = (form.text("email"), form.text("name"), form.raw("password"));
    match actions::set_up(&ctx.house, &link, fields, ctx.lang(), (&ctx.ip(), &ctx.agent)).await {
        Ok(signed_in) => Ok(enter(&ctx.house.config, &signed_in, "/admin/setup")),
        Err(error) => {
            let view = FormView::again(ctx.lang(), &form, &link, error)?;
            let page = ctx.page("accounts/setup", "accounts-setup-title");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
    }
}

/// What `/login` may be asked with.
#[derive(serde::Deserialize)]
pub struct NextQuery {
    next: Option<String>,
}

/// `GET /login`
pub async fn login_form(ctx: Ctx, query: web::Query<NextQuery>) -> Result<HttpResponse> {
    let next = query.next.as_deref().and_then(own_path).unwrap_or("/");
    if ctx.viewer.is_some() {
        return Ok(see_other(next));
    }
    let view = FormView { key: next.to_owned(), ..FormView::default() };
    ctx.page("accounts/login", "accounts-login-title").show(&view).await
}

/// `POST /login`
pub async fn login(ctx: Ctx, form: Form) -> Result<HttpResponse> {
    let next = own_path(form.text("next")).unwrap_or("/").to_owned();
    let password = form.raw("password").to_owned();
    match actions::sign_in(&ctx.house, form.text("email"), password, &ctx.ip(), &ctx.agent).await {
        Ok(signed_in) => {
            let next = welcome::way_in(&ctx.house, signed_in.member, &next).await?;
            let to = policies::way_in(&ctx.house, signed_in.member, &next).await?;
            Ok(enter(&ctx.house.config, &signed_in, &to))
        }
        Err(error) => {
            let error = match error {
                Error::Unauthorized(code) => Error::field("email", code),
                other => other,
            };
            let view = FormView::again(ctx.lang(), &form, &next, error)?;
            let page = ctx.page("accounts/login", "accounts-login-title");
            page.status(StatusCode::UNPROCESSABLE_ENTITY).show(&view).await
        }
    }
}

/// `POST /logout`
pub async fn logout(me: Member) -> Result<HttpResponse> {
    if let Proof::Session { id, .. } = me.viewer.proof {
        let member = me.viewer.id;
        me.house
            .db
            .write(move |tx| {
                store::delete_session(tx, id)?;
                actions::rights_changed(tx, member)
            })
            .await?;
    }
    let mut answer = see_other("/");
    let _ = answer.add_cookie(&removal(&me.house.config));
    Ok(answer)
}

/// `POST /preferences`: language and scheme, for members and visitors.
pub async fn preferences(ctx: Ctx, form: Form) -> Result<HttpResponse> {
    let lang = Lang::parse(form.text("lang"));
    let theme = Some(form.text("theme")).filter(|t| matches!(*t, "auto" | "light" | "dark")).map(str::to_owned);
    let mut answer = see_other(own_path(form.text("next")).unwrap_or("/"));
    let secure = ctx.house.config.is_https();
    let keep = |name: &'static str, value: String| {
        Cookie::build(name, value)
            .path("/")
            .secure(secure)
            .same_site(SameSite::Lax)
            .max_age(Duration::days(365))
            .finish()
    };
    if let Some(lang) = lang {
        let _ = answer.add_cookie(&keep(LANG, lang.code().to_owned()));
    }
    if let Some(theme) = &theme {
        let _ = answer.add_cookie(&keep(THEME, theme.clone()));
    }
    if let Some(viewer) = &ctx.viewer {
        let id = viewer.id;
        ctx.house.db.write(move |tx| store::update_preferences(tx, id, lang, theme.as_deref())).await?;
    }
    Ok(answer)
}
