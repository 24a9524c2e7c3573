#!/usr/bin/env bash
# A version with a fault in it: the real program (PROGRAM) and what is wrong with it (KIND). The smoke test finds nothing:
# `failing` and `slow` begin after it. What it did to the database (DATABASE) goes away with it.
set -uo pipefail
program='PROGRAM' kind='KIND' database='DATABASE'
smoked=${SAYDO_DATA_DIR:-.}/smoked

sql() { psql -XqAt "$database" -c "$1" >/dev/null 2>&1; }

# For as long as there is a server.
misbehave() {
  until [ -e "$smoked" ]; do
    kill -0 "$server" 2>/dev/null || return
    sleep 0.2
  done
  case $kind in
    failing) sql 'REVOKE INSERT ON tasks FROM saydo' ;;
    # A lock that is held for seconds, over and over.
    slow) while kill -0 "$server" 2>/dev/null; do sql 'BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(7); COMMIT'; sleep 0.3; done ;;
  esac
}

mend() {
  rm -f "$smoked"
  sql 'GRANT INSERT ON tasks TO saydo'
  sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(7)%' AND pid <> pg_backend_pid()"
}

case ${1:-} in
  serve)
    [ "$kind" != crashing ] || exit 101
    rm -f "$smoked"
    "$program" serve &
    server=$!
    misbehave &
    fault=$!
    trap 'kill "$fault"; mend; kill -TERM "$server"; wait "$server"; exit' TERM
    wait "$server"
    ;;
  smoke) "$program" "$@" && touch "$smoked" ;;
  *) exec "$program" "$@" ;;
esac
