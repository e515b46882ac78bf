#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# replay_test.sh PROGRAM: what a replay program makes of what is no input. It must
# not wait for a pipe, nor read a device that has no end.
set -euo pipefail

program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# expect STATUS TEXT ARGUMENT...
expect() {
  local wanted=$1 text=$2 status=0 output
  shift 2
  output=$("$program" "$@" 2>&1) || status=$?
  [ "$status" -eq "$wanted" ] && [[ $output == *"$text"* ]] && return
  printf 'replay_test: %s\n  status %d instead of %d, or no "%s" in: %s\n' \
    "$*" "$status" "$wanted" "$text" "$output" >&2
  exit 1
}

mkdir folder folder/below hollow
printf SLIT >folder/one
printf SLIT >folder/below/two
: >empty
truncate -s 1048576 largest
truncate -s 1048577 larger
mkfifo pipe
ln -s nowhere folder/broken

expect 0 'Ran 2 inputs' -detect_leaks=0 -- folder/one folder/below
expect 0 'Ran 1 inputs' empty
expect 0 'Ran 1 inputs' largest
expect 2 'larger: has 1048577 bytes, and inputs have at most 1048576' empty larger
expect 2 'pipe: is neither a file nor a folder' pipe
expect 2 '/dev/zero: is neither a file nor a folder' /dev/zero
expect 2 'none: No such file or directory' none
expect 2 'folder/broken: No such file or directory' folder
expect 2 'hollow: holds no file' hollow
# A file whose reading fails, for root too.
expect 2 '/proc/self/mem: cannot be read' /proc/self/mem
expect 2 'needs files or folders'
expect 2 'needs files or folders' -runs=1
mkfifo hollow/pipe
expect 2 'hollow/pipe: is neither a file nor a folder' hollow
echo "replay programs refuse what is no input"
