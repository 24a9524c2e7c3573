-- What happened to accounts and to the installation. Rows are added, never changed; they go when they are old enough.
CREATE TABLE audit_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         BIGINT  NOT NULL,
    kind       TEXT    NOT NULL,
    -- Keyed hashes of the account and of the client's network: an erased account leaves nothing that says whose it was.
    actor      TEXT,
    origin     TEXT,
    request_id TEXT,
    -- JSON; never names, e-mails or what people wrote.
    details    TEXT    NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_kind ON audit_events (kind, id);

-- From when on rows are kept: only what is older can be deleted.
CREATE TABLE audit_retention (
    only_row  BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    keep_from BIGINT NOT NULL
);
INSERT INTO audit_retention (only_row, keep_from) VALUES (1, -9223372036854775807);

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'audit_events only grows');
END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
WHEN OLD.at >= COALESCE((SELECT keep_from FROM audit_retention), OLD.at) BEGIN
    SELECT RAISE(ABORT, 'audit_events only grows');
END;
