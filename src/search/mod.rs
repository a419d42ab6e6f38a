//! One index over everything searchable: threads, posts, later messages and material.
//!
//! A feature puts an [`Entry`] in and takes it out with [`put`] and [`remove`], from a job behind its own commit
//! (an index inside the transaction would halve the insert rate). The platform keeps the text once in
//! `search_entries`, and the folded words in what the database is good at: FTS5 on SQLite, a tsvector with GIN on
//! PostgreSQL.
//!
//! Invariants: what a viewer may not see is filtered in the query by `min_rank` of the entry and of its niche, and by
//! whom they have blocked; a query is words only, never syntax; an excerpt is escaped before anything is marked in it.

mod store;

pub use store::{Asker, Entry, Found, Question, find, fts5, ids, put, rebuild, remove, tsquery};
