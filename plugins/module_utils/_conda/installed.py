# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the environments of a project from their own folders: ``conda-meta`` and Python's metadata.  Private to the collection.

Nothing of an environment is run.  The channel comes from the package's URL where there is one, because ``channel`` is often
only a short name that meant something else on another host.  Tokens and passwords are taken out of every URL here, so that
no record ever holds one.
"""

from __future__ import annotations

import collections
import json
import os
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed_python import python_packages, unreadable
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import CondaPackage, Environment
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

CONDA_META = "conda-meta"
"""A folder of an environment; ``Environment.source`` of one that was read there."""
ROOT_NAME = "root"
"""Name of an environment that is a whole installation (AEN: ``/opt/wakari/anaconda``), not one of its ``envs``."""
MAX_RECORD_BYTES = 64 << 20

_SUBDIR = re.compile(r"/(?:linux|osx|win|zos)-[a-z0-9]+/?$|/noarch/?$")
_UNKNOWN_CHANNELS = ("<unknown>", "<develop>", "None")
_R_LIBRARY = "lib/R/library/"


def channel_of(record: Json) -> str:
    """Channel of a ``conda-meta`` record: its URL without subdir, a short name, or ``""``."""
    url, channel = str(record.get("url") or ""), str(record.get("channel") or record.get("schannel") or "")
    if "://" in url:
        channel = url.rsplit("/", 1)[0]
    if channel in _UNKNOWN_CHANNELS:
        return ""
    return _SUBDIR.sub("", clean_url(channel)).rstrip("/")


def environment_name(prefix: str) -> str:
    """What conda calls the environment at ``prefix``; ``root`` for an installation itself."""
    parent, name = os.path.split(prefix.rstrip("/"))
    return name if os.path.basename(parent) == "envs" else ROOT_NAME


def read_environment(prefix: str) -> Environment:
    """The environment in the folder ``prefix``, which may be a link.  What cannot be read is among its problems.

    Raises ``OSError`` if the folder cannot be opened.
    """
    problems: t.List[Problem] = []
    fd = os.open(prefix, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        records = list(_records(fd, problems))
        packages = tuple(sorted((_package(record) for record in records), key=lambda package: package.name))
        version = next((package.version for package in packages if package.name == "python"), "")
        found = python_packages(fd, version, _owned(records, "site-packages/"), problems)
        r_libraries = _r_libraries(fd, _owned(records, _R_LIBRARY), problems)
    finally:
        os.close(fd)
    return Environment(
        name=environment_name(prefix),
        prefix=prefix,
        python=version,
        source=CONDA_META if packages else "",
        channels=_channels(packages),
        conda=packages,
        pip=found.packages,
        modules=found.modules,
        r_libraries=r_libraries,
        problems=tuple(problems),
    )


def _records(fd: int, problems: t.List[Problem]) -> t.Iterator[Json]:
    try:
        with _safe_open.folder(fd, CONDA_META) as below:
            names = [entry.name for entry in _safe_open.listing(below) if entry.name.endswith(".json")]
    except FileNotFoundError:
        problems.append(Problem("no_conda_meta", f"It has no {CONDA_META}; it was not created by conda."))
        return
    except OSError as exc:
        problems.append(unreadable(CONDA_META, exc, "its conda packages"))
        return
    for name in names:
        try:
            with os.fdopen(_safe_open.open_beneath(fd, f"{CONDA_META}/{name}"), "rb") as stream:
                record = json.loads(stream.read(MAX_RECORD_BYTES).decode("utf-8", "surrogateescape"))
            if not isinstance(record, dict) or not isinstance(record.get("name"), str):
                raise ValueError("it has no name")
        except (MigrationError, OSError, ValueError):
            problems.append(Problem("package_unreadable", f"Its {CONDA_META}/{shown(name)} is damaged; the package is left out."))
        else:
            yield record


def _package(record: Json) -> CondaPackage:
    def text(key: str) -> str:
        value = record.get(key)
        return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""

    noarch = "python" if record.get("noarch") is True else text("noarch")
    return CondaPackage(
        name=text("name"),
        version=text("version"),
        build=text("build") or text("build_string"),
        channel=channel_of(record),
        url=clean_url(text("url")),
        md5=text("md5").lower(),
        sha256=text("sha256").lower(),
        subdir=text("subdir") or _subdir(text("url")),
        noarch=noarch,
    )


def _subdir(url: str) -> str:
    """Records of conda before 4.3 have no subdir; the URL does."""
    parts = url.split("/")
    return parts[-2] if len(parts) > 2 and _SUBDIR.search("/" + parts[-2]) else ""


def _channels(packages: t.Iterable[CondaPackage]) -> t.Tuple[str, ...]:
    counts = collections.Counter(package.channel for package in packages if package.channel)
    return tuple(channel for channel, _count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _owned(records: t.Iterable[Json], marker: str) -> t.Dict[str, str]:
    """The names directly below the folder ``marker`` that belong to packages, with the package's name."""
    owned: t.Dict[str, str] = {}
    for record in records:
        files = record.get("files")
        for path in files if isinstance(files, list) else ():
            at = path.find(marker) if isinstance(path, str) else -1
            if at >= 0:
                owned.setdefault(path[at + len(marker) :].split("/", 1)[0], record["name"])
    return owned


def _r_libraries(fd: int, owned: t.Mapping[str, str], problems: t.List[Problem]) -> t.Dict[str, str]:
    try:
        below = os.open(_R_LIBRARY.rstrip("/"), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=fd)
    except (FileNotFoundError, NotADirectoryError):
        return {}  # an environment without R
    except OSError as exc:
        problems.append(unreadable(_R_LIBRARY.rstrip("/"), exc, "its libraries of R"))
        return {}
    try:
        names = [
            entry.name for entry in _safe_open.listing(below) if entry.kind == _safe_open.FOLDER and not entry.name.startswith("00LOCK")
        ]
    finally:
        os.close(below)
    return {name: f"conda:{owned[name]}" if name in owned else "" for name in names}
