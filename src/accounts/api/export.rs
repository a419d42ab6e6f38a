//! Everything the house has stored about a member, for the member (Art. 15 and 20 GDPR).

use crate::accounts::store;
use crate::error::{Error, Result};
use crate::web::guards::Member;
use actix_web::HttpResponse;

/// `GET /api/v1/me/export`
#[utoipa::path(get, path = "/api/v1/me/export", tag = "accounts", responses(
    (status = 200, description = "A JSON file: a part for each kind of thing, each a list of rows", body = Object)))]
pub async fn export(me: Member) -> Result<HttpResponse> {
    let (id, sources, now) = (me.viewer.id, me.house.sources.clone(), me.house.db.now());
    let all = me
        .house
        .db
        .read(move |c| {
            let mut all = store::export(c, id, now)?;
            for source in &sources.export {
                let (name, rows) = source(c, id)?;
                all.insert(name.to_owned(), rows);
            }
            Ok(all)
        })
        .await?;
    let text = serde_json::to_string_pretty(&all).map_err(Error::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("content-disposition", "attachment; filename=\"kontor-export.json\""))
        .insert_header(("cache-control", "no-store"))
        .body(text))
}
