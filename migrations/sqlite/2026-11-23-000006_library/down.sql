DROP TABLE downloads;
DROP TABLE resource_variants;
DROP TABLE resources;
