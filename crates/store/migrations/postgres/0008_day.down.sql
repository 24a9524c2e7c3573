ALTER TABLE users DROP COLUMN changes_that_day;
ALTER TABLE users DROP COLUMN changes_day;
