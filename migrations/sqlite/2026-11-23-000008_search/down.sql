DROP TABLE search_entries;
DROP TABLE search_fts;
