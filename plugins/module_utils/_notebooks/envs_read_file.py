# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads ``_env.yml`` (``conda env export``) and ``environment.yml`` line by line, with the standard library.  Private to the collection.

For the inventory on the notebook host only; what goes into a project is read and written with ruamel.yaml.  It takes what the
guide describes: warnings before and between the keys, ``!!python/unicode`` tags, and lists whose key was lost (the guide's own
sample): there an entry with ``=`` is a package and any other a channel.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environment import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.envs_read import environment_name
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.records import CondaPackage, Environment, PipPackage

EXPORT, WRITTEN = "export", "file"
SPEC_FILES = {
    "_env.yml": EXPORT,
    "_env.yaml": EXPORT,
    "environment.yml": WRITTEN,
    "environment.yaml": WRITTEN,
}
"""Names that the guide and anaconda-project give such a file, to what ``Environment.source`` says of it."""

_KEY = re.compile(r"(?P<key>name|prefix|channels|dependencies|platforms|variables)\s*:\s*(?P<value>.*)\Z")
_ITEM = re.compile(r"(?P<blanks>\s*)-\s+(?P<value>.+)\Z")
_TAG = re.compile(r"!!?\S+\s+")
_SPEC = re.compile(r"(?:(?P<channel>[^\s=<>!]+)::)?(?P<name>[\w.-]+)\s*(?P<rest>.*)\Z")
_PIP_SPEC = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:==\s*(?P<version>[^\s;,]+))?")
_EGG = re.compile(r"#egg=([\w.-]+)")


def parse_environment(text: str, source: str, file: str) -> Environment:
    """The environment that an exported or written file describes."""
    reader = _Lines()
    for line in text.splitlines():
        reader.feed(line.rstrip())
    name = reader.values.get("name", "")
    prefix = reader.values.get("prefix", "")
    if not name:
        name = environment_name(prefix) if prefix else "default"
    return Environment(
        name=name,
        prefix=prefix,
        python=next((package.version for package in reader.conda if package.name == "python"), ""),
        source=source,
        file=file,
        channels=tuple(reader.channels),
        conda=tuple(reader.conda),
        pip=tuple(reader.pip),
    )


class _Lines:
    """The state of reading such a file from top to bottom."""

    def __init__(self) -> None:
        self.values: t.Dict[str, str] = {}
        self.channels: t.List[str] = []
        self.conda: t.List[CondaPackage] = []
        self.pip: t.List[PipPackage] = []
        self._section = ""
        self._pip_column = -1

    def feed(self, line: str) -> None:
        item = _ITEM.match(line)
        if item:
            self._item(len(item.group("blanks")), _plain(item.group("value")))
            return
        key = _KEY.match(line)
        if key:
            self._section, self._pip_column = "", -1
            value = _plain(key.group("value"))
            if value and key.group("key") in ("name", "prefix"):
                self.values[key.group("key")] = value
            elif not value:
                self._section = key.group("key")

    def _item(self, column: int, value: str) -> None:
        if value.replace(" ", "") == "pip:":
            self._pip_column = column
        elif 0 <= self._pip_column < column:
            self.pip.append(pip_spec(value))
        elif self._section == "channels" or (not self._section and "=" not in value):
            self._pip_column = -1
            self.channels.append(clean_url(value))
        elif self._section in ("dependencies", ""):
            self._pip_column = -1
            self.conda.append(conda_spec(value))


def _plain(value: str) -> str:
    value = _TAG.sub("", value.strip() + " ").strip()
    value = re.sub(r"\s+#.*", "", value)
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def conda_spec(text: str) -> CondaPackage:
    """A conda spec as a file writes it: ``name``, ``name=version``, ``name=version=build``, ``channel::name``, ``name>=2``."""
    match = _SPEC.match(text)
    if match is None:
        return CondaPackage(text)
    rest = match.group("rest").strip()
    if rest[:1] in (">", "<", "!", "~"):
        version, build = rest, ""
    else:
        version, _mark, build = re.sub(r"\s+|=+", "=", rest).strip("=").partition("=")
    return CondaPackage(match.group("name").lower(), version, build, clean_url(match.group("channel") or ""))


def pip_spec(text: str) -> PipPackage:
    """A line of a pip list: ``name==version``, ``-e ...``, a URL, a version control URL, a path."""
    editable = re.match(r"(?:-e|--editable)[\s=]+", text)
    rest = text[editable.end() :] if editable else text
    if editable or re.match(r"(?:\w+\+)?\w+://|[./]", rest):
        egg = _EGG.search(rest)
        location = clean_url(rest.split("#", 1)[0])
        name = egg.group(1) if egg else re.sub(r"(?:\.git)?(?:@.*)?\Z", "", os.path.basename(location.rstrip("/")))
        origin = "editable" if editable else "vcs" if "+" in rest.split("://", 1)[0] else "url"
        return PipPackage(name, "", origin, location)
    match = _PIP_SPEC.match(rest)
    return PipPackage(match.group("name"), match.group("version") or "") if match else PipPackage(rest)
