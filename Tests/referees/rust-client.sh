#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Rust client against the embedded server: its own walk through all that it can do, and events
# that go from it to this client and back.
set -u
. "$(dirname "$0")/support/standalone.sh"
passed=0 failed=0

check() {
  local name=$1; shift
  if "$@" >"$scratch/out" 2>&1; then
    passed=$((passed + 1)); echo "ok     $name"
  else
    failed=$((failed + 1)); echo "FAILED $name"; tail -n 20 "$scratch/out"
  fi
}

peer() {
  timeout -k 5 120 "$PRAVEGA_TEST_PYTHON" "$root/Tests/tools/rust_peer.py" "$@" \
    --controller "$CONTROLLER"
}

pravega() { timeout -k 5 60 "$PRAVEGA_BIN" "$@" --controller "$CONTROLLER"; }

selftest() {
  peer selftest >"$scratch/selftest" 2>&1
  grep -vE '^[0-9]+ passed' "$scratch/selftest"
  passed=$((passed + $(grep -c '^ok ' "$scratch/selftest")))
  failed=$((failed + $(grep -c '^FAILED ' "$scratch/selftest")))
  grep -q '"ok": true' "$scratch/selftest" || failed=$((failed + 1))
}

# Events as rust_peer.py makes them, with the routing key in front for `pravega write`.
numbered_events() {
  awk -v first="$1" -v count="$2" 'BEGIN { for (i = first; i < first + count; i++)
    printf "key%d\t%08d:key%d:xxxxxxxxxxxxxxxx\n", i % 7, i, i % 7 }'
}

swift_reads_what_rust_wrote() {
  peer write --stream rs/a --count 1000 --keys 7 --segments 2 || return 1
  pravega read rs/a --until-end >"$scratch/events" || return 1
  [ "$(cut -c1-8 "$scratch/events" | sort -u | wc -l)" -eq 1000 ] || return 1
  # Per key in order: a stable sort by key must leave the numbers ascending.
  awk -F: '{ if ($2 in last && last[$2] >= $1 + 0) exit 1; last[$2] = $1 + 0 }' "$scratch/events"
}

rust_reads_what_swift_wrote() {
  numbered_events 0 1000 | pravega write rs/b --create --segments 2 --key-separator $'\t' \
    || return 1
  peer read --stream rs/b --group gb --count 1000 --idle 20
}

after_a_scale() {
  numbered_events 0 500 | pravega write rs/c --create --segments 1 --key-separator $'\t' \
    || return 1
  pravega stream scale rs/c --segments 2 || return 1
  numbered_events 500 500 | pravega write rs/c --key-separator $'\t' || return 1
  peer read --stream rs/c --group gc --count 1000 --idle 20 || return 1
  pravega read rs/c --until-end >"$scratch/events" || return 1
  [ "$(cut -c1-8 "$scratch/events" | sort -u | wc -l)" -eq 1000 ]
}

big_events_both_ways() {
  head -c 8388000 /dev/zero | tr '\0' 'x' >"$scratch/big" && echo >>"$scratch/big"
  pravega write rs/d --create <"$scratch/big" || return 1
  peer read --stream rs/d --group gd --count 1 --no-check --idle 20 || return 1
  peer write --stream rs/e --count 1 --size 8388000 --keys 0 --segments 1 || return 1
  [ "$(pravega read rs/e -n 1 | wc -c)" -eq 8388001 ]
}

start_standalone || exit 1
selftest
check "Swift reads what Rust wrote" swift_reads_what_rust_wrote
check "Rust reads what Swift wrote" rust_reads_what_swift_wrote
check "both read over a scale" after_a_scale
check "events of 8 MB both ways" big_events_both_ways
check "the server ends cleanly" stop_standalone
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
