-- The secret in the addresses of a member's Atom feeds, as its SHA-256.
CREATE TABLE feed_tokens (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
