# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What package files a text of conda's MatchSpec means.  Pure.  Private to the collection.

Known are ``NAME``, ``NAME VERSION``, ``NAME VERSION BUILD``, ``NAME=VERSION``, ``NAME=VERSION=BUILD``, ``NAME>=1,<2`` and
``NAME[version='>=1,<2', build='py27*', subdir=linux-64]``, each also as ``SUBDIR/NAME...``.  A name, a build or a subdir may
be a pattern; for versions see ``versions.parse_condition``.  A channel is not among it: that is the rule's ``owner``.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import Dist
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_versions import Condition, NoVersion, parse_condition

_SPEC = re.compile(r"(?:([^\s/=<>!~\[]+)/)?([^\s/=<>!~\[,|]+)\s*([^\[]*?)\s*(?:\[(.*)\])?", re.DOTALL)
_FIELD = re.compile(r"\s*([a-z_]+)\s*=\s*('[^']*'|\"[^\"]*\"|[^,'\"]*?)\s*(?:,|$)")
_BUILD = re.compile(r"[\w.*?+-]+")
_FIELDS = ("version", "build", "subdir")


class NoSpec(ValueError):
    """A text is not a supported MatchSpec; the message is the end of a sentence."""


@dataclasses.dataclass(frozen=True)
class MatchSpec:
    """A text that was understood."""

    name: str
    version: t.Optional[str] = None
    build: t.Optional[str] = None
    subdir: t.Optional[str] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "_condition", parse_condition(self.version) if self.version else None)

    _condition: t.Optional[Condition] = dataclasses.field(init=False, repr=False, compare=False)

    def matches(self, dist: Dist) -> bool:
        """Whether the package file is one of those."""
        return (
            fnmatch.fnmatchcase(dist.name.lower(), self.name)
            and (self.subdir is None or fnmatch.fnmatchcase(dist.subdir, self.subdir))
            and (self.build is None or fnmatch.fnmatchcase(dist.build, self.build))
            and (self._condition is None or self._condition(dist.version))
        )


def parse_spec(text: str) -> MatchSpec:
    """The MatchSpec in a text.

    Raises:
        NoSpec: it is not one of the known forms.
    """
    found = _SPEC.fullmatch(text.strip())
    if found is None or "::" in text:
        raise NoSpec(f"{text!r} is not a MatchSpec of the form NAME VERSION BUILD, NAME=VERSION=BUILD or NAME[version='...']")
    subdir, name, rest, brackets = found.groups()
    version, build = _version_and_build(rest)
    fields = _fields(text, brackets) if brackets is not None else {}
    build = fields.get("build", build)
    if build and not _BUILD.fullmatch(build):
        raise NoSpec(f"{text!r} is not a MatchSpec: {build!r} is not a build")
    try:
        return MatchSpec(name.lower(), fields.get("version", version) or None, build or None, fields.get("subdir", subdir) or None)
    except NoVersion as exc:
        raise NoSpec(f"{text!r} is not a MatchSpec: {exc}") from exc


def _version_and_build(rest: str) -> t.Tuple[str, str]:
    """The version and the build of what follows a name."""
    if re.match(r"=[^=]", rest):
        version, _equal, build = rest[1:].partition("=")
        # With a build the version is exact, without one it is what the others start with.
        if build:
            return version.strip(), build.strip()
        if not re.search(r"[\s,|]", version):
            return (version if version.endswith("*") else f"{version}.*"), ""
        return (f"={version}", "") if " " not in version else (version.split()[0], version.split()[-1])
    # Blanks after a relation, a comma or a bar do not end the version.
    joined = re.sub(r"\s*([,|])\s*", r"\1", re.sub(r"([=<>!~])\s+", r"\1", rest))
    version, _blank, build = joined.partition(" ")
    return version, build.strip()


def _fields(text: str, brackets: str) -> t.Dict[str, str]:
    fields: t.Dict[str, str] = {}
    at = 0
    while at < len(brackets):
        found = _FIELD.match(brackets, at)
        if found is None or found[1] not in _FIELDS or found.end() == at:
            raise NoSpec(f"{text!r} is not a supported MatchSpec; in square brackets there may be {', '.join(_FIELDS)}")
        fields[found[1]] = found[2].strip("'\"")
        at = found.end()
    return fields
