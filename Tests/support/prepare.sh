#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a bare Debian lacks; sourced by the scripts that need it. Does nothing where all is there.

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# missing_packages NAME...: those that are not installed.
missing_packages() {
  local name
  for name; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || echo "$name"
  done
}

# install NAME...
install() {
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || { echo "nothing to install"; return 0; }
  if ! command -v apt-get >/dev/null; then
    echo "cannot install (no apt-get here): $missing" >&2
    return 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  as_root apt-get update && as_root apt-get install -y --no-install-recommends $missing
}

# To build the library and the program.
install_build_packages() { install libssl-dev pkg-config; }

# To test them as well.
install_packages() {
  install libssl-dev pkg-config openssl protobuf-compiler nghttp2-client python3 python3-venv \
    ca-certificates curl procps
}

# An environment of our own with the independent implementations that the referees use.
make_venv() {
  local wanted="grpcio protobuf h2 hpack pravega==0.3.8"
  local stamp=.build/venv/installed
  if [ -x .build/venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "already there"
    return 0
  fi
  local python
  for python in python3 /usr/bin/python3; do
    rm -rf .build/venv
    # shellcheck disable=SC2086
    "$python" -m venv .build/venv \
      && .build/venv/bin/python -m pip install --quiet $wanted \
      && echo "$wanted" >"$stamp" && return 0
  done
  return 1
}
