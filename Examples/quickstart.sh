#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From nothing to events written and read: installs what is missing, builds, and runs the program in
# Examples/QuickStart with a server of its own. Under four minutes the first time, seconds after.
set -euo pipefail
cd "$(dirname "$0")/.."

. Tests/support/prepare.sh
if ! command -v swift >/dev/null; then
  echo "a Swift toolchain, 6.2 or later, is needed: https://www.swift.org/install" >&2
  exit 1
fi
install_build_packages
started=$SECONDS
swift build -c release --product pravega
swift build -c release --product quickstart
echo "built in $((SECONDS - started)) s"
exec "$(swift build -c release --show-bin-path)/quickstart" "$@"
