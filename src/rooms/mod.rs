//! Chat: rooms, events, membership, presence, unread.
