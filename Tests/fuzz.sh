#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Feeds mutated bytes to the decoders (libFuzzer, AddressSanitizer).
#
#     Tests/fuzz.sh --list
#     Tests/fuzz.sh TARGET|all [--seconds N | --minutes N | --runs N]
#
# A target is one file of Tests/fuzz. Its head names the sources it is compiled with, folders or
# files under Sources (files that import other modules of ours are left out, and so are those of
# `without`), or else with `joined` folders that are compiled as if they were one module, and the
# kind of seeds that Tests/fuzz/seeds.py makes from the recorded data. Another target is another
# file.
# What makes a target fail is kept in .build/fuzz/TARGET; run the binary there on it again.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '4,7s/^#  *//p' "$0" >&2; exit 2; }

targets() { for file in Tests/fuzz/*.swift; do basename "$file" .swift; done; }

# Sources that import another of our modules cannot be part of the one module of a target.
sources() {
  local part without
  without=$(sed -n 's#^// without: ##p' "Tests/fuzz/$1.swift")
  for part in $(sed -n 's#^// sources: ##p' "Tests/fuzz/$1.swift"); do
    find "Sources/$part" -name '*.swift' |
      xargs grep -LE '^(internal |package |public )?import (Pravega|COpenSSL)' || true
  done | sort -u | if [ -n "$without" ]; then grep -vE "/($without)\.swift\$"; else cat; fi
}

# Copies of the sources of several modules, without the imports of each other. `renamed: MODULE TYPE`
# gives a type of one module another name where two have the same.
joined() {
  local folder=.build/fuzz/$1/joined part file without module type rename
  without=$(sed -n 's#^// without: ##p' "Tests/fuzz/$1.swift")
  rm -rf "$folder"
  mkdir -p "$folder"
  for part in $(sed -n 's#^// joined: ##p' "Tests/fuzz/$1.swift"); do
    for file in $(find "Sources/$part" -name '*.swift' | sort); do
      [ -z "$without" ] || ! grep -qE "/($without)\.swift\$" <<<"$file" || continue
      rename=
      while read -r module type; do
        [[ $file != Sources/$module/* ]] || rename="$rename;s/\\b$type\\b/$module$type/g"
      done < <(sed -n 's#^// renamed: ##p' "Tests/fuzz/$1.swift")
      sed -E '/^(internal |package |public )?import Pravega/d'"$rename" "$file" \
        >"$folder/$(tr / - <<<"${file#Sources/}")"
    done
  done
  find "$folder" -name '*.swift'
}

libraries() { ! grep -q '^// joined: ' "Tests/fuzz/$1.swift" || pkg-config --libs openssl; }

run() {
  local target=$1 folder=.build/fuzz/$1
  [ -f "Tests/fuzz/$target.swift" ] || { echo "no such target: $target" >&2; usage; }
  mkdir -p "$folder/seeds" "$folder/corpus"
  # shellcheck disable=SC2046
  swiftc -sanitize=fuzzer,address -parse-as-library -O -whole-module-optimization \
    -swift-version 6 -package-name pravega -module-name Fuzz \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility \
    -I Sources/COpenSSL $(libraries "$target") \
    $(sources "$target") $(joined "$target") "Tests/fuzz/$target.swift" -o "$folder/fuzz" \
    >"$folder/build.log" 2>&1 || { grep -E 'error' "$folder/build.log" >&2; return 1; }
  python3 Tests/fuzz/seeds.py \
    "$(sed -n 's#^// seeds: ##p' "Tests/fuzz/$target.swift")" "$folder/seeds"
  # The backtracer would hang a crash for minutes.
  SWIFT_BACKTRACE=enable=no timeout -k 10 $((seconds + 60)) "$folder/fuzz" "${limit[@]}" \
    -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$folder/" \
    "$folder/corpus" "$folder/seeds" >"$folder/run.log" 2>&1 || {
    echo "FAILED $target: $folder/run.log" >&2
    grep -vE '^#[0-9]+' "$folder/run.log" | tail -n 30 >&2
    return 1
  }
  echo "ok $target: $(grep -E '^Done' "$folder/run.log")"
}

[ $# -ge 1 ] || usage
what=$1
shift
seconds=60 limit=()
while [ $# -ge 2 ]; do
  case $1 in
    --seconds) seconds=$2 ;;
    --minutes) seconds=$(($2 * 60)) ;;
    --runs) limit=("-runs=$2") seconds=3600 ;;
    *) usage ;;
  esac
  shift 2
done
[ $# -eq 0 ] || usage
[ ${#limit[@]} -gt 0 ] || limit=("-max_total_time=$seconds")

case $what in
  --list) targets ;;
  all) failed=0; for target in $(targets); do run "$target" || failed=1; done; exit $failed ;;
  *) run "$what" ;;
esac
