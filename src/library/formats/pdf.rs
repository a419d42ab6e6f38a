//! A document to print: A4, real text in an embedded font, links that can be clicked and read.

use super::face::{Cut, Look, font, squeeze};
use crate::error::Result;
use crate::i18n::Lang;
use crate::text::blocks::{Block, Shape, Span};
use pdf_writer::types::{ActionType, AnnotationType};
use pdf_writer::{Content, Filter, Finish, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;
use std::sync::Arc;

const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 62.0;
const SIZE: f32 = 10.5;
const LEADING: f32 = 1.45;
const INDENT: f32 = 18.0;

/// A word, or a piece of one, in one look.
struct Piece {
    text: String,
    look: Look,
    href: Option<String>,
    width: f32,
    /// Space before it in points; none at the beginning of a line.
    gap: f32,
    /// Whether a line may end before it.
    free: bool,
}

/// A finished page.
struct Sheet {
    content: Content,
    links: Vec<(Rect, String)>,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { content: Content::new(), links: Vec::new() }
    }
}

struct Setter {
    fonts: BTreeMap<Look, Arc<Cut>>,
    sheets: Vec<Sheet>,
    sheet: Sheet,
    y: f32,
}

fn look_of(span: &Span, strong: bool) -> Look {
    if span.code {
        Look::Code
    } else if span.bold || strong {
        Look::Bold
    } else if span.italic {
        Look::Slanted
    } else {
        Look::Plain
    }
}

/// What is printed for a span: a link that does not show its address is followed by it.
fn printed(span: &Span) -> String {
    let text: String = span.text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    match &span.href {
        Some(to) => {
            let bare = to.strip_prefix("mailto:").unwrap_or(to);
            if text.trim() == bare { text } else { format!("{text} ({bare})") }
        }
        None => text,
    }
}

/// Writes `blocks` with `title` in the properties.
pub(super) fn pdf(blocks: &[Block], lang: Lang, title: &str) -> Result<Vec<u8>> {
    let mut chars: BTreeMap<Look, Vec<char>> = BTreeMap::new();
    for block in blocks {
        let strong = matches!(block.shape, Shape::Heading(_) | Shape::Row(true));
        for span in block.cells.iter().flatten() {
            chars.entry(look_of(span, strong)).or_default().extend(printed(span).chars().filter(|c| *c != '\n'));
        }
        if let Shape::Item(mark) = &block.shape {
            chars.entry(Look::Plain).or_default().extend(mark.chars());
        }
    }
    let mut fonts = BTreeMap::new();
    for (look, used) in &chars {
        fonts.insert(*look, font(*look, used)?);
    }
    let mut setter = Setter { fonts, sheets: Vec::new(), sheet: Sheet::default(), y: PAGE.1 - MARGIN };
    for (i, block) in blocks.iter().enumerate() {
        setter.block(block, blocks.get(i + 1));
    }
    setter.finish(lang, title)
}

impl Setter {
    fn pieces(&self, spans: &[Span], size: f32, strong: bool) -> Vec<Vec<Piece>> {
        let mut lines = vec![Vec::new()];
        // Whether white space came before the next word, which may go on a word of another look.
        let mut spaced = true;
        for span in spans {
            let look = look_of(span, strong);
            let Some(cut) = self.fonts.get(&look) else { continue };
            let space = cut.width(" ", size);
            for (i, line) in printed(span).split('\n').enumerate() {
                if i > 0 {
                    lines.push(Vec::new());
                    spaced = true;
                }
                let mut rest = line;
                while !rest.is_empty() {
                    let trimmed = rest.trim_start_matches(' ');
                    spaced |= trimmed.len() < rest.len();
                    let end = trimmed.find(' ').unwrap_or(trimmed.len());
                    let word = &trimmed[..end];
                    rest = &trimmed[end..];
                    if word.is_empty() {
                        continue;
                    }
                    let piece = Piece {
                        width: cut.width(word, size),
                        text: word.to_owned(),
                        look,
                        href: span.href.clone(),
                        gap: if spaced { space } else { 0.0 },
                        free: spaced,
                    };
                    if let Some(line) = lines.last_mut() {
                        line.push(piece);
                    }
                    spaced = false;
                }
            }
        }
        lines
    }

    /// Cuts a word that is longer than a line, so that no address runs off the page.
    fn broken(&self, pieces: Vec<Piece>, size: f32, room: f32) -> Vec<Piece> {
        let mut out = Vec::new();
        for piece in pieces {
            if piece.width <= room {
                out.push(piece);
                continue;
            }
            let Some(cut) = self.fonts.get(&piece.look) else { continue };
            let (mut part, mut first) = (String::new(), true);
            let mut push = |part: &mut String, first: &mut bool| {
                let text = std::mem::take(part);
                out.push(Piece {
                    width: cut.width(&text, size),
                    text,
                    look: piece.look,
                    href: piece.href.clone(),
                    gap: if *first { piece.gap } else { 0.0 },
                    free: !*first || piece.free,
                });
                *first = false;
            };
            for c in piece.text.chars() {
                part.push(c);
                if cut.width(&part, size) > room - size {
                    push(&mut part, &mut first);
                }
            }
            if !part.is_empty() {
                push(&mut part, &mut first);
            }
        }
        out
    }

    fn wrap(&self, pieces: Vec<Piece>, size: f32, room: f32) -> Vec<Vec<Piece>> {
        let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
        let mut used = 0.0;
        for piece in self.broken(pieces, size, room) {
            let is_first = lines.last().is_none_or(Vec::is_empty);
            let gap = if is_first { 0.0 } else { piece.gap };
            if !is_first && used + gap + piece.width > room {
                let mut next = Vec::new();
                // A word of several looks moves as a whole, unless it fills the line.
                if !piece.free
                    && let Some(line) = lines.last_mut()
                    && let Some(at) = line.iter().rposition(|p| p.free).filter(|at| *at > 0)
                {
                    next = line.split_off(at);
                }
                used = next.iter().enumerate().map(|(i, p)| p.width + if i == 0 { 0.0 } else { p.gap }).sum();
                used += if next.is_empty() { piece.width } else { piece.gap + piece.width };
                next.push(piece);
                lines.push(next);
                continue;
            }
            used += gap + piece.width;
            if let Some(line) = lines.last_mut() {
                line.push(piece);
            }
        }
        lines
    }

    fn room_for(&mut self, height: f32) {
        if self.y - height < MARGIN {
            self.sheets.push(std::mem::take(&mut self.sheet));
            self.y = PAGE.1 - MARGIN;
        }
    }

    fn block(&mut self, block: &Block, next: Option<&Block>) {
        let (size, strong, before) = match block.shape {
            Shape::Heading(1) => (17.0, true, 10.0),
            Shape::Heading(2) => (14.5, true, 9.0),
            Shape::Heading(_) => (12.0, true, 7.0),
            Shape::Code => (9.0, false, 0.0),
            _ => (SIZE, false, 0.0),
        };
        if self.y < PAGE.1 - MARGIN {
            self.y -= before;
        }
        match block.shape {
            Shape::Rule => self.rule(),
            Shape::Row(is_head) => self.row(block, is_head),
            _ => {
                let x = MARGIN + INDENT * block.depth as f32;
                if matches!(block.shape, Shape::Heading(_)) {
                    // A heading never stands alone at the foot of a page.
                    self.room_for(size * LEADING + SIZE * LEADING * 2.0);
                }
                let mut mark = match &block.shape {
                    Shape::Item(mark) => Some(mark.clone()),
                    _ => None,
                };
                for pieces in self.pieces(block.cells.first().map_or(&[][..], Vec::as_slice), size, strong) {
                    for line in self.wrap(pieces, size, PAGE.0 - MARGIN - x) {
                        self.line(&line, x, size);
                        if let Some(mark) = mark.take() {
                            self.show(&mark, Look::Plain, x - INDENT + 4.0, self.y, size);
                        }
                    }
                }
            }
        }
        let both_items = |b: &Block| matches!(b.shape, Shape::Item(_) | Shape::Row(_));
        self.y -= if both_items(block) && next.is_some_and(both_items) { 2.5 } else { SIZE * 0.7 };
    }

    fn row(&mut self, block: &Block, is_head: bool) {
        let columns = block.cells.len().max(1);
        let width = (PAGE.0 - 2.0 * MARGIN) / columns as f32;
        let cells: Vec<Vec<Vec<Piece>>> = block
            .cells
            .iter()
            .map(|cell| {
                let lines = self.pieces(cell, SIZE, is_head).into_iter();
                lines.flat_map(|pieces| self.wrap(pieces, SIZE, width - 8.0)).collect()
            })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1) as f32 * SIZE * LEADING;
        self.room_for(height.min(PAGE.1 - 2.0 * MARGIN));
        let top = self.y;
        let mut lowest = top;
        for (i, cell) in cells.iter().enumerate() {
            self.y = top;
            for line in cell {
                self.line(line, MARGIN + width * i as f32, SIZE);
            }
            lowest = lowest.min(self.y);
        }
        self.y = lowest;
        self.rule();
    }

    fn rule(&mut self) {
        self.y -= 4.0;
        let y = self.y;
        let content = &mut self.sheet.content;
        content.save_state();
        content.set_stroke_gray(0.75).set_line_width(0.6);
        content.move_to(MARGIN, y).line_to(PAGE.0 - MARGIN, y).stroke();
        content.restore_state();
    }

    fn line(&mut self, pieces: &[Piece], x: f32, size: f32) {
        self.room_for(size * LEADING);
        self.y -= size * LEADING;
        let mut at = x;
        for (i, piece) in pieces.iter().enumerate() {
            if i > 0 {
                at += piece.gap;
            }
            // Readers that copy text need the space itself.
            let spaced = i > 0 && piece.gap > 0.0;
            if spaced {
                self.show(" ", piece.look, at - piece.gap, self.y, size);
            }
            if let Some(to) = &piece.href {
                let rect = Rect::new(at, self.y - size * 0.25, at + piece.width, self.y + size * 0.9);
                self.sheet.links.push((rect, to.clone()));
                self.sheet.content.set_fill_rgb(0.0, 0.36, 0.373);
                self.show(&piece.text, piece.look, at, self.y, size);
                self.sheet.content.set_fill_gray(0.0);
            } else {
                self.show(&piece.text, piece.look, at, self.y, size);
            }
            at += piece.width;
        }
    }

    fn show(&mut self, text: &str, look: Look, x: f32, y: f32, size: f32) {
        let Some(cut) = self.fonts.get(&look) else { return };
        let codes = cut.encode(text);
        let content = &mut self.sheet.content;
        content.begin_text();
        content.set_font(look.resource(), size);
        content.next_line(x, y);
        content.show(Str(&codes));
        content.end_text();
    }

    fn finish(mut self, lang: Lang, title: &str) -> Result<Vec<u8>> {
        self.sheets.push(std::mem::take(&mut self.sheet));
        let mut pdf = Pdf::new();
        let [catalog, tree, info] = [1, 2, 3].map(Ref::new);
        let mut next = 4;
        let mut take = |n: i32| {
            let first = next;
            next += n;
            first
        };
        let mut fonts = Vec::new();
        for (look, cut) in &self.fonts {
            fonts.push((*look, cut.write(&mut pdf, take(6))));
        }
        let mut pages = Vec::new();
        for sheet in self.sheets {
            let (page, content) = (Ref::new(take(1)), Ref::new(take(1)));
            let first = take(i32::try_from(sheet.links.len()).unwrap_or(0));
            let links: Vec<Ref> = (first..).take(sheet.links.len()).map(Ref::new).collect();
            let mut writer = pdf.page(page);
            writer.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content);
            writer.annotations(links.iter().copied());
            let mut resources = writer.resources();
            let mut named = resources.fonts();
            for (look, id) in &fonts {
                named.pair(look.resource(), *id);
            }
            named.finish();
            resources.finish();
            writer.finish();
            for (id, (rect, to)) in links.iter().zip(&sheet.links) {
                let mut link = pdf.annotation(*id);
                link.subtype(AnnotationType::Link).rect(*rect).border(0.0, 0.0, 0.0, None);
                link.contents(TextStr(to));
                link.action().action_type(ActionType::Uri).uri(Str(to.as_bytes()));
                link.finish();
            }
            let bytes = squeeze(sheet.content.finish().as_slice())?;
            pdf.stream(content, &bytes).filter(Filter::FlateDecode);
            pages.push(page);
        }
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(pages).count(count);
        let mut root = pdf.catalog(catalog);
        root.pages(tree).lang(TextStr(lang.pick("de-DE", "en-GB")));
        root.viewer_preferences().display_doc_title(true);
        root.finish();
        let mut about = pdf.document_info(info);
        about.title(TextStr(title)).creator(TextStr("Kontor"));
        about.finish();
        Ok(pdf.finish())
    }
}
