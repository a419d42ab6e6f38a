//! Files: what is acknowledged is stored, what is read was checked, what is in use stays.

mod clamd;
mod s3;
mod serving;
mod uploads;
mod waste;

use crate::support::{Answer, Client, Server};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use kontor::files::store;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

/// Sends `bytes` in one shot.
async fn upload(who: &Client, name: &str, bytes: &[u8]) -> Answer {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    Client::send(who.request(Method::POST, "/api/v1/uploads").multipart(Form::new().part("file", part))).await
}

/// Sends `bytes` with more text fields.
async fn upload_with(who: &Client, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
    let mut form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    Client::send(who.request(Method::POST, "/api/v1/uploads").multipart(form)).await
}

/// A picture of that size whose pixels are no single colour.
fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image =
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x / 7) as u8])));
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// Bytes without a pattern, always the same.
fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Attaches a file to a resource, as the library does.
async fn attach(server: &Server, owner: &Client, file: i64, resource: i64) {
    let by = owner.member;
    server.house().db.write(move |tx| store::attach(tx, by, file, "resource", resource)).await.unwrap();
}

/// A published guide, for all tiers or from one on.
async fn guide(manager: &Client, min_tier: Option<&str>) -> i64 {
    let mut body = serde_json::json!({"kind": "guide", "title": "A guide"});
    if let Some(tier) = min_tier {
        body["min_tier"] = Value::from(tier);
    }
    manager.post("/api/v1/resources", body).await.expect(201).id()
}

/// Widths of the resized copies, once there are `n`: the house's own worker may be making them just now.
async fn sizes(server: &Server, who: &Client, file: i64, n: usize) -> Vec<i64> {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        server.drain().await;
        let file = who.get(&format!("/api/v1/uploads/{file}")).await.expect(200).json();
        let widths: Vec<i64> = file["sizes"].as_array().unwrap().iter().map(|s| s["width"].as_i64().unwrap()).collect();
        if widths.len() >= n {
            return widths;
        }
        assert!(std::time::Instant::now() < until, "the copies were never made");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Names of all objects below the data folder.
fn objects(server: &Server) -> Vec<std::path::PathBuf> {
    fn below(folder: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { below(&path, out) } else { out.push(path) }
        }
    }
    let mut out = Vec::new();
    below(&server.dir.join("files"), &mut out);
    out
}
