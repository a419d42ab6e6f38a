//! Rules of segments.

use super::model::Rule;
use super::store::{self, Counts, Example};
use crate::db::{Conn, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::web::forms::Check;
use crate::web::viewer::MemberId;
use serde_json::Value;

/// What a rule would reach.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Numbers.
    pub counts: Counts,
    /// A few members.
    pub sample: Vec<Example>,
}

impl Preview {
    /// Members with consent and without suppression.
    pub fn deliverable(&self) -> i64 {
        self.counts.count - self.counts.no_consent - self.counts.suppressed
    }
}

/// Members shown as examples.
const EXAMPLES: i64 = 5;

/// Reads a rule and checks that what it names is there.
///
/// # Errors
/// Every mistake with its path.
pub fn checked(conn: &mut Conn, json: &Value) -> Result<Rule> {
    let rule = Rule::parse("rule", json).map_err(Error::Invalid)?;
    let unknown = store::list_unknown_names(conn, &rule)?;
    if unknown.is_empty() { Ok(rule) } else { Err(Error::Invalid(unknown)) }
}

/// Counts a rule, in one unit of reading.
///
/// # Errors
/// Every mistake in the rule with its path.
pub fn preview(conn: &mut Conn, json: &Value, now: Ms) -> Result<Preview> {
    let rule = checked(conn, json)?;
    let currency = crate::settings::load(conn)?.currency;
    let counts = store::count(conn, &rule, now, &currency)?;
    let sample = store::list_examples(conn, &rule, now, &currency, EXAMPLES)?;
    Ok(Preview { counts, sample })
}

/// Saves a segment; `id` none: a new one. Answers its id.
///
/// # Errors
/// Invalid name or rule; [`Error::NotFound`].
pub async fn save(house: &House, id: Option<i64>, name: String, rule: Value, by: MemberId) -> Result<i64> {
    house
        .db
        .write(move |tx| {
            let mut check = Check::new();
            let name = check.line("name", &name, 1, 100);
            let parsed = checked(tx, &rule);
            if let Err(Error::Invalid(errors)) = &parsed {
                errors.iter().for_each(|e| check.add(e.clone()));
            }
            check.done()?;
            parsed?;
            let text = rule.to_string();
            match id {
                Some(id) => store::update(tx, id, &name, &text).map(|()| id),
                None => store::insert(tx, &name, &text, by),
            }
        })
        .await
}
