//! What belongs to running the house: backups, keys, TLS, limits of the mail route, DNS, alerts.

use super::{Reader, SmtpRoute, smtp};
use crate::db::{DAY, HOUR, MINUTE, Ms};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// A secret that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Where backups go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupPlace {
    /// A folder.
    Folder(PathBuf),
    /// A bucket of S3-compatible storage.
    Bucket {
        /// Name of the bucket.
        bucket: String,
        /// Folder in it, without slashes at its ends.
        prefix: String,
        /// Address of the storage; `None`: Amazon's.
        endpoint: Option<String>,
        /// Region.
        region: String,
    },
}

impl std::fmt::Display for BackupPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket { bucket, prefix, .. } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::Bucket { bucket, prefix, .. } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

/// How many backups are kept: the newest of so many days, weeks and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Days.
    pub days: usize,
    /// ISO weeks.
    pub weeks: usize,
    /// Months.
    pub months: usize,
}

/// Settings of the operator that no visitor notices.
#[derive(Debug, Clone)]
pub struct Operations {
    /// Where scheduled backups go; `None`: there are none.
    pub backup_to: Option<BackupPlace>,
    /// Time between two of them.
    pub backup_every: Ms,
    /// How many are kept.
    pub backup_keep: Keep,
    /// Encrypts every backup.
    pub backup_passphrase: Option<Secret>,
    /// Access key and secret of the bucket.
    pub backup_s3: Option<(Secret, Secret)>,
    /// Keys of encrypted fields, newest first; `None`: the file `<data>/keys`.
    pub secret_keys: Option<Secret>,
    /// Certificate chain and key in PEM, for a house without a proxy.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Name server of `kontor doctor`; `None`: the system's.
    pub dns: Option<SocketAddr>,
    /// Selector that the relay signs with.
    pub dkim_selector: Option<String>,
    /// Mails an hour at most; `None`: a gentle start, then no limit.
    pub mail_per_hour: Option<i64>,
    /// Mails a day at most; `None`: a gentle start, then no limit.
    pub mail_per_day: Option<i64>,
    /// A second mail route that alerts take.
    pub alert_smtp: Option<SmtpRoute>,
}

impl Operations {
    pub(super) fn read<L: Fn(&str) -> Option<String>>(r: &mut Reader<L>, data_dir: &std::path::Path) -> Self {
        let backup_to = r
            .parsed("KONTOR_BACKUP_TO", "a folder, s3://bucket/folder?endpoint=https://…&region=…, or off", place)
            .unwrap_or_else(|| Some(BackupPlace::Folder(data_dir.join("backups"))));
        let backup_every = r.parsed("KONTOR_BACKUP_EVERY", "a time from 10m such as 24h or 7d", span).unwrap_or(DAY);
        let backup_keep = r
            .parsed("KONTOR_BACKUP_KEEP", "numbers of days, weeks and months such as 7d,4w,6m", keep)
            .unwrap_or(Keep { days: 7, weeks: 4, months: 6 });
        let backup_passphrase = r.text("KONTOR_BACKUP_PASSPHRASE").map(Secret);
        let backup_s3 = match (r.text("KONTOR_BACKUP_S3_KEY"), r.text("KONTOR_BACKUP_S3_SECRET")) {
            (Some(key), Some(secret)) => Some((Secret(key), Secret(secret))),
            (None, None) => None,
            _ => {
                r.mistakes.push("KONTOR_BACKUP_S3_KEY and KONTOR_BACKUP_S3_SECRET go together".to_owned());
                None
            }
        };
        let secret_keys = r.text("KONTOR_SECRET_KEYS").map(Secret);
        let tls = match (r.text("KONTOR_TLS_CERT"), r.text("KONTOR_TLS_KEY")) {
            (Some(cert), Some(key)) => Some((PathBuf::from(cert), PathBuf::from(key))),
            (None, None) => None,
            _ => {
                r.mistakes.push("KONTOR_TLS_CERT and KONTOR_TLS_KEY go together".to_owned());
                None
            }
        };
        let count = |v: &str| v.parse::<i64>().ok().filter(|n| *n >= 1);
        Self {
            backup_to,
            backup_every,
            backup_keep,
            backup_passphrase,
            backup_s3,
            secret_keys,
            tls,
            dns: r.parsed("KONTOR_DNS", "an address such as 192.0.2.53 or 127.0.0.1:5353", name_server),
            dkim_selector: r.parsed("KONTOR_DKIM_SELECTOR", "a selector such as mail2026", selector),
            mail_per_hour: r.parsed("KONTOR_MAIL_PER_HOUR", "a number of mails", count),
            mail_per_day: r.parsed("KONTOR_MAIL_PER_DAY", "a number of mails", count),
            alert_smtp: r.parsed("KONTOR_ALERT_SMTP_URL", "an SMTP URL as for SMTP_URL", smtp),
        }
    }
}

fn place(text: &str) -> Option<Option<BackupPlace>> {
    if text == "off" {
        return Some(None);
    }
    if !text.starts_with("s3://") {
        return (!text.contains("://")).then(|| Some(BackupPlace::Folder(PathBuf::from(text))));
    }
    let url = Url::parse(text).ok()?;
    let option = |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    let endpoint = option("endpoint");
    if endpoint.as_ref().is_some_and(|e| Url::parse(e).is_err()) {
        return None;
    }
    Some(Some(BackupPlace::Bucket {
        bucket: url.host_str()?.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint,
        region: option("region").unwrap_or_else(|| "us-east-1".to_owned()),
    }))
}

/// `90m`, `24h`, `7d`.
fn span(text: &str) -> Option<Ms> {
    let unit = match text.chars().last()? {
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return None,
    };
    let number: i64 = text.get(..text.len() - 1)?.parse().ok()?;
    Some(number.checked_mul(unit)?).filter(|ms| (10 * MINUTE..=366 * DAY).contains(ms))
}

fn keep(text: &str) -> Option<Keep> {
    let mut out = Keep { days: 0, weeks: 0, months: 0 };
    for part in text.split(',').map(str::trim) {
        let (number, unit) = part.split_at_checked(part.len().checked_sub(1)?)?;
        let number: usize = number.parse().ok().filter(|n| *n <= 1_000)?;
        match unit {
            "d" => out.days = number,
            "w" => out.weeks = number,
            "m" => out.months = number,
            _ => return None,
        }
    }
    (out.days + out.weeks + out.months > 0).then_some(out)
}

fn name_server(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
}

fn selector(text: &str) -> Option<String> {
    let fits = text.len() <= 63 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_times_and_numbers_are_read() {
        assert_eq!(place("off"), Some(None));
        let bucket = place("s3://backups/kontor/a?endpoint=https://s3.example.org&region=eu-central-1").flatten();
        assert_eq!(bucket.as_ref().map(ToString::to_string).as_deref(), Some("s3://backups/kontor/a"));
        assert!(matches!(bucket, Some(BackupPlace::Bucket { region, .. }) if region == "eu-central-1"));
        assert_eq!(place("ftp://x"), None);
        assert_eq!((span("90m"), span("7d"), span("1m"), span("x")), (Some(90 * MINUTE), Some(7 * DAY), None, None));
        assert_eq!(keep("14d,2w"), Some(Keep { days: 14, weeks: 2, months: 0 }));
        assert_eq!((keep("0d"), keep("7"), keep("")), (None, None, None));
        assert_eq!(name_server("127.0.0.1"), "127.0.0.1:53".parse().ok());
        assert_eq!(format!("{:?}", Secret::from("geheim")), "Secret(…)");
    }
}
