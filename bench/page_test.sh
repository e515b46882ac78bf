#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# page_test.sh MAP_BENCHMARK: doc/generated/bench.md has a row for each operation
# and size that map_benchmark measures. Its figures are of another day.
set -euo pipefail
cd "$(dirname "$0")/.."

diff \
  <("$1" --benchmark_list_tests | awk -F/ '$2 == "RangeTreeMap" {print $1, $3}' |
    LC_ALL=C sort) \
  <(sed -nE 's/^([a-z ]+[a-z]) +([0-9]+) +[0-9.]+ .*/\1 \2/p' doc/generated/bench.md |
    LC_ALL=C sort)
