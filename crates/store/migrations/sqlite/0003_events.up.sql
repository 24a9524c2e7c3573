-- The number of a user's next event.
ALTER TABLE users ADD COLUMN next_event_seq BIGINT NOT NULL DEFAULT 1;

-- What changed, for whoever follows along: numbered without gaps, kept for a day.
CREATE TABLE user_events (
    user_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
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
) WITHOUT ROWID;
CREATE INDEX user_events_age ON user_events (created_at);
