//! Reading files: who may, how, and what a browser is told about them.

use super::*;
use serde_json::json;

#[tokio::test]
async fn an_unused_file_is_its_owners_alone_and_a_used_one_goes_by_its_gate() {
    let server = Server::start().await;
    let (manager, lena, top) =
        (server.manager().await, server.member("Lena").await, server.member_of_tier("Mehmet", 30).await);
    let file = upload(&manager, "plan.txt", b"secret plan").await.expect(201).json();
    let (id, url) = (file["id"].as_i64().unwrap(), file["url"].as_str().unwrap());
    manager.get(url).await.expect(200);
    lena.get(url).await.expect(404);
    lena.get(&format!("/api/v1/uploads/{id}")).await.expect(404);
    server.visitor().get(url).await.expect(303);
    let resource = guide(&manager, Some("top")).await;
    attach(&server, &manager, id, resource).await;
    assert_eq!(top.get(url).await.expect(200).text, "secret plan");
    lena.get(url).await.expect(404);
    // A draft closes it again, on this surface as on every other.
    manager.patch(&format!("/api/v1/resources/{resource}"), json!({"status": "draft"})).await.expect(200);
    top.get(url).await.expect(404);
    manager.get(url).await.expect(200);
    lena.get("/files/999999/x.txt").await.expect(404);
    server.stop().await;
}

#[tokio::test]
async fn nobody_attaches_what_is_not_theirs() {
    let server = Server::start().await;
    let (manager, lena) = (server.manager().await, server.member("Lena").await);
    let id = upload(&manager, "plan.txt", b"secret plan").await.expect(201).id();
    let by = lena.member;
    let stolen = server.house().db.write(move |tx| store::attach(tx, by, id, "resource", 1)).await;
    assert!(matches!(stolen, Err(kontor::error::Error::Invalid(f)) if f[0].code == "not_found"));
    server.stop().await;
}

#[tokio::test]
async fn ranges_and_versions_are_answered_as_the_rfc_says() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let bytes = noise(10_000);
    let sent = upload(&lena, "film.bin", &bytes).await.expect(201).json();
    let url = sent["url"].as_str().unwrap().to_owned();
    let ask = |name: &'static str, value: String| lena.request(Method::GET, &url).header(name, value);
    let part = ask("range", "bytes=100-199".into()).send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 100-199/10000");
    assert_eq!(part.headers()["content-length"], "100");
    let etag = part.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(part.bytes().await.unwrap().as_ref(), &bytes[100..200]);
    let tail = ask("range", "bytes=-7".into()).send().await.unwrap();
    assert_eq!(tail.bytes().await.unwrap().as_ref(), &bytes[9_993..]);
    let beyond = Client::send(ask("range", "bytes=10000-".into())).await.expect(416);
    assert_eq!(beyond.header("content-range"), "bytes */10000");
    Client::send(ask("if-none-match", etag.clone())).await.expect(304);
    let fresh = ask("range", "bytes=0-1".into()).header("if-range", etag).send().await.unwrap();
    assert_eq!(fresh.status(), 206);
    let stale = ask("range", "bytes=0-1".into()).header("if-range", "\"other\"").send().await.unwrap();
    assert_eq!(stale.status(), 200);
    assert_eq!(stale.bytes().await.unwrap().len(), 10_000);
    let head = Client::send(lena.request(Method::HEAD, &url)).await.expect(200);
    assert_eq!((head.header("content-length"), head.text.as_str()), ("10000", ""));
    server.stop().await;
}

#[tokio::test]
async fn only_pictures_open_in_the_browser_and_nothing_runs() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let picture = picture(30, 20, ImageFormat::Png);
    for (name, bytes, inline, mime) in [
        ("a.png", picture.as_slice(), true, "image/png"),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>".as_slice(), false, "text/html"),
        (
            "logo.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".as_slice(),
            false,
            "image/svg+xml",
        ),
        ("a.pdf", b"%PDF-1.7\n".as_slice(), false, "application/pdf"),
    ] {
        let url = upload(&lena, name, bytes).await.expect(201).json()["url"].as_str().unwrap().to_owned();
        let got = lena.request(Method::GET, &url).send().await.unwrap();
        let head = |name: &str| got.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(head("content-type"), mime, "{name}");
        assert_eq!(head("content-disposition").starts_with("inline"), inline, "{name}");
        assert_eq!(head("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(head("x-content-type-options"), "nosniff");
        let saved = lena.request(Method::GET, &format!("{url}?download=1")).send().await.unwrap();
        assert!(saved.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"), "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn pictures_lose_their_metadata_and_gain_sizes() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let plain = picture(1200, 600, ImageFormat::Jpeg);
    let secret = b"GPS 54.3233 N 10.1228 E";
    let mut dressed = plain[..2].to_vec();
    dressed.extend_from_slice(&[0xff, 0xfe]);
    dressed.extend_from_slice(&u16::try_from(secret.len() + 2).unwrap().to_be_bytes());
    dressed.extend_from_slice(secret);
    dressed.extend_from_slice(&plain[2..]);
    let sent = upload(&lena, "strand.jpg", &dressed).await.expect(201).json();
    assert_eq!((&sent["state"], &sent["width"], &sent["height"]), (&json!("ready"), &json!(1200), &json!(600)));
    assert_eq!(sent["sha256"], sha256(&dressed), "the hash of what was sent, so that the sender can compare");
    let url = sent["url"].as_str().unwrap();
    let got = lena.request(Method::GET, url).send().await.unwrap().bytes().await.unwrap();
    assert!(!got.windows(secret.len()).any(|w| w == secret));
    assert_eq!(image::load_from_memory(&got).unwrap().to_rgb8(), image::load_from_memory(&plain).unwrap().to_rgb8());
    assert_eq!(sizes(&server, &lena, sent["id"].as_i64().unwrap(), 2).await, [320, 960]);
    for (asked, width) in [(100, 320), (321, 960), (5000, 1200)] {
        let bytes = lena.request(Method::GET, &format!("{url}?w={asked}")).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), width, "{asked}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_picture_that_claims_gigapixels_or_is_cut_off_is_refused_with_a_reason() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let mut bomb = picture(8, 8, ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let whole = picture(400, 400, ImageFormat::Jpeg);
    for (bytes, reason) in [(&bomb[..], "image_too_large"), (&whole[..whole.len() / 2], "image_broken")] {
        let sent = upload(&lena, "a.png", bytes).await.expect(201).json();
        assert_eq!((&sent["state"], &sent["reason"]), (&json!("refused"), &json!(reason)));
        assert!(!sent["message"].as_str().unwrap().starts_with("file-reason"));
        lena.get(sent["url"].as_str().unwrap()).await.expect(404);
    }
    server.advance(kontor::db::HOUR).await;
    assert!(objects(&server).is_empty(), "their objects are gone");
    server.stop().await;
}

#[tokio::test]
async fn a_file_costs_the_same_few_statements_however_often_it_is_used() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let file = upload(&manager, "a.txt", b"text").await.expect(201).json();
    let url = file["url"].as_str().unwrap();
    for _ in 0..8 {
        let resource = guide(&manager, None).await;
        attach(&server, &manager, file["id"].as_i64().unwrap(), resource).await;
    }
    let got = manager.get(url).await.expect(200);
    assert!(got.statements() <= 5, "{} statements", got.statements());
    server.stop().await;
}
