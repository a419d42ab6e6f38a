//! A stencil: a template rendered once with marks in place of its values, cut at the marks, then filled row by
//! row. A list of fifty alike things costs fifty copies of a text instead of fifty renderings, and its markup
//! still lives in a `.hbs` file.

use super::pages::Pages;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::text::escape_into;
use parking_lot::RwLock;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

// Private-use characters: no template of ours writes them, and escaping leaves them alone.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

enum Part {
    Text(String),
    Slot { index: usize, raw: bool },
}

/// A cut template.
pub struct Stencil(Vec<Part>);

impl Stencil {
    /// Cuts `template`: `flags` are the conditions this variant is for, `slots` the names of its values.
    /// The value of a slot whose name ends in `_html` goes in as it is, every other one is escaped.
    ///
    /// # Errors
    /// When the template does not render.
    pub fn cut(pages: &Pages, lang: Lang, template: &str, flags: &[(&str, bool)], slots: &[&str]) -> Result<Self> {
        let mut view = Map::new();
        for (name, on) in flags {
            view.insert((*name).to_owned(), Value::Bool(*on));
        }
        for (index, name) in slots.iter().enumerate() {
            view.insert((*name).to_owned(), Value::String(format!("{OPEN}{index}{CLOSE}")));
        }
        let text = pages.fragment(lang, template, &view)?;
        let mut parts = Vec::new();
        for (n, piece) in text.split(OPEN).enumerate() {
            let after = match piece.split_once(CLOSE).filter(|_| n > 0) {
                Some((index, after)) => {
                    let index: usize = index.parse().map_err(Error::internal)?;
                    let raw = slots.get(index).is_some_and(|name| name.ends_with("_html"));
                    parts.push(Part::Slot { index, raw });
                    after
                }
                None => piece,
            };
            if !after.is_empty() {
                parts.push(Part::Text(after.to_owned()));
            }
        }
        Ok(Self(parts))
    }

    /// Adds one filled copy to `out`; `values` in the order of the slots.
    pub fn fill(&self, values: &[&str], out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Slot { index, raw } => match values.get(*index) {
                    Some(value) if *raw => out.push_str(value),
                    Some(value) => escape_into(value, out),
                    None => {}
                },
            }
        }
    }
}

/// Language and flags to the stencil that was cut for them.
type Variants = HashMap<(&'static str, u32), Arc<Stencil>>;

/// The variants of one template, cut when first needed. Debug builds cut anew for each page: the file may have changed.
pub struct Stencils {
    template: &'static str,
    flags: &'static [&'static str],
    slots: &'static [&'static str],
    cut: RwLock<Option<Variants>>,
}

impl Stencils {
    /// Stencils of `template` with the names of its conditions (at most 32) and values.
    pub const fn new(template: &'static str, flags: &'static [&'static str], slots: &'static [&'static str]) -> Self {
        Self { template, flags, slots, cut: RwLock::new(None) }
    }

    /// The variant for which exactly the flags in `bits` hold (bit 0 is the first name).
    ///
    /// # Errors
    /// When the template does not render.
    pub fn get(&self, pages: &Pages, lang: Lang, bits: u32) -> Result<Arc<Stencil>> {
        let keep = !pages.reloads();
        if keep && let Some(known) = self.cut.read().as_ref().and_then(|m| m.get(&(lang.folder(), bits)).cloned()) {
            return Ok(known);
        }
        let flags: Vec<(&str, bool)> =
            self.flags.iter().enumerate().map(|(i, name)| (*name, bits & (1 << i) != 0)).collect();
        let fresh = Arc::new(Stencil::cut(pages, lang, self.template, &flags, self.slots)?);
        if keep {
            self.cut.write().get_or_insert_default().insert((lang.folder(), bits), fresh.clone());
        }
        Ok(fresh)
    }
}
