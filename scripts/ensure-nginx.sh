#!/bin/sh
# Sees to it that the nginx of the examples is installed: Debian's by apt-get. It is started by the tests only, on ports of their own.
set -eu

if [ -x /usr/sbin/nginx ]; then exit; fi
echo "Installing nginx"
if sh "$(dirname "$0")/apt-install.sh" nginx </dev/null >/dev/null && [ -x /usr/sbin/nginx ]; then exit; fi
echo "The examples need /usr/sbin/nginx. Please install it by hand." >&2
exit 1
