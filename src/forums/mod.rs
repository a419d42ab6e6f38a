//! Forums: threads and posts in niches, reading state, likes, moderation.
