DROP TABLE post_reports;
DROP TABLE niche_reads;
DROP TABLE thread_reads;
DROP TABLE post_likes;
DROP TABLE posts;
DROP TABLE threads;
