//! The settings of the house.

use super::super::actions;
use super::super::model::{BilingualChange, SettingsChange};
use crate::accounts::web::FormView;
use crate::error::Result;
use crate::i18n::{Address, t};
use crate::settings::{self as house_settings, UploadLimits};
use crate::web::forms::{Choice, Form};
use crate::web::guards::Admin;
use crate::web::redirect::see_other_with;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct SettingsView {
    form: FormView,
    mail_from: String,
    addresses: Vec<Choice>,
}

async fn show(me: &Admin, form: Option<FormView>) -> Result<HttpResponse> {
    let status = if form.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let form = match form {
        Some(form) => form,
        None => {
            let now = me.house.db.read(house_settings::load).await?;
            let values = [
                ("community_name", now.community_name),
                ("tagline_de", now.tagline.de),
                ("tagline_en", now.tagline.en),
                ("imprint_de", now.imprint.de),
                ("imprint_en", now.imprint.en),
                ("privacy_de", now.privacy.de),
                ("privacy_en", now.privacy.en),
                ("sender", now.sender),
                ("currency", now.currency),
                ("time_zone", now.time_zone),
                ("file_mb", now.uploads.file_mb.to_string()),
                ("member_mb", now.uploads.member_mb.to_string()),
                ("total_mb", now.uploads.total_mb.to_string()),
                ("address", now.address.code().to_owned()),
                ("accent", now.accent),
                ("accent_dark", now.accent_dark),
            ];
            let values: BTreeMap<String, String> = values.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
            FormView { values, ..FormView::default() }
        }
    };
    let address = form.values.get("address").map_or("", String::as_str);
    let label = |a: Address| t(me.lang(), &format!("office-address-{}", a.code())).into_owned();
    let addresses = [Address::Du, Address::Sie].map(|a| Choice::of(a.code(), label(a), address)).into();
    let view = SettingsView { form, addresses, mail_from: me.house.config.mail_from.clone() };
    me.page("office/settings", "shell-settings").nav("admin").status(status).show(&view).await
}

/// `GET /admin/settings`
pub async fn settings(me: Admin) -> Result<HttpResponse> {
    show(&me, None).await
}

/// `POST /admin/settings`
pub async fn save_settings(me: Admin, form: Form) -> Result<HttpResponse> {
    let text = |name: &str| Some(form.text(name).to_owned());
    let both = |name: &str| Some(BilingualChange { de: text(&format!("{name}_de")), en: text(&format!("{name}_en")) });
    let change = SettingsChange {
        community_name: text("community_name"),
        tagline: both("tagline"),
        imprint: both("imprint"),
        privacy: both("privacy"),
        sender: text("sender"),
        currency: text("currency"),
        time_zone: text("time_zone"),
        uploads: Some(UploadLimits {
            // What is no number is out of range, and said so.
            file_mb: form.text("file_mb").parse().unwrap_or(0),
            member_mb: form.text("member_mb").parse().unwrap_or(0),
            total_mb: form.text("total_mb").parse().unwrap_or(0),
        }),
        address: Some(form.text("address").to_owned()).filter(|a| !a.is_empty()),
        accent: form.ticked("accent").then(|| form.text("accent").to_owned()),
        accent_dark: form.ticked("accent_dark").then(|| form.text("accent_dark").to_owned()),
    };
    match actions::change_settings(&me.house, &me.viewer, change).await {
        Ok(_) => Ok(see_other_with(&me.house.config, "/admin/settings", "ok", "accounts-saved")),
        Err(error) => {
            let mut again = FormView::again(me.lang(), &form, "", error)?;
            // The API knows one field for both languages; the page has two.
            for field in ["tagline", "imprint", "privacy"] {
                if let Some(message) = again.errors.remove(field) {
                    again.errors.insert(format!("{field}_de"), message);
                }
            }
            show(&me, Some(again)).await
        }
    }
}
