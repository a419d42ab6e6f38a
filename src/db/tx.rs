//! A write transaction: the connection, its moment, and what is to happen after the commit.

use super::{Conn, Ms, Wiring};
use std::ops::{Deref, DerefMut};

/// What runs once the transaction is on disk.
pub type Effect = Box<dyn FnOnce() + Send>;

/// One write transaction. Dereferences to [`Conn`], so that store functions take it as they are.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    now: Ms,
    effects: Vec<Effect>,
    wiring: &'a Wiring,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut Conn, now: Ms, wiring: &'a Wiring) -> Self {
        Self { conn, now, effects: Vec::new(), wiring }
    }

    /// The moment of this transaction: every row it writes carries the same time.
    pub fn now(&self) -> Ms {
        self.now
    }

    /// Runs `effect` after the commit, in order; never when the transaction fails.
    /// It runs on the writer thread: send on a channel, wake a task, nothing slower.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.push(Box::new(effect));
    }

    /// Who listens to the event `name`: the job kinds to enqueue.
    pub fn listeners(&self, name: &str) -> &'static [&'static str] {
        (self.wiring)(name)
    }

    pub(super) fn into_effects(self) -> Vec<Effect> {
        self.effects
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}
impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
