#!/usr/bin/env bash
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the version of galaxy.yml, its fragments and its new modules into changelogs/changelog.yaml and CHANGELOG.rst.
# usage: tools/changelog.sh CACHE          (the virtual environment is on PATH)
set -euo pipefail

top=$PWD
cache=$(mkdir -p "$1" && cd "$1" && pwd)
python tools/stage.py "$cache/stage-lint" >/dev/null
cd "$cache/stage-lint/ansible_collections/ae_ops/migration"
rm -f changelogs/.plugin-cache.yaml
ANSIBLE_COLLECTIONS_PATH=$cache/stage-lint antsibull-changelog release --reload-plugins --update-existing
cp CHANGELOG.rst "$top/"
cp changelogs/changelog.yaml "$top/changelogs/"
# Fragments that are in the changelog now have been removed from the copy.
for fragment in "$top"/changelogs/fragments/*.y*ml; do
  if [ -e "$fragment" ] && [ ! -e "changelogs/fragments/${fragment##*/}" ]; then rm "$fragment"; fi
done
antsibull-changelog lint
