-- How much of a person's was changed on a day (days since 1970 in UTC): what one can change in a day is bounded.
ALTER TABLE users ADD COLUMN changes_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN changes_that_day BIGINT NOT NULL DEFAULT 0;
