//! SQL of deliveries. Every step is one statement with its condition in it, so that work that happens twice
//! changes things once.

use crate::db::schema::deliveries;
use crate::db::{Bind, Conn, Fixed, HOUR, MINUTE, Ms, Tx};
use crate::error::Result;
use crate::newsletters::model::{Counts, all_counts};
use crate::on;
use crate::segments::Condition;
use crate::segments::store::bound;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

/// A delivery to store.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = deliveries)]
pub struct NewDelivery {
    /// Campaign.
    pub campaign_id: i64,
    /// Member.
    pub member_id: i64,
    /// Address at the time of the snapshot.
    pub email: String,
    /// Its hash, as suppressions know it.
    pub email_hash: String,
    /// Tier at the time of the snapshot.
    pub tier_rank: i32,
    /// Not before.
    pub due_at: Ms,
    /// Next try.
    pub next_at: Ms,
    /// Message-ID of every try.
    pub message_id: String,
    /// Now.
    pub updated_at: Ms,
}

/// Stores deliveries. The cursor of the snapshot lets each member in once.
pub fn insert_deliveries(tx: &mut Tx<'_>, rows: &[NewDelivery]) -> Result<()> {
    let conn: &mut Conn = tx;
    match conn {
        // One statement, prepared once: diesel writes a new text for every row here.
        Conn::Sqlite(c) => {
            for row in rows {
                let binds = [
                    Bind::Int(row.campaign_id),
                    Bind::Int(row.member_id),
                    Bind::Text(&row.email),
                    Bind::Text(&row.email_hash),
                    Bind::Int(i64::from(row.tier_rank)),
                    Bind::Int(row.due_at),
                    Bind::Int(row.next_at),
                    Bind::Text(&row.message_id),
                    Bind::Int(row.updated_at),
                ];
                Fixed::<()>::new(
                    "INSERT INTO deliveries (campaign_id, member_id, email, email_hash, tier_rank, due_at, next_at, message_id, \
                     updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    &binds,
                )
                .execute(c)?;
            }
        }
        Conn::Postgres(c) => {
            for part in rows.chunks(500) {
                diesel::insert_into(deliveries::table).values(part).execute(c)?;
            }
        }
    }
    Ok(())
}

/// A leased delivery.
#[derive(Debug, Clone, QueryableByName)]
pub struct Leased {
    /// Member.
    #[diesel(sql_type = BigInt)]
    pub member_id: i64,
    /// Address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Tries so far.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Leases what is due, first due first: waiting ones, then those whose pause is over.
pub fn claim(tx: &mut Tx<'_>, campaign: i64, owner: &str, lease: Ms, most: i64) -> Result<Vec<Leased>> {
    let mut all = Vec::new();
    for state in ["pending", "retry_wait"] {
        let left = most - i64::try_from(all.len()).unwrap_or(most);
        if left > 0 {
            all.extend(claim_state(tx, campaign, owner, lease, (state, left))?);
        }
    }
    Ok(all)
}

fn claim_state(
    tx: &mut Tx<'_>,
    campaign: i64,
    owner: &str,
    lease: Ms,
    (state, most): (&str, i64),
) -> Result<Vec<Leased>> {
    let now = tx.now();
    let skip = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let mut q = Condition::default();
    q.push("UPDATE deliveries SET state = 'leased', fence = fence + 1, lease_owner = ");
    q.text(owner).push(", lease_until = ").int(now + lease).push(", updated_at = ").int(now);
    q.push(" WHERE campaign_id = ").int(campaign);
    q.push(" AND member_id IN (SELECT d.member_id FROM deliveries d WHERE d.campaign_id = ").int(campaign);
    q.push(" AND d.state = ").text(state).push(" AND d.next_at <= ").int(now);
    q.push(" ORDER BY d.next_at LIMIT ").int(most).push(skip);
    q.push(") AND EXISTS (SELECT 1 FROM campaigns c WHERE c.id = ").int(campaign);
    q.push(" AND c.status = 'running') RETURNING member_id, email, attempts");
    Ok(bound(q).load(&mut **tx)?)
}

/// The intent: these mails are about to leave. In the same statement consent, suppression, the lease and the
/// campaign's state are checked once more; only the answered members may get theirs.
///
/// A statement for each by its key: one for several with a list lets SQLite walk through everything that is leased.
pub fn mark_transmitting(
    tx: &mut Tx<'_>,
    campaign: i64,
    (owner, batch): (&str, &str),
    ids: &[i64],
    lease: Ms,
    any_status: bool,
) -> Result<Vec<i64>> {
    let now = tx.now();
    let mut granted = Vec::with_capacity(ids.len());
    for id in ids {
        let conn: &mut Conn = tx;
        let binds = [
            Bind::Text(batch),
            Bind::Int(now + lease),
            Bind::Int(now),
            Bind::Int(campaign),
            Bind::Int(*id),
            Bind::Text(owner),
            Bind::Bool(any_status),
        ];
        let rows = on!(conn, c => Fixed::<()>::new(
            "UPDATE deliveries SET state = 'transmitting', fence = fence + 1, attempts = attempts + 1, lease_owner = ?, \
             lease_until = ?, updated_at = ? WHERE campaign_id = ? AND member_id = ? AND state = 'leased' AND lease_owner = ? \
             AND EXISTS (SELECT 1 FROM campaigns c WHERE c.id = deliveries.campaign_id AND c.status = 'running') \
             AND EXISTS (SELECT 1 FROM members m WHERE m.id = deliveries.member_id AND m.newsletter_consent \
             AND (m.status = 'active' OR ?)) \
             AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.email_hash = deliveries.email_hash)",
            &binds,
        )
        .execute(c))?;
        if rows == 1 {
            granted.push(*id);
        }
    }
    Ok(granted)
}

/// What was refused an intent: suppressed or without consent for good, or back in line because the campaign stands.
pub fn mark_refused_intents(tx: &mut Tx<'_>, campaign: i64, owner: &str, ids: &[i64]) -> Result<()> {
    let now = tx.now();
    let mut within = Condition::default();
    within.push("UPDATE deliveries SET updated_at = ").int(now);
    within.push(
        ", reason = CASE WHEN EXISTS (SELECT 1 FROM campaigns c WHERE c.id = deliveries.campaign_id AND c.status <> 'running') THEN reason \
         WHEN EXISTS (SELECT 1 FROM suppressions s WHERE s.email_hash = deliveries.email_hash) THEN 'suppressed' \
         WHEN EXISTS (SELECT 1 FROM members m WHERE m.id = deliveries.member_id AND m.newsletter_consent) THEN 'not_active' \
         ELSE 'unsubscribed' END, \
         state = CASE WHEN EXISTS (SELECT 1 FROM campaigns c WHERE c.id = deliveries.campaign_id AND c.status <> 'running') \
         THEN 'pending' ELSE 'skipped' END, lease_owner = NULL, lease_until = NULL WHERE campaign_id = ",
    );
    within.int(campaign).push(" AND state = 'leased' AND lease_owner = ").text(owner).push(" AND member_id IN (");
    for (i, id) in ids.iter().enumerate() {
        if i > 0 {
            within.push(",");
        }
        within.int(*id);
    }
    within.push(")");
    bound(within).execute(&mut **tx)?;
    Ok(())
}

/// Gives leased deliveries back, untouched.
pub fn release(tx: &mut Tx<'_>, campaign: i64, owner: &str, ids: &[i64]) -> Result<()> {
    let now = tx.now();
    for part in ids.chunks(500) {
        let mine = deliveries::table
            .filter(deliveries::campaign_id.eq(campaign))
            .filter(deliveries::member_id.eq_any(part))
            .filter(deliveries::state.eq("leased"))
            .filter(deliveries::lease_owner.eq(owner));
        diesel::update(mine)
            .set((
                deliveries::state.eq("pending"),
                deliveries::lease_owner.eq(None::<String>),
                deliveries::lease_until.eq(None::<Ms>),
                deliveries::updated_at.eq(now),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Skips a leased delivery for a reason of its own.
pub fn mark_skipped(tx: &mut Tx<'_>, campaign: i64, owner: &str, member: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    let mine = deliveries::table
        .find((campaign, member))
        .filter(deliveries::state.eq("leased"))
        .filter(deliveries::lease_owner.eq(owner));
    diesel::update(mine)
        .set((deliveries::state.eq("skipped"), deliveries::reason.eq(reason), deliveries::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// What became of a mail, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Became {
    /// New state.
    pub state: &'static str,
    /// Why, where the state alone does not say it.
    pub reason: &'static str,
    /// How far the dialogue came.
    pub stage: &'static str,
    /// SMTP code.
    pub code: i32,
    /// The server's words.
    pub detail: String,
    /// Next try, for `pending` and `retry_wait`.
    pub next_at: Option<Ms>,
    /// Whether the try counts.
    pub counts: bool,
    /// Whether the mail carries measured links.
    pub tracked: bool,
}

/// Records what became of a mail, if the intent is still this one.
pub fn mark_result(tx: &mut Tx<'_>, campaign: i64, batch: &str, member: i64, result: &Became) -> Result<()> {
    let binds = [
        Bind::Text(result.state),
        Bind::Text(result.reason),
        Bind::Text(result.stage),
        Bind::Int(i64::from(result.code)),
        Bind::Text(&result.detail),
        Bind::Int(result.next_at.unwrap_or(0)),
        Bind::Int(i64::from(!result.counts)),
        Bind::Bool(result.tracked),
        Bind::Int(tx.now()),
        Bind::Int(campaign),
        Bind::Int(member),
        Bind::Text(batch),
    ];
    let conn: &mut Conn = tx;
    on!(conn, c => Fixed::<()>::new(
        "UPDATE deliveries SET state = ?, reason = ?, stage = ?, code = ?, detail = ?, next_at = ?, attempts = attempts - ?, tracked = ?, \
         lease_owner = NULL, lease_until = NULL, updated_at = ? \
         WHERE campaign_id = ? AND member_id = ? AND state = 'transmitting' AND lease_owner = ?",
        &binds,
    )
    .execute(c))?;
    Ok(())
}

/// The pause before try `attempts + 1`: 1, 5, 15 minutes, 1, 3, then 6 hours.
pub fn pause(attempts: i32) -> Ms {
    match attempts {
        ..=1 => MINUTE,
        2 => 5 * MINUTE,
        3 => 15 * MINUTE,
        4 => HOUR,
        5 => 3 * HOUR,
        _ => 6 * HOUR,
    }
}

/// Leases that are over: a mail that had not begun waits again; one whose end nobody recorded is unknown for ever.
/// `alone`: no other node shares the database, so leases of another process are over at once.
pub fn sweep(tx: &mut Tx<'_>, campaign: i64, node: &str, alone: bool) -> Result<()> {
    let now = tx.now();
    for (from, to, reason) in [("leased", "pending", ""), ("transmitting", "unknown", "no_result")] {
        let mut q = Condition::default();
        q.push("UPDATE deliveries SET lease_owner = NULL, lease_until = NULL, state = ").text(to);
        q.push(", reason = ").text(reason).push(", updated_at = ").int(now);
        q.push(" WHERE campaign_id = ").int(campaign).push(" AND state = ").text(from);
        q.push(" AND (lease_until IS NULL OR lease_until < ").int(now);
        if alone {
            q.push(" OR lease_owner NOT LIKE ").text(&format!("{node}%"));
        }
        q.push(")");
        bound(q).execute(&mut **tx)?;
    }
    Ok(())
}

/// Takes everybody out of a cancelled campaign who was not served yet.
pub fn mark_cancelled(tx: &mut Tx<'_>, campaign: i64) -> Result<()> {
    let now = tx.now();
    let open = deliveries::table.filter(deliveries::campaign_id.eq(campaign)).filter(deliveries::state.eq_any([
        "pending",
        "leased",
        "retry_wait",
    ]));
    diesel::update(open)
        .set((deliveries::state.eq("skipped"), deliveries::reason.eq("cancelled"), deliveries::updated_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Deliveries by state.
pub fn count_states(conn: &mut Conn, campaign: i64) -> Result<Counts> {
    use diesel::dsl::count_star;
    let rows: Vec<(String, i64)> = deliveries::table
        .filter(deliveries::campaign_id.eq(campaign))
        .group_by(deliveries::state)
        .select((deliveries::state, count_star()))
        .load(conn)?;
    Ok(all_counts(rows))
}

/// When something is to be done next: a try, or the end of a lease.
pub fn next_due(conn: &mut Conn, campaign: i64) -> Result<Option<Ms>> {
    let mut first: Option<Ms> = None;
    for state in ["pending", "retry_wait"] {
        let at: Option<Ms> = deliveries::table
            .filter(deliveries::campaign_id.eq(campaign))
            .filter(deliveries::state.eq(state))
            .order(deliveries::next_at.asc())
            .select(deliveries::next_at)
            .first(conn)
            .optional()?;
        first = first.into_iter().chain(at).min();
    }
    let lease: Option<Option<Ms>> = deliveries::table
        .filter(deliveries::campaign_id.eq(campaign))
        .filter(deliveries::state.eq_any(["leased", "transmitting"]))
        .select(diesel::dsl::min(deliveries::lease_until))
        .first(conn)
        .optional()?;
    Ok(first.into_iter().chain(lease.flatten().map(|l| l + 1)).min())
}

/// A delivery as managers see it.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// Member.
    pub member_id: i64,
    /// Address.
    pub email: String,
    /// State.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Tries.
    pub attempts: i32,
    /// How far the dialogue came.
    pub stage: String,
    /// SMTP code.
    pub code: i32,
    /// The server's words.
    pub detail: String,
    /// Message-ID.
    pub message_id: String,
    /// Not before.
    pub due_at: Ms,
    /// Next try.
    pub next_at: Ms,
    /// Last change.
    pub updated_at: Ms,
    /// Name, while the account exists.
    pub name: Option<String>,
}

/// Deliveries of a campaign by member, after `after`.
pub fn list_deliveries(
    conn: &mut Conn,
    campaign: i64,
    state: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<Row>> {
    use crate::db::schema::members;
    let mut query = deliveries::table
        .left_join(members::table.on(members::id.eq(deliveries::member_id)))
        .filter(deliveries::campaign_id.eq(campaign))
        .filter(deliveries::member_id.gt(after))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(deliveries::state.eq(state.to_owned()));
    }
    Ok(query
        .order(deliveries::member_id.asc())
        .limit(limit)
        .select((
            deliveries::member_id,
            deliveries::email,
            deliveries::state,
            deliveries::reason,
            deliveries::attempts,
            deliveries::stage,
            deliveries::code,
            deliveries::detail,
            deliveries::message_id,
            deliveries::due_at,
            deliveries::next_at,
            deliveries::updated_at,
            members::name.nullable(),
        ))
        .load(conn)?)
}
