#!/bin/sh
# Sees to it that the brokers the tests start (on ports of their own) are installed: by apt-get, Homebrew or Docker.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/opt/homebrew/sbin:/home/linuxbrew/.linuxbrew/bin"

has() { command -v "$1" >/dev/null 2>&1; }

# ensure <program> <Debian's package> <Homebrew's formula> <Docker's image, as in spec/support/brokers>
ensure() {
  has "$1" && return
  echo "Installing $1"
  { sh "$(dirname "$0")/apt-install.sh" "$2" || by_brew "$3"; } </dev/null >/dev/null && has "$1" && return
  by_docker "$4" </dev/null >/dev/null && return
  missing="$missing $1"
}

by_brew() {
  has brew && brew install --quiet "$1"
}

by_docker() {
  docker info >/dev/null 2>&1 || return
  docker image inspect "$1" >/dev/null 2>&1 || docker pull --quiet "$1"
}

missing=
ensure redis-server redis-server redis redis:7-alpine
ensure nats-server nats-server nats-server nats:2-alpine
ensure rabbitmq-server rabbitmq-server rabbitmq rabbitmq:4-alpine

[ -z "$missing" ] && exit
echo "The tests start brokers of their own and need:$missing. Please install them by hand, or start Docker." >&2
exit 1
