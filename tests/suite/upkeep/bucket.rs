//! Backups into S3-compatible storage: sent in pieces, signed, thinned out there too.

use crate::support::Server;
use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use kontor::db::DAY;
use kontor::upkeep::backups::LOOK_EVERY;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// As much of S3 as a backup needs: multipart uploads, objects, deletion by list.
#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Bucket {
    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().filter(|k| !k.starts_with('\0')).cloned().collect()
    }

    fn get(&self, name: &str) -> Vec<u8> {
        self.0.lock().unwrap()[name].clone()
    }

    async fn start(&self) -> u16 {
        let state = web::Data::new(self.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
                .app_data(web::PayloadConfig::new(32 << 20))
                .default_service(web::to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let port = server.addrs()[0].port();
        tokio::spawn(server.run());
        port
    }
}

async fn answer(req: HttpRequest, body: web::Bytes, bucket: web::Data<Bucket>) -> HttpResponse {
    let signed = req.headers().get("authorization").and_then(|v| v.to_str().ok()).unwrap_or("");
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=key/") {
        return HttpResponse::Forbidden().finish();
    }
    let query: HashMap<String, String> =
        url::form_urlencoded::parse(req.query_string().as_bytes()).into_owned().collect();
    let name = req.path().trim_start_matches("/backups/").to_owned();
    let mut all = bucket.0.lock().unwrap();
    let xml = |text: String| HttpResponse::Ok().content_type("application/xml").body(text);
    match (req.method(), query.get("partNumber"), query.get("uploadId")) {
        (&Method::POST, _, None) if query.contains_key("uploads") => xml(format!(
            "<InitiateMultipartUploadResult><Bucket>backups</Bucket><Key>{name}</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>"
        )),
        (&Method::PUT, Some(part), Some(_)) => {
            all.insert(format!("\0{name}/{:0>5}", part), body.to_vec());
            HttpResponse::Ok().insert_header(("etag", format!("\"{part}\""))).finish()
        }
        (&Method::POST, _, Some(_)) => {
            let parts: Vec<String> = all.keys().filter(|k| k.starts_with(&format!("\0{name}/"))).cloned().collect();
            let whole = parts.iter().flat_map(|p| all.remove(p).unwrap()).collect();
            all.insert(name.clone(), whole);
            xml(format!(
                "<CompleteMultipartUploadResult><Location>x</Location><Bucket>backups</Bucket><Key>{name}</Key><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"
            ))
        }
        (&Method::POST, ..) if query.contains_key("delete") => {
            let text = String::from_utf8_lossy(&body).into_owned();
            let mut said = String::new();
            for key in text.split("<Key>").skip(1).filter_map(|t| t.split("</Key>").next()) {
                all.remove(key);
                said.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
            }
            xml(format!("<DeleteResult>{said}</DeleteResult>"))
        }
        (&Method::PUT, ..) => {
            all.insert(name, body.to_vec());
            HttpResponse::Ok().insert_header(("etag", "\"e\"")).finish()
        }
        (&Method::DELETE, ..) => {
            all.remove(&name);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::NotFound().finish(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_into_the_bucket_whole_and_nothing_of_it_stays_here() {
    let bucket = Bucket::default();
    let port = bucket.start().await;
    let place = format!("s3://backups/house?endpoint=http://127.0.0.1:{port}&region=eu-central-1");
    let vars = [
        ("KONTOR_BACKUP_TO", place.as_str()),
        ("KONTOR_BACKUP_S3_KEY", "key"),
        ("KONTOR_BACKUP_S3_SECRET", "secret"),
        ("KONTOR_BACKUP_KEEP", "1d"),
    ];
    let server = Server::start_with(&vars).await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        server.clock.advance(DAY);
        let mut now = bucket.names();
        for _ in 0..100 {
            // The look comes every ten minutes of the clock.
            server.advance(LOOK_EVERY).await;
            now = bucket.names();
            if now.len() == 2 && now != seen {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(now.len() == 2 && now != seen, "{now:?}, before {seen:?}");
        seen = now;
    }
    // The first one's time is over: archive and sum of the second are there, and only they.
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].starts_with("house/kontor-") && seen[1] == format!("{}.sha256", seen[0]), "{seen:?}");
    let file = server.dir.join(".from-bucket");
    std::fs::write(&file, bucket.get(&seen[0])).unwrap();
    let contents = kontor::upkeep::archive::Reader::open(&file, None).unwrap().walk(|_| Ok(()), |_| Ok(())).unwrap();
    assert_eq!(contents.rows["rooms"], 1);
    let here: Vec<_> =
        std::fs::read_dir(server.dir.join("backups")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(here.is_empty(), "{here:?}");
    server.stop().await;
}
