#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the documentation of the public targets; a warning is an error. Result: .build/docs.
set -euo pipefail
cd "$(dirname "$0")/../.."

swift package dump-symbol-graph --minimum-access-level public >/dev/null
graphs=$(find .build -type d -name symbolgraph | head -n 1)
docc=$(command -v docc || find "$(dirname "$(readlink -f "$(command -v swift)")")" -name docc)
rm -rf .build/docs && mkdir -p .build/docs
for target in Pravega PravegaStandalone PravegaTestKit; do
  mkdir -p ".build/docs-graphs/$target"
  rm -f ".build/docs-graphs/$target"/*
  cp "$graphs/$target".symbols.json "$graphs/$target"@*.symbols.json ".build/docs-graphs/$target/" \
    2>/dev/null || true
  # What users see through `import Pravega` is declared in the engine: to them it is one module.
  if [ "$target" = Pravega ]; then
    for graph in "$graphs"/PravegaCore*.symbols.json; do
      sed 's/"module":{"name":"PravegaCore"/"module":{"name":"Pravega"/' "$graph" \
        >".build/docs-graphs/$target/Pravega-$(basename "$graph")"
    done
  fi
  catalogue=$(find "Sources/$target" -name '*.docc' -type d | head -n 1)
  # shellcheck disable=SC2086
  "$docc" convert $catalogue --additional-symbol-graph-dir ".build/docs-graphs/$target" \
    --fallback-display-name "$target" --fallback-bundle-identifier "pravega.$target" \
    --disable-parameters-and-returns-validation --transform-for-static-hosting --warnings-as-errors --output-path ".build/docs/$target"
done
