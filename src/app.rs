//! Composition root: builds the parts, wires features to each other, starts, tells its port, stops.

use crate::accounts;
use crate::config::Config;
use crate::db::{Clock, DAY, Db, HOUR, MINUTE};
use crate::error::{Error, Result};
use crate::forums;
use crate::house::{House, Parts};
use crate::i18n::Lang;
use crate::jobs::{Jobs, Registry, handler};
use crate::live::Live;
use crate::mail::{Mailer, SEND_JOB, send_queued};
use crate::newsletters;
use crate::office;
use crate::programs;
use crate::rooms;
use crate::routes;
use crate::web::headers::{Identify, around};
use crate::web::limits::Limits;
use crate::web::pages::{NicheLink, Pages, RoomLink, ShellSource, Surroundings};
use crate::web::sources::Sources;
use crate::web::viewer::Viewer;
use crate::web::{forms, health, idempotency};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A running server.
pub struct Running {
    /// The platform, for tests and commands that work inside the running house.
    pub house: House,
    /// Where it listens.
    pub address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Which job kinds listen to which event: the effects that go against the order of features.
fn listeners(event: &str) -> &'static [&'static str] {
    match event {
        "niche.created" => &["rooms.niche_created"],
        "member.changed" => &["rooms.member_changed"],
        "member.ref_set" => &[programs::jobs::MATCH_JOB],
        "tier.override_cleared" => &[programs::jobs::RECOMPUTE_ONE_JOB],
        _ => &[],
    }
}

fn registry() -> Registry {
    let mut jobs = Registry::default();
    jobs.on(SEND_JOB, handler(send_queued));
    jobs.on(forums::jobs::INDEX, handler(forums::jobs::index));
    jobs.on(forums::jobs::REINDEX, handler(forums::jobs::reindex));
    jobs.on(crate::library::jobs::INDEX, handler(crate::library::jobs::index));
    jobs.every(HOUR, "house.tidy", handler(tidy));
    jobs.on(newsletters::RUN_JOB, handler(newsletters::run));
    jobs.every(MINUTE, newsletters::WATCH_JOB, handler(newsletters::watch));
    jobs.on(accounts::jobs::TELL_JOB, handler(accounts::jobs::tell_managers));
    jobs.on(accounts::jobs::LINK_JOB, handler(accounts::jobs::mail_link));
    jobs.on("rooms.niche_created", handler(rooms::actions::open_niche_room));
    jobs.on("rooms.member_changed", handler(rooms::actions::on_member_changed));
    jobs.on(programs::jobs::MATCH_JOB, handler(programs::jobs::match_waiting));
    jobs.on(programs::jobs::RECOMPUTE_ONE_JOB, handler(programs::jobs::recompute_one));
    jobs.on(programs::tiers::RECOMPUTE_SOME_JOB, handler(programs::jobs::recompute_some));
    jobs.every(DAY, programs::tiers::RECOMPUTE_JOB, handler(programs::jobs::recompute_all));
    jobs.on(programs::imports::RUN_JOB, handler(programs::imports::run::run));
    jobs.on(programs::imports::run::SETTLE_JOB, handler(programs::imports::run::settle));
    jobs.on(programs::imports::undo::UNDO_JOB, handler(programs::imports::undo::take_back));
    jobs
}

/// Forgets what is over: idempotency keys, full rate limits.
async fn tidy(house: House, (): ()) -> Result<()> {
    house.limits.tidy();
    house.db.write_background(idempotency::tidy).await?;
    Ok(())
}

/// What surrounds every page: the community's name, the niches and rooms of the viewer.
fn surroundings(clock: Clock) -> ShellSource {
    Arc::new(move |conn, viewer: Option<&Viewer>, lang: Lang| {
        let settings = crate::settings::load(conn)?;
        let mut around = Surroundings { community: settings.community_name, ..Surroundings::default() };
        let Some(viewer) = viewer else { return Ok(around) };
        let sight = crate::access::Sight::of(viewer);
        if !viewer.is_moderator() {
            around.tier = crate::members::store::tier_name(conn, viewer.tier_rank, lang)?;
        }
        let unread = forums::store::count_unread_by_niche(conn, sight, clock.now())?;
        around.unread_forum = unread.values().sum();
        around.niches = crate::members::store::list_visible_niches(conn, sight)?
            .iter()
            .map(|n| NicheLink {
                slug: n.slug.clone(),
                name: n.name(lang).to_owned(),
                hue: i64::from(n.hue),
                unread: unread.get(&n.id).copied().unwrap_or(0),
                ..NicheLink::default()
            })
            .collect();
        around.rooms = rooms::store::list_joined(conn, &[viewer.id.0])?
            .into_iter()
            .map(|r| RoomLink {
                id: r.id,
                locked: r.access != rooms::model::Access::Open.code(),
                slug: r.slug,
                name: r.name,
                unread: r.unread,
                mentions: i64::from(r.mentions),
                active: false,
            })
            .collect();
        around.unread_chat = around.rooms.iter().map(|r| r.unread).sum();
        around.mentions_chat = around.rooms.iter().map(|r| r.mentions).sum();
        Ok(around)
    })
}

/// What features tell the general pages: cards of the start page, progress, parts of the data export.
fn sources(clock: Clock) -> Sources {
    let for_cards = clock.clone();
    Sources {
        start: vec![Arc::new(move |conn, viewer, lang| office::cards::of(conn, viewer, lang, for_cards.now()))],
        progress: Some(Arc::new(move |conn, member| programs::tiers::progress(conn, member, clock.now()))),
        ..Sources::default()
    }
}

/// Opens the database of `config`; commands that need no server use it alone.
///
/// # Errors
/// When the folder or the database cannot be opened.
pub fn open_database(config: &Config, clock: Clock) -> Result<Db> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|e| Error::config(format!("KONTOR_DATA_DIR: cannot create {}: {e}", config.data_dir.display())))?;
    Db::open(&config.database_url, clock, Arc::new(listeners))
}

/// Builds the house without listening.
///
/// # Errors
/// When a part cannot be built.
pub fn build(config: Config, clock: Clock) -> Result<House> {
    let db = open_database(&config, clock.clone())?;
    Ok(House::new(Parts {
        mailer: Mailer::new(&config)?,
        pages: Pages::load(surroundings(clock.clone()))?,
        jobs: Jobs::new(registry()),
        live: Live::new(&config, clock.clone())?,
        limits: Limits::new(config.rate_limits),
        sources: sources(clock),
        db,
        config,
    }))
}

/// Starts the server; it answers when this returns.
///
/// # Errors
/// When a part cannot be built or the address is taken.
pub async fn start(mut config: Config, clock: Clock) -> Result<Running> {
    health::start_metrics();
    // Whoever comes second (main, another server in this process) finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let socket = listen(config.listen)?;
    let address = socket.local_addr().map_err(Error::internal)?;
    config.listen = address;
    if config.base_url.is_none() {
        config.base_url = url::Url::parse(&format!("http://{address}")).ok();
    }
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let house = build(config, clock)?;
    rooms::actions::ensure_foyer(&house.db).await?;
    house.live.start(rooms::socket::Chat::new(house.clone()));
    house.jobs.start(&house);
    newsletters::resume_all(&house).await?;
    let for_app = web::Data::new(house.clone());
    let identify: Identify = |house, credentials| Box::pin(accounts::actions::identify(house, credentials));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(for_app.clone())
            .app_data(web::Data::new(identify))
            .app_data(web::PayloadConfig::new(forms::JSON_LIMIT))
            .wrap(from_fn(around))
            .wrap(Compress::default())
            .configure(routes::configure)
    })
    .on_connect(tune)
    .workers(workers)
    // Longer than a proxy or a client keeps an idle connection (nginx: 60 s): whoever closes first must be the one that
    // would send the next request, or that request meets a closing socket.
    .keep_alive(Duration::from_secs(75))
    .disable_signals()
    .shutdown_timeout(5)
    .listen(socket)
    .map_err(Error::internal)?
    .run();
    let handle = server.handle();
    let server = tokio::spawn(server);
    Ok(Running { house, address, handle, server })
}

/// Small frames leave at once, and a peer that takes nothing for half a minute is given up by the kernel: a socket in
/// that state is out of reach for everybody else.
fn tune(io: &dyn std::any::Any, _: &mut actix_web::dev::Extensions) {
    let Some(stream) = io.downcast_ref::<actix_web::rt::net::TcpStream>() else { return };
    let socket = socket2::SockRef::from(stream);
    let tuned = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_user_timeout(Some(Duration::from_secs(30))));
    if let Err(error) = tuned {
        tracing::debug!(%error, "a socket could not be tuned");
    }
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener> {
    std::net::TcpListener::bind(address)
        .map_err(|e| Error::config(format!("KONTOR_LISTEN: cannot listen on {address}: {e}")))
}

impl Running {
    /// Drains and stops within ten seconds: no new work, running work ends, everything queued is written.
    pub async fn stop(self) {
        self.house.live.drain();
        self.handle.stop(true).await;
        self.house.jobs.stop(Duration::from_secs(3)).await;
        self.house.db.close();
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the server did not end well");
        }
    }
}
