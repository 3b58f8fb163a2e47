# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are migrated: rules that include and exclude.  Pure.  Private to the collection.

Rules match (file, label) pairs; an unlabelled file is one pair with an empty label.  A pair is kept if there are no include
rules or one of them matches, and no exclude rule matches.  A file keeps the labels of its kept pairs; without one it is left
out.  A rule with a size or a date does not match a file whose size or date is not known.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_match_spec import MatchSpec, NoSpec, parse_spec
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import dist_of
from ansible_collections.ae_ops.migration.plugins.module_utils._model.patterns import compiled
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Package, SourceFile

PATTERNS = ("owner", "package", "label", "kind", "site", "access")
SIZES = ("larger_than", "smaller_than")
DATES = ("uploaded_before", "uploaded_after")
AGES = {"older_than_days": "uploaded_before", "newer_than_days": "uploaded_after"}
FIELDS = (*PATTERNS, "spec", *SIZES, *DATES, *AGES)

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*((?:[KMGT]I?)?)B?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:Z|\+00:00)?)?")


class BadRule(ValueError):
    """A rule cannot be used; the message is the end of a sentence."""


@dataclasses.dataclass(frozen=True)
class Rule:
    """A parsed rule.  ``words`` is how it was written, for messages."""

    words: str
    patterns: t.Tuple[t.Tuple[str, t.Tuple[t.Pattern[str], ...]], ...] = ()
    specs: t.Tuple[MatchSpec, ...] = ()
    larger_than: t.Optional[int] = None
    smaller_than: t.Optional[int] = None
    before: t.Optional[str] = None
    after: t.Optional[str] = None

    def matches(self, site: str, file: SourceFile, label: str) -> bool:
        """Whether the rule matches this file under this label."""
        return self._fits(site, file, label) and self.unknown(file) is None and self._in_bounds(file)

    def passes_by(self, site: str, file: SourceFile) -> t.Optional[str]:
        """size or date, if the rule matches under a label except that this is not known."""
        return self.unknown(file) if any(self._fits(site, file, label) for label in labels_of(file)) else None

    def unknown(self, file: SourceFile) -> t.Optional[str]:
        """What the rule needs and the file does not have: size, date, or None."""
        if (self.larger_than is not None or self.smaller_than is not None) and not _knows_size(file):
            return "size"
        return "date" if (self.before or self.after) and file.uploaded is None else None

    def _fits(self, site: str, file: SourceFile, label: str) -> bool:
        for field, patterns in self.patterns:
            if not any(pattern.fullmatch(_value(field, site, file, label)) for pattern in patterns):
                return False
        if not self.specs:
            return True
        dist = dist_of(file.file, file.subdir)
        return dist is not None and any(spec.matches(dist) for spec in self.specs)

    def _in_bounds(self, file: SourceFile) -> bool:
        uploaded = file.uploaded or ""
        return (
            (self.larger_than is None or file.size > self.larger_than)
            and (self.smaller_than is None or file.size < self.smaller_than)
            and (self.before is None or uploaded < self.before)
            and (self.after is None or uploaded >= self.after)
        )


def labels_of(file: SourceFile) -> t.Tuple[str, ...]:
    """The labels of a file's pairs."""
    return file.labels or ("",)


def _value(field: str, site: str, file: SourceFile, label: str) -> str:
    if field in ("site", "label"):
        return site if field == "site" else label
    # conda's package names are lower-case, whatever the case AE4 shows.
    return file.package.lower() if field == "package" else str(getattr(file, field))


def _knows_size(file: SourceFile) -> bool:
    return bool(file.path) or file.size > 0


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The verdict on a file: the labels it keeps, and the rule by which it lost each other one."""

    kept: t.Tuple[str, ...]
    """Empty with ``is_kept`` for an unlabelled file that is kept."""
    is_kept: bool
    lost: t.Tuple[t.Tuple[str, t.Optional[int]], ...] = ()
    """(label, index of the rule that excludes it; ``None`` if no rule includes it)."""


@dataclasses.dataclass(frozen=True)
class Selection:
    """All rules of a plan."""

    include: t.Tuple[Rule, ...] = ()
    exclude: t.Tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)

    def of(self, site: str, file: SourceFile) -> Verdict:
        """The verdict on one file."""
        kept, lost = [], []
        for label in labels_of(file):
            out = next((index for index, rule in enumerate(self.exclude) if rule.matches(site, file, label)), None)
            if out is None and (not self.include or any(rule.matches(site, file, label) for rule in self.include)):
                kept.append(label)
            else:
                lost.append((label, out))
        return Verdict(tuple(kept) if file.labels else (), bool(kept), tuple(lost))

    def reason(self, verdict: Verdict) -> str:
        """Why a file that lost all its labels is left out, one sentence."""
        index = next((index for _label, index in verdict.lost if index is not None), None)
        if index is None:
            return "No rule of ae_include matches it."
        return f"Rule {index + 1} of ae_exclude ({self.exclude[index].words}) leaves it out."


def rule_of(written: t.Mapping[str, t.Any], today: t.Optional[datetime.date] = None) -> Rule:
    """The rule in a mapping as people write it.  ``today`` is needed for ``older_than_days`` and ``newer_than_days``.

    Raises:
        BadRule: it has an unknown field, or no field, or a value of the wrong type.
    """
    fields = {field: value for field, value in written.items() if value is not None}
    strange = sorted(str(field) for field in fields if field not in FIELDS)
    if strange:
        raise BadRule(f"unknown field {', '.join(strange)}; use {', '.join(FIELDS)}")
    if not fields:
        raise BadRule("it is empty, so it would match everything")
    patterns = tuple((field, _patterns(field, fields[field])) for field in PATTERNS if field in fields)
    bounds: t.Dict[str, t.Any] = {field: _size(field, fields[field]) for field in SIZES if field in fields}
    dates = {field: _date(field, fields[field]) for field in DATES if field in fields}
    for age, field in AGES.items():
        if age in fields:
            if field in dates:
                raise BadRule(f"it has both {age} and {field}")
            dates[field] = _days_before(age, fields[age], today)
    words = ", ".join(f"{field} {_in_words(fields[field])}" for field in FIELDS if field in fields)
    specs = tuple(_spec(text) for text in _texts("spec", fields["spec"])) if "spec" in fields else ()
    return Rule(words, patterns, specs, **bounds, before=dates.get("uploaded_before"), after=dates.get("uploaded_after"))


def _in_words(value: t.Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _texts(field: str, value: t.Any) -> t.List[str]:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, (str, int, float)) and not isinstance(text, bool) for text in texts):
        raise BadRule(f"{field} is {value!r} and must be a string or a list of strings")
    return [str(text) for text in texts]


def _patterns(field: str, value: t.Any) -> t.Tuple[t.Pattern[str], ...]:
    return tuple(compiled(text.lower() if field == "package" else text) for text in _texts(field, value))


def _spec(text: str) -> MatchSpec:
    try:
        return parse_spec(text)
    except NoSpec as exc:
        raise BadRule(str(exc)) from exc


def _size(field: str, value: t.Any) -> int:
    found = _SIZE.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    if found is None:
        raise BadRule(f"{field} is {value!r} and must be a number of bytes, or a size like 500MB or 1.5GiB")
    return int(float(found[1]) * UNITS[found[2].upper()])


def _date(field: str, value: t.Any) -> str:
    found = _DATE.fullmatch(str(value).strip())
    try:
        if found is None:
            raise ValueError
        moment = datetime.datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00:00'}")
    except ValueError:
        raise BadRule(f"{field} is {value!r} and must be a date like 2017-08-14, or 2017-08-14T21:08:34Z (UTC)") from None
    # The format of inventories, so that the two can be compared as strings.
    return moment.isoformat() + "Z"


def _days_before(field: str, value: t.Any, today: t.Optional[datetime.date]) -> str:
    text = str(value)
    if not text.isdigit() or isinstance(value, bool) or len(text) > 6 or today is None:
        raise BadRule(f"{field} is {value!r} and must be a number of days")
    try:
        return f"{today - datetime.timedelta(days=int(text))}T00:00:00Z"
    except OverflowError:
        raise BadRule(f"{field} is {value!r}, which is before the first date") from None


class Reference(t.NamedTuple):
    """What the reference channels hold: digest -> channel."""

    sha256: t.Dict[str, str]
    md5: t.Dict[str, str]
    """Of every package."""
    md5_alone: t.Dict[str, str]
    """Of the packages without a sha256 in the channel."""

    def add(self, channel: str, package: Package) -> None:
        """Adds a package of a channel."""
        if package.sha256:
            self.sha256.setdefault(package.sha256, channel)
        if package.md5:
            for digests in [self.md5] if package.sha256 else [self.md5, self.md5_alone]:
                digests.setdefault(package.md5, channel)

    def holder(self, file: SourceFile) -> t.Optional[str]:
        """The reference channel that holds the same bytes, compared by sha256, or by md5 if one of the two has no sha256."""
        if file.sha256:
            return self.sha256.get(file.sha256) or (self.md5_alone.get(file.md5) if file.md5 else None)
        return self.md5.get(file.md5) if file.md5 else None


NO_REFERENCE = Reference({}, {}, {})
