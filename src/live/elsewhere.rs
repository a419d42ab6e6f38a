//! What other nodes say about themselves: who is in which room there, and how many connections each member has there.
//! It is hearsay: a node that falls silent is forgotten after a while, a node that says something unknown is asked for
//! everything, and everything is said again now and then.

use crate::db::{Ms, SECOND};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};

/// A node that says nothing for so long is gone.
const SILENCE: Ms = 35 * SECOND;
/// Who was on a node that said goodbye counts as present for so long: most come back on another.
const FAREWELL: Ms = 30 * SECOND;

#[derive(Default)]
struct Node {
    forget_at: Ms,
    rooms: HashMap<i64, HashSet<i64>>,
    connections: HashMap<i64, usize>,
}

/// The other nodes.
#[derive(Default)]
pub(super) struct Elsewhere {
    nodes: Mutex<HashMap<String, Node>>,
}

impl Elsewhere {
    /// A node spoke; answers whether it was unknown.
    pub fn heard(&self, node: &str, now: Ms) -> bool {
        let mut nodes = self.nodes.lock();
        let known = nodes.contains_key(node);
        nodes.entry(node.to_owned()).or_default().forget_at = now + SILENCE;
        !known
    }

    /// A node tells everything anew: what it said before no longer counts. Answers the rooms it named.
    pub fn begin(&self, node: &str) -> Vec<i64> {
        let mut nodes = self.nodes.lock();
        let Some(known) = nodes.get_mut(node) else { return Vec::new() };
        known.connections.clear();
        std::mem::take(&mut known.rooms).into_keys().collect()
    }

    /// Somebody came into a room there, or went.
    pub fn passage(&self, node: &str, room: i64, came: Vec<i64>, went: &[i64]) {
        let mut nodes = self.nodes.lock();
        let Some(known) = nodes.get_mut(node) else { return };
        let there = known.rooms.entry(room).or_default();
        there.extend(came);
        there.retain(|m| !went.contains(m));
        if there.is_empty() {
            known.rooms.remove(&room);
        }
    }

    /// A member has so many connections there.
    pub fn connections(&self, node: &str, member: i64, n: usize) {
        let mut nodes = self.nodes.lock();
        let Some(known) = nodes.get_mut(node) else { return };
        if n == 0 {
            known.connections.remove(&member);
        } else {
            known.connections.insert(member, n);
        }
    }

    /// A node said goodbye.
    pub fn farewell(&self, node: &str, now: Ms) {
        if let Some(known) = self.nodes.lock().get_mut(node) {
            known.connections.clear();
            known.forget_at = now + FAREWELL;
        }
    }

    /// Connections of a member on other nodes.
    pub fn connections_of(&self, member: i64) -> usize {
        self.nodes.lock().values().filter_map(|n| n.connections.get(&member)).sum()
    }

    /// Who is in a room on other nodes.
    pub fn present_in(&self, room: i64) -> HashSet<i64> {
        let nodes = self.nodes.lock();
        nodes.values().filter_map(|n| n.rooms.get(&room)).flatten().copied().collect()
    }

    /// Forgets silent nodes; answers the rooms whose presence changed.
    pub fn tidy(&self, now: Ms) -> Vec<i64> {
        let mut changed = Vec::new();
        self.nodes.lock().retain(|_, node| {
            let stays = node.forget_at > now;
            if !stays {
                changed.extend(node.rooms.keys());
            }
            stays
        });
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_node_is_forgotten_with_everybody_on_it() {
        let others = Elsewhere::default();
        assert!(others.heard("a", 0));
        assert!(!others.heard("a", 1_000));
        others.passage("a", 7, vec![1, 2], &[]);
        others.connections("a", 1, 3);
        others.passage("a", 7, vec![], &[2]);
        assert_eq!(others.present_in(7), HashSet::from([1]));
        assert_eq!(others.connections_of(1), 3);
        assert!(others.tidy(30_000).is_empty());
        assert_eq!(others.tidy(36_001), vec![7]);
        assert!(others.present_in(7).is_empty() && others.connections_of(1) == 0);
    }

    #[test]
    fn what_an_unknown_node_says_in_part_is_not_believed() {
        let others = Elsewhere::default();
        others.passage("b", 7, vec![1], &[]);
        assert!(others.present_in(7).is_empty());
    }
}
