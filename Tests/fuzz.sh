#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Feeds mutated bytes to the decoders (libFuzzer, AddressSanitizer).
#
#     Tests/fuzz.sh --list
#     Tests/fuzz.sh TARGET|all [--seconds N | --minutes N | --runs N] [--compare|--plain]
#
# A target is one file of Tests/fuzz. Its head names the sources it is compiled with, folders or
# files under Sources (files that import other modules of ours are left out, and so are those of
# `without`), or else with `joined` folders that are compiled as if they were one module, and the
# kind of seeds that Tests/fuzz/seeds.py makes from the recorded data. Another target is another
# file.
# `longest` is the length of the inputs; `memory` is the number of MiB that one allocation may
# have: the largest that the decoder's declared limits allow, so that another one is a finding.
# Comparisons are traced with --compare only: that finds constants which no seed has, and makes
# every input cost twice the time. With --plain there is no AddressSanitizer: three times the inputs
# for sources in which Swift itself checks every access.
# What makes a target fail is kept in .build/fuzz/TARGET; run the binary there on it again. Inputs
# that reached something new are kept there, too, and are where the next run begins.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '4,7s/^#  *//p' "$0" >&2; exit 2; }

targets() { for file in Tests/fuzz/*.swift; do basename "$file" .swift; done; }

head_value() { sed -n "s#^// $2: ##p" "Tests/fuzz/$1.swift"; }

# Sources that import another of our modules cannot be part of the one module of a target.
sources() {
  local part without
  without=$(head_value "$1" without)
  for part in $(head_value "$1" sources); do
    find "Sources/$part" -name '*.swift' |
      xargs grep -LE '^(internal |package |public )?import (Pravega|COpenSSL)' || true
  done | sort -u | if [ -n "$without" ]; then grep -vE "/($without)\.swift\$"; else cat; fi
}

# Copies of the sources of several modules, without the imports of each other. `renamed: MODULE TYPE`
# gives a type of one module another name where two have the same.
joined() {
  local folder=.build/fuzz/$1/joined part file without module type rename
  without=$(head_value "$1" without)
  rm -rf "$folder"
  mkdir -p "$folder"
  for part in $(head_value "$1" joined); do
    for file in $(find "Sources/$part" -name '*.swift' | sort); do
      [ -z "$without" ] || ! grep -qE "/($without)\.swift\$" <<<"$file" || continue
      rename=
      while read -r module type; do
        [[ $file != Sources/$module/* ]] || rename="$rename;s/\\b$type\\b/$module$type/g"
      done < <(head_value "$1" renamed)
      sed -E '/^(internal |package |public )?import Pravega/d'"$rename" "$file" \
        >"$folder/$(tr / - <<<"${file#Sources/}")"
    done
  done
  find "$folder" -name '*.swift' | sort
}

libraries() { ! grep -q '^// joined: ' "Tests/fuzz/$1.swift" || pkg-config --libs openssl; }

# Compiles a target unless its sources are those of the last time. In joined sources one module's
# imports would have to serve another's: who may use which member is checked in the package's build.
build() {
  local target=$1 program=$2 folder=.build/fuzz/$1 files state visibility=
  grep -q '^// joined: ' "Tests/fuzz/$target.swift" ||
    visibility="-enable-upcoming-feature MemberImportVisibility"
  files="$(sources "$target") $(joined "$target") Tests/fuzz/$target.swift"
  # shellcheck disable=SC2086
  state=$(cat $files "$0" | sha256sum)
  [ ! -x "$program" ] || [ "$(cat "$program.state" 2>/dev/null)" != "$state" ] || return 0
  # shellcheck disable=SC2046,SC2086
  swiftc $3 -parse-as-library -O -whole-module-optimization \
    -swift-version 6 -package-name pravega -module-name Fuzz \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
    $visibility -I Sources/COpenSSL $(libraries "$target") $files -o "$program" \
    >"$folder/build.log" 2>&1 || { grep -E 'error' "$folder/build.log" >&2; return 1; }
  echo "$state" >"$program.state"
}

run() {
  local target=$1 folder=.build/fuzz/$1 longest memory
  [ -f "Tests/fuzz/$target.swift" ] || { echo "no such target: $target" >&2; usage; }
  mkdir -p "$folder/seeds" "$folder/corpus"
  longest=$(head_value "$target" longest)
  memory=$(head_value "$target" memory)
  case $variant in
    -compare) build "$target" "$folder/fuzz$variant" "-sanitize=fuzzer,address" ;;
    -plain) build "$target" "$folder/fuzz$variant" "-sanitize=fuzzer $edges" ;;
    *) build "$target" "$folder/fuzz" "-sanitize=fuzzer,address $edges" ;;
  esac || return 1
  python3 Tests/fuzz/seeds.py "$(head_value "$target" seeds)" "$folder/seeds"
  # A short memory of freed blocks and no stacks of allocations: twice the inputs in the same time.
  # The backtracer would hang a crash for minutes.
  ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=4:thread_local_quarantine_size_kb=64:detect_stack_use_after_return=0:max_malloc_fill_size=0 \
  SWIFT_BACKTRACE=enable=no timeout -k 10 $((seconds + 60)) "$folder/fuzz$variant" "${limit[@]}" \
    -timeout=10 -rss_limit_mb=512 -malloc_limit_mb="${memory:-1}" -max_len="${longest:-4096}" \
    -artifact_prefix="$folder/" "$folder/corpus" "$folder/seeds" >"$folder/run.log" 2>&1 || {
    echo "FAILED $target: $folder/run.log" >&2
    grep -vE '^#[0-9]+' "$folder/run.log" | tail -n 30 >&2
    return 1
  }
  echo "ok $target: $(grep -E '^Done' "$folder/run.log")"
}

[ $# -ge 1 ] || usage
what=$1
shift
seconds=60 limit=() variant=
edges=-sanitize-coverage=edge,inline-8bit-counters,pc-table,indirect-calls
while [ $# -gt 0 ]; do
  case $1 in
    --compare | --plain) variant=${1#-}; shift; continue ;;
  esac
  [ $# -ge 2 ] || usage
  case $1 in
    --seconds) seconds=$2 ;;
    --minutes) seconds=$(($2 * 60)) ;;
    --runs) limit=("-runs=$2") seconds=3600 ;;
    *) usage ;;
  esac
  shift 2
done
[ ${#limit[@]} -gt 0 ] || limit=("-max_total_time=$seconds")

case $what in
  --list) targets ;;
  all) failed=0; for target in $(targets); do run "$target" || failed=1; done; exit $failed ;;
  *) run "$what" ;;
esac
