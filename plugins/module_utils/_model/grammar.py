# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is unusual about a channel's name, whether AE5 takes it, and a name like it that AE5 accepts.  Pure.  Private to the collection.

The characters of AE5's names are not documented (AE5 facts, assumption A13).  The probe tries one name for each trait, and its
answer ``channel_names`` is accepted, rejected, renamed (AE5 changes the name) or unknown for each of them.
"""

from __future__ import annotations

import hashlib
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.naming import folded, without_accents

ACCEPTED = "accepted"
REFUSED = frozenset({"rejected", "renamed"})

LONGEST = 120
TRAITS: t.Tuple[t.Tuple[str, t.Pattern[str], str], ...] = (
    ("upper_case", re.compile(r"[A-Z]"), "upper case"),
    ("dot", re.compile(r"\."), "a dot"),
    ("colon", re.compile(r":"), "a colon"),
    ("blank", re.compile(r"\s"), "a blank"),
    ("two_slashes", re.compile(r"/.*/", re.DOTALL), "two slashes"),
    ("not_ascii", re.compile(r"[^\x00-\x7f]"), "other than ASCII letters"),
    (f"length_{LONGEST}", re.compile(f".{{{LONGEST}}}", re.DOTALL), f"{LONGEST} characters or more"),
    ("other", re.compile(r"[\x00-\x08\x0e-\x1f!-,;-@\[-^`{-\x7f]"), "other than letters, digits, - and _"),
)
"""What is unusual about a name: the probe's code, the pattern, and words; ``other`` is what the probe does not try."""

DOCUMENTED = {"upper_case": ACCEPTED, "two_slashes": ACCEPTED}
"""The vendor's own examples have letters of both cases, digits, -, _ and two slashes (guide: anaconda-organization/Devs/Test)."""


def traits_of(name: str) -> t.List[str]:
    """What is unusual about a channel name."""
    return [trait for trait, pattern, _words in TRAITS if pattern.search(name)]


def in_words(traits: t.Iterable[str]) -> str:
    """Traits in words."""
    found = set(traits)
    return " and ".join(words for trait, _pattern, words in TRAITS if trait in found)


def refused(name: str, probed: t.Mapping[str, str]) -> t.List[str]:
    """The traits because of which AE5 refuses or changes the name."""
    return [trait for trait in traits_of(name) if probed.get(trait) in REFUSED]


def unsure(name: str, probed: t.Mapping[str, str]) -> t.List[str]:
    """The traits that AE5 may refuse, because the probe has not tested them."""
    known = {trait: answer for trait, answer in {**DOCUMENTED, **probed}.items() if answer == ACCEPTED or answer in REFUSED}
    return [trait for trait in traits_of(name) if trait not in known]


def proposed(name: str, probed: t.Mapping[str, str], taken: t.Container[str] = ()) -> str:
    """A similar name without what AE5 refuses, and not one of ``taken`` (folded names).

    What AE5 may refuse is avoided as well, because the name changes anyway.
    """
    avoided = {*refused(name, probed), *unsure(name, probed)}
    parts = [_part(part, avoided) for part in name.split("/")]
    parts = [part for part in parts if part] or ["channel"]
    if "two_slashes" in avoided:
        parts = [parts[0], "-".join(parts[1:])] if len(parts) > 1 else parts
    plain = "/".join(parts)
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    if f"length_{LONGEST}" in avoided and len(plain) >= LONGEST:
        plain = f"{plain[: LONGEST - 10].rstrip('-/')}-{digest}"
    return plain if folded(plain) not in taken else f"{plain[: LONGEST - 10].rstrip('-/')}-{digest}"


def _part(part: str, avoided: t.Container[str]) -> str:
    """One part of a name without what is avoided; empty if no valid name is left."""
    if "not_ascii" in avoided:
        part = without_accents(part)
    if "upper_case" in avoided:
        part = part.lower()
    for trait, pattern, _words in TRAITS:
        if trait in avoided and trait not in ("upper_case", "two_slashes", f"length_{LONGEST}"):
            part = pattern.sub("-", part)
    part = re.sub(r"-{2,}", "-", part).strip("- ")
    return "" if part in (".", "..") else part
