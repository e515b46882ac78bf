#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0

exec "$SRC/e820check/fuzz/ossfuzz.sh"
