//! What comes back to the house: bounces (RFC 3464), complaints (RFC 5965) and unsubscriptions by mail.
//!
//! Invariants:
//! - only mail to an address with a MAC of this house changes anything (VERP): nobody bounces or unsubscribes anybody else;
//! - a mail is answered with 250 when what it says is committed; what cannot be read is kept, never thrown away.

mod read;
mod store;

pub use read::{Verdict, read};
pub use store::{Returned, list_returned};

use super::keys::Key;
use crate::db::Tx;
use crate::error::Result;
use crate::house::House;
use crate::mail::inbound::{Answer, Taker};
use crate::web::viewer::MemberId;

/// Soft bounces among the last [`store::LATELY`] mails to a member after which no more are sent.
const SOFT_MOST: i64 = 3;

/// Whom an address of the house means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// The envelope of one mail: campaign and member.
    Envelope(i64, MemberId),
    /// The way out of a member.
    Leave(MemberId),
}

/// Address of the envelope of a mail at `domain`; folding its case changes nothing.
pub fn envelope(key: &Key, campaign: i64, member: MemberId, domain: &str) -> String {
    format!("b+{}@{domain}", key.bounce_token(campaign, member))
}

/// Whom an address means; none when it is not one of ours.
pub fn meant(key: &Key, address: &str, domain: &str) -> Option<Meant> {
    let (local, at) = address.rsplit_once('@')?;
    if !at.eq_ignore_ascii_case(domain) {
        return None;
    }
    match local.split_at_checked(2)? {
        ("b+" | "B+", token) => key.bounced_of(token).map(|(campaign, member)| Meant::Envelope(campaign, member)),
        ("u+" | "U+", token) => key.member_of(token).map(Meant::Leave),
        _ => None,
    }
}

/// Takes what comes back to a house with a `KONTOR_BOUNCE_DOMAIN`.
pub struct Returns {
    house: House,
    domain: String,
}

impl Returns {
    /// The returns of a house at `domain`.
    pub fn new(house: House, domain: String) -> Self {
        Self { house, domain }
    }
}

impl Taker for Returns {
    fn knows(&self, recipient: String) -> Answer<bool> {
        let (house, domain) = (self.house.clone(), self.domain.clone());
        Box::pin(async move {
            let key = house.db.read(Key::find).await.ok().flatten();
            key.is_some_and(|key| meant(&key, &recipient, &domain).is_some())
        })
    }

    fn take(&self, recipient: String, mail: Vec<u8>) -> Answer<Result<()>> {
        let (house, domain) = (self.house.clone(), self.domain.clone());
        Box::pin(async move {
            house
                .db
                .write(move |tx| {
                    let Some(key) = Key::find(tx)? else { return Ok(()) };
                    let Some(whom) = meant(&key, &recipient, &domain) else { return Ok(()) };
                    keep(tx, whom, &recipient, &mail)
                })
                .await
        })
    }
}

/// Keeps a mail and does what it says, in one transaction.
fn keep(tx: &mut Tx<'_>, whom: Meant, recipient: &str, mail: &[u8]) -> Result<()> {
    let (campaign, member) = match whom {
        Meant::Leave(member) => {
            store::insert(tx, recipient, (None, member), &Verdict::Leave, "")?;
            super::store::withdraw_consent(tx, member, ("", "mail"))?;
            return Ok(());
        }
        Meant::Envelope(campaign, member) => (campaign, member),
    };
    let verdict = read(mail);
    let raw = if verdict == Verdict::Unread { String::from_utf8_lossy(mail).replace('\0', "") } else { String::new() };
    store::insert(tx, recipient, (Some(campaign), member), &verdict, &raw)?;
    let source = format!("campaign:{campaign}");
    match &verdict {
        Verdict::Hard { .. } => {
            store::suppress(tx, campaign, member, "bounce", &source)?;
            store::note(tx, campaign, member, "bounce")?;
        }
        Verdict::Soft { .. } => {
            store::note(tx, campaign, member, "soft_bounce")?;
            if store::count_soft(tx, member)? >= SOFT_MOST {
                store::suppress(tx, campaign, member, "bounce", &source)?;
            }
        }
        Verdict::Complaint => {
            super::store::withdraw_consent(tx, member, ("", "complaint"))?;
            store::suppress(tx, campaign, member, "complaint", &source)?;
            store::note(tx, campaign, member, "complaint")?;
        }
        Verdict::Delayed | Verdict::Leave | Verdict::Unread => {}
    }
    Ok(())
}
