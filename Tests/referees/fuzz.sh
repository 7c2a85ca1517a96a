#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target for a few seconds (FUZZ_SECONDS, 5). Tests/fuzz.sh says what they are.
set -u
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
if [ -x Tests/fuzz.sh ]; then
  targets=$(Tests/fuzz.sh --list) || failed=1
  for target in $targets; do
    if Tests/fuzz.sh "$target" --seconds "${FUZZ_SECONDS:-5}" >"/tmp/fuzz-$$.log" 2>&1; then
      passed=$((passed + 1)); echo "ok     $target"
    else
      failed=$((failed + 1)); echo "FAILED $target"; tail -n 30 "/tmp/fuzz-$$.log"
    fi
  done
  rm -f "/tmp/fuzz-$$.log"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
