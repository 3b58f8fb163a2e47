# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conda package that an environment asks for, as a record; ``pins`` reads it.  Pure.  Private to the collection."""

from __future__ import annotations

import dataclasses

EXACT, VERSION, NAME = "exact", "version", "name"
PINS = (EXACT, VERSION, NAME)
"""How much of a pin is kept: version and build, the version, or neither."""


@dataclasses.dataclass(frozen=True)
class Pin:
    """A conda package that an environment asks for.  ``spec`` is set where it is not name, version and build."""

    name: str
    version: str = ""
    build: str = ""
    channel: str = ""
    """Where it came from, as the source says: URL or short name."""
    sha256: str = ""
    md5: str = ""
    spec: str = ""

    def text(self, how: str) -> str:
        """The pin as conda reads it, with as much of it as ``how`` says."""
        if how == NAME:
            return self.name
        if self.spec:
            return self.spec
        parts = [self.name, self.version, self.build if how == EXACT and self.version else ""]
        return "=".join(part for part in parts if part)
