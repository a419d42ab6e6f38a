DROP TABLE downloads;
DROP TABLE resource_variants;
DROP TABLE resource_embargoes;
DROP TABLE resources;
