DROP TRIGGER audit_retention_past ON audit_retention;
DROP FUNCTION audit_retention_is_past();
