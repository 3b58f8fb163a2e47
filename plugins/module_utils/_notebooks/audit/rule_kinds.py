# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule of the audit consists of, and the sections of the vendor guide that rules come from.  Private to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t

DATA_SOURCES = "Connecting to external data sources"
LIBRARIES = "Sharing custom Python and R libraries"
DEPENDENCIES = "Installing external dependencies"
BEFORE = "Migrating AE 4 Notebook Projects"
EXPORTING = "Exporting your project"
CONVERTING = "Converting your project"
UPLOADING = "Uploading your project to AE 5"
CODE = "Migrating code"
NO_SECTION = ""
"""Of a rule that the guide does not have."""


@dataclasses.dataclass(frozen=True)
class Pattern:
    """Facts of one of ``kinds`` whose name is matched whole by ``name``.  The finding's subject is the group ``subject``, or the name.

    With ``search``, the pattern may match anywhere in the name.  With ``arg``, one of the arguments must hold that pattern too.
    """

    kinds: t.Tuple[str, ...]
    name: str
    search: bool = False
    arg: str = ""

    def match(self, kind: str, name: str, args: t.Iterable[str]) -> t.Optional[t.Match[str]]:
        if kind not in self.kinds:
            return None
        found = re.search(self.name, name) if self.search else re.fullmatch(self.name, name)
        if found is None or (self.arg and not any(re.search(self.arg, arg) for arg in args)):
            return None
        return found


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule.  ``languages`` are those of its code; a rule about a whole project has none."""

    id: str
    severity: str
    section: str
    what: str
    why: str
    advice: str
    example: str
    languages: t.Tuple[str, ...] = ()
    patterns: t.Tuple[Pattern, ...] = ()
    matcher: str = ""
