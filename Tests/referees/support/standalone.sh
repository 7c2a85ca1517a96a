#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the referees: a fresh `pravega standalone` on free ports, ended with the script.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
PRAVEGA_BIN=${PRAVEGA_BIN:-$root/.build/debug/pravega}
PRAVEGA_TEST_PYTHON=${PRAVEGA_TEST_PYTHON:-$root/.build/venv/bin/python}
server_pid=
scratch=$(mktemp -d)

# start_standalone [OPTION...]: sets CONTROLLER (tcp://HOST:PORT), CONTROLLER_ADDRESS and STORE.
start_standalone() {
  "$PRAVEGA_BIN" standalone --controller-port 0 --store-port 0 "$@" \
    >"$scratch/ready" 2>"$scratch/complaints" &
  server_pid=$!
  local waited=0 line=
  until line=$(grep -m1 '^READY ' "$scratch/ready" 2>/dev/null); do
    if ! kill -0 "$server_pid" 2>/dev/null || [ "$waited" -ge 100 ]; then
      echo "the standalone server is not ready:"; cat "$scratch/complaints"
      return 1
    fi
    sleep 0.1
    waited=$((waited + 1))
  done
  CONTROLLER=$(sed -E 's/.*controller=([^ ]+).*/\1/' <<<"$line")
  STORE=$(sed -E 's/.*store=([^ ]+).*/\1/' <<<"$line")
  CONTROLLER_ADDRESS=${CONTROLLER#*://}
  echo "server $server_pid: $line"
}

# Ends the server as an operator would; it must go cleanly and soon.
stop_standalone() {
  [ -n "$server_pid" ] || return 0
  kill -TERM "$server_pid" 2>/dev/null
  local waited=0
  while kill -0 "$server_pid" 2>/dev/null; do
    if [ "$waited" -ge 100 ]; then kill -KILL "$server_pid"; break; fi
    sleep 0.1
    waited=$((waited + 1))
  done
  wait "$server_pid"
  local status=$?
  server_pid=
  [ ! -s "$scratch/complaints" ] || { echo "the server said:"; cat "$scratch/complaints"; }
  return "$status"
}

trap 'stop_standalone; rm -rf "$scratch"' EXIT
