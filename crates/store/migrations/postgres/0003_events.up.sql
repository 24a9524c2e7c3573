-- The number of a user's next event.
ALTER TABLE users ADD COLUMN next_event_seq BIGINT NOT NULL DEFAULT 1;

-- What changed, for whoever follows along: numbered without gaps, kept for a day.
CREATE TABLE user_events (
    user_id         TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq             BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    -- Whichever the event is about. No foreign keys: an event outlives what it tells of.
    task_number     BIGINT,
    conversation_id BIGINT,
    -- The task's version after it.
    version         BIGINT,
    change_id       TEXT,
    door            TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, seq)
);
CREATE INDEX user_events_age ON user_events (created_at);

-- See 0001.
ALTER TABLE user_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON user_events USING (
    user_id = (SELECT current_setting('saydo.user', TRUE)) OR (SELECT current_setting('saydo.role', TRUE)) = 'system'
);
