# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies the files of this checkout that git does not ignore to DIR/ansible_collections/ae_ops/migration.

ansible-test and antsibull want a real folder of that name; a symlink will not do.  Uncommitted files are copied too.
The copy is a git repository without commits.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tracked_files() -> list[str]:
    # A checkout may belong to another user than the one who runs this (a build agent, root in a container).
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return [name for name in listing.decode().split("\0") if name]


def stage(target: Path) -> int:
    """Replaces the copy at ``target``; returns the number of files."""
    shutil.rmtree(target, ignore_errors=True)
    count = 0
    for name in tracked_files():
        source = ROOT / name
        if not source.is_file():  # deleted, but still in the index
            continue
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy, follow_symlinks=False)
        count += 1
    # A repository of its own: inside this one git ignores the copy, and tools that ask git what there is would see nothing.
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)
    return count


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: stage.py DIR")
    folder = Path(sys.argv[1]).resolve() / "ansible_collections" / "ae_ops" / "migration"
    print(f"{stage(folder)} files in {folder}")
