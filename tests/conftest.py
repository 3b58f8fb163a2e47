# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable by its full name, and the tests by ``tests``."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINK = ROOT / "collections" / "ansible_collections" / "ae_ops" / "migration"

if not LINK.exists():
    LINK.parent.mkdir(parents=True, exist_ok=True)
    LINK.symlink_to("../../..")
for folder in (ROOT, ROOT / "collections"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
