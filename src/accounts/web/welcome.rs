//! `/me/welcome`: people who came by file, not by an application, are asked for their consents when they sign in first.

use crate::accounts::model::{ConsentKind, Origin};
use crate::accounts::{actions, store};
use crate::error::Result;
use crate::house::House;
use crate::web::forms::Form;
use crate::web::guards::Member;
use crate::web::redirect::{own_path, see_other};
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::Serialize;

#[derive(Serialize)]
struct WelcomeView {
    next: String,
    newsletter_text: &'static str,
    tracking_text: &'static str,
}

/// Where somebody who has just signed in goes: to the question nobody has asked them yet, then on to `next`.
pub(super) async fn way_in(house: &House, member: MemberId, next: &str) -> Result<String> {
    if !house.db.read(move |c| store::is_unasked(c, member)).await? {
        return Ok(next.to_owned());
    }
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Ok(format!("/me/welcome?next={next}"))
}

/// `GET /me/welcome`
pub async fn welcome(me: Member, query: web::Query<super::NextQuery>) -> Result<HttpResponse> {
    let lang = me.lang();
    let view = WelcomeView {
        next: query.next.as_deref().and_then(own_path).unwrap_or("/").to_owned(),
        newsletter_text: ConsentKind::Newsletter.wording(lang),
        tracking_text: ConsentKind::Tracking.wording(lang),
    };
    me.page("accounts/welcome", "accounts-welcome-title").show(&view).await
}

/// `POST /me/welcome`: nothing ticked is an answer as well.
pub async fn answer(me: Member, form: Form) -> Result<HttpResponse> {
    let (id, lang, said) = (me.viewer.id, me.lang(), form.all("consents"));
    let ticked: Vec<ConsentKind> =
        ConsentKind::ALL.into_iter().filter(|k| said.iter().any(|s| s == k.code())).collect();
    let origin = Origin { ip: me.ip(), agent: me.agent.clone() };
    me.house.db.write(move |tx| actions::answer_consents(tx, id, &ticked, lang, "login", &origin)).await?;
    Ok(see_other(own_path(form.text("next")).unwrap_or("/")))
}
