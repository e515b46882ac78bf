#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What all scripts have in common: what they make of arguments, and that they
# work from anywhere, through links, and in a checkout with a blank in its path;
# scripts/setup without network and without rights; and that what lists the
# folders lists all. Builds and installs nothing.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# clang-tidy looks into the headers of every room.
for header in */*.h */*/*.h; do
  grep -qE "^HeaderFilterRegex: .*[(|]${header%%/*}[|)]" .clang-tidy && continue
  echo "FAILED: HeaderFilterRegex in .clang-tidy leaves $header out" >&2
  failures=$((failures + 1))
done

# expect STATUS REGEX COMMAND...: how it ends, and a line of what it says.
expect() {
  local wanted=$1 regex=$2 status=0 output
  shift 2
  output=$("$@" 2>&1 </dev/null) || status=$?
  [ "$status" -eq "$wanted" ] && grep -qE -- "$regex" <<<"$output" && return
  printf 'FAILED: %s\n  status %d instead of %d, or no "%s" in:\n%s\n' \
    "$*" "$status" "$wanted" "$regex" "$output" >&2
  failures=$((failures + 1))
}

# The scripts alone, where nothing is built: what goes on to build fails at once.
checkout="$work/a check out"
mkdir -p "$checkout/fuzz/targets" "$checkout/corpus" "$work/bin" "$work/elsewhere"
cp -r scripts CMakePresets.json "$checkout/"
scripts=()
for file in "$checkout"/scripts/*; do
  [ -x "$file" ] && [ -f "$file" ] && [[ $file != *.py && $file != *.sh ]] &&
    scripts+=("$(basename "$file")")
done
[ ${#scripts[@]} -ge 13 ] || { echo "only ${#scripts[@]} scripts" >&2; exit 1; }

cd "$work/elsewhere"
for name in "${scripts[@]}"; do
  ln -s "../a check out/scripts/$name" "$work/bin/$name"
  for called in "$checkout/scripts/$name" "../bin/$name" "../a check out/scripts/$name"; do
    for help in --help -h; do
      expect 0 "^usage: (scripts/)?$name( |\$)" env "CDPATH=..:$work" "$called" "$help"
    done
    expect 2 "^$name: .*--no-such-thing" env "CDPATH=..:$work" "$called" --no-such-thing
  done
done
# Of arguments that are not the first.
for line in 'setup --bench x' 'test x' 'coverage x' 'run --seed 1 x' 'tier commit x' \
  'tier commit nightly' 'build release x' 'bench x y' 'properties --seed 1 x' \
  'bad_build_check --no-build x' 'corpus stats x'; do
  read -ra words <<<"$line"
  expect 2 "unknown argument '${words[-1]}'" "../bin/${words[0]}" "${words[@]:1}"
done
# Of values.
for line in 'run --seed' 'run --seed 1x' 'run --qemu-cases -1' 'tier commit --hours x' \
  'tier nightly --seed ' 'fuzz --runs x' 'fuzz --preset dev' 'fuzz --jobs' \
  'properties --shard 3/3' 'properties --merge' 'corpus --corpus' 'corpus qemu 1/1' \
  'bad_build_check --engine x' 'bad_build_check --sanitizer memory' 'build' 'tier'; do
  read -ra words <<<"$line"
  expect 2 "^${words[0]}: (--[a-z-]+|qemu|needs) " "../bin/${words[0]}" "${words[@]:1}"
done

# Paths are the caller's.
expect 2 '^answers: no \*\.jsonl or .* in none$' ../bin/answers none
mkdir lines
echo '{"name": "a", "args": 1}' >lines/a.jsonl
expect 2 '^answers: lines/a\.jsonl:1: no object with name and args$' ../bin/answers lines
echo '0/1 1 map_property_test 1000 0
0/1 1 layout_property_test 1000 0
0/1 1 readers_property_test 40000 0' >"a report"
expect 0 '^1 blocks, 42000 cases, 0 failures$' ../bin/properties --merge 'a report'
expect 2 'there is no file .*/elsewhere/none$' ../bin/properties --merge none
expect 2 'there is no folder .*/elsewhere/none$' ../bin/corpus --corpus none stats

# A file to explain.
: >"$checkout/fuzz/targets/layout.cc"
: >crash-b9ab12
: >layout-crash-b9ab12
expect 2 'neither the name nor the folder .* say --target TARGET' ../bin/corpus explain crash-b9ab12
expect 2 "no target 'x'" ../bin/corpus explain --target x crash-b9ab12
expect 2 'there is no file .*/elsewhere/none' ../bin/corpus explain none
expect 2 'elsewhere is no file' ../bin/corpus explain ../elsewhere
expect 3 'replay_layout .* is built' ../bin/corpus explain --target layout crash-b9ab12
expect 3 'replay_layout .* is built' ../bin/corpus explain layout-crash-b9ab12

# scripts/setup on a machine where the packages of $LACKS are not installed, with
# or without the network and rights.
fake() {
  printf '#!/bin/sh\n%s\n' "$2" >"$work/fake/$1"
  chmod +x "$work/fake/$1"
}
mkdir "$work/fake"
fake dpkg-query 'for last; do :; done
case " $LACKS " in *" $last "*) exit 1 ;; esac
echo installed'
fake apt-get 'echo "apt-get $*" >>"$ASKED"; echo "E: no network" >&2; exit 100'
fake id 'echo "$USER_ID"'
fake sudo 'exit 1'
fake qemu-system-x86_64 ''
# setup LACKS USER_ID ARGUMENT...
setup() {
  : >"$work/asked"
  env "PATH=$work/fake:$PATH" "LACKS=$1" "USER_ID=$2" "ASKED=$work/asked" ../bin/setup "${@:3}"
}
asked() {
  grep -qE "$1" "$work/asked" && return
  printf 'FAILED: apt-get was not asked for "%s":\n%s\n' "$1" "$(cat "$work/asked")" >&2
  failures=$((failures + 1))
}
expect 0 'all packages are installed' setup '' 0
expect 0 'all packages are installed' setup 'libboost-dev zip' 0
expect 3 'nothing can be built without: cmake ninja-build$' setup 'ninja-build cmake' 0
asked '^apt-get install .* cmake ninja-build$'
expect 0 'going on without: zip$' setup zip 0 --fuzz
asked '^apt-get update'
expect 0 'going on without: libboost-dev zip$' setup 'zip libboost-dev' 0 --bench --fuzz
expect 3 'without: cmake$' setup 'zip cmake' 0 --fuzz
asked '^apt-get install .* cmake$'
expect 0 'sudo apt-get install --no-install-recommends +zip' setup zip 1000 --fuzz
expect 3 'without: cmake' setup cmake 1000
rm "$work/fake/qemu-system-x86_64"
without_qemu=$work/without-qemu
mkdir "$without_qemu"
for program in bash sh env basename dirname readlink tail grep cat; do
  ln -s "$(command -v "$program")" "$without_qemu/"
done
PATH=$without_qemu expect 0 'going on without: qemu-system-x86( strace)?$' setup '' 0

# Text from elsewhere is never run.
! grep -rnw 'ev[a]l' "$checkout/scripts" || failures=$((failures + 1))

[ "$failures" -eq 0 ] && echo "the scripts do what they say"
