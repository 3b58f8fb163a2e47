#!/usr/bin/env bash
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ansible-test sanity in a staged copy, without containers.
# usage: tools/sanity.sh VENV_BIN CACHE
set -euo pipefail

bin=$1
cache=$(mkdir -p "$2" && cd "$2" && pwd)
copy=$cache/stage/ansible_collections/ae_ops/migration
# Versions of Python that the modules are written for and that current releases of ansible-core still manage.
targets=(3.8 3.9 3.10 3.11 3.12 3.13)

if ! command -v shellcheck >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -qq -y --no-install-recommends shellcheck >"$cache/apt.log" 2>&1 ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends shellcheck; } >"$cache/apt.log" 2>&1 ||
    echo "shellcheck could not be installed, see $cache/apt.log"
fi
command -v shellcheck >/dev/null || echo "sanity: shellcheck is not installed, its test is skipped"

"$bin/python" tools/stage.py "$cache/stage"
"$bin/python" tools/seed_get_pip.py

# ansible-test starts the interpreters it finds on PATH, and a pyenv shim is not one.
own=$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
base=$("$bin/python" -c 'import sys; print(sys.base_prefix)')/bin
path=$bin:$base
others=()
for version in "${targets[@]}"; do
  if [ "$version" = "$own" ]; then continue; fi
  for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin /usr/local/bin /usr/bin; do
    if [ -x "$folder/python$version" ] && "$folder/python$version" -m ensurepip --version >/dev/null 2>&1; then
      path=$path:$folder
      others+=("$version")
      break
    fi
  done
done
PATH=$path:$PATH
export PATH ANSIBLE_TEST_PREFER_PODMAN=0
unset ANSIBLE_COLLECTIONS_PATH

# What pip says while it fills ansible-test's environments is no news.
quietly() {
  "$@" 2>&1 | { grep -v -E '^( *(Collecting|Downloading|Using cached|Installing collected|Successfully installed|Installing requirements) | *━)' || true; }
}

cd "$copy"
log=$cache/log/sanity-tests.txt
mkdir -p "$cache/log"
quietly ansible-test sanity --local --color no --python "$own" | tee "$log"
checked=
missing=
# What can be imported with the oldest, with this one and with the newest can be imported with those between.
oldest=${others[0]:-}
newest=
for version in "${others[@]:-}"; do newest=$version; done
imported=
for version in "${targets[@]}"; do
  if [ "$version" = "$own" ]; then continue; fi
  case " ${others[*]:-} " in
    *" $version "*)
      tests=(--test compile)
      if [ "$version" = "$oldest" ] || [ "$version" = "$newest" ]; then
        tests+=(--test import)
        imported="$imported $version"
      fi
      quietly ansible-test sanity --local --color no "${tests[@]}" --python "$version"
      checked="$checked $version"
      ;;
    *) missing="$missing $version" ;;
  esac
done
count=$(sed -n 's/^Running sanity test "\([a-z0-9-]*\)".*/\1/p' "$log" | sort -u | wc -l)
if [ "$count" = 0 ]; then
  echo "sanity: ansible-test ran no test at all"
  exit 1
fi
if [ -n "$missing" ]; then echo "sanity: nothing was tried with Python$missing, which this machine does not have"; fi
echo "sanity: $count tests passed with Python $own; compile with${checked:- no other}, import with${imported:- no other}"
