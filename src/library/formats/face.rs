//! Fonts of a PDF: DejaVu Sans (Latin, Greek, Cyrillic and more), cut down to the glyphs in use. Western texts share
//! one cut made once; what has no glyph is drawn as a box and still reads as itself when copied.

use crate::error::{Error, Result};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, LazyLock};
use subsetter::GlyphRemapper;
use ttf_parser::Face;

/// A look of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    Plain,
    Bold,
    Slanted,
    Code,
}

impl Look {
    pub(super) const ALL: [Look; 4] = [Look::Plain, Look::Bold, Look::Slanted, Look::Code];

    fn data(self) -> &'static [u8] {
        match self {
            Self::Plain => dejavu::sans::regular(),
            Self::Bold => dejavu::sans::bold(),
            Self::Slanted => dejavu::sans::oblique(),
            Self::Code => dejavu::sans_mono::regular(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "KONTOR+DejaVuSans",
            Self::Bold => "KONTOR+DejaVuSans-Bold",
            Self::Slanted => "KONTOR+DejaVuSans-Oblique",
            Self::Code => "KONTOR+DejaVuSansMono",
        }
    }

    /// Its name inside the file.
    pub(super) fn resource(self) -> Name<'static> {
        match self {
            Self::Plain => Name(b"F1"),
            Self::Bold => Name(b"F2"),
            Self::Slanted => Name(b"F3"),
            Self::Code => Name(b"F4"),
        }
    }
}

const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font cut down to some characters.
pub(super) struct Cut {
    look: Look,
    /// Character to its code in the file and its width in thousandths of the size.
    codes: BTreeMap<char, (u16, f32)>,
    program: Vec<u8>,
    to_unicode: Vec<u8>,
    /// Code to glyph where the two differ: several codes share the box.
    glyphs: Option<Vec<u8>>,
    ascent: f32,
    descent: f32,
    cap_height: f32,
}

/// Zlib at the fastest setting: a download is made while somebody waits.
pub(super) fn squeeze(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).map_err(Error::internal)?;
    encoder.finish().map_err(Error::internal)
}

fn common() -> impl Iterator<Item = char> {
    (' '..='~').chain('\u{a0}'..='\u{ff}').chain("–—‘’‚“”„•…€™†‹›−ŒœŠšŽž□".chars())
}

static WESTERN: LazyLock<[Option<Arc<Cut>>; 4]> =
    LazyLock::new(|| Look::ALL.map(|look| cut(look, common()).ok().map(Arc::new)));

/// The font of `look` with at least `chars`.
pub(super) fn font(look: Look, chars: &[char]) -> Result<Arc<Cut>> {
    let ready = Look::ALL.iter().position(|l| *l == look).and_then(|i| WESTERN[i].clone());
    if let Some(western) = ready.filter(|w| chars.iter().all(|c| w.codes.contains_key(c))) {
        return Ok(western);
    }
    cut(look, common().chain(chars.iter().copied())).map(Arc::new)
}

fn cut(look: Look, chars: impl Iterator<Item = char>) -> Result<Cut> {
    let face = Face::parse(look.data(), 0).map_err(Error::internal)?;
    let scale = 1_000.0 / f32::from(face.units_per_em());
    let mut remapper = GlyphRemapper::new();
    let boxed = face.glyph_index('□').map_or(0, |g| g.0);
    let (mut known, mut strange) = (BTreeMap::new(), Vec::new());
    for c in chars {
        match face.glyph_index(c) {
            Some(glyph) => {
                let width = f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
                known.insert(c, (remapper.remap(glyph.0), width));
            }
            None => strange.push(c),
        }
    }
    let box_glyph = remapper.remap(boxed);
    let box_width = f32::from(face.glyph_hor_advance(ttf_parser::GlyphId(boxed)).unwrap_or(0)) * scale;
    let mut next = remapper.num_gids();
    let mut glyphs: Option<Vec<u8>> = None;
    for c in strange {
        if known.contains_key(&c) {
            continue;
        }
        let map = glyphs.get_or_insert_with(|| (0..remapper.num_gids()).flat_map(u16::to_be_bytes).collect());
        map.extend(box_glyph.to_be_bytes());
        known.insert(c, (next, box_width));
        next += 1;
    }
    let mut to_unicode = UnicodeCmap::<u16>::new(Name(b"Kontor"), IDENTITY);
    let mut told = std::collections::BTreeSet::new();
    for (c, (code, _)) in &known {
        if told.insert(*code) {
            to_unicode.pair(*code, *c);
        }
    }
    let program = subsetter::subset(look.data(), 0, &remapper).map_err(Error::internal)?;
    Ok(Cut {
        look,
        codes: known,
        program: squeeze(&program)?,
        to_unicode: squeeze(to_unicode.finish().as_slice())?,
        glyphs: glyphs.map(|g| squeeze(&g)).transpose()?,
        ascent: f32::from(face.ascender()) * scale,
        descent: f32::from(face.descender()) * scale,
        cap_height: f32::from(face.capital_height().unwrap_or(0)) * scale,
    })
}

impl Cut {
    /// Width of `text` at `size`, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let of = |c: char| self.codes.get(&c).map_or(0.0, |(_, w)| *w);
        text.chars().map(of).sum::<f32>() * size / 1_000.0
    }

    /// `text` as its codes.
    pub(super) fn encode(&self, text: &str) -> Vec<u8> {
        text.chars().filter_map(|c| self.codes.get(&c)).flat_map(|(code, _)| code.to_be_bytes()).collect()
    }

    /// Writes the font with its parts; takes six numbers from `first`.
    pub(super) fn write(&self, pdf: &mut Pdf, first: i32) -> Ref {
        let [font, cid, descriptor, program, cmap, map] = [0, 1, 2, 3, 4, 5].map(|i| Ref::new(first + i));
        let name = Name(self.look.name().as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut cid_font = pdf.cid_font(cid);
        cid_font.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
        cid_font.default_width(0.0);
        if self.glyphs.is_some() {
            cid_font.cid_to_gid_map_stream(map);
        } else {
            cid_font.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        let mut widths: BTreeMap<u16, f32> = BTreeMap::new();
        for (code, width) in self.codes.values() {
            widths.insert(*code, *width);
        }
        let mut writer = cid_font.widths();
        for (code, width) in widths {
            writer.same(code, code, width);
        }
        writer.finish();
        cid_font.finish();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(-1_000.0, -400.0, 2_000.0, 1_200.0))
            .italic_angle(if self.look == Look::Slanted { -11.0 } else { 0.0 })
            .ascent(self.ascent)
            .descent(self.descent)
            .cap_height(self.cap_height)
            .stem_v(80.0)
            .font_file2(program);
        pdf.stream(program, &self.program).filter(Filter::FlateDecode);
        pdf.stream(cmap, &self.to_unicode).filter(Filter::FlateDecode);
        if let Some(glyphs) = &self.glyphs {
            pdf.stream(map, glyphs).filter(Filter::FlateDecode);
        }
        font
    }
}
