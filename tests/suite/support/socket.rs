//! A client of the live protocol over a real WebSocket, as a foreign library speaks it.

use super::{Client, Server};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than this nothing takes, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(15);

/// A live connection.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    heard: VecDeque<Value>,
}

/// What a connection says next.
#[derive(Debug)]
pub enum Said {
    /// One object.
    Object(Value),
    /// The end, with its code.
    Closed(u16),
}

impl Socket {
    /// Opens a connection with these headers, or answers the status of the refusal.
    pub async fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(tungstenite::http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream, heard: VecDeque::new() }),
            Err(tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    /// Opens a connection, unless the server is gone.
    pub async fn try_open(url: &str, headers: &[(&str, &str)]) -> Option<Self> {
        let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
        for (name, value) in headers {
            let name = tungstenite::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await.ok()?;
        Some(Self { stream, heard: VecDeque::new() })
    }

    /// Says hello over a connection for which the kernel keeps little: who does not read soon holds up the server. As wide as the
    /// kernel makes them by itself, ten megabytes and more wait before anybody notices.
    pub async fn narrow(server: &Server, client: &Client, subs: Value) -> Self {
        let address: std::net::SocketAddr = server.url("").trim_start_matches("http://").parse().unwrap();
        let tcp = tokio::net::TcpSocket::new_v4().unwrap();
        tcp.set_recv_buffer_size(16 * 1024).unwrap();
        let tcp = tcp.connect(address).await.unwrap();
        let mut request = server.url("/api/v1/live").replacen("http", "ws", 1).into_client_request().unwrap();
        let cookie = format!("kontor_session={}", client.session);
        for (name, value) in [("cookie", cookie), ("origin", server.url(""))] {
            let name = tungstenite::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let (stream, _) = tokio_tungstenite::client_async(request, MaybeTlsStream::Plain(tcp)).await.unwrap();
        let mut socket = Self { stream, heard: VecDeque::new() };
        socket.say(json!({ "t": "hello", "v": 1, "tab": "test", "subs": subs })).await;
        socket.next_of("hello").await;
        socket
    }

    /// Opens a connection as a browser of `client` would, without a hello.
    pub async fn of(server: &Server, client: &Client) -> Self {
        let cookie = format!("kontor_session={}", client.session);
        let origin = server.url("");
        Self::open(&server.url("/api/v1/live"), &[("cookie", &cookie), ("origin", &origin)]).await.unwrap()
    }

    /// Opens a connection and says hello with these subscriptions.
    pub async fn hello(server: &Server, client: &Client, subs: Value) -> Self {
        let mut socket = Self::of(server, client).await;
        socket.say(json!({ "t": "hello", "v": 1, "tab": "test", "subs": subs })).await;
        assert_eq!(socket.next_of("hello").await["hb_ms"], 30_000);
        socket
    }

    pub async fn say(&mut self, frame: Value) {
        self.stream.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub async fn say_text(&mut self, text: String) {
        // A closed connection is noticed by who listens.
        let _ = self.stream.send(Message::text(text)).await;
    }

    /// The next object, arrays taken apart; or the end.
    pub async fn next(&mut self) -> Said {
        loop {
            if let Some(value) = self.heard.pop_front() {
                return Said::Object(value);
            }
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("nothing came");
            match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(text.as_str()).unwrap() {
                    Value::Array(many) => self.heard.extend(many),
                    one => self.heard.push_back(one),
                },
                Some(Ok(Message::Close(frame))) => return Said::Closed(frame.map_or(1005, |f| f.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Said::Closed(1006),
            }
        }
    }

    /// The next object or the end; nothing after so long a silence.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Said> {
        tokio::time::timeout(patience, self.next()).await.ok()
    }

    /// Sends a message of the WebSocket protocol as it is.
    pub async fn say_raw(&mut self, message: Message) {
        // A closed connection is noticed by who listens.
        let _ = self.stream.send(message).await;
    }

    /// The next object of type `t`; what comes before it is passed over.
    pub async fn next_of(&mut self, t: &str) -> Value {
        loop {
            match self.next().await {
                Said::Object(value) if value["t"] == t => return value,
                Said::Object(_) => {}
                Said::Closed(code) => panic!("closed with {code} before a {t}"),
            }
        }
    }

    /// The code with which the server closes; objects before it are passed over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Said::Closed(code) = self.next().await {
                return code;
            }
        }
    }

    /// Sends a message and waits for its acknowledgement.
    pub async fn send(&mut self, room: i64, cid: &str, body: &str) -> Value {
        self.say(json!({ "t": "send", "cid": cid, "r": room, "body": body })).await;
        self.next_of("ack").await
    }
}
