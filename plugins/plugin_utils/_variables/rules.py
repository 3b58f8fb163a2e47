# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the names of variables that a user has set, and all problems in sentences.  Pure.  Private to the collection."""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._words import listed

from .catalogue import INVENTORY, NAMES, RENAMED
from .values import Value, is_template

OURS = re.compile(r"(ae|ae4|ae5|aen|host_python)_[a-zA-Z0-9_]+")
"""Names that belong to the collection; what a user calls like that and is not declared is a mistake."""
REFERENCE = re.compile(r"\s*\{\{\s*([a-zA-Z_]\w*)\s*\}\}\s*")
"""A template that is nothing but the name of another variable."""
WORD = re.compile(r"[a-zA-Z_]\w*")

NOT_NAMES = frozenset({"none", "None", "true", "True", "false", "False", "omit"})
"""What looks like a name in a template and is always there."""

LOOK = "The files of inventory.example in the collection explain every variable."
HOSTS_SHOWN = 3


def unknown_names(names: t.Iterable[str]) -> t.List[str]:
    """A sentence part for each name that only looks like one of ours."""
    return [_unknown(name) for name in sorted(set(names) - NAMES) if OURS.fullmatch(name)]


def _unknown(name: str) -> str:
    if name in RENAMED:
        return f"{name} was renamed to {RENAMED[name]}"
    near = nearest(name, [variable.name for variable in INVENTORY])
    return f"{name} is no variable of this collection" + (f"; the nearest known name is {' or '.join(near)}" if near else "")


def nearest(name: str, known: t.Sequence[str]) -> t.List[str]:
    """The known name that is most like it, and others that are nearly as like; none where nothing is."""
    near = difflib.get_close_matches(name, known, n=3)
    likeness = {other: difflib.SequenceMatcher(None, other, name).ratio() for other in near}
    return [other for other in near if likeness[other] >= likeness[near[0]] - 0.05]


def undefined_reference(value: Value, known: t.Mapping[str, Value]) -> t.Optional[str]:
    """The name of the variable that a template ``{{ name }}`` leads to and that is not there; looks at names only, never at values."""
    seen: t.Set[str] = set()
    while isinstance(value, str):
        match = REFERENCE.fullmatch(value)
        if match is None or match[1] in seen or match[1] in NOT_NAMES:
            return None
        if match[1] not in known:
            return match[1]
        seen.add(match[1])
        value = known[match[1]]
    return None


def is_omit(written: Value) -> bool:
    """Whether a template may come to ``omit``, which is no value of a variable."""
    return is_template(written) and "omit" in WORD.findall(written)


def undefined_name(message: str, written: Value, known: t.Mapping[str, Value]) -> t.Optional[str]:
    """The name in ansible-core's complaint that something is not defined, if the templates that lead there have it.

    What a template only computes may be a secret, and is not told.
    """
    found = re.search(r"'([^']+)' is undefined", message)
    return found[1] if found and found[1] in _words_of(written, known) else None


def _words_of(written: Value, known: t.Mapping[str, Value]) -> t.Set[str]:
    """The words in a template, and in those of the variables that it names."""
    words: t.Set[str] = set()
    waiting = [written]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif is_template(value):
            new = set(WORD.findall(value)) - words
            words |= new
            waiting.extend(known[word] for word in new if word in known)
    return words


def sentences(problems: t.Mapping[str, t.Sequence[str]]) -> t.List[str]:
    """All problems of all hosts (host -> problems), each once, with the hosts that have it before it."""
    hosts: t.Dict[str, t.List[str]] = {}
    for host, found in problems.items():
        for problem in dict.fromkeys(found):
            hosts.setdefault(problem, []).append(host)
    return [f"{listed(names, HOSTS_SHOWN)}: {problem}." for problem, names in hosts.items()]
