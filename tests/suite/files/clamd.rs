//! A clamd of a test: a TCP server that speaks INSTREAM and finds the word EICAR.

use super::*;
use kontor::db::MINUTE;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Default)]
struct Clamd {
    away: Arc<AtomicBool>,
    scanned: Arc<AtomicUsize>,
}

impl Clamd {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let me = self.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let me = me.clone();
                tokio::spawn(async move { me.answer(line).await });
            }
        });
        address
    }

    async fn answer(&self, mut line: TcpStream) -> Option<()> {
        if self.away.load(Ordering::SeqCst) {
            return None;
        }
        let mut command = Vec::new();
        while command.last() != Some(&0) {
            command.push(line.read_u8().await.ok()?);
        }
        if command == b"zPING\0" {
            return line.write_all(b"PONG\0").await.ok();
        }
        assert_eq!(command, b"zINSTREAM\0");
        let mut stream = Vec::new();
        loop {
            let length = usize::try_from(line.read_u32().await.ok()?).unwrap();
            if length == 0 {
                break;
            }
            let mut chunk = vec![0; length];
            line.read_exact(&mut chunk).await.ok()?;
            stream.extend_from_slice(&chunk);
        }
        self.scanned.fetch_add(stream.len(), Ordering::SeqCst);
        let bad = stream.windows(5).any(|w| w == b"EICAR");
        line.write_all(if bad { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" }).await.ok()
    }
}

#[tokio::test]
async fn what_the_scanner_finds_is_deleted_and_nobody_reads_it() {
    let clamd = Clamd::default();
    let server = Server::start_with(&[("KONTOR_CLAMAV", &clamd.start().await)]).await;
    assert!(server.house().files.ping_scanner().await.unwrap().is_ok());
    let lena = server.member("Lena").await;
    let clean = noise(200_000);
    let sent = upload(&lena, "a.bin", &clean).await.expect(201).json();
    assert_eq!(sent["state"], "ready");
    assert_eq!(clamd.scanned.load(Ordering::SeqCst), clean.len(), "every byte was looked at");
    let sent = upload(&lena, "b.txt", b"X5O EICAR test").await.expect(201).json();
    assert_eq!((&sent["state"], &sent["reason"]), (&json!("refused"), &json!("infected")));
    lena.get(sent["url"].as_str().unwrap()).await.expect(404);
    server.drain().await;
    server.house().jobs.drain(server.house()).await.unwrap();
    kontor::files::jobs::empty(server.house()).await.unwrap();
    assert_eq!(objects(&server).len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn while_the_scanner_is_away_a_file_waits_unread_and_is_checked_later() {
    let clamd = Clamd::default();
    clamd.away.store(true, Ordering::SeqCst);
    let server = Server::start_with(&[("KONTOR_CLAMAV", &clamd.start().await)]).await;
    let lena = server.member("Lena").await;
    let sent = upload(&lena, "a.txt", b"text").await.expect(201).json();
    assert_eq!(sent["state"], "scanning");
    let url = sent["url"].as_str().unwrap();
    lena.get(url).await.expect(404);
    clamd.away.store(false, Ordering::SeqCst);
    server.advance(2 * MINUTE).await;
    // The house's own worker may have taken the job; it is there within a moment.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while lena.get(url).await.status != 200 {
        assert!(std::time::Instant::now() < until, "the file was never checked");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    server.stop().await;
}
