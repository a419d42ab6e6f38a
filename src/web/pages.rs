//! Pages: a view struct plus a handlebars file of one name, inside the shell every page shares.
//!
//! Templates are compiled in (`src/<feature>/pages/<name>.hbs` becomes `<feature>/<name>`, files of
//! `src/web/pages` keep their own name). One registry a language,
//! so that helpers know theirs.

use super::expressions;
use super::guards::Ctx;
use super::viewer::{Proof, Viewer, hue, initials};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use handlebars::{Handlebars, Template};
use serde::Serialize;
use std::sync::{Arc, OnceLock};

#[derive(rust_embed::RustEmbed)]
#[folder = "src"]
#[include = "*.hbs"]
struct Files;

/// A niche in the sidebar.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NicheLink {
    /// Address.
    pub slug: String,
    /// Name in the reader's language.
    pub name: String,
    /// Colour, 0 to 11.
    pub hue: i64,
    /// Threads with something new.
    pub unread: i64,
    /// Whether the page belongs to it.
    pub active: bool,
}

/// A room in the sidebar.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RoomLink {
    /// Row id, for the live connection.
    pub id: i64,
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Unread messages.
    pub unread: i64,
    /// Unread mentions.
    pub mentions: i64,
    /// Whether the page is this room.
    pub active: bool,
    /// Whether it is gated by tier or private.
    pub locked: bool,
    /// Whether it is a conversation of a few.
    pub direct: bool,
}

/// Rooms that stand together in the sidebar: on top, or in a section of the member's own.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RoomGroup {
    /// Name.
    pub name: String,
    /// Its rooms in their order.
    pub rooms: Vec<RoomLink>,
}

/// What the features put around a page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Surroundings {
    /// Name of the community.
    pub community: String,
    /// The viewer's tier in the viewer's language; empty for the team.
    pub tier: String,
    /// Threads with something new.
    pub unread_forum: i64,
    /// Unread chat messages.
    pub unread_chat: i64,
    /// Unread mentions.
    pub mentions_chat: i64,
    /// Unread notifications.
    pub notifications: i64,
    /// Niches the viewer may enter.
    pub niches: Vec<NicheLink>,
    /// Rooms the viewer has joined and put nowhere else.
    pub rooms: Vec<RoomLink>,
    /// Rooms on top and in sections.
    pub groups: Vec<RoomGroup>,
    /// Conversations of a few.
    pub talks: Vec<RoomLink>,
    /// Unread messages in conversations.
    pub unread_direct: i64,
    /// Requests that wait for an answer.
    pub requests: i64,
}

/// Where the surroundings come from; wired in `app.rs`, because the platform knows no feature.
pub type ShellSource = Arc<dyn Fn(&mut Conn, Option<&Viewer>, Lang) -> Result<Surroundings> + Send + Sync>;

#[derive(Serialize)]
struct Me<'a> {
    id: i64,
    name: &'a str,
    initials: String,
    hue: i64,
    role: &'static str,
    tier: &'a str,
}

#[derive(Serialize)]
struct Flash {
    kind: String,
    text: String,
}

#[derive(Serialize)]
struct Shell<'a> {
    lang: &'static str,
    alternate_lang: &'static str,
    alternate_code: &'static str,
    title: &'a str,
    community: &'a str,
    csrf: &'a str,
    nonce: &'a str,
    assets: &'static str,
    brand: &'a str,
    logo: &'a str,
    path: &'a str,
    here: &'a str,
    theme: &'a str,
    zone: &'a str,
    now: i64,
    nav: &'static str,
    member: Option<Me<'a>>,
    is_member: bool,
    is_moderator: bool,
    is_manager: bool,
    is_admin: bool,
    unread_forum: i64,
    unread_chat: i64,
    mentions_chat: i64,
    notifications: i64,
    niches: &'a [NicheLink],
    rooms: &'a [RoomLink],
    groups: &'a [RoomGroup],
    talks: &'a [RoomLink],
    unread_direct: i64,
    requests: i64,
    flash: Option<Flash>,
    live: bool,
    demo: bool,
}

#[derive(Serialize)]
struct Root<'a, V> {
    shell: Shell<'a>,
    v: &'a V,
}

/// The renderer of pages.
pub struct Pages {
    registries: &'static [Handlebars<'static>; 3],
    source: ShellSource,
    reloads: bool,
}

/// The templates belong to the program: all houses of a process share them, and they are parsed once.
static COMPILED: OnceLock<std::result::Result<[Handlebars<'static>; 3], String>> = OnceLock::new();

impl Pages {
    /// Compiles every template, once in a process; with `reload` (debug builds only) a changed file shows with the next
    /// request, for which the whole page is parsed anew every time.
    ///
    /// # Errors
    /// When a template does not parse.
    pub fn load(source: ShellSource, reload: bool) -> Result<Self> {
        let reloads = reload && cfg!(debug_assertions);
        match compiled(reloads) {
            Ok(registries) => Ok(Self { registries, source, reloads }),
            Err(wrong) => Err(Error::internal(wrong.clone())),
        }
    }

    /// Compiles every template ahead of the first [`Pages::load`], which waits for it and tells what is wrong.
    pub fn warm_up(reload: bool) {
        let _ = compiled(reload && cfg!(debug_assertions));
    }

    /// Whether templates are read again with every request.
    pub fn reloads(&self) -> bool {
        self.reloads
    }

    /// Renders a template that needs no shell: a fragment, a mail preview.
    ///
    /// # Errors
    /// When the view lacks something the template wants.
    pub fn fragment(&self, lang: Lang, name: &str, view: &impl Serialize) -> Result<String> {
        let [de, sie, en] = self.registries;
        let registry = match lang {
            Lang::De => de,
            Lang::DeSie => sie,
            Lang::En => en,
        };
        registry.render(name, view).map_err(Error::internal)
    }
}

/// `src/forums/pages/thread.hbs` is `forums/thread`; the platform's own keep their plain name.
fn template_name(path: &str) -> Option<String> {
    let path = path.strip_suffix(".hbs")?;
    let (feature, name) = path.split_once("/pages/")?;
    Some(if feature == "web" { name.to_owned() } else { format!("{feature}/{name}") })
}

fn compiled(reloads: bool) -> &'static std::result::Result<[Handlebars<'static>; 3], String> {
    COMPILED.get_or_init(|| {
        let plain = parsed(reloads).map_err(|e| e.to_string())?;
        Ok([Lang::De, Lang::DeSie, Lang::En].map(|lang| {
            let mut registry = plain.clone();
            expressions::register(&mut registry, lang);
            registry
        }))
    })
}

fn parsed(reloads: bool) -> Result<Handlebars<'static>> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.set_dev_mode(reloads);
    let all: Vec<(String, String)> = Files::iter().filter_map(|p| Some((template_name(&p)?, p.to_string()))).collect();
    if reloads {
        for (name, path) in &all {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path);
            registry.register_template_file(name, file).map_err(Error::internal)?;
        }
        return Ok(registry);
    }
    // Parsing is most of a cold start, so every core takes a share.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let shares: Vec<Result<Vec<(&str, Template)>>> = std::thread::scope(|scope| {
        let share = all.len().div_ceil(cores).max(1);
        let threads: Vec<_> =
            all.chunks(share).map(|part| scope.spawn(|| part.iter().map(template).collect())).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(Error::internal("a template panicked")))).collect()
    });
    for share in shares {
        for (name, template) in share? {
            registry.register_template(name, template);
        }
    }
    Ok(registry)
}

fn template((name, path): &(String, String)) -> Result<(&str, Template)> {
    let file = Files::get(path).ok_or_else(|| Error::internal("a template went away"))?;
    let text = std::str::from_utf8(&file.data).map_err(Error::internal)?;
    Ok((name, Template::compile_with_name(text, name.clone()).map_err(Error::internal)?))
}

/// Names of all page templates: a test checks that each is used.
pub fn template_names() -> Vec<String> {
    Files::iter().filter_map(|p| template_name(&p)).collect()
}

/// A page about to be rendered.
#[must_use]
pub struct Page<'c> {
    ctx: &'c Ctx,
    template: &'static str,
    title: String,
    nav: &'static str,
    status: StatusCode,
    part: Option<String>,
}

/// Where a template takes the part of [`Page::part`]. Nobody else can write a comment: text is escaped, HTML cleaned.
const PART: &str = "<!--part-->";

impl Ctx {
    /// Starts a page from its template; `title_key` is the Fluent key of its title.
    pub fn page(&self, template: &'static str, title_key: &str) -> Page<'_> {
        Page {
            ctx: self,
            template,
            title: t(self.lang(), title_key).into_owned(),
            nav: "",
            status: StatusCode::OK,
            part: None,
        }
    }
}

impl Page<'_> {
    /// A title that is data (a thread, a room) instead of a text of ours.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The section of the navigation it belongs to.
    pub fn nav(mut self, nav: &'static str) -> Self {
        self.nav = nav;
        self
    }

    /// Another status than 200.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// A long part that was rendered before. It takes the place of `<!--part-->` in the finished page, so that the
    /// engine, which copies its values at every partial, never carries it.
    pub fn part(mut self, html: String) -> Self {
        self.part = Some(html);
        self
    }

    /// Renders the page around `view`.
    ///
    /// # Errors
    /// When the surroundings cannot be read or the template wants what the view lacks.
    pub async fn show<V: Serialize>(self, view: &V) -> Result<HttpResponse> {
        let Ctx { house, viewer, .. } = self.ctx;
        let lang = self.ctx.lang();
        let source = house.pages.source.clone();
        let who = viewer.clone();
        let around = house.db.read(move |c| source(c, who.as_deref(), lang)).await?;
        let mut html = self.html(around, view)?;
        if let Some(part) = &self.part
            && let Some(at) = html.find(PART)
        {
            html.replace_range(at..at + PART.len(), part);
        }
        let mut answer = HttpResponse::build(self.status);
        answer.content_type("text/html; charset=utf-8").insert_header(("cache-control", "no-store"));
        if self.ctx.flash.is_some() {
            let mut spent = actix_web::cookie::Cookie::new(super::redirect::FLASH, "");
            spent.set_path("/");
            spent.make_removal();
            answer.cookie(spent);
        }
        Ok(answer.body(html))
    }

    fn html<V: Serialize>(&self, mut around: Surroundings, view: &V) -> Result<String> {
        let ctx = self.ctx;
        let viewer = ctx.viewer.as_deref();
        let lang = ctx.lang();
        let grouped = around.groups.iter_mut().flat_map(|g| g.rooms.iter_mut());
        for room in around.rooms.iter_mut().chain(around.talks.iter_mut()).chain(grouped) {
            room.active = ctx.path == format!("/rooms/{}", room.slug);
        }
        for niche in &mut around.niches {
            niche.active = ctx.path == format!("/niches/{}", niche.slug);
        }
        let flash = ctx.flash.as_deref().and_then(|f| f.split_once(':')).and_then(|(kind, key)| {
            // A cookie is the reader's to write: only texts of ours are shown.
            (crate::i18n::has(lang, key) && matches!(kind, "ok" | "bad" | "hot"))
                .then(|| Flash { kind: kind.to_owned(), text: t(lang, key).into_owned() })
        });
        let brand = ctx.house.settings.brand();
        let csrf = match viewer.map(|v| &v.proof) {
            Some(Proof::Session { csrf, .. }) => csrf.as_str(),
            _ => "",
        };
        let shell = Shell {
            lang: lang.code(),
            alternate_lang: lang.other().pick("DE", "EN"),
            alternate_code: lang.other().code(),
            title: &self.title,
            community: &around.community,
            csrf,
            nonce: &ctx.asked.nonce,
            assets: super::assets::prefix(),
            brand: &brand.sheet,
            logo: &brand.logo,
            path: &ctx.path,
            here: &ctx.here,
            theme: &ctx.asked.theme,
            zone: viewer.map_or("Europe/Berlin", |v| v.time_zone.as_str()),
            now: ctx.house.db.now(),
            nav: self.nav,
            member: viewer.map(|v| Me {
                id: v.id.0,
                name: &v.name,
                initials: initials(&v.name),
                hue: hue(v.id.0),
                role: v.role.code(),
                tier: &around.tier,
            }),
            is_member: viewer.is_some(),
            is_moderator: viewer.is_some_and(Viewer::is_moderator),
            is_manager: viewer.is_some_and(Viewer::is_manager),
            is_admin: viewer.is_some_and(Viewer::is_admin),
            unread_forum: around.unread_forum,
            unread_chat: around.unread_chat,
            mentions_chat: around.mentions_chat,
            notifications: around.notifications,
            niches: &around.niches,
            rooms: &around.rooms,
            groups: &around.groups,
            talks: &around.talks,
            unread_direct: around.unread_direct,
            requests: around.requests,
            flash,
            live: viewer.is_some(),
            demo: ctx.house.config.demo,
        };
        ctx.house.pages.fragment(lang, self.template, &Root { shell, v: view })
    }
}
