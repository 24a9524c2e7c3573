#!/usr/bin/env bash
# Puts a version of Saydo into service on this machine, and takes it back by itself when anything fails.
# docs/DEPLOYMENT.md tells how to use it.
set -Eeuo pipefail
trap 'echo "deploy.sh: line $LINENO failed: $BASH_COMMAND" >&2' ERR

usage() {
  cat >&2 <<'END'
deploy.sh staging|production deploy PROGRAM [--restore]   check, back up, migrate, switch, smoke, watch
deploy.sh staging|production rollback [--restore|--without-backup]   back to the version before
deploy.sh staging|production status                       what runs, and whether it is well
deploy.sh staging|production run ARGUMENTS…               saydo ARGUMENTS… with the settings of this installation

--restore: where the schema cannot be taken back, put back the backup made before. What was written since is then only
in the backup that is made first.
--without-backup: back also when no backup can be made. What only the newer schema has a place for is lost then.
END
  exit 2
}

# The service must be able to run what is installed, whatever this shell's mask is. Secrets have modes of their own.
umask 022

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/installation.sh
. "$here/lib/installation.sh"
# shellcheck source=lib/watch.sh
. "$here/lib/watch.sh"
# shellcheck source=lib/undo.sh
. "$here/lib/undo.sh"

# What the other environment on this machine shares with this one, in words; nothing when they are apart. Its settings are
# read by its own program where there is one.
shared_with() (
  ours=$3 our_secret=$(secret BETTER_AUTH_SECRET) our_owner='' root=$ROOT
  ! as_owner || our_owner=$OWNER
  unset "${!DEPLOY_@}"
  DEPLOY_ROOT=$root
  open_installation "$1"
  its=$(release current)
  theirs=$(saydo "${its:-$2}" config 2>/dev/null) || exit 1
  same() { [ -z "$1" ] || [ "$1" != "$2" ] || echo "$3"; }
  same "$(setting "$ours" SAYDO_DATA_DIR)" "$(setting "$theirs" SAYDO_DATA_DIR)" "their data folder"
  same "$(database_of "$ours")" "$(database_of "$theirs")" "their database"
  same "$(setting "$ours" REDIS_URL)" "$(setting "$theirs" REDIS_URL)" "their Redis"
  same "$our_secret" "$(secret BETTER_AUTH_SECRET)" "BETTER_AUTH_SECRET"
  same "$our_owner" "$OWNER" "their user"
)

# What a DATABASE_URL leads to, however it is written: neither user nor parameters, and the port that is meant when there
# is none. That two names are the same machine is not seen.
database_of() {
  setting "$1" DATABASE_URL | sed -E 's#^postgres(ql)?://##; /^sqlite:/b; s#^[^/]*@##; s#[?].*##; s#^(localhost|\[::1\])#127.0.0.1#
    s#^([^/:]+)(/|$)#\1:5432\2#' | tr '[:upper:]' '[:lower:]'
}

# Room for the backup and the migration, wherever there is written.
room() {
  local size backups folder free
  backups=$(setting "$1" SAYDO_BACKUP_DIR)
  size=$(find "$data_dir" -maxdepth 1 -name 'saydo.db*' -printf '%s\n' | awk '{sum += $1} END {print int(sum / 1048576)}')
  # The folder of the backups is made with the first of them.
  while [ -n "$backups" ] && [ ! -d "$backups" ]; do backups=$(dirname "$backups"); done
  for folder in "$data_dir" "$prefix" "$backups"; do
    [ -d "$folder" ] || continue
    free=$(df -Pk "$folder" | awk 'NR==2 {print int($4 / 1024)}')
    [ "$free" -ge $((DISK_MB + 2 * size)) ] ||
      die "the disk of $folder has $free MB free, $((DISK_MB + 2 * size)) MB are needed"
    say "check: the disk of $folder has $free MB free"
  done
}

# All that must be right before anything is changed. Sets `pending`: the migrations to come.
check() {
  local new=$1 settings other shared told
  told=$(saydo "$new" --version) || die "the program does not run as ${OWNER}, who must be able to read $prefix"
  say "check: the program runs: $told"
  settings=$(saydo "$new" config) || die "the settings have mistakes"
  [ "$(setting "$settings" SAYDO_PROFILE)" = production ] || die "SAYDO_PROFILE must be production, here: $settings_dir/.env"
  if [ "$WATCH" -gt 0 ] && [ -z \
    "$METRICS_URL$(setting "$settings" SAYDO_METRICS_LISTEN)$(setting "$settings" SAYDO_METRICS_TOKEN)" ]; then
    die "nothing to watch: set SAYDO_METRICS_LISTEN, or DEPLOY_WATCH=0"
  fi
  # Staging that shares something with production is production.
  for other in staging production; do
    if [ "$other" = "$environment" ] || [ ! -e "$ROOT/etc/saydo/$other/.env" ]; then continue; fi
    if ! shared=$(shared_with "$other" "$new" "$settings"); then
      [ "$environment" = production ] || die "the settings of $other have mistakes, so nothing is known of what they share"
      # A mistake in staging must not keep production from a remedy.
      say "check: the settings of $other have mistakes: what they share is not known"
    fi
    [ -z "$shared" ] || die "$environment and $other share ${shared//$'\n'/, }"
  done
  watchable || die "$(release current) does not hand its metrics to the token in $settings_dir; was it started with it?"
  say "check: the settings are good"
  room "$settings"
  schema=$(saydo "$new" migrate status) || die "the database cannot be reached, or is newer than the program"
  pending=$(awk '$2 == "waiting" {print $1}' <<<"$schema")
  say "check: the database answers; migrations to come: $(echo "${pending:-none}" | tr '\n' ' ')"
}

# Installs the program in a folder of its own; prints it. The same program twice is one folder.
install_program() {
  local program=$1 version sum folder report
  version=$("$program" --version | awk '{print $2}')
  [ -n "$version" ] || return 1
  sum=$(sha256sum "$program" | cut -c1-12)
  folder=$prefix/releases/$version-$sum
  if [ ! -e "$folder/saydo" ]; then
    mkdir -p "$folder"
    install -m 0755 "$program" "$folder/saydo.partial"
    mv "$folder/saydo.partial" "$folder/saydo"
  fi
  # What is known of its dependencies may come with it, also later.
  report=$(dirname "$program")/saydo-dependencies.json
  [ ! -e "$report" ] || install -m 0644 "$report" "$folder/"
  echo "$folder"
}

make_backup() {
  local made until=$((SECONDS + START))
  # One that the server makes by itself right now is waited for.
  until made=$(saydo "$1" backup create 2>&1); do
    [[ $made == *"another backup"* ]] && [ "$SECONDS" -lt "$until" ] || die "there is no backup: $made"
    sleep 1
  done
  made=$(sed -n 's/^Made \([^ ]*\) in .*/\1/p' <<<"$made")
  note backup "$made"
  say "backup: $made"
}

deploy() {
  local program=$1 new old highest began told since
  [ -x "$program" ] || die "$program is not a program"
  [ ! -e "$state" ] || undo "an earlier deployment was cut off"
  old=$(release current)
  new=$(install_program "$program") || die "$program does not run"
  if [ "$new" = "$old" ] && healthy "$old"; then
    say "$(basename "$new") runs already, and is well"
    return
  fi
  say "deploy: $(basename "${old:-nothing}") -> $(basename "$new")"
  check "$new"
  highest=$(awk '$2 == "applied" {print $1}' <<<"$schema" | sort -n | tail -1)
  if [ -n "$highest" ] && forward_only "$pending" && [ -z "$restore" ]; then
    die "this version's migrations cannot be taken back; --restore allows to put the backup back if it fails"
  fi

  note old "$old" new "$new" schema "${highest:-0}" restore "$restore" stage prepared
  trap 'exit 130' INT TERM HUP
  trap 'failed $?' EXIT
  # Where only the backup can bring the schema back, nothing may be written after it was made.
  [ -z "$highest" ] || forward_only "$pending" || make_backup "$new"
  began=$SECONDS
  note stage stopped
  service stop
  say "stop: the version before has ended"
  if [ -n "$highest" ] && forward_only "$pending"; then make_backup "$new"; fi
  note stage migrated
  told=$(saydo "$new" migrate up) || die "the schema cannot be brought up to date"
  say "migrate: $told"
  note stage switched
  point current "$new"
  service start
  await_health "$new" || die "the new version is not well within $START s"
  say "start: $(basename "$new") is well; people waited $((SECONDS - began)) s"
  since=$(date -u +%FT%TZ)
  smoke "$new" || die "the smoke test failed"
  same_database "$new" "$since" || die "what runs keeps its data elsewhere: its settings are not those in $settings_dir"
  watch_triggers "$new" || die "a trigger to roll back was met"

  # The same version once more is no other way back.
  if [ "$old" != "$new" ]; then
    [ -z "$old" ] || point previous "$old"
    echo "${highest:-0}" >"$new/schema-before"
    noted backup >"$new/backup-before"
  fi
  trap - EXIT
  rm -f "$state"
  prune_releases
  say "done: $(basename "$new") is in service"
}

rollback() {
  local current previous before later began=$SECONDS
  if [ -e "$state" ]; then
    [ -z "$restore" ] || note restore yes
    undo "a deployment was cut off"
    return
  fi
  current=$(release current)
  previous=$(release previous)
  [ -x "$previous/saydo" ] || die "there is no version before"
  before=$(cat "$current/schema-before")
  later=$(applied_after "$current" "$before") || die "the database cannot be reached"
  if forward_only "$later" && [ -z "$restore" ]; then
    die "migrations of this version cannot be taken back; --restore puts back the backup made before it"
  fi
  say "rollback: $(basename "$current") -> $(basename "$previous")"
  note old "$previous" new "$current" schema "$before" restore "$restore" \
    backup "$(cat "$current/backup-before")" wanted yes stage switched
  undo "the operator wants it"
  say "rollback took $((SECONDS - began)) s"
}

status() {
  local current
  current=$(release current)
  echo "in service: $(basename "${current:-nothing}")"
  echo "before it:  $(basename "$(release previous)")"
  if [ -e "$state" ]; then echo "unfinished: a deployment, at '$(noted stage)'; deploy or rollback takes it back"; fi
  [ -n "$current" ] || exit 1
  echo "backups:    $(saydo "$current" backup list | sed -n 2p)"
  if healthy "$current"; then echo "health:     well"; else
    echo "health:     not well"
    exit 1
  fi
}

[ $# -ge 2 ] || usage
restore='' without_backup=''
if [ "$2" != run ]; then
  case ${*: -1} in
    --restore) restore=yes ;;
    --without-backup) without_backup=yes ;;
  esac
  [ -z "$restore$without_backup" ] || set -- "${@:1:$#-1}"
  [ -z "$without_backup" ] || [ "$2" = rollback ] || usage
fi
FORWARD_ONLY=${DEPLOY_FORWARD_ONLY:-$here/forward-only}
case $1 in staging | production) open_installation "$1" ;; *) usage ;; esac
case $2:$# in
  deploy:3)
    lock
    deploy "$3"
    ;;
  rollback:2)
    lock
    rollback
    ;;
  status:2) status ;;
  run:*)
    current=$(release current)
    [ -n "$current" ] || die "nothing is installed"
    shift 2
    # shellcheck disable=SC2034 # for saydo
    by_operator=yes
    # What it says of a mistake is enough.
    trap - ERR
    saydo "$current" "$@"
    ;;
  *) usage ;;
esac
