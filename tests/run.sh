#!/usr/bin/env bash
# Lint, types, import contracts and tests, in a virtual environment of its own.
#
#   bash tests/run.sh          everything but the tests marked `exhaustive`; about a quarter of an hour on two cores
#   bash tests/run.sh --all    those too; under an hour more
#
# Needs Python 3.11 or later with its venv module, Chromium for the tests of pages, and a PostgreSQL server for the tests of the store.
# On Debian and Ubuntu, as root, what is missing is installed; elsewhere the tests say which program they lack.
# POLICYGAME_TEST_VENV names another place for the environment, POLICYGAME_PYTHON another Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
unset PYTHONPATH PYTHONHOME

selection="not exhaustive"
case "${1:-}" in
  "") ;;
  --all) selection="exhaustive or not exhaustive" ;;
  *) echo "usage: bash tests/run.sh [--all]" >&2; exit 2 ;;
esac

find_python() {
  local candidate
  for candidate in ${POLICYGAME_PYTHON:-python3 python python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$candidate"; return; fi
  done
  echo "tests/run.sh: found no Python 3.11 or later (tried ${POLICYGAME_PYTHON:-python3, python, python3.14 to python3.11})." >&2
  echo "Install one, or set POLICYGAME_PYTHON to its path." >&2
  return 1
}

install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "== installing $*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_programs() {
  local missing=()
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
  [ "${#missing[@]}" = 0 ] || install "${missing[@]}" || echo "tests/run.sh: please install ${missing[*]}; the tests that need them will say so." >&2
}

make_venv() {
  "$python" -m venv --clear "$venv" && return
  if install python3-venv; then
    "$python" -m venv --clear "$venv" && return
  fi
  echo "tests/run.sh: '$python -m venv' does not work. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
  return 1
}

python=$(find_python)
venv=${POLICYGAME_TEST_VENV:-.venv-test}
case "$venv" in /*) ;; *) venv=$PWD/$venv ;; esac
wanted=$({ "$python" -c 'import sys; print(sys.version, sys.prefix)'; pwd; cat pyproject.toml constraints.txt; } | cksum)
if [ ! -x "$venv/bin/python" ] || [ "$(cat "$venv/installed-for" 2>/dev/null)" != "$wanted" ]; then
  echo "== environment: $venv ($("$python" --version))"
  make_venv
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test,dev,postgres]"
  echo "$wanted" >"$venv/installed-for"
fi
export PATH="$venv/bin:$PATH"
need_programs

failed=()
report=()
step() {
  local name=$1 begin=$SECONDS outcome=ok
  shift
  echo "== $name"
  "$@" || { outcome=FAILED; failed+=("$name"); }
  report+=("$(printf '%-18s %-7s %4d s' "$name" "$outcome" "$((SECONDS - begin))")")
}

step "lint" ruff check .
step "format" ruff format --check .
step "types" mypy
step "import contracts" lint-imports
step "tests" pytest -q -n 2 -m "($selection) and not benchmark"
step "benchmarks" pytest -q -p no:xdist -m "($selection) and benchmark" tests/benchmarks

echo "== summary"
printf '%s\n' "${report[@]}"
if [ "${#failed[@]}" -gt 0 ]; then echo "FAILED: ${failed[*]}"; exit 1; fi
echo "all passed in $SECONDS s"
