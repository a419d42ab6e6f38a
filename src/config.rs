//! Configuration: environment only, everything has a default, all mistakes are reported together.

mod operations;

pub use operations::{BackupPlace, Keep, Operations, Secret};

use crate::error::{Error, Result};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// Every variable the server reads, with its default: the README's table is checked against it.
pub const VARIABLES: &[(&str, &str)] = &[
    ("KONTOR_LISTEN", "127.0.0.1:8080"),
    ("KONTOR_DATA_DIR", "./data"),
    ("KONTOR_BASE_URL", "http://<listen address>"),
    ("DATABASE_URL", "<data>/kontor.db"),
    ("REDIS_URL", "(unset: one node)"),
    ("KONTOR_FILES_URL", "<data>/files"),
    ("KONTOR_FILES_KEY", "(none)"),
    ("KONTOR_FILES_SECRET", "(none)"),
    ("KONTOR_CLAMAV", "(unset: no scan)"),
    ("SMTP_URL", "(unset: outbox)"),
    ("SMTP_CA", "(public roots only)"),
    ("KONTOR_MAIL_FROM", "Kontor <kontor@localhost>"),
    ("KONTOR_MAIL_CONNECTIONS", "8"),
    ("KONTOR_BOUNCE_DOMAIN", "(none: the sender)"),
    ("KONTOR_INBOUND_LISTEN", "(unset: off)"),
    ("KONTOR_TRUSTED_PROXIES", "(none)"),
    ("KONTOR_RATE_LIMITS", "on"),
    ("KONTOR_CONNECTIONS_PER_MEMBER", "10"),
    ("KONTOR_FRAMES_PER_MINUTE", "120"),
    ("KONTOR_LINK_PREVIEWS", "on"),
    ("KONTOR_FETCH_PRIVATE", "off"),
    ("KONTOR_LOG", "info"),
    ("KONTOR_LOG_FORMAT", "text"),
    ("KONTOR_METRICS_TOKEN", "(loopback only)"),
    ("KONTOR_TLS_CERT", "(none)"),
    ("KONTOR_TLS_KEY", "(none)"),
    ("KONTOR_BACKUP_TO", "<data>/backups"),
    ("KONTOR_BACKUP_EVERY", "24h"),
    ("KONTOR_BACKUP_KEEP", "7d,4w,6m"),
    ("KONTOR_BACKUP_PASSPHRASE", "(none: not encrypted)"),
    ("KONTOR_BACKUP_S3_KEY", "(none)"),
    ("KONTOR_BACKUP_S3_SECRET", "(none)"),
    ("KONTOR_SECRET_KEYS", "<data>/keys"),
    ("KONTOR_MAIL_PER_HOUR", "(gentle start)"),
    ("KONTOR_MAIL_PER_DAY", "(gentle start)"),
    ("KONTOR_ALERT_SMTP_URL", "(unset: as SMTP_URL)"),
    ("KONTOR_DKIM_SELECTOR", "(none)"),
    ("KONTOR_DNS", "(the system's)"),
];

/// How mail leaves the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmtpTls {
    /// Plain text; for a relay on this machine.
    None,
    /// STARTTLS where the server offers it.
    Opportunistic,
    /// STARTTLS or no mail.
    Required,
    /// TLS from the first byte (`smtps://`).
    Wrapped,
}

/// A mail route as `SMTP_URL` gives it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpRoute {
    /// Host name, also what the certificate must say.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name and password, where the relay wants them.
    pub login: Option<(String, String)>,
    /// Transport security.
    pub tls: SmtpTls,
    /// Certificates (PEM) of an authority of the operator's own, trusted beside the public ones.
    pub ca: Option<String>,
}

impl std::fmt::Debug for SmtpRoute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password never reaches a log.
        write!(f, "SmtpRoute({}:{} {:?} login={})", self.host, self.port, self.tls, self.login.is_some())
    }
}

/// A bucket as `KONTOR_FILES_URL` names it.
#[derive(Clone, PartialEq, Eq)]
pub struct S3 {
    /// Name of the bucket.
    pub bucket: String,
    /// Address of the server; none: Amazon's own of the region.
    pub endpoint: Option<String>,
    /// Region that requests are signed for.
    pub region: String,
    /// Access key.
    pub key: String,
    /// Secret of the access key.
    pub secret: String,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither key nor secret reaches a log.
        write!(f, "S3({} at {:?} in {})", self.bucket, self.endpoint, self.region)
    }
}

/// An address or a network whose forwarding headers are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether `ip` lies inside.
    pub fn contains(&self, ip: IpAddr) -> bool {
        fn wide(ip: IpAddr) -> (u128, u8) {
            match ip {
                IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
                IpAddr::V6(v6) => (u128::from(v6), 128),
            }
        }
        let ((a, wa), (b, wb)) = (wide(self.address), wide(ip));
        wa == wb && (self.bits == 0 || (a ^ b) >> (128 - u32::from(self.bits)) == 0)
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((a, b)) => (a.parse().ok()?, Some(b.parse::<u8>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let most = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { address, bits })
    }
}

/// Everything the operator can set, parsed.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks one.
    pub listen: SocketAddr,
    /// Folder for the database, files, outbox and keys.
    pub data_dir: PathBuf,
    /// The address people see; `None` until the port is known.
    pub base_url: Option<Url>,
    /// Database URL or SQLite path.
    pub database_url: String,
    /// Redis, for several nodes.
    pub redis_url: Option<String>,
    /// Where uploads lie; `None`: in `<data>/files`.
    pub files: Option<S3>,
    /// `host:port` of a clamd that looks at every upload.
    pub clamav: Option<String>,
    /// Mail route; `None` keeps every mail in the outbox.
    pub smtp: Option<SmtpRoute>,
    /// Sender of every mail, as `Name <address>`.
    pub mail_from: String,
    /// SMTP connections of a campaign, at most 64.
    pub mail_connections: usize,
    /// Domain of the envelopes of newsletters, whose mail comes back to `inbound`.
    pub bounce_domain: Option<String>,
    /// Where the house listens for what comes back.
    pub inbound: Option<std::net::SocketAddr>,
    /// Proxies whose `X-Forwarded-For` and `-Proto` count.
    pub trusted_proxies: Vec<Network>,
    /// Off only for load tests.
    pub rate_limits: bool,
    /// Page templates are read again with every request; debug builds only.
    pub reload_pages: bool,
    /// WebSocket connections of one member.
    pub connections_per_member: usize,
    /// Inbound frames a minute of one connection.
    pub frames_per_minute: u32,
    /// Whether the server looks up what links in chat lead to.
    pub link_previews: bool,
    /// Whether addresses in private networks may be asked: previews, webhooks.
    pub fetch_private: bool,
    /// Log filter, as `tracing` reads it.
    pub log: String,
    /// One JSON object a line instead of text.
    pub log_json: bool,
    /// Bearer that may read `/metrics` from elsewhere.
    pub metrics_token: Option<String>,
    /// What belongs to running it.
    pub operations: Operations,
    /// The demo community runs: logins are printed, `/styleguide` is open.
    pub demo: bool,
}

struct Reader<L> {
    lookup: L,
    mistakes: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// The variable, or the content of the file that `<name>_FILE` names.
    fn text(&mut self, name: &str) -> Option<String> {
        if let Some(value) = (self.lookup)(name).filter(|v| !v.trim().is_empty()) {
            return Some(value.trim().to_owned());
        }
        let path = (self.lookup)(&format!("{name}_FILE"))?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim_end().to_owned()),
            Err(e) => {
                self.mistakes.push(format!("{name}_FILE: cannot read {path}: {e}"));
                None
            }
        }
    }

    fn parsed<T>(&mut self, name: &str, want: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.mistakes.push(format!("{name}: expected {want}"));
        }
        value
    }
}

impl Config {
    /// Reads the configuration through `lookup` (environment in the program, a map in tests).
    ///
    /// # Errors
    /// [`Error::Config`] with every mistake, one a line.
    pub fn load(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let mut r = Reader { lookup, mistakes: Vec::new() };
        let listen = r
            .parsed("KONTOR_LISTEN", "an address and port such as 127.0.0.1:8080", |v| v.parse().ok())
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data_dir = PathBuf::from(r.text("KONTOR_DATA_DIR").unwrap_or_else(|| "./data".into()));
        let base_url = r.parsed("KONTOR_BASE_URL", "an http(s) URL without a path", |v| {
            Url::parse(v)
                .ok()
                .filter(|u| matches!(u.scheme(), "http" | "https") && u.path() == "/" && u.host().is_some())
        });
        let database_url = r
            .parsed("DATABASE_URL", "a file, sqlite:… or postgres://…", |v| {
                let scheme = v.split_once("://").map(|(s, _)| s);
                matches!(scheme, None | Some("postgres" | "postgresql")).then(|| v.to_owned())
            })
            .unwrap_or_else(|| data_dir.join("kontor.db").display().to_string());
        let redis_url = r.parsed("REDIS_URL", "redis://… or rediss://…", |v| {
            (v.starts_with("redis://") || v.starts_with("rediss://")).then(|| v.to_owned())
        });
        let ca = r.parsed("SMTP_CA", "certificates in PEM", |v| v.contains("BEGIN CERTIFICATE").then(|| v.to_owned()));
        let smtp = r
            .parsed("SMTP_URL", "smtp://[user:pass@]host:port[?tls=none|opportunistic|required] or smtps://…", smtp)
            .map(|route| SmtpRoute { ca, ..route });
        let clamav = r.parsed("KONTOR_CLAMAV", "host:port", |v| {
            let (host, port) = v.rsplit_once(':')?;
            (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| v.to_owned())
        });
        let files = r.parsed("KONTOR_FILES_URL", "s3://bucket?endpoint=https://…&region=…", s3);
        let (key, secret) = (r.text("KONTOR_FILES_KEY"), r.text("KONTOR_FILES_SECRET"));
        let files = files.map(|s3| S3 { key: key.unwrap_or_default(), secret: secret.unwrap_or_default(), ..s3 });
        if files.as_ref().is_some_and(|s3| s3.key.is_empty() || s3.secret.is_empty()) {
            r.mistakes.push("KONTOR_FILES_URL: needs KONTOR_FILES_KEY and KONTOR_FILES_SECRET".to_owned());
        }
        let mail_from = r
            .parsed("KONTOR_MAIL_FROM", "an address or Name <address>", |v| v.contains('@').then(|| v.to_owned()))
            .unwrap_or_else(|| "Kontor <kontor@localhost>".into());
        let mail_connections = r
            .parsed("KONTOR_MAIL_CONNECTIONS", "a number from 1 to 64", |v| {
                v.parse().ok().filter(|n| (1..=64).contains(n))
            })
            .unwrap_or(8);
        let bounce_domain = r.parsed("KONTOR_BOUNCE_DOMAIN", "a domain", |v| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
            (v.contains('.') && v.chars().all(fits) && v.len() <= 200).then(|| v.to_ascii_lowercase())
        });
        let inbound = r.parsed("KONTOR_INBOUND_LISTEN", "address:port", |v| v.parse().ok());
        if inbound.is_some() && bounce_domain.is_none() {
            r.mistakes.push("KONTOR_INBOUND_LISTEN: needs KONTOR_BOUNCE_DOMAIN".to_owned());
        }
        let trusted_proxies = r
            .parsed("KONTOR_TRUSTED_PROXIES", "addresses or networks, separated by commas", |v| {
                v.split(',').map(|p| Network::parse(p.trim())).collect()
            })
            .unwrap_or_default();
        let switch = |v: &str| match v {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        let rate_limits = r.parsed("KONTOR_RATE_LIMITS", "on or off", switch).unwrap_or(true);
        let reload_pages = r.parsed("KONTOR_RELOAD_PAGES", "on or off", switch).unwrap_or(false);
        let connections_per_member = r
            .parsed("KONTOR_CONNECTIONS_PER_MEMBER", "a number from 1 to 1000", |v| {
                v.parse().ok().filter(|n| (1..=1000).contains(n))
            })
            .unwrap_or(10);
        let frames_per_minute = r
            .parsed("KONTOR_FRAMES_PER_MINUTE", "a number from 10 to 100000", |v| {
                v.parse().ok().filter(|n| (10..=100_000).contains(n))
            })
            .unwrap_or(120);
        let link_previews = r.parsed("KONTOR_LINK_PREVIEWS", "on or off", switch).unwrap_or(true);
        let fetch_private = r.parsed("KONTOR_FETCH_PRIVATE", "on or off", switch).unwrap_or(false);
        let log = r
            .parsed("KONTOR_LOG", "a filter such as info or info,kontor=debug", |v| {
                tracing_subscriber::EnvFilter::try_new(v).is_ok().then(|| v.to_owned())
            })
            .unwrap_or_else(|| "info".into());
        let log_json = r
            .parsed("KONTOR_LOG_FORMAT", "text or json", |v| match v {
                "text" => Some(false),
                "json" => Some(true),
                _ => None,
            })
            .unwrap_or(false);
        let metrics_token = r.text("KONTOR_METRICS_TOKEN");
        let operations = Operations::read(&mut r, &data_dir);
        if !r.mistakes.is_empty() {
            return Err(Error::config(r.mistakes.join("\n")));
        }
        Ok(Self {
            listen,
            data_dir,
            base_url,
            database_url,
            redis_url,
            files,
            clamav,
            smtp,
            mail_from,
            mail_connections,
            bounce_domain,
            inbound,
            trusted_proxies,
            rate_limits,
            reload_pages,
            connections_per_member,
            frames_per_minute,
            link_previews,
            fetch_private,
            log,
            log_json,
            metrics_token,
            operations,
            demo: false,
        })
    }

    /// How other servers are asked at addresses that people typed in.
    pub fn outbound(&self) -> crate::web::outbound::Outbound {
        crate::web::outbound::Outbound { private: self.fetch_private }
    }

    /// Whether people reach the server by https: cookies are then `Secure` and `__Host-`.
    pub fn is_https(&self) -> bool {
        self.base_url.as_ref().is_some_and(|u| u.scheme() == "https")
    }

    /// Absolute address of `path` (which starts with a slash), for mails and feeds.
    pub fn absolute(&self, path: &str) -> String {
        match &self.base_url {
            Some(url) => format!("{}{path}", url.as_str().trim_end_matches('/')),
            None => format!("http://{}{path}", self.listen),
        }
    }
}

fn s3(text: &str) -> Option<S3> {
    let url = Url::parse(text).ok().filter(|u| u.scheme() == "s3" && matches!(u.path(), "" | "/"))?;
    let given = |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    let endpoint = given("endpoint");
    if endpoint.as_deref().is_some_and(|e| !Url::parse(e).is_ok_and(|u| matches!(u.scheme(), "http" | "https"))) {
        return None;
    }
    Some(S3 {
        bucket: url.host_str().filter(|h| !h.is_empty())?.to_owned(),
        endpoint,
        region: given("region").unwrap_or_else(|| "us-east-1".into()),
        key: String::new(),
        secret: String::new(),
    })
}

fn smtp(text: &str) -> Option<SmtpRoute> {
    let url = Url::parse(text).ok()?;
    let wrapped = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        _ => return None,
    };
    let tls = match url.query_pairs().find(|(k, _)| k == "tls").map(|(_, v)| v.into_owned()).as_deref() {
        _ if wrapped => SmtpTls::Wrapped,
        None | Some("opportunistic") => SmtpTls::Opportunistic,
        Some("none") => SmtpTls::None,
        Some("required") => SmtpTls::Required,
        Some(_) => return None,
    };
    let decode = |v: &str| {
        url::form_urlencoded::parse(format!("v={}", v.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, v)| v.into_owned())
    };
    let login = match (url.username(), url.password()) {
        ("", _) => None,
        (user, pass) => Some((decode(user)?, decode(pass.unwrap_or(""))?)),
    };
    Some(SmtpRoute {
        host: url.host_str()?.to_owned(),
        port: url.port().unwrap_or(if wrapped { 465 } else { 25 }),
        login,
        tls,
        ca: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(vars: &[(&str, &str)]) -> Result<Config> {
        Config::load(|k| vars.iter().find(|(n, _)| *n == k).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn everything_has_a_default() {
        let c = load(&[]).unwrap();
        assert_eq!(c.listen.to_string(), "127.0.0.1:8080");
        assert!(c.database_url.ends_with("kontor.db"));
        assert!(c.smtp.is_none() && c.rate_limits && !c.is_https());
    }

    #[test]
    fn all_mistakes_are_reported_together() {
        let text = load(&[("KONTOR_LISTEN", "x"), ("SMTP_URL", "ftp://x"), ("KONTOR_RATE_LIMITS", "maybe")])
            .unwrap_err()
            .to_string();
        for name in ["KONTOR_LISTEN", "SMTP_URL", "KONTOR_RATE_LIMITS"] {
            assert!(text.contains(name), "{text}");
        }
    }

    #[test]
    fn a_mail_route_keeps_its_login_and_hides_it() {
        let c = load(&[("SMTP_URL", "smtp://u%40x:p%3Aw@mail.example:587?tls=required")]).unwrap();
        let route = c.smtp.unwrap();
        assert_eq!(route.login, Some(("u@x".into(), "p:w".into())));
        assert_eq!((route.port, &route.tls), (587, &SmtpTls::Required));
        assert!(!format!("{route:?}").contains("p:w"));
    }

    #[test]
    fn a_bucket_has_its_keys_and_hides_them() {
        let url = ("KONTOR_FILES_URL", "s3://kontor?endpoint=http://127.0.0.1:9000&region=eu-central-1");
        assert!(load(&[url]).unwrap_err().to_string().contains("KONTOR_FILES_KEY"));
        let c = load(&[url, ("KONTOR_FILES_KEY", "ak"), ("KONTOR_FILES_SECRET", "very-secret")]).unwrap();
        let s3 = c.files.unwrap();
        assert_eq!((s3.bucket.as_str(), s3.region.as_str()), ("kontor", "eu-central-1"));
        assert_eq!(s3.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert!(!format!("{s3:?}").contains("secret"));
        assert!(load(&[("KONTOR_FILES_URL", "ftp://x")]).is_err());
    }

    #[test]
    fn networks_contain_their_own() {
        let c = load(&[("KONTOR_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).unwrap();
        assert!(c.trusted_proxies[0].contains("10.9.8.7".parse().unwrap()));
        assert!(!c.trusted_proxies[0].contains("11.0.0.1".parse().unwrap()));
        assert!(c.trusted_proxies[1].contains("::1".parse().unwrap()));
    }
}
