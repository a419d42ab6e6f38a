//! The link between nodes: hints over Redis. A hint says only that a room went on; what happened is read from the
//! database, so a lost hint costs time until the next sweep and nothing else. Without `REDIS_URL` there is one node.

use super::Live;
use super::frame::Frame;
use crate::error::{Error, Result};
use futures_util::StreamExt;
use parking_lot::Mutex;
use redis::AsyncCommands;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

const CHANNEL: &str = "kontor:live";
/// Nothing heard for so long, not even ourselves: the line is dead.
const SILENCE: Duration = Duration::from_secs(6);
/// Hints that may wait; what does not fit is dropped.
const QUEUE: usize = 16 * 1024;
/// A Redis command that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// What nodes tell each other.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(tag = "k", rename_all = "lowercase")]
pub(super) enum Hint {
    /// A room went on to this position.
    Went {
        /// Room.
        r: i64,
        /// Position.
        s: i64,
    },
    /// Rights of a member changed.
    Rights {
        /// Member.
        member: i64,
    },
    /// Counters of a member changed.
    Counters {
        /// Member.
        member: i64,
    },
    /// The latest value of a topic.
    Info {
        /// Topic.
        topic: String,
        /// Value.
        d: String,
    },
    /// Somebody came into a room on this node, or went.
    Present {
        /// Room.
        r: i64,
        /// Who came.
        came: Vec<i64>,
        /// Who went.
        went: Vec<i64>,
    },
    /// A member has so many connections on this node.
    Lines {
        /// Member.
        m: i64,
        /// Connections.
        n: usize,
    },
    /// Taken from a limit on this node.
    Took {
        /// Number of the bucket.
        b: usize,
        /// Key.
        key: String,
        /// How many.
        n: u32,
    },
    /// This node is there.
    Alive,
    /// What follows is everything about this node; `all` asks the others for the same.
    Who {
        /// Whether the others are asked.
        all: bool,
    },
    /// This node stops.
    Bye,
    /// An ephemeral frame for a room.
    Whisper {
        /// Room.
        r: i64,
        /// Save this member.
        except: i64,
        /// The frame.
        json: String,
    },
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Letter {
    node: String,
    hints: Vec<Hint>,
}

/// The link.
pub(super) struct Relay {
    client: Option<redis::Client>,
    node: String,
    queue: mpsc::Sender<Hint>,
    inlet: Mutex<Option<mpsc::Receiver<Hint>>>,
    linked: std::sync::Arc<AtomicBool>,
}

/// A name no other node has.
pub(super) fn node_name() -> String {
    let mut bytes = [0_u8; 6];
    if getrandom::fill(&mut bytes).is_err() {
        bytes[..4].copy_from_slice(&std::process::id().to_be_bytes());
    }
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

impl Relay {
    pub fn new(url: Option<&str>, node: &str) -> Result<Self> {
        let client = match url {
            Some(url) => Some(redis::Client::open(url).map_err(|e| Error::config(format!("REDIS_URL: {e}")))?),
            None => None,
        };
        let (queue, inlet) = mpsc::channel(QUEUE);
        Ok(Self {
            client,
            node: node.to_owned(),
            queue,
            inlet: Mutex::new(Some(inlet)),
            linked: std::sync::Arc::new(AtomicBool::new(false)),
        })
    }

    /// Tells the other nodes, if there are any. Never waits: a full queue drops the hint, the sweep finds what it named.
    pub fn send(&self, hint: Hint) {
        if self.client.is_some() {
            let _ = self.queue.try_send(hint);
        }
    }

    /// Whether there may be other nodes.
    pub fn is_on(&self) -> bool {
        self.client.is_some()
    }

    pub fn is_linked(&self) -> bool {
        self.client.is_none() || self.linked.load(Ordering::Relaxed)
    }

    pub fn start(&self, live: &Live) {
        let (Some(client), Some(inlet)) = (self.client.clone(), self.inlet.lock().take()) else { return };
        tokio::spawn(speak(client.clone(), self.node.clone(), inlet));
        tokio::spawn(listen(client, self.node.clone(), self.linked.clone(), live.clone()));
    }
}

/// Publishes what waits as one message; of a room only the newest position counts.
async fn speak(client: redis::Client, node: String, mut inlet: mpsc::Receiver<Hint>) {
    let mut link: Option<redis::aio::MultiplexedConnection> = None;
    let mut batch = Vec::new();
    while inlet.recv_many(&mut batch, 512).await > 0 {
        let hints = folded(batch.drain(..));
        let Ok(text) = serde_json::to_string(&Letter { node: node.clone(), hints }) else { continue };
        if link.is_none() {
            link = match tokio::time::timeout(PATIENCE, client.get_multiplexed_async_connection()).await {
                Ok(Ok(fresh)) => Some(fresh),
                _ => None,
            };
        }
        if let Some(open) = link.as_mut() {
            let sent = tokio::time::timeout(PATIENCE, open.publish::<_, _, i64>(CHANNEL, text)).await;
            if !matches!(sent, Ok(Ok(_))) {
                link = None;
            }
        }
    }
}

/// Of a room only the newest position counts, of a member only the newest number; what was taken is added up.
fn folded(batch: impl Iterator<Item = Hint>) -> Vec<Hint> {
    let mut rooms: HashMap<i64, i64> = HashMap::new();
    let mut taken: HashMap<(usize, String), u32> = HashMap::new();
    let mut lines: HashMap<i64, usize> = HashMap::new();
    let mut hints = Vec::new();
    for hint in batch {
        match hint {
            Hint::Went { r, s } => {
                let known = rooms.entry(r).or_insert(s);
                *known = s.max(*known);
            }
            Hint::Took { b, key, n } => *taken.entry((b, key)).or_default() += n,
            Hint::Lines { m, n } => drop(lines.insert(m, n)),
            other => {
                // What is told anew starts here: nothing older may come after it.
                if matches!(other, Hint::Who { .. }) {
                    lines.clear();
                }
                hints.push(other);
            }
        }
    }
    hints.extend(rooms.into_iter().map(|(r, s)| Hint::Went { r, s }));
    hints.extend(taken.into_iter().map(|((b, key), n)| Hint::Took { b, key, n }));
    hints.extend(lines.into_iter().map(|(m, n)| Hint::Lines { m, n }));
    hints
}

async fn listen(client: redis::Client, node: String, linked: std::sync::Arc<AtomicBool>, live: Live) {
    let mut pause = Duration::from_millis(100);
    loop {
        match tokio::time::timeout(PATIENCE, subscribe(&client)).await {
            Ok(Ok(mut pubsub)) => {
                linked.store(true, Ordering::Relaxed);
                pause = Duration::from_millis(100);
                // What was said while nobody listened is lost: compare everything.
                if let Err(error) = super::feed::sweep(&live).await {
                    tracing::warn!(%error, "the rooms could not be compared with the database");
                }
                live.0.relay.send(Hint::Who { all: true });
                live.say_everything();
                let mut messages = pubsub.on_message();
                // This node hears itself too: silence means that the line is dead, however open it looks.
                while let Ok(Some(message)) = tokio::time::timeout(SILENCE, messages.next()).await {
                    let text: String = message.get_payload().unwrap_or_default();
                    if let Ok(letter) = serde_json::from_str::<Letter>(&text)
                        && letter.node != node
                    {
                        if live.0.elsewhere.heard(&letter.node, live.0.clock.steady()) {
                            live.0.relay.send(Hint::Who { all: true });
                            live.say_everything();
                        }
                        letter.hints.into_iter().for_each(|hint| take(&live, &letter.node, hint));
                    }
                }
                tracing::warn!("the link to Redis broke; chat goes on, other nodes notice a little later");
            }
            Ok(Err(error)) => tracing::warn!(%error, "Redis is away; chat goes on, other nodes notice a little later"),
            Err(_) => tracing::warn!("Redis does not answer"),
        }
        linked.store(false, Ordering::Relaxed);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn subscribe(client: &redis::Client) -> redis::RedisResult<redis::aio::PubSub> {
    let mut pubsub = client.get_async_pubsub().await?;
    pubsub.subscribe(CHANNEL).await?;
    Ok(pubsub)
}

fn take(live: &Live, node: &str, hint: Hint) {
    let others = &live.0.elsewhere;
    match hint {
        Hint::Went { r, s } => live.hub().hint(r, s),
        Hint::Rights { member } => live.suspect(member),
        Hint::Counters { member } => live.counters_changed(crate::web::viewer::MemberId(member)),
        Hint::Info { topic, d } => live.take_info(&topic, &d),
        Hint::Whisper { r, except, json } => live.hub().whisper(r, &Frame::text(&json), except),
        Hint::Present { r, came, went } => {
            others.passage(node, r, came, &went);
            live.hub().presence_due(r);
        }
        Hint::Lines { m, n } => others.connections(node, m, n),
        Hint::Took { b, key, n } => {
            if let Some(take) = live.0.taken.get() {
                take(b, &key, n);
            }
        }
        Hint::Alive => {}
        Hint::Who { all } => {
            others.begin(node).into_iter().for_each(|room| live.hub().presence_due(room));
            if all {
                live.0.relay.send(Hint::Who { all: false });
                live.say_everything();
            }
        }
        Hint::Bye => others.farewell(node, live.0.clock.steady()),
    }
}

impl Live {
    /// Tells the other nodes everything about this one: who is where, and who has how many connections.
    pub(super) fn say_everything(&self) {
        if !self.0.relay.is_on() {
            return;
        }
        for (r, there) in self.hub().present() {
            for some in there.chunks(1_000) {
                self.0.relay.send(Hint::Present { r, came: some.to_vec(), went: Vec::new() });
            }
        }
        let lines: Vec<(i64, usize)> = self.0.peers.lock().iter().map(|(m, p)| (*m, p.len())).collect();
        lines.into_iter().for_each(|(m, n)| self.0.relay.send(Hint::Lines { m, n }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_hints_the_newest_count() {
        let hints = vec![
            Hint::Went { r: 1, s: 5 },
            Hint::Went { r: 1, s: 4 },
            Hint::Took { b: 2, key: "m".into(), n: 1 },
            Hint::Took { b: 2, key: "m".into(), n: 1 },
            Hint::Lines { m: 9, n: 1 },
            Hint::Lines { m: 9, n: 2 },
        ];
        let folded = folded(hints.into_iter());
        assert_eq!(folded.len(), 3);
        assert!(folded.iter().any(|h| matches!(h, Hint::Went { r: 1, s: 5 })));
        assert!(folded.iter().any(|h| matches!(h, Hint::Took { n: 2, .. })));
        assert!(folded.iter().any(|h| matches!(h, Hint::Lines { m: 9, n: 2 })));
    }
}
