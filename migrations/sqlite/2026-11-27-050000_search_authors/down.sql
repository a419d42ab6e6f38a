DROP INDEX search_entries_author_id;
ALTER TABLE search_entries DROP COLUMN author_id;
