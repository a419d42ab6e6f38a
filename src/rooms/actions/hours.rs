//! Office hours: a room of its own that a manager plans, and that opens and closes by the clock. Before and after it can be
//! read and not written.

use super::door::{RoomForm, create_room};
use super::later::RowJob;
use super::settings::tell_room;
use crate::access::Sight;
use crate::db::{DAY, Ms, Tx};
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::jobs::{NewJob, enqueue};
use crate::members::store::insert_audit;
use crate::notices::actions::notify_many;
use crate::notices::kinds;
use crate::notices::model::Notice;
use crate::rooms::model::RoomId;
use crate::rooms::store::{self, HourForm, OfficeHour};
use crate::web::forms::Check;
use crate::web::viewer::{MemberId, Viewer};

/// Job that opens and closes office hours.
pub const HOUR_JOB: &str = "rooms.office_hour";

/// Checks what a manager typed.
fn checked(form: HourForm, now: Ms, begun: bool) -> Result<HourForm> {
    let mut check = Check::new();
    let title = check.line("title", &form.title, 1, 60);
    let agenda = check.text("agenda", &form.agenda, 0, 4_000);
    let notes = check.text("notes", &form.notes, 0, 20_000);
    if form.starts_at <= now && !begun {
        check.add(FieldError::new("starts_at", "past"));
    }
    if form.starts_at > now + 366 * DAY {
        check.add(FieldError::new("starts_at", "too_late"));
    }
    if form.ends_at <= form.starts_at || form.ends_at > form.starts_at + DAY {
        check.add(FieldError::new("ends_at", "hour_length"));
    }
    check.done()?;
    Ok(HourForm { title, agenda, notes, ..form })
}

fn wake(tx: &mut Tx<'_>, id: i64, form: &HourForm) -> Result<()> {
    let payload = serde_json::json!({ "id": id });
    enqueue(tx, NewJob::new(HOUR_JOB, &payload)?.at(form.starts_at).priority(5))?;
    enqueue(tx, NewJob::new(HOUR_JOB, &payload)?.at(form.ends_at).priority(5))
}

/// Plans an office hour with a room of its own; `access` and `min_tier` as for any room.
///
/// # Errors
/// Invalid fields.
pub async fn plan_hour(
    house: &House,
    viewer: &Viewer,
    form: HourForm,
    (access, min_tier): (String, Option<String>),
) -> Result<(i64, RoomId)> {
    let form = checked(form, house.db.now(), false)?;
    let day = crate::i18n::iso(form.starts_at);
    let base: String = crate::text::slug(&form.title).chars().take(40).collect();
    let slug = format!("{}-{}", base.trim_matches('-'), day.get(..10).unwrap_or(""));
    let slug = slug.trim_start_matches('-').to_owned();
    let topic = form.agenda.lines().next().unwrap_or("").chars().take(200).collect();
    let mut new = RoomForm { slug, name: form.title.clone(), topic, access, min_tier, niche: None };
    let mut again = 1;
    let room = loop {
        match create_room(house, viewer, new.clone()).await {
            // A second one of that name on that day.
            Err(Error::Invalid(fields)) if again < 20 && fields.iter().all(|f| f.field == "slug") => {
                again += 1;
                new.slug = format!("{}-{again}", new.slug.trim_end_matches(&format!("-{}", again - 1)));
            }
            done => break done?,
        }
    };
    let (me, inner) = (viewer.id, house.clone());
    let id = house
        .db
        .write(move |tx| {
            let id = store::insert_hour(tx, room, me, &form)?;
            store::set_read_only(tx, room, true)?;
            wake(tx, id, &form)?;
            tell_room(tx, &inner, room, me, serde_json::json!({ "read_only": true }).to_string())?;
            insert_audit(tx, Some(me), "office_hour.planned", ("office_hour", Some(id)), &form.title)?;
            Ok(id)
        })
        .await?;
    Ok((id, room))
}

/// Changes an office hour: before it begins everything, later the notes and the end.
///
/// # Errors
/// [`Error::NotFound`], invalid fields, `hour_over`.
pub async fn change_hour(house: &House, viewer: &Viewer, id: i64, form: HourForm) -> Result<()> {
    let (sight, now) = (Sight::of(viewer), house.db.now());
    house
        .db
        .write(move |tx| {
            let before = visible(tx, sight, id)?;
            let begun = before.state != "planned";
            let mut form = form.clone();
            if begun {
                form.starts_at = before.starts_at;
            }
            if before.state == "over" || before.state == "cancelled" {
                form.ends_at = before.ends_at;
            }
            let form = checked(form, now, begun)?;
            store::update_hour(tx, id, &form)?;
            wake(tx, id, &form)
        })
        .await
}

/// Calls an office hour off.
///
/// # Errors
/// [`Error::NotFound`], `hour_over` where it has begun.
pub async fn cancel_hour(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let sight = Sight::of(viewer);
    house
        .db
        .write(move |tx| {
            let before = visible(tx, sight, id)?;
            if !store::move_hour(tx, id, "planned", "cancelled")? {
                return Err(Error::Conflict("hour_over"));
            }
            insert_audit(tx, Some(sight.member), "office_hour.cancelled", ("office_hour", Some(id)), &before.title)
        })
        .await
}

fn visible(tx: &mut Tx<'_>, sight: Sight, id: i64) -> Result<OfficeHour> {
    let hour = store::find_hour(tx, id)?;
    store::find_visible(tx, sight, hour.room_id)?;
    Ok(hour)
}

/// Opens or closes an office hour, as the clock says. Running twice changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn follow_clock(house: House, job: RowJob) -> Result<()> {
    let inner = house.clone();
    house
        .db
        .write_background(move |tx| {
            let hour = match store::find_hour(tx, job.id) {
                Err(Error::NotFound) => return Ok(()),
                found => found?,
            };
            let now = tx.now();
            let opens =
                hour.starts_at <= now && now < hour.ends_at && store::move_hour(tx, hour.id, "planned", "open")?;
            let closes = now >= hour.ends_at
                && (store::move_hour(tx, hour.id, "open", "over")?
                    || store::move_hour(tx, hour.id, "planned", "over")?);
            if opens || closes {
                store::set_read_only(tx, hour.room_id, closes)?;
                if opens {
                    let whom: Vec<MemberId> =
                        store::list_others(tx, hour.room_id, MemberId(0))?.into_iter().map(MemberId).collect();
                    let notice = Notice::new(
                        MemberId(0),
                        &kinds::OFFICE_HOURS,
                        format!("/rooms/{}", hour.slug),
                        serde_json::json!({ "room": hour.title }),
                    );
                    notify_many(tx, &whom, &notice.about("room", hour.room_id.0).in_place("room", hour.room_id.0))?;
                }
                let detail = serde_json::json!({ "read_only": closes, "office_hour": hour.id }).to_string();
                tell_room(tx, &inner, hour.room_id, MemberId(0), detail)?;
            }
            Ok(())
        })
        .await
}
