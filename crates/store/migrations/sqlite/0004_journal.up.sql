-- Who made a change, beyond its door: the program whose token it was (its name as it was then), and the model that
-- chose it. A person's own changes have neither.
ALTER TABLE changes ADD COLUMN client_id TEXT;
ALTER TABLE changes ADD COLUMN client TEXT;
ALTER TABLE changes ADD COLUMN model TEXT;
CREATE INDEX changes_client ON changes (user_id, client_id, seq) WHERE client_id IS NOT NULL;

-- The history of a task.
CREATE INDEX change_effects_task ON change_effects (user_id, number, seq);

-- Which run of a turn may still have effects: whoever goes on with a turn that broke off takes the next number.
ALTER TABLE turns ADD COLUMN attempt BIGINT NOT NULL DEFAULT 1;
-- What was said when it broke off; it makes room for the reply of whoever goes on with it.
ALTER TABLE turns ADD COLUMN reply_id BIGINT;

-- What a model asked for in a turn and got, round by round, written together with what it did.
CREATE TABLE turn_rounds (
    user_id    TEXT   NOT NULL,
    turn_id    TEXT   NOT NULL,
    round      BIGINT NOT NULL,
    -- The model's words and calls with what they gave, and what the turn's end needs to know of them.
    data       TEXT   NOT NULL,
    -- Of the turn's budgets.
    tokens     BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, turn_id, round),
    FOREIGN KEY (user_id, turn_id) REFERENCES turns (user_id, id) ON DELETE CASCADE
);

-- Consents of a person to a program's call: each counts once, on whatever replica it comes in.
CREATE TABLE used_consents (
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id         TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX used_consents_expired ON used_consents (expires_at);
