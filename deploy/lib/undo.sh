# shellcheck shell=bash
# Back to the version before, from any point of a deployment, as often as it takes. Sourced by deploy.sh.

# What runs when a deployment ends in any other way than well. (In a trap, `return` alone would hand on the old failure.)
failed() {
  trap - EXIT
  # Taking back goes to its end, whatever is pressed or closed meanwhile.
  trap '' INT TERM HUP PIPE
  set -e
  undo "the deployment failed"
  trap - ERR
  exit 1
}

undo() {
  local old new
  old=$(noted old) new=$(noted new)
  say "undo: $1, at '$(noted stage)'"
  if [ "$(noted stage)" = prepared ] || [ -z "$(noted stage)" ]; then
    rm -f "$state"
    say "undo: nothing had been changed"
    return 0
  fi
  service stop || say "undo: nothing was running"
  if [ -z "$old" ]; then
    schema_back "$new" "$(noted schema)"
    rm -f "$prefix/current" "$state"
    say "undo: there was no version before; nothing is in service"
    return 0
  fi
  schema_back "$new" "$(noted schema)"
  point current "$old"
  service start
  await_health "$old" || die "$(basename "$old") is not well either: docs/runbooks/down.md"
  [ "$(release previous)" != "$old" ] || rm -f "$prefix/previous"
  rm -f "$state"
  say "undo: $(basename "$old") is in service, and is well"
}

# Takes back the migrations after the given one. What the older schema has no place for stays in a backup.
schema_back() {
  local new=$1 later version made told
  later=$(applied_after "$new" "$2") || die "the schema cannot be read: docs/runbooks/database.md"
  [ -n "$later" ] || return 0
  if forward_only "$later"; then
    made=$(noted backup)
    [ "$(noted restore)" = yes ] && [ -n "$made" ] || die "the schema cannot be taken back: run rollback --restore"
    told=$(saydo "$new" backup restore "$made" --replace) ||
      die "the backup $made cannot be put back: docs/runbooks/backup.md; then rollback"
    say "undo: $told"
    return 0
  fi
  if made=$(saydo "$new" backup create 2>&1); then say "undo: $(head -1 <<<"$made")"; else
    say "undo: no backup: $made"
    # What fails right after it was put into service has little to lose; what an operator takes back may have months.
    if [ "$(noted wanted)" = yes ] && [ -z "$without_backup" ]; then
      service start
      await_health "$new" || die "$(basename "$new") is not well either: docs/runbooks/down.md"
      rm -f "$state"
      die "no backup can be made, so $(basename "$new") stays in service: docs/runbooks/backup.md, or rollback --without-backup"
    fi
  fi
  for version in $later; do
    told=$(saydo "$new" migrate down) ||
      die "migration $version cannot be taken back: docs/runbooks/database.md; then rollback"
    say "undo: $told ($version)"
  done
}
