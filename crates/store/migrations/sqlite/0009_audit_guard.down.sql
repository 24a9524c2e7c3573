DROP TRIGGER audit_retention_update;
DROP TRIGGER audit_retention_insert;
DROP TRIGGER audit_events_no_replace;
