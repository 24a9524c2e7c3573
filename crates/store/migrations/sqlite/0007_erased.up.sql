-- Accounts that were erased: a restored backup has them again, and they are erased again.
CREATE TABLE erased_accounts (
    -- A hash of what only a row of the account could tell: it says nothing about anybody who is not in the database.
    mark TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- Conversations are removed by their age where a retention is set.
CREATE INDEX conversations_age ON conversations (updated_at);
