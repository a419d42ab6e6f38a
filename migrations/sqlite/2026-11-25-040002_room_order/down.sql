DROP TABLE room_sanctions;
ALTER TABLE room_members DROP COLUMN sent_at;
ALTER TABLE rooms DROP COLUMN announce;
ALTER TABLE rooms DROP COLUMN read_only;
ALTER TABLE rooms DROP COLUMN slow_ms;
