#!/bin/sh
# Runs spec/brokers: the matrix of versions, and what needs more than one broker. Beside the brokers that are installed it takes those
# of a newer Debian, unpacked below .cache. They are run by chroot within a mount namespace: its mounts end with its processes.
set -eu
cd "$(dirname "$0")/.."
root="$PWD/.cache/trixie"
matrix='node --import tsx spec/brokers/matrix/run.ts'

without() {
  export NO_CURRENT_BROKERS="$1"
  shift
  echo "Without the brokers of Debian trixie: $NO_CURRENT_BROKERS"
  exec $matrix "$@"
}

if [ "${1-}" = --in-namespace ]; then
  shift
  temporary=${TMPDIR:-/tmp}
  mkdir -p "$root$temporary"
  for folder in /proc /dev "$temporary"; do
    mount --bind "$folder" "$root$folder" || without "$folder can't be mounted" "$@"
  done
  export CURRENT_BROKERS="$root"
  exec $matrix "$@"
fi

# Debian's archive, as apt knows it
mirror() {
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)
  echo "${found:-http://deb.debian.org/debian}"
}

unpack() {
  new="$root.$$"
  mkdir -p "$new"
  # in a namespace as well: it mounts, too
  if unshare -m timeout 600 debootstrap --variant=minbase \
    --include=redis-server,rabbitmq-server,nats-server,valkey-server trixie "$new" "$(mirror)" >"$new.log" 2>&1; then
    rm -f "$new.log" "$new"/var/cache/apt/archives/*.deb
    mv -T "$new" "$root" 2>/dev/null || rm -rf --one-file-system "$new" # another run was quicker
  else
    tail -n 5 "$new.log" >&2
    rm -rf --one-file-system "$new" "$new.log"
    return 1
  fi
}

sh scripts/ensure-brokers.sh
[ "$(uname)" = Linux ] || without 'this is not Linux' "$@"
[ "$(id -u)" = 0 ] || without 'chroot needs root' "$@"
unshare -m true 2>/dev/null || without 'no mount namespace can be made' "$@"
if [ ! -d "$root" ]; then
  command -v debootstrap >/dev/null || {
    apt-get install -qqy --no-install-recommends debootstrap </dev/null >/dev/null 2>&1 ||
      { apt-get update -qq && apt-get install -qqy --no-install-recommends debootstrap; } </dev/null >/dev/null 2>&1
  } || without 'debootstrap is missing' "$@"
  echo 'Unpacking the brokers of Debian trixie'
  unpack || without 'debootstrap failed' "$@"
fi
exec unshare -m sh "$0" --in-namespace "$@"
