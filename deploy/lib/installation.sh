# shellcheck shell=bash
# Where an installation lies, and what can be done with it. Sourced by deploy.sh.

# Sets the paths and settings of an environment; deploy.conf beside its settings may change what is in capitals.
open_installation() {
  environment=$1
  ROOT=${DEPLOY_ROOT:-}
  settings_dir=$ROOT/etc/saydo/$environment
  # shellcheck disable=SC1091
  [ ! -e "$settings_dir/deploy.conf" ] || . "$settings_dir/deploy.conf"
  prefix=$ROOT/opt/saydo/$environment
  data_dir=${DEPLOY_DATA:-$ROOT/var/lib/saydo/$environment}
  state=$prefix/deploying
  SERVICE=${DEPLOY_SERVICE:-}
  OWNER=${DEPLOY_USER:-saydo-$environment}
  URL=${DEPLOY_URL:-}
  METRICS_URL=${DEPLOY_METRICS_URL:-}
  START=${DEPLOY_START:-60}
  WATCH=${DEPLOY_WATCH:-300}
  WATCH_EVERY=${DEPLOY_WATCH_EVERY:-5}
  DISK_MB=${DEPLOY_DISK_MB:-1024}
  [ -r "$settings_dir/.env" ] || die "there are no settings: $settings_dir/.env"
  mkdir -p "$prefix/releases"
  if as_owner; then install -d -m 0700 -o "$OWNER" "$data_dir"; else mkdir -p "$data_dir"; fi
}

say() {
  local line="+${SECONDS}s  $*"
  # A terminal that is gone must not stop what is being done.
  printf '%s %s\n' "$(date +%T)" "$line" 2>/dev/null || true
  # Nor may a full disk: taking back begins with a line, too.
  [ ! -d "${prefix:-}" ] ||
    { printf '%s %s %s\n' "$(date -u +%FT%TZ)" "$environment" "$line" >>"$prefix/deploy.log"; } 2>/dev/null || true
}

die() {
  trap - ERR
  say "FAILED: $*" >&2
  exit 1
}

# One at a time. What is at work for a deployment that was killed, like a migration, holds the lock until it ends; the
# server must not (9>&-).
lock() {
  exec 9>"$prefix/lock"
  flock -n 9 || die "another deployment is under way"
}

# Root works as the owner of the data, so that the service can read all that is made.
as_owner() { [ "$(id -u)" = 0 ] && id "$OWNER" >/dev/null 2>&1; }

# The program of a release, with the settings of the installation. Each file in credentials/ is the setting of its name.
saydo() (
  program=$1/saydo
  shift
  cd "$settings_dir" || exit 1
  for file in credentials/*; do
    [ ! -f "$file" ] || export "$(basename "$file")=$(trimmed <"$file")"
  done
  export SAYDO_DATA_DIR=$data_dir
  # Of what it does for us only mistakes are logged: each step has its own line.
  [ -n "${by_operator:-}" ] || export SAYDO_LOG=error
  if as_owner; then exec runuser -u "$OWNER" -- "$program" "$@"; else exec "$program" "$@"; fi
)

# A secret as the server reads it from a file: without the ends of lines at its end.
trimmed() {
  local text
  text=$(cat)
  printf '%s' "${text%"${text##*[!$'\r\n']}"}"
}

# A value in what `saydo config` printed.
setting() { sed -n "s/^$2 \(.*\)/\1/p" <<<"$1" | sed 's/ *# .*//; s/^ *//'; }

# A secret, from its file or from .env, as the server would read it. It is only compared or handed on, never shown.
secret() {
  { [ -r "$settings_dir/credentials/$1" ] && trimmed <"$settings_dir/credentials/$1"; } ||
    sed -n "s/^ *$1 *= *//p" "$settings_dir/.env" | tail -1 | sed -E "s/^([\"'])(.*)\\1 *$/\\2/"
}

# Where a link of the installation points; nothing when there is none.
release() { readlink "$prefix/$1" 2>/dev/null || true; }

# Switches a link in one step: at no time is there none.
point() {
  ln -sfn "$2" "$prefix/$1.next"
  mv -T "$prefix/$1.next" "$prefix/$1"
}

# What a deployment has done so far; survives it. The last line of a name counts.
note() {
  while [ $# -gt 0 ]; do
    printf '%s=%s\n' "$1" "$2" >>"$state"
    shift 2
  done
  sync "$state"
}
noted() { sed -n "s/^$1=//p" "$state" | tail -1; }

service() {
  if [ -n "$SERVICE" ]; then
    DEPLOY_PROGRAM=$prefix/current/saydo DEPLOY_SETTINGS=$settings_dir DEPLOY_DATA=$data_dir $SERVICE "$1" 9>&-
  else
    # What was started in vain too often is not started again before that is forgotten.
    [ "$1" != start ] || systemctl reset-failed "saydo@$environment" 2>/dev/null || true
    systemctl "$1" "saydo@$environment" 9>&-
  fi
}

# Whether what answers is well, and is that release: a server that would not stop is not the new one.
healthy() {
  local answer
  answer=$(saydo "$1" health ${URL:+--base-url "$URL"} 2>/dev/null) || return 1
  is_of "$("$1/saydo" --version)" "$answer"
}

# Whether a program that says this of itself, `saydo VERSION (REVISION)`, gave this answer to /health. Of a build that does
# not know its revision only the version is known.
is_of() {
  local version revision
  read -r _ version revision <<<"$1"
  grep -qF "\"version\":\"$version\"" <<<"$2" || return 1
  if [ -z "$revision" ]; then ! grep -qF '"revision":"' <<<"$2"; else grep -qF "\"revision\":\"${revision//[()]/}\"" <<<"$2"; fi
}

# Whether systemd has given it up.
given_up() { [ -z "$SERVICE" ] && systemctl is-failed --quiet "saydo@$environment"; }

await_health() {
  local until=$((SECONDS + START))
  until healthy "$1"; do
    if [ "$SECONDS" -ge "$until" ] || given_up; then return 1; fi
    sleep 0.5
  done
}

smoke() {
  say "smoke: begins"
  saydo "$1" smoke ${URL:+--base-url "$URL"} 2>&1 | tee -a "$prefix/deploy.log" | sed 's/^/    /' || return 1
  say "smoke: passed"
}

# Whether those who signed up for the smoke test, since this instant, are in the database that was migrated. Audit events
# arrive a moment later.
same_database() {
  local until=$((SECONDS + START))
  until [ -n "$(saydo "$1" audit --json --kind signed_up --since "$2")" ]; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.5
  done
}

# The migrations that are applied and newer than the given one, newest first.
applied_after() { saydo "$1" migrate status | awk -v after="$2" '$2 == "applied" && $1 > after + 0 {print $1}' | sort -rn; }

# Whether one of them cannot be taken back without loss.
forward_only() {
  local version
  for version in $1; do
    grep -qE "^0*$version([^0-9]|$)" "$FORWARD_ONLY" && return 0
  done
  return 1
}

# Keeps the five newest releases, and those in use.
prune_releases() {
  local folder
  for folder in $(ls -dt "$prefix"/releases/*/ | tail -n +6); do
    folder=${folder%/}
    [ "$folder" = "$(release current)" ] || [ "$folder" = "$(release previous)" ] || rm -rf "$folder"
  done
}
