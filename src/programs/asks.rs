//! Members without a reference: they ask, the team sees it, and giving them one answers it.

use super::actions::resolve_program;
use super::store::{asks as store, programs};
use crate::error::{Error, Result};
use crate::house::House;
use crate::jobs::emit;
use crate::members::store::insert_audit;
use crate::programs::model::parse_id;
use crate::web::forms::Check;
use crate::web::viewer::MemberId;
use serde_json::json;

/// A member asks for a reference in a program (the only one, where none is named). Asking twice is asking once.
///
/// # Errors
/// Invalid fields; `has_ref` where they have one.
pub async fn ask(house: &House, member: MemberId, program: String, note: &str) -> Result<()> {
    let mut check = Check::new();
    let note = check.text("note", note, 0, 1_000);
    check.done()?;
    house
        .db
        .write(move |tx| {
            let program = resolve_program(tx, Some(&program))?;
            let missing = store::list_missing(tx, member)?;
            if !missing.iter().any(|(id, ..)| *id == program.id) {
                return Err(Error::Conflict("has_ref"));
            }
            store::insert_ask(tx, member, program.id, &note)
        })
        .await
}

/// Answers a request with a reference.
///
/// # Errors
/// [`Error::NotFound`]; `ref:taken`, `ref:required` and the like.
pub async fn answer(house: &House, actor: MemberId, id: i64, reference: &str) -> Result<()> {
    let reference = parse_id(reference).map_err(|code| Error::field("ref", code))?;
    house
        .db
        .write(move |tx| {
            let (member, program) = store::find_ask(tx, id)?;
            let taken = programs::insert_ref(tx, program, MemberId(member), &reference, true)?.is_none();
            // One of their own ids for matching may become the one for links.
            if taken && !programs::mark_for_links(tx, program, MemberId(member), &reference)? {
                return Err(Error::field("ref", "taken"));
            }
            store::delete_ask(tx, id)?;
            insert_audit(tx, Some(actor), "member.refs", ("member", Some(member)), &reference)?;
            emit(tx, "member.ref_set", &json!({ "member_id": member }))
        })
        .await
}

/// Closes a request without a reference.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn dismiss(house: &House, actor: MemberId, id: i64) -> Result<()> {
    house
        .db
        .write(move |tx| {
            let (member, _) = store::find_ask(tx, id)?;
            store::delete_ask(tx, id)?;
            insert_audit(tx, Some(actor), "ref_request.dismiss", ("member", Some(member)), "")
        })
        .await
}
