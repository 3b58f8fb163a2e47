# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.lab.aen --root DIR [--project KEY]... [--many COUNT --size BYTES] | --table``: an AEN host on disk."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .host import AenLab
from .projects import table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.aen", description=__doc__)
    parser.add_argument("--root", type=Path, help="folder used as /")
    parser.add_argument("--project", action="append", default=[], help="only this project; may be repeated")
    parser.add_argument("--many", type=int, default=0, help="create this number of projects instead")
    parser.add_argument("--size", type=int, default=5_000_000, help="bytes of each of these projects")
    parser.add_argument("--host-root", default="/", help="the path used as / in the projects' text")
    parser.add_argument("--table", action="store_true", help="print the table of the README")
    options = parser.parse_args()
    if options.table:
        print(table(), end="")
        return 0
    if options.root is None:
        parser.error("--root is missing")
    lab = AenLab(options.root, host_root=options.host_root)
    if options.many:
        lab.make_many(options.many, options.size)
    for key in options.project or ([] if options.many else [spec.key for spec in lab.specs]):
        lab.make(key)
    print(json.dumps(lab.describe(), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
