# shellcheck shell=bash
# The triggers to roll back: not well three times in a row, more than 10 % errors, p95 above 5 s, of requests and of turns.
# Sourced by deploy.sh.

# The metrics of the server, as text. Exit status 22: it answers, but not to this token.
metrics() {
  local settings address token
  settings=$(saydo "$1" config) || return 1
  address=$(setting "$settings" SAYDO_METRICS_LISTEN)
  address=${address:-$(setting "$settings" SAYDO_LISTEN)}
  case $address in 0.0.0.0:* | '[::]:'*) address=127.0.0.1:${address##*:} ;; esac
  token=$(secret SAYDO_METRICS_TOKEN)
  # The token comes on standard input: the command line can be read by everybody.
  printf 'Authorization: Bearer %s\n' "$token" | curl -sf -m 5 -H @- "${METRICS_URL:-http://$address/metrics}"
}

# Whether the version in service, if it is well, hands out its metrics: the next one will be asked in the same way, and
# would be taken back if it did not.
watchable() {
  local old code=0
  old=$(release current)
  if [ "$WATCH" -eq 0 ] || [ -z "$old" ] || ! healthy "$old"; then return 0; fi
  metrics "$old" >/dev/null || code=$?
  [ "$code" -ne 22 ]
}

# Reads metrics before and now; says which trigger is met, if any. Fewer than 20 requests say nothing.
# p95 is above 5 s when more than 5 of 100 took longer than 5 s. Requests whose time is that of a model, a password, a stream
# or a look at everything do not count for it, as in deploy/prometheus/recording.yml and `saydo ready`.
triggers() {
  awk '
    /^#/ { next }
    {
      value = $NF; series = $0; sub(/ [^ ]*$/, "", series)
      if (FNR == NR) { before[series] = value; next }
      # A counter that began anew began at 0.
      grown = value - (before[series] <= value ? before[series] : 0)
      if (series ~ /route="\/(metrics|health|livez|readyz)"/) next
      if (series ~ /^saydo_http_requests_total/) { all += grown; if (series ~ /status="5xx"/) bad += grown }
      if (series ~ /^saydo_turns_total/) { turns += grown; if (series ~ /outcome="failed"/) broken += grown }
      if (series ~ /route="[^"]*\/(chat|mcp|voice|events)(\/[^"]*)?"/) next
      if (series ~ /route="(\/api\/(agui|account)(\/[^"]*)?|\/v1\/[^"]*|[^"]*\/(auth|admin|pending|turns)\/[^"]*)"/) next
      if (series ~ /^saydo_(http_request|turn)_duration_seconds_/) {
        kind = series ~ /^saydo_turn/ ? "turns" : "requests"
        if (series ~ /_bucket.*le="5"/) fast[kind] += grown
        if (series ~ /_count/) count[kind] += grown
      }
    }
    END {
      if (all >= 20 && bad > 0.10 * all) printf "%d of %d requests failed\n", bad, all
      if (turns >= 20 && broken > 0.10 * turns) printf "%d of %d turns failed\n", broken, turns
      for (kind in count)
        if (count[kind] >= 20 && count[kind] - fast[kind] > 0.05 * count[kind])
          printf "p95 is above 5 s: %d of %d %s took longer\n", count[kind] - fast[kind], count[kind], kind
    }' "$1" "$2"
}

# Looks for DEPLOY_WATCH seconds, over windows of a minute. The first holds all since the start.
watch_triggers() {
  local new=$1 end=$((SECONDS + WATCH)) window=$SECONDS ill=0 met='' folder
  [ "$WATCH" -gt 0 ] || return 0
  say "watch: for $WATCH s"
  folder=$(mktemp -d)
  # A file without a line is not read as the first one.
  echo '# nothing yet' >"$folder/before"
  # At least one look, however busy the machine.
  while :; do
    sleep "$WATCH_EVERY"
    if healthy "$new" && metrics "$new" >"$folder/now"; then
      ill=0
      met=$(triggers "$folder/before" "$folder/now")
      if [ $((SECONDS - window)) -ge 60 ]; then
        cp "$folder/now" "$folder/before"
        window=$SECONDS
      fi
    else
      ill=$((ill + 1)) met=
      [ "$ill" -lt 3 ] || met="no health or no metrics, $ill times in a row"
    fi
    if [ -n "$met" ] || [ "$SECONDS" -ge "$end" ]; then break; fi
  done
  rm -rf "$folder"
  [ "$ill" -eq 0 ] || met=${met:-"no health or no metrics at the end"}
  [ -z "$met" ] || {
    say "watch: $met"
    return 1
  }
  say "watch: no trigger was met"
}
