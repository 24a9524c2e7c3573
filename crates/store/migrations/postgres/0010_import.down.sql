DROP INDEX changes_undone_by;
DROP INDEX changes_client_age;
-- What was imported came in over REST, as far as the older program knows.
UPDATE changes SET door = 'rest' WHERE door = 'import';
UPDATE user_events SET door = 'rest' WHERE door = 'import';
ALTER TABLE changes DROP CONSTRAINT changes_door_check;
ALTER TABLE changes ADD CONSTRAINT changes_door_check CHECK (door IN ('rest', 'chat', 'mcp', 'cli'));
