# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python packages of an environment that conda did not install, and what can be imported there.  Private to the collection.

Read from ``site-packages``: ``*.dist-info`` (PEP 376, PEP 610), ``*.egg-info``, ``*.egg``, ``*.egg-link`` and ``*.pth``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import typing as t
import zipfile

from ansible_collections.ae_ops.migration.plugins.module_utils import _safe_open
from ansible_collections.ae_ops.migration.plugins.module_utils._conda.requirement_grammar import EDITABLE, URL, VCS, canonical
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_versions import NoVersion, parse_version
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import PipPackage
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._secrets import clean_url
from ansible_collections.ae_ops.migration.plugins.module_utils._text import shown

PATH_FILE = "path_file"
"""Code of an environment's problem that is the folder a ``.pth`` file names."""
FOLDER_UNREADABLE = "folder_unreadable"
"""Code of the problem of a folder of the environment that is there and cannot be read."""
SEVERAL_VERSIONS, LEFTOVER = "several_versions", "leftover"
"""Codes of what a broken update or removal leaves."""
MAX_METADATA_BYTES = 16 << 20

_META_FILES = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}
_MODULE = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<end>\.py|(?:\.[\w-]+)*\.so)?\Z")
_VERSIONED = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)")
_HEADER = re.compile(r"^(Name|Version):[ \t]*(\S+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_OLDEST = parse_version("0")
_PACKAGES = "packages that pip installed there"
_NOT_MODULES = ("__pycache__", "README")


@dataclasses.dataclass
class Found:
    """``modules``: see ``Environment.modules``."""

    packages: t.Tuple[PipPackage, ...] = ()
    modules: t.Dict[str, str] = dataclasses.field(default_factory=dict)


def unreadable(path: str, exc: OSError, what: str) -> Problem:
    """The problem of a folder below an environment that is there and cannot be read, so that ``what`` is not known."""
    return Problem(FOLDER_UNREADABLE, f"Its folder {shown(path)} cannot be read: {exc.strerror}; {what} were left out.")


def python_packages(fd: int, version: str, owned: t.Mapping[str, str], problems: t.List[Problem]) -> Found:
    """What the ``site-packages`` of the environment open at ``fd`` holds.

    ``version`` is that of its Python, ``owned`` maps the names in site-packages that belong to conda packages, with those packages.
    """
    folder = _site_packages(fd, version, problems)
    if folder is None:
        return Found()
    reader = _Reader(fd, folder, owned)
    try:
        reader.read()
    except OSError as exc:
        problems.append(unreadable(folder, exc, _PACKAGES))
    packages = tuple(reader.sound())
    problems.extend(reader.problems)
    return Found(packages, dict(sorted(reader.modules.items())))


def _site_packages(fd: int, version: str, problems: t.List[Problem]) -> t.Optional[str]:
    series = ".".join(version.split(".")[:2])
    names = [f"python{series}"] if series else []
    try:
        with _safe_open.folder(fd, "lib") as lib:
            names += [
                entry.name for entry in _safe_open.listing(lib) if entry.kind == _safe_open.FOLDER and re.match(r"python\d", entry.name)
            ]
    except FileNotFoundError:
        return None  # an environment without Python
    except OSError as exc:
        problems.append(unreadable("lib", exc, _PACKAGES))
        return None
    for name in names:
        path = f"lib/{name}/site-packages"
        try:
            os.stat(path, dir_fd=fd)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as exc:
            problems.append(unreadable(path, exc, _PACKAGES))
            continue
        return path
    return None


def _age(package: PipPackage) -> t.Tuple[bool, t.Any]:
    try:
        return True, parse_version(package.version)
    except NoVersion:
        return False, _OLDEST


class _Reader:
    def __init__(self, fd: int, folder: str, owned: t.Mapping[str, str]) -> None:
        self._fd, self._folder, self._owned = fd, folder, owned
        self.packages: t.List[PipPackage] = []
        self.modules: t.Dict[str, str] = {}
        self.problems: t.List[Problem] = []

    def read(self) -> None:
        names = self._names(self._folder)
        brought: t.Dict[str, str] = {}
        for name in names:
            if name not in self._owned:
                brought.update(self._distribution(name))
        for name in names:
            provider = f"conda:{self._owned[name]}" if name in self._owned else None
            self._module(name, provider, brought)
        for name in names:
            if name.endswith(".pth") and name not in self._owned:
                self._path_file(name)

    def sound(self) -> t.List[PipPackage]:
        """One line a package, by name.  Of several versions pip imports the one that was installed last, which nothing says."""
        by_name: t.Dict[str, t.List[PipPackage]] = {}
        for package in self.packages:
            by_name.setdefault(canonical(package.name), []).append(package)
        for found in by_name.values():
            found.sort(key=_age)
            versions = list(dict.fromkeys(package.version or "unknown" for package in found))
            if len(versions) > 1:
                detail = (
                    f"It has several versions of {found[-1].name} ({', '.join(versions)}); {versions[-1]} is used, check which it needs."
                )
                self.problems.append(Problem(SEVERAL_VERSIONS, detail))
        return sorted((found[-1] for found in by_name.values()), key=lambda package: package.name.lower())

    def _names(self, folder: str) -> t.List[str]:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._fd)
        try:
            return [entry.name for entry in _safe_open.listing(handle)]
        finally:
            os.close(handle)

    def _module(self, name: str, provider: t.Optional[str], brought: t.Mapping[str, str]) -> None:
        match = _MODULE.match(name)
        if match and name not in _NOT_MODULES:
            module = match.group("name")
            given = provider if provider is not None else brought.get(module, "")
            if given or module not in self.modules:
                self.modules[module] = given

    def _distribution(self, name: str) -> t.Dict[str, str]:
        """Adds the package that an entry of site-packages describes; returns its modules."""
        stem, suffix = os.path.splitext(name)
        if suffix == ".egg-link":
            return self._egg_link(name, stem)
        if suffix == ".egg":
            return self._egg(name, stem)
        if suffix not in _META_FILES:
            return {}
        described = self._text(f"{name}/{_META_FILES[suffix]}") or self._text(name)
        package = self._described(described, stem)
        if stem.startswith(("~", "-")) or not _NAME.match(package.name):
            detail = f"Its {self._folder}/{shown(name)} is left from a removal that failed; {shown(package.name)} is not taken from there."
            self.problems.append(Problem(LEFTOVER, detail))
            return {}
        origin, location = self._direct_url(name)
        package = dataclasses.replace(package, origin=origin, location=location)
        self.packages.append(package)
        modules = self._top_level(name) or {package.name.replace("-", "_").lower(), package.name.replace("-", "_")}
        return dict.fromkeys(modules, f"pip:{package.name}")

    def _top_level(self, name: str) -> t.Set[str]:
        told = set(self._text(f"{name}/top_level.txt").split())
        for line in self._text(f"{name}/RECORD").splitlines():
            first = line.split(",", 1)[0].strip('"').split("/", 1)[0]
            match = _MODULE.match(first)
            if match:
                told.add(match.group("name"))
        return {module.split("/", 1)[0] for module in told}

    def _direct_url(self, name: str) -> t.Tuple[str, str]:
        """Origin and location by PEP 610, the location as pip takes it after ``NAME @``."""
        try:
            data = json.loads(self._text(f"{name}/direct_url.json") or "{}")
        except (ValueError, RecursionError):
            return "", ""
        if not isinstance(data, dict) or not data.get("url"):
            return "", ""
        url = str(data["url"])
        vcs, archive, folder = (
            value if isinstance(value, dict) else None for value in map(data.get, ("vcs_info", "archive_info", "dir_info"))
        )
        fragment = [f"subdirectory={data['subdirectory']}"] if data.get("subdirectory") else []
        if vcs is not None:
            commit = vcs.get("commit_id") or vcs.get("requested_revision") or ""
            url = f"{vcs.get('vcs') or 'git'}+{url}{f'@{commit}' if commit else ''}"
        elif archive:
            hashes = archive.get("hashes")
            several = [f"{kind}={value}" for kind, value in sorted(hashes.items())] if isinstance(hashes, dict) else []
            fragment += [str(item) for item in (archive.get("hash"), *reversed(several)) if item][:1]
        origin = EDITABLE if folder and folder.get("editable") else VCS if vcs is not None else URL
        return origin, clean_url(f"{url}#{'&'.join(fragment)}" if fragment else url)

    def _egg_link(self, name: str, stem: str) -> t.Dict[str, str]:
        location = (self._text(name).splitlines() or [""])[0].strip()
        self.packages.append(PipPackage(stem, "", EDITABLE, location))
        return dict.fromkeys({stem, stem.lower(), stem.replace("-", "_")}, f"pip:{stem}")

    def _egg(self, name: str, stem: str) -> t.Dict[str, str]:
        described = self._text(f"{name}/EGG-INFO/PKG-INFO")
        try:
            inside = self._names(f"{self._folder}/{name}") if described else self._zipped(name)
        except (OSError, zipfile.BadZipFile):
            inside = []
        package = self._described(described, stem)
        self.packages.append(package)
        modules = {match.group("name") for match in map(_MODULE.match, inside) if match}
        self.modules.update(dict.fromkeys(modules, f"pip:{package.name}"))
        return {}

    def _zipped(self, name: str) -> t.List[str]:
        with os.fdopen(os.open(f"{self._folder}/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._fd), "rb") as stream:
            with zipfile.ZipFile(stream) as archive:
                return sorted({item.split("/", 1)[0] for item in archive.namelist()} - {"EGG-INFO"})

    @staticmethod
    def _described(text: str, stem: str) -> PipPackage:
        """The package of a METADATA or PKG-INFO; without one it is taken from the folder's name."""
        headers: t.Dict[str, str] = {}
        for key, value in _HEADER.findall(text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n", 1)[0]):
            headers.setdefault(key, value)
        match = _VERSIONED.match(stem)
        name, version = (match.group("name"), match.group("version")) if match else (stem, "")
        return PipPackage(headers.get("Name", name), headers.get("Version", version))

    def _path_file(self, name: str) -> None:
        """A ``.pth`` file puts folders on the path; modules in one outside the environment can be imported too."""
        for line in self._text(name).splitlines():
            path = line.strip()
            if not path.startswith("/") or f"/{self._folder}" in path:
                continue
            if any(package.origin == EDITABLE and package.location.startswith(path) for package in self.packages):
                continue
            self.problems.append(Problem(PATH_FILE, path))
            try:
                names = sorted(os.listdir(path))
            except OSError:
                continue  # nothing can be imported from there; the path is named all the same
            for match in filter(None, map(_MODULE.match, names)):
                self.modules.setdefault(match.group("name"), f"path:{path}")

    def _text(self, name: str) -> str:
        """The text of a file below site-packages; empty if there is none."""
        try:
            with os.fdopen(_safe_open.open_beneath(self._fd, f"{self._folder}/{name}"), "rb") as stream:
                return stream.read(MAX_METADATA_BYTES).decode("utf-8", "replace")
        except (MigrationError, OSError):
            return ""
