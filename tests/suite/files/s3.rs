//! The same promises on a real S3 server (moto), which `tests/run` starts.

use super::*;
use kontor::db::DAY;
use kontor::files::jobs;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A house whose files lie in a fresh bucket.
async fn on_s3() -> (Server, String, String) {
    let endpoint = std::env::var("KONTOR_TEST_S3").expect("KONTOR_TEST_S3 names an S3 server; tests/run starts one");
    let bucket = format!("kontor-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let made = Client::new(endpoint.clone()).request(Method::PUT, &format!("/{bucket}")).send().await.unwrap();
    assert!(made.status().is_success(), "{}", made.status());
    let url = format!("s3://{bucket}?endpoint={endpoint}&region=us-east-1");
    let server = Server::start_with(&[
        ("KONTOR_FILES_URL", &url),
        ("KONTOR_FILES_KEY", "kontor"),
        ("KONTOR_FILES_SECRET", "kontor-secret"),
    ])
    .await;
    (server, endpoint, bucket)
}

/// How many objects the bucket holds, asked of the server itself.
async fn count(endpoint: &str, bucket: &str) -> usize {
    let list = Client::new(endpoint.to_owned()).get(&format!("/{bucket}?list-type=2")).await.expect(200);
    list.text.matches("<Key>").count()
}

#[tokio::test]
#[ignore = "needs an S3 server: tests/run starts one"]
async fn on_s3_files_come_whole_and_in_parts_are_read_by_ranges_and_go_when_unused() {
    let (server, endpoint, bucket) = on_s3().await;
    server.house().files.probe().await.unwrap();
    let manager = server.manager().await;
    // Above 5 MiB: a multipart upload of S3 itself.
    let bytes = noise(6 * 1024 * 1024 + 3);
    let sent = upload_with(&manager, "film.bin", &bytes, &[("sha256", &sha256(&bytes))]).await.expect(201).json();
    let url = sent["url"].as_str().unwrap();
    let part = manager.request(Method::GET, url).header("range", "bytes=6000000-6000099").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap().as_ref(), &bytes[6_000_000..6_000_100]);
    let whole = manager.request(Method::GET, url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(sha256(&whole), sha256(&bytes));

    let body = serde_json::json!({"name": "b.bin", "size": 200_000});
    let id = manager.post("/api/v1/uploads/resumable", body).await.expect(201).id();
    for at in [0_usize, 120_000] {
        let request = manager
            .request(Method::PATCH, &format!("/api/v1/uploads/{id}"))
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", at)
            .body(bytes[at..if at == 0 { 120_000 } else { 200_000 }].to_vec());
        Client::send(request).await.expect(200);
    }
    let joined = manager.get(&format!("/api/v1/uploads/{id}")).await.json();
    assert_eq!(joined["sha256"], sha256(&bytes[..200_000]));

    let picture = upload(&manager, "a.jpg", &picture(700, 400, ImageFormat::Jpeg)).await.expect(201).json();
    sizes(&server, &manager, picture["id"].as_i64().unwrap(), 1).await;
    let small = format!("{}?w=320", picture["url"].as_str().unwrap());
    let small = manager.request(Method::GET, &small).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(image::load_from_memory(&small).unwrap().width(), 320);

    let resource = guide(&manager, None).await;
    attach(&server, &manager, picture["id"].as_i64().unwrap(), resource).await;
    server.clock.advance(2 * DAY);
    jobs::collect(server.house().clone(), ()).await.unwrap();
    jobs::sweep(server.house().clone(), ()).await.unwrap();
    assert_eq!(count(&endpoint, &bucket).await, 2, "the used picture and its one size");
    manager.get(url).await.expect(404);
    server.stop().await;
}
