#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the client with the Rust client and with a bare sender, against one server, in one run.
#
#   ./Tests/bench.sh [--rounds N] [--quick]
#
# Rounds alternate between the peers; the first is thrown away and medians are printed as a table in
# Markdown. Builds `pravega` in release if needed. The figures hold for this machine: compare ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
. Tests/support/prepare.sh
install_build_packages
swift build -c release --product pravega >&2
python="${PRAVEGA_TEST_PYTHON:-}"
if [ -z "$python" ]; then
  python=.build/venv/bin/python
  if [ ! -x "$python" ]; then
    python3 -m venv .build/venv
    .build/venv/bin/pip install --quiet pravega==0.3.8
  fi
fi
exec "$python" Tests/tools/compare_bench.py \
  --pravega "$(swift build -c release --show-bin-path)/pravega" --python "$python" "$@"
