#!/usr/bin/env bash
# The triggers to roll back, read from metrics as a server writes them.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../deploy/lib/watch.sh
. deploy/lib/watch.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# requests that were well, failed; turns that were fast, slow; turns that failed; requests for tasks, for exports that took long
write() {
  cat <<END
# TYPE saydo_http_requests_total counter
saydo_http_requests_total{method="POST",route="/api/{user_id}/chat",status="2xx"} $1
saydo_http_requests_total{method="POST",route="/api/{user_id}/chat",status="5xx"} $2
saydo_http_requests_total{method="GET",route="/health",status="2xx"} 9000
saydo_turn_duration_seconds_bucket{planner="offline",le="2.5"} $3
saydo_turn_duration_seconds_bucket{planner="offline",le="5"} $3
saydo_turn_duration_seconds_bucket{planner="offline",le="+Inf"} $(($3 + $4))
saydo_turn_duration_seconds_count{planner="offline"} $(($3 + $4))
saydo_turns_total{planner="offline",outcome="done"} $(($3 + $4))
saydo_turns_total{planner="offline",outcome="failed"} ${5:-0}
saydo_http_request_duration_seconds_bucket{method="GET",route="/api/tasks",le="5"} 94
saydo_http_request_duration_seconds_count{method="GET",route="/api/tasks"} $((94 + ${6:-0}))
saydo_http_request_duration_seconds_bucket{method="GET",route="/api/account/export",le="5"} 0
saydo_http_request_duration_seconds_count{method="GET",route="/api/account/export"} ${7:-0}
END
}

# expect WORDS before… now…
expect() {
  local words=$1
  shift
  write "$1" "$2" "$3" "$4" >"$folder/before"
  write "$5" "$6" "$7" "$8" >"$folder/now"
  looks_as "$words" "$*"
}

# looks_as WORDS CASE
looks_as() {
  local words=$1 met
  met=$(triggers "$folder/before" "$folder/now")
  [ "$met" = "$words" ] || {
    echo "triggers: '$met' and not '$words' for $2"
    exit 1
  }
}

expect "" 0 0 0 0 90 10 95 5
expect "11 of 100 requests failed" 0 0 0 0 89 11 0 0
expect "p95 is above 5 s: 6 of 100 turns took longer" 0 0 0 0 90 0 94 6
# Few say nothing; what was before does not count; a server that began anew counts from 0.
expect "" 0 0 0 0 0 19 0 19
expect "" 100 100 100 100 200 100 200 100
expect "30 of 60 requests failed" 500 500 0 0 30 30 0 0

# Turns that fail are answered with 200 when they are streamed.
echo '# nothing yet' >"$folder/before"
write 90 0 20 0 3 >"$folder/now"
looks_as "3 of 23 turns failed" "three of 23 turns failed"
# Slow requests count, but not those that take long by what they are.
echo '# nothing yet' >"$folder/before"
write 90 0 0 0 0 6 0 >"$folder/now"
looks_as "p95 is above 5 s: 6 of 100 requests took longer" "slow lists"
write 90 0 0 0 0 0 50 >"$folder/now"
looks_as "" "slow exports"
