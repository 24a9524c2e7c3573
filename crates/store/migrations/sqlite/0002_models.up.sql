-- The outside name of a conversation: `agui:…` or `openai:…`.
ALTER TABLE conversations ADD COLUMN thread TEXT;
CREATE UNIQUE INDEX conversations_thread ON conversations (user_id, thread) WHERE thread IS NOT NULL;

CREATE TABLE turns (
    user_id         TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    conversation_id BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'cancelled', 'interrupted')),
    stop_requested  BIGINT NOT NULL DEFAULT 0,
    -- No foreign key: the journal is purged in its own time.
    change_id       TEXT,
    answered_by     TEXT,
    idempotency_key TEXT,
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

-- One row per event of a stream: its long key would be stored twice, were it not the table itself.
CREATE TABLE turn_events (
    user_id    TEXT   NOT NULL,
    turn_id    TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, turn_id, seq),
    FOREIGN KEY (user_id, turn_id) REFERENCES turns (user_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE access_tokens (
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id           TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    -- SHA-256 of the token in hex: the token itself is known to its owner only.
    hash         TEXT   NOT NULL UNIQUE,
    scope        TEXT   NOT NULL CHECK (scope IN ('read', 'write')),
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (user_id, id)
);

CREATE TABLE model_usage (
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- YYYY-MM-DD in UTC.
    day           TEXT   NOT NULL,
    model         TEXT   NOT NULL,
    turns         BIGINT NOT NULL,
    calls         BIGINT NOT NULL,
    input_tokens  BIGINT NOT NULL,
    cached_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    -- Millionths of the currency in which prices are configured.
    cost_micros   BIGINT NOT NULL,
    PRIMARY KEY (user_id, day, model)
);
