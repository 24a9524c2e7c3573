-- Files are a door of their own. A CHECK cannot be changed: the column is made anew.
ALTER TABLE changes ADD COLUMN by_door TEXT NOT NULL DEFAULT 'rest'
    CHECK (by_door IN ('rest', 'chat', 'mcp', 'cli', 'import'));
UPDATE changes SET by_door = door;
ALTER TABLE changes DROP COLUMN door;
ALTER TABLE changes RENAME COLUMN by_door TO door;

-- What a program did on a day, and what was put back together.
CREATE INDEX changes_client_age ON changes (user_id, client_id, created_at) WHERE client_id IS NOT NULL;
CREATE INDEX changes_undone_by ON changes (user_id, undone_by) WHERE undone_by IS NOT NULL;
