//! The caller's API tokens.

use crate::accounts::model::parse_time;
use crate::accounts::store::TokenRow;
use crate::accounts::{actions, store};
use crate::error::{Error, FieldError, Result};
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::idempotency::ShowsSecret;
use crate::web::paging::{Page, PageQuery};
use crate::web::viewer::Scope;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A wanted token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// `read`, `write`, `manage`, `ingest`, `admin`; all that the role allows when not given.
    pub scopes: Option<Vec<String>>,
    /// When it ends (RFC 3339); never when not given.
    pub expires_at: Option<String>,
}

/// A fresh token.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    /// Row id.
    pub id: i64,
    /// The secret, shown once.
    pub token: String,
    /// Name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<&'static str>,
    /// When it ends.
    pub expires_at: Option<String>,
}

/// `POST /api/v1/me/tokens`
#[utoipa::path(post, path = "/api/v1/me/tokens", tag = "accounts", request_body = NewToken,
    responses((status = 201, body = CreatedToken), (status = 403, description = "A scope beyond the role"),
              (status = 422, description = "Wrong fields")))]
pub async fn create_token(me: Member, body: Json<NewToken>) -> Result<HttpResponse> {
    let body = body.0;
    let scopes = body.scopes.map(|all| all.iter().map(|s| parse_scope(s)).collect::<Result<Vec<_>>>()).transpose()?;
    let expires_at = body.expires_at.as_deref().map(|t| parse_time("expires_at", t)).transpose();
    let expires_at = expires_at.map_err(|e| Error::Invalid(vec![e]))?;
    let fresh = actions::make_token(&me.house, &me.viewer, &body.name, scopes, expires_at).await?;
    let created = CreatedToken {
        id: fresh.id,
        token: fresh.token,
        name: body.name.trim().to_owned(),
        scopes: fresh.scopes.iter().map(|s| s.code()).collect(),
        expires_at: expires_at.map(iso),
    };
    let mut answer = HttpResponse::Created().insert_header(("cache-control", "no-store")).json(created);
    answer.extensions_mut().insert(ShowsSecret);
    Ok(answer)
}

fn parse_scope(text: &str) -> Result<Scope> {
    let choices = Scope::ALL.map(Scope::code).join(", ");
    Scope::parse(text).ok_or_else(|| Error::Invalid(vec![FieldError::new("scopes", "choice").arg("choices", choices)]))
}

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Row id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// When it ends.
    pub expires_at: Option<String>,
    /// Last use.
    pub last_used_at: Option<String>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes.split(' ').map(str::to_owned).collect(),
            created_at: iso(row.created_at),
            expires_at: row.expires_at.map(iso),
            last_used_at: row.last_used_at.map(iso),
        }
    }
}

/// The tokens of a member.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// Newest first.
    pub items: Vec<Token>,
    /// Always null: there are few.
    pub next_cursor: Option<String>,
}

/// `GET /api/v1/me/tokens`
#[utoipa::path(get, path = "/api/v1/me/tokens", tag = "accounts", params(PageQuery), responses((status = 200, body = Tokens)))]
pub async fn list_tokens(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let rows = me.house.db.read(move |c| store::list_tokens(c, id)).await?;
    let Page { items, next_cursor } = Page::of_short(rows.into_iter().map(Token::from).collect(), &paging)?;
    Ok(HttpResponse::Ok().json(Tokens { items, next_cursor }))
}

/// `DELETE /api/v1/me/tokens/{id}`
#[utoipa::path(delete, path = "/api/v1/me/tokens/{id}", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 204, description = "It works no longer"), (status = 404, description = "No such token")))]
pub async fn delete_token(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (owner, id) = (me.viewer.id, *id);
    me.house.db.write(move |tx| store::delete_token(tx, Some(owner), id).map(|_| ())).await?;
    Ok(HttpResponse::NoContent().finish())
}
