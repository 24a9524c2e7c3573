-- A row that is there is not replaced either: REPLACE deletes without the trigger for deletions.
CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'audit_events only grows');
END;

-- What was noted within the last twelve hours, by the database's clock or before the newest event, is always kept: no
-- statement opens all of it for deletion. The shortest retention is a day; the rest is for clocks that differ.
CREATE TRIGGER audit_retention_insert BEFORE INSERT ON audit_retention
WHEN NEW.keep_from > MAX(COALESCE((SELECT MAX(at) FROM audit_events), 0), unixepoch() * 1000000) - 43200000000 BEGIN
    SELECT RAISE(ABORT, 'audit_events only grows: the last twelve hours are kept');
END;
CREATE TRIGGER audit_retention_update BEFORE UPDATE ON audit_retention
WHEN NEW.keep_from > MAX(COALESCE((SELECT MAX(at) FROM audit_events), 0), unixepoch() * 1000000) - 43200000000 BEGIN
    SELECT RAISE(ABORT, 'audit_events only grows: the last twelve hours are kept');
END;
