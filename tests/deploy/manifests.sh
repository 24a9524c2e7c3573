#!/usr/bin/env bash
# The files that other programs read, read by those programs: Helm and the schemas of Kubernetes, Docker Compose, systemd.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() { printf 'FAIL: %s\n' "$*" >&2 && exit 1; }
tools=$(scripts/tools.sh)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$tools/python" tests/deploy/chart.py || fail "the chart"

compose=$scratch/deploy/compose/compose.yaml
cp -r deploy "$scratch"
sh "$scratch/deploy/compose/secrets.sh"
"$tools/docker-compose" -f "$compose" config --format json >"$scratch/compose.json" || fail "compose.yaml"
# Compose would make an empty folder where a file is not there, and begin nothing that depends on it.
"$tools/python" - "$scratch" <<'END' || fail "compose.yaml names what is not there, or opens too much"
import json, os, sys
project = json.load(open(f"{sys.argv[1]}/compose.json"))
faults = []
for name, service in project["services"].items():
    for volume in service.get("volumes", []):
        if volume["type"] == "bind" and not os.path.exists(volume["source"]):
            faults.append(f"{name}: {volume['source']}")
    for port in service.get("ports", []):
        if port.get("host_ip") != "127.0.0.1":
            faults.append(f"{name}: port {port['published']} for everybody")
    if "no-new-privileges:true" not in service["security_opt"] or service["cap_drop"] != ["ALL"]:
        faults.append(f"{name}: not hardened")
faults += [f"secret {name}" for name, secret in project["secrets"].items() if not os.path.getsize(secret["file"])]
print("\n".join(faults) or f"compose: {len(project['services'])} services, all they name is there")
sys.exit(bool(faults))
END

# A setting that does not exist would be set in vain.
for name in $(grep -ohE '\b(SAYDO_[A-Z_]+|BETTER_AUTH_SECRET|DATABASE_URL|REDIS_URL|CORS_ORIGINS)\b' -r deploy/helm deploy/compose deploy/container deploy/systemd |
  sed 's/_FILE$//' | sort -u); do
  case $name in SAYDO_VERSION) continue ;; esac # the tag of the image, for Compose
  grep -qE "^#? ?$name=" .env.example || fail "deploy/ sets $name, which is no setting"
done

if command -v systemd-analyze >/dev/null; then
  # The unit as it is for production, with a program that exists.
  sed -e 's/%i/production/g' -e 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' -e '/^Documentation=/d' \
    'deploy/systemd/saydo@.service' >"$scratch/saydo.service"
  systemd-analyze verify "$scratch/saydo.service" >"$scratch/verify" 2>&1 || fail "the unit: $(cat "$scratch/verify")"
  [ ! -s "$scratch/verify" ] || fail "the unit: $(cat "$scratch/verify")"
  # 0 is shut off altogether, 10 is not at all.
  exposure=$(systemd-analyze security --offline=true --threshold=15 --no-pager "$scratch/saydo.service" | tail -1) ||
    fail "the unit is open: $exposure"
  echo "systemd: the unit is sound; ${exposure#* }"
else
  echo "systemd: systemd-analyze is not here, so the unit was not looked at" | tee -a "${SAYDO_SKIPPED:-/dev/null}"
fi
