//! What goes and what stays.

use super::*;
use kontor::db::{DAY, HOUR};
use kontor::files::jobs;
use serde_json::json;

#[tokio::test]
async fn unused_files_and_stalled_uploads_go_after_a_day_and_what_is_in_use_stays() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let used = upload(&manager, "used.jpg", &picture(700, 300, ImageFormat::Jpeg)).await.expect(201).json();
    let unused = upload(&manager, "unused.jpg", &picture(700, 300, ImageFormat::Jpeg)).await.expect(201).json();
    let stalled =
        manager.post("/api/v1/uploads/resumable", json!({"name": "x.bin", "size": 10})).await.expect(201).id();
    Client::send(
        manager
            .request(Method::PATCH, &format!("/api/v1/uploads/{stalled}"))
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", 0)
            .body("12345"),
    )
    .await
    .expect(200);
    let resource = guide(&manager, None).await;
    attach(&server, &manager, used["id"].as_i64().unwrap(), resource).await;
    for file in [&used, &unused] {
        sizes(&server, &manager, file["id"].as_i64().unwrap(), 1).await;
    }
    server.advance(DAY - HOUR).await;
    manager.get(unused["url"].as_str().unwrap()).await.expect(200);
    server.advance(2 * HOUR).await;
    jobs::collect(server.house().clone(), ()).await.unwrap();
    manager.get(unused["url"].as_str().unwrap()).await.expect(404);
    manager.get(&format!("/api/v1/uploads/{stalled}")).await.expect(404);
    manager.get(used["url"].as_str().unwrap()).await.expect(200);
    manager.get(&format!("{}?w=320", used["url"].as_str().unwrap())).await.expect(200);
    assert_eq!(objects(&server).len(), 2, "the used picture and its one size");
    server.stop().await;
}

#[tokio::test]
async fn a_detached_file_has_its_day_again_and_then_goes() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let file = upload(&manager, "a.txt", b"text").await.expect(201).json();
    let (id, url) = (file["id"].as_i64().unwrap(), file["url"].as_str().unwrap());
    let resource = guide(&manager, None).await;
    attach(&server, &manager, id, resource).await;
    manager.delete(&format!("/api/v1/uploads/{id}")).await.expect(409);
    server.advance(3 * DAY).await;
    server.house().db.write(move |tx| store::detach_all(tx, "resource", resource)).await.unwrap();
    server.advance(23 * HOUR).await;
    manager.get(url).await.expect(200);
    server.advance(2 * HOUR).await;
    jobs::collect(server.house().clone(), ()).await.unwrap();
    manager.get(url).await.expect(404);
    assert!(objects(&server).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn objects_a_crash_left_without_a_row_are_swept_and_no_others() {
    let server = Server::start().await;
    let manager = server.manager().await;
    let kept = upload(&manager, "a.txt", b"text").await.expect(201).json();
    // In use: the house collects what is not, by itself, as soon as its day is over.
    let resource = guide(&manager, None).await;
    attach(&server, &manager, kept["id"].as_i64().unwrap(), resource).await;
    let stray = server.dir.join("files/files/ab/abandoned");
    std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
    std::fs::write(&stray, b"half").unwrap();
    jobs::sweep(server.house().clone(), ()).await.unwrap();
    assert!(stray.exists(), "it may belong to an upload of this very moment");
    server.clock.advance(2 * DAY);
    jobs::sweep(server.house().clone(), ()).await.unwrap();
    assert!(!stray.exists());
    manager.get(kept["url"].as_str().unwrap()).await.expect(200);
    server.stop().await;
}

#[tokio::test]
async fn an_own_upload_is_given_up_at_once() {
    let server = Server::start().await;
    let (lena, dave) = (server.member("Lena").await, server.member("Dave").await);
    let id = upload(&lena, "a.txt", b"text").await.expect(201).id();
    dave.delete(&format!("/api/v1/uploads/{id}")).await.expect(404);
    lena.delete(&format!("/api/v1/uploads/{id}")).await.expect(204);
    lena.delete(&format!("/api/v1/uploads/{id}")).await.expect(404);
    assert!(objects(&server).is_empty());
    server.stop().await;
}
