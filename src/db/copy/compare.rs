//! Making one table like another, row by row, in the order of its key: what is there and right stays, so that the
//! same walk copies, goes on after a crash, repairs and verifies.

use super::{Loading, Scan, Snapshot, Table, canonical, delete_rows, insert_rows};
use crate::error::Result;
use serde_json::Value;
use std::cmp::Ordering;

/// Rows asked for and written at once.
const STEP: usize = 1_000;

/// What a walk found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Rows of the source.
    pub rows: u64,
    /// Rows that were missing, different or too many in the target.
    pub different: u64,
}

struct Side<'a> {
    snapshot: &'a mut Snapshot,
    scan: Scan,
    table: &'a Table,
    lines: std::vec::IntoIter<String>,
    ended: bool,
}

impl<'a> Side<'a> {
    fn new(snapshot: &'a mut Snapshot, table: &'a Table) -> Self {
        Self { snapshot, scan: Scan::new(table), table, lines: Vec::new().into_iter(), ended: false }
    }

    fn next(&mut self) -> Result<Option<(Vec<Value>, String)>> {
        loop {
            if let Some(line) = self.lines.next() {
                return Ok(Some((self.table.key_of(&line)?, canonical(self.table, &line)?)));
            }
            if self.ended {
                return Ok(None);
            }
            let lines = self.scan.next(self.snapshot.conn(), STEP as i64)?;
            self.ended = lines.is_empty();
            self.lines = lines.into_iter();
        }
    }
}

/// Walks through `table` in `from` and `into`. With `writer` the differences are mended, a step a transaction.
///
/// # Errors
/// When either database fails.
pub fn walk(
    from: (&mut Snapshot, &Table),
    into: (&mut Snapshot, &Table),
    mut writer: Option<&mut Loading>,
) -> Result<Found> {
    let (source_table, target_table) = (from.1, into.1);
    let (mut source, mut target) = (Side::new(from.0, from.1), Side::new(into.0, into.1));
    let (mut a, mut b) = (source.next()?, target.next()?);
    let (mut found, mut missing, mut wrong) = (Found::default(), Vec::new(), Vec::new());
    loop {
        let order = match (&a, &b) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((left, _)), Some((right, _))) => compare_keys(left, right),
        };
        if order != Ordering::Greater {
            found.rows += 1;
        }
        match order {
            Ordering::Less => {
                found.different += 1;
                missing.extend(a.take().map(|(_, line)| line));
                a = source.next()?;
            }
            Ordering::Greater => {
                found.different += 1;
                wrong.extend(b.take().map(|(key, _)| key));
                b = target.next()?;
            }
            Ordering::Equal => {
                if let (Some((key, left)), Some((_, right))) = (a.take(), b.take())
                    && left != right
                {
                    found.different += 1;
                    wrong.push(key);
                    missing.push(left);
                }
                (a, b) = (source.next()?, target.next()?);
            }
        }
        if missing.len() + wrong.len() >= STEP {
            mend(writer.as_deref_mut(), (source_table, target_table), &mut missing, &mut wrong)?;
        }
    }
    mend(writer, (source_table, target_table), &mut missing, &mut wrong)?;
    Ok(found)
}

fn mend(
    writer: Option<&mut Loading>,
    (from, into): (&Table, &Table),
    missing: &mut Vec<String>,
    wrong: &mut Vec<Vec<Value>>,
) -> Result<()> {
    if let Some(writer) = writer {
        writer.transaction(|conn| {
            delete_rows(conn, into, wrong)?;
            missing.chunks(500).try_for_each(|some| insert_rows(conn, into, &from.columns, some))
        })?;
    }
    missing.clear();
    wrong.clear();
    Ok(())
}

/// Numbers by value, texts by their bytes: the order both databases give.
fn compare_keys(a: &[Value], b: &[Value]) -> Ordering {
    for (left, right) in a.iter().zip(b) {
        let order = match (left, right) {
            (Value::Number(l), Value::Number(r)) => l.as_i64().cmp(&r.as_i64()),
            (Value::String(l), Value::String(r)) => l.as_bytes().cmp(r.as_bytes()),
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            (l, r) => l.to_string().cmp(&r.to_string()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}
