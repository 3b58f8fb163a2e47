# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specs that conda takes and anaconda-project does not, in a project's own file.  Pure.  Private to the collection.

anaconda-project 0.6.0 to 0.11.1 calls a project broken that lists such a one (``numpy 1.16.*``).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import DEPENDENCIES
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import NoPin, read_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import exact

_TAKEN = re.compile(r"\s*[^=<>!\s]+\s*(?:=[^=<>!]+(?:=[^=<>!]+)?|[=<>!]{1,2}.+)?\s*\Z")
_SHOWN = 50


def rewrite_specs(parts: t.Iterable[t.Any], what: str, notes: t.List[str]) -> None:
    """Writes such specs in the form that both read, in place; ``parts`` are the top of the file and its env specs."""
    changed: t.List[str] = []
    for part in parts:
        for key in DEPENDENCIES:
            items = part.get(key)
            for number, item in enumerate(items) if isinstance(items, list) else ():
                new = _rewritten(item) if isinstance(item, str) and not _TAKEN.match(item) else ""
                if new:
                    items[number] = exact(new)
                    changed.append(new)
    if changed:
        names = listed(changed, _SHOWN)
        notes.append(f"{what} has package specifications that anaconda-project does not accept; they were written as it does: {names}.")


def _rewritten(item: str) -> str:
    try:
        pin, left_out = read_pin(item)
    except NoPin:
        return ""  # nothing says what it means; anaconda-project shows it
    return "" if left_out else pin.text(EXACT)
