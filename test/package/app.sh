#!/usr/bin/env bash
# A user's project from the installed package: builds and runs, generates again when it must and only then.
# usage: app.sh GENERATOR PREFIX FOLDER
set -euo pipefail
generator=$1 prefix=$2 folder=$3

fail() { echo "app.sh: $*" >&2 && exit 1; }
configure() { cmake -S "$folder/app" -B "$folder/build" -G "$generator" "-DCMAKE_PREFIX_PATH=$prefix" "$@"; }
# Builds, and fails unless nn-diff ran ('yes') or did not ('no').
build_expecting() {
  local log ran=no
  log=$(cmake --build "$folder/build" --verbose 2>&1) || { echo "$log" >&2 && fail "the build failed"; }
  if grep -q 'bin/nn-diff .*square\.cpp' <<<"$log"; then ran=yes; fi
  [[ $ran == "$1" ]] || { echo "$log" >&2 && fail "nn-diff ran: $ran, expected: $1 ($2)"; }
}
expect_output() {
  local output
  output=$("$folder/build/app")
  [[ $output == "$1" ]] || fail "got '$output', expected '$1'"
}

rm -rf "$folder"
mkdir -p "$folder"
cp -r "$(dirname "$0")/app" "$folder/app"
configure -DBACKENDS=cpp
build_expecting yes "first build"
expect_output "28 (4 8 12)"
build_expecting no "nothing changed"

sleep 1 # Make compares whole time stamps of some file systems
sed -i 's/scale = 2/scale = 3/' "$folder/app/headers/scale.h"
build_expecting yes "a header of the model changed"
expect_output "42 (6 12 18)"
build_expecting no "nothing changed since"

touch "$folder/app/main.cpp"
build_expecting no "only the program changed"

sleep 1
touch "$folder/app/models/square.cpp"
build_expecting yes "the model changed"

if configure "-DBACKENDS=cpp;cuda" >"$folder/log" 2>&1; then fail "CUDA was accepted in a project without it"; fi
grep -q 'BACKENDS cuda needs nvcc' "$folder/log" || { cat "$folder/log" >&2 && fail "no clear error"; }
if configure -DBACKENDS=fortran >"$folder/log" 2>&1; then fail "an unknown backend was accepted"; fi
grep -q "backend 'fortran' is not available" "$folder/log" || { cat "$folder/log" >&2 && fail "no clear error"; }
