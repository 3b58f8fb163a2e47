# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one emulated AE4 host: ``python -m tests.lab.ae4 --root DIR --name east --port 0 --port-file FILE``.

The port file appears when the service accepts connections and holds the port number.  SIGTERM and SIGINT end it.
"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from .host import Ae4Lab


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.ae4")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--name", default="ae4")
    parser.add_argument("--user")
    parser.add_argument("--owners-group", default="owners")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=Path)
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    lab = Ae4Lab(options.root, options.name, options.user, options.owners_group)
    lab.start(options.port)
    if options.port_file:
        scratch = options.port_file.with_suffix(".new")
        scratch.write_text(lab.url.rpartition(":")[2] + "\n", encoding="utf-8")
        scratch.replace(options.port_file)
    print(f"AE4 host {options.name} serves {lab.url} from {lab.root}", flush=True)
    ended.wait()
    lab.stop()
    lab.store.close()


if __name__ == "__main__":
    main()
