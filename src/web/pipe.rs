//! An answer that is written while it is sent: a thread writes, the browser sets the pace, nothing is ever whole in memory.

use crate::error::{Error, Result};
use bytes::Bytes;
use futures_util::Stream;
use std::io::Write;
use tokio::sync::mpsc;

/// What the writer has written, part by part; an error cuts the answer, so that it never looks whole.
pub type Parts = mpsc::Receiver<Result<Bytes>>;

/// Where a thread of its own writes an answer.
pub struct Pipe(mpsc::Sender<Result<Bytes>>, Vec<u8>);

impl Pipe {
    fn pass(&mut self) -> std::io::Result<()> {
        if self.1.is_empty() {
            return Ok(());
        }
        let part = Bytes::from(std::mem::take(&mut self.1));
        // Who reads it may go away.
        self.0.blocking_send(Ok(part)).map_err(|_| std::io::Error::from(std::io::ErrorKind::BrokenPipe))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.1.extend_from_slice(bytes);
        if self.1.len() >= 64 * 1024 {
            self.pass()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs `write` on a thread of its own; what it writes comes out of the answer.
pub fn written(write: impl FnOnce(&mut Pipe) -> Result<()> + Send + 'static) -> Parts {
    let (sender, parts) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe(sender.clone(), Vec::new());
        if let Err(error) = write(&mut pipe).and_then(|()| pipe.pass().map_err(Error::internal)) {
            let _ = sender.blocking_send(Err(error));
        }
    });
    parts
}

/// The same as the stream an answer wants.
pub fn flowing(parts: Parts) -> impl Stream<Item = Result<Bytes>> {
    futures_util::stream::unfold(parts, |mut parts| async move {
        let part = parts.recv().await?;
        Some((part, parts))
    })
}
