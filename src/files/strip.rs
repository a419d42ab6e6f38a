//! Takes the metadata out of pictures without touching a pixel: place, device, names, comments, previews, whatever
//! hangs behind the end. Kept is what a picture needs to look right: colour profile, transparency, animation, rotation.
//!
//! Sources of the layouts: ITU-T T.81 (JPEG), PNG third edition, the WebP container specification, GIF89a.

/// The picture without its metadata; `None` where the bytes are no such picture.
pub fn strip(mime: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    match mime {
        "image/jpeg" => jpeg(bytes),
        "image/png" => png(bytes),
        "image/webp" => webp(bytes),
        "image/gif" => gif(bytes),
        _ => None,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(bytes.get(..2).filter(|b| *b == [0xff, 0xd8])?);
    let mut at = 2;
    let mut rotated = false;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Fill bytes may stand before a marker.
            0xff => at += 1,
            0xd9 => {
                out.extend_from_slice(&[0xff, 0xd9]);
                return Some(out);
            }
            _ => {
                let end = at + 2 + be16(bytes, at + 2)?;
                let segment = bytes.get(at..end)?;
                let data = segment.get(4..)?;
                if marker == 0xe1
                    && !rotated
                    && let Some(turn) = data.strip_prefix(b"Exif\0\0").and_then(orientation)
                {
                    rotated = true;
                    out.extend_from_slice(&turn_only(turn));
                }
                if keeps(marker, data) {
                    out.extend_from_slice(segment);
                }
                at = end;
                if marker == 0xda {
                    let next = scan_end(bytes, at)?;
                    out.extend_from_slice(bytes.get(at..next)?);
                    at = next;
                }
            }
        }
    }
}

/// Application segments and comments carry metadata; JFIF, ICC profile and Adobe's colour transform decide the looks.
fn keeps(marker: u8, data: &[u8]) -> bool {
    match marker {
        0xe0 => data.starts_with(b"JFIF\0"),
        0xe2 => data.starts_with(b"ICC_PROFILE\0"),
        0xee => data.starts_with(b"Adobe"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// Where the entropy-coded data that begins at `at` ends: at the next marker that is no restart and no stuffing.
fn scan_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xff)?;
        match *bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

/// Orientation 2 to 8 of a TIFF block; upright says nothing.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let two = |at: usize| {
        let pair = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four = |at: usize| {
        let quad: [u8; 4] = tiff.get(at..at + 4)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) })
    };
    let directory = usize::try_from(four(4)?).ok()?;
    let entries = usize::from(two(directory)?).min(200);
    (0..entries)
        .map(|i| directory + 2 + 12 * i)
        .find(|at| two(*at) == Some(0x0112))
        .and_then(|at| u8::try_from(two(at + 8)?).ok())
        .filter(|turn| (2..=8).contains(turn))
}

/// An Exif segment that says how the picture is turned and nothing else.
fn turn_only(turn: u8) -> Vec<u8> {
    let mut out = vec![0xff, 0xe1, 0, 34];
    out.extend_from_slice(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    out.push(turn);
    out.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
    out
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let kept: [&[u8]; 16] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
        b"acTL", b"fcTL", b"fdAT", b"cICP",
    ];
    let mut out = bytes.get(..8)?.to_vec();
    let mut at = 8;
    loop {
        let length = usize::try_from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()?;
        let kind = bytes.get(at + 4..at + 8)?;
        let end = at.checked_add(12)?.checked_add(length)?;
        let chunk = bytes.get(at..end)?;
        if kept.contains(&kind) {
            out.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(out);
        }
        at = end;
    }
}

fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let kept: [&[u8]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"];
    let size = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    let end = size.checked_add(8)?.min(bytes.len());
    let mut out = bytes.get(..12)?.to_vec();
    let mut at = 12;
    while at + 8 <= end {
        let length = usize::try_from(u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?)).ok()?;
        // Chunks begin at even places.
        let next = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
        let kind = bytes.get(at..at + 4)?;
        if kept.contains(&kind) {
            let from = out.len();
            out.extend_from_slice(bytes.get(at..next.min(end))?);
            if kind == b"VP8X" {
                // Bits 2 and 3 announce XMP and Exif.
                *out.get_mut(from + 8)? &= !0b1100;
            }
        }
        at = next;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(out)
}

fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let blocks_end = |mut at: usize| -> Option<usize> {
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                return Some(at);
            }
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut out = bytes.get(..at)?.to_vec();
    loop {
        match *bytes.get(at)? {
            0x3b => {
                out.push(0x3b);
                return Some(out);
            }
            0x2c => {
                let end = blocks_end(at + 10 + table(*bytes.get(at + 9)?) + 1)?;
                out.extend_from_slice(bytes.get(at..end)?);
                at = end;
            }
            0x21 => {
                let end = blocks_end(at + 2)?;
                let extension = bytes.get(at..end)?;
                let loops = extension.get(1) == Some(&0xff)
                    && extension.get(3..14).is_some_and(|a| a == b"NETSCAPE2.0" || a == b"ANIMEXTS1.0");
                if extension.get(1) == Some(&0xf9) || loops {
                    out.extend_from_slice(extension);
                }
                at = end;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat, RgbImage};

    fn picture(format: ImageFormat) -> Vec<u8> {
        let image = DynamicImage::ImageRgb8(RgbImage::from_fn(40, 20, |x, y| image::Rgb([x as u8, y as u8, 7])));
        let mut out = std::io::Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn pixels(bytes: &[u8]) -> Vec<u8> {
        image::load_from_memory(bytes).unwrap().to_rgb8().into_raw()
    }

    #[test]
    fn metadata_goes_and_every_pixel_stays() {
        let secret = b"GPS 54.32N 10.12E";
        // Exif with an orientation, a comment and a tail, as a telephone writes them.
        let plain = picture(ImageFormat::Jpeg);
        let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(secret);
        let mut dressed = plain[..2].to_vec();
        for (marker, data) in [(0xe1, exif), (0xfe, secret.to_vec())] {
            dressed.extend_from_slice(&[0xff, marker]);
            dressed.extend_from_slice(&u16::try_from(data.len() + 2).unwrap().to_be_bytes());
            dressed.extend_from_slice(&data);
        }
        dressed.extend_from_slice(&plain[2..]);
        dressed.extend_from_slice(secret);
        let clean = strip("image/jpeg", &dressed).unwrap();
        assert!(!clean.windows(secret.len()).any(|w| w == secret));
        assert_eq!(pixels(&clean), pixels(&plain));
        let mut decoder = image::ImageReader::new(std::io::Cursor::new(&clean))
            .with_guessed_format()
            .unwrap()
            .into_decoder()
            .unwrap();
        use image::ImageDecoder;
        assert_eq!(decoder.orientation().unwrap(), image::metadata::Orientation::Rotate90);

        let plain = picture(ImageFormat::Png);
        let mut dressed = plain[..33].to_vec();
        dressed.extend_from_slice(&u32::try_from(secret.len()).unwrap().to_be_bytes());
        dressed.extend_from_slice(b"tEXt");
        dressed.extend_from_slice(secret);
        dressed.extend_from_slice(&[0; 4]);
        dressed.extend_from_slice(&plain[33..]);
        dressed.extend_from_slice(secret);
        assert_eq!(strip("image/png", &dressed).unwrap(), plain);

        let plain = picture(ImageFormat::WebP);
        let mut dressed = plain.clone();
        dressed.extend_from_slice(b"EXIF");
        dressed.extend_from_slice(&u32::try_from(secret.len()).unwrap().to_le_bytes());
        dressed.extend_from_slice(secret);
        dressed.push(0);
        let size = u32::try_from(dressed.len() - 8).unwrap();
        dressed[4..8].copy_from_slice(&size.to_le_bytes());
        assert_eq!(strip("image/webp", &dressed).unwrap(), plain);

        let plain = picture(ImageFormat::Gif);
        let mut dressed = plain[..plain.len() - 1].to_vec();
        dressed.extend_from_slice(&[0x21, 0xfe, u8::try_from(secret.len()).unwrap()]);
        dressed.extend_from_slice(secret);
        dressed.extend_from_slice(&[0, 0x3b]);
        let clean = strip("image/gif", &dressed).unwrap();
        assert!(!clean.windows(secret.len()).any(|w| w == secret));
        assert_eq!(pixels(&clean), pixels(&plain));
    }

    #[test]
    fn cut_and_invented_pictures_are_refused_and_nothing_breaks() {
        for (mime, format) in
            [("image/jpeg", ImageFormat::Jpeg), ("image/png", ImageFormat::Png), ("image/gif", ImageFormat::Gif)]
        {
            let whole = picture(format);
            for cut in 0..whole.len() {
                assert_eq!(strip(mime, &whole[..cut]), None, "{mime} cut at {cut}");
            }
        }
        let whole = picture(ImageFormat::WebP);
        for cut in 0..whole.len() {
            let _ = strip("image/webp", &whole[..cut]);
        }
    }
}
