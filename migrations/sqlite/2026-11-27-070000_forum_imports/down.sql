DROP TABLE forum_sources;
DROP TABLE forum_imports;
