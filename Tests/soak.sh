#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Random runs with new seeds for as long as one likes. A seed that fails is printed and can be
# replayed; the last line says how many runs there were, how many faults they met, and how many
# events were written and read:
#
#     Tests/soak.sh --minutes 30
#     Tests/soak.sh --seed 4711
#     Tests/soak.sh --minutes 2 --skip-build
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { echo "usage: Tests/soak.sh [--minutes N | --seed N] [--skip-build]" >&2; exit 2; }

minutes=10 seed= build=()
while [ $# -gt 0 ]; do
  case "$1" in
    --minutes) minutes=${2:-}; shift 2 || usage ;;
    --seed) seed=${2:-}; shift 2 || usage ;;
    --skip-build) build=(--skip-build); shift ;;
    *) usage ;;
  esac
done
[[ $minutes =~ ^[0-9]+$ && ( -z $seed || $seed =~ ^[0-9]+$ ) ]] || usage

export PRAVEGA_SEED=$seed
[ -n "$seed" ] || export PRAVEGA_SOAK_SECONDS=$((minutes * 60))
exec swift test ${build[@]+"${build[@]}"} --disable-swift-testing --filter PravegaFaultTests.RandomRunTests
