#!/usr/bin/env bash
set -euo pipefail

source ./lib.sh

ROOT="$(dirname "$0")"
export PATH="$ROOT/bin:$PATH"
readonly LIMIT=100
declare -A names=([a]=1 [b]=2)
files=(
  one.txt
  two.txt
)

# Says hello,
# loudly.
say_hello() {
  local name="$1"
  inner=2
  echo "HELLO $name"
}

function build {
  make -C "$ROOT" <<EOF
x() { :; }
EOF
}

function test_all () (
  cd "$ROOT" && make test
)

alias ll='ls -l'

if [[ -n "${CI:-}" ]]; then
  in_ci() { true; }
fi

case "$1" in
  build) build ;;
  *) say_hello "$@" ;;
esac
