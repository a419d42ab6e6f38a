//! Who may read a file: asked of what uses it.

use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::web::viewer::Viewer;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether the viewer (nobody: a visitor) may now see one of the things with these ids.
pub type Gate = Arc<dyn Fn(&mut Conn, Option<&Viewer>, &[i64], Ms) -> Result<bool> + Send + Sync>;

/// The gates of the house, one for each `used_by`.
#[derive(Clone, Default)]
pub struct Gates(BTreeMap<&'static str, Gate>);

impl Gates {
    /// Names the gate of a use.
    pub fn on(
        &mut self,
        used_by: &'static str,
        gate: impl Fn(&mut Conn, Option<&Viewer>, &[i64], Ms) -> Result<bool> + Send + Sync + 'static,
    ) {
        self.0.insert(used_by, Arc::new(gate));
    }

    /// Whether one of these uses lets the viewer in. A use nobody answers for lets nobody in.
    pub(super) fn admit(
        &self,
        conn: &mut Conn,
        viewer: Option<&Viewer>,
        uses: &[(String, i64)],
        now: Ms,
    ) -> Result<bool> {
        let mut by_kind: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (used_by, used_id) in uses {
            by_kind.entry(used_by).or_default().push(*used_id);
        }
        for (used_by, ids) in by_kind {
            match self.0.get(used_by) {
                Some(gate) if gate(conn, viewer, &ids, now)? => return Ok(true),
                Some(_) => {}
                None => tracing::warn!(used_by, "a file is used by something without a gate"),
            }
        }
        Ok(false)
    }
}
