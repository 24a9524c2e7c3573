#!/bin/sh
# Makes the files of an image of a program: root.sh PROGRAM FOLDER. FOLDER/root is root's, FOLDER/own is the program's.
set -eu
program=$1 root=$2/root own=$2/own
mkdir -p "$root/etc/ssl/certs" "$root/tmp" "$own/data"
cp "$program" "$root/saydo"
# What is known of its dependencies, when that came with it.
report=$(dirname "$program")/saydo-dependencies.json
[ ! -e "$report" ] || cp "$report" "$root/"
# The libraries it names, at the paths where it looks for them.
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'saydo:x:65532:65532::/data:/none' >"$root/etc/passwd"
echo 'saydo:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
chmod 700 "$own/data"
