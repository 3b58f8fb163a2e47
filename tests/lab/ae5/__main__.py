# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.lab.ae5 --root DIR --port 0 --port-file FILE [--set NAME=VALUE]``: the cluster as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .server import Ae5Lab


def _value(text: str) -> object:
    """JSON where it is JSON (numbers), else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.ae5", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder for the cluster's data")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free port")
    parser.add_argument("--port-file", type=Path, help="file for the port, written when the server listens")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a switch; may be repeated")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    switches = {name: _value(value) for name, _separator, value in (item.partition("=") for item in options.set)}
    lab = Ae5Lab(options.root, **switches)
    lab.start(options.port)
    if options.port_file:
        draft = options.port_file.with_name(options.port_file.name + ".new")
        draft.write_text(f"{lab.port}\n", encoding="ascii")
        os.replace(draft, options.port_file)
    print("listening", flush=True)
    stop.wait()
    lab.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
