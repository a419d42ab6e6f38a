//! What every node does for itself: figures for `/metrics`, and remembering a proxy it was not told of.

use super::{doctor, store};
use crate::db::Tx;
use crate::error::Result;
use crate::house::House;
use crate::mail::{Pace, volume};
use crate::settings;
use crate::web::client::STRAY;
use std::time::Duration;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(30);

/// Starts looking, until the node stops.
pub fn start(house: &House) {
    let house = house.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = house.jobs.stopping().cancelled() => return,
            }
            if let Err(error) = look(&house).await {
                tracing::debug!(%error, "the figures of this node are old");
            }
        }
    });
}

/// One look.
///
/// # Errors
/// When the database fails.
pub async fn look(house: &House) -> Result<()> {
    if let Some(peer) = house.pulse.take_stray() {
        house
            .db
            .write_background(move |tx: &mut Tx<'_>| {
                let text = format!("{peer} {}", tx.now());
                settings::put(tx, STRAY, &text)
            })
            .await?;
    }
    let (now, pace) = (house.db.now(), Pace::of(&house.config));
    let (seen, alerts, sent) = house
        .db
        .read(move |c| {
            let sent = pace.map(|p| volume::volume(c, &p, now)).transpose()?;
            Ok((doctor::glance(c, now)?, store::list_alerts(c)?, sent))
        })
        .await?;
    let seconds = |ms: i64| ms as f64 / 1_000.0;
    if let Some(at) = seen.last_backup {
        metrics::gauge!("kontor_backup_age_seconds").set(seconds(now - at));
    }
    if let Some((dead, oldest)) = seen.queue {
        metrics::gauge!("kontor_jobs_dead").set(dead as f64);
        metrics::gauge!("kontor_jobs_waiting_seconds").set(seconds(oldest));
    }
    if let Some((free, all)) = doctor::space(&house.config) {
        metrics::gauge!("kontor_disk_free_bytes").set(free as f64);
        metrics::gauge!("kontor_disk_bytes").set(all as f64);
    }
    if let Some(sent) = sent {
        metrics::gauge!("kontor_mail_hour").set(sent.hour_used as f64);
        metrics::gauge!("kontor_mail_day").set(sent.day_used as f64);
    }
    for topic in ["mail", "queue", "disk", "backup", "errors"] {
        let stands = alerts.iter().any(|a| a.kind == topic);
        metrics::gauge!("kontor_alert", "topic" => topic).set(if stands { 1.0 } else { 0.0 });
    }
    Ok(())
}
