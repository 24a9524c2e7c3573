-- Work that runs by the clock, on one replica at a time: who has it, until when, and when it is due next.
CREATE TABLE leases (
    name   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    -- Grows with every claim.
    fence  BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);

-- Nobody's rows: only the system's.
ALTER TABLE leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE leases FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON leases USING ((SELECT current_setting('saydo.role', TRUE)) = 'system');
