//! Static files: compiled in, one stylesheet, addresses with the hash of the whole bundle, compressed once at start.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "static"]
#[exclude = "*.md"]
#[exclude = "deploy/*"]
struct Files;

struct Asset {
    mime: &'static str,
    etag: String,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

struct Bundle {
    hash: String,
    assets: BTreeMap<String, Asset>,
}

static BUNDLE: LazyLock<Bundle> = LazyLock::new(bundle);

/// Prefix of every asset's address, without a slash at the end.
pub fn prefix() -> &'static str {
    static PREFIX: LazyLock<String> = LazyLock::new(|| format!("/assets/{}", BUNDLE.hash));
    &PREFIX
}

fn bundle() -> Bundle {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut sheet = Vec::new();
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    for name in names {
        let Some(file) = Files::get(&name) else { continue };
        if name.starts_with("css/") {
            sheet.extend_from_slice(&file.data);
            sheet.push(b'\n');
        } else {
            files.insert(name.to_string(), file.data.into_owned());
        }
    }
    files.insert("all.css".into(), sheet);
    let mut hash = Sha256::new();
    for (name, data) in &files {
        hash.update(name.as_bytes());
        hash.update(data);
    }
    let hash = hex(&hash.finalize()[..6]);
    let assets = files.into_iter().map(|(name, data)| (name.clone(), asset(&name, data))).collect();
    Bundle { hash, assets }
}

fn asset(name: &str, data: Vec<u8>) -> Asset {
    let mime = mime(name);
    let text =
        mime.starts_with("text/") || mime.contains("javascript") || mime.contains("svg") || mime.contains("json");
    let smaller = |packed: Vec<u8>| (packed.len() < data.len()).then(|| Bytes::from(packed));
    Asset {
        mime,
        etag: format!("\"{}\"", hex(&Sha256::digest(&data)[..8])),
        brotli: text.then(|| brotli(&data)).and_then(smaller),
        gzip: text.then(|| gzip(&data)).and_then(smaller),
        plain: data.into(),
    }
}

fn brotli(data: &[u8]) -> Vec<u8> {
    // Quality 9: the last two steps cost a second at start for two percent.
    let mut out = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut out, 4096, if cfg!(debug_assertions) { 3 } else { 9 }, 22);
        let _ = writer.write_all(data);
    }
    out
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let _ = writer.write_all(data);
    writer.finish().unwrap_or_default()
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// `/assets/{hash}/{path}`: today's hash is immutable, an old one gets today's file and must ask again.
pub async fn serve(req: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(asset) = BUNDLE.assets.get(&name) else { return HttpResponse::NotFound().finish() };
    let cache = if hash == BUNDLE.hash { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, asset.mime))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::ETAG, asset.etag.as_str()));
    if req.headers().get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == asset.etag.as_bytes()) {
        return HttpResponse::NotModified().insert_header((header::ETAG, asset.etag.as_str())).finish();
    }
    let accepted = req.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let (encoding, body) = match (&asset.brotli, &asset.gzip) {
        (Some(packed), _) if accepts(accepted, "br") => ("br", packed),
        (_, Some(packed)) if accepts(accepted, "gzip") => ("gzip", packed),
        // "identity" is a word for asking, not for answering (RFC 9110, 8.4.1).
        _ => return answer.body(asset.plain.clone()),
    };
    answer.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
    answer.body(body.clone())
}

/// Whether an `Accept-Encoding` takes a coding: named, or by `*`, and not with a weight of zero (RFC 9110, 12.5.3).
fn accepts(header: &str, coding: &str) -> bool {
    let weight = |wanted: &str| {
        header.split(',').find_map(|part| {
            let mut pieces = part.split(';').map(str::trim);
            let named = pieces.next()?.eq_ignore_ascii_case(wanted);
            let q = pieces.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
            named.then(|| q.map_or(Some(1.0), |q| q.parse::<f32>().ok()).unwrap_or(0.0))
        })
    };
    weight(coding).or_else(|| weight("*")).is_some_and(|q| q > 0.0)
}

/// `GET /sw.js`: the service worker lives at the root, for its place is its scope; it is asked for anew each time.
pub async fn service_worker() -> HttpResponse {
    let Some(asset) = BUNDLE.assets.get("sw.js") else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.mime))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::ETAG, asset.etag.as_str()))
        .body(asset.plain.clone())
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn a_weight_of_zero_is_a_no() {
        assert!(accepts("gzip, deflate, br;q=0.5", "br") && accepts("*", "br") && accepts("BR", "br"));
        for no in ["", "gzip", "br;q=0", "br; q=0.000, *", "brotli", "*;q=0", "br;q=x"] {
            assert!(!accepts(no, "br"), "{no}");
        }
    }
}
