# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the variables that a user has set, in sentences.  Pure rules.  Private to the collection."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from .catalogue import INVENTORY, NAMES, RENAMED
from .declaration import Variable

Value = t.Any

OURS = re.compile(r"(ae|ae4|ae5|aen|host_python)_[a-zA-Z0-9_]+")
"""Names that belong to the collection; what a user calls like that and is not declared is a mistake."""
REFERENCE = re.compile(r"\s*\{\{\s*([a-zA-Z_]\w*)\s*\}\}\s*")
"""A template that is nothing but the name of another variable."""

NOT_NAMES = frozenset({"none", "None", "true", "True", "false", "False", "omit"})
"""What looks like a name in a template and is always there."""

TRUTH = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})
WORDS = {"bool": "true or false", "int": "a whole number, 1 or more", "float": "a number", "list": "a list", "dict": "a mapping"}
LOOK = "The files of inventory.example in the collection explain every variable."
SHOWN = 60


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


def flaws(variable: Variable, value: Value, name: str = "") -> t.List[str]:
    """A sentence part for everything that is wrong with a value, as the user wrote it; ``name`` is its place in a larger value."""
    name = name or variable.name
    if value is None:
        return [f"{name} has no value; give it one or remove it"]
    if variable.choices:
        return [] if str(value) in variable.choices else [_is(variable, name, value, f"one of {', '.join(variable.choices)}")]
    if variable.type == "list":
        return _list_flaws(variable, value, name)
    if variable.type == "dict":
        return [] if isinstance(value, dict) else [_is(variable, name, value, WORDS["dict"])]
    if variable.type == "raw" or _fits(variable.type, value):
        return []
    return [_is(variable, name, value, WORDS.get(variable.type, "one text"))]


def _fits(wanted: str, value: Value) -> bool:
    if isinstance(value, (list, tuple, dict)):
        return False
    if wanted == "bool":
        return str(value).lower() in TRUTH  # with a blank it would be false to everybody else
    try:
        if wanted == "int":
            return int(str(value)) >= 1  # each is a count, a size or a time
        if wanted == "float":
            return float(str(value)) >= 0
    except ValueError:
        return False
    return True


def _is(variable: Variable, name: str, value: Value, wanted: str) -> str:
    if variable.secret:
        return f"{name} must be {wanted}"
    text = repr(str(value)) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name} is {text if len(text) <= SHOWN else text[: SHOWN - 3] + '...'}; it must be {wanted}"


def _list_flaws(variable: Variable, value: Value, name: str) -> t.List[str]:
    if variable.elements != "dict":
        # As with module options, one text stands for a list of its parts.
        items = value if isinstance(value, (list, tuple)) else [value]
        wrong = value == "" or isinstance(value, dict) or any(isinstance(item, (list, tuple, dict)) or item is None for item in items)
        return [_is(variable, name, value, "a list of texts")] if wrong else []
    if not isinstance(value, (list, tuple)):
        return [_is(variable, name, value, "a list of mappings")]
    found: t.List[str] = []
    for number, item in enumerate(value):
        place = f"{name}[{number}]"
        found.extend(_item_flaws(variable, item, place) if isinstance(item, dict) else [_is(variable, place, item, "a mapping")])
    return found


def _item_flaws(variable: Variable, item: t.Mapping[str, Value], place: str) -> t.List[str]:
    known = {option.name: option for option in variable.options}
    found = [f"{place} has {key}, which is none of {', '.join(known)}" for key in map(str, item) if key not in known]
    found += [f"{place} has no {option.name}" for option in variable.options if option.required and option.name not in item]
    for key, option in known.items():
        # In a secret variable nothing is resolved; what is a template there may become anything.
        if item.get(key) is not None and not is_template(item[key]):
            inner = dataclasses.replace(option, secret=option.secret or variable.secret)
            found.extend(flaws(inner, item[key], f"{place}.{key}"))
    return found


def is_template(value: Value) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value)


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


def undefined_name(message: str) -> t.Optional[str]:
    """The name in ansible-core's complaint that something is not defined."""
    found = re.search(r"'([^']+)' is undefined", message)
    return found[1] if found else None


def sentences(problems: t.Mapping[str, t.Sequence[str]]) -> t.List[str]:
    """All problems of all hosts (host -> problems), each once, with the hosts that have it before it."""
    hosts: t.Dict[str, t.List[str]] = {}
    for host, found in problems.items():
        for problem in dict.fromkeys(found):
            hosts.setdefault(problem, []).append(host)
    return [f"{_hosts(names)}: {problem}." for problem, names in hosts.items()]


def _hosts(names: t.Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more hosts"
