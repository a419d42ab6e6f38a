//! A wire between a server and what it needs, that a test cuts, delays, or holds without a word.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the wire does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Passes them on.
    Open,
    /// Passes them on later.
    Late(Duration),
    /// Keeps them, and every connection looks open: a half-open line.
    Held,
    /// Ends every connection, and takes no new one.
    Cut,
}

pub struct Proxy {
    pub address: SocketAddr,
    wire: watch::Sender<Wire>,
}

impl Proxy {
    /// A wire to `host:port` of this URL.
    pub async fn to(url: &str) -> Self {
        let url = url::Url::parse(url).unwrap();
        let target = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (wire, state) = watch::channel(Wire::Open);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *state.borrow() == Wire::Cut {
                    continue;
                }
                let (target, state) = (target.clone(), state.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(target).await else { return };
                    let (mut near_in, mut near_out) = near.into_split();
                    let (mut far_in, mut far_out) = far.into_split();
                    tokio::select! {
                        () = pass(&mut near_in, &mut far_out, state.clone()) => {}
                        () = pass(&mut far_in, &mut near_out, state) => {}
                    }
                });
            }
        });
        Self { address, wire }
    }

    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }

    /// The URL by way of this wire.
    pub fn through(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.to_string()
    }
}

async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    mut state: watch::Receiver<Wire>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = tokio::select! {
            cut = state.wait_for(|w| *w == Wire::Cut) => return drop(cut),
            read = from.read(&mut buffer) => match read {
                Ok(n) if n > 0 => n,
                _ => return,
            },
        };
        let now = *state.borrow();
        match now {
            Wire::Cut => return,
            Wire::Late(by) => tokio::time::sleep(by).await,
            Wire::Held => match state.wait_for(|w| *w != Wire::Held).await {
                Ok(now) if *now != Wire::Cut => {}
                _ => return,
            },
            Wire::Open => {}
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}
