#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target for a few seconds (FUZZ_SECONDS, 5), one for each core at a time, since they take
# longer to compile than to run. Tests/fuzz.sh says what they are.
set -u
cd "$(dirname "$0")/../.." || exit 1

try() {
  local target=$1 log
  log=$(mktemp)
  if Tests/fuzz.sh "$target" --seconds "${FUZZ_SECONDS:-5}" >"$log" 2>&1; then
    echo "ok     $target"
  else
    printf 'FAILED %s\n%s\n' "$target" "$(tail -n 30 "$log")"
  fi
  rm -f "$log"
}
export -f try

targets=$(Tests/fuzz.sh --list) || exit 1
said=$(xargs -P "$(nproc)" -I{} bash -c 'try {}' <<<"$targets")
echo "$said"
passed=$(grep -c '^ok ' <<<"$said")
failed=$(($(wc -l <<<"$targets") - passed))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
