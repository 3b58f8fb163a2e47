# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""conda's specs as environments write them: the one reader of that grammar.  Pure.  Private to the collection.

Read as conda's MatchSpec: ``CHANNEL/SUBDIR::NAME``, ``CHANNEL:NAME``, ``NAME=VERSION=BUILD``, ``NAME VERSION BUILD``, ``NAME>=1,<2``,
``NAME[version='>=1']`` and the address of a package file; a name is lower-case.  What conda does not take is reported, and the name is
kept.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.pin import EXACT, Pin
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_match_spec import MatchSpec, NoSpec, parse_spec
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import dist_of, is_package
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url, masked

_COMMENT = re.compile(r"(?:^|\s+)#.*")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_PLAIN = re.compile(r"\s*=\s*((?:\d+!)?[^\s=<>!~|,*\[]+)(?:\s*=\s*([^\s=<>*?\[]+))?=?\s*\Z")
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)\s*\Z")
_BRACKETS = re.compile(r"\[([^\]]*)\]\s*\Z")
_FIELD = re.compile(r"\s*(\w+)\s*=\s*('[^']*'|\"[^\"]*\"|[^,'\"]*)\s*(?:,|\Z)")
_CONDITION = re.compile(r"[=<>!~(\[*\d]")
_RELATION = re.compile(r"[\s\[(=<>!~*]|\Z")
_NAMESPACE = re.compile(r"([A-Za-z_][\w.-]*):(?=[A-Za-z_])")
"""conda reads ``NAMESPACE:NAME`` and ignores the namespace; people write the channel there."""
_UPPER = re.compile(r"(<=?|={0,2})\s*(\d+)(?:\.(\d+))?((?:\.0)*(?:[1-9]|\.[1-9])\S*)?")
"""A clause that has an upper end: relation, the version's first two numbers, and whether something follows."""
_SUBDIR = re.compile(r"(.+)/((?:linux|osx|win|zos|freebsd)-\w+|noarch)\Z")
_DIGEST = re.compile(r"#(?:sha256:)?([0-9a-fA-F]{64}|[0-9a-fA-F]{32})\Z")


class NoPin(ValueError):
    """A text names no conda package."""


def match_of(pin: Pin) -> t.Optional[MatchSpec]:
    """What a pin with a condition accepts; ``None`` for one of name, version and build."""
    return parse_spec(pin.spec) if pin.spec else None


def condition_of(pin: Pin) -> t.Tuple[str, str]:
    """Version and build, each as a condition where it is one."""
    match = match_of(pin)
    return (pin.version, pin.build) if match is None else ((match.version or "").lstrip("="), match.build or "")


def is_before(pin: Pin, minimum: t.Tuple[int, int]) -> bool:
    """Whether every version that a pin takes is older than the version of these two numbers."""
    return any(all(_ends_before(part.strip(), minimum) for part in clause.split("|")) for clause in condition_of(pin)[0].split(","))


def _ends_before(clause: str, minimum: t.Tuple[int, int]) -> bool:
    match = _UPPER.match(clause)
    if match is None:
        return False
    relation, first, second = match.group(1), int(match.group(2)), match.group(3)
    if second is None:
        return first < minimum[0] or (relation == "<" and first == minimum[0])
    return (first, int(second)) < minimum or (relation == "<" and (first, int(second)) == minimum and not match.group(4))


def parse_pin(text: str) -> Pin:
    """The package that a spec asks for.

    Raises:
        NoPin: it names no package.
    """
    return read_pin(text)[0]


def read_pin(text: str) -> t.Tuple[Pin, str]:
    """The package that a spec asks for, and what was left out of the spec because conda does not take it (empty: nothing).

    Raises:
        NoPin: it names no package.
    """
    spec = text.strip()
    digest = _DIGEST.search(spec)
    spec = spec[: digest.start()] if digest else _COMMENT.sub("", spec).strip()
    if is_package(spec.partition("?")[0].partition("#")[0]):
        return _file(spec.partition("?")[0].partition("#")[0], digest.group(1).lower() if digest else ""), ""
    channel, mark, rest = spec.rpartition("::")
    namespace = None if mark else _NAMESPACE.match(rest)
    if namespace:
        channel, rest = namespace.group(1), rest[namespace.end() :]
    subdir = _SUBDIR.match(channel)
    channel = clean_url(subdir.group(1) if subdir else channel)
    name = _NAME.match(rest)
    if name is None or not _RELATION.match(rest, name.end()):
        raise NoPin(f"{masked(clean_url(text.strip()))!r} names no conda package")
    return _pin(name.group().lower(), rest[name.end() :], channel)


def _pin(name: str, rest: str, channel: str) -> t.Tuple[Pin, str]:
    bare = _PARENTHESES.match(rest)
    if bare:  # conda reads "optional" and "target" there, and ignores anything else
        return Pin(name, channel=channel), bare.group().strip()
    brackets = _BRACKETS.search(rest)
    fields = _fields(brackets.group(1)) if brackets else {}
    channel = clean_url(fields.pop("channel", "")) or channel
    rest = rest[: brackets.start()].strip() if brackets else rest.strip()
    version, build = fields.pop("version", ""), fields.pop("build", "")
    for key in ("subdir", "md5", "sha256", "url", "fn", "build_number"):
        fields.pop(key, "")
    if version or build:
        rest = f"[{', '.join(f'{key}={value!r}' for key, value in (('version', version), ('build', build)) if value)}]"
    if rest and not _CONDITION.match(rest):
        raise NoPin(f"{masked(f'{name} {rest}')!r} names no conda package")
    if rest.startswith(("=>", "=<")):
        return Pin(name, channel=channel), rest
    try:
        match = parse_spec(f"{name}{rest}" if rest[:1] in ("", *"=<>!~[") else f"{name} {rest}")
    except NoSpec:
        return Pin(name, channel=channel), rest
    plain = _PLAIN.match(rest)
    if plain:
        pin = Pin(name, plain.group(1), plain.group(2) or "", channel)
    elif re.match(r"[=<>!~]", rest) and "[" not in rest:
        pin = Pin(name, channel=channel, spec=name + re.sub(r"\s+", "", rest))
    else:
        pin = _condition(name, match.version or "", match.build or "", channel)
    try:
        parse_spec(pin.text(EXACT))
    except NoSpec:
        return Pin(name, channel=channel), rest
    return pin, ", ".join(fields)


def _condition(name: str, version: str, build: str, channel: str) -> Pin:
    """A pin in the form that anaconda-project reads too: it refuses a blank, and what is in square brackets."""
    is_exact = bool(version) and not re.search(r"[=<>!~|,*]", version.partition("!")[2] or version)
    if build and is_exact and not re.search(r"[*?]", build):
        return Pin(name, version, build, channel)
    if build and re.search(r"[=<>~|,]", version):
        spec = f"{name}[version='{version}',build='{build}']"
    elif build:
        spec = f"{name}={version or '*'}={build}"
    elif is_exact or "|" in version:
        options = [item if re.match(r"[=<>!~]|.*\*", item) else f"=={item}" for item in version.split("|")]
        spec = name + "|".join(sorted(options, key=lambda item: not item.startswith("==")))
    else:
        spec = name + (f"={version}" if version[:1].isalnum() or version[:1] == "*" else version)
    return Pin(name, channel=channel, spec=spec) if version or build else Pin(name, channel=channel)


def _fields(text: str) -> t.Dict[str, str]:
    return {match.group(1): match.group(2).strip("'\"") for match in _FIELD.finditer(text) if match.group(1)}


def _file(address: str, digest: str) -> Pin:
    folder, _slash, file = address.rpartition("/")
    dist = dist_of(file, None)
    if dist is None:
        raise NoPin(f"{masked(clean_url(address))!r} names no conda package")
    subdir = _SUBDIR.match(folder)
    channel = clean_url(subdir.group(1) if subdir else folder)
    md5, sha256 = (digest, "") if len(digest) == 32 else ("", digest)
    return Pin(dist.name.lower(), dist.version, dist.build, channel, sha256=sha256, md5=md5)
