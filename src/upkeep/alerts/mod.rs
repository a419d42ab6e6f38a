//! Alerts by mail, without any monitoring stack: the mail route is down, the queue stands, the disk is nearly full, the
//! last backup is old, requests fail.
//!
//! An alert is told when it was seen twice (a hiccup is none), then once a day while it lasts, and once when it is over.

use super::doctor::{self, Finding, State};
use super::letters::AlertMail;
use super::store;
use crate::accounts::store as accounts;
use crate::db::{DAY, MINUTE, Ms, Tx};
use crate::error::Result;
use crate::house::House;
use crate::i18n::{Arg, t_args};
use serde::{Deserialize, Serialize};

/// Kind of the job that looks.
pub const LOOK_JOB: &str = "upkeep.alerts";
/// How often it looks.
pub const LOOK_EVERY: Ms = 5 * MINUTE;
/// While it lasts, an alert is told again after this long.
const AGAIN: Ms = DAY;
/// Looks after which it is told.
const SEEN_BEFORE_TOLD: i32 = 2;
/// Failed requests between two looks that are an alert, and the part of all that they must be: one in twenty.
const MOST_FAILURES: u64 = 10;

/// What an alert says: a finding's code and values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Code of the sentence.
    pub code: String,
    /// Values.
    pub args: Vec<(String, String)>,
}

impl Detail {
    fn of(finding: &Finding) -> Self {
        let args = finding.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
        Self { code: finding.code.to_owned(), args }
    }

    /// The sentence in the reader's language.
    pub fn text(&self, lang: crate::i18n::Lang, topic: &str) -> String {
        let key = format!("upkeep-doctor-{topic}-{}", self.code).replace('_', "-");
        let args: Vec<(&str, Arg)> =
            self.args.iter().map(|(n, v)| (n.as_str(), Arg::Text(doctor::shown(lang, v)))).collect();
        t_args(lang, &key, &args)
    }
}

/// The job: looks, and tells what is to be told.
///
/// # Errors
/// When the database fails.
pub async fn look(house: House, (): ()) -> Result<()> {
    if house.config.demo {
        return Ok(());
    }
    let now = house.db.now();
    let seen = house.db.read(move |c| doctor::glance(c, now)).await?;
    let mut findings = vec![doctor::disk(&house.config), doctor::backup(&house.config, &seen)];
    findings.extend(doctor::queue(&seen));
    if house.config.smtp.is_some() {
        findings.push(doctor::mail_route(&house.config, &house.config.mail_from).await);
    }
    findings.push(failures(house.pulse.take()));
    let inner = house.clone();
    house
        .db
        .write_background(move |tx| {
            for finding in &findings {
                note(tx, &inner, finding)?;
            }
            Ok(())
        })
        .await
}

fn failures((requests, failures): (u64, u64)) -> Finding {
    let many = failures >= MOST_FAILURES && failures * 20 >= requests;
    let state = if many { State::Bad } else { State::Ok };
    Finding::new("errors", state, if many { "many" } else { "ok" }).with("n", failures).with("all", requests)
}

fn note(tx: &mut Tx<'_>, house: &House, finding: &Finding) -> Result<()> {
    let now = tx.now();
    let known = store::find_alert(tx, finding.topic)?;
    if finding.state != State::Bad {
        let Some(known) = known else { return Ok(()) };
        store::delete_alert(tx, finding.topic)?;
        return if known.mailed_at.is_some() { tell(tx, house, finding, known.since, true) } else { Ok(()) };
    }
    let detail = serde_json::to_string(&Detail::of(finding)).map_err(crate::error::Error::internal)?;
    let (seen, since, mailed_at) = known.map_or((0, now, None), |k| (k.seen, k.since, k.mailed_at));
    let is_due = mailed_at.is_none_or(|at| now - at >= AGAIN);
    let tells = seen + 1 >= SEEN_BEFORE_TOLD && is_due;
    store::put_alert(tx, finding.topic, &detail, since, if tells { Some(now) } else { mailed_at })?;
    if tells { tell(tx, house, finding, since, false) } else { Ok(()) }
}

fn tell(tx: &mut Tx<'_>, house: &House, finding: &Finding, since: Ms, over: bool) -> Result<()> {
    for admin in accounts::list_admins(tx)? {
        let to = admin.to();
        let letter = AlertMail {
            name: admin.name,
            title: finding.title(to.lang),
            text: finding.text(to.lang),
            since: crate::i18n::date_time(to.lang, since, &jiff::tz::TimeZone::UTC),
            over,
            link: house.config.absolute("/admin/doctor"),
        };
        house.mailer.post_alert(tx, &to, &letter)?;
    }
    Ok(())
}
