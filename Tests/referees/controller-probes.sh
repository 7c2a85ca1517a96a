#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Exact calls of a real controller and its answers, asked of the embedded one.
set -u
. "$(dirname "$0")/support/standalone.sh"
start_standalone || exit 1
"$PRAVEGA_TEST_PYTHON" "$root/Tests/tools/controller_probe.py" check \
  "$root/Tests/Fixtures/probes/controller" --controller "$CONTROLLER_ADDRESS" --store "$STORE" \
  --relaxed --verbose
