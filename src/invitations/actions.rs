//! Rules of invitations.

use super::jobs::{self, OfWave};
use super::model::{Act, Answer, NewWave, State, WaveDraft};
use super::store;
use crate::accounts::actions::{self as accounts, SignedIn, open_session, rights_changed};
use crate::accounts::model::{ConsentKind, Origin, Purpose, parse_password};
use crate::accounts::store as account_store;
use crate::accounts::{password, token};
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs::{NewJob, enqueue};
use crate::members::store::insert_audit;
use crate::policies::model::{From, Policy};
use crate::policies::store as policies;
use crate::segments::{Rule, store as segments};
use crate::settings;
use crate::web::forms::Check;
use crate::web::viewer::MemberId;

/// People that one statement puts into a wave.
const AT_ONCE: i64 = 500;

/// Makes a wave of people nobody has invited yet, and starts sending.
///
/// # Errors
/// Invalid fields; `segment_id:not_found`; `wave_empty` where nobody is left.
pub async fn start(house: &House, actor: MemberId, draft: WaveDraft) -> Result<i64> {
    let new = draft.parse()?;
    house
        .db
        .write(move |tx| {
            let rule = match new.segment {
                Some(id) => segments::find(tx, id)
                    .map_err(
                        |e| if matches!(e, Error::NotFound) { Error::field("segment_id", "not_found") } else { e },
                    )?
                    .parsed()?,
                None => everybody()?,
            };
            let rule = of_invited(rule)?;
            let id = store::insert_wave(tx, &new, actor.0)?;
            let (people, left_out) = gather(tx, &new, &rule, id)?;
            if people == 0 {
                return Err(Error::Conflict("wave_empty"));
            }
            let name = if new.name.is_empty() { format!("{people}") } else { new.name.clone() };
            store::update_wave(tx, id, &name, left_out)?;
            insert_audit(tx, Some(actor), "invitations.start", ("wave", Some(id)), &people.to_string())?;
            enqueue(tx, NewJob::new(jobs::SEND_JOB, &OfWave { id })?.once(jobs::once(id)))?;
            Ok(id)
        })
        .await
}

fn parsed(json: &serde_json::Value) -> Result<Rule> {
    Rule::parse("rule", json).map_err(Error::Invalid)
}

fn everybody() -> Result<Rule> {
    parsed(&serde_json::json!({ "all": [] }))
}

/// A rule that does not speak of the status means active members; here it means those who are invited.
fn of_invited(rule: Rule) -> Result<Rule> {
    if rule.names_status() {
        return Ok(rule);
    }
    let status = parsed(&serde_json::json!({ "field": "status", "op": "eq", "value": "invited" }))?;
    Ok(Rule::All(vec![status, rule]))
}

fn gather(tx: &mut crate::db::Tx<'_>, new: &NewWave, rule: &Rule, wave: i64) -> Result<(i64, i64)> {
    let now = tx.now();
    let currency = settings::load(tx)?.currency;
    let (mut after, mut people, mut left_out) = (0, 0, 0);
    while people < new.size {
        let found = store::list_candidates(tx, rule, (now, &currency), after, AT_ONCE)?;
        let Some(last) = found.last() else { break };
        after = last.id;
        let hashes: Vec<String> = found.iter().map(|c| token::hash(&c.email_key)).collect();
        let suppressed = store::list_suppressed(tx, &hashes)?;
        let mut part = Vec::new();
        for (candidate, hash) in found.iter().zip(&hashes) {
            if people + part.len() as i64 >= new.size {
                break;
            }
            if suppressed.contains(hash) {
                left_out += 1;
            } else {
                part.push(candidate.id);
            }
        }
        if !part.is_empty() {
            people += i64::try_from(store::insert_invitations(tx, wave, &part)?).unwrap_or(0);
        }
    }
    Ok((people, left_out))
}

/// Pauses, resumes or cancels a wave.
///
/// # Errors
/// [`Error::NotFound`]; `wave_over` where its state does not allow it.
pub async fn act(house: &House, actor: MemberId, id: i64, act: Act) -> Result<()> {
    house
        .db
        .write(move |tx| {
            store::find_wave(tx, id)?;
            let (from, to): (&[&str], _) = match act {
                Act::Pause => (&["running"], "paused"),
                Act::Resume => (&["paused"], "running"),
                Act::Cancel => (&["running", "paused"], "cancelled"),
            };
            if !store::mark_wave(tx, id, from, to)? {
                return Err(Error::Conflict("wave_over"));
            }
            match act {
                Act::Resume => enqueue(tx, NewJob::new(jobs::SEND_JOB, &OfWave { id })?.once(jobs::once(id)))?,
                Act::Cancel => {
                    store::delete_queued(tx, id)?;
                }
                Act::Pause => {}
            }
            insert_audit(tx, Some(actor), &format!("invitations.{to}"), ("wave", Some(id)), "")
        })
        .await
}

/// What the page of an invitation knows.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Name as it was imported.
    pub name: String,
    /// Address.
    pub email: String,
    /// Language code.
    pub locale: String,
    /// Programs with the reference in each.
    pub programs: Vec<(String, String)>,
    /// Texts that bind.
    pub texts: Vec<Policy>,
}

/// Looks at an invitation; the first look is noted.
///
/// # Errors
/// [`Error::NotFound`] when the link is unknown, used or over.
pub async fn open(house: &House, link: &str) -> Result<Opened> {
    let (hash, now) = (token::hash(link), house.db.now());
    let (member, account, programs, texts) = house
        .db
        .read(move |c| {
            let member = account_store::find_token_member(c, Purpose::Invite, &hash, now)?.ok_or(Error::NotFound)?;
            let account = account_store::find_account(c, member)?;
            if account.status != "invited" {
                return Err(Error::NotFound);
            }
            let programs = store::list_programs_of(c, &[member.0])?.into_iter().map(|(_, p, r)| (p, r)).collect();
            let texts = store::list_required(c, member.0)?;
            Ok((member, account, programs, texts))
        })
        .await?;
    house
        .db
        .write(move |tx| match store::find_of_member(tx, member.0)? {
            Some(id) => store::mark(tx, id, State::Opened).map(|_| ()),
            None => Ok(()),
        })
        .await?;
    Ok(Opened { name: account.name, email: account.email, locale: account.locale, programs, texts })
}

/// Accepts an invitation: the person is in, with the consents they ticked, and signed in.
///
/// # Errors
/// [`Error::NotFound`] when the link is unknown, used or over; invalid fields leave it as it is.
pub async fn accept(house: &House, link: &str, answer: Answer, lang: Lang, origin: Origin) -> Result<SignedIn> {
    let mut check = Check::new();
    let name = check.line("name", &answer.name, 1, 100);
    let clear = if answer.password.is_empty() { None } else { check.keep(parse_password(&answer.password)) };
    let mut consents = Vec::new();
    for code in &answer.consents {
        match check.keep(ConsentKind::parse(code).ok_or_else(|| FieldError::new("consents", "invalid"))) {
            Some(kind) if !consents.contains(&kind) => consents.push(kind),
            _ => {}
        }
    }
    check.done()?;
    // Only who holds a good link may have a password hashed.
    let texts = open(house, link).await?.texts;
    let accepted = answer.policies.clone().unwrap_or_default();
    if answer.policies.is_some() && !texts.iter().all(|p| accepted.contains(&p.id)) {
        return Err(Error::field("policies", "policy_needed"));
    }
    let accepted: Vec<i64> = texts.iter().map(|p| p.id).filter(|id| accepted.contains(id)).collect();
    let hash = match clear {
        Some(clear) => Some(password::hash(clear).await?),
        None => None,
    };
    let (link, from) = (token::hash(link), origin.clone());
    let member = house
        .db
        .write(move |tx| {
            let member = account_store::use_mail_token(tx, Purpose::Invite, &link)?.ok_or(Error::NotFound)?;
            account_store::end_mail_tokens(tx, member, Purpose::Invite)?;
            if !store::mark_joined(tx, member.0, (&name, lang.code()), hash.as_deref())? {
                return Err(Error::NotFound);
            }
            // Nothing ticked is an answer as well; a consent that an old list proves stands until it is taken back.
            accounts::answer_consents(tx, member, &consents, lang, "invitation", &from)?;
            let said =
                From { source: "invitation", locale: lang.code(), ip: from.ip.clone(), agent: from.agent.clone() };
            policies::accept(tx, member, &accepted, &said)?;
            if let Some(id) = store::find_of_member(tx, member.0)? {
                store::mark(tx, id, State::Active)?;
            }
            insert_audit(tx, Some(member), "member.join", ("member", Some(member.0)), "invitation")?;
            rights_changed(tx, member)?;
            Ok(member)
        })
        .await?;
    open_session(house, member, &origin.ip, &origin.agent).await
}

/// Makes a standing link.
///
/// # Errors
/// An invalid name.
pub async fn make_link(house: &House, actor: MemberId, name: &str) -> Result<i64> {
    let mut check = Check::new();
    let name = check.line("name", name, 1, 100);
    check.done()?;
    // Short enough for a printed code, long enough not to be guessed.
    let code: String = token::fresh()?.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    house
        .db
        .write(move |tx| {
            let id = store::insert_link(tx, &code, &name, actor.0)?;
            insert_audit(tx, Some(actor), "invite_link.create", ("invite_link", Some(id)), &name)?;
            Ok(id)
        })
        .await
}

/// Closes a standing link.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn close_link(house: &House, actor: MemberId, id: i64) -> Result<()> {
    house
        .db
        .write(move |tx| {
            store::find_link(tx, id)?;
            if store::mark_closed(tx, id)? {
                insert_audit(tx, Some(actor), "invite_link.close", ("invite_link", Some(id)), "")?;
            }
            Ok(())
        })
        .await
}

/// Counts a visit; answers whether the link is open.
///
/// # Errors
/// When the database fails.
pub async fn visit(house: &House, code: String) -> Result<bool> {
    house.db.write_background(move |tx| store::count_visit(tx, &code)).await
}
