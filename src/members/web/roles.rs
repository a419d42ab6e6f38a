//! Who belongs to the team, for admins.

use super::super::actions;
use super::super::model::MemberChange;
use super::super::store;
use super::{Face, word};
use crate::accounts::store as accounts;
use crate::error::{Error, Result};
use crate::web::forms::{Choice, Form};
use crate::web::guards::Admin;
use crate::web::redirect::see_other_with;
use crate::web::viewer::Role;
use actix_web::HttpResponse;
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    id: i64,
    face: Face,
    email: String,
    role: String,
    status: String,
}

#[derive(Serialize)]
struct RolesView {
    team: Vec<Line>,
    roles: Vec<Choice>,
}

/// `GET /admin/roles`
pub async fn roles(me: Admin) -> Result<HttpResponse> {
    let lang = me.lang();
    let team = me.house.db.read(store::list_team).await?;
    let team = team
        .into_iter()
        .map(|p| Line {
            id: p.id.0,
            face: Face::of(p.id.0, &p.name),
            role: word(lang, "role", &p.role),
            status: if p.status == "active" { String::new() } else { word(lang, "status", &p.status) },
            email: p.email,
        })
        .collect();
    let roles = Role::ALL.map(|r| Choice::of(r.code(), word(lang, "role", r.code()), "moderator")).into();
    me.page("members/roles", "members-roles-title").nav("admin").show(&RolesView { team, roles }).await
}

/// `POST /admin/roles`: by the member's address.
pub async fn set_role(me: Admin, form: Form) -> Result<HttpResponse> {
    let key = crate::text::fold(form.text("email"));
    let role = Role::parse(form.text("role"));
    let account = me.house.db.read(move |c| accounts::find_account_by_email(c, &key)).await?;
    let (kind, said) = match (account, role) {
        (Some(account), Some(role)) => {
            let change = MemberChange { role: Some(role), ..MemberChange::default() };
            match actions::change_member(&me.house, &me.viewer, account.id, change).await {
                Ok(()) => ("ok", "accounts-saved"),
                Err(Error::Conflict("last_admin")) => ("bad", "error-last_admin"),
                Err(other) => return Err(other),
            }
        }
        _ => ("bad", "members-role-nobody"),
    };
    Ok(see_other_with(&me.house.config, "/admin/roles", kind, said))
}
