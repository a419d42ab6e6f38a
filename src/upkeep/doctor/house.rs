//! What the house itself tells: configuration, database, disk, clock, proxy, backups, keys.

use super::{Finding, State};
use crate::config::Config;
use crate::db::{Conn, HOUR, MINUTE, Ms, is_postgres, migrations, sqlite_file};
use crate::error::Result;
use crate::mail::dkim::store::{Kept, list_keys};
use crate::secrets::Ring;
use crate::upkeep::{backups, store};
use crate::{jobs, settings};
use std::time::Duration;

/// What the database told; without one, what is known all the same.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The moment of the examination.
    pub now: Ms,
    /// Findings about the database.
    pub findings: Vec<Finding>,
    /// Sender of newsletters.
    pub sender: Option<String>,
    /// When the last good backup began.
    pub last_backup: Option<Ms>,
    /// When the house began, as far as anything tells.
    pub since: Option<Ms>,
    /// Peer that sent forwarding headers without being trusted, and when.
    pub stray_proxy: Option<(String, Ms)>,
    /// Jobs that were given up; how long the oldest due one waits.
    pub queue: Option<(usize, Ms)>,
    /// Time of the database's own clock.
    pub database_clock: Option<Ms>,
    /// Newest moment that is written down.
    pub newest: Option<Ms>,
    /// Sealed fields: all, and those that no key opens.
    pub sealed: Option<(usize, usize)>,
    /// Keys that sign mail, or wait for it.
    pub dkim: Vec<Kept>,
}

/// Reads what the examination needs. `conn` may be of a database that lacks migrations.
///
/// # Errors
/// When the database fails.
pub fn look_at_database(conn: &mut Conn, config: &Config, ring: &Ring, now: Ms) -> Result<Seen> {
    let mut seen = Seen { now, ..Seen::default() };
    let state = migrations::state(&config.database_url)?;
    let backend = if conn.is_postgres() { "PostgreSQL" } else { "SQLite" };
    seen.findings.push(match () {
        () if !state.foreign.is_empty() => Finding::new("database", State::Bad, "newer"),
        () if state.applied.is_empty() => Finding::new("database", State::Warn, "empty").with("backend", backend),
        () if !state.pending.is_empty() => {
            Finding::new("database", State::Warn, "pending").with("n", state.pending.len()).with("backend", backend)
        }
        () => match store::health_of(conn)? {
            None => Finding::new("database", State::Ok, "ok").with("backend", backend),
            Some(why) => Finding::new("database", State::Bad, "damaged").with("why", why),
        },
    });
    if !state.pending.is_empty() || state.applied.is_empty() {
        return Ok(seen);
    }
    let own = settings::load(conn)?;
    let mut seen = Seen { findings: seen.findings, ..glance(conn, now)? };
    seen.sender = Some(own.sender).filter(|s| !s.trim().is_empty());
    seen.database_clock = store::database_clock(conn)?;
    seen.newest = store::newest_moment(conn)?;
    let sealed = store::list_sealed(conn)?;
    let shut = sealed.iter().filter(|f| ring.open_sealed(&f.field(), &f.value).is_err()).count();
    seen.sealed = Some((sealed.len(), shut));
    seen.dkim = list_keys(conn)?;
    Ok(seen)
}

/// Reads what changes from minute to minute, with few and cheap statements.
///
/// # Errors
/// When the database fails.
pub fn glance(conn: &mut Conn, now: Ms) -> Result<Seen> {
    let mut seen = Seen { now, ..Seen::default() };
    seen.last_backup = store::last_good(conn)?;
    seen.since = store::first_moment(conn)?;
    seen.stray_proxy = settings::value(conn, crate::web::client::STRAY)?.and_then(|text| {
        let (peer, at) = text.rsplit_once(' ')?;
        Some((peer.to_owned(), at.parse().ok()?))
    });
    let dead = jobs::overview(conn)?.dead.len();
    let oldest = jobs::oldest_due(conn, now)?.map_or(0, |at| now - at);
    seen.queue = Some((dead, oldest));
    Ok(seen)
}

/// What the variables say together.
pub fn configuration(config: &Config) -> Finding {
    let is_local = config.listen.ip().is_loopback();
    match () {
        () if !config.rate_limits => Finding::new("config", State::Bad, "limits_off"),
        () if config.smtp.is_some() && config.mail_from.contains("@localhost") => {
            Finding::new("config", State::Bad, "sender")
        }
        () if config.base_url.is_none() && !is_local => Finding::new("config", State::Bad, "no_base_url"),
        () if config.base_url.is_none() => Finding::new("config", State::Warn, "local_only"),
        () if !config.is_https() => Finding::new("config", State::Warn, "http"),
        () => Finding::new("config", State::Ok, "ok").with("url", config.absolute("")),
    }
}

/// Free bytes and all bytes of the data directory's disk.
pub fn space(config: &Config) -> Option<(u64, u64)> {
    // Before the first start the folder is not there yet; the one above it is on the same disk.
    let folder = std::path::absolute(&config.data_dir).ok()?;
    let there = folder.ancestors().find(|f| f.exists())?.to_owned();
    let found = nix::sys::statvfs::statvfs(&there).ok()?;
    let block = found.fragment_size();
    Some((found.blocks_available() * block, found.blocks() * block))
}

/// Bytes below which the disk is nearly full.
pub const LOW_DISK: u64 = 1 << 30;

/// Whether so little is free that somebody must act: a gigabyte, or a twentieth of a small disk.
pub fn is_low((free, all): (u64, u64)) -> bool {
    free < LOW_DISK.min(all / 20).max(64 << 20)
}

/// How full the disk of the data directory is.
pub fn disk(config: &Config) -> Finding {
    let Some(space) = space(config) else { return Finding::new("disk", State::Bad, "unknown") };
    let shown = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let state = match space {
        _ if is_low(space) => State::Bad,
        (free, all) if free < all / 10 && free < 5 << 30 => State::Warn,
        _ => State::Ok,
    };
    let code = if state == State::Ok { "ok" } else { "low" };
    Finding::new("disk", state, code).with("free", shown(space.0)).with("all", shown(space.1))
}

pub fn database_tls(config: &Config) -> Finding {
    let built_in = cfg!(feature = "system-libpq");
    if !is_postgres(&config.database_url) {
        return Finding::new("database_tls", State::Ok, if built_in { "built_in" } else { "not_needed" });
    }
    let url = url::Url::parse(&config.database_url).ok();
    let wants = url.as_ref().is_some_and(|u| {
        u.query_pairs().any(|(k, v)| k == "sslmode" && matches!(&*v, "require" | "verify-ca" | "verify-full"))
    });
    let is_local = url.as_ref().and_then(url::Url::host_str).is_none_or(|h| {
        h.is_empty() || h == "localhost" || h.parse::<std::net::IpAddr>().is_ok_and(super::names::is_private)
    });
    match (built_in, wants, is_local) {
        (false, true, _) => Finding::new("database_tls", State::Bad, "wanted"),
        (false, _, false) => Finding::new("database_tls", State::Warn, "open"),
        (false, ..) => Finding::new("database_tls", State::Ok, "own_network"),
        (true, false, false) => Finding::new("database_tls", State::Warn, "not_asked"),
        (true, ..) => Finding::new("database_tls", State::Ok, "built_in"),
    }
}

pub async fn redis(config: &Config) -> Option<Finding> {
    let url = config.redis_url.as_ref().and_then(|u| url::Url::parse(u).ok())?;
    let (host, port) = (url.host_str().unwrap_or("127.0.0.1").to_owned(), url.port().unwrap_or(6379));
    let opened = tokio::time::timeout(Duration::from_secs(3), tokio::net::TcpStream::connect((host.as_str(), port)));
    let (state, code) = match opened.await {
        Ok(Ok(_)) => (State::Ok, "ok"),
        _ => (State::Bad, "down"),
    };
    Some(Finding::new("redis", state, code).with("at", format!("{host}:{port}")))
}

/// Clocks that disagree make links end early and tokens live long.
pub fn clock(seen: &Seen) -> Vec<Finding> {
    let mut out = Vec::new();
    if let Some(theirs) = seen.database_clock {
        let apart = (theirs - seen.now).abs();
        let state = match apart {
            _ if apart > MINUTE => State::Bad,
            _ if apart > 2_000 => State::Warn,
            _ => State::Ok,
        };
        let code = if state == State::Ok { "ok" } else { "apart" };
        out.push(Finding::new("clock", state, code).with("seconds", apart / 1_000));
    }
    if let Some(newest) = seen.newest
        && newest > seen.now + 5 * MINUTE
    {
        out.push(Finding::new("clock", State::Bad, "back").at("newest", newest));
    } else if out.is_empty() {
        out.push(Finding::new("clock", State::Ok, "runs").at("now", seen.now));
    }
    out
}

/// A proxy that is not trusted makes one visitor of all.
pub fn proxy(config: &Config, seen: &Seen) -> Finding {
    let recent = seen.stray_proxy.as_ref().filter(|(_, at)| seen.now - at < 7 * 24 * HOUR);
    match recent {
        Some((peer, at)) => Finding::new("proxy", State::Bad, "untrusted").with("peer", peer).at("at", *at),
        None if !config.trusted_proxies.is_empty() => Finding::new("proxy", State::Ok, "trusted"),
        None if config.is_https() && config.operations.tls.is_none() => Finding::new("proxy", State::Bad, "expected"),
        None if config.operations.tls.is_some() => Finding::new("proxy", State::Ok, "own_tls"),
        None => Finding::new("proxy", State::Ok, "none"),
    }
}

/// How old the last good backup is.
pub fn backup(config: &Config, seen: &Seen) -> Finding {
    let operations = &config.operations;
    let Some(place) = &operations.backup_to else {
        return Finding::new("backup", State::Bad, "off");
    };
    let every = operations.backup_every;
    let finding = match seen.last_backup {
        Some(at) if seen.now - at > backups::alarm_age(every) => Finding::new("backup", State::Bad, "old").at("at", at),
        Some(at) if operations.backup_passphrase.is_none() => Finding::new("backup", State::Warn, "open").at("at", at),
        Some(at) => Finding::new("backup", State::Ok, "ok").at("at", at),
        None if seen.since.is_some_and(|since| seen.now - since > backups::alarm_age(every)) => {
            Finding::new("backup", State::Bad, "never")
        }
        None => Finding::new("backup", State::Warn, "soon"),
    };
    finding.with("place", place)
}

pub fn keys(config: &Config, seen: &Seen) -> Option<Finding> {
    let (all, shut) = seen.sealed?;
    let place = if config.operations.secret_keys.is_some() {
        "KONTOR_SECRET_KEYS".to_owned()
    } else {
        config.data_dir.join("keys").display().to_string()
    };
    let (state, code) = if shut > 0 { (State::Bad, "shut") } else { (State::Ok, "ok") };
    Some(Finding::new("keys", state, code).with("all", all).with("shut", shut).with("place", place))
}

/// Whether jobs wait too long or were given up.
pub fn queue(seen: &Seen) -> Option<Finding> {
    let (dead, oldest) = seen.queue?;
    Some(match () {
        () if oldest > 15 * MINUTE => Finding::new("queue", State::Bad, "stuck").with("minutes", oldest / MINUTE),
        () if dead > 0 => Finding::new("queue", State::Warn, "dead").with("n", dead),
        () => Finding::new("queue", State::Ok, "ok"),
    })
}

/// A finding for a database that cannot be opened at all.
pub fn unreachable(config: &Config, why: &str) -> Finding {
    let place = match sqlite_file(&config.database_url) {
        Some(file) => file.display().to_string(),
        None => "PostgreSQL".to_owned(),
    };
    Finding::new("database", State::Bad, "away").with("place", place).with("why", why)
}
