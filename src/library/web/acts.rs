//! What the buttons of a resource's page do.

use super::query;
use super::show::TextQuery;
use super::text::typed_copy;
use crate::error::{Error, Result};
use crate::library::actions::opinions;
use crate::library::actions::own::{Words, save_words};
use crate::library::actions::taking::{Wish, mail_to_self, short_base};
use crate::library::channels::Key;
use crate::library::formats::Format;
use crate::web::forms::Form;
use crate::web::guards::{Member, Moderator};
use crate::web::redirect::see_other_with;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};

/// The page of the resource, at the text it was left at.
pub(super) fn back(id: i64, form: &Form) -> String {
    let pairs = ["variant", "lang", "own"].map(|n| (n, form.text(n)));
    let rest = query(&pairs);
    if rest.is_empty() { format!("/library/{id}") } else { format!("/library/{id}?{rest}") }
}

fn done(me: &Member, id: i64, form: &Form, key: &str) -> HttpResponse {
    see_other_with(&me.house.config, &back(id, form), "ok", key)
}

/// A refusal becomes a message on the page it came from: nobody ends on a bare error.
fn told(me: &Member, id: i64, form: &Form, error: Error) -> Result<HttpResponse> {
    let code = match &error {
        Error::Conflict(code) | Error::ConflictWith(code, _) => format!("error-{code}"),
        Error::Invalid(fields) => match fields.first() {
            Some(first) if first.field.starts_with("values.") => "library-words-missing".to_owned(),
            Some(first) => format!("library-wrong-{}", first.field),
            None => return Err(error),
        },
        Error::TooMany { .. } => "error-too_many".to_owned(),
        _ => return Err(error),
    };
    Ok(see_other_with(&me.house.config, &back(id, form), "bad", &code))
}

/// `POST /library/{id}/favourite`
pub async fn favourite(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let on = form.text("on") == "1";
    opinions::favourite(&me.house, &me.viewer, *id, on).await?;
    Ok(done(&me, *id, &form, if on { "library-favourite-on" } else { "library-favourite-off" }))
}

/// `POST /library/{id}/rate`
pub async fn rate(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let stars = form.text("stars").parse().unwrap_or(0);
    match opinions::rate(&me.house, &me.viewer, *id, stars, form.raw("comment")).await {
        Ok(()) => Ok(done(&me, *id, &form, "library-rated")),
        Err(error) => told(&me, *id, &form, error),
    }
}

/// `POST /library/{id}/ratings/{member}/delete`
pub async fn unrate(me: Moderator, place: web::Path<(i64, i64)>) -> Result<HttpResponse> {
    let (id, member) = place.into_inner();
    opinions::unrate(&me.house, &me.viewer, id, MemberId(member)).await?;
    Ok(see_other_with(&me.house.config, &format!("/library/{id}"), "ok", "library-unrated"))
}

/// `POST /library/{id}/wish`
pub async fn wish(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    match opinions::wish(&me.house, &me.viewer, *id, form.raw("wish")).await {
        Ok(_) => Ok(done(&me, *id, &form, "library-wished")),
        Err(error) => told(&me, *id, &form, error),
    }
}

/// `POST /library/{id}/words`
pub async fn words(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let program = form.text("program_id").parse().unwrap_or(0);
    let fields = ["affiliate.coupon", "own.story", "own.bonus"];
    let given = form.values();
    let words: Words = fields.iter().filter_map(|f| Some(((*f).to_owned(), given.get(*f)?.clone()))).collect();
    match save_words(&me.house, &me.viewer, program, words).await {
        Ok(()) => Ok(done(&me, *id, &form, "library-words-saved")),
        Err(error) => told(&me, *id, &form, error),
    }
}

/// `POST /library/{id}/mail`
pub async fn mail(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let wish = Wish {
        key: Key::parse(form.text("variant")),
        lang: crate::i18n::Lang::ALL.into_iter().find(|l| l.code() == form.text("lang")),
        format: Format::Txt,
        own: !form.text("own").is_empty(),
    };
    match mail_to_self(&me.house, &me.viewer, *id, wish).await {
        Ok(()) => Ok(done(&me, *id, &form, "library-mailed")),
        Err(error) => told(&me, *id, &form, error),
    }
}

/// `POST /library/{id}/text`: the text with what is being typed, for the page that shows it while typing.
pub async fn text(me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let asked = TextQuery {
        variant: form.text("variant").to_owned(),
        lang: form.text("lang").to_owned(),
        own: form.text("own").to_owned(),
        member: None,
        ..TextQuery::default()
    };
    let (id, now, lang, who, base) = (*id, me.house.db.now(), me.lang(), me.viewer.clone(), short_base(&me.house));
    let typed = form.values();
    let view = me.house.db.read(move |c| typed_copy(c, &base, &who, (id, now), (&asked, &typed), lang)).await?;
    let html = me.house.pages.fragment(lang, "library/_copy", &serde_json::json!({ "copy": view }))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(html))
}
