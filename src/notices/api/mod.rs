//! Notifications as JSON.

pub mod push;
pub mod settings;

use super::{actions, model::Kept, store};
use crate::error::{Error, Result};
use crate::i18n::{Lang, iso};
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::{Cursor, MOST, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notification {
    /// Id.
    pub id: i64,
    /// Stable name of its kind.
    pub kind: String,
    /// What happened, in your language.
    pub text: String,
    /// Quoted words; may be empty.
    pub quote: String,
    /// Path where it leads.
    pub href: String,
    /// How many became this one.
    pub count: i32,
    /// When.
    pub at: String,
    /// Whether it was read.
    pub read: bool,
}

impl Notification {
    fn of(kept: &Kept, lang: Lang) -> Self {
        Self {
            id: kept.id,
            kind: kept.kind.clone(),
            text: kept.text(lang),
            quote: kept.quote(),
            href: kept.href.clone(),
            count: kept.folded,
            at: iso(kept.created_at),
            read: kept.read_at.is_some(),
        }
    }
}

/// A page of notifications.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notifications {
    /// Newest first.
    pub items: Vec<Notification>,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
    /// How many are unread in all, at most 100.
    pub unread: i64,
}

/// Which notifications.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct Which {
    /// Only unread ones.
    #[serde(default)]
    unread: bool,
    /// Items wanted, 1 to 200; 50 when not given.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// `GET /api/v1/me/notifications`
#[utoipa::path(get, path = "/api/v1/me/notifications", tag = "notifications", params(Which), responses((status = 200, body = Notifications)))]
pub async fn list(me: Member, which: web::Query<Which>) -> Result<HttpResponse> {
    let Which { unread, limit, cursor } = which.into_inner();
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let (viewer, sources, lang) = (me.viewer.clone(), me.house.sources.clone(), me.lang());
    let shown = me
        .house
        .db
        .read(move |c| {
            let kept = store::list_notices(c, viewer.id, unread, after.map(|a| a.id), limit + 1)?;
            let more = i64::try_from(kept.len()).unwrap_or(0) > limit;
            let kept: Vec<Kept> = kept.into_iter().take(usize::try_from(limit).unwrap_or(0)).collect();
            let next_cursor = kept.last().filter(|_| more).map(|k| Cursor { key: 0, id: k.id }.encode());
            let items = actions::visible(c, &sources.gates, &viewer, kept)?;
            let count = actions::count_unread(c, &sources.gates, &[viewer.id.0])?;
            Ok(Notifications {
                items: items.iter().map(|k| Notification::of(k, lang)).collect(),
                next_cursor,
                unread: count.get(&viewer.id.0).copied().unwrap_or(0),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// What was read: these ids, or everything up to one, or everything.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadThese {
    /// Ids, at most 200.
    pub ids: Option<Vec<i64>>,
    /// Everything up to this id.
    pub up_to: Option<i64>,
}

/// `PUT /api/v1/me/notifications/read`
#[utoipa::path(put, path = "/api/v1/me/notifications/read", tag = "notifications", request_body = ReadThese,
    responses((status = 204, description = "Read"), (status = 422, description = "Wrong fields")))]
pub async fn read(me: Member, body: Json<ReadThese>) -> Result<HttpResponse> {
    let ReadThese { ids, up_to } = body.0;
    if ids.as_ref().is_some_and(|ids| i64::try_from(ids.len()).unwrap_or(i64::MAX) > MOST) {
        return Err(Error::field("ids", "too_many"));
    }
    actions::mark_read(&me.house, me.viewer.id, ids, up_to).await?;
    Ok(HttpResponse::NoContent().finish())
}
