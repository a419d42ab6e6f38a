//! The look of the house: one accent colour in two schemes, computed in OKLCH, and a logo.
//!
//! The accent is refused below a contrast of 4.5:1 (WCAG 2.2, 1.4.3) on every ground it stands on; what goes with it
//! (text on it, its wash) is computed to the same bar. Formulas: OKLab by Björn Ottosson, contrast by WCAG.

use super::guards::Ctx;
use crate::error::{Error, Result};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

/// The grounds of the light scheme, panel first (`01-tokens.css`).
const LIGHT: [&str; 3] = ["#fefefc", "#f5f4f0", "#faf8f5"];
/// The grounds of the dark scheme, panel first.
const DARK: [&str; 3] = ["#151d20", "#0e1517", "#1c2628"];
/// What text needs (WCAG 2.2, 1.4.3).
pub const ENOUGH: f64 = 4.5;

/// Colours that pass, offered by name: key of the text, light colour. The first is the house's own.
pub const PRESETS: [(&str, &str); 6] = [
    ("petrol", "#005c5f"),
    ("blue", "#1f55a5"),
    ("violet", "#6a3fa0"),
    ("berry", "#a1275f"),
    ("forest", "#2b6431"),
    ("slate", "#3f5566"),
];

/// A colour as sRGB components, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rgb([f64; 3]);

/// Lightness 0 to 1, chroma, hue in radians.
#[derive(Debug, Clone, Copy)]
struct Oklch {
    l: f64,
    c: f64,
    h: f64,
}

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#')?;
        let wide: String = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
        if wide.len() != 6 || !wide.is_ascii() {
            return None;
        }
        let part = |i: usize| u8::from_str_radix(wide.get(i..i + 2)?, 16).ok().map(|v| f64::from(v) / 255.0);
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    fn hex(self) -> String {
        let [r, g, b] = self.0.map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    fn linear(self) -> [f64; 3] {
        self.0.map(|v| if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) })
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn oklch(self) -> Oklch {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        let light = 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s;
        let x = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s;
        let y = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s;
        Oklch { l: light, c: x.hypot(y), h: y.atan2(x) }
    }
}

impl Oklch {
    fn raw(self) -> [f64; 3] {
        let (a, b) = (self.c * self.h.cos(), self.c * self.h.sin());
        let l = (self.l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (self.l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (self.l - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
        ];
        linear.map(|v| if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 })
    }

    /// The colour in sRGB; chroma gives way where the screen has no such colour.
    fn rgb(mut self) -> Rgb {
        for _ in 0..40 {
            let raw = self.raw();
            if raw.iter().all(|v| (-0.001..=1.001).contains(v)) {
                return Rgb(raw.map(|v| v.clamp(0.0, 1.0)));
            }
            self.c *= 0.92;
        }
        Rgb([self.l; 3].map(|v| v.clamp(0.0, 1.0)))
    }

    fn at(self, l: f64, most_chroma: f64) -> Rgb {
        Oklch { l, c: self.c.min(most_chroma), h: self.h }.rgb()
    }
}

/// One scheme of the accent, as hex colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tone {
    /// Links, primary buttons.
    pub accent: String,
    /// Text on it.
    pub ink: String,
    /// Soft ground of what is chosen.
    pub wash: String,
}

/// A colour that cannot be read, and its nearest one that can.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The worst contrast on the grounds of its scheme.
    pub contrast: f64,
    /// The same hue, light or dark enough.
    pub suggestion: String,
}

fn worst(color: Rgb, grounds: [&str; 3]) -> f64 {
    grounds.into_iter().filter_map(Rgb::parse).map(|g| color.contrast(g)).fold(f64::MAX, f64::min)
}

/// Checks `color` on the grounds of its scheme.
fn readable(color: Rgb, dark: bool) -> std::result::Result<Rgb, Refused> {
    let grounds = if dark { DARK } else { LIGHT };
    // Judged as it will be written, in eighths of a byte no page knows.
    let contrast = worst(color, grounds);
    if contrast >= ENOUGH {
        return Ok(color);
    }
    let from = color.oklch();
    let step = if dark { 0.005 } else { -0.005 };
    let mut l = from.l;
    let mut better = color;
    while (0.0..=1.0).contains(&l) && worst(better, grounds) < ENOUGH + 0.1 {
        l += step;
        better = from.at(l, from.c).hex().as_str().into();
    }
    Err(Refused { contrast, suggestion: better.hex() })
}

impl From<&str> for Rgb {
    fn from(hex: &str) -> Self {
        Self::parse(hex).unwrap_or(Self([0.0; 3]))
    }
}

fn tone(color: Rgb, dark: bool) -> Tone {
    let lch = color.oklch();
    let (mut l, step, chroma) = if dark { (0.30, -0.01, 0.045) } else { (0.945, 0.005, 0.028) };
    let mut wash = lch.at(l, chroma);
    while color.contrast(wash) < ENOUGH && (0.1..0.995).contains(&l) {
        l += step;
        wash = lch.at(l, chroma);
    }
    let ink = [lch.at(0.99, 0.006), lch.at(0.2, 0.03)];
    let ink = if ink[0].contrast(color) >= ink[1].contrast(color) { ink[0] } else { ink[1] };
    Tone { accent: color.hex(), ink: ink.hex(), wash: wash.hex() }
}

/// Light and dark tone of an accent. `dark` empty: computed from `light`.
///
/// # Errors
/// The name of the field (`accent` or `accent_dark`) with what is wrong: `None`, it is no colour.
pub fn tones(light: &str, dark: &str) -> std::result::Result<(Tone, Tone), (&'static str, Option<Refused>)> {
    let first = Rgb::parse(light).ok_or(("accent", None))?;
    let first = readable(first, false).map_err(|r| ("accent", Some(r)))?;
    let second = match dark.trim() {
        "" => first.oklch().at(0.79, 0.1),
        typed => Rgb::parse(typed).ok_or(("accent_dark", None))?,
    };
    let second = readable(second, true).map_err(|r| ("accent_dark", Some(r)))?;
    Ok((tone(first, false), tone(second, true)))
}

/// The brand as pages need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// Address of its stylesheet; empty: the house's own colours.
    pub sheet: String,
    /// The stylesheet.
    pub css: String,
    /// Light accent; empty: the house's own.
    pub light: String,
    /// Dark accent.
    pub dark: String,
    /// Address of the logo; empty: the house's mark.
    pub logo: String,
}

impl Brand {
    /// The brand of stored settings: the accents and the hash of the logo.
    pub fn of(accent: &str, accent_dark: &str, logo: &str) -> Self {
        let logo = if logo.is_empty() { String::new() } else { format!("/brand/{logo}.png") };
        let own = if accent.is_empty() && !accent_dark.is_empty() { PRESETS[0].1 } else { accent };
        let Ok((light, dark)) = tones(own, accent_dark) else { return Self { logo, ..Self::default() } };
        let pair = |name: &str, a: &str, b: &str| format!("--{name}:light-dark({a},{b});");
        let css = format!(
            "@layer tokens{{:root{{{}{}{}}}}}\n",
            pair("accent", &light.accent, &dark.accent),
            pair("accent-ink", &light.ink, &dark.ink),
            pair("accent-wash", &light.wash, &dark.wash),
        );
        let sheet = format!("/brand/{}.css", short_hash(css.as_bytes()));
        Self { sheet, css, light: light.accent, dark: dark.accent, logo }
    }
}

/// Twelve hex digits that change with the content.
pub fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..6].iter().map(|b| format!("{b:02x}")).collect()
}

/// `/brand/{hash}.css` and `/brand/{hash}.png`: today's are immutable, an old address gets today's and must ask again.
pub async fn serve(ctx: Ctx, req: HttpRequest, name: web::Path<String>) -> Result<HttpResponse> {
    let current = ctx.house.settings.clone();
    let brand = ctx.house.db.read(move |c| current.refresh(c).map(|_| current.brand())).await?;
    let path = format!("/brand/{name}");
    let (body, mime, today) = if path.ends_with(".css") {
        (brand.css.clone().into_bytes(), "text/css; charset=utf-8", &brand.sheet)
    } else if path.ends_with(".png") && !brand.logo.is_empty() {
        let stored = ctx.house.db.read(|c| crate::settings::value(c, LOGO)).await?.ok_or(Error::NotFound)?;
        (logo_bytes(&stored)?, "image/png", &brand.logo)
    } else {
        return Err(Error::NotFound);
    };
    if body.is_empty() {
        return Err(Error::NotFound);
    }
    let etag = format!("\"{}\"", short_hash(&body));
    let cache = if path == *today { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HttpResponse::Ok();
    if req.headers().get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes()) {
        answer = HttpResponse::NotModified();
    }
    answer.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, cache));
    Ok(answer.content_type(mime).body(body))
}

/// The setting that holds the logo, a PNG in base64.
pub const LOGO: &str = "logo";
/// Largest logo that is taken, in bytes.
pub const LOGO_LIMIT: usize = 2 * 1024 * 1024;
/// The longer side of a kept logo, in pixels.
const LOGO_SIDE: u32 = 512;

fn logo_bytes(stored: &str) -> Result<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(stored).map_err(Error::internal)
}

/// Reads an uploaded picture and answers it as a PNG of at most 512 pixels, in base64, with its hash. It is drawn anew:
/// nothing but pixels of the upload is kept.
///
/// # Errors
/// `logo` is `unreadable`, or too large.
pub fn read_logo(bytes: &[u8]) -> Result<(String, String)> {
    use base64::Engine;
    if bytes.len() > LOGO_LIMIT {
        return Err(Error::TooLarge(LOGO_LIMIT));
    }
    let bad = |_| Error::field("logo", "picture");
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Error::field("logo", "picture"))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(8_000);
    limits.max_image_height = Some(8_000);
    limits.max_alloc = Some(64 * 1024 * 1024);
    reader.limits(limits);
    let picture = reader.decode().map_err(bad)?;
    let picture = if picture.width().max(picture.height()) > LOGO_SIDE {
        picture.resize(LOGO_SIDE, LOGO_SIDE, image::imageops::FilterType::Lanczos3)
    } else {
        picture
    };
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).map_err(bad)?;
    let png = out.into_inner();
    Ok((base64::engine::general_purpose::STANDARD.encode(&png), short_hash(&png)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let c = |a: &str, b: &str| Rgb::from(a).contrast(Rgb::from(b));
        assert!((c("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((c("#777777", "#ffffff") - 4.478).abs() < 0.01);
        assert!((c("#005c5f", "#fefefc") - 7.7).abs() < 0.1);
    }

    #[test]
    fn a_colour_survives_the_way_through_oklch() {
        for hex in ["#005c5f", "#a1275f", "#ffffff", "#000000", "#fedc12"] {
            assert_eq!(Rgb::from(hex).oklch().rgb().hex(), hex);
        }
    }

    #[test]
    fn an_accent_that_cannot_be_read_is_refused_with_its_nearest_one_that_can() {
        let (field, refused) = tones("#ffcc00", "").unwrap_err();
        let refused = refused.unwrap();
        assert_eq!(field, "accent");
        assert!(refused.contrast < ENOUGH);
        let (light, _) = tones(&refused.suggestion, "").unwrap();
        assert_eq!(light.accent, refused.suggestion);
        assert_eq!(tones("#005c5f", "#102020").unwrap_err().0, "accent_dark");
        assert_eq!(tones("red", "").unwrap_err(), ("accent", None));
    }

    #[test]
    fn everything_that_goes_with_an_accent_reaches_the_bar() {
        // Every hue, at the lightness that is just readable.
        for step in 0..24 {
            let h = f64::from(step) * std::f64::consts::TAU / 24.0;
            let hex = Oklch { l: 0.45, c: 0.12, h }.rgb().hex();
            let light = match tones(&hex, "") {
                Ok(both) => both,
                Err((_, refused)) => tones(&refused.unwrap().suggestion, "").unwrap(),
            };
            for (tone, grounds) in [(&light.0, LIGHT), (&light.1, DARK)] {
                let accent = Rgb::from(&*tone.accent);
                assert!(worst(accent, grounds) >= ENOUGH, "{tone:?}");
                assert!(accent.contrast(Rgb::from(&*tone.ink)) >= ENOUGH, "{tone:?}");
                assert!(accent.contrast(Rgb::from(&*tone.wash)) >= ENOUGH, "{tone:?}");
            }
        }
        for (_, hex) in PRESETS {
            assert!(tones(hex, "").is_ok(), "{hex}");
        }
    }
}
