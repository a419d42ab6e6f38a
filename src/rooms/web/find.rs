//! The search in chat.

use super::kept::lines_of;
use super::lines::Line;
use crate::error::Result;
use crate::rooms::find as hunt;
use crate::web::guards::Member;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::collections::HashMap;

const PAGE: i64 = 30;

#[derive(Serialize)]
struct FindView {
    q: String,
    asked: bool,
    unknown: String,
    lines: Vec<Line>,
    next: String,
}

/// `GET /search/chat?q=`: words and filters, in every room one is in.
pub async fn find(me: Member, query: web::Query<HashMap<String, String>>) -> Result<HttpResponse> {
    let q: String = query.get("q").map(|q| q.trim().chars().take(300).collect()).unwrap_or_default();
    let before = query.get("before").and_then(|b| b.parse().ok());
    let asked = hunt::parse(&q);
    let mut found =
        if q.is_empty() { Vec::new() } else { hunt::find(&me.house, &me.viewer, &asked, before, PAGE + 1).await? };
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(30));
    let ids: Vec<i64> = found.iter().map(|f| f.message.id).collect();
    let next = ids.last().filter(|_| more).map(|last| {
        let mut query = url::form_urlencoded::Serializer::new("/search/chat?".to_owned());
        query.append_pair("q", &q).append_pair("before", &last.to_string()).finish()
    });
    let (viewer, lang, house, wanted) = (me.viewer.clone(), me.lang(), me.house.clone(), ids.clone());
    let mut lines = me.house.db.read(move |c| lines_of(c, (&house, &viewer, lang), &wanted)).await?;
    let view = FindView {
        asked: !q.is_empty(),
        q,
        unknown: asked.unknown.join(" "),
        lines: ids.iter().filter_map(|id| lines.remove(id)).collect(),
        next: next.unwrap_or_default(),
    };
    me.page("rooms/find", "rooms-find-title").nav("chat").show(&view).await
}
