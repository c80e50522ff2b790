# Brings a machine and the build tree up to date; sourced by test/run and examples/run from the repository root.
# shellcheck shell=bash

# What builds nn-diff and the programs that use it.
build_packages=(
  g++ cmake ninja-build
  clang-19 llvm-19-dev llvm-19-tools libclang-19-dev
  libopenblas-dev libdnnl-dev nlohmann-json3-dev
)
# What the tests want besides.
test_packages=(
  clang-14 libclang-rt-14-dev libclang-rt-19-dev
  clang-format-19 clang-tidy-19
  gdb make shellcheck libbenchmark-dev python3 python3-psutil
)

build_dir=build

# Installs those of the named Debian packages that are missing; touches nothing and needs no network when all are there.
install_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not a Debian system; please see to these packages yourself: $*" >&2
    return 0
  fi
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local install=(apt-get install -y --no-install-recommends "${missing[@]}") as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      printf 'Missing packages. Run this as root, then try again:\n  apt-get update && %s\n' "${install[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq
}

# Configures the build tree.
configure() {
  cmake -S . -B "$build_dir" -G Ninja -DCMAKE_BUILD_TYPE=Release --log-level=WARNING
}
