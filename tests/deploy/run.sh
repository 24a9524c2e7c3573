#!/usr/bin/env bash
# deploy/deploy.sh for real: on a prefix of its own, with versions that are good, lost, dead, and cut off.
# SAYDO_BIN is the program (target/debug/saydo when not set).
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${SAYDO_BIN:-target/debug/saydo}")
root=$(mktemp -d)
log=$root/log

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }
port=$(free_port)
url=http://127.0.0.1:$port
export DEPLOY_ROOT=$root DEPLOY_SERVICE=$PWD/tests/deploy/service.sh DEPLOY_WATCH=1 DEPLOY_WATCH_EVERY=1
export DEPLOY_DISK_MB=1 DEPLOY_START=60 DEPLOY_USER=nobody-of-this-name

service() {
  DEPLOY_DATA=$root/var/lib/saydo/production DEPLOY_SETTINGS=$root DEPLOY_PROGRAM=none tests/deploy/service.sh "$1"
}

finish() {
  code=$?
  service stop
  if [ "$code" != 0 ]; then
    echo "FAILED: $what" >&2
    tail -n 40 "$log" >&2; tail -n 10 "$root"/var/lib/saydo/production.log >&2 || true
  fi
  rm -rf "$root"
}
what="the preparation"
trap finish EXIT

expect() { what=$*; printf '%3ds  %s\n' "$SECONDS" "$what"; }
deploy() { deploy/deploy.sh production "$@" >"$log" 2>&1; }
said() { grep -qF -- "$1" "$log" || { echo "not said: $1"; return 1; }; }
in_service() { [ "$(readlink "$root/opt/saydo/production/current")" = "$1" ]; }
links_to() { readlink "$root/opt/saydo/production/$1"; }

# How deploy.sh tells databases apart.
# shellcheck disable=SC1090
. <(sed -n '/^database_of()/,/^}/p' deploy/deploy.sh)
# And how it tells builds apart.
# shellcheck source=../../deploy/lib/installation.sh
. <(sed -n '/^setting()/p; /^is_of()/,/^}/p' deploy/lib/installation.sh)

# Another version of the program.
version() {
  sed "s|'PROGRAM'|'$program'|; s|'KIND'|'$1'|" tests/deploy/release.sh >"$root/$1"
  chmod +x "$root/$1"
  echo "$root/$1"
}

mkdir -p "$root/etc/saydo/production/credentials" "$root/etc/saydo/staging"
cat >"$root/etc/saydo/production/.env" <<END
SAYDO_PROFILE=production
SAYDO_LISTEN=127.0.0.1:$port
SAYDO_METRICS_LISTEN=127.0.0.1:$(free_port)
SAYDO_METRICS_TOKEN="of this test, in quotes"
END
# As an editor of another system may leave it.
printf '%s\r\n' "$(head -c 36 /dev/urandom | base64)" >"$root/etc/saydo/production/credentials/BETTER_AUTH_SECRET"

# What a person has, told by the API: it must be there after everything.
call() { curl -sf -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; }
title_is_there() { call "$url/api/tasks" | grep -qF "\"title\":\"$1\""; }

expect "an unsafe setting is refused before anything is changed"
sed -i 's/=production/=development/' "$root/etc/saydo/production/.env"
if deploy deploy "$(version older)"; then false; fi
said "SAYDO_PROFILE must be production"
[ -z "$(links_to current)" ]
sed -i 's/=development/=production/' "$root/etc/saydo/production/.env"

expect "the first version"
deploy deploy "$(version older)"
first=$(links_to current)
ada='{"email":"ada@example.com","password":"correct horse 7"}'
curl -sf -H 'Content-Type: application/json' "$url/api/auth/signup" -d "$ada" >/dev/null
token=$(curl -sf -H 'Content-Type: application/json' "$url/api/auth/login" -d "$ada" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
call "$url/api/tasks" -d '{"title":"before"}' >/dev/null

expect "the same again is no work"
deploy deploy "$root/older"
said "runs already"

expect "staging on the data of production is refused"
printf 'SAYDO_PROFILE=production\nSAYDO_METRICS_LISTEN=127.0.0.1:1\nDATABASE_URL=sqlite:/shared.db\n' >"$root/etc/saydo/staging/.env"
cp -r "$root/etc/saydo/production/credentials" "$root/etc/saydo/staging/"
echo "DATABASE_URL=sqlite:/shared.db" >>"$root/etc/saydo/production/.env"
if deploy deploy "$(version good)"; then false; fi
said "production and staging share their database, BETTER_AUTH_SECRET"
sed -i '/^DATABASE_URL/d' "$root/etc/saydo/production/.env"
sed -i '/^DATABASE_URL/d' "$root/etc/saydo/staging/.env"

expect "so is staging with the secret of production: its tokens would be good there"
if deploy deploy "$root/good"; then false; fi
said "production and staging share BETTER_AUTH_SECRET"
echo "another secret, which is long enough for anybody" >"$root/etc/saydo/staging/credentials/BETTER_AUTH_SECRET"

expect "the same database, written in another way"
for urls in 'postgresql://a@db.example/saydo postgres://b:c@DB.example:5432/saydo?sslmode=require' \
  'postgresql://localhost/saydo postgresql://127.0.0.1:5432/saydo'; do
  one=$(database_of "DATABASE_URL ${urls% *}") other=$(database_of "DATABASE_URL ${urls#* }")
  [ -n "$one" ] && [ "$one" = "$other" ]
done
for written in postgresql://db.example/other postgresql://db.example:5433/saydo sqlite:/db.example/saydo; do
  [ "$(database_of "DATABASE_URL $written")" != "$(database_of "DATABASE_URL postgresql://db.example/saydo")" ]
done

expect "a token that does not open the metrics: said before anything is changed"
sed -i 's/in quotes/and another/' "$root/etc/saydo/production/.env"
if deploy deploy "$root/good"; then false; fi
said "does not hand its metrics to the token"
in_service "$first"
sed -i 's/and another/in quotes/' "$root/etc/saydo/production/.env"

expect "a version whose smoke test fails: the old one runs, with its schema and all data; staging has mistakes meanwhile"
echo "SAYDO_BACKUP_EVERY=never" >>"$root/etc/saydo/staging/.env"
if deploy deploy "$(version lost)"; then false; fi
said "the settings of staging have mistakes"
rm -r "$root/etc/saydo/staging"
said "the smoke test failed"
said "undo: $(basename "$first") is in service, and is well"
in_service "$first"
title_is_there before

expect "a version that cannot start: the same"
if DEPLOY_START=3 deploy deploy "$(version dead)"; then false; fi
said "is not well within 3 s"
in_service "$first"
title_is_there before

expect "a server of the same version, but of another commit: not what was installed"
if DEPLOY_START=3 deploy deploy "$(version stranger)"; then false; fi
said "is not well within 3 s"
in_service "$first"
none='{"status":"healthy","version":"1.2.0"}' one='{"version":"1.2.0","revision":"0a1b2c3d4e5f"}'
is_of "saydo 1.2.0 (0a1b2c3d4e5f)" "$one"
is_of "saydo 1.2.0" "$none"
for words in "1.2.0 (0a1b2c3d4e5f)=$none" "1.2.0=$one" "1.2.0 (0a1b2c3d4e5f+)=$one" "1.2.1 (0a1b2c3d4e5f)=$one" "1.2=$none"; do
  if is_of "saydo ${words%%=*}" "${words#*=}"; then false; fi
done

expect "a service that keeps its data elsewhere than is said here: the same"
echo "sqlite:$root/other.db" >"$root/etc/saydo/production/credentials/DATABASE_URL"
if DEPLOY_START=3 deploy deploy "$root/good"; then false; fi
said "keeps its data elsewhere"
in_service "$first"
rm "$root/etc/saydo/production/credentials/DATABASE_URL"

expect "a deployment that was killed: seen by status, taken back by what comes next, here the next version"
setsid deploy/deploy.sh production deploy "$(version lingering)" >"$log" 2>&1 &
killed=$!
for _ in $(seq 600); do
  [ ! -e "$root/var/lib/saydo/production/migrated" ] || break
  sleep 0.1
done
kill -KILL -- "-$killed"
wait "$killed" 2>/dev/null || true
if deploy status; then false; fi
said "unfinished: a deployment, at 'migrated'"

expect "a good version with a migration"
deploy deploy "$root/good"
said "undo: an earlier deployment was cut off"
said "watch: no trigger was met"
second=$(links_to current)
[ "$second" != "$first" ]
[ "$(links_to previous)" = "$first" ]
title_is_there before
call "$url/api/tasks" -d '{"title":"after"}' >/dev/null
deploy run user list
said ada@example.com

expect "commands have the secret of the server; one that fails says why, and no more"
deploy run user token ada@example.com --name "of this test" --scope read
curl -sf -H "Authorization: Bearer $(grep -oE '[A-Za-z0-9_.-]{40,}' "$log" | tail -1)" "$url/api/tasks" >/dev/null
if deploy run backup verify none-such; then false; fi
said none-such
if grep -F "deploy.sh: line" "$log"; then false; fi

expect "the same version once more, when it fell ill: the way back stays"
service stop
deploy deploy "$root/good"
said "done: "
[ "$(links_to previous)" = "$first" ]

expect "a rollback that cannot make a backup: nothing is changed"
# Nobody may make anything there, root included.
echo "SAYDO_BACKUP_DIR=/sys/kernel" >>"$root/etc/saydo/production/.env"
if deploy rollback; then false; fi
said "no backup can be made, so $(basename "$second") stays in service"
in_service "$second"
title_is_there after
sed -i '/^SAYDO_BACKUP_DIR/d' "$root/etc/saydo/production/.env"

expect "rollback: the schema goes back, what was written since stays"
deploy rollback
said "rollback took"
[ "$(sed -n 's/.*rollback took \([0-9]*\) s.*/\1/p' "$log")" -lt 300 ]
in_service "$first"
[ ! -e "$root/var/lib/saydo/production/migrated" ]
title_is_there before
title_is_there after
deploy status

expect "a version whose migration fails while nothing more can be logged: the old one runs"
mv "$root/opt/saydo/production/deploy.log" "$root/deploy.log"
ln -s /dev/full "$root/opt/saydo/production/deploy.log"
if deploy deploy "$(version stuck)"; then false; fi
mv "$root/deploy.log" "$root/opt/saydo/production/deploy.log"
said "the schema cannot be brought up to date"
in_service "$first"
title_is_there after

expect "a migration that cannot be taken back now: nothing runs on the wrong schema, and rollback goes on later"
deploy deploy "$(version sticky)"
sticky=$(links_to current)
if deploy rollback; then false; fi
said "migration 99 cannot be taken back"
in_service "$sticky"
if curl -sf "$url/health"; then false; fi
touch "$root/var/lib/saydo/production/migrated-may-go"
deploy rollback
in_service "$first"
title_is_there after

expect "where the schema cannot go back, it is said before anything is changed"
echo "99 # of this test" >"$root/forward-only"
export DEPLOY_FORWARD_ONLY=$root/forward-only
if deploy deploy "$root/lost"; then false; fi
said "migrations cannot be taken back"
in_service "$first"

expect "with --restore: a version with too many errors, and the backup is put back"
# What the server would tell if every second request failed.
cat >"$root/metrics" <<END
saydo_http_requests_total{method="GET",route="/api/tasks",status="2xx"} 30
saydo_http_requests_total{method="GET",route="/api/tasks",status="5xx"} 30
END
if DEPLOY_METRICS_URL=file://$root/metrics deploy deploy "$root/good" --restore; then false; fi
said "watch: 30 of 60 requests failed"
said "Restored saydo-"
in_service "$first"
title_is_there before
title_is_there after

expect "systemd has given the new version up: the old one runs"
if PATH=$PWD/tests/deploy/bin:$PATH DEPLOY_SERVICE='' deploy deploy "$root/dead" --restore; then false; fi
said "is not well within 60 s"
said "undo: $(basename "$first") is in service, and is well"
in_service "$first"
title_is_there after

what="the triggers"
tests/deploy/triggers.sh
echo "deploy.sh: all as it should be, in $SECONDS s"
