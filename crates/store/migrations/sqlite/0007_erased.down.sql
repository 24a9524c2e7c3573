DROP INDEX conversations_age;
DROP TABLE erased_accounts;
