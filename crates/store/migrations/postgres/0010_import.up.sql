-- Files are a door of their own.
ALTER TABLE changes DROP CONSTRAINT changes_door_check;
ALTER TABLE changes ADD CONSTRAINT changes_door_check CHECK (door IN ('rest', 'chat', 'mcp', 'cli', 'import'));

-- What a program did on a day, and what was put back together.
CREATE INDEX changes_client_age ON changes (user_id, client_id, created_at) WHERE client_id IS NOT NULL;
CREATE INDEX changes_undone_by ON changes (user_id, undone_by) WHERE undone_by IS NOT NULL;
