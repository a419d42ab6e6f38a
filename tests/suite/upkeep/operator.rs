//! What the operator's files promise, tried: the unit, nginx in front, the package; and the way from an empty machine to
//! a house that was restored elsewhere.

use super::{command, folder, kontor, place, rows_of, said};
use crate::support::{Client, Said, Socket};
use kontor::config::VARIABLES;
use kontor::web::viewer::MemberId;
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn deploy(name: &str) -> String {
    std::fs::read_to_string(root().join("static/deploy").join(name)).unwrap()
}

/// Ends what it started, whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts the server and reads where it listens.
fn serve(vars: &[(&str, &str)]) -> Running {
    let mut child = Running(command(vars, &["serve"]).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let first = lines.next().expect("the server says where it listens").unwrap();
    assert!(first.starts_with("Kontor listens on "), "{first}");
    std::thread::spawn(move || lines.for_each(drop));
    child
}

/// The proxy `child`, once it listens; `log` is where it says why not.
fn answers(child: Running, front: u16, log: &str) -> Running {
    for _ in 0..500 {
        if std::net::TcpStream::connect(("127.0.0.1", front)).is_ok() {
            return child;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the proxy does not answer: {}", std::fs::read_to_string(log).unwrap_or_default());
}

fn make_ruth(vars: &[(&str, &str)]) {
    let mut made =
        command(vars, &["admin", "create", "--email", "ruth@example.org", "--name", "Ruth", "--password-stdin"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
    made.stdin.take().unwrap().write_all(b"a long enough one\n").unwrap();
    assert!(made.wait().unwrap().success());
}

/// Ruth signs in through a proxy: it tells the client's own address whatever that claims, shows no figures and lets the
/// WebSocket through.
async fn passes(base: &str) -> Client {
    // Whichever test comes first installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let from = std::net::IpAddr::from([127, 0, 0, 9]);
    let http = reqwest::Client::builder().no_proxy().local_address(from).build().unwrap();
    let login = json!({"email": "ruth@example.org", "password": "a long enough one"});
    let asked = http.post(format!("{base}/api/v1/session")).header("x-forwarded-for", "203.0.113.9").json(&login);
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let session = cookie.split_once('=').unwrap().1.to_owned();
    let ruth = Client::new(base.to_owned()).with_session(&session, MemberId(1));
    let sessions = ruth.get("/api/v1/me/sessions").await.expect(200);
    assert!(sessions.text.contains("127.0.0.9") && !sessions.text.contains("203.0.113.9"), "{}", sessions.text);
    ruth.get("/metrics").await.expect(404);
    let mut socket = Socket::try_open(&format!("{base}/api/v1/live"), &[("cookie", &cookie), ("origin", base)])
        .await
        .expect("the WebSocket passes");
    socket.say_text(json!({"t": "hello", "v": 1}).to_string()).await;
    match socket.next().await {
        Said::Object(hello) => assert_eq!(hello["t"], "hello", "{hello}"),
        other => panic!("{other:?}"),
    }
    ruth
}

/// The operator's nginx.conf with ports of this test, without TLS.
fn nginx(dir: &Path, front: u16, back: u16) -> Running {
    let conf: String = deploy("nginx.conf")
        .replace("server 127.0.0.1:8080;", &format!("server 127.0.0.1:{back};"))
        .lines()
        .filter(|l| !l.contains("ssl_certificate") && !l.contains("listen [::]") && !l.contains("listen 80;"))
        .map(|l| if l.contains("listen 443") { format!("    listen 127.0.0.1:{front};") } else { l.to_owned() })
        .collect::<Vec<_>>()
        .join("\n");
    // The second server block redirects to TLS; it has nowhere to listen here.
    let (main, _) = conf.rsplit_once("server {").unwrap();
    let whole = format!(
        "daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/error.log;\nevents {{ worker_connections 256; }}\n\
         http {{ access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; \
         scgi_temp_path {0}/s;\n{main}\n}}\n",
        dir.display()
    );
    let file = dir.join("nginx.conf");
    std::fs::write(&file, whole).unwrap();
    let path = file.display().to_string();
    let error = dir.join("error.log").display().to_string();
    let tested = Command::new("nginx").args(["-t", "-q", "-e", &error, "-c", &path]).output().expect("nginx is there");
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));
    let child = Running(Command::new("nginx").args(["-e", &error, "-c", &path]).spawn().unwrap());
    answers(child, front, &error)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nginx and systemd-analyze: the postgres stage of tests/run brings them and runs it"]
async fn from_the_unit_file_to_a_house_restored_elsewhere() {
    let dir = folder("operator");
    // The unit is well-formed and hardened, and says what to run.
    let unit = deploy("kontor.service");
    let file = dir.join("kontor.service");
    std::fs::write(&file, unit.replace("/usr/bin/kontor", env!("CARGO_BIN_EXE_kontor"))).unwrap();
    let checked =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output().expect("systemd-analyze");
    let words = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!words.contains("kontor.service:"), "{words}");
    let run = unit.lines().find_map(|l| l.strip_prefix("ExecStart=/usr/bin/kontor ")).unwrap();
    assert_eq!(run, "serve");

    // The doctor is content before the first start.
    let data = dir.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let config = place(&data, "postgres");
    let (front, back) = (free_port(), free_port());
    let (base, listen) = (format!("http://127.0.0.1:{front}"), format!("127.0.0.1:{back}"));
    let data_dir = data.display().to_string();
    let vars = [
        ("KONTOR_DATA_DIR", data_dir.as_str()),
        ("DATABASE_URL", config.database_url.as_str()),
        ("KONTOR_BASE_URL", base.as_str()),
        ("KONTOR_LISTEN", listen.as_str()),
        ("KONTOR_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let well = kontor(&vars, &["doctor"]);
    assert!(well.status.success(), "{}", said(&well));

    // The server, nginx in front of it, the first admin.
    let server = serve(&vars);
    let proxy = nginx(&dir, front, back);
    make_ruth(&vars);

    // Through nginx: the client's own address whatever it claims, the size limit, the WebSocket.
    let ruth = passes(&base).await;
    let mut raw = std::net::TcpStream::connect(("127.0.0.1", front)).unwrap();
    let head = format!("POST /api/v1/imports HTTP/1.1\r\nHost: 127.0.0.1:{front}\r\nContent-Length: 300000000\r\n\r\n");
    raw.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 12];
    raw.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 413");
    // A room, a message: something to find again.
    let rooms = ruth.get("/api/v1/rooms").await.expect(200).json();
    let room = rooms["items"][0]["id"].as_i64().unwrap();
    ruth.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.expect(204);
    ruth.post(&format!("/api/v1/rooms/{room}/messages"), json!({"cid": "1", "body": "Moin"})).await.expect(201);
    let report = ruth.get("/api/v1/doctor").await.expect(200).json();
    let proxy_is =
        report["findings"].as_array().unwrap().iter().find(|f| f["topic"] == "proxy").unwrap()["code"].clone();
    assert_eq!(proxy_is, "trusted");

    // A backup while it runs, restored elsewhere: the same counts.
    let archive = dir.join("house.tar.gz.age").display().to_string();
    let mut sealed = vars.to_vec();
    sealed.push(("KONTOR_BACKUP_PASSPHRASE", "drei nasse Bretter"));
    let done = kontor(&sealed, &["backup", &archive]);
    assert!(done.status.success(), "{}", said(&done));
    drop(proxy);
    drop(server);
    let there = dir.join("elsewhere");
    std::fs::create_dir_all(&there).unwrap();
    let target = place(&there, "postgres");
    let there_dir = there.display().to_string();
    let vars = [
        ("KONTOR_DATA_DIR", there_dir.as_str()),
        ("DATABASE_URL", target.database_url.as_str()),
        ("KONTOR_BACKUP_PASSPHRASE", "drei nasse Bretter"),
    ];
    let back = kontor(&vars, &["restore", &archive]);
    assert!(back.status.success(), "{}", said(&back));
    let (was, is) = (rows_of(&config.database_url), rows_of(&target.database_url));
    for table in ["members", "sessions", "rooms", "room_members", "messages", "room_events", "audit_log", "tiers"] {
        assert_eq!(is[table].len(), was[table].len(), "{table}");
    }
    assert_eq!(is["messages"], was["messages"]);
    let again = serve(&vars);
    drop(again);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
#[ignore = "builds a package, which takes a while: the postgres stage of tests/run runs it"]
fn the_package_holds_program_unit_and_sums() {
    let dir = folder("package");
    let to = dir.display().to_string();
    let built = Command::new(root().join("static/deploy/package"))
        .args(["--binary", env!("CARGO_BIN_EXE_kontor"), "--to", &to])
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let sums = Command::new("sha256sum").args(["--check", "SHA256SUMS"]).current_dir(&dir).output().unwrap();
    assert!(sums.status.success(), "{}", String::from_utf8_lossy(&sums.stdout));
    let package = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "deb"))
        .unwrap();
    let listed = Command::new("dpkg-deb").arg("--contents").arg(&package).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    for file in ["./usr/bin/kontor", "./usr/lib/systemd/system/kontor.service", "./etc/kontor/kontor.env"] {
        assert!(listed.contains(file), "{file}: {listed}");
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn the_files_to_run_it_name_only_what_is_there() {
    // Variables.
    let known: Vec<&str> = VARIABLES.iter().map(|(name, _)| *name).collect();
    let docker = std::fs::read_to_string(root().join("Dockerfile")).unwrap();
    let compose = std::fs::read_to_string(root().join("compose.yaml")).unwrap();
    let files = [
        docker.clone(),
        compose.clone(),
        deploy("kontor.service"),
        deploy("nginx.conf"),
        deploy("Caddyfile"),
        deploy("package"),
    ];
    for text in &files {
        for word in text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_') {
            let name = word.trim_end_matches("_FILE");
            if name.starts_with("KONTOR_") && name != "KONTOR_PORT" {
                assert!(known.contains(&name), "{word} is no variable");
            }
        }
    }
    // Features, files and commands.
    let cargo = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(docker.contains("--features system-libpq") && cargo.contains("system-libpq = "));
    assert!(compose.contains("./static/deploy/two-nodes.conf") && !deploy("two-nodes.conf").is_empty());
    for part in [
        "DATABASE_URL_FILE: /run/secrets/database-url",
        "REDIS_URL: redis://",
        "node-a",
        "node-b",
        "stop_grace_period: 20s",
    ] {
        assert!(compose.contains(part), "{part}");
    }
    // Figures that rules and boards ask for are made somewhere.
    let mut source = String::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                source.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let board: serde_json::Value = serde_json::from_str(&deploy("grafana.json")).unwrap();
    assert!(board["panels"].as_array().unwrap().len() >= 8);
    for text in [deploy("prometheus-rules.yml"), board.to_string()] {
        for word in text.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|w| w.starts_with("kontor_")) {
            let name = word.trim_end_matches("_bucket");
            assert!(source.contains(&format!("\"{name}\"")), "nobody makes {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_to_run_it_are_not_served() {
    let server = crate::support::Server::start().await;
    for name in ["deploy/nginx.conf", "deploy/kontor.service", "deploy/grafana.json"] {
        server.visitor().get(&format!("/assets/x/{name}")).await.expect(404);
    }
    server.stop().await;
}

/// The operator's Caddyfile with ports of this test, without TLS.
fn caddy(dir: &Path, front: u16, back: u16) -> Running {
    let conf = deploy("Caddyfile")
        .replace("kontor.example {", &format!("http://127.0.0.1:{front} {{"))
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{back}"));
    let file = dir.join("Caddyfile");
    std::fs::write(&file, format!("{{\n\tadmin off\n}}\n{conf}")).unwrap();
    let child = Command::new("caddy")
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(&file)
        .envs([("HOME", dir), ("XDG_DATA_HOME", dir), ("XDG_CONFIG_HOME", dir)])
        .stderr(Stdio::null())
        .spawn()
        .expect("caddy is there");
    answers(Running(child), front, "")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs caddy, promtool, docker-compose and nginx: the postgres stage of tests/run brings them and runs it"]
async fn the_files_are_what_their_programs_take_and_caddy_passes_addresses_and_sockets() {
    let dir = folder("operator-others");
    let takes = |program: &str, args: &[&str]| {
        let told = Command::new(program).args(args).current_dir(root()).env("HOME", &dir).output().expect(program);
        assert!(told.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&told.stderr));
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    takes("caddy", &["validate", "--adapter", "caddyfile", "--config", "static/deploy/Caddyfile"]);
    takes("promtool", &["check", "rules", "static/deploy/prometheus-rules.yml"]);
    let services = takes("docker-compose", &["-f", "compose.yaml", "config", "--services"]);
    assert!(services.contains("node-a") && services.contains("node-b"), "{services}");
    let two = dir.join("two.conf");
    let nodes = deploy("two-nodes.conf").replace("node-a:8080", "127.0.0.1:1").replace("node-b:8080", "127.0.0.1:2");
    let head =
        format!("pid {0}/two.pid; error_log {0}/two.log;\nevents {{ }}\nhttp {{ access_log off;\n", dir.display());
    std::fs::write(
        &two,
        format!("{head}{}\n}}\n", nodes.replace("listen 80;", &format!("listen 127.0.0.1:{};", free_port()))),
    )
    .unwrap();
    let error = dir.join("two.log").display().to_string();
    takes("nginx", &["-t", "-q", "-e", &error, "-c", &two.display().to_string()]);

    let (front, back) = (free_port(), free_port());
    let base = format!("http://127.0.0.1:{front}");
    let (data, listen) = (dir.join("data").display().to_string(), format!("127.0.0.1:{back}"));
    let vars = [
        ("KONTOR_DATA_DIR", data.as_str()),
        ("KONTOR_BASE_URL", base.as_str()),
        ("KONTOR_LISTEN", listen.as_str()),
        ("KONTOR_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = serve(&vars);
    let proxy = caddy(&dir, front, back);
    make_ruth(&vars);
    passes(&base).await;
    drop((proxy, server));
    std::fs::remove_dir_all(&dir).unwrap();
}
