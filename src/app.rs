//! Composition root: builds the parts, wires features to each other, starts, tells its port, stops.

use crate::accounts;
use crate::config::Config;
use crate::db::{Clock, Conn, DAY, Db, HOUR, MINUTE, SECOND};
use crate::error::{Error, Result};
use crate::files::{self, Files};
use crate::forums;
use crate::house::{House, Parts};
use crate::i18n::{Lang, t};
use crate::jobs::{Jobs, Registry, handler};
use crate::live::Live;
use crate::mail::{Mailer, SEND_JOB, send_queued};
use crate::newsletters;
use crate::notices;
use crate::office;
use crate::programs;
use crate::rooms;
use crate::routes;
use crate::secrets::Ring;
use crate::settings::Current;
use crate::upkeep;
use crate::web::headers::{Identify, around};
use crate::web::limits::Limits;
use crate::web::pages::{NicheLink, Pages, RoomGroup, RoomLink, ShellSource, Surroundings};
use crate::web::pulse::Pulse;
use crate::web::sources::{Gates, Place, Sources};
use crate::web::tls;
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
    /// Where it takes what comes back by mail.
    pub inbound: Option<SocketAddr>,
    handle: actix_web::dev::ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Which job kinds listen to which event: the effects that go against the order of features.
fn listeners(event: &str) -> &'static [&'static str] {
    match event {
        "niche.created" => &["rooms.niche_created"],
        "member.changed" => &["rooms.member_changed", crate::invitations::jobs::MEMBER_JOB],
        "letter.sent" => &[crate::invitations::jobs::LETTER_JOB],
        "application.confirmed" => &[crate::invitations::jobs::APPLIED_JOB],
        "member.ref_set" => &[programs::jobs::MATCH_JOB],
        "tier.override_cleared" => &[programs::jobs::RECOMPUTE_ONE_JOB],
        _ => &[],
    }
}

fn registry() -> Registry {
    let mut jobs = Registry::default();
    jobs.on(SEND_JOB, handler(send_queued));
    jobs.on(files::jobs::CHECK_JOB, handler(files::jobs::check));
    jobs.on(files::jobs::SIZES_JOB, handler(files::jobs::sizes));
    jobs.every(HOUR, files::jobs::COLLECT_JOB, handler(files::jobs::collect));
    jobs.every(DAY, files::jobs::SWEEP_JOB, handler(files::jobs::sweep));
    jobs.on(forums::jobs::INDEX, handler(forums::jobs::index));
    jobs.on(forums::jobs::REINDEX, handler(forums::jobs::reindex));
    jobs.on(forums::jobs::TELL, handler(forums::jobs::tell));
    jobs.on(forums::moving::IMPORT, handler(forums::moving::import));
    jobs.on(forums::jobs::STAGE, handler(forums::jobs::stage));
    jobs.on(forums::jobs::REMIND, handler(forums::jobs::remind));
    jobs.every(DAY, forums::jobs::TIDY, handler(forums::jobs::tidy));
    jobs.every(HOUR, forums::jobs::RENDER, handler(forums::jobs::render_again));
    jobs.on(crate::library::material::bulk::BULK_JOB, handler(crate::library::material::bulk::run));
    jobs.on(crate::library::material::tell::TELL_JOB, handler(crate::library::material::tell::tell));
    jobs.every(DAY, crate::library::material::tell::EXPIRES_JOB, handler(crate::library::material::tell::expires));
    jobs.on(crate::library::jobs::INDEX, handler(crate::library::jobs::index));
    jobs.on(notices::jobs::DELIVER_JOB, handler(notices::jobs::deliver));
    jobs.on(notices::push::PUSH_JOB, handler(notices::push::run));
    jobs.every(5 * MINUTE, notices::digest::DIGEST_JOB, handler(notices::digest::run));
    jobs.every(DAY, notices::jobs::TIDY_JOB, handler(notices::jobs::tidy));
    jobs.on(crate::library::jobs::RECALL, handler(crate::library::jobs::tell_takers));
    jobs.every(HOUR, "house.tidy", handler(tidy));
    jobs.on(newsletters::RUN_JOB, handler(newsletters::run));
    jobs.every(MINUTE, newsletters::WATCH_JOB, handler(newsletters::watch));
    jobs.on(crate::invitations::jobs::SEND_JOB, handler(crate::invitations::jobs::send));
    jobs.every(HOUR, crate::invitations::jobs::REMIND_JOB, handler(crate::invitations::jobs::remind));
    jobs.on(crate::invitations::jobs::LETTER_JOB, handler(crate::invitations::jobs::letter_sent));
    jobs.on(crate::invitations::jobs::MEMBER_JOB, handler(crate::invitations::jobs::member_changed));
    jobs.on(crate::invitations::jobs::APPLIED_JOB, handler(crate::invitations::jobs::applied));
    jobs.on(accounts::jobs::TELL_JOB, handler(accounts::jobs::tell_managers));
    jobs.on(accounts::jobs::LINK_JOB, handler(accounts::jobs::mail_link));
    jobs.on("rooms.niche_created", handler(rooms::actions::open_niche_room));
    jobs.on("rooms.member_changed", handler(rooms::actions::on_member_changed));
    jobs.every(30 * SECOND, rooms::jobs::INDEX_JOB, handler(rooms::jobs::index));
    jobs.on(rooms::preview::PREVIEW_JOB, handler(rooms::preview::look));
    jobs.on(rooms::actions::CALL_JOB, handler(rooms::actions::call_room));
    jobs.on(rooms::actions::REMIND_JOB, handler(rooms::jobs::remind));
    jobs.on(rooms::actions::LATER_JOB, handler(rooms::actions::send_later));
    jobs.on(rooms::actions::HOUR_JOB, handler(rooms::actions::follow_clock));
    jobs.on(rooms::actions::HOOKS_JOB, handler(rooms::actions::read_logs));
    jobs.on(rooms::actions::HOOK_JOB, handler(rooms::actions::tell_hook));
    jobs.on(programs::jobs::MATCH_JOB, handler(programs::jobs::match_waiting));
    jobs.on(programs::jobs::RECOMPUTE_ONE_JOB, handler(programs::jobs::recompute_one));
    jobs.on(programs::tiers::RECOMPUTE_SOME_JOB, handler(programs::jobs::recompute_some));
    jobs.every(DAY, programs::tiers::RECOMPUTE_JOB, handler(programs::jobs::recompute_all));
    jobs.every(upkeep::backups::LOOK_EVERY, upkeep::backups::DUE_JOB, handler(upkeep::backups::look));
    jobs.every(upkeep::alerts::LOOK_EVERY, upkeep::alerts::LOOK_JOB, handler(upkeep::alerts::look));
    jobs.on(upkeep::backups::RUN_JOB, handler(upkeep::backups::run));
    jobs.on(programs::imports::RUN_JOB, handler(programs::imports::run::run));
    jobs.on(programs::imports::run::SETTLE_JOB, handler(programs::imports::run::settle));
    jobs.every(DAY, programs::imports::drafts::TIDY_JOB, handler(programs::imports::drafts::tidy));
    jobs.on(programs::imports::undo::UNDO_JOB, handler(programs::imports::undo::take_back));
    jobs
}

/// Forgets what is over: idempotency keys, full rate limits; tells the planner how large things have become.
async fn tidy(house: House, (): ()) -> Result<()> {
    house.limits.tidy();
    house.db.write_background(idempotency::tidy).await?;
    house.db.write_background(crate::mail::volume::forget_windows).await?;
    house.db.write_background(crate::db::refresh_statistics).await?;
    tokio::task::spawn_blocking(crate::memory::give_back).await.map_err(Error::internal)
}

/// What surrounds every page: the community's name, the niches and rooms of the viewer.
fn surroundings(clock: Clock, current: Current) -> ShellSource {
    let gates = gates(&clock);
    Arc::new(move |conn, viewer: Option<&Viewer>, lang: Lang| {
        let settings = current.refresh(conn)?;
        let mut around = Surroundings { community: settings.community_name.clone(), ..Surroundings::default() };
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
        let joined = rooms::store::list_joined(conn, &[viewer.id.0])?;
        // Most people have none: one question less on every page.
        let sections = match joined.iter().any(|r| r.section_id.is_some()) {
            true => rooms::store::list_sections(conn, viewer.id)?,
            false => Vec::new(),
        };
        // What is silenced makes no badge; a mention always does.
        around.unread_chat = joined.iter().filter(|r| !r.silenced && !r.is_direct()).map(|r| r.unread).sum();
        around.mentions_chat = joined.iter().filter(|r| !r.is_direct()).map(|r| i64::from(r.mentions)).sum();
        around.requests = rooms::store::count_requests(conn, &[viewer.id.0])?.get(&viewer.id.0).copied().unwrap_or(0);
        around.unread_direct = joined.iter().filter(|r| !r.silenced && r.is_direct()).map(|r| r.unread).sum();
        let link = |r: &rooms::store::Joined| RoomLink {
            id: r.id,
            locked: r.access != rooms::model::Access::Open.code(),
            direct: r.is_direct(),
            slug: r.slug.clone(),
            name: r.name.clone(),
            unread: if r.silenced { 0 } else { r.unread },
            mentions: i64::from(r.mentions),
            active: false,
        };
        around.rooms =
            joined.iter().filter(|r| !r.favourite && r.section_id.is_none() && !r.is_direct()).map(link).collect();
        // Conversations are many: the latest ones with something new, the rest is at /messages.
        around.talks = joined
            .iter()
            .filter(|r| !r.favourite && r.section_id.is_none() && r.is_direct() && (r.unread > 0 || joined.len() < 30))
            .take(12)
            .map(link)
            .collect();
        let waiting = notices::actions::count_unread(conn, &gates, &[viewer.id.0])?;
        around.notifications = waiting.get(&viewer.id.0).copied().unwrap_or(0);
        let favourites: Vec<RoomLink> = joined.iter().filter(|r| r.favourite).map(link).collect();
        let mut groups = vec![RoomGroup { name: t(lang, "rooms-favourites").into_owned(), rooms: favourites }];
        groups.extend(sections.into_iter().map(|s| RoomGroup {
            rooms: joined.iter().filter(|r| !r.favourite && r.section_id == Some(s.id)).map(link).collect(),
            name: s.name,
        }));
        around.groups = groups.into_iter().filter(|g| !g.rooms.is_empty()).collect();
        Ok(around)
    })
}

/// Who may see the subjects of notifications, asked of the features behind them.
fn gates(clock: &Clock) -> Gates {
    let mut gates = Gates::new();
    gates.insert(
        "room",
        Arc::new(|conn, viewer, ids| {
            let found = rooms::store::list_visible_of(conn, crate::access::Sight::of(viewer), ids)?;
            Ok(found.into_iter().map(|(room, _)| room.id.0).collect())
        }),
    );
    gates.insert(
        "message",
        Arc::new(|conn, viewer, ids| rooms::store::list_visible_messages(conn, crate::access::Sight::of(viewer), ids)),
    );
    gates.insert(
        "thread",
        Arc::new(|conn, viewer, ids| forums::store::list_open_threads(conn, crate::access::Sight::of(viewer), ids)),
    );
    gates.insert(
        "post",
        Arc::new(|conn, viewer, ids| forums::store::list_open_posts(conn, crate::access::Sight::of(viewer), ids)),
    );
    gates.insert(
        "niche",
        Arc::new(|conn, viewer, ids| {
            let open = crate::members::store::list_visible_niches(conn, crate::access::Sight::of(viewer))?;
            Ok(open.into_iter().map(|n| n.id).filter(|id| ids.contains(id)).collect())
        }),
    );
    // A tag is a word; what carries it is asked for its own gate.
    gates.insert("tag", Arc::new(|_, _, ids| Ok(ids.to_vec())));
    let now = clock.clone();
    gates.insert(
        "resource",
        Arc::new(move |conn, viewer, ids| {
            crate::library::store::list_visible_ids(conn, crate::access::Sight::of(viewer), ids, now.now())
        }),
    );
    gates
}

/// What features tell the general pages: cards of the start page, progress, parts of the data export.
fn sources(clock: Clock, house: String) -> Sources {
    let for_cards = clock.clone();
    let gates = gates(&clock);
    let for_posts = clock.clone();
    let for_shared = clock.clone();
    let links = format!("{house}/l/");
    Sources {
        start: vec![
            Arc::new(|conn, viewer, lang, _| upkeep::web::cards(conn, viewer, lang)),
            Arc::new(move |conn, viewer, lang, of| office::cards::of(conn, viewer, lang, (of, for_cards.now()))),
        ],
        shared: Some(Arc::new(move |conn, viewer, lang, kind, ids| {
            office::shared::of(conn, viewer, lang, (kind, ids), (&links, for_shared.now()))
        })),
        progress: Some(Arc::new(move |conn, member| programs::tiers::progress(conn, member, clock.now()))),
        gates,
        places: vec![
            Arc::new(forums::store::list_places),
            Arc::new(|conn, viewer| {
                let joined = rooms::store::list_joined(conn, &[viewer.id.0])?;
                Ok(joined
                    .into_iter()
                    .map(|r| Place {
                        kind: "room",
                        id: r.id,
                        name: if r.is_direct() { r.name } else { format!("#{}", r.name) },
                    })
                    .collect())
            }),
        ],
        mailable: Some(Arc::new(newsletters::store::is_mailable)),
        export: vec![Arc::new(crate::library::export::export), Arc::new(office::personal::export)],
        posts: vec![Arc::new(move |conn, viewer, lang, posts| {
            crate::library::cards::in_posts(conn, &house, viewer, lang, posts, for_posts.now())
        })],
        ..Sources::default()
    }
}

/// Who may read a file, by what uses it.
fn file_gates() -> files::Gates {
    let mut gates = files::Gates::default();
    // rooms
    gates.on(rooms::actions::MESSAGE_FILES, |conn, viewer: Option<&Viewer>, ids: &[i64], _| {
        let Some(viewer) = viewer else { return Ok(false) };
        let sight = crate::access::Sight::of(viewer);
        Ok(!rooms::store::list_visible_messages(conn, sight, ids)?.is_empty())
    });
    // forums
    gates.on(forums::files_used::USED_BY, |conn, viewer: Option<&Viewer>, ids: &[i64], _| {
        forums::files_used::is_open(conn, viewer, ids)
    });
    // library
    gates.on(crate::library::files_used::USED_BY, crate::library::files_used::is_open);
    gates
}

/// Letters to a partner go out under the name of the manager who looks after them.
fn signer(conn: &mut Conn, email: &str) -> Result<Option<String>> {
    match accounts::model::Email::parse(email) {
        Ok(email) => crate::members::store::find_signer(conn, &email.key),
        Err(_) => Ok(None),
    }
}

/// Opens the database of `config`; commands that need no server use it alone.
///
/// # Errors
/// When the folder or the database cannot be opened.
pub fn open_database(config: &Config, clock: Clock) -> Result<Db> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|e| Error::config(format!("KONTOR_DATA_DIR: cannot create {}: {e}", config.data_dir.display())))?;
    upkeep::prepare(config, clock.now())?;
    Db::open(&config.database_url, clock, Arc::new(listeners))
}

/// Builds the house without listening.
///
/// # Errors
/// When a part cannot be built.
pub fn build(config: Config, clock: Clock) -> Result<House> {
    let db = open_database(&config, clock.clone())?;
    let settings = Current::default();
    Ok(House::new(Parts {
        mailer: Mailer::new(&config)?.signed_by(signer),
        pages: Pages::load(surroundings(clock.clone(), settings.clone()), config.reload_pages)?,
        jobs: Jobs::new(registry()),
        files: Files::open(&config, file_gates())?,
        live: Live::new(&config, clock.clone())?,
        limits: Limits::new(config.rate_limits),
        secrets: Ring::open(&config)?,
        pulse: Pulse::default(),
        settings,
        sources: {
            let mut all = sources(clock.clone(), config.absolute(""));
            all.health.push(upkeep::web::health(config.clone(), clock));
            all
        },
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
    // What the program carries is made ready beside the database: templates, letters, compressed assets.
    let reload = config.reload_pages;
    let warm_up = std::thread::spawn(move || {
        Pages::warm_up(reload);
        // A letter that does not compile is told where the mailer asks for it.
        let _ = crate::mail::Letters::load();
        crate::web::assets::prefix();
    });
    let socket = listen(config.listen)?;
    let tls = config.operations.tls.as_ref().map(|(certificate, key)| tls::server(certificate, key)).transpose()?;
    let address = socket.local_addr().map_err(Error::internal)?;
    config.listen = address;
    if config.base_url.is_none() {
        config.base_url =
            url::Url::parse(&format!("{}://{address}", if tls.is_some() { "https" } else { "http" })).ok();
    }
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let house = build(config, clock)?;
    let settings = house.settings.clone();
    house.db.read(move |c| settings.refresh(c).map(drop)).await?;
    rooms::actions::ensure_foyer(&house.db).await?;
    if house.config.redis_url.is_some() {
        let (here, there) = (house.clone(), house.clone());
        house.limits.on_taken(Box::new(move |bucket, key| here.live.share_taken(bucket, key)));
        house.live.on_taken(Box::new(move |bucket, key, n| there.limits.taken_elsewhere(bucket, key, n)));
    }
    house.live.start(rooms::socket::Chat::new(house.clone()));
    crate::jobs::free_leases(&house.db).await?;
    programs::imports::resume(&house).await?;
    upkeep::backups::tidy_up(&house).await?;
    house.jobs.start(&house);
    newsletters::resume_all(&house).await?;
    upkeep::node::start(&house);
    let inbound = match (house.config.inbound, house.config.bounce_domain.clone()) {
        (Some(address), Some(domain)) => {
            let returns = Arc::new(newsletters::returns::Returns::new(house.clone(), domain));
            let taken = |e: std::io::Error| Error::config(format!("KONTOR_INBOUND_LISTEN: {address}: {e}"));
            Some(crate::mail::inbound::listen(address, returns).await.map_err(taken)?)
        }
        _ => None,
    };
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
    .shutdown_timeout(5);
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(socket, tls),
        None => server.listen(socket),
    };
    let server = server.map_err(Error::internal)?.run();
    let handle = server.handle();
    let server = tokio::spawn(server);
    std::thread::spawn(move || {
        // A panic in it shows where its work is asked for.
        let _ = warm_up.join();
        crate::memory::give_back();
    });
    Ok(Running { house, address, inbound, handle, server })
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
    let socket = std::net::TcpListener::bind(address)
        .map_err(|e| Error::config(format!("KONTOR_LISTEN: cannot listen on {address}: {e}")))?;
    // What it accepts inherits both; under TLS nobody gets at the accepted socket later.
    let tuned = socket2::SockRef::from(&socket);
    let tuned = tuned.set_tcp_nodelay(true).and_then(|()| tuned.set_tcp_user_timeout(Some(Duration::from_secs(30))));
    if let Err(error) = tuned {
        tracing::debug!(%error, "the socket could not be tuned");
    }
    Ok(socket)
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
