//! The page of the keys that sign mail.

use super::super::dkim;
use crate::db::Ms;
use crate::error::{Error, Result};
use crate::mail::dkim::store::{self, Kept};
use crate::web::guards::Admin;
use crate::web::redirect::see_other_with;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct KeyLine {
    id: i64,
    name: String,
    record: String,
    algorithm: String,
    created_at: Ms,
    active_at: Option<Ms>,
}

impl From<Kept> for KeyLine {
    fn from(k: Kept) -> Self {
        Self {
            name: k.name(),
            record: k.record(),
            algorithm: k.algorithm,
            id: k.id,
            created_at: k.created_at,
            active_at: k.active_at,
        }
    }
}

#[derive(Serialize)]
struct KeysView {
    keys: Vec<KeyLine>,
}

/// `GET /admin/dkim`
pub async fn keys(me: Admin) -> Result<HttpResponse> {
    let keys = me.house.db.read(store::list_keys).await?.into_iter().map(KeyLine::from).collect();
    me.page("upkeep/dkim", "upkeep-dkim").nav("admin").show(&KeysView { keys }).await
}

/// `POST /admin/dkim`
pub async fn create(me: Admin) -> Result<HttpResponse> {
    dkim::create(&me.house, &me.viewer).await?;
    Ok(see_other_with(&me.house.config, "/admin/dkim", "ok", "upkeep-dkim-made"))
}

/// `POST /admin/dkim/{id}/activate`
pub async fn activate(me: Admin, id: web::Path<i64>) -> Result<HttpResponse> {
    let (kind, key) = match dkim::activate(&me.house, &me.viewer, *id).await {
        Ok(()) => ("ok", "upkeep-dkim-signs"),
        Err(Error::Invalid(_)) => ("bad", "error-field-not_published"),
        Err(other) => return Err(other),
    };
    Ok(see_other_with(&me.house.config, "/admin/dkim", kind, key))
}

/// `POST /admin/dkim/{id}/delete`
pub async fn remove(me: Admin, id: web::Path<i64>) -> Result<HttpResponse> {
    dkim::remove(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/admin/dkim", "ok", "upkeep-dkim-removed"))
}
