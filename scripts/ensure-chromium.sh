#!/bin/sh
# Sees to it that the browser of the browser tests is installed: Chromium or Chrome on the PATH, or Debian's by apt-get.
set -eu

# The same names as in spec/browser/browser.ts.
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit; fi
done

by_apt() {
  command -v apt-get >/dev/null 2>&1 || return
  if [ "$(id -u)" = 0 ]; then as_root=; else as_root='sudo -n'; fi
  install="apt-get install -qqy --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 chromium"
  $as_root env DEBIAN_FRONTEND=noninteractive sh -ec "$install 2>/dev/null || { apt-get update -qq && $install; }"
}

echo "Installing chromium"
if by_apt </dev/null >/dev/null && command -v chromium >/dev/null 2>&1; then exit; fi
echo "The browser tests need Chromium or Chrome, as chromium, chromium-browser or google-chrome on the PATH. Please install it by hand." >&2
exit 1
