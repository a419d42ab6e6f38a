//! Pages of notifications.

pub mod settings;

use super::{actions, digest, kinds, model::Kept, store};
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::forms::Form;
use crate::web::guards::{Ctx, Member};
use crate::web::paging::{Cursor, PageQuery};
use crate::web::redirect::{own_path, see_other};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Notifications on one page.
const SHOWN: i64 = 50;

#[derive(Serialize)]
struct Line {
    id: i64,
    icon: &'static str,
    text: String,
    quote: String,
    href: String,
    at: i64,
    unread: bool,
}

impl Line {
    fn of(kept: &Kept, lang: Lang) -> Self {
        let icon = match kinds::find(&kept.kind).map_or("", |k| k.group) {
            "chat" => "chat",
            "forum" => "forum",
            "library" => "library",
            "sales" => "chart",
            "news" => "mail",
            "team" => "shield",
            _ => "bell",
        };
        Self {
            id: kept.id,
            icon,
            text: kept.text(lang),
            quote: kept.quote(),
            href: kept.href.clone(),
            at: kept.created_at,
            unread: kept.read_at.is_none(),
        }
    }
}

#[derive(Serialize)]
struct ListView {
    lines: Vec<Line>,
    unread: i64,
    newest: i64,
    only_unread: bool,
    next: String,
}

/// What of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    show: Option<String>,
    cursor: Option<String>,
}

/// `GET /notifications`
pub async fn list(me: Member, which: web::Query<Which>) -> Result<HttpResponse> {
    let Which { show, cursor } = which.into_inner();
    let only_unread = show.as_deref() == Some("unread");
    let after = PageQuery { limit: None, cursor }.after().unwrap_or(None);
    let (viewer, sources, lang) = (me.viewer.clone(), me.house.sources.clone(), me.lang());
    let view = me
        .house
        .db
        .read(move |c| {
            let mut kept = store::list_notices(c, viewer.id, only_unread, after.map(|a| a.id), SHOWN + 1)?;
            let more = kept.len() > usize::try_from(SHOWN).unwrap_or(0);
            kept.truncate(usize::try_from(SHOWN).unwrap_or(0));
            let next = kept.last().filter(|_| more).map(|k| {
                let show = if only_unread { "show=unread&" } else { "" };
                format!("/notifications?{show}cursor={}", Cursor { key: 0, id: k.id }.encode())
            });
            let newest = kept.first().map_or(0, |k| k.id);
            let kept = actions::visible(c, &sources.gates, &viewer, kept)?;
            let count = actions::count_unread(c, &sources.gates, &[viewer.id.0])?;
            Ok(ListView {
                lines: kept.iter().map(|k| Line::of(k, lang)).collect(),
                unread: count.get(&viewer.id.0).copied().unwrap_or(0),
                newest,
                only_unread,
                next: next.unwrap_or_default(),
            })
        })
        .await?;
    me.page("notices/list", "notices-title").nav("notifications").show(&view).await
}

/// `POST /notifications/read`: one (`id`, then on to `next`), or all up to `up_to`.
pub async fn read(me: Member, form: Form) -> Result<HttpResponse> {
    let one: Option<i64> = form.text("id").parse().ok();
    let up_to: Option<i64> = form.text("up_to").parse().ok();
    actions::mark_read(&me.house, me.viewer.id, one.map(|id| vec![id]), up_to).await?;
    Ok(see_other(own_path(form.text("next")).unwrap_or("/notifications")))
}

#[derive(Serialize)]
struct OffView {
    token: String,
    done: bool,
}

/// `GET /u/digest/{token}`: asks; following a link changes nothing.
#[utoipa::path(get, path = "/u/digest/{token}", tag = "notices", params(("token" = String, Path)),
    responses((status = 200, description = "A page with a button; changes nothing", content_type = "text/html"), (status = 404)))]
pub async fn digest_form(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let token = token.into_inner();
    digest::member_of(&ctx.house, token.clone()).await?;
    ctx.page("notices/off", "notices-off-title").show(&OffView { token, done: false }).await
}

/// `POST /u/digest/{token}`: the digest ends, by a person or by a mail program (RFC 8058).
#[utoipa::path(post, path = "/u/digest/{token}", tag = "notices", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`List-Unsubscribe=One-Click`, or anything"),
    responses((status = 200, description = "The digest has ended, without a login", content_type = "text/html"), (status = 404)))]
pub async fn digest_off(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let token = token.into_inner();
    digest::end(&ctx.house, token.clone()).await?;
    ctx.page("notices/off", "notices-off-title").show(&OffView { token, done: true }).await
}
