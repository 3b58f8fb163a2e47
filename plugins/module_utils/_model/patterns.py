# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renaming of channels, users and groups: exact, by pattern, by template.  Pure.  Private to the collection.

A rule with an exact name takes precedence over every pattern, a rule for one site over one for all; patterns (fnmatch, case
matters) are tried in the order they are written.  A template may use the fields of its map, and ``{1}``, ``{2}``, ... for
what each ``*`` of its pattern matched; of several ``*``, the first matches as little as possible.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
import string
import typing as t

NOBODY_MARK = "-"
"""Value in a map of people: the user or group is declared as nobody on AE5."""

CHANNEL_FIELDS = ("name", "name_lower", "owner", "organization", "group", "label", "site")
USER_FIELDS = ("name", "name_lower", "site")
GROUP_FIELDS = ("name", "name_lower", "organization", "owner", "group", "site")

_SITE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*):(.+)", re.DOTALL)
_TOKEN = re.compile(r"\*|\[!?\]?[^\]]*\]|.", re.DOTALL)
_SPECIAL = re.compile(r"[*?\[]")
_LITERALS = {"[*]": "*", "[?]": "?", "[[]": "["}


@dataclasses.dataclass(frozen=True)
class MapRule:
    """Names that match ``match`` become ``to``; with ``site``, on that site only."""

    match: str
    to: str
    site: t.Optional[str] = None

    @classmethod
    def of_key(cls, key: str, to: str) -> MapRule:
        """A rule from a mapping whose keys may begin with ``SITE:``."""
        found = _SITE.fullmatch(key)
        return cls(found[2], to, found[1]) if found else cls(key, to)

    @property
    def exact(self) -> t.Optional[str]:
        """The only name that matches; ``None`` for a pattern."""
        tokens = _TOKEN.findall(self.match)
        if any(token in ("*", "?") or (len(token) > 1 and token not in _LITERALS) for token in tokens):
            return None
        return "".join(_LITERALS.get(token, token) for token in tokens)

    @property
    def stars(self) -> int:
        """How many ``*`` the pattern has."""
        return _TOKEN.findall(self.match).count("*")

    def flaw(self, fields: t.Sequence[str]) -> t.Optional[str]:
        """Why the template cannot be filled in with these fields, the end of a sentence; ``None`` if it can."""
        try:
            asked = {field for _text, field, _spec, _conversion in string.Formatter().parse(self.to) if field is not None}
            numbers = {str(number) for number in range(1, self.stars + 1)}
            strange = asked - set(fields) - numbers
            if strange:
                return f"unknown field {', '.join(sorted(map(repr, strange)))}"
            self.fill(dict.fromkeys(fields, "x"), ["x"] * self.stars)
        except (KeyError, IndexError, ValueError) as exc:
            return str(exc)
        return None

    def fill(self, fields: t.Mapping[str, str], parts: t.Sequence[str]) -> str:
        """The template filled in with the fields and with what each ``*`` matched.

        Raises:
            KeyError, IndexError, ValueError: the template is invalid, see ``flaw``.
        """
        return self.to.format("", *parts, **fields)


class NameMap:
    """Rules, prepared for many look-ups."""

    def __init__(self, rules: t.Iterable[MapRule] = ()) -> None:
        self._exact: t.Dict[t.Tuple[t.Optional[str], str], MapRule] = {}
        self._patterns: t.List[t.Tuple[MapRule, t.Pattern[str]]] = []
        for rule in rules:
            name = rule.exact
            if name is not None:
                self._exact.setdefault((rule.site, name), rule)
            else:
                self._patterns.append((rule, compiled(rule.match)))

    @classmethod
    def of_keys(cls, mapping: t.Mapping[str, str]) -> NameMap:
        """A map whose keys may begin with ``SITE:``."""
        return cls(MapRule.of_key(key, to) for key, to in mapping.items())

    def exact(self, name: str, site: str) -> t.Optional[MapRule]:
        """The rule that names exactly this name."""
        return self._exact.get((site, name)) or self._exact.get((None, name))

    def find(self, name: str, site: str) -> t.Optional[t.Tuple[MapRule, t.Tuple[str, ...]]]:
        """The rule that applies, and what each ``*`` of it matched."""
        exact = self.exact(name, site)
        if exact is not None:
            return exact, ()
        for rule, pattern in self._patterns:
            found = pattern.fullmatch(name) if rule.site in (None, site) else None
            if found:
                return rule, found.groups()
        return None

    def rename(self, name: str, site: str, fields: t.Mapping[str, str]) -> t.Optional[str]:
        """The new name; ``None`` if no rule applies.  ``name``, ``name_lower`` and ``site`` need not be among the fields."""
        found = self.find(name, site)
        if found is None:
            return None
        title = fields.get("name", name)
        return found[0].fill({"name": title, "name_lower": title.lower(), "site": site, **fields}, found[1])


def bad_templates(variable: str, rules: t.Iterable[MapRule], fields: t.Sequence[str]) -> t.Iterator[str]:
    """A sentence for each rule of an inventory variable whose template cannot be filled in."""
    names = [f"{{{field}}}" for field in fields]
    for rule in rules:
        why = rule.flaw(fields)
        if why is not None:
            yield (
                f"The rule of {variable} for {rule.match!r} has the template {rule.to!r}, which cannot be filled in ({why}); "
                f"use {', '.join(names[:-1])} and {names[-1]}, and {{1}}, {{2}} for what each * matched."
            )


def compiled(pattern: str) -> t.Pattern[str]:
    """The regular expression of an fnmatch pattern, with a group for each ``*``."""
    return re.compile("".join(map(_translated, _TOKEN.findall(pattern))), re.DOTALL)


def _translated(token: str) -> str:
    if token.startswith("*"):
        return "(.*?)"
    expression = fnmatch.translate(token)
    # Without the anchor that fnmatch adds after its group.
    return expression[: expression.rindex(")") + 1]


def literal(name: str) -> str:
    """The pattern that matches only this name."""
    return _SPECIAL.sub(lambda found: f"[{found[0]}]", name)


def template(name: str) -> str:
    """The template that always gives this name."""
    return name.replace("{", "{{").replace("}", "}}")
