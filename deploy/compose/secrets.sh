#!/bin/sh
# Makes the secrets that are missing, each a file in secrets/. What is there stays.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
make() {
  [ -s "secrets/$1" ] || printf %s "$2" >"secrets/$1"
  # The programs in the containers are not the owner; the folder keeps everybody else out.
  chmod 444 "secrets/$1"
}
random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
make BETTER_AUTH_SECRET "$(random)"
make SAYDO_METRICS_TOKEN "$(random)"
make postgres "$(random)"
make grafana "$(random)"
make saydo-database "$(random)"
make DATABASE_URL "postgresql://saydo:$(cat secrets/saydo-database)@postgres:5432/saydo?sslmode=disable"
