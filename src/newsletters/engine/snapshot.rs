//! Who gets it: fixed in chunks, the cursor in the same transaction, so that a crash changes nothing.

use crate::accounts::token;
use crate::db::{MINUTE, Ms, Tx};
use crate::error::{Error, Result};
use crate::house::House;
use crate::newsletters::keys::Key;
use crate::newsletters::model::Campaign;
use crate::newsletters::store::{self, NewDelivery};
use crate::segments::Rule;
use crate::web::viewer::MemberId;
use std::collections::{BTreeMap, HashSet};

/// Members of one chunk.
const CHUNK: i64 = 2_000;

/// The frozen rule of a campaign.
///
/// # Errors
/// When what is stored is no rule.
pub fn rule_of(campaign: &Campaign) -> Result<Rule> {
    let json = serde_json::from_str(&campaign.snapshot_rule).map_err(Error::internal)?;
    Rule::parse("rule", &json).map_err(|_| Error::internal("the frozen rule of a campaign does not parse"))
}

/// One chunk; after the last the campaign runs.
pub async fn step(house: &House, campaign: Campaign) -> Result<()> {
    let rule = rule_of(&campaign)?;
    house.db.write_background(move |tx| chunk(tx, &campaign, &rule)).await
}

fn chunk(tx: &mut Tx<'_>, campaign: &Campaign, rule: &Rule) -> Result<()> {
    let (now, started) = (tx.now(), campaign.started_at.unwrap_or(0));
    let currency = crate::settings::load(tx)?.currency;
    let key = Key::find_or_make(tx)?;
    let offsets = offsets_by_rank(tx, campaign)?;
    let people = store::list_candidates(tx, rule, (started, &currency), campaign.snapshot_cursor, CHUNK)?;
    let hashes: Vec<String> = people.iter().map(|p| token::hash(&p.email_key)).collect();
    let suppressed: HashSet<String> = store::list_suppressed(tx, &hashes)?.into_iter().collect();
    let mut excluded = campaign.excluded();
    let mut rows = Vec::with_capacity(people.len());
    for (person, hash) in people.iter().zip(hashes) {
        let reason = match () {
            () if !person.newsletter_consent => "no_consent",
            () if suppressed.contains(&hash) => "suppressed",
            () => {
                let due_at = started + offsets.get(&person.tier_rank).copied().unwrap_or(0);
                rows.push(NewDelivery {
                    campaign_id: campaign.id,
                    member_id: person.id,
                    email: person.email.clone(),
                    email_hash: hash,
                    tier_rank: person.tier_rank,
                    due_at,
                    next_at: due_at,
                    message_id: key.message_id(campaign.id, MemberId(person.id)),
                    updated_at: now,
                });
                continue;
            }
        };
        *excluded.entry(reason.to_owned()).or_insert(0) += 1;
    }
    let is_last = i64::try_from(people.len()).unwrap_or(CHUNK) < CHUNK;
    let cursor = if is_last { -1 } else { people.last().map_or(-1, |p| p.id) };
    let excluded = serde_json::to_string(&excluded).map_err(Error::internal)?;
    // Somebody else moved on or stopped it: then these rows are theirs to write.
    if store::mark_snapshot(tx, campaign, cursor, &excluded)? {
        store::insert_deliveries(tx, &rows)?;
    }
    Ok(())
}

fn offsets_by_rank(tx: &mut Tx<'_>, campaign: &Campaign) -> Result<BTreeMap<i32, Ms>> {
    let offsets = campaign.offsets();
    let tiers = crate::members::store::list_tiers(tx)?;
    Ok(tiers.iter().filter_map(|t| offsets.get(&t.slug).map(|m| (t.rank, m * MINUTE))).collect())
}
