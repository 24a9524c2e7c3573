DROP TABLE model_usage;
DROP TABLE access_tokens;
DROP TABLE turn_events;
DROP TABLE turns;
DROP INDEX conversations_thread;
ALTER TABLE conversations DROP COLUMN thread;
