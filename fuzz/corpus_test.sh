#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# corpus_test.sh PROGRAMS: scripts/corpus stats, explain and qemu on corpora made
# for it, with the replay programs in the folder PROGRAMS.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

programs=$1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
corpora=$work/corpora
corpus() { "$root/scripts/corpus" --corpus "$corpora" --programs "$programs" "$@"; }

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

mkdir -p "$corpora/slit_decode"
cp corpus/slit_decode/three_nodes "$corpora/slit_decode/"
corpus stats >/dev/null || fail "a small corpus is refused"
printf 'SLIT' >"$work/one"

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
rm "$corpora/slit_decode"/seed*

# What a file is to a target: by its folder, by its name, or as it is told, and
# from any place.
for line in 'three_nodes' 'slit_decode-crash-b9ab' '--target slit_decode crash-b9ab'; do
  read -ra words <<<"$line"
  folder=$work/elsewhere
  [ "$line" != three_nodes ] || folder=$corpora/slit_decode
  mkdir -p "$folder"
  cp corpus/slit_decode/three_nodes "$folder/${words[-1]}"
  said=$(cd "$folder" && corpus explain "${words[@]}")
  [[ $said == *'SLIT  3 x 3'* ]] || fail "explain $line does not show the table: $said"
  [[ $said == *$'\nfirst divergence: none' ]] || fail "explain $line does not compare: $said"
done
refuses 'say --target TARGET' explain "$work/elsewhere/crash-b9ab"
refuses "no target 'nothing'" explain --target nothing "$work/elsewhere/crash-b9ab"
refuses 'no file .*/missing' explain "$work/missing"
refuses 'is no file' explain "$work/elsewhere"

# QEMU gets what is in a file as it is, and no shell does. This one tells what it
# was given.
cat >"$work/qemu-system-x86_64" <<EOF
#!/bin/sh
if [ "\$*" = --version ]; then
  echo 'QEMU emulator version 7.2.22 (Debian)'
  exit
fi
printf '%s\n' "\$@" >>"$work/given"
echo 'qemu-system-x86_64: refused' >&2
exit 1
EOF
chmod +x "$work/qemu-system-x86_64"
mkdir "$corpora/command_line"
cat >"$corpora/command_line/hostile" <<'EOF'
-m
$(touch executed)`touch executed`
-m
a';touch executed;'"
--
touch executed
EOF
# A NUL byte in an argument, and behind it what a shell takes for a number.
printf -- '-m\n1\0007.2\0harmless\0a[$(touch executed)]\0x' >"$corpora/command_line/nul"
status=0
said=$(cd "$work" && corpus qemu --qemu ./qemu-system-x86_64 2>&1) || status=$?
[ "$status" -eq 1 ] || fail "qemu ends with $status: $said"
[[ $said == *'QEMU 7.2: 0 agree, 1 differ, 1 not compared'* ]] || fail "qemu says: $said"
while IFS= read -r line; do
  grep -qxF -- "$line" "$work/given" || fail "QEMU was not given: $line"
done <"$corpora/command_line/hostile"
for folder in . "$work" "$corpora/command_line"; do
  [ ! -e "$folder/executed" ] || fail "text of a corpus file was executed"
done
# QEMU is not asked what may do harm.
printf -- '-pidfile\n%s' "$work/pidfile" >"$corpora/command_line/hostile"
: >"$work/given"
corpus qemu --qemu "$work/qemu-system-x86_64" >/dev/null 2>&1 && fail "nothing was compared"
! grep -q pidfile "$work/given" || fail "QEMU was let write a file"
echo "scripts/corpus does what it says"
