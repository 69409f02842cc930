#!/bin/sh
# Sees to it that the browser of the browser tests is installed: Chromium or Chrome on the PATH, or Debian's by apt-get.
set -eu

# The same names as in spec/browser/browser.ts.
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit; fi
done

echo "Installing chromium"
if sh "$(dirname "$0")/apt-install.sh" chromium </dev/null >/dev/null && command -v chromium >/dev/null 2>&1; then exit; fi
echo "The browser tests need Chromium or Chrome, as chromium, chromium-browser or google-chrome on the PATH. Please install it by hand." >&2
exit 1
