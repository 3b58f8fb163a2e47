# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the values of variables that a user has set, in sentences.  Pure.  Private to the collection.

Every value comes with the text that the user wrote for it.  Where that is a template or has encrypted parts, the value may
hold a secret of another variable, so the sentence has the text and never the value.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.address import origin_of
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError

from .declaration import Variable

Value = t.Any

VAULTED = frozenset({"AnsibleVaultEncryptedUnicode", "EncryptedString"})
"""Types of values that are encrypted on their own, in ansible-core before and since 2.19."""
OMITTED = "__omit_place_holder__"
"""What ``omit`` becomes before ansible-core 2.19; since then it is an error."""

TRUTH = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})
WORDS = {"bool": "true or false", "int": "a whole number, 1 or more", "float": "a number", "list": "a list", "dict": "a mapping"}
TEXTS = "a list of texts, also if there is only one"
SHOWN = 60


@dataclasses.dataclass(frozen=True)
class Place:
    """A variable, or a part of its value, and what the user wrote there."""

    variable: Variable
    name: str
    written: Value

    def has(self, value: Value, wanted: str) -> str:
        """The sentence part that says what it must be."""
        if self.variable.secret:
            return f"{self.name} must be {wanted}"
        if is_hidden(self.written):
            return f"{self.name} is {shown(self.written)}; its value must be {wanted}"
        return f"{self.name} is {shown(value)}; it must be {wanted}"

    def part(self, variable: Variable, key: t.Union[int, str], length: int = 0) -> Place:
        """An item of a list, or a key of a mapping.  What comes out of a template is written there as a whole."""
        written = self.written
        if isinstance(key, int):
            inside = isinstance(written, (list, tuple)) and len(written) == length
            return Place(variable, f"{self.name}[{key}]", written[key] if inside else written)
        inside = isinstance(written, dict) and key in written
        return Place(
            dataclasses.replace(variable, secret=variable.secret or self.variable.secret),
            f"{self.name}.{key}",
            written[key] if inside else written,
        )


def flaws(variable: Variable, value: Value, name: str = "", written: Value = ...) -> t.List[str]:
    """A sentence part for everything that is wrong with a value; ``written`` is what the user wrote, where that is something else."""
    return _flaws(Place(variable, name or variable.name, value if written is ... else written), value)


def _flaws(place: Place, value: Value) -> t.List[str]:
    variable = place.variable
    if _is_nothing(place, value):
        return [f"{place.name} has no value; give it one or remove it"]
    if variable.choices:
        return [] if str(value) in variable.choices else [place.has(value, f"one of {', '.join(variable.choices)}")]
    if variable.type == "list":
        return _list_flaws(place, value)
    if variable.type == "dict":
        return [] if isinstance(value, dict) else [place.has(value, WORDS["dict"])]
    if variable.type == "raw":
        return []
    if variable.type in ("str", "path"):
        return _text_flaws(place, value)
    return [] if _fits(variable.type, value) else [place.has(value, WORDS[variable.type])]


def _is_nothing(place: Place, value: Value) -> bool:
    """Whether there is no value: before ansible-core 2.19, a template that comes to none is an empty text."""
    if value is None or (isinstance(value, str) and value.startswith(OMITTED)):
        return True
    return value == "" and is_template(place.written) and not (place.variable.empty or place.variable.type == "raw")


def _text_flaws(place: Place, value: Value) -> t.List[str]:
    if isinstance(value, (list, tuple, dict, bool)):
        return [place.has(value, "one text")]
    if not place.variable.empty and not str(value).strip():
        return [f"{place.name} is empty; give it a value or remove it"]
    if place.variable.name == "ae5_url":
        return _address_flaws(place, str(value))
    return []


def _fits(wanted: str, value: Value) -> bool:
    if isinstance(value, (list, tuple, dict)):
        return False
    if wanted == "bool":
        return str(value).lower() in TRUTH  # with a blank it would be false to everybody else
    try:
        return int(str(value)) >= 1 if wanted == "int" else float(str(value)) >= 0  # each is a count, a size or a time
    except ValueError:
        return False


def _list_flaws(place: Place, value: Value) -> t.List[str]:
    variable = place.variable
    if not isinstance(value, (list, tuple)):
        return [place.has(value, "a list of mappings" if variable.elements == "dict" else TEXTS)]
    if variable.elements != "dict":
        wrong = any(isinstance(item, (list, tuple, dict)) or item is None for item in value)
        return [place.has(value, "a list of texts")] if wrong else []
    found: t.List[str] = []
    for number, item in enumerate(value):
        inner = place.part(variable, number, len(value))
        found.extend(_item_flaws(inner, item) if isinstance(item, dict) else [inner.has(item, "a mapping")])
    return found


def _item_flaws(place: Place, item: t.Mapping[str, Value]) -> t.List[str]:
    known = {option.name: option for option in place.variable.options}
    strange = [str(key) if isinstance(place.written, dict) else "a key" for key in item if str(key) not in known]
    found = [f"{place.name} has {key}, which is none of {', '.join(known)}" for key in dict.fromkeys(strange)]
    found += [f"{place.name} has no {name}" for name, option in known.items() if option.required and item.get(name) is None]
    for key, option in known.items():
        if item.get(key) is not None:
            found.extend(_flaws(place.part(option, key), item[key]))
    return found or _rule_flaws(place, item)


def _rule_flaws(place: Place, item: t.Mapping[str, Value]) -> t.List[str]:
    """What the plan, hours later, would say of a rule on what is migrated."""
    if place.variable.name not in ("ae_include", "ae_exclude"):
        return []
    # Loading it takes longer than the whole check, and few runs have rules.
    from ansible_collections.ae_ops.migration.plugins.module_utils._model.selection import BadRule, rule_of  # noqa: PLC0415

    try:
        rule_of(item, datetime.datetime.now(datetime.timezone.utc).date())
    except BadRule as exc:
        if is_hidden(place.written):
            return [f"{place.name} is {shown(place.written)}; its value cannot be used as a rule"]
        return [f"{place.name} cannot be used: {exc}"]
    return []


def _address_flaws(place: Place, value: str) -> t.List[str]:
    try:
        origin_of(value)
    except MigrationError as exc:
        if is_hidden(place.written):
            return [f"{place.name} is {shown(place.written)}; its value must be an address like https://HOST"]
        said = str(exc).rstrip(".")
        return [f"{said[0].lower()}{said[1:]} ({place.name})"]
    return []


def is_template(value: Value) -> bool:
    return isinstance(value, str) and any(mark in value for mark in ("{{", "{%", "{#"))


def is_vaulted(value: Value) -> bool:
    return type(value).__name__ in VAULTED


def is_hidden(written: Value) -> bool:
    """Whether a text is a template or encrypted, or has a part that is."""
    if isinstance(written, dict):
        return any(map(is_hidden, written.values()))
    if isinstance(written, (list, tuple)):
        return any(map(is_hidden, written))
    return is_template(written) or is_vaulted(written)


def shown(value: Value) -> str:
    """A value as users write it, the beginning of a long one."""
    if is_vaulted(value):
        return "encrypted"
    plain = _plain(value)
    text = repr(plain) if isinstance(plain, str) else str(plain).lower() if isinstance(plain, bool) else str(plain)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _plain(value: Value) -> Value:
    """Without encrypted parts, which would be decrypted to be shown."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return "(encrypted)" if is_vaulted(value) else str(value) if isinstance(value, str) else value
