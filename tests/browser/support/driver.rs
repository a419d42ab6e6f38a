//! One chromedriver for all tests of this binary. It ends with it: a shell waits on a pipe that only we hold open.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

struct Driver {
    url: String,
    /// Its standard input is the pipe; it closes with this process, however this process ends.
    _shell: Child,
}

static DRIVER: OnceLock<Driver> = OnceLock::new();

/// Address of the running driver.
pub fn url() -> &'static str {
    &DRIVER.get_or_init(start).url
}

fn start() -> Driver {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let script = format!(
        "command -v chromedriver >/dev/null || exit 127\n\
         chromedriver --port={port} --log-level=SEVERE >/dev/null 2>&1 &\n\
         driver=$!\ncat >/dev/null\nkill $driver"
    );
    let mut shell = Command::new("sh").arg("-c").arg(script).stdin(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = shell.try_wait().unwrap() {
            panic!("chromedriver is not there ({status}): run tests/run, which installs it");
        }
        assert!(began.elapsed() < Duration::from_secs(30), "chromedriver did not start within 30 s");
        std::thread::yield_now();
    }
    Driver { url: format!("http://127.0.0.1:{port}"), _shell: shell }
}
