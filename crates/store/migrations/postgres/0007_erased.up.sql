-- Accounts that were erased: a restored backup has them again, and they are erased again.
CREATE TABLE erased_accounts (
    -- A hash of what only a row of the account could tell: it says nothing about anybody who is not in the database.
    mark TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

-- No user sees or writes these: only the system does.
ALTER TABLE erased_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON erased_accounts USING ((SELECT current_setting('saydo.role', TRUE)) = 'system');

-- Conversations are removed by their age where a retention is set.
CREATE INDEX conversations_age ON conversations (updated_at);
