#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# corpus_merging_test.sh PROGRAMS: scripts/corpus merge and minimize on corpora
# made for it, with the fuzz targets in the folder PROGRAMS.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

programs=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
corpora=$work/corpora
corpus() { scripts/corpus --corpus "$corpora" --programs "$programs" "$@"; }

fail() {
  echo "corpus_merging_test: $1" >&2
  exit 1
}
add_find() { cp "$1" "$corpora/slit_decode/$(sha1sum "$1" | cut -d' ' -f1)"; }

mkdir -p "$corpora/slit_decode" "$work/new"
cp corpus/slit_decode/three_nodes "$corpora/slit_decode/"

# Merging keeps what is there and adds what reaches more, named by its hash. The
# folder is the caller's.
cp corpus/slit_decode/* "$work/new/"
merge=$PWD/scripts/corpus
(cd "$work" && "$merge" --corpus corpora --programs "$programs" merge slit_decode new) >/dev/null
[ -f "$corpora/slit_decode/three_nodes" ] || fail "merge removed a seed"
finds=$(find "$corpora/slit_decode" -type f | wc -l)
[ "$finds" -gt 1 ] || fail "merge added nothing"
corpus stats >/dev/null || fail "merge gives wrong names"
! corpus merge nothing "$work/new" 2>/dev/null || fail "merged into no target"
! corpus merge slit_decode "$work/none" 2>/dev/null || fail "merged no folder"

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
echo "scripts/corpus merges and minimizes"
