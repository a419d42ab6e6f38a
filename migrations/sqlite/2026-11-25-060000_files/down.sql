DROP TABLE file_garbage;
DROP TABLE file_sizes;
DROP TABLE file_parts;
DROP TABLE file_uses;
DROP TABLE files;
