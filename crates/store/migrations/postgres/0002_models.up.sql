-- The outside name of a conversation: `agui:…` or `openai:…`.
ALTER TABLE conversations ADD COLUMN thread TEXT COLLATE "C";
CREATE UNIQUE INDEX conversations_thread ON conversations (user_id, thread) WHERE thread IS NOT NULL;

CREATE TABLE turns (
    user_id         TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    conversation_id BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'cancelled', 'interrupted')),
    stop_requested  BIGINT NOT NULL DEFAULT 0,
    -- No foreign key: the journal is purged in its own time.
    change_id       TEXT,
    answered_by     TEXT,
    idempotency_key TEXT COLLATE "C",
    fingerprint     TEXT,
    started_at      BIGINT NOT NULL,
    heartbeat_at    BIGINT NOT NULL,
    ended_at        BIGINT,
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE
);
CREATE INDEX turns_conversation ON turns (user_id, conversation_id, id);
CREATE UNIQUE INDEX turns_key ON turns (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX turns_running ON turns (heartbeat_at) WHERE status = 'running';
CREATE INDEX turns_ended ON turns (ended_at) WHERE ended_at IS NOT NULL;

-- One row per event of a stream.
CREATE TABLE turn_events (
    user_id    TEXT COLLATE "C" NOT NULL,
    turn_id    TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, turn_id, seq),
    FOREIGN KEY (user_id, turn_id) REFERENCES turns (user_id, id) ON DELETE CASCADE
);

CREATE TABLE access_tokens (
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id           TEXT COLLATE "C" NOT NULL,
    name         TEXT   NOT NULL,
    -- SHA-256 of the token in hex: the token itself is known to its owner only.
    hash         TEXT COLLATE "C" NOT NULL UNIQUE,
    scope        TEXT   NOT NULL CHECK (scope IN ('read', 'write')),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (user_id, id)
);

CREATE TABLE model_usage (
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- YYYY-MM-DD in UTC.
    day           TEXT COLLATE "C" NOT NULL,
    model         TEXT COLLATE "C" NOT NULL,
    turns         BIGINT NOT NULL,
    calls         BIGINT NOT NULL,
    input_tokens  BIGINT NOT NULL,
    cached_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    -- Millionths of the currency in which prices are configured.
    cost_micros   BIGINT NOT NULL,
    PRIMARY KEY (user_id, day, model)
);

-- See 0001.
ALTER TABLE turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE turns FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON turns USING (
    user_id = (SELECT current_setting('saydo.user', TRUE)) OR (SELECT current_setting('saydo.role', TRUE)) = 'system'
);
ALTER TABLE turn_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE turn_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON turn_events USING (
    user_id = (SELECT current_setting('saydo.user', TRUE)) OR (SELECT current_setting('saydo.role', TRUE)) = 'system'
);
ALTER TABLE access_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON access_tokens USING (
    user_id = (SELECT current_setting('saydo.user', TRUE)) OR (SELECT current_setting('saydo.role', TRUE)) = 'system'
);
ALTER TABLE model_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE model_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON model_usage USING (
    user_id = (SELECT current_setting('saydo.user', TRUE)) OR (SELECT current_setting('saydo.role', TRUE)) = 'system'
);
