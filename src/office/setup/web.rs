//! Pages of the assistant.

use super::super::actions;
use super::super::model::{BilingualChange, SettingsChange};
use super::{Progress, State, Step, mark};
use crate::access::Sight;
use crate::accounts::web::FormView;
use crate::error::{Error, Result};
use crate::i18n::{Address, t};
use crate::members::model::{MoneyInput, NicheInput, TierInput, amount};
use crate::members::{actions as members, store as people};
use crate::programs::actions::{self as programs, ProgramDraft};
use crate::programs::store::programs as program_store;
use crate::rooms::actions::{self as rooms, RoomForm};
use crate::settings::{self, Bilingual, Settings};
use crate::web::brand::{self, LOGO_LIMIT, PRESETS};
use crate::web::forms::{Choice, Form};
use crate::web::guards::{Admin, Manager};
use crate::web::redirect::{see_other, see_other_with};
use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use futures_util::TryStreamExt;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct StepLink {
    code: &'static str,
    label: String,
    done: bool,
    skipped: bool,
    current: bool,
}

#[derive(Default, Serialize)]
struct Swatch {
    value: String,
    label: String,
    selected: bool,
}

/// A colour pair as the page draws it.
#[derive(Default, Serialize)]
struct Tones {
    light: String,
    light_ink: String,
    dark: String,
    dark_ink: String,
}

#[derive(Default, Serialize)]
struct TierLine {
    slug: String,
    name_de: String,
    name_en: String,
    min_turnover: String,
    periods: String,
    response_hours: String,
}

#[derive(Default, Serialize)]
struct Thing {
    name: String,
    href: String,
}

/// A link as a partner gets it.
#[derive(Default, Serialize)]
struct Trial {
    partner: String,
    link: String,
}

#[derive(Default, Serialize)]
struct SetupView {
    step: &'static str,
    title: String,
    steps: Vec<StepLink>,
    number: usize,
    of: usize,
    admin: bool,
    form: FormView,
    addresses: Vec<Choice>,
    swatches: Vec<Swatch>,
    logo: String,
    tones: Option<Tones>,
    mail_from: String,
    route: String,
    my_email: String,
    partners: Vec<Choice>,
    trial: Option<Trial>,
    tiers: Vec<TierLine>,
    currency: String,
    things: Vec<Thing>,
    rooms: Vec<Thing>,
}

fn name_of(lang: crate::i18n::Lang, step: Step) -> String {
    t(lang, &format!("setup-step-{}", step.code())).into_owned()
}

/// What the form of a step shows before anybody typed.
fn stored(step: Step, now: &Settings) -> Vec<(&'static str, String)> {
    match step {
        Step::Name => vec![
            ("community_name", now.community_name.clone()),
            ("tagline_de", now.tagline.de.clone()),
            ("tagline_en", now.tagline.en.clone()),
            ("address", now.address.code().to_owned()),
            ("currency", now.currency.clone()),
            ("time_zone", now.time_zone.clone()),
        ],
        Step::Look => vec![("accent", now.accent.clone()), ("accent_dark", now.accent_dark.clone())],
        Step::Legal => vec![
            ("imprint_de", now.imprint.de.clone()),
            ("imprint_en", now.imprint.en.clone()),
            ("privacy_de", now.privacy.de.clone()),
            ("privacy_en", now.privacy.en.clone()),
        ],
        Step::Mail => vec![("sender", now.sender.clone())],
        Step::Program => vec![("currency", now.currency.clone())],
        Step::Tiers | Step::Places => Vec::new(),
    }
}

/// May this viewer take that step?
fn admit(me: &Manager, step: Step) -> Result<()> {
    if me.viewer.is_admin() || step.is_for_managers() { Ok(()) } else { Err(Error::Forbidden("admins_only")) }
}

async fn show(me: &Manager, step: Step, typed: Option<FormView>, trial: Option<Trial>) -> Result<HttpResponse> {
    let (lang, viewer, sight) = (me.lang(), me.viewer.clone(), Sight::of(&me.viewer));
    let status = match &typed {
        Some(form) if !form.errors.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let config = me.house.config.clone();
    let current = me.house.settings.clone();
    let view = me
        .house
        .db
        .read(move |c| {
            let now = current.refresh(c)?;
            let progress = Progress::load(c, &now)?;
            let mine = Step::of(&viewer);
            let mut view = SetupView {
                step: step.code(),
                title: name_of(lang, step),
                number: mine.iter().position(|s| *s == step).map_or(1, |i| i + 1),
                of: mine.len(),
                steps: mine
                    .iter()
                    .map(|s| StepLink {
                        code: s.code(),
                        label: name_of(lang, *s),
                        done: progress.of(*s) == State::Done,
                        skipped: progress.of(*s) == State::Skipped,
                        current: *s == step,
                    })
                    .collect(),
                admin: viewer.is_admin(),
                form: typed.unwrap_or_else(|| FormView {
                    values: stored(step, &now).into_iter().map(|(n, v)| (n.to_owned(), v)).collect(),
                    ..FormView::default()
                }),
                logo: current.brand().logo.clone(),
                currency: now.currency.clone(),
                trial,
                ..SetupView::default()
            };
            let value = |view: &SetupView, name: &str| view.form.values.get(name).cloned().unwrap_or_default();
            match step {
                Step::Name => {
                    let address = value(&view, "address");
                    let label = |a: Address| t(lang, &format!("office-address-{}", a.code()));
                    view.addresses =
                        [Address::Du, Address::Sie].map(|a| Choice::of(a.code(), label(a), &address)).into();
                }
                Step::Look => {
                    let accent = value(&view, "accent");
                    let shown = if accent.is_empty() { PRESETS[0].1.to_owned() } else { accent.clone() };
                    view.swatches = PRESETS
                        .into_iter()
                        .map(|(key, hex)| Swatch {
                            value: hex.to_owned(),
                            label: t(lang, &format!("setup-colour-{key}")).into_owned(),
                            selected: shown.eq_ignore_ascii_case(hex),
                        })
                        .collect();
                    view.tones = brand::tones(&shown, &value(&view, "accent_dark")).ok().map(|(l, d)| Tones {
                        light: l.accent,
                        light_ink: l.ink,
                        dark: d.accent,
                        dark_ink: d.ink,
                    });
                }
                Step::Legal => {}
                Step::Mail => {
                    view.mail_from = config.mail_from.clone();
                    view.route = config.smtp.as_ref().map(|r| format!("{}:{}", r.host, r.port)).unwrap_or_default();
                    view.my_email = people::find_person(c, viewer.id)?.email;
                }
                Step::Program => {
                    let chosen = value(&view, "partner");
                    view.partners = program_store::list_partners(c, 50)?
                        .into_iter()
                        .map(|(name, code)| Choice::of(code.clone(), format!("{name} ({code})"), &chosen))
                        .collect();
                    view.things = program_store::list_programs(c)?
                        .into_iter()
                        .map(|p| Thing { href: format!("/manage/programs/{}", p.id), name: p.name })
                        .collect();
                }
                Step::Tiers => {
                    let written = |text: String| lang.pick(text.replace('.', ","), text);
                    let kept = |values: &BTreeMap<String, String>, slug: &str, field: &str, now: String| {
                        values.get(&format!("{field}:{slug}")).cloned().unwrap_or(now)
                    };
                    let values = &view.form.values;
                    view.tiers = people::list_tiers(c)?
                        .into_iter()
                        .map(|t| TierLine {
                            name_de: kept(values, &t.slug, "name_de", t.name_de.clone()),
                            name_en: kept(values, &t.slug, "name_en", t.name_en.clone()),
                            min_turnover: kept(values, &t.slug, "min_turnover", written(amount(t.min_turnover))),
                            periods: kept(values, &t.slug, "periods", t.periods.to_string()),
                            response_hours: kept(values, &t.slug, "response_hours", t.response_hours.to_string()),
                            slug: t.slug,
                        })
                        .collect();
                }
                Step::Places => {
                    view.things = people::list_visible_niches(c, sight)?
                        .iter()
                        .map(|n| Thing { name: n.name(lang).to_owned(), href: format!("/niches/{}", n.slug) })
                        .collect();
                    view.rooms = crate::rooms::store::list_visible(c, sight)?
                        .into_iter()
                        .map(|(room, _)| Thing { href: format!("/rooms/{}", room.slug), name: room.name })
                        .collect();
                }
            }
            Ok(view)
        })
        .await?;
    let nav = if me.viewer.is_admin() { "admin" } else { "manage" };
    me.page("office/setup", "setup-title").nav(nav).status(status).show(&view).await
}

/// `GET /admin/setup`: on with the first open step.
pub async fn begin(me: Manager) -> Result<HttpResponse> {
    let viewer = me.viewer.clone();
    let next = me
        .house
        .db
        .read(move |c| {
            let now = settings::load(c)?;
            Ok(Progress::load(c, &now)?.next(&Step::of(&viewer)))
        })
        .await?;
    Ok(see_other(&next.map_or("/admin/setup/done".to_owned(), |s| format!("/admin/setup/{}", s.code()))))
}

#[derive(Serialize)]
struct DoneView {
    open: Vec<StepLink>,
    admin: bool,
}

async fn finish(me: &Manager) -> Result<HttpResponse> {
    let (lang, viewer) = (me.lang(), me.viewer.clone());
    let view = me
        .house
        .db
        .read(move |c| {
            let now = settings::load(c)?;
            let progress = Progress::load(c, &now)?;
            let open = Step::of(&viewer).into_iter().filter(|s| progress.of(*s) != State::Done).map(|s| StepLink {
                code: s.code(),
                label: name_of(lang, s),
                done: false,
                skipped: progress.of(s) == State::Skipped,
                current: false,
            });
            Ok(DoneView { open: open.collect(), admin: viewer.is_admin() })
        })
        .await?;
    let nav = if me.viewer.is_admin() { "admin" } else { "manage" };
    me.page("office/setup_done", "setup-done-title").nav(nav).show(&view).await
}

/// `GET /admin/setup/{step}`
pub async fn step(me: Manager, step: web::Path<String>) -> Result<HttpResponse> {
    if *step == "done" {
        return finish(&me).await;
    }
    let step = Step::parse(&step).ok_or(Error::NotFound)?;
    admit(&me, step)?;
    show(&me, step, None, None).await
}

async fn go_on(me: &Manager, step: Step, done: bool) -> Result<HttpResponse> {
    me.house.db.write(move |tx| mark(tx, step, done)).await?;
    let mine = Step::of(&me.viewer);
    let next = mine.iter().copied().find(|s| *s > step);
    let to = next.map_or("/admin/setup/done".to_owned(), |s| format!("/admin/setup/{}", s.code()));
    let said = if done { "accounts-saved" } else { "setup-skipped" };
    Ok(see_other_with(&me.house.config, &to, "ok", said))
}

/// `POST /admin/setup/{step}`: saves the step and goes on; `act` is `skip`, `try` (a link) or `test` (a mail).
pub async fn save(me: Manager, step: web::Path<String>, form: Form) -> Result<HttpResponse> {
    let step = Step::parse(&step).ok_or(Error::NotFound)?;
    admit(&me, step)?;
    if form.text("act") == "skip" {
        return go_on(&me, step, false).await;
    }
    if step == Step::Program && form.text("act") == "try" {
        return try_link(&me, &form).await;
    }
    match keep(&me, step, &form).await {
        Ok(()) if form.text("act") == "test" => {
            actions::send_test_mail(&me.house, &me.viewer).await?;
            Ok(see_other_with(&me.house.config, "/admin/setup/mail", "ok", "office-test-sent"))
        }
        Ok(()) => go_on(&me, step, true).await,
        Err(error) => {
            let mut again = FormView::again(me.lang(), &form, "", error)?;
            // The API knows one field for both languages; the page has two.
            for field in ["tagline", "imprint", "privacy", "name"] {
                let named = format!("{field}_de");
                if again.values.contains_key(&named)
                    && let Some(message) = again.errors.remove(field)
                {
                    again.errors.insert(named, message);
                }
            }
            show(&me, step, Some(again), None).await
        }
    }
}

async fn keep(me: &Manager, step: Step, form: &Form) -> Result<()> {
    let text = |name: &str| Some(form.text(name).to_owned());
    let both = |name: &str| Some(BilingualChange { de: text(&format!("{name}_de")), en: text(&format!("{name}_en")) });
    let change = match step {
        Step::Name => SettingsChange {
            community_name: text("community_name"),
            tagline: both("tagline"),
            address: text("address"),
            currency: text("currency"),
            time_zone: text("time_zone"),
            ..SettingsChange::default()
        },
        Step::Look => {
            let typed = form.text("accent");
            let accent = if typed.is_empty() { form.text("preset") } else { typed };
            SettingsChange {
                accent: Some(accent.to_owned()),
                accent_dark: text("accent_dark"),
                ..SettingsChange::default()
            }
        }
        Step::Legal => {
            SettingsChange { imprint: both("imprint"), privacy: both("privacy"), ..SettingsChange::default() }
        }
        Step::Mail => SettingsChange { sender: text("sender"), ..SettingsChange::default() },
        Step::Program => {
            let draft = ProgramDraft {
                name: form.text("name").to_owned(),
                link_base: form.text("link_base").to_owned(),
                currency: form.text("currency").to_owned(),
                ..ProgramDraft::default()
            };
            return programs::create_program(&me.house, me.viewer.id, draft).await.map(drop);
        }
        Step::Tiers => {
            let known = me.house.db.read(people::list_tiers).await?;
            let wanted = known.into_iter().map(|t| {
                let text = |field: &str| form.text(&format!("{field}:{}", t.slug)).to_owned();
                TierInput {
                    name: Bilingual { de: text("name_de"), en: text("name_en") },
                    min_turnover: MoneyInput::Plain(text("min_turnover")),
                    periods: text("periods").parse().unwrap_or(-1),
                    response_hours: text("response_hours").parse().unwrap_or(-1),
                    slug: t.slug,
                }
            });
            return members::change_tiers(&me.house, &me.viewer, wanted.collect()).await;
        }
        Step::Places => return open_places(me, form).await,
    };
    actions::change_settings(&me.house, &me.viewer, change).await.map(drop)
}

/// The first niche, which brings its room, and one room more where a name is given.
async fn open_places(me: &Manager, form: &Form) -> Result<()> {
    let name = Bilingual { de: form.text("name_de").to_owned(), en: form.text("name_en").to_owned() };
    let room = form.text("room");
    if name.is_empty() && room.is_empty() {
        return Err(Error::field("name_de", "required"));
    }
    if !name.is_empty() {
        let slug = crate::text::slug(name.get(crate::i18n::Lang::De));
        let input = NicheInput { slug, name, description: Bilingual::default(), min_tier: None, hue: None };
        // A second try after a mistake in the room does not stumble over the niche it made.
        match members::create_niche(&me.house, &me.viewer, input).await {
            Ok(_) => {}
            Err(Error::Invalid(fields)) if !room.is_empty() && fields.iter().all(|f| f.code == "taken") => {}
            Err(other) => return Err(other),
        }
    }
    if !room.is_empty() {
        let slug = crate::text::slug(room);
        let new = RoomForm {
            slug,
            name: room.to_owned(),
            topic: form.text("topic").to_owned(),
            access: "open".to_owned(),
            min_tier: None,
            niche: None,
        };
        let made = rooms::create_room(&me.house, &me.viewer, new).await;
        made.map_err(|error| match error {
            Error::Invalid(mut fields) => {
                for field in &mut fields {
                    if field.field == "name" || field.field == "slug" {
                        field.field = "room".into();
                    }
                }
                Error::Invalid(fields)
            }
            other => other,
        })?;
    }
    Ok(())
}

/// Shows the pattern as a real partner would get it, and keeps nothing.
async fn try_link(me: &Manager, form: &Form) -> Result<HttpResponse> {
    let (base, code) = (form.text("link_base").to_owned(), form.text("partner").to_owned());
    match me.house.db.read(move |c| programs::try_link(c, &base, &code)).await {
        Ok((partner, link)) => {
            let kept = FormView { values: form.values(), ..FormView::default() };
            show(me, Step::Program, Some(kept), Some(Trial { partner, link })).await
        }
        Err(error) => {
            let again = FormView::again(me.lang(), form, "", error)?;
            show(me, Step::Program, Some(again), None).await
        }
    }
}

/// Reads the one file of an upload.
pub(in crate::office) async fn upload(form: &mut Multipart) -> Result<Vec<u8>> {
    let unreadable = |_| Error::field("logo", "picture");
    while let Some(mut field) = form.try_next().await.map_err(unreadable)? {
        if field.name() != Some("logo") {
            while field.try_next().await.map_err(unreadable)?.is_some() {}
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > LOGO_LIMIT {
                return Err(Error::TooLarge(LOGO_LIMIT));
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(bytes);
    }
    Err(Error::field("logo", "required"))
}

/// `POST /admin/setup/logo`: multipart; without a file the logo goes.
pub async fn logo(me: Admin, manager: Manager, mut form: Multipart) -> Result<HttpResponse> {
    let result = match upload(&mut form).await {
        Ok(bytes) if bytes.is_empty() => actions::change_logo(&me.house, &me.viewer, None).await,
        Ok(bytes) => actions::change_logo(&me.house, &me.viewer, Some(bytes)).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => Ok(see_other_with(&me.house.config, "/admin/setup/look", "ok", "accounts-saved")),
        Err(error) => {
            let now = me.house.db.read(settings::load).await?;
            let mut again = FormView::again(me.lang(), &Form::default(), "", error)?;
            again.values = stored(Step::Look, &now).into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
            show(&manager, Step::Look, Some(again), None).await
        }
    }
}
