#!/bin/sh
# Sees to it that the nginx of the examples is installed: Debian's by apt-get. It is started by the tests only, on ports of their own.
set -eu

if [ -x /usr/sbin/nginx ]; then exit; fi

by_apt() {
  command -v apt-get >/dev/null 2>&1 || return
  if [ "$(id -u)" = 0 ]; then as_root=; else as_root='sudo -n'; fi
  # shellcheck disable=SC2016 # expanded by the inner shell
  $as_root env DEBIAN_FRONTEND=noninteractive sh -ec '
    # while this file says so, Debian starts no service when it installs one
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >$policy
      chmod +x $policy
    fi
    install="apt-get install -qqy --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 nginx"
    $install 2>/dev/null || { apt-get update -qq && $install; }
  '
}

echo "Installing nginx"
if by_apt </dev/null >/dev/null && [ -x /usr/sbin/nginx ]; then exit; fi
echo "The examples need /usr/sbin/nginx. Please install it by hand." >&2
exit 1
