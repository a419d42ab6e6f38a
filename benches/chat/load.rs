//! The load: clients that join, post and listen, and what they measured.

use super::wire::Wire;
use super::{Done, Fail, Kind, Target, places};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Joins under way at once.
const JOINS: usize = 200;
const FILLER: &str = "Heute schon wieder drei Abschlüsse über den Vergleichsartikel, wie läuft es bei euch?";

/// Latencies in microseconds, summed up by everybody.
#[derive(Default)]
struct Noted {
    deliveries: AtomicUsize,
    took: parking_lot::Mutex<Vec<u32>>,
    over: AtomicBool,
    lost: AtomicUsize,
}

fn quantile(took: &mut [u32], q: f64) -> f64 {
    took.sort_unstable();
    let at = ((took.len() as f64 * q) as usize).min(took.len().saturating_sub(1));
    took.get(at).map_or(0.0, |us| f64::from(*us) / 1e3)
}

/// Opens a connection of member `i`, subscribed to these rooms (by number).
async fn join(target: &Target, i: usize, rooms: &[usize]) -> Done<Wire> {
    let (address, from) = (target.server.address, 1 + (i % 4) as u8);
    match &target.kind {
        Kind::House { rooms: ids, sessions, .. } => {
            let mut wire = Wire::open(address, "/api/v1/live", &sessions[i], from).await?;
            let subs: Vec<String> = rooms.iter().map(|r| format!("{{\"r\":{}}}", ids[*r])).collect();
            wire.say(&[&format!("{{\"t\":\"hello\",\"v\":1,\"subs\":[{}]}}", subs.join(","))]).await?;
            for _ in rooms {
                wire.until("sub_ok").await?;
            }
            Ok(wire)
        }
        Kind::Floor(_) => {
            let names: Vec<String> = rooms.iter().map(usize::to_string).collect();
            Wire::open(address, &format!("/?{}", names.join(",")), "none", from).await
        }
    }
}

/// What a post into a room looks like.
fn post(target: &Target, room: usize, cid: &str, began: Instant) -> String {
    let at = began.elapsed().as_micros();
    match &target.kind {
        Kind::House { rooms, .. } => {
            format!("{{\"t\":\"send\",\"cid\":\"{cid}\",\"r\":{},\"body\":\"t={at} {FILLER}\"}}", rooms[room])
        }
        // The same bytes that the house tells.
        Kind::Floor(_) => format!(
            "{room}|{{\"t\":\"ev\",\"r\":1,\"s\":12345,\"k\":\"msg\",\"m\":12345,\"by\":123,\"ts\":\"2026-11-25T10:00:00.000Z\",\
             \"d\":{{\"html\":\"<p>t={at} {FILLER}</p>\\n\",\"name\":\"Member 123\",\"rev\":0}}}}"
        ),
    }
}

/// Opens all of them, many at once, each listening from its first moment: who does not answer pings is closed. Answers how many
/// came in a second.
async fn join_all(
    target: &Arc<Target>,
    (n, rooms): (usize, usize),
    noted: &Arc<Noted>,
    zero: Instant,
    every: usize,
) -> Done<f64> {
    let (places_at_once, began) = (Arc::new(Semaphore::new(JOINS)), Instant::now());
    let mut all = tokio::task::JoinSet::new();
    for i in 0..n {
        let (target, gate, noted) = (target.clone(), places_at_once.clone(), noted.clone());
        all.spawn(async move {
            let _place = gate.acquire().await?;
            listen(join(&target, i, &places(i, rooms)).await?, &noted, zero, every);
            Ok::<_, Fail>(())
        });
    }
    while let Some(one) = all.join_next().await {
        one??;
    }
    Ok(n as f64 / began.elapsed().as_secs_f64())
}

/// Counts what a connection gets, and how long it took.
fn listen(mut wire: Wire, noted: &Arc<Noted>, began: Instant, every: usize) {
    let noted = noted.clone();
    tokio::spawn(async move {
        let (mut took, mut n) = (Vec::new(), 0_usize);
        let ended = loop {
            let more = wire.has_more();
            if !more && n > 0 {
                noted.deliveries.fetch_add(n, Ordering::Relaxed);
                n = 0;
            }
            if !more && noted.over.load(Ordering::Relaxed) {
                break Ok(());
            }
            let next = tokio::time::timeout(Duration::from_secs(2), wire.next()).await;
            let text = match next {
                Ok(Ok(text)) => text,
                Ok(Err(error)) => break Err(error),
                Err(_) => continue,
            };
            if !text.starts_with("{\"t\":\"ev\"") {
                continue;
            }
            n += 1;
            if every > 0
                && let Some(sent) = text.split_once("t=").and_then(|(_, r)| r.split(' ').next())
                && let Ok(sent) = sent.parse::<u128>()
            {
                took.push(u32::try_from(began.elapsed().as_micros().saturating_sub(sent)).unwrap_or(u32::MAX));
            }
        };
        if let Err(error) = ended {
            // One says why; a thousand would say the same.
            if noted.lost.fetch_add(1, Ordering::Relaxed) == 0 {
                eprintln!("a listener ended: {error}");
            }
        }
        noted.took.lock().extend(took);
    });
}

async fn reach(noted: &Noted, wanted: usize) {
    let patience = Instant::now() + Duration::from_secs(20);
    while noted.deliveries.load(Ordering::Relaxed) < wanted && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Everybody listens, every room gets so many posts a second. Answers microseconds of CPU a delivery.
pub async fn paced(target: &Target, name: &str, n: usize, rooms: usize, a_second: f64, seconds: u64) -> Done<f64> {
    let shared = Arc::new(copy(target)?);
    let (noted, began) = (Arc::new(Noted::default()), Instant::now());
    let rate = join_all(&shared, (n, rooms), &noted, began, 1).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    measure(target, &shared, name, (noted, began), (n, rooms, rate), a_second, seconds).await
}

/// A process that does nothing, for the copy of a target.
fn spectator() -> Done<std::process::Child> {
    Ok(std::process::Command::new("true").spawn()?)
}

async fn measure(
    target: &Target,
    shared: &Arc<Target>,
    name: &str,
    (noted, began): (Arc<Noted>, Instant),
    (n, rooms, rate): (usize, usize, f64),
    a_second: f64,
    seconds: u64,
) -> Done<f64> {
    let each: usize = (0..n).map(|i| places(i, rooms).len()).sum();
    // Who posts into a room is in it: member `r` is in room `r`.
    let mut posters = Vec::new();
    for room in 0..rooms {
        posters.push(join(shared, room, &[]).await?);
    }
    let posts = (a_second * rooms as f64 * seconds as f64) as usize;
    let pause = Duration::from_secs_f64(1.0 / (a_second * rooms as f64));
    let cpu = target.server.cpu();
    let mut expected = 0.0;
    let mut ticks = tokio::time::interval(pause);
    for i in 0..posts {
        ticks.tick().await;
        let text = post(shared, i % rooms, &format!("{name}-{i}"), began);
        posters[i % rooms].say(&[&text]).await?;
        expected += each as f64 / rooms as f64;
    }
    reach(&noted, expected as usize - rooms).await;
    let spent = target.server.cpu() - cpu;
    noted.over.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let got = noted.deliveries.load(Ordering::Relaxed);
    let mut took = std::mem::take(&mut *noted.took.lock());
    let cost = spent * 1e6 / got.max(1) as f64;
    println!(
        "{name:<8} {:<8} {n} in {rooms} rooms, {rate:.0} joins/s, {got} deliveries ({:.0} expected), p50 {:.1} ms, p99 {:.1} ms, {cost:.2} µs CPU a delivery, {} lost",
        target.name(),
        expected,
        quantile(&mut took, 0.5),
        quantile(&mut took, 0.99),
        noted.lost.load(Ordering::Relaxed),
    );
    Ok(cost)
}

/// Connections that only are there; then one room of all of them.
pub async fn idle(target: &Target, n: usize) -> Done<f64> {
    let before = target.server.memory();
    let shared = Arc::new(copy(target)?);
    let cpu = target.server.cpu();
    let (noted, began) = (Arc::new(Noted::default()), Instant::now());
    let rate = join_all(&shared, (n, 3), &noted, began, 1).await?;
    let joins = (target.server.cpu() - cpu) * 1e6 / n as f64;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let each = (target.server.memory() - before) / n as f64;
    let cpu = target.server.cpu();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let still = (target.server.cpu() - cpu) / 5.0;
    println!(
        "idle     {:<8} {n} connections in three rooms each: {rate:.0} joins/s ({joins:.0} µs CPU each), {each:.1} KiB a connection, {:.1} % of a core while still",
        target.name(),
        still * 100.0
    );
    measure(target, &shared, "vast", (noted, began), (n, 3, rate), 1.0, 6).await
}

fn copy(target: &Target) -> Done<Target> {
    Ok(Target {
        server: super::Server { child: spectator()?, address: target.server.address },
        kind: match &target.kind {
            Kind::House { rooms, sessions, .. } => {
                Kind::House { rooms: rooms.clone(), sessions: sessions.clone(), dir: "/nonexistent".into() }
            }
            Kind::Floor(name) => Kind::Floor(name),
        },
    })
}

/// Four posters with four posts under way each, as fast as it goes.
pub async fn burst(target: &Target, n: usize, name: &str) -> Done<f64> {
    let shared = Arc::new(copy(target)?);
    let (noted, began) = (Arc::new(Noted::default()), Instant::now());
    join_all(&shared, (n, 1), &noted, began, 0).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (cpu, end) = (target.server.cpu(), Instant::now() + Duration::from_secs(5));
    let mut posters = tokio::task::JoinSet::new();
    for p in 0..4 {
        let shared = shared.clone();
        posters.spawn(async move {
            let house = matches!(shared.kind, Kind::House { .. });
            let mut wire = join(&shared, p, if house { &[] } else { &[0] }).await?;
            let (mut said, mut under_way) = (0_usize, 0_usize);
            loop {
                while under_way < 4 && Instant::now() < end {
                    wire.say(&[&post(&shared, 0, &format!("{p}-{said}"), began)]).await?;
                    said += 1;
                    under_way += 1;
                }
                if under_way == 0 || !house && Instant::now() >= end {
                    return Ok::<_, Fail>((said, wire));
                }
                if house {
                    wire.until("ack").await?;
                    under_way -= 1;
                } else {
                    // Any copy that comes back, of whomever, stands for one of ours: four posters, four copies each.
                    for _ in 0..4 {
                        // After the last post nothing more comes.
                        let Ok(copy) = tokio::time::timeout(Duration::from_millis(500), wire.until("ev")).await else {
                            break;
                        };
                        copy?;
                    }
                    under_way -= 1;
                }
            }
        });
    }
    // Their connections stay open until everything is counted: a broadcast to one that hung up costs less.
    let (mut posts, mut open) = (0, Vec::new());
    while let Some(done) = posters.join_next().await {
        let (said, wire) = done??;
        posts += said;
        open.push(wire);
    }
    reach(&noted, posts * n).await;
    let seconds = began.elapsed().as_secs_f64();
    let spent = target.server.cpu() - cpu;
    noted.over.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let got = noted.deliveries.load(Ordering::Relaxed);
    let cost = spent * 1e6 / got.max(1) as f64;
    println!(
        "{name:<8} {:<8} {n} in one room: {posts} posts, {got} deliveries ({} expected), {:.0}/s, {cost:.2} µs CPU a delivery, {} lost",
        target.name(),
        posts * n,
        got as f64 / seconds,
        noted.lost.load(Ordering::Relaxed),
    );
    Ok(cost)
}

/// Messages a second that are on disk and acknowledged, with so many under way at once.
pub async fn durable(target: &Target) -> Done<()> {
    for under_way in [64, 256, 1_000] {
        let shared = Arc::new(copy(target)?);
        let (senders, end) = (16, Instant::now() + Duration::from_secs(4));
        let mut all = tokio::task::JoinSet::new();
        let began = Instant::now();
        for n in 0..senders {
            let shared = shared.clone();
            all.spawn(async move {
                let mut wire = join(&shared, n, &[]).await?;
                let (mut sent_at, mut next, mut took) = (VecDeque::new(), 0_usize, Vec::new());
                loop {
                    let mut batch = Vec::new();
                    while sent_at.len() < under_way / senders && Instant::now() < end {
                        batch.push(post(&shared, 0, &format!("{under_way}-{n}-{next}"), began));
                        sent_at.push_back(Instant::now());
                        next += 1;
                    }
                    if !batch.is_empty() {
                        wire.say(&batch.iter().map(String::as_str).collect::<Vec<_>>()).await?;
                    }
                    if sent_at.is_empty() {
                        return Ok::<_, Fail>(took);
                    }
                    wire.until("ack").await?;
                    // One connection's messages are acknowledged in their order.
                    let sent = sent_at.pop_front().ok_or("an acknowledgement too many")?;
                    took.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
            });
        }
        let mut took = Vec::new();
        while let Some(done) = all.join_next().await {
            took.extend(done??);
        }
        let rate = took.len() as f64 / began.elapsed().as_secs_f64();
        println!(
            "durable  kontor   {under_way} under way over {senders} connections: {rate:.0}/s, ack p50 {:.1} ms, p99 {:.1} ms",
            quantile(&mut took, 0.5),
            quantile(&mut took, 0.99)
        );
    }
    Ok(())
}
