# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of projects that AE5 accepts.  Pure.  Private to the collection.

Source: vendor guide, "project names cannot contain spaces or special characters".  What counts as special is not said; letters, digits
and, not in front, hyphen, underscore and full stop are taken to be safe.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import without_accents
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import NAME_BLANK, NAME_SPECIAL
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

MAX_LENGTH = 200
"""A file name takes 255 bytes, and an archive's name has a suffix."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def is_safe(name: str) -> bool:
    """Whether a project may keep its name on AE5."""
    return _SAFE.match(name) is not None and len(name) <= MAX_LENGTH


def proposed_name(name: str) -> str:
    """The name itself if it is safe; else accents are dropped and each run of other characters becomes a hyphen."""
    if is_safe(name):
        return name
    return _UNSAFE.sub("-", without_accents(name)).strip("-._")[:MAX_LENGTH] or "project"


def proposed_names(names: t.Iterable[str]) -> t.Dict[str, str]:
    """``proposed_name`` for all projects of one owner, each different, also from the ones that keep their name."""
    ordered = sorted(names)
    taken = {name.lower() for name in ordered if is_safe(name)}
    result: t.Dict[str, str] = {}
    for name in ordered:
        wanted = proposed_name(name)
        choice, number = wanted, 2
        while choice != name and choice.lower() in taken:
            choice, number = f"{wanted}-{number}", number + 1
        taken.add(choice.lower())
        result[name] = choice
    return result


def name_problems(name: str, proposal: str) -> t.List[Problem]:
    """What is wrong with a project's name, one sentence."""
    if is_safe(name):
        return []
    code, what = NAME_SPECIAL, "has special characters, which AE5 does not accept"
    if any(char.isspace() for char in name):
        code, what = NAME_BLANK, "has blanks, which AE5 does not accept"
    elif len(name) > MAX_LENGTH:
        what = f"is longer than {MAX_LENGTH} characters, so its archive cannot have that name"
    return [Problem(code, f"The name '{shown(name)}' {what}; '{proposal}' would work.")]
