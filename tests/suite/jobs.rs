//! Work that waits: a failing job is tried again with growing pauses, ends where an admin sees it, and can be revived.

use crate::support::Server;
use diesel::prelude::*;
use kontor::db::DAY;
use kontor::db::schema::jobs;
use serde_json::json;

/// Where a job stands: state, attempts, when it runs next.
async fn stand(server: &Server, id: i64) -> Option<(String, i32, i64)> {
    server
        .house()
        .db
        .read(move |c| {
            Ok(jobs::table.find(id).select((jobs::state, jobs::attempts, jobs::run_at)).first(c).optional()?)
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_is_tried_again_and_again_then_waits_for_an_admin() {
    let server = Server::start().await;
    let (admin, mara) = (server.admin().await, server.member("Mara Lindqvist").await);
    // A payload nobody can read fails each time.
    let write = |tx: &mut kontor::db::Tx<'_>| {
        kontor::jobs::enqueue(tx, kontor::jobs::NewJob::new(kontor::forums::jobs::TELL, &json!({"post": "kaputt"}))?)?;
        let tell = jobs::table.filter(jobs::kind.eq(kontor::forums::jobs::TELL));
        Ok(tell.order(jobs::id.desc()).select(jobs::id).first(&mut **tx)?)
    };
    let id: i64 = server.house().db.write(write).await.unwrap();
    let (mut pauses, mut last) = (Vec::new(), 0);
    let began = std::time::Instant::now();
    loop {
        let (state, attempts, run_at) = stand(&server, id).await.expect("a failed job is not lost");
        if state == "dead" {
            break;
        }
        if attempts > last && state == "ready" {
            last = attempts;
            pauses.push(run_at - server.house().db.now());
            // The clock moves, nobody sleeps.
            server.clock.advance(run_at - server.house().db.now() + 1);
            // Any other job wakes the worker.
            let other = |tx: &mut kontor::db::Tx<'_>| {
                kontor::jobs::enqueue(
                    tx,
                    kontor::jobs::NewJob::new(kontor::forums::jobs::REINDEX, &json!({"thread": 1, "after": 0}))?,
                )
            };
            server.house().db.write(other).await.unwrap();
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "{state} after {attempts}: {pauses:?}");
        tokio::task::yield_now().await;
    }
    assert!(pauses.len() >= 3, "{pauses:?}");
    assert!(pauses.windows(2).all(|w| w[1] >= w[0]) && pauses.last() > pauses.first(), "pauses grow: {pauses:?}");
    let admin = if server.house().db.now() - began.elapsed().as_millis() as i64 > 20 * DAY {
        server.db_member("Ruth Neu", kontor::web::viewer::Role::Admin, 0, kontor::i18n::Lang::En).await
    } else {
        admin
    };
    let queue = admin.get("/api/v1/jobs").await.expect(200).json();
    assert!(queue["dead"].as_array().unwrap().iter().any(|j| j["id"] == id), "{queue}");
    assert!(admin.get("/admin/jobs").await.expect(200).text.contains("forums.tell"));
    mara.post(&format!("/api/v1/jobs/{id}/retry"), json!({})).await.expect(403);
    // Mended, it is revived and done.
    let mend = move |tx: &mut kontor::db::Tx<'_>| {
        diesel::update(jobs::table.find(id)).set(jobs::payload.eq(r#"{"post":1}"#)).execute(&mut **tx)?;
        Ok(())
    };
    server.house().db.write(mend).await.unwrap();
    admin.post(&format!("/api/v1/jobs/{id}/retry"), json!({})).await.expect(204);
    while stand(&server, id).await.is_some() {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "it was not done");
        tokio::task::yield_now().await;
    }
    admin.post(&format!("/api/v1/jobs/{id}/retry"), json!({})).await.expect(404);
    server.stop().await;
}
