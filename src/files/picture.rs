//! Decoding and resizing of pictures, off the event loop and within limits: a few kilobytes may claim gigapixels.

use crate::error::{Error, Result};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use std::collections::BTreeMap;
use std::io::Cursor;

/// The largest picture that is looked into, in bytes as sent.
pub const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// The most pixels of a picture: what a good camera makes.
pub const MOST_PIXELS: u64 = 60_000_000;
/// The longest side in pixels.
const MOST_SIDE: u32 = 20_000;
/// What decoding one may take in memory.
pub const DECODED_BYTES: u64 = 256 * 1024 * 1024;
/// Widths that are kept beside the picture itself, in pixels.
pub const WIDTHS: [u32; 3] = [320, 960, 1920];
/// Quality of resized JPEG: no visible loss at half the bytes.
const QUALITY: u8 = 82;

/// A resized copy.
pub struct Copy {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Media type.
    pub mime: &'static str,
    /// The bytes.
    pub bytes: Bytes,
}

/// Why a picture is not taken (`file-reason-<code>` in Fluent).
pub type Reason = &'static str;

fn decoder(bytes: &[u8]) -> std::result::Result<impl ImageDecoder + '_, Reason> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| "image_broken")?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(DECODED_BYTES);
    reader.limits(limits);
    reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => "image_too_large",
        _ => "image_broken",
    })
}

/// Pixels of a picture as people see it, from its header alone.
pub fn measure(bytes: &[u8]) -> std::result::Result<(u32, u32), Reason> {
    let mut decoder = decoder(bytes)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > DECODED_BYTES {
        return Err("image_too_large");
    }
    let turned = matches!(
        decoder.orientation().unwrap_or(Orientation::NoTransforms),
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    Ok(if turned { (height, width) } else { (width, height) })
}

/// What was made of a picture.
pub struct Made {
    /// Copies of the widths below its own, narrowest first.
    pub copies: Vec<Copy>,
    /// The colour it is most of, `#rrggbb`.
    pub colour: String,
}

/// Copies of the widths below the picture's own, and its colour.
pub fn resize(bytes: &[u8]) -> std::result::Result<Made, Reason> {
    measure(bytes)?;
    let mut decoder = decoder(bytes)?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_| "image_broken")?;
    image.apply_orientation(turn);
    let colour = colour(&image);
    let mut out = Vec::new();
    // From the widest down: each copy is made of the one before, which is quicker and as good.
    for width in WIDTHS.into_iter().rev().filter(|w| *w < image.width()).collect::<Vec<_>>() {
        let height = (u64::from(image.height()) * u64::from(width) / u64::from(image.width())).max(1);
        let height = u32::try_from(height).unwrap_or(MOST_SIDE);
        image = image.resize_exact(width, height, FilterType::Triangle);
        out.push(copy(&image).map_err(|_| "image_broken")?);
    }
    out.reverse();
    Ok(Made { copies: out, colour })
}

/// The middle of the fullest of 512 boxes of similar colours; what shows through does not count.
fn colour(image: &DynamicImage) -> String {
    let mut boxes: BTreeMap<[u8; 3], (u64, [u64; 3])> = BTreeMap::new();
    for pixel in image.thumbnail(64, 64).to_rgba8().pixels().filter(|p| p.0[3] > 127) {
        let [r, g, b, _] = pixel.0;
        let (n, sum) = boxes.entry([r >> 5, g >> 5, b >> 5]).or_default();
        *n += 1;
        for (sum, part) in sum.iter_mut().zip([r, g, b]) {
            *sum += u64::from(part);
        }
    }
    match boxes.values().max_by_key(|(n, _)| *n) {
        Some((n, [r, g, b])) => format!("#{:02x}{:02x}{:02x}", r / n, g / n, b / n),
        None => String::new(),
    }
}

/// JPEG, or PNG where something shows through.
fn copy(image: &DynamicImage) -> Result<Copy> {
    let clear = image.color().has_alpha() && image.to_rgba8().pixels().any(|p| p.0[3] < 255);
    let mut bytes = Vec::new();
    let mime = if clear {
        image.to_rgba8().write_with_encoder(PngEncoder::new(&mut bytes)).map_err(Error::internal)?;
        "image/png"
    } else {
        image
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
            .map_err(Error::internal)?;
        "image/jpeg"
    };
    Ok(Copy { width: image.width(), height: image.height(), mime, bytes: bytes.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, RgbaImage};

    fn png(width: u32, height: u32, alpha: u8) -> Vec<u8> {
        let image = DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, image::Rgba([9, 99, 90, alpha])));
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn copies_are_smaller_and_keep_the_shape() {
        let made = resize(&png(1000, 500, 255)).unwrap();
        assert_eq!(made.colour, "#09635a");
        let copies = made.copies;
        assert_eq!(
            copies.iter().map(|c| (c.width, c.height, c.mime)).collect::<Vec<_>>(),
            [(320, 160, "image/jpeg"), (960, 480, "image/jpeg")]
        );
        assert_eq!(resize(&png(400, 400, 128)).unwrap().copies[0].mime, "image/png");
        assert!(resize(&png(20, 20, 255)).unwrap().copies.is_empty());
    }

    #[test]
    fn a_few_bytes_that_claim_gigapixels_are_refused_unopened() {
        let mut bomb = png(8, 8, 255);
        bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        // The header's check sum, so that only the size is wrong.
        let mut crc = flate2::Crc::new();
        crc.update(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        assert_eq!(measure(&bomb), Err("image_too_large"));
        assert_eq!(measure(b"\x89PNG\r\n\x1a\nnothing").unwrap_err(), "image_broken");
    }
}
