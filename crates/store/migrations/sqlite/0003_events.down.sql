DROP TABLE user_events;
ALTER TABLE users DROP COLUMN next_event_seq;
