//! What a member sets: channels, volume of places, digest, quiet hours.

use super::super::kinds::{self, Kind};
use super::super::model::{Channels, Digest, Level, Wishes, parse_clock};
use super::super::store;
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::web::forms::Check;
use crate::web::sources::{Place, Sources};
use crate::web::viewer::Viewer;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Everything as it stands.
#[derive(Debug)]
pub struct Current {
    /// For all kinds together.
    pub wishes: Wishes,
    /// Each kind the member can get, in the order of the settings.
    pub kinds: Vec<(&'static Kind, Channels)>,
    /// Each place the member is in, with its volume.
    pub places: Vec<(Place, Level)>,
}

/// Reads what a member has set.
///
/// # Errors
/// When the database fails.
pub fn current(conn: &mut Conn, sources: &Sources, viewer: &Viewer) -> Result<Current> {
    let prefs = store::list_prefs(conn, viewer.id)?;
    let kinds = kinds::ALL
        .iter()
        .copied()
        .filter(|k| k.group != "team" || viewer.is_moderator())
        .map(|k| (k, prefs.get(k.code).copied().unwrap_or_else(|| Channels::of(k))))
        .collect();
    let mut places = Vec::new();
    for source in &sources.places {
        places.extend(source(conn, viewer)?);
    }
    let mut levels: BTreeMap<&str, _> = BTreeMap::new();
    for kind in places.iter().map(|p| p.kind) {
        if !levels.contains_key(kind) {
            levels.insert(kind, store::list_levels(conn, viewer.id, kind)?);
        }
    }
    let level = |p: &Place| levels.get(p.kind).and_then(|l| l.get(&p.id)).copied().unwrap_or(Level::Mentions);
    let places = places.into_iter().map(|p| (p.clone(), level(&p))).collect();
    Ok(Current { wishes: store::find_wishes(conn, viewer.id)?, kinds, places })
}

/// Channels of a kind as they are to be; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    /// In the house; without it nothing of the kind is kept.
    pub page: Option<bool>,
    /// By Web Push.
    pub push: Option<bool>,
    /// In the mail digest.
    pub mail: Option<bool>,
}

/// A change of the settings; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `soon`, `daily` or `off`.
    pub digest: Option<String>,
    /// Whether there are quiet hours.
    pub quiet: Option<bool>,
    /// Their begin, `HH:MM`.
    pub quiet_from: Option<String>,
    /// Their end, `HH:MM`; before the begin: on the next day.
    pub quiet_to: Option<String>,
    /// IANA zone of the quiet hours; empty: the profile's.
    pub quiet_zone: Option<String>,
    /// Whether pushed messages carry the text.
    pub push_text: Option<bool>,
    /// Channels by kind.
    #[serde(default)]
    pub kinds: BTreeMap<String, ChannelChange>,
}

/// Quiet hours of somebody who switches them on without saying when.
const NIGHT: (i32, i32) = (22 * 60, 7 * 60);

impl Change {
    fn apply(&self, old: Wishes) -> Result<Wishes> {
        let mut check = Check::new();
        let mut new = old;
        if let Some(digest) = &self.digest {
            let known = Digest::parse(digest).ok_or_else(|| FieldError::new("digest", "invalid"));
            new.digest = check.keep(known).unwrap_or(new.digest);
        }
        let (mut from, mut to) = new.quiet.unwrap_or(NIGHT);
        if let Some(text) = &self.quiet_from {
            from = check.keep(parse_clock("quiet_from", text)).unwrap_or(from);
        }
        if let Some(text) = &self.quiet_to {
            to = check.keep(parse_clock("quiet_to", text)).unwrap_or(to);
        }
        let on = self.quiet.unwrap_or(new.quiet.is_some() || self.quiet_from.is_some());
        if on && from == to {
            check.add(FieldError::new("quiet_to", "invalid"));
        }
        new.quiet = on.then_some((from, to));
        if let Some(zone) = &self.quiet_zone {
            if zone.is_empty() || crate::i18n::is_zone(zone) {
                new.quiet_zone.clone_from(zone);
            } else {
                check.add(FieldError::new("quiet_zone", "invalid"));
            }
        }
        new.push_text = self.push_text.unwrap_or(new.push_text);
        if self.kinds.keys().any(|code| kinds::find(code).is_none()) {
            check.add(FieldError::new("kinds", "invalid"));
        }
        check.done()?;
        Ok(new)
    }
}

/// Changes the settings of the viewer.
///
/// # Errors
/// Invalid fields.
pub async fn change(house: &House, viewer: &Viewer, change: Change) -> Result<()> {
    let me = viewer.id;
    house
        .db
        .write(move |tx| {
            let new = change.apply(store::find_wishes(tx, me)?)?;
            store::set_wishes(tx, me, &new)?;
            let prefs = store::list_prefs(tx, me)?;
            for (code, wanted) in &change.kinds {
                let Some(kind) = kinds::find(code) else { continue };
                let old = prefs.get(kind.code).copied().unwrap_or_else(|| Channels::of(kind));
                let new = Channels {
                    page: wanted.page.unwrap_or(old.page),
                    push: wanted.push.unwrap_or(old.push),
                    mail: wanted.mail.unwrap_or(old.mail),
                };
                if new != old {
                    store::set_pref(tx, me, kind.code, new)?;
                }
            }
            Ok(())
        })
        .await
}

/// Sets the volume of a place the viewer may see.
///
/// # Errors
/// [`Error::NotFound`] for a place of no kind or out of sight; `invalid` on `level`.
pub async fn set_level(house: &House, viewer: &Viewer, place: String, id: i64, level: &str) -> Result<()> {
    let level = Level::parse(level).ok_or_else(|| Error::field("level", "invalid"))?;
    let (me, sources, viewer) = (viewer.id, house.sources.clone(), viewer.clone());
    house
        .db
        .write(move |tx| {
            let gate = sources.gates.get(place.as_str()).ok_or(Error::NotFound)?;
            if !gate(tx, &viewer, &[id])?.contains(&id) {
                return Err(Error::NotFound);
            }
            store::set_level(tx, me, (&place, id), level)
        })
        .await
}
