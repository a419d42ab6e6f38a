//! Live connections: the hub, the socket pump with its heartbeat, the relay between nodes.

/// Handle to the live connections of this node.
#[derive(Clone, Default)]
pub struct Live {}

impl Live {
    /// Whether the link to the other nodes stands; always, where there is none.
    pub async fn is_linked(&self) -> bool {
        true
    }
}
