//! What is unread, on its way to the browsers of its member.

use super::super::kinds;
use super::super::model::{Channels, Kept, Wishes};
use super::super::store::{self, Browser};
use super::super::{actions, model};
use super::vapid::Vapid;
use crate::accounts::store::list_viewers;
use crate::db::{Ms, SECOND};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::t;
use crate::web::outbound::{Bounds, Outbound};
use crate::web::viewer::{MemberId, Viewer};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;
use web_push_native::WebPushBuilder;

/// Kind of the job.
pub const PUSH_JOB: &str = "notices.push";
/// So long a notification waits before it is pushed: who is here has read it by then.
pub const GRACE: Ms = 5 * SECOND;
/// More than this at once are told as one.
const SINGLY: usize = 3;
/// A push service keeps a message for a browser that is away so long.
const KEPT_FOR: Duration = Duration::from_secs(12 * 3600);
/// A browser that fails so often is forgotten.
const FAILURES: i32 = 10;

/// To whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Push {
    /// Member.
    pub member: i64,
}

/// What the service worker shows.
#[derive(Debug, Serialize)]
struct Payload {
    title: String,
    body: String,
    href: String,
    tag: String,
    unread: i64,
    lang: &'static str,
    icon: String,
}

/// Pushes what is unread and was not pushed.
///
/// # Errors
/// When the database fails.
pub async fn run(house: House, job: Push) -> Result<()> {
    let (member, now, sources) = (MemberId(job.member), house.db.now(), house.sources.clone());
    let keys = house.clone();
    let ready = house
        .db
        .write_background(move |tx| {
            let browsers = store::list_subscriptions(tx, member)?;
            let Some(viewer) = list_viewers(tx, &[member.0])?.pop().filter(|_| !browsers.is_empty()) else {
                return Ok(None);
            };
            let waiting = store::claim_unpushed(tx, member)?;
            let wishes = store::find_wishes(tx, member)?;
            // In quiet hours nothing is pushed, later neither: the list and the digest have it.
            if waiting.is_empty() || wishes.is_quiet(now, &viewer.time_zone) {
                return Ok(None);
            }
            let prefs = store::list_prefs(tx, member)?;
            let wanted = waiting.into_iter().filter(|k| is_wanted(&prefs, k)).collect();
            let shown = actions::visible(tx, &sources.gates, &viewer, wanted)?;
            let unread = actions::count_unread(tx, &sources.gates, &[member.0])?;
            let unread = unread.get(&member.0).copied().unwrap_or(0);
            let vapid = Vapid::find_or_make(tx, &keys.secrets)?;
            let community = crate::settings::load(tx)?.community_name;
            Ok(Some((browsers, payloads(&viewer, &wishes, &shown, unread, &community), vapid)))
        })
        .await?;
    let Some((browsers, payloads, vapid)) = ready else { return Ok(()) };
    for browser in browsers {
        let outcome = send_all(&house, &vapid, &browser, &payloads).await;
        let id = browser.id;
        match outcome {
            Ok(Sent::Taken) => house.db.write_background(move |tx| store::mark_push_ok(tx, id)).await?,
            Ok(Sent::Gone) => house.db.write_background(move |tx| store::drop_subscription(tx, id)).await?,
            Err(error) => {
                tracing::warn!(%error, browser = id, "a push was not taken");
                house.db.write_background(move |tx| store::mark_push_failed(tx, id, FAILURES)).await?;
            }
        }
    }
    Ok(())
}

fn is_wanted(prefs: &HashMap<String, Channels>, kept: &Kept) -> bool {
    let known = prefs.get(&kept.kind).copied();
    known.or_else(|| kinds::find(&kept.kind).map(Channels::of)).is_some_and(|c| c.push)
}

fn payloads(viewer: &Viewer, wishes: &Wishes, shown: &[Kept], unread: i64, community: &str) -> Vec<Payload> {
    let plain = |body: String, href: String, tag: String| Payload {
        title: community.to_owned(),
        body,
        href,
        tag,
        unread,
        lang: viewer.lang.code(),
        icon: format!("{}/logo.svg", crate::web::assets::prefix()),
    };
    // Oldest first, so that the newest lies on top.
    let mut out: Vec<Payload> = Vec::new();
    if shown.is_empty() {
        return out;
    }
    if !wishes.push_text || shown.len() > SINGLY {
        let n = i64::try_from(shown.len()).unwrap_or(i64::MAX);
        let text = crate::i18n::t_args(viewer.lang, "notices-push-summary", &[("n", n.into())]);
        out.push(plain(text, "/notifications".into(), "kontor".into()));
        return out;
    }
    for kept in shown.iter().rev() {
        let quote = model::shorten(&kept.quote(), 160);
        let mut one = plain(quote, kept.href.clone(), format!("kontor-{}", kept.id));
        one.title = kept.text(viewer.lang);
        if one.body.is_empty() {
            one.body = t(viewer.lang, "notices-push-open").into_owned();
        }
        out.push(one);
    }
    out
}

enum Sent {
    Taken,
    Gone,
}

async fn send_all(house: &House, vapid: &Vapid, browser: &Browser, payloads: &[Payload]) -> Result<Sent> {
    let (public, auth) = super::keys(&browser.p256dh, &browser.auth).ok_or_else(|| Error::internal("no push keys"))?;
    let contact = house.config.absolute("/legal/imprint");
    let url = url::Url::parse(&browser.endpoint).map_err(Error::internal)?;
    for payload in payloads {
        let body = serde_json::to_vec(payload).map_err(Error::internal)?;
        let request = WebPushBuilder::new(browser.endpoint.parse().map_err(Error::internal)?, public, auth)
            .with_valid_duration(KEPT_FOR)
            .with_vapid(&vapid.0, &contact)
            .build(body)
            .map_err(|e| Error::internal(e.to_string()))?;
        let headers: Vec<(&str, &str)> = request
            .headers()
            .iter()
            .filter(|(name, _)| name.as_str() != "content-length")
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .chain([("urgency", "high")])
            .collect();
        let outbound = Outbound { private: house.config.fetch_private };
        let bounds = Bounds { most: 1_024, within: Duration::from_secs(10) };
        let answer = outbound.post(&url, &headers, request.body(), bounds).await?;
        match answer.status {
            200..=299 => {}
            404 | 410 => return Ok(Sent::Gone),
            other => return Err(Error::internal(format!("the push service answered {other}"))),
        }
    }
    Ok(Sent::Taken)
}
