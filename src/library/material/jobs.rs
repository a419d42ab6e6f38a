//! Behind the commit: prints of texts for finding near copies.

use super::{prints, store};
use crate::db::Tx;
use crate::error::Result;
use crate::library::model::Whole;
use crate::text::plain_text;

/// Keeps the prints of a resource in step with its texts and details.
///
/// # Errors
/// When the database fails.
pub fn refresh_prints(tx: &mut Tx<'_>, whole: &Whole) -> Result<()> {
    let details = store::find_details(tx, whole.resource.id)?;
    let texts = whole.variants.iter().map(|v| (format!("{}.{}", v.key, v.lang), plain_text(&v.body)));
    let found: Vec<(String, i64)> = texts
        .chain([("details".to_owned(), details.text())])
        .filter_map(|(place, text)| Some((place, prints::print(&text)?)))
        .collect();
    store::save_prints(tx, whole.resource.id, &found)
}
