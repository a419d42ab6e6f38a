//! The page of one's own blocks, and the buttons that set and take one.

use super::super::{actions, store};
use super::Face;
use crate::error::{Error, Result};
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::redirect::{own_path, see_other_with};
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    id: i64,
    face: Face,
    at: i64,
}

#[derive(Serialize)]
struct BlocksView {
    tab: &'static str,
    rows: Vec<Row>,
}

/// `GET /me/blocked`
pub async fn blocked(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let found = me.house.db.read(move |c| store::list_blocks(c, id)).await?;
    let rows = found.into_iter().map(|b| Row { id: b.id.0, face: Face::of(b.id.0, &b.name), at: b.created_at });
    let view = BlocksView { tab: "blocked", rows: rows.collect() };
    me.page("members/blocked", "members-blocked-title").show(&view).await
}

/// `POST /members/{id}/block`: sets the block, or takes it with `off`.
pub async fn block(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let off = form.ticked("off");
    let back = own_path(form.text("back")).unwrap_or("/me/blocked");
    match actions::block(&me.house, &me.viewer, MemberId(*id), !off).await {
        Ok(()) => {
            let key = if off { "members-unblocked" } else { "members-blocked" };
            Ok(see_other_with(&me.house.config, back, "ok", key))
        }
        Err(Error::Conflict("block_team")) => Ok(see_other_with(&me.house.config, back, "bad", "error-block_team")),
        Err(other) => Err(other),
    }
}
