//! Bringing files in: in one shot and in parts.

use super::*;
use serde_json::json;

#[tokio::test]
async fn what_was_sent_comes_back_byte_by_byte_and_its_kind_is_read_from_it() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let bytes = noise(300_000);
    let sent = upload(&lena, "C:\\fake\\Umsätze \"Mai\".png", &bytes).await.expect(201).json();
    assert_eq!(sent["state"], "ready");
    assert_eq!(sent["mime"], "application/octet-stream", "the ending lies");
    assert_eq!(sent["name"], "Umsätze Mai .png");
    assert_eq!(sent["sha256"], sha256(&bytes));
    let url = sent["url"].as_str().unwrap();
    let got = lena.request(Method::GET, url).send().await.unwrap();
    assert_eq!(got.headers()["content-disposition"].to_str().unwrap().split(';').next(), Some("attachment"));
    assert_eq!(got.bytes().await.unwrap().as_ref(), &bytes[..]);
    server.stop().await;
}

#[tokio::test]
async fn another_content_than_announced_is_refused_and_leaves_nothing() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let wrong = upload_with(&lena, "a.txt", b"one", &[("sha256", &sha256(b"two"))]).await.expect(422);
    assert_eq!(wrong.field_errors(), ["sha256:checksum"]);
    let nonsense = upload_with(&lena, "a.txt", b"one", &[("sha256", "xyz")]).await.expect(422);
    assert_eq!(nonsense.field_errors(), ["sha256:invalid"]);
    assert_eq!(upload(&lena, "empty.txt", b"").await.expect(422).field_errors(), ["file:required"]);
    assert!(objects(&server).is_empty());
    upload_with(&lena, "a.txt", b"one", &[("sha256", &sha256(b"one"))]).await.expect(201);
    server.visitor().post("/api/v1/uploads", json!({})).await.expect(401);
    lena.post("/api/v1/uploads", json!({})).await.expect(415);
    server.stop().await;
}

#[tokio::test]
async fn limits_of_a_file_of_a_member_and_of_the_house_hold() {
    let server = Server::start().await;
    let (admin, lena) = (server.admin().await, server.member("Lena").await);
    let limits = |file: u32, member: u32, total: u32| json!({"uploads": {"file_mb": file, "member_mb": member, "total_mb": total}});
    admin.patch("/api/v1/settings", limits(0, 1, 1)).await.expect(422);
    admin.patch("/api/v1/settings", limits(1, 2, 3)).await.expect(200);
    let mb = noise(1024 * 1024);
    upload(&lena, "large.bin", &noise(1024 * 1024 + 1)).await.expect(413);
    upload(&lena, "one.bin", &mb).await.expect(201);
    upload(&lena, "two.bin", &mb).await.expect(201);
    let full = upload(&lena, "three.bin", b"x").await.expect(409);
    assert_eq!(full.json()["code"], "storage_full");
    let dave = server.member("Dave").await;
    upload(&dave, "one.bin", &mb).await.expect(201);
    upload(&dave, "two.bin", b"x").await.expect(409);
    let announced = json!({"name": "x.bin", "size": 5_000_000});
    dave.post("/api/v1/uploads/resumable", announced).await.expect(413);
    assert_eq!(objects(&server).len(), 3, "what was refused lies nowhere");
    server.stop().await;
}

async fn part(who: &Client, id: i64, at: usize, bytes: &[u8], checksum: Option<&str>) -> Answer {
    let mut request = who
        .request(Method::PATCH, &format!("/api/v1/uploads/{id}"))
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", at)
        .body(bytes.to_vec());
    if let Some(checksum) = checksum {
        request = request.header("upload-checksum", checksum);
    }
    Client::send(request).await
}

#[tokio::test]
async fn an_upload_in_parts_goes_on_where_it_stands_and_becomes_one_file() {
    let server = Server::start().await;
    let (lena, dave) = (server.member("Lena").await, server.member("Dave").await);
    let bytes = noise(700_000);
    let body = json!({"name": "webinar.bin", "size": bytes.len(), "sha256": sha256(&bytes)});
    let begun = lena.post("/api/v1/uploads/resumable", body).await.expect(201);
    let id = begun.id();
    assert_eq!(begun.header("location"), format!("/api/v1/uploads/{id}"));
    part(&lena, id, 0, &bytes[..300_000], None).await.expect(200);
    // A repeat of the same part, a part with a hole, and somebody else's.
    assert_eq!(part(&lena, id, 0, &bytes[..300_000], None).await.expect(409).json()["code"], "upload_offset");
    part(&lena, id, 400_000, &bytes[400_000..], None).await.expect(409);
    part(&dave, id, 300_000, &bytes[300_000..], None).await.expect(404);
    let wrong = part(&lena, id, 300_000, &bytes[300_000..], Some(&sha256(b"other"))).await.expect(422);
    assert_eq!(wrong.field_errors(), ["sha256:checksum"]);
    part(&lena, id, 300_000, &noise(500_000), None).await.expect(413);
    let stands = Client::send(lena.request(Method::HEAD, &format!("/api/v1/uploads/{id}"))).await.expect(200);
    assert_eq!((stands.header("upload-offset"), stands.header("upload-length")), ("300000", "700000"));
    let url = lena.get(&format!("/api/v1/uploads/{id}")).await.json()["url"].as_str().unwrap().to_owned();
    lena.get(&url).await.expect(404);
    let last = &bytes[300_000..];
    let done = part(&lena, id, 300_000, last, Some(&sha256(last))).await.expect(200).json();
    assert_eq!((&done["state"], &done["offset"]), (&json!("ready"), &json!(700_000)));
    let got = lena.request(Method::GET, &url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(got.as_ref(), &bytes[..]);
    // A repeat of the last answer that was lost says the same.
    part(&lena, id, 700_000, b"", None).await.expect(200);
    server.stop().await;
}

#[tokio::test]
async fn a_line_that_breaks_loses_only_what_had_not_come() {
    use tokio::io::AsyncWriteExt;
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let bytes = noise(400_000);
    let id =
        lena.post("/api/v1/uploads/resumable", json!({"name": "a.bin", "size": bytes.len()})).await.expect(201).id();
    let mut line = tokio::net::TcpStream::connect(server.running.address).await.unwrap();
    let head = format!(
        "PATCH /api/v1/uploads/{id} HTTP/1.1\r\nhost: {}\r\ncookie: kontor_session={}\r\nx-csrf-token: {}\r\n\
         content-type: application/offset+octet-stream\r\nupload-offset: 0\r\ncontent-length: {}\r\n\r\n",
        server.running.address,
        lena.session,
        kontor::web::csrf::token_for(&lena.session),
        bytes.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&bytes[..250_000]).await.unwrap();
    line.shutdown().await.unwrap();
    drop(line);
    // The server notices in its own time.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let at = loop {
        let at = lena.get(&format!("/api/v1/uploads/{id}")).await.json()["offset"].as_u64().unwrap();
        if at > 0 {
            break usize::try_from(at).unwrap();
        }
        assert!(std::time::Instant::now() < until, "nothing of the broken part was kept");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let done = part(&lena, id, at, &bytes[at..], None).await.expect(200).json();
    assert_eq!(done["sha256"], sha256(&bytes));
    server.stop().await;
}

#[tokio::test]
async fn a_whole_that_differs_from_its_hash_is_refused() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let body = json!({"name": "a.bin", "size": 3, "sha256": sha256(b"two")});
    let id = lena.post("/api/v1/uploads/resumable", body).await.expect(201).id();
    assert_eq!(part(&lena, id, 0, b"one", None).await.expect(422).field_errors(), ["sha256:checksum"]);
    let refused = lena.get(&format!("/api/v1/uploads/{id}")).await.json();
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("checksum")));
    server.stop().await;
}

#[tokio::test]
async fn a_form_without_javascript_brings_files_and_goes_back_with_their_ids() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    let form = || Form::new().part("file", Part::bytes(b"Hello".to_vec()).file_name("a.txt"));
    let none = lena.clone().without_csrf();
    Client::send(none.request(Method::POST, "/uploads?back=/me").multipart(form())).await.expect(403);
    let csrf = kontor::web::csrf::token_for(&lena.session);
    let path = format!("/uploads?_csrf={csrf}&back=/library/5%3Fx=1%23top");
    let back = Client::send(none.request(Method::POST, &path).multipart(form())).await.expect(303);
    let id = lena.get("/api/v1/uploads").await.json()["items"][0]["id"].as_i64().unwrap();
    assert_eq!(back.header("location"), format!("/library/5?x=1&files={id}#top"));
    let away = format!("/uploads?_csrf={csrf}&back=https://evil.example");
    let home = Client::send(none.request(Method::POST, &away).multipart(form())).await.expect(303);
    assert!(home.header("location").starts_with("/?files="));
    server.stop().await;
}

#[tokio::test]
async fn a_file_of_several_parts_of_the_store_is_never_whole_in_memory_and_comes_back_whole() {
    let server = Server::start().await;
    let lena = server.member("Lena").await;
    // Above the store's buffer of 5 MiB: it goes out in several pieces.
    let bytes = noise(12 * 1024 * 1024 + 17);
    let sent = upload(&lena, "film.bin", &bytes).await.expect(201).json();
    let url = sent["url"].as_str().unwrap();
    let got = lena.request(Method::GET, url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(sha256(&got), sha256(&bytes));
    server.stop().await;
}
