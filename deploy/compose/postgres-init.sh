#!/bin/sh
# On the first start of the database: a role that owns its database and is nothing special, so that row security holds.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/saydo-database)" -U postgres <<'SQL'
CREATE ROLE saydo LOGIN PASSWORD :'password';
CREATE DATABASE saydo OWNER saydo ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE saydo FROM PUBLIC;
SQL
