-- Who wrote it: a search finds nothing by somebody the reader has blocked, and can ask for one writer.
ALTER TABLE search_entries ADD COLUMN author_id BIGINT REFERENCES members ON DELETE SET NULL;
UPDATE search_entries SET author_id = (SELECT p.author_id FROM posts p WHERE p.id = search_entries.object_id) WHERE kind = 'post';
UPDATE search_entries SET author_id = (SELECT t.author_id FROM threads t WHERE t.id = search_entries.object_id) WHERE kind = 'thread';
CREATE INDEX search_entries_author_id ON search_entries (author_id) WHERE author_id IS NOT NULL;
