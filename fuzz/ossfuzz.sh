#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
#
# Builds what OSS-Fuzz and ClusterFuzzLite run, from their environment: CC, CXX,
# CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, SRC, WORK and OUT. Each target goes to OUT
# with its dictionary, its options and the seeds of its corpus.
#
# Abseil and JSON come from $SRC/abseil-cpp and $SRC/json, built here with the
# same flags: MSan takes what code without instrumentation writes for
# uninitialised. With E820CHECK_SYSTEM_PACKAGES=1 they are the system's, which
# will do for every sanitizer but that one.

cd "$(dirname "$(readlink -f "$0")")/.."

if [ "${E820CHECK_SYSTEM_PACKAGES:-}" = 1 ] && [ "${SANITIZER:-}" = memory ]; then
  echo "ossfuzz.sh: MSan needs all code from source" >&2
  exit 2
fi

# configure SOURCE BUILD ARGUMENT...: no build type, so that all flags are those
# of the environment.
configure() {
  cmake -G Ninja -S "$1" -B "$2" -DCMAKE_BUILD_TYPE= \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
    -DCMAKE_CXX_STANDARD=20 -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_INSTALL_PREFIX="$WORK/prefix" -DCMAKE_PREFIX_PATH="$WORK/prefix" \
    "${@:3}" >/dev/null
}

jobs=(-j "${E820CHECK_JOBS:-$(nproc)}")
if [ "${E820CHECK_SYSTEM_PACKAGES:-}" != 1 ]; then
  configure "$SRC/abseil-cpp" "$WORK/abseil-cpp" \
    -DABSL_PROPAGATE_CXX_STD=ON -DABSL_ENABLE_INSTALL=ON -DBUILD_TESTING=OFF
  cmake --build "$WORK/abseil-cpp" "${jobs[@]}" --target install >/dev/null
  configure "$SRC/json" "$WORK/json" -DJSON_BuildTests=OFF
  cmake --build "$WORK/json" "${jobs[@]}" --target install >/dev/null
fi

configure . "$WORK/e820check" -DE820CHECK_LIBFUZZER=ON
cmake --build "$WORK/e820check" "${jobs[@]}" --target fuzz_targets

for target in $(cat "$WORK/e820check/fuzz/targets"); do
  # Its crash is planted.
  [ "$target" != canary ] || continue
  cp "$WORK/e820check/bin/fuzz_$target" "$OUT/"
  cp "$WORK/e820check/fuzz/dictionaries/$target.dict" "$OUT/fuzz_$target.dict"
  cp "fuzz/targets/$target.options" "$OUT/fuzz_$target.options"
  rm -f "$OUT/fuzz_${target}_seed_corpus.zip"
  seeds=("corpus/$target"/*)
  for other in $(sed -n "s/^$target //p" fuzz/shared_corpora); do
    # Finds only: seeds may have the same names.
    seeds+=($(find "corpus/$other" -regextype egrep -regex '.*/[0-9a-f]{40}'))
  done
  zip -q -X -j "$OUT/fuzz_${target}_seed_corpus.zip" "${seeds[@]}"
done
