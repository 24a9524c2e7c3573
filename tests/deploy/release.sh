#!/usr/bin/env bash
# Another version of the program, made of the real one (PROGRAM) and what is different in it (KIND). It has one migration
# more than the real one: a file in the data folder, without which it does not start, and with which the older one does not.
set -euo pipefail
program='PROGRAM' kind='KIND'
migrated=${SAYDO_DATA_DIR:-}/migrated

newest() { [ "$kind" = older ] && echo 0 || echo 1; }

case ${1:-}:${2:-} in
  # The stranger says that it is of another commit than what it runs.
  --version:*) if [ "$kind" = stranger ]; then echo "saydo $("$program" --version | cut -d' ' -f2) (4f1d2c3b5a69)"; else "$program" --version; fi ;;
  migrate:status)
    "$program" migrate status
    if [ -e "$migrated" ] && [ "$(newest)" = 0 ]; then
      echo "the database is newer than the program" >&2
      exit 1
    fi
    [ "$(newest)" = 0 ] || echo " 99  $([ -e "$migrated" ] && echo applied || echo waiting)  more"
    ;;
  migrate:up)
    "$program" migrate up
    if [ "$kind" = stuck ]; then
      echo "somebody holds a lock" >&2
      exit 1
    fi
    [ "$(newest)" = 0 ] || touch "$migrated"
    [ "$kind" != lingering ] || sleep 60
    ;;
  migrate:down)
    if [ "$kind" = sticky ] && [ ! -e "$migrated-may-go" ]; then
      echo "somebody holds a lock" >&2
      exit 1
    fi
    # The newest is taken back first, then those of the real program.
    if [ -e "$migrated" ]; then rm "$migrated"; else exec "$program" migrate down; fi
    ;;
  backup:restore)
    "$program" "$@"
    rm -f "$migrated"
    ;;
  serve:)
    # A stuck one would run without its migration, and not be noticed by that.
    [ "$(newest)" = 0 ] || [ -e "$migrated" ] || [ "$kind" = stuck ] || exit 1
    if [ "$(newest)" = 0 ] && [ -e "$migrated" ]; then exit 1; fi
    [ "$kind" != dead ] || exit 1
    exec "$program" serve
    ;;
  smoke:*)
    # Nobody is where it looks.
    [ "$kind" != lost ] || set -- "$@" --base-url http://127.0.0.1:9
    exec "$program" "$@"
    ;;
  *) exec "$program" "$@" ;;
esac
