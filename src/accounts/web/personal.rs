//! Pages of a member's own account: security, data, subscriptions.

use super::FormView;
use crate::accounts::model::{ConsentKind, Origin, parse_time};
use crate::accounts::store::{ConsentRow, SessionRow, TokenRow};
use crate::accounts::{actions, store};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::redirect::{see_other, see_other_with};
use crate::web::viewer::{Proof, Role, Scope};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct SessionView {
    #[serde(flatten)]
    row: SessionRow,
    current: bool,
}

#[derive(Serialize)]
struct TokenView {
    id: i64,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl From<TokenRow> for TokenView {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes.replace(' ', ", "),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

#[derive(Serialize)]
struct ScopeChoice {
    code: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Serialize)]
struct SecurityView {
    tab: &'static str,
    has_password: bool,
    sessions: Vec<SessionView>,
    tokens: Vec<TokenView>,
    scopes: Vec<ScopeChoice>,
    secret: String,
    form: FormView,
}

async fn show_security(me: &Member, form: FormView, secret: String) -> Result<HttpResponse> {
    let (id, now) = (me.viewer.id, me.house.db.now());
    let current = match me.viewer.proof {
        Proof::Session { id, .. } => id,
        Proof::Token { .. } => 0,
    };
    let (has_password, sessions, tokens) = me
        .house
        .db
        .read(move |c| {
            let has_password = store::find_password(c, id)?.is_some();
            Ok((has_password, store::list_sessions(c, id, now)?, store::list_tokens(c, id)?))
        })
        .await?;
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = SecurityView {
        tab: "security",
        has_password,
        sessions: sessions.into_iter().map(|row| SessionView { current: row.id == current, row }).collect(),
        tokens: tokens.into_iter().map(TokenView::from).collect(),
        scopes: scopes(me.viewer.role, me.lang()),
        secret,
        form,
    };
    me.page("accounts/security", "accounts-security-title").status(status).show(&view).await
}

fn scopes(role: Role, lang: Lang) -> Vec<ScopeChoice> {
    let lowest = |scope: Scope| match scope {
        Scope::Read | Scope::Write => Role::Member,
        Scope::Manage => Role::Moderator,
        Scope::Ingest => Role::Manager,
        Scope::Admin => Role::Admin,
    };
    Scope::ALL
        .into_iter()
        .filter(|s| lowest(*s) <= role)
        .map(|s| ScopeChoice {
            code: s.code(),
            label: crate::i18n::t(lang, &format!("accounts-scope-{}", s.code())).into_owned(),
            chosen: matches!(s, Scope::Read | Scope::Write),
        })
        .collect()
}

/// `GET /me/security`
pub async fn security(me: Member) -> Result<HttpResponse> {
    show_security(&me, FormView::default(), String::new()).await
}

/// `POST /me/security/password`
pub async fn change_password(me: Member, form: Form) -> Result<HttpResponse> {
    let (current, new) = (form.raw("current").to_owned(), form.raw("password"));
    match actions::change_password(&me.house, &me.viewer, current, new).await {
        Ok(()) => Ok(see_other_with(&me.house.config, "/me/security", "ok", "accounts-password-changed")),
        Err(error) => {
            let again = FormView::again(me.lang(), &form, "", error)?;
            show_security(&me, again, String::new()).await
        }
    }
}

/// `POST /me/security/sessions/{id}/end`
pub async fn end_session(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::end_session(&me.house, me.viewer.id, *id).await?;
    Ok(see_other_with(&me.house.config, "/me/security", "ok", "accounts-session-ended"))
}

/// `POST /me/security/sessions/end`: everywhere, this browser included.
pub async fn end_sessions(me: Member) -> Result<HttpResponse> {
    actions::end_sessions(&me.house, me.viewer.id, None).await?;
    let mut answer = see_other("/login");
    let _ = answer.add_cookie(&super::removal(&me.house.config));
    Ok(answer)
}

/// `POST /me/security/tokens`: the secret is on the page that answers, and nowhere afterwards.
pub async fn add_token(me: Member, form: Form) -> Result<HttpResponse> {
    let wanted: Vec<Scope> = form.all("scopes").iter().filter_map(|s| Scope::parse(s)).collect();
    let expires = match form.text("expires_at") {
        "" => Ok(None),
        day => parse_time("expires_at", &format!("{day}T23:59:59Z")).map(Some),
    };
    let made = match expires {
        Ok(at) => actions::make_token(&me.house, &me.viewer, form.text("token_name"), Some(wanted), at).await,
        Err(e) => Err(Error::Invalid(vec![e])),
    };
    match made {
        Ok(fresh) => show_security(&me, FormView::default(), fresh.token).await,
        Err(Error::Invalid(mut fields)) => {
            for field in fields.iter_mut().filter(|f| f.field == "name") {
                field.field = "token_name".into();
            }
            let again = FormView::again(me.lang(), &form, "", Error::Invalid(fields))?;
            show_security(&me, again, String::new()).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /me/security/tokens/{id}/delete`
pub async fn delete_token(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (owner, id) = (me.viewer.id, *id);
    me.house.db.write(move |tx| store::delete_token(tx, Some(owner), id)).await?;
    Ok(see_other_with(&me.house.config, "/me/security", "ok", "accounts-token-deleted"))
}

#[derive(Serialize)]
struct PrivacyView {
    tab: &'static str,
    consents: Vec<ConsentLine>,
}

#[derive(Serialize)]
struct ConsentLine {
    kind: String,
    state: String,
    mark: &'static str,
    #[serde(flatten)]
    row: ConsentWords,
}

#[derive(Serialize)]
struct ConsentWords {
    wording: String,
    version: String,
    at: i64,
}

fn consent_line(lang: Lang, row: ConsentRow) -> ConsentLine {
    let word = |group: &str, code: &str| crate::i18n::t(lang, &format!("accounts-{group}-{code}")).into_owned();
    ConsentLine {
        kind: word("consent-kind", &row.kind),
        state: word("consent-state", &row.state),
        mark: match row.state.as_str() {
            "given" => "ok",
            "pending" => "hot",
            _ => "",
        },
        row: ConsentWords { wording: row.wording, version: row.version, at: row.at },
    }
}

/// `GET /me/privacy`
pub async fn privacy(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let rows = me.house.db.read(move |c| store::list_consents(c, id)).await?;
    let lang = me.lang();
    let view = PrivacyView { tab: "privacy", consents: rows.into_iter().map(|row| consent_line(lang, row)).collect() };
    me.page("accounts/privacy", "accounts-privacy-title").show(&view).await
}

/// `GET /me/privacy/export`: everything stored about the member, as a JSON file.
pub async fn export(me: Member) -> Result<HttpResponse> {
    crate::accounts::api::export(me).await
}

#[derive(Serialize)]
struct SubscriptionsView {
    tab: &'static str,
    newsletter: bool,
    tracking: bool,
    newsletter_text: &'static str,
    tracking_text: &'static str,
    langs: Vec<crate::web::forms::Choice>,
}

/// `GET /me/subscriptions`
pub async fn subscriptions(me: Member) -> Result<HttpResponse> {
    let (id, lang) = (me.viewer.id, me.lang());
    let (newsletter, tracking) = me.house.db.read(move |c| store::find_consents(c, id)).await?;
    let view = SubscriptionsView {
        tab: "subscriptions",
        newsletter,
        tracking,
        newsletter_text: ConsentKind::Newsletter.wording(lang),
        tracking_text: ConsentKind::Tracking.wording(lang),
        langs: crate::web::forms::lang_choices(me.viewer.lang),
    };
    me.page("accounts/subscriptions", "accounts-subscriptions-title").show(&view).await
}

/// `POST /me/subscriptions`
pub async fn subscribe(me: Member, form: Form) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let lang = Lang::parse(form.text("locale")).unwrap_or(me.viewer.lang);
    let wanted = ConsentKind::ALL.map(|kind| (kind, form.ticked(kind.code())));
    let origin = Origin { ip: me.ip(), agent: me.agent.clone() };
    let shown = me.lang();
    me.house
        .db
        .write(move |tx| {
            store::update_preferences(tx, id, Some(lang), None)?;
            for consent in wanted {
                actions::set_consent(tx, id, consent, shown, "profile", &origin)?;
            }
            Ok(())
        })
        .await?;
    Ok(see_other_with(&me.house.config, "/me/subscriptions", "ok", "accounts-saved"))
}
