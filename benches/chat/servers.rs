//! The two servers that are measured, each in a process of its own: the house, and the floor, a bare actix-ws broadcast without
//! a database and without a protocol.

use super::{Done, Fail};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use bytestring::ByteString;
use kontor::accounts::model::{Email, Status};
use kontor::accounts::store::{NewAccount, insert_account, insert_session};
use kontor::accounts::token;
use kontor::app::{self, Running};
use kontor::config::Config;
use kontor::db::Clock;
use kontor::i18n::Lang;
use kontor::rooms::model::{Access, RoomId};
use kontor::rooms::store::{NewRoom, insert_place, insert_room};
use kontor::web::viewer::Role;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Runs the house in `dir` with so many members and rooms until standard input ends. Member `i` is in the rooms that `places` names.
pub async fn house(dir: &Path, members: usize, rooms: usize) -> Done<()> {
    let vars = [
        ("KONTOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("KONTOR_DATA_DIR", dir.display().to_string()),
        ("KONTOR_RATE_LIMITS", "off".to_owned()),
        ("KONTOR_CONNECTIONS_PER_MEMBER", "1000".to_owned()),
    ];
    let config = Config::load(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()))?;
    let running = app::start(config, Clock::default()).await?;
    let ids = open_rooms(&running, rooms).await?;
    let sessions = people(&running, members, &ids).await?;
    std::fs::write(dir.join("sessions"), sessions.join("\n"))?;
    std::fs::write(dir.join("rooms"), ids.iter().map(i64::to_string).collect::<Vec<_>>().join("\n"))?;
    println!("READY {}", running.address);
    until_told().await;
    running.stop().await;
    Ok(())
}

async fn until_told() {
    // Ends when the parent ends or lets go.
    let wait = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = wait.await;
}

async fn open_rooms(running: &Running, n: usize) -> Done<Vec<i64>> {
    let work = running.house.db.write(move |tx| {
        let mut ids = Vec::new();
        for i in 0..n {
            let (slug, epoch) = (format!("r{i}"), format!("e{i}"));
            let new = NewRoom {
                slug: &slug,
                name: &slug,
                topic: "",
                access: Access::Open,
                min_rank: 0,
                niche_id: None,
                epoch: &epoch,
                by: None,
            };
            ids.push(insert_room(tx, &new)?.0);
        }
        Ok(ids)
    });
    Ok(work.await?)
}

async fn people(running: &Running, n: usize, rooms: &[i64]) -> Done<Vec<String>> {
    let mut sessions = Vec::new();
    for chunk in (0..n).collect::<Vec<_>>().chunks(500) {
        let fresh = chunk.iter().map(|i| Ok((*i, token::fresh()?))).collect::<Done<Vec<_>>>()?;
        sessions.extend(fresh.iter().map(|(_, s)| s.clone()));
        let rooms = rooms.to_vec();
        let work = running.house.db.write(move |tx| {
            for (i, session) in &fresh {
                let email =
                    Email::parse(&format!("m{i}@example.org")).map_err(|e| kontor::error::Error::Invalid(vec![e]))?;
                let new = NewAccount {
                    email: &email,
                    name: &format!("Member {i}"),
                    password_hash: None,
                    role: Role::Member,
                    status: Status::Active,
                    lang: Lang::En,
                    pitch: "",
                };
                let id = insert_account(tx, &new)?;
                insert_session(tx, id, &token::hash(session), "127.0.0.1", "bench")?;
                for room in super::places(*i, rooms.len()) {
                    insert_place(tx, RoomId(rooms[room]), id, 0)?;
                }
            }
            Ok(())
        });
        work.await?;
    }
    Ok(sessions)
}

type Room = Arc<Mutex<Vec<actix_ws::Session>>>;
type Rooms = Arc<Mutex<HashMap<String, Room>>>;

async fn bare(req: HttpRequest, body: web::Payload, all: web::Data<Rooms>) -> Result<HttpResponse, actix_web::Error> {
    let (answer, session, mut stream) = actix_ws::handle(&req, body)?;
    for room in req.query_string().split(',').filter(|r| !r.is_empty()) {
        let room = all.lock().entry(room.to_owned()).or_default().clone();
        room.lock().push(session.clone());
    }
    actix_web::rt::spawn(async move {
        // Who is in no room stays connected all the same: a connection ends with its last handle.
        let _stays = session;
        while let Some(Ok(message)) = stream.recv().await {
            let actix_ws::Message::Text(text) = message else { continue };
            // `room|payload` goes to everybody in the room, as it is.
            let Some((room, payload)) = text.split_once('|') else { continue };
            let Some(room) = all.lock().get(room).cloned() else { continue };
            let (everybody, payload) = (room.lock().clone(), ByteString::from(payload));
            for mut one in everybody {
                // Who hung up is passed over.
                let _ = one.text(payload.clone()).await;
            }
        }
    });
    Ok(answer)
}

/// What waits for one connection of the second floor.
#[derive(Default)]
struct Queue {
    waits: Mutex<Vec<Bytes>>,
    waker: futures_util::task::AtomicWaker,
}

struct Gathered(Arc<Queue>);

impl futures_util::Stream for Gathered {
    type Item = Result<Bytes, actix_web::Error>;
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.waker.register(cx.waker());
        let waits = std::mem::take(&mut *self.0.waits.lock());
        match &waits[..] {
            [] => Poll::Pending,
            [one] => Poll::Ready(Some(Ok(one.clone()))),
            many => Poll::Ready(Some(Ok(many.concat().into()))),
        }
    }
}

type Gathering = Arc<Mutex<HashMap<String, Vec<Arc<Queue>>>>>;

/// The bare broadcast with frames made once and everything that waits in one write.
async fn gather(
    req: HttpRequest,
    body: web::Payload,
    all: web::Data<Gathering>,
) -> Result<HttpResponse, actix_web::Error> {
    let (theirs, _session, mut stream) = actix_ws::handle(&req, body)?;
    let queue = Arc::new(Queue::default());
    for room in req.query_string().split(',').filter(|r| !r.is_empty()) {
        all.lock().entry(room.to_owned()).or_default().push(queue.clone());
    }
    actix_web::rt::spawn(async move {
        // The reader takes the end of the body it was made with for the end of the connection.
        let _theirs = theirs;
        while let Some(Ok(message)) = stream.recv().await {
            let actix_ws::Message::Text(text) = message else { continue };
            let Some((room, payload)) = text.split_once('|') else { continue };
            // A text frame of a server, 126 bytes to 64 KiB (RFC 6455, 5.2).
            let len = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes();
            let frame = Bytes::from([&[0x81, 126, len[0], len[1]], payload.as_bytes()].concat());
            if let Some(room) = all.lock().get(room) {
                for one in room {
                    one.waits.lock().push(frame.clone());
                    one.waker.wake();
                }
            }
        }
    });
    let mut answer = actix_http::ws::handshake(req.head())?;
    let answer = answer.message_body(actix_http::body::BodyStream::new(Gathered(queue)))?;
    Ok(answer.map_into_boxed_body().into())
}

/// Runs a floor until standard input ends.
pub async fn floor(gathers: bool) -> Done<()> {
    let (all, gathering): (Rooms, Gathering) = Default::default();
    let server = HttpServer::new(move || {
        let app = App::new().app_data(web::Data::new(all.clone())).app_data(web::Data::new(gathering.clone()));
        if gathers { app.route("/", web::get().to(gather)) } else { app.route("/", web::get().to(bare)) }
    })
    .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
    .backlog(4096)
    // As the house: a connection that waits for a post is not idle.
    .keep_alive(std::time::Duration::from_secs(75))
    .bind(("127.0.0.1", 0))?;
    let address = *server.addrs().first().ok_or("no address")?;
    let server = server.run();
    let handle = server.handle();
    let running = tokio::spawn(server);
    println!("READY {address}");
    until_told().await;
    handle.stop(false).await;
    running.await??;
    Ok::<(), Fail>(())
}
