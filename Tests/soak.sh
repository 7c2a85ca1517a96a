#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Random runs with new seeds for as long as one likes. A seed that fails is printed and can be
# replayed:
#
#     Tests/soak.sh --minutes 30
#     Tests/soak.sh --seed 4711
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { echo "usage: Tests/soak.sh [--minutes N | --seed N]" >&2; exit 2; }

minutes=10 seed=
while [ $# -gt 0 ]; do
  case "$1" in
    --minutes) minutes=${2:-}; shift 2 || usage ;;
    --seed) seed=${2:-}; shift 2 || usage ;;
    *) usage ;;
  esac
done
[[ $minutes =~ ^[0-9]+$ && ( -z $seed || $seed =~ ^[0-9]+$ ) ]] || usage

export PRAVEGA_SEED=$seed
[ -n "$seed" ] || export PRAVEGA_SOAK_SECONDS=$((minutes * 60))
exec swift test --disable-swift-testing --filter PravegaFaultTests.RandomRunTests
