DROP TABLE used_consents;
DROP TABLE turn_rounds;
ALTER TABLE turns DROP COLUMN reply_id;
ALTER TABLE turns DROP COLUMN attempt;
DROP INDEX change_effects_task;
DROP INDEX changes_client;
ALTER TABLE changes DROP COLUMN model;
ALTER TABLE changes DROP COLUMN client;
ALTER TABLE changes DROP COLUMN client_id;
