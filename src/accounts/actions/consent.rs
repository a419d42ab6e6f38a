//! Giving and taking back a consent: the log and the mark change together.

use super::super::model::{ConsentKind, ConsentState, Origin};
use super::super::store::{self, ConsentOf};
use crate::db::Tx;
use crate::error::Result;
use crate::i18n::Lang;
use crate::web::viewer::MemberId;

/// Gives or withdraws one consent in the caller's transaction; nothing happens where it stands so already.
/// `source` names the way: `profile`, `unsubscribe`, `import`.
///
/// # Errors
/// When it cannot be written.
pub fn set_consent(
    tx: &mut Tx<'_>,
    member: MemberId,
    (kind, given): (ConsentKind, bool),
    lang: Lang,
    source: &'static str,
    origin: &Origin,
) -> Result<bool> {
    if given {
        return give(tx, member, kind, lang, source, origin);
    }
    let changed = store::mark_consent(tx, member, kind, false)?;
    if changed {
        log(tx, member, (kind, ConsentState::Withdrawn), lang, source, origin)?;
    }
    Ok(changed)
}

/// Keeps the answer of somebody who was asked for both: what is ticked is given, a no is kept where nothing was said yet.
///
/// # Errors
/// When it cannot be written.
pub fn answer_consents(
    tx: &mut Tx<'_>,
    member: MemberId,
    ticked: &[ConsentKind],
    lang: Lang,
    source: &'static str,
    origin: &Origin,
) -> Result<()> {
    for kind in ConsentKind::ALL {
        if ticked.contains(&kind) {
            give(tx, member, kind, lang, source, origin)?;
        } else if store::list_asked(tx, kind, &[member.0])?.is_empty() {
            log(tx, member, (kind, ConsentState::Refused), lang, source, origin)?;
        }
    }
    Ok(())
}

pub(super) fn give(
    tx: &mut Tx<'_>,
    member: MemberId,
    kind: ConsentKind,
    lang: Lang,
    source: &'static str,
    origin: &Origin,
) -> Result<bool> {
    let changed = store::mark_consent(tx, member, kind, true)?;
    if changed {
        log(tx, member, (kind, ConsentState::Given), lang, source, origin)?;
    }
    Ok(changed)
}

fn log(
    tx: &mut Tx<'_>,
    member: MemberId,
    (kind, state): (ConsentKind, ConsentState),
    lang: Lang,
    source: &'static str,
    origin: &Origin,
) -> Result<()> {
    let email_key = store::find_email_key(tx, member)?;
    let of = ConsentOf { member: Some(member), email_key: &email_key, lang, source };
    store::insert_consent(tx, &of, kind, state, origin)
}
