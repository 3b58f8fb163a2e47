# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's record of an environment known only from ``_env.yml`` or ``environment.yml``.  Private to the collection.

Read by lines, because a notebook host need not have a library for YAML; see ``environment.by_lines``.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.environment import (
    Pin,
    by_lines,
    channels_of,
    clean_url,
    parse_pin,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed import environment_name
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage, Environment, PipPackage

EXPORT, WRITTEN = "export", "file"
SPEC_FILES = {
    "_env.yml": EXPORT,
    "_env.yaml": EXPORT,
    "environment.yml": WRITTEN,
    "environment.yaml": WRITTEN,
}
"""Names that the guide and anaconda-project give such a file, an export first, to what ``Environment.source`` says of it."""

_PIP_SPEC = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:==\s*(?P<version>[^\s;,]+))?")
_EGG = re.compile(r"#egg=([\w.-]+)")


def parse_environment(text: str, source: str, file: str) -> Environment:
    """The environment that an exported or written file describes."""
    document, _noise = by_lines(text)
    prefix = document.get("prefix", "")
    conda: t.List[CondaPackage] = []
    pip: t.List[PipPackage] = []
    for item in document["dependencies"]:
        if isinstance(item, dict):
            pip.extend(map(_pip_package, item["pip"]))
        else:
            conda.append(_conda_package(parse_pin(item)))
    return Environment(
        name=document.get("name") or (environment_name(prefix) if prefix else "default"),
        prefix=prefix,
        python=next((package.version for package in conda if package.name == "python"), ""),
        source=source,
        file=file,
        channels=channels_of(document),
        conda=tuple(conda),
        pip=tuple(pip),
    )


def _conda_package(pin: Pin) -> CondaPackage:
    """What a pin asks for.  A spec that pins nothing (``>=2``) is kept as the version."""
    version, build = pin.version, pin.build
    if pin.spec:
        version = pin.spec[len(pin.name) :].strip()
        if version[:1] not in (">", "<", "!", "~"):
            version, _mark, build = re.sub(r"\s+|=+", "=", version).strip("=").partition("=")
    return CondaPackage(pin.name.lower(), version, build, pin.channel)


def _pip_package(text: str) -> PipPackage:
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
