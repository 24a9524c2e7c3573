-- Instants are microseconds since 1970-01-01T00:00Z, JSON is text, every key leads with the owner.

CREATE TABLE users (
    id                TEXT   NOT NULL PRIMARY KEY,
    email             TEXT   UNIQUE,
    name              TEXT   NOT NULL,
    password_hash     TEXT,
    timezone          TEXT,
    settings          TEXT   NOT NULL DEFAULT '{}',
    next_task_number  BIGINT NOT NULL DEFAULT 1,
    next_change_seq   BIGINT NOT NULL DEFAULT 1,
    token_generation  BIGINT NOT NULL DEFAULT 0,
    tokens_revoked_at BIGINT,
    created_at        BIGINT NOT NULL
);

CREATE TABLE sessions (
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_id     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_seen_at BIGINT,
    client       TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, token_id)
);
CREATE INDEX sessions_expired ON sessions (expires_at);

CREATE TABLE revoked_tokens (
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_id   TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, token_id)
);
CREATE INDEX revoked_tokens_expired ON revoked_tokens (expires_at);

CREATE TABLE tasks (
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    uid          TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    -- The title in lower case, to sort by; title and description in lower case, to search in.
    title_key    TEXT   NOT NULL,
    search       TEXT   NOT NULL,
    description  TEXT,
    completed_at BIGINT,
    -- 1 high, 2 medium, 3 low.
    priority     BIGINT NOT NULL,
    -- As given: a day or an RFC 3339 date-time; then its wall-clock seconds, then its instant if it has one.
    due          TEXT,
    due_local    BIGINT,
    due_at       BIGINT,
    zone         TEXT,
    recurrence   TEXT,
    repeat_of    TEXT,
    labels       TEXT   NOT NULL DEFAULT '[]',
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT,
    version      BIGINT NOT NULL,
    PRIMARY KEY (user_id, number),
    UNIQUE (user_id, uid)
);
-- Open ones by number; and what counting needs, so that it never touches the rows.
CREATE INDEX tasks_open ON tasks (user_id, deleted_at, completed_at, number);
CREATE INDEX tasks_counts ON tasks (user_id, deleted_at, completed_at, due_local, due_at);
CREATE INDEX tasks_due ON tasks (user_id, COALESCE(due_local, 9223372036854775807), number) WHERE deleted_at IS NULL;
CREATE INDEX tasks_repeat_of ON tasks (user_id, repeat_of) WHERE repeat_of IS NOT NULL;
CREATE INDEX tasks_trash ON tasks (user_id, number) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_trash_age ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE task_labels (
    user_id TEXT   NOT NULL,
    label   TEXT   NOT NULL,
    number  BIGINT NOT NULL,
    PRIMARY KEY (user_id, label, number),
    FOREIGN KEY (user_id, number) REFERENCES tasks (user_id, number) ON DELETE CASCADE
);
CREATE INDEX task_labels_number ON task_labels (user_id, number);

CREATE TABLE conversations (
    -- AUTOINCREMENT: a number is never given twice, so an old link never opens another conversation.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title      TEXT    NOT NULL,
    memory     TEXT    NOT NULL DEFAULT '{}',
    -- Grows with every message, whatever the clock does: "newest first" goes by this.
    activity   BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    UNIQUE (user_id, id)
);
CREATE INDEX conversations_activity ON conversations (user_id, activity, id);

CREATE TABLE messages (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         TEXT    NOT NULL,
    conversation_id BIGINT  NOT NULL,
    role            TEXT    NOT NULL CHECK (role IN ('user', 'assistant')),
    content         TEXT    NOT NULL,
    tool_calls      TEXT    NOT NULL DEFAULT '[]',
    change_id       TEXT,
    answered_by     TEXT,
    created_at      BIGINT  NOT NULL,
    FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE
);
CREATE INDEX messages_conversation ON messages (user_id, conversation_id, id);

CREATE TABLE pending_actions (
    user_id         TEXT   NOT NULL,
    conversation_id BIGINT NOT NULL,
    id              TEXT   NOT NULL,
    kind            TEXT   NOT NULL CHECK (kind IN ('confirm', 'choose', 'ask')),
    prompt          TEXT   NOT NULL,
    tasks           TEXT   NOT NULL,
    action          TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id),
    FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE
);

CREATE TABLE changes (
    user_id         TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq             BIGINT NOT NULL,
    id              TEXT   NOT NULL,
    door            TEXT   NOT NULL CHECK (door IN ('rest', 'chat', 'mcp', 'cli')),
    -- No foreign key: the journal outlives the conversation.
    conversation_id BIGINT,
    summary         TEXT   NOT NULL,
    undoes          TEXT,
    undone_by       TEXT,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, seq),
    UNIQUE (user_id, id)
);
CREATE INDEX changes_ordinary ON changes (user_id, seq) WHERE undoes IS NULL;
CREATE INDEX changes_age ON changes (created_at);

CREATE TABLE change_effects (
    user_id     TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    before_task TEXT,
    after_task  TEXT,
    PRIMARY KEY (user_id, seq, ordinal),
    FOREIGN KEY (user_id, seq) REFERENCES changes (user_id, seq) ON DELETE CASCADE
);

CREATE TABLE idempotency_keys (
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key         TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    status      BIGINT NOT NULL,
    headers     TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_expired ON idempotency_keys (expires_at);
