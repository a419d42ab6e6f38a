//! Applications that wait for a decision.

use super::super::actions;
use super::super::model::MemberChange;
use super::super::store::{self, Filter};
use super::{Face, NicheTag};
use crate::accounts::model::Status;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::forms::Form;
use crate::web::guards::Manager;
use crate::web::redirect::see_other_with;
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::Serialize;

/// Applications of one page; the oldest of them first.
const PER_PAGE: i64 = 100;

#[derive(Serialize)]
struct Application {
    id: i64,
    face: Face,
    email: String,
    locale: &'static str,
    confirmed_at: Option<i64>,
    pitch: String,
    niches: Vec<NicheTag>,
    newsletter: bool,
}

#[derive(Serialize)]
struct ApplicationsView {
    waiting: Vec<Application>,
    unconfirmed: i64,
}

/// `GET /manage/applications`
pub async fn applications(me: Manager) -> Result<HttpResponse> {
    let lang = me.lang();
    let (people, unconfirmed) = me
        .house
        .db
        .read(move |c| {
            let status = Some(Status::PendingApproval.code().to_owned());
            let people = store::list_people(c, &Filter { status, ..Filter::default() }, None, PER_PAGE)?;
            let counts = store::count_by_status(c)?;
            let unconfirmed = counts.iter().find(|(s, _)| s == "pending_email").map_or(0, |(_, n)| *n);
            Ok((store::complete(c, people, i32::MAX)?, unconfirmed))
        })
        .await?;
    let waiting = people
        .into_iter()
        .rev()
        .map(|full| Application {
            id: full.person.id.0,
            face: Face::of(full.person.id.0, &full.person.name),
            email: full.person.email,
            locale: Lang::stored(&full.person.locale).pick("Deutsch", "English"),
            confirmed_at: full.person.confirmed_at,
            pitch: full.person.pitch,
            niches: full.niches.iter().map(|n| NicheTag::of(n, lang)).collect(),
            newsletter: full.person.newsletter_consent,
        })
        .collect();
    let view = ApplicationsView { waiting, unconfirmed };
    me.page("members/applications", "members-applications-title").nav("manage").show(&view).await
}

/// `POST /manage/applications/{id}`
pub async fn decide(me: Manager, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let (status, said) = match form.text("decision") {
        "approve" => (Status::Active, "members-approved"),
        "decline" => (Status::Declined, "members-declined"),
        _ => return Err(Error::BadRequest("bad_form")),
    };
    let change =
        MemberChange { status: Some(status), reason: Some(form.text("reason").to_owned()), ..MemberChange::default() };
    let decided = actions::change_member(&me.house, &me.viewer, MemberId(*id), change).await;
    let (kind, said) = match decided {
        Ok(()) => ("ok", said),
        // Somebody else of the team was faster.
        Err(Error::Conflict(_)) => ("bad", "members-decided-already"),
        Err(Error::Invalid(_)) => ("bad", "members-reason-too-long"),
        Err(other) => return Err(other),
    };
    Ok(see_other_with(&me.house.config, "/manage/applications", kind, said))
}
