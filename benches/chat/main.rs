//! `cargo bench --bench chat`: how much chat one node carries, over real sockets on this machine. The house and, in the same run
//! and with the same load, the floor: a bare actix-ws broadcast without a database and without a protocol; for bursts also one that gathers what waits into one write. Server and load are
//! processes of their own, so that the CPU of each is its own; `ratio` is the house's CPU a delivery over the floor's.
//!
//! Shapes: idle (15,000 connections, each in three rooms, and then one room of all 15,000), hall (10,000 in one room, 5 posts/s),
//! rooms (5,000 in 100 rooms, 1 post/s each), small (1,000 rooms of 20), burst (1,000 in one room, 4 posters with 4 posts under
//! way each), wide (the same with 2,000), durable (messages a second with SQLite FULL). Name some to run only those.

mod load;
mod servers;
mod wire;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub(crate) type Fail = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Done<T> = Result<T, Fail>;

/// Which rooms (by number) member `i` is in: three of many, so that with few rooms everybody is in the first ones.
pub fn places(i: usize, rooms: usize) -> Vec<usize> {
    let mut all = vec![i % rooms, (i + rooms / 3) % rooms, (i + 2 * rooms / 3) % rooms];
    all.sort_unstable();
    all.dedup();
    all
}

/// A server of its own process.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: std::net::SocketAddr,
}

impl Server {
    fn start(args: &[&str]) -> Done<Self> {
        use std::io::{BufRead, BufReader};
        let mut child =
            Command::new(std::env::current_exe()?).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        loop {
            let line = lines.next().ok_or("the server ended before it was ready")??;
            if let Some(address) = line.strip_prefix("READY ") {
                return Ok(Self { child, address: address.parse()? });
            }
        }
    }

    /// Seconds of CPU this process has used.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after = stat.rsplit(')').next().unwrap_or("");
        let fields: Vec<f64> = after.split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
        // utime and stime, in ticks of a hundredth of a second.
        fields.get(11..13).map_or(0.0, |t| t.iter().sum::<f64>() / 100.0)
    }

    /// Resident memory in KiB.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or("");
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Which of the two is measured.
pub(crate) enum Kind {
    House {
        rooms: Vec<i64>,
        sessions: Vec<String>,
        dir: PathBuf,
    },
    /// A floor, by its name.
    Floor(&'static str),
}

/// A server with what its clients need.
pub(crate) struct Target {
    pub(crate) server: Server,
    pub(crate) kind: Kind,
}

impl Target {
    fn house(members: usize, rooms: usize) -> Done<Self> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("kontor-bench-chat-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        let server = Server::start(&["house", &dir.display().to_string(), &members.to_string(), &rooms.to_string()])?;
        let sessions = std::fs::read_to_string(dir.join("sessions"))?.lines().map(str::to_owned).collect();
        let rooms = std::fs::read_to_string(dir.join("rooms"))?.lines().map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { server, kind: Kind::House { rooms, sessions, dir } })
    }

    fn floor(name: &'static str) -> Done<Self> {
        Ok(Self { server: Server::start(&[name])?, kind: Kind::Floor(name) })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::House { .. } => "kontor",
            Kind::Floor(name) => name,
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        drop(self.server.child.stdin.take());
        let _ = self.server.child.wait();
        if let Kind::House { dir, .. } = &self.kind {
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

const SHAPES: [&str; 7] = ["durable", "burst", "wide", "rooms", "small", "hall", "idle"];

async fn shape(name: &str) -> Done<()> {
    if name == "durable" {
        return load::durable(&Target::house(64, 1)?).await;
    }
    let mut costs = Vec::new();
    // In a burst frames wait together: the second floor sends them in one write, as the house does.
    let servers: &[&str] = if matches!(name, "burst" | "wide") { &["floor", "gather", ""] } else { &["floor", ""] };
    for floor in servers {
        let (members, rooms) = match name {
            "burst" => (1_000, 1),
            "wide" => (2_000, 1),
            "hall" => (10_000, 1),
            "rooms" => (5_000, 100),
            "small" => (6_666, 1_000),
            _ => (15_000, 3),
        };
        let target = if floor.is_empty() { Target::house(members, rooms)? } else { Target::floor(floor)? };
        costs.push(match name {
            "burst" | "wide" => load::burst(&target, members, name).await?,
            "hall" => load::paced(&target, name, members, rooms, 5.0, 8).await?,
            "rooms" => load::paced(&target, name, members, rooms, 1.0, 8).await?,
            "small" => load::paced(&target, name, members, rooms, 0.2, 8).await?,
            _ => load::idle(&target, members).await?,
        });
    }
    if let Some((house, floors)) = costs.split_last() {
        for (cost, floor) in floors.iter().zip(servers) {
            println!("{name:<8} ratio    CPU a delivery {:.2} x the {floor}", house / cost);
        }
    }
    Ok(())
}

fn runtime(threads: usize) -> Done<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?)
}

fn run() -> Done<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        // As `main.rs` runs it: the same number of threads.
        ["house", dir, members, rooms] => {
            actix_like(servers::house(std::path::Path::new(dir), members.parse()?, rooms.parse()?))
        }
        ["floor"] => actix_like(servers::floor(false)),
        ["gather"] => actix_like(servers::floor(true)),
        _ => {
            let chosen: Vec<&str> = if args.is_empty() { SHAPES.to_vec() } else { args };
            for name in chosen {
                runtime(2)?.block_on(shape(name))?;
            }
            Ok(())
        }
    }
}

fn actix_like(work: impl Future<Output = Done<()>>) -> Done<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn main() {
    if let Err(error) = run() {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
