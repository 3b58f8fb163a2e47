#!/usr/bin/env bash
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# All the checkers that are not ansible-test.  Every one is run; the last line says which complained.
# usage: tools/lint.sh CACHE          (the virtual environment is on PATH)
set -euo pipefail

cache=$(mkdir -p "$1" && cd "$1" && pwd)
if [ ! -t 1 ]; then export NO_COLOR=1; fi
failed=()
check() {
  local name=$1
  shift
  echo "== $name"
  if ! "$@"; then failed+=("$name"); fi
}
documentation() {
  # In a copy that is a real folder: antsibull-docs makes a link of its own for the collection it looks at.
  python tools/stage.py "$cache/stage-lint" >/dev/null
  (cd "$cache/stage-lint/ansible_collections/ae_ops/migration" &&
    ANSIBLE_COLLECTIONS_PATH=$cache/stage-lint antsibull-docs lint-collection-docs --plugin-docs .)
}

check "ruff check" ruff check --quiet --output-format concise plugins tests tools extensions
check "ruff format" ruff format --check --quiet --output-format concise plugins tests tools extensions
check "mypy" mypy
check "vulture" vulture
check "action group" python tools/check_action_group.py
check "layers" python tools/check_layers.py
check "variables" python -m tools.variables --check
check "antsibull-changelog" antsibull-changelog lint
check "antsibull-docs" documentation
check "ansible-lint" ansible-lint --profile production --offline

if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: failed: ${failed[*]}"
  exit 1
fi
echo "lint: ruff, mypy, vulture, action group, layers, variables, antsibull-changelog, antsibull-docs and ansible-lint (production) found nothing"
