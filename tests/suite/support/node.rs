//! The real binary as a process of its own: it can be killed, and asked to stop.

use super::Client;
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A running server.
pub struct Node {
    child: Child,
    pub base: String,
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command
        .env_clear()
        .env("KONTOR_LISTEN", "127.0.0.1:0")
        .env("KONTOR_DATA_DIR", dir)
        .env("KONTOR_RATE_LIMITS", "off")
        .env("KONTOR_CONNECTIONS_PER_MEMBER", "1000")
        .env("KONTOR_LOG", "error");
    if let Ok(url) = std::fs::read_to_string(dir.join("database-url")) {
        command.env("DATABASE_URL", url);
    }
    command
}

impl Node {
    /// A folder with a database of its own.
    pub fn folder() -> PathBuf {
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("kontor-node-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let config = super::ready_config(&dir, &[]);
        if std::env::var("KONTOR_TEST_POSTGRES").is_ok() {
            std::fs::write(dir.join("database-url"), config.database_url).unwrap();
        }
        dir
    }

    pub fn start(dir: &Path) -> Self {
        Self::start_with(dir, &[])
    }

    /// Starts the server and reads its address from what it prints.
    pub fn start_with(dir: &Path, vars: &[(&str, &str)]) -> Self {
        let mut command = command(dir);
        command.envs(vars.iter().copied());
        let mut child = command.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base = loop {
            let line = lines.next().expect("the server ended before it said where it listens").unwrap();
            if let Some(base) = line.strip_prefix("Kontor listens on ") {
                break base.trim_end_matches('/').to_owned();
            }
        };
        // What it prints later is read as well: a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base }
    }

    /// SIGKILL: nothing is flushed, nobody says goodbye.
    pub fn kill(self) {
        drop(self);
    }

    /// SIGTERM; answers how long it took to end.
    pub async fn terminate(mut self) -> std::time::Duration {
        let began = std::time::Instant::now();
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let status = tokio::task::spawn_blocking(move || self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
        began.elapsed()
    }

    /// Resident memory in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Makes the admin Ruth.
    pub fn create_admin(dir: &Path) {
        let mut made = command(dir)
            .args(["admin", "create", "--email", "ruth@example.org", "--name", "Ruth Okafor", "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        made.stdin.take().unwrap().write_all(b"a long enough one\n").unwrap();
        assert!(made.wait().unwrap().success());
    }

    /// Ruth, signed in.
    pub async fn ruth(&self) -> Client {
        let answer = Client::new(self.base.clone())
            .post("/api/v1/session", json!({ "email": "ruth@example.org", "password": "a long enough one" }))
            .await
            .expect(201);
        let member = kontor::web::viewer::MemberId(answer.json()["member"]["id"].as_i64().unwrap());
        let cookie = answer.header("set-cookie");
        let session = cookie.split(';').next().unwrap().split_once('=').unwrap().1.to_owned();
        Client::new(self.base.clone()).with_session(&session, member)
    }
}

impl Drop for Node {
    /// A test that fails leaves no server behind.
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
