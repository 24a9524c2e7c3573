DROP INDEX changes_undone_by;
DROP INDEX changes_client_age;
-- What was imported came in over REST, as far as the older program knows.
ALTER TABLE changes ADD COLUMN by_door TEXT NOT NULL DEFAULT 'rest' CHECK (by_door IN ('rest', 'chat', 'mcp', 'cli'));
UPDATE changes SET by_door = door WHERE door <> 'import';
ALTER TABLE changes DROP COLUMN door;
ALTER TABLE changes RENAME COLUMN by_door TO door;
UPDATE user_events SET door = 'rest' WHERE door = 'import';
