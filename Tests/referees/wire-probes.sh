#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Exact requests to a real segment store and its exact answers, asked of the embedded one.
set -u
. "$(dirname "$0")/support/standalone.sh"
start_standalone || exit 1
"$PRAVEGA_TEST_PYTHON" "$root/Tests/tools/wire_probe.py" check "$root/Tests/Fixtures/probes/wire" \
  --store "$STORE" --no-quirks
