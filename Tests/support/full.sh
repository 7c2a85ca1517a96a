#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The long part of Tests/run.sh, sourced by it.

# A crash under a sanitizer must end at once, not after minutes of symbolizing.
export SWIFT_BACKTRACE=enable=no
export TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/Tests/support/tsan.supp"
export LSAN_OPTIONS="suppressions=$PWD/Tests/support/lsan.supp:print_suppressions=0"

xctest thread-sanitizer swift test --disable-swift-testing \
  --sanitize=thread --scratch-path .build/tsan
xctest address-sanitizer swift test --disable-swift-testing \
  --sanitize=address --scratch-path .build/asan
step documentation Tests/support/docs.sh
step quickstart Examples/quickstart.sh
FUZZ_SECONDS=60 REFEREE_SECONDS=3600 referee "$PWD/Tests/referees/fuzz.sh"
