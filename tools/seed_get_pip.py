# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a stand-in for get-pip where ansible-test looks first, so that it needs no download for its environments.

ansible-test bootstraps its virtual environments with a get-pip script which it fetches from a host of its own.  The
stand-in runs the pip that is bundled with Python instead.  A file that exists already is left alone.
"""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

STAND_IN = '''\
"""Stands in for get-pip: installs what is asked for with the pip that is bundled with this Python."""
import ensurepip, glob, os, runpy, sys

bundled = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl")
wheels = sorted(glob.glob(bundled)) or sorted(glob.glob("/usr/share/python-wheels/pip-*.whl"))
sys.path.insert(0, wheels[-1])
sys.argv[1:] = ["install"] + [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
'''


def wanted_version() -> str:
    """The version of pip that the installed ansible-test asks for."""
    spec = find_spec("ansible_test")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("ansible-test is not installed for this Python; run make venv")
    source = Path(spec.submodule_search_locations[0]) / "_internal" / "python_requirements.py"
    found = re.search(r"\bpip='([0-9.]+)'", source.read_text(encoding="utf-8"))
    if not found:
        raise SystemExit(f"{source} does not say which pip it wants; ansible-test will try to download get-pip")
    return found.group(1)


def main() -> None:
    target = Path.home() / ".ansible" / "test" / "cache" / f"get_pip_{wanted_version().replace('.', '_')}.py"
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(STAND_IN, encoding="utf-8")
    print(f"wrote {target}")


if __name__ == "__main__":
    sys.exit(main())
