#!/bin/sh
# Tries to install the Prometheus of the examples: Debian's by apt-get. It is started by the tests only, on ports of their own. Where
# it can't be installed, the tests that need it are skipped, and say so.
set -eu

if [ -x /usr/bin/promtool ] && [ -x /usr/bin/prometheus ]; then exit; fi
echo "Installing Prometheus"
if sh "$(dirname "$0")/apt-install.sh" prometheus </dev/null >/dev/null && [ -x /usr/bin/promtool ]; then exit; fi
echo "Prometheus could not be installed: what needs /usr/bin/prometheus and /usr/bin/promtool is skipped." >&2
