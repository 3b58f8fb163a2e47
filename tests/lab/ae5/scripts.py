# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the emulated CLI as a script of its own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

CLI_NAME = "anaconda-enterprise-cli"
IMPORT_NAME = "ae5_lab_admin_import.py"
HERE = Path(__file__).parent


def write_cli(folder: Path, abilities: str, deletes: bool = True) -> Path:
    """The script below ``folder``, with what it can do (switches ``cli_abilities``, ``delete``) fixed in it: ``--help`` works offline.

    It runs on this interpreter without site-packages (``-S -E``), which starts fast and proves that it needs none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = (HERE / "cli.py").read_text(encoding="utf-8")
    source = source.replace('ABILITIES = "minimal"', f'ABILITIES = "{abilities}"').replace("DELETES = True", f"DELETES = {deletes}")
    shutil.copyfile(HERE / "cli_import.py", folder / IMPORT_NAME)
    script, draft = folder / CLI_NAME, folder / f".{CLI_NAME}.new"
    draft.write_text(f"#!{sys.executable} -SE\n{source}", encoding="utf-8")
    draft.chmod(0o755)
    os.replace(draft, script)
    return script
