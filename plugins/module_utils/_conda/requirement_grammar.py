# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One requirement of pip: a name with versions (PEP 508, PEP 440), an address, or a path.  Pure.  Private to the collection."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import unquote

from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url

EDITABLE, VCS, URL = "editable", "vcs", "url"
"""Where a package is from: ``PipPackage.origin``."""

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = rf"\[\s*(?:{_NAME}(?:\s*,\s*{_NAME})*)?\s*\]"
_NAMED = re.compile(rf"({_NAME})\s*({_EXTRAS})?\s*(.*)", re.DOTALL)
_AT = re.compile(rf"({_NAME})\s*({_EXTRAS})?\s*@\s*((?:[A-Za-z][\w+.-]*://|file:)\S+)(?:\s+;\s*(.+))?\Z")
_ADDRESS = re.compile(r"((?:[A-Za-z][\w+.-]*://|file:)\S+?)(?:\s*;\s*(.+))?\Z")
_SCP = re.compile(r"((?:git|hg|svn|bzr)\+)([\w.-]+@[\w.-]+):(?!//)/?(\S*)")
_PATH = re.compile(r"(\.{1,2}(?=[\\/\[]|\Z)|~?[\\/]|[A-Za-z]:[\\/])|[^\s=<>!~;@]*[\\/]|[^\s=<>!~;@]+\.(?:whl|zip|tar\.\w+|tgz)\Z")
_RELEASE = r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?"
_VERSION = _RELEASE + r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?"
_LOCAL = r"(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?"
_CLAUSE = re.compile(
    rf"(?:===\s*\S+|(?:==|!=)\s*{_VERSION}(?:\.\*|{_LOCAL})|~=\s*(?=\S*\d\.\d){_VERSION}|(?:<=|>=|<|>)\s*{_VERSION})\Z", re.IGNORECASE
)
_EXACT = re.compile(r"={2,3}\s*([^\s,*]+)\Z")
_CONDITION = re.compile(r"[=<>!~(\[;\d]")
_MARKER_VALUE = (
    r"(?:'[^']*'|\"[^\"]*\"|python_version|python_full_version|os[._]name|sys[._]platform|platform[._]machine|platform_release"
    r"|platform_system|platform[._]version|platform[._]python_implementation|python_implementation|implementation_name"
    r"|implementation_version|extra)"
)
_MARKER = re.compile(rf"{_MARKER_VALUE}\s*(?:===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b)\s*{_MARKER_VALUE}")
_MARKERS = re.compile(r"\(*M\)*(?:(?:and|or)\(*M\)*)*\Z")
_WHEEL = re.compile(r"([^-/\\]+)-([^-/\\]+)(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl\Z")
_SDIST = re.compile(r"([A-Za-z0-9][\w.-]*?)-v?(\d[^-]*)\.(?:tar\.\w+|tgz|zip)\Z")
_FORGE = re.compile(r"/([^/]+)/(?:-/)?(?:archive|tarball|zipball|get)(?:/.*)?\Z")
"""Where the web pages of repositories offer an archive of a branch or tag: the repository's name, then that."""
_ENDING = re.compile(r"\.(?:whl|zip|tar\.\w+|tgz|egg)\Z")


class NoRequirement(ValueError):
    """A text is no requirement."""


@dataclasses.dataclass(frozen=True)
class Requirement:
    """A package that a line asks for.  ``line`` is what ``packaging.requirements`` takes, empty if it is left out."""

    package: PipPackage
    line: str = ""
    path: t.Optional[str] = None
    """A path or ``file:`` address, which says nothing of where AE5 can find it."""
    is_open: bool = False
    """Whether it is a name without versions."""
    extras: str = ""
    marker: str = ""
    dropped: str = ""
    """What was left out of the line because pip does not take it."""
    guessed: bool = False
    """Whether the name was taken from the address."""


def canonical(name: str) -> str:
    """A name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_archive(path: str) -> bool:
    return _ENDING.search(path) is not None


def is_marker(text: str) -> bool:
    """Whether pip takes a text as an environment marker."""
    shape = re.sub(r"\s+", "", _MARKER.sub("M", text))
    return _MARKERS.match(shape) is not None and shape.count("(") == shape.count(")")


def parse(text: str, editable: bool = False) -> Requirement:
    """The requirement in a text without options and comments.

    Raises:
        NoRequirement: it is none.
    """
    text = _SCP.sub(r"\1ssh://\2/\3", text.strip())
    at = _AT.match(text)
    if at:
        return from_address(at.group(3), at.group(1), at.group(2) or "", at.group(4) or "", editable)
    address = _ADDRESS.match(text)
    if address:
        return from_address(address.group(1), "", "", address.group(2) or "", editable)
    if _PATH.match(text):
        path, _mark, marker = text.partition(";")
        bare, extras = _without_extras(path.strip())
        return _at_path(bare, "", extras, marker.strip(), editable)
    if editable:
        raise NoRequirement("it is neither an address nor a path")
    return _named(text)


def _named(text: str) -> Requirement:
    match = _NAMED.match(text)
    if match is None or (match.group(3) and not _CONDITION.match(match.group(3))):
        raise NoRequirement("it names no package")
    name, extras, rest = match.group(1), match.group(2) or "", match.group(3)
    versions, mark, marker = rest.partition(";")
    dropped, marker = _checked(marker.strip())
    versions = versions.strip()
    inner = versions[1:-1] if versions.startswith("(") and versions.endswith(")") else versions
    clauses = [part.strip() for part in inner.split(",")] if inner else []
    if not all(map(_CLAUSE.match, clauses)):
        dropped, versions, clauses = "; ".join(part for part in (versions, dropped) if part), "", []
    exact = _EXACT.match(clauses[0]) if len(clauses) == 1 else None
    line = text if not dropped and bool(mark) == bool(marker) else f"{name}{extras}{versions}{f' ; {marker}' if marker else ''}"
    return Requirement(PipPackage(name, exact.group(1) if exact else ""), line, None, not clauses, extras, marker, dropped)


def _checked(marker: str) -> t.Tuple[str, str]:
    """What of a marker is left out, and what stays."""
    return ("", marker) if not marker or is_marker(marker) else (f"; {marker}", "")


def from_address(address: str, name: str = "", extras: str = "", marker: str = "", editable: bool = False) -> Requirement:
    """The requirement of what is at an address, called ``name`` where that is known.

    Raises:
        NoRequirement: nothing says its name.
    """
    address = clean_url(address)
    head, _mark, fragment = address.partition("#")
    parts = [part for part in fragment.split("&") if part]
    egg = next((part[len("egg=") :] for part in parts if part.startswith("egg=")), "")
    bare, more = _without_extras(unquote(egg))
    extras = extras or more
    name = name or re.sub(r"(?:==.*|-dev|-\d.*)\Z", "", bare)
    head = "#".join([head, "&".join(part for part in parts if not part.startswith("egg="))]) if len(parts) > bool(egg) else head
    if head.lower().startswith("file:"):
        return _at_path(re.sub(r"(?i)\Afile:(?://(?:localhost)?(?=/)|(?://)?)", "", head), name, extras, marker, editable)
    guessed = not name
    name, version = (name, "") if name else _name_in(head.partition("#")[0])
    if not re.fullmatch(_NAME, name):
        raise NoRequirement(f"nothing says the name of the package at {head}")
    dropped, marker = _checked(marker)
    origin = VCS if "+" in head.partition("://")[0] else URL
    item = Requirement(PipPackage(name, "", origin, head), "", None, False, extras, marker, dropped, guessed and not version)
    return dataclasses.replace(at(name, head, item), package=item.package)


def _at_path(path: str, name: str, extras: str, marker: str, editable: bool) -> Requirement:
    dropped, marker = _checked(marker)
    path = path.partition("#")[0]
    name = name or (_name_in(path)[0] if is_archive(path) else "")
    package = PipPackage(name, "", EDITABLE if editable else URL, path)
    return Requirement(package, "", unquote(path), False, extras, marker, dropped)


def at(name: str, address: str, item: Requirement) -> Requirement:
    """The requirement ``item`` as one of the package ``name`` at an address."""
    line = f"{name}{item.extras} @ {address}{f' ; {item.marker}' if item.marker else ''}"
    return dataclasses.replace(item, package=dataclasses.replace(item.package, name=name), line=line)


def named(name: str, item: Requirement) -> Requirement:
    """The requirement ``item`` as one of any version of the package ``name``."""
    return Requirement(PipPackage(name), f"{name}{item.extras}{f' ; {item.marker}' if item.marker else ''}", is_open=True)


def _without_extras(text: str) -> t.Tuple[str, str]:
    match = re.search(rf"{_EXTRAS}\Z", text)
    return (text[: match.start()], match.group()) if match else (text, "")


def _name_in(address: str) -> t.Tuple[str, str]:
    """Name and version of a package from the name of its file, or its name from that of a repository."""
    head, _mark, query = address.partition("?")
    for text in (head, *(part.partition("=")[2] for part in query.split("&"))):
        file = unquote(re.split(r"[\\/]", text.rstrip("/\\"))[-1])
        for pattern in (_WHEEL, _SDIST):
            match = pattern.match(file)
            if match:
                return match.group(1), match.group(2)
    forge = _FORGE.search(head)
    if forge:
        return unquote(forge.group(1)), ""
    file = re.split(r"[\\/]", head.partition("://")[2].rstrip("/\\") or head)[-1]
    return _ENDING.sub("", re.sub(r"(?:\.git)?(?:@.*)?\Z", "", file)), ""
