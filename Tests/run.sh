#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the tests need, builds, checks the format and runs every test and referee.
#
#     Tests/run.sh            under 15 minutes on two cores
#     Tests/run.sh --full     and the long ones: sanitizers, documentation, quick start, long fuzzing
#
# Logs are in .build/logs. The last line of the output sums up everything that was run; the exit
# code is 0 only if nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

full=no
case "${1:-}" in
  "") ;;
  --full) full=yes ;;
  *) echo "usage: Tests/run.sh [--full]" >&2; exit 2 ;;
esac

logs=$PWD/.build/logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0
started=$SECONDS

# say RESULT NAME DETAIL
say() { printf '%-7s %-16s %s (%d s)\n' "$1" "$2" "$3" $((SECONDS - step_started)); }

# The end of a log, indented, so that no line of it can pass for the summary.
show_log() { tail -n "${2:-40}" "$logs/$1.log" | sed 's/^/    | /'; }

# step NAME COMMAND...: one pass or failure of its own.
step() {
  local name=$1; shift
  step_started=$SECONDS
  if "$@" >"$logs/$name.log" 2>&1; then
    passed=$((passed + 1)); say ok "$name" "done"
    return 0
  fi
  failed=$((failed + 1)); say FAILED "$name" "see .build/logs/$name.log"
  show_log "$name"
  return 1
}

# needed NAME COMMAND...: preparation that is not counted, but without which nothing goes on.
needed() {
  local name=$1; shift
  step_started=$SECONDS
  if "$@" >"$logs/$name.log" 2>&1; then say ok "$name" "ready"; return; fi
  failed=$((failed + 1)); say FAILED "$name" "see .build/logs/$name.log"
  show_log "$name" 60
  finish
}

finish() {
  echo "$((SECONDS - started)) s in all"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

# xctest NAME COMMAND...: adds the counts of the closing line of XCTest.
xctest() {
  local name=$1; shift
  step_started=$SECONDS
  local status=0
  "$@" >"$logs/$name.log" 2>&1 || status=$?
  local line
  line=$(grep -E 'Executed [0-9]+ tests?, with' "$logs/$name.log" | tail -n 1)
  local ran bad left
  ran=$(sed -nE 's/.*Executed ([0-9]+) tests?.*/\1/p' <<<"$line")
  left=$(sed -nE 's/.* ([0-9]+) tests? skipped.*/\1/p' <<<"$line")
  bad=$(grep -cE "^Test Case '.*' failed \(" "$logs/$name.log")
  # No closing line, or failed without a failed case: the run itself broke.
  if [ -z "$line" ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then bad=$((bad + 1)); fi
  ran=${ran:-0} left=${left:-0}
  local good=$((ran - bad - left))
  [ "$good" -ge 0 ] || good=0
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
  if [ "$bad" -eq 0 ]; then say ok "$name" "$ran tests, $left skipped"; return 0; fi
  say FAILED "$name" "$bad of $ran tests"
  grep -E 'error:|failed \(|Fatal|Sanitizer' "$logs/$name.log" | head -n 40 | sed 's/^/    | /'
  [ -n "$line" ] || show_log "$name"
  return 1
}

# referee SCRIPT: its last line is "N passed, N failed[, N skipped]".
referee() {
  local script=$1 name
  name=$(basename "$script" .sh)
  step_started=$SECONDS
  local status=0
  timeout -k 10 "${REFEREE_SECONDS:-1200}" "$script" >"$logs/$name.log" 2>&1 || status=$?
  local line good bad left
  line=$(grep -xE '[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?' "$logs/$name.log" | tail -n 1)
  read -r good bad left < <(tr -dc '0-9,' <<<"$line" | tr ',' ' '; echo)
  good=${good:-0} bad=${bad:-0} left=${left:-0}
  if [ -z "$line" ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then bad=$((bad + 1)); fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
  if [ "$bad" -eq 0 ]; then say ok "$name" "$good agree, $left skipped"; return 0; fi
  say FAILED "$name" "$bad of $((good + bad)), see .build/logs/$name.log"
  show_log "$name"
  return 1
}

. Tests/support/prepare.sh

needed install install_packages
needed python make_venv
export PRAVEGA_TEST_PYTHON=$PWD/.build/venv/bin/python
swift --version 2>&1 | head -n 1

needed build swift build --build-tests
PRAVEGA_BIN=$(swift build --show-bin-path)/pravega
export PRAVEGA_BIN

step lint swift format lint --strict --parallel --recursive --configuration .swift-format \
  Package.swift Sources Tests Examples
xctest tests swift test --skip-build --disable-swift-testing
for script in Tests/referees/*.sh; do referee "$PWD/$script"; done
if [ "$full" = yes ]; then . Tests/support/full.sh; fi
finish
