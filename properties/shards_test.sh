#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The shards of a run of scripts/properties add up to the whole run, and nothing
# else does. Programs that print what RapidCheck would stand in for the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "shards_test: $1" >&2
  exit 1
}
for program in map layout readers; do
  cat >"$work/${program}_property_test" <<'EOF'
#!/bin/sh
seed=${RC_PARAMS#seed=}
seed=${seed%% *}
echo "OK, passed $seed tests"
if [ "$seed" -eq 99 ]; then
  echo '[  FAILED  ] Some.Property (1 ms)'
  exit 1
fi
EOF
  chmod +x "$work/${program}_property_test"
done
run() {
  scripts/properties --programs "$work" --seed 5 --blocks "$2" --shard "$1" \
    --report "$work/$3" >/dev/null || fail "shard $1 fails"
}
merge() { (cd "$work" && "$OLDPWD/scripts/properties" --merge "$@" >merged); }
refuses() {
  ! merge "${@:2}" || fail "adds up: ${*:2}"
  grep -q "$1" "$work/merged" || fail "no '$1' said of ${*:2}"
}

run 0/1 3 whole
run 0/2 3 even
run 1/2 3 odd
run 0/1 2 other
merge "$work/whole" || fail "the whole run does not add up"
cp "$work/merged" "$work/expected"
merge "$work/odd" "$work/even" || fail "two shards do not add up"
cmp "$work/expected" "$work/merged"
grep -qE '^3 blocks, 54 cases, 0 failures$' "$work/merged" || fail "nothing was run"
refuses 'block 1 is missing' "$work/even"
refuses 'is there twice' "$work/whole" "$work/odd"
refuses 'blocks of 2 runs' "$work/even" "$work/other"
sed 's/0$/1/' "$work/odd" >"$work/failed"
refuses '3 failures' "$work/even" "$work/failed"
! scripts/properties --programs "$work" --seed 98 --blocks 2 \
  --report "$work/failing" >"$work/out" 2>&1 || fail "a failure is no failure"
grep -q '^591 cases, 3 failures$' "$work/out" || fail "failures are not counted"
echo "shards add up"
