# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments that are not YAML: with output of conda between their lines, or lists of packages.  Pure.  Private to the collection."""

from __future__ import annotations

import re
import textwrap
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pins import NoPin, parse_pin
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import without_tags

_KEYS = frozenset({"name", "channels", "dependencies", "prefix", "variables", "platforms", "category", "nodefaults"})
_KEY = re.compile(r"([A-Za-z_]\w*)\s*:(?:\s+(.*))?$")
_ITEM = re.compile(r"(\s*)-\s+(.*\S)\s*$")
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_EMPTY = ("null", "~", "Null", "NULL")
_LISTED = re.compile(r"[A-Za-z0-9_][\w.+-]*=[^\s=]+=\S+\s*\Z")
_ADDRESS = re.compile(r"(?:[A-Za-z][\w+.-]*://|/)\S+\.(?:tar\.bz2|conda)(?:#\S+)?\s*\Z")


def listed_by_conda(text: str) -> t.Optional[t.List[str]]:
    """The packages of a list that conda wrote, ``@EXPLICIT`` or of ``conda list --export``; ``None`` if the text is neither."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if "@EXPLICIT" in lines:
        return [line for line in lines if line != "@EXPLICIT"]
    return lines if lines and all(_LISTED.match(line) or _ADDRESS.match(line) for line in lines) else None


class _Lines:
    """Reads an environment line by line: what it does not know is noise."""

    def __init__(self) -> None:
        self.document: t.Dict[str, t.Any] = {"channels": [], "dependencies": []}
        self.noise: t.List[str] = []
        self.section = ""
        """The key whose list is open."""
        self.pip: t.Optional[t.List[str]] = None
        self.depth = 0

    def take(self, whole: str) -> None:
        line = _COMMENT.sub("", whole)
        key, item = _KEY.match(line), _ITEM.match(line)
        if key is not None and key.group(1) in _KEYS:
            value = (key.group(2) or "").strip().strip("'\"")
            self.section, self.pip = "" if value else key.group(1), None
            if value and value not in _EMPTY:
                self.document.setdefault(key.group(1), value)
        elif item is not None:
            self.item(len(item.group(1)), item.group(2).strip("'\""), whole)
        elif line.strip():
            self.noise.append(whole.strip())

    def item(self, depth: int, text: str, whole: str) -> None:
        if self.pip is not None and depth > self.depth:
            self.pip.append(text)
            return
        self.pip = None
        if text == "pip:":
            self.pip, self.depth = [], depth
            self.document["dependencies"].append({"pip": self.pip})
        elif self.section not in ("channels", "dependencies", ""):
            return  # platforms, say, which AE5 has one of
        elif self._is_channel(text):
            self.document["channels"].append(text)
        elif self.section == "dependencies" or _is_pin(text):
            self.document["dependencies"].append(text)
        else:
            self.noise.append(whole.strip())

    def _is_channel(self, text: str) -> bool:
        # The guide's sample has its lists without their keys: what pins nothing is a channel there.
        if self.section:
            return self.section == "channels" and not re.search(r"\s", text)
        return bool(_URL.match(text)) or re.fullmatch(r"[\w./-]+", text) is not None


def _is_pin(text: str) -> bool:
    try:
        return bool(parse_pin(text))
    except NoPin:
        return False


def by_lines(text: str) -> t.Tuple[t.Dict[str, t.Any], t.List[str]]:
    """The keys of an environment with their values, and what belongs to none; for a text that is not YAML, or without a YAML library.

    Lists are read with an item a line, as conda writes them.
    """
    lines = _Lines()
    for line in textwrap.dedent(without_tags(text)).splitlines():
        lines.take(line)
    return lines.document, lines.noise
