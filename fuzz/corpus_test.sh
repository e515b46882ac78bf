#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# corpus_test.sh PROGRAMS: scripts/corpus on corpora made for it, with the fuzz
# targets in the folder PROGRAMS.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
corpora=$work/corpora
corpus() { scripts/corpus --corpus "$corpora" --programs "$programs" "$@"; }

fail() {
  echo "corpus_test: $1" >&2
  exit 1
}
# refuses REGEX ARGUMENT...
refuses() {
  local output
  ! output=$(corpus "${@:2}" 2>&1) || fail "accepted: ${*:2}"
  grep -qaE "$1" <<<"$output" || fail "no '$1' in: $output"
}
add_find() { cp "$1" "$corpora/slit_decode/$(sha1sum "$1" | cut -d' ' -f1)"; }

mkdir -p "$corpora/slit_decode" "$work/new"
cp corpus/slit_decode/three_nodes "$corpora/slit_decode/"
corpus stats >/dev/null || fail "a small corpus is refused"

# Merging keeps what is there and adds what reaches more, named by its hash.
cp corpus/slit_decode/* "$work/new/"
corpus merge slit_decode "$work/new" >/dev/null
[ -f "$corpora/slit_decode/three_nodes" ] || fail "merge removed a seed"
finds=$(find "$corpora/slit_decode" -type f | wc -l)
[ "$finds" -gt 1 ] || fail "merge added nothing"
corpus stats >/dev/null || fail "merge gives wrong names"

# Minimizing removes a find that another file stands in for, and no seed.
printf 'SLIT' >"$work/one"
printf 'SLIX' >"$work/two"
add_find "$work/one"
add_find "$work/two"
cp "$work/one" "$corpora/slit_decode/a_seed_like_it"
corpus minimize slit_decode >/dev/null
[ -f "$corpora/slit_decode/a_seed_like_it" ] || fail "minimize removed a seed"
[ ! -f "$corpora/slit_decode/$(sha1sum "$work/one" | cut -d' ' -f1)" ] ||
  fail "minimize kept what adds nothing"

words=$(corpus explain "$corpora/slit_decode/three_nodes")
[[ $words == *'SLIT  3 x 3'* ]] || fail "explain does not show the table"
[[ $words == *$'\nfirst divergence: none' ]] || fail "explain does not compare"

refuses 'no target' merge nothing "$work/new"
refuses 'one FILE' explain "$work/missing"
cp "$work/one" "$corpora/slit_decode/0123456789012345678901234567890123456789"
refuses 'name of another content' stats
rm "$corpora/slit_decode/0123456789012345678901234567890123456789"
cp "$work/one" "$corpora/slit_decode/-x"
refuses 'neither a name of words nor a hash' stats
rm "$corpora/slit_decode/-x"
mkdir "$corpora/nothing"
cp "$work/one" "$corpora/nothing/one"
refuses 'is of no target' stats
rm -r "$corpora/nothing"
head -c 5000000 /dev/zero >"$corpora/slit_decode/large"
refuses 'too large' stats
rm "$corpora/slit_decode/large"
for ((i = 0; i < 2001; ++i)); do echo "$i" >"$corpora/slit_decode/seed$i"; done
refuses 'too large' stats
echo "scripts/corpus does what it says"
