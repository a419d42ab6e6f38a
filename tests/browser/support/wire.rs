//! The line between a browser and the house, which a test can cut, half cut, and mend.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Carries everything.
    Whole,
    /// Carries what the browser says; what the house answers is lost.
    OneWay,
    /// Carries nothing; open connections are closed.
    Cut,
}

/// A line on a port of its own.
pub struct Wire {
    pub url: String,
    target: Arc<Mutex<Option<SocketAddr>>>,
    state: watch::Sender<Line>,
}

impl Wire {
    /// A line that leads nowhere yet.
    pub async fn lay() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (state, seen) = watch::channel(Line::Whole);
        let target: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let to = target.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let to = *to.lock().unwrap();
                if *seen.borrow() == Line::Cut {
                    continue;
                }
                if let Some(to) = to {
                    tokio::spawn(carry(near, to, seen.clone()));
                }
            }
        });
        Self { url, target, state }
    }

    /// Leads to a house.
    pub fn lead_to(&self, address: SocketAddr) {
        *self.target.lock().unwrap() = Some(address);
    }

    pub fn become_(&self, line: Line) {
        self.state.send(line).unwrap();
    }
}

async fn carry(near: TcpStream, to: SocketAddr, mut state: watch::Receiver<Line>) {
    let Ok(far) = TcpStream::connect(to).await else { return };
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    let back = state.clone();
    let up = async {
        let mut part = vec![0; 16_384];
        while let Ok(n @ 1..) = near_in.read(&mut part).await {
            if far_out.write_all(&part[..n]).await.is_err() {
                break;
            }
        }
    };
    let down = async {
        let mut part = vec![0; 16_384];
        while let Ok(n @ 1..) = far_in.read(&mut part).await {
            if *back.borrow() == Line::Whole && near_out.write_all(&part[..n]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
        _ = state.wait_for(|line| *line == Line::Cut) => {}
    }
}
