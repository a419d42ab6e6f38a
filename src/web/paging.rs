//! Lists: `?limit=&cursor=` in, `{"items":[…],"next_cursor":…}` out. A cursor is opaque: a sort key and an id.

use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The most items of one page.
pub const MOST: i64 = 200;

/// What a caller asks of a list.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct PageQuery {
    /// Items wanted, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The wanted number of items within its bounds.
    ///
    /// # Errors
    /// 422 when it is not between 1 and 200.
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(50) {
            n @ 1..=MOST => Ok(n),
            _ => Err(Error::Invalid(vec![
                crate::error::FieldError::new("limit", "range").arg("min", 1).arg("max", MOST),
            ])),
        }
    }

    /// The position after which to go on.
    ///
    /// # Errors
    /// 422 when the cursor is not one of ours.
    pub fn after(&self) -> Result<Option<Cursor>> {
        let Some(text) = self.cursor.as_deref().filter(|c| !c.is_empty()) else { return Ok(None) };
        Cursor::parse(text).map(Some).ok_or_else(|| Error::field("cursor", "invalid"))
    }
}

/// A place in a sorted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Sort key (a time, a count); 0 where the id alone sorts.
    pub key: i64,
    /// Id that settles ties.
    pub id: i64,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (key, id) = bytes.split_at_checked(8)?;
        Some(Self { key: i64::from_be_bytes(key.try_into().ok()?), id: i64::from_be_bytes(id.try_into().ok()?) })
    }

    /// As it travels.
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode([self.key.to_be_bytes(), self.id.to_be_bytes()].concat())
    }
}

/// One page of a list.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of a list that is short and at hand as a whole: all of it where nothing is asked, otherwise the part that is.
    ///
    /// # Errors
    /// As [`PageQuery::limit`] and [`PageQuery::after`].
    pub fn of_short(items: Vec<T>, asked: &PageQuery) -> Result<Self> {
        let (limit, after) = match (asked.limit, asked.after()?) {
            (None, None) => return Ok(Self { items, next_cursor: None }),
            (_, after) => (asked.limit()?, after.map_or(0, |c| c.id)),
        };
        let (from, limit) = (usize::try_from(after).unwrap_or(0), usize::try_from(limit).unwrap_or(0));
        let end = from.saturating_add(limit);
        let next = (items.len() > end).then(|| Cursor { key: 0, id: i64::try_from(end).unwrap_or(i64::MAX) }.encode());
        Ok(Self { items: items.into_iter().skip(from).take(limit).collect(), next_cursor: next })
    }

    /// Makes a page of rows fetched with `limit + 1`: the extra row only says that there is more.
    pub fn cut(mut items: Vec<T>, limit: i64, cursor_of: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|last| cursor_of(last).encode());
        Self { items, next_cursor }
    }

    /// The same page with other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_journey_and_rubbish_is_refused() {
        let cursor = Cursor { key: -5, id: i64::MAX };
        assert_eq!(Cursor::parse(&cursor.encode()), Some(cursor));
        for bad in ["", "abc", "%%%", &"A".repeat(40)] {
            assert_eq!(Cursor::parse(bad), None);
        }
    }
}
