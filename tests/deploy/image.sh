#!/usr/bin/env bash
# The image for real: its last stage built from the Containerfile by buildah, with the program that was built here, and
# started as a container is: nobody's rights, only /data and /tmp to write to. Needs root that may mount, as the builder does.
# SAYDO_BIN is the program (target/debug/saydo when not set).
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
  echo "image: only root who may mount can build and run it, so it was not built" | tee -a "${SAYDO_SKIPPED:-/dev/null}"
  exit 0
fi

scratch=$(mktemp -d)
server=
image() { buildah --root "$scratch/store" --runroot "$scratch/run" --storage-driver vfs "$@"; }
fail() { printf 'FAIL: %s\n' "$*" >&2 && tail -n 20 "$scratch/log" >&2 || true; exit 1; }
finish() {
  # The server first: it is not told when the one that started it ends.
  [ -z "$server" ] || kill -KILL $(pgrep -P "$server") "$server" 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT

# Without the symbols of a development build: the layers are copied.
strip -o "$scratch/saydo" "${SAYDO_BIN:-target/debug/saydo}"
sh deploy/container/root.sh "$scratch/saydo" "$scratch/built/image"
awk '/^FROM scratch/ { last = 1 } last' deploy/container/Containerfile >"$scratch/Containerfile"
image build --quiet --isolation chroot --format docker --build-context "build=$scratch/built" -f "$scratch/Containerfile" \
  -t saydo "$scratch/built" >"$scratch/log" 2>&1 || fail "it cannot be built"
rm -rf "$scratch/built"

image inspect --type image saydo >"$scratch/inspect"
told() { node -p "const { config } = JSON.parse(require('fs').readFileSync('$scratch/inspect')).Docker; $1"; }
[ "$(told 'config.User')" = 65532:65532 ] || fail "it runs as $(told 'config.User')"
[ "$(told 'config.Healthcheck.Test.join(" ")')" = "CMD /saydo health" ] || fail "nobody looks whether it is well"
[ "$(told 'Object.keys(config.Volumes).join()')" = /data ] || fail "the data are not on a volume"

root=$(image mount "$(image from saydo)")
[ "$(stat -c '%u:%g %a' "$root/data")" = "65532:65532 700" ] || fail "/data is $(stat -c '%u:%g %a' "$root/data")"
# The program, its libraries and certificates, and nothing that could be run besides.
others=$(cd "$root" && find . -type f ! -path './lib*' ! -path './usr/lib*/*.so*' | sort | tr '\n' ' ')
[ "$others" = "./etc/group ./etc/nsswitch.conf ./etc/passwd ./etc/ssl/certs/ca-certificates.crt ./saydo " ] || fail "in it: $others"
libraries=$(find "$root" -type f -name '*.so*' | wc -l)
[ "$libraries" = "$(find "$root"/lib* "$root"/usr/lib* -type f 2>/dev/null | wc -l)" ] || fail "more than libraries in lib"

# What a container engine does: the root read-only, the volume as the image has it, and the settings of the image.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
mkdir "$root/proc"
cp -a "$root/data" "$scratch/volume"
mapfile -t settings < <(told 'config.Env.join("\n")')
mapfile -t command < <(told '[...config.Entrypoint, ...config.Cmd].join("\n")')
settings+=("SAYDO_LISTEN=127.0.0.1:$port" "BETTER_AUTH_SECRET=$(head -c 36 /dev/urandom | base64)")
cat >"$scratch/start" <<'END'
set -eu
root=$1 volume=$2 settings=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$volume" "$root/data"
mount -t tmpfs -o size=16m tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec env -i $settings chroot --userspec=65532:65532 --groups= "$root" "$@"
END
unshare --mount --pid --fork --kill-child --ipc --uts sh "$scratch/start" "$root" "$scratch/volume" "${settings[*]}" "${command[@]}" \
  >>"$scratch/log" 2>&1 &
server=$!
url=http://127.0.0.1:$port
for _ in $(seq 600); do
  curl -sf "$url/readyz" >/dev/null && break
  kill -0 "$server" 2>/dev/null || fail "it ended"
  sleep 0.1
done
inside=$(pgrep -P "$server") || fail "it is not there"
status() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$inside/status"; }
[ "$(status Uid)" = 65532 ] && [ "$(status CapEff)" = 0000000000000000 ] || fail "it has rights: $(status Uid) $(status CapEff)"
nsenter --target "$inside" --mount --pid env -i "${settings[@]}" chroot --userspec=65532:65532 "$root" /saydo health ||
  fail "its own look at its health"
"$scratch/saydo" smoke --base-url "$url" >>"$scratch/log" 2>&1 || fail "it does not do what people ask of it"
[ "$(stat -c %u "$scratch"/volume/*.db | sort -u)" = 65532 ] || fail "the data are somebody else's"
kill -TERM "$inside"
wait "$server" || fail "it does not end when it is told to"
server=
echo "image: built, $(du -sm "$root" | cut -f1) MB, $libraries libraries; runs as 65532 on a read-only root, smoked, ended when told to"
