#!/usr/bin/env bash
# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# All molecule scenarios, one after the other.  Ends with 77 where this machine cannot run them.
# usage: tools/molecule.sh CACHE [molecule's arguments]          (the virtual environment is on PATH)
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
  echo "molecule: the scenarios start an sshd and make the user anaconda-server, which needs root; run: sudo make molecule"
  exit 77
fi
cache=$(mkdir -p "$1" && cd "$1" && pwd)
shift
MOLECULE_EPHEMERAL_DIRECTORY=$cache/molecule
# ssh puts its control socket in there, and the path of a socket is at most 107 characters.
if [ ${#MOLECULE_EPHEMERAL_DIRECTORY} -gt 75 ]; then
  MOLECULE_EPHEMERAL_DIRECTORY=$(mktemp -d /tmp/ae-molecule.XXXXXX)
fi
mkdir -p "$MOLECULE_EPHEMERAL_DIRECTORY"
chmod 700 "$MOLECULE_EPHEMERAL_DIRECTORY"
hosts=$MOLECULE_EPHEMERAL_DIRECTORY/hosts.yml # create writes the real one
if [ ! -e "$hosts" ]; then echo 'all: {}' >"$hosts"; fi
export MOLECULE_EPHEMERAL_DIRECTORY ANSIBLE_NOCOLOR=1 NO_COLOR=1
unset ANSIBLE_LOCALHOST_WARNING

if [ $# -eq 0 ]; then
  set -- test --all
  if [ -e "$MOLECULE_EPHEMERAL_DIRECTORY/sshd.pid" ]; then
    echo "molecule: the last run was interrupted, cleaning up after it"
    molecule destroy --scenario-name default </dev/null
  fi
fi
molecule "$@" </dev/null
scenarios=$(find extensions/molecule -mindepth 2 -maxdepth 2 -name molecule.yml | wc -l)
echo "molecule: $scenarios scenario(s) passed"
