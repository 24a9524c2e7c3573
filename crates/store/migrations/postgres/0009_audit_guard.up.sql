-- What was noted within the last twelve hours, by the database's clock or before the newest event, is always kept: no
-- statement opens all of it for deletion. The shortest retention is a day; the rest is for clocks that differ.
CREATE FUNCTION audit_retention_is_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.keep_from > GREATEST(
        (SELECT MAX(at) FROM audit_events),
        CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)
    ) - 43200000000 THEN
        RAISE EXCEPTION 'audit_events only grows: the last twelve hours are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_retention_past BEFORE INSERT OR UPDATE ON audit_retention
    FOR EACH ROW EXECUTE FUNCTION audit_retention_is_past();
