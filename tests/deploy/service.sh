#!/usr/bin/env bash
# A service manager in a few lines, for the test: start and stop what is deployed.
set -euo pipefail
pid_file=$DEPLOY_DATA.pid
case $1 in
  start)
    cd "$DEPLOY_SETTINGS"
    export SAYDO_DATA_DIR=$DEPLOY_DATA BETTER_AUTH_SECRET_FILE=credentials/BETTER_AUTH_SECRET
    setsid "$DEPLOY_PROGRAM" serve >>"$DEPLOY_DATA.log" 2>&1 </dev/null &
    echo $! >"$pid_file"
    ;;
  stop)
    [ -e "$pid_file" ] || exit 0
    pid=$(cat "$pid_file")
    kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 300); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    rm -f "$pid_file"
    ;;
esac
