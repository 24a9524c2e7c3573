-- Work that runs by the clock, on one replica at a time: who has it, until when, and when it is due next.
CREATE TABLE leases (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    -- Grows with every claim.
    fence  BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    due_at BIGINT NOT NULL
) WITHOUT ROWID;
