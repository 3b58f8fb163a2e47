# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks the command line client from a conda package, without conda.  Private to the collection.

Only what is safe is changed in the files: the shebang of Python scripts, and the placeholder of the build's prefix in
text files.  A placeholder in a binary file is left alone and reported.  Dependencies are not installed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import json
import os
import posixpath
import shutil
import subprocess
import tarfile
import typing as t
import zipfile

from ansible_collections.ae_ops.migration.plugins.module_utils import _command
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import CONDA, TAR_BZ2

PLACEHOLDER = "/opt/anaconda1anaconda2anaconda3"
"""What conda-build writes where no file says otherwise."""
UNPACK_SECONDS = 600
SHEBANG_LENGTH = 127
"""Of older kernels; a longer first line is cut."""
SITE_PACKAGES = "lib/site-packages"
ORIGINALS = "libexec"

LAUNCHER = """import os
import runpy
import sys

prefix = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for folder in {folders!r}:
    sys.path.insert(1, os.path.join(prefix, folder))
{call}
"""
RUN_SCRIPT = 'runpy.run_path(os.path.join(prefix, {original!r}), run_name="__main__")'
RUN_ENTRY = "from {module} import {first}\nsys.exit({function}())"


@dataclasses.dataclass
class Package:
    """The content of a package: its metadata, and its files by their name in it."""

    index: t.Dict[str, t.Any]
    link: t.Dict[str, t.Any]
    placeholders: t.Dict[str, t.Tuple[str, str]]
    """File -> (the build's prefix, text or binary)."""
    files: t.Dict[str, t.Tuple[bytes, int]]
    """File -> (bytes, mode)."""
    links: t.Dict[str, str]

    @property
    def depends(self) -> t.List[str]:
        """What conda would install with it, except Python."""
        names = (str(item) for item in self.index.get("depends", ()))
        return [name for name in names if name.split()[:1] != ["python"] and not name.startswith("python_abi")]


def unpack(path: str, folder: str, prefix: str, python: str) -> t.Tuple[t.List[str], t.List[str]]:
    """Unpacks the package at ``path`` into the empty ``folder``, which will become ``prefix``.

    Returns the dependencies that are not in it, and warnings.
    """
    package = read_package(path)
    warnings: t.List[str] = []
    scripts: t.List[str] = []
    for name, (raw, mode) in sorted(package.files.items()):
        target = _target(name, package)
        content = _fixed(package, name, raw, prefix, warnings)
        if target.startswith("bin/") and _is_python_script(content):
            _write(folder, f"{ORIGINALS}/{target[4:]}", content, 0o644)
            scripts.append(target[4:])
        else:
            _write(folder, target, content, mode)
    for name, to in sorted(package.links.items()):
        place = os.path.join(folder, *_target(name, package).split("/"))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(to, place)
    folders = _python_folders(package)
    for script in scripts:
        _launcher(folder, script, python, folders, RUN_SCRIPT.format(original=f"{ORIGINALS}/{script}"))
    for script, module, function in _entry_points(package):
        _launcher(folder, script, python, folders, RUN_ENTRY.format(module=module, first=function.split(".")[0], function=function))
    return package.depends, warnings


def read_package(path: str) -> Package:
    """Reads a ``.tar.bz2`` or ``.conda``.

    Raises:
        MigrationError: it is neither, or something in it does not belong into a prefix.
    """
    package = Package({}, {}, {}, {}, {})
    try:
        for stream in _tars(path):
            with tarfile.open(fileobj=stream) as archive:
                for member in archive:
                    _take(package, archive, member, path)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as exc:
        raise MigrationError(f"The package {path} cannot be read: {exc}.") from exc
    info = {name[5:]: package.files.pop(name)[0] for name in list(package.files) if name.startswith("info/")}
    if "index.json" not in info:
        raise MigrationError(f"The package {path} has no info/index.json, so it is not a conda package.")
    try:
        package.index = json.loads(info["index.json"])
        package.link = json.loads(info.get("link.json", b"{}"))
        package.placeholders = _placeholders(info)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise MigrationError(f"The metadata of the package {path} cannot be read: {exc}.") from exc
    return package


def _tars(path: str) -> t.Iterator[t.IO[bytes]]:
    if path.endswith(TAR_BZ2):
        with open(path, "rb") as stream:
            yield stream
        return
    if not path.endswith(CONDA):
        raise MigrationError(f"The package {path} is neither .tar.bz2 nor .conda.")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".tar.zst"):
                yield io.BytesIO(_unzstd(archive.read(name), path))


def _unzstd(data: bytes, path: str) -> bytes:
    for name in ("compression.zstd", "zstandard"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if name == "zstandard":
            return bytes(module.ZstdDecompressor().decompressobj().decompress(data))
        return bytes(module.decompress(data))
    program = shutil.which("zstd")
    if program is None:
        raise MigrationError(
            f"Unpacking {path} needs the command zstd or the Python library zstandard on this host; install one, or give a .tar.bz2."
        )
    try:
        done = _command.run([program, "-dc"], UNPACK_SECONDS, data=data)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise MigrationError(f"The package {path} cannot be unpacked: {exc}.") from exc
    if done.code != 0:
        said = next(reversed(_command.printed(done.err)), _command.NO_OUTPUT)
        raise MigrationError(f"The package {path} cannot be unpacked: zstd says {said.rstrip('.')}.")
    return done.out


def _take(package: Package, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
    name = posixpath.normpath(member.name)
    if name.startswith(("/", "../")) or name == "..":
        raise MigrationError(f"The package {path} has a file {member.name!r} whose path is outside the prefix; it is not unpacked.")
    if member.isdir():
        return
    if member.issym():
        if not posixpath.normpath(posixpath.join("/x", posixpath.dirname(name), member.linkname)).startswith("/x/"):
            raise MigrationError(f"The package {path} has a link {member.name!r} to a target outside the prefix; it is not unpacked.")
        package.links[name] = member.linkname
        return
    stream = archive.extractfile(member) if member.isreg() or member.islnk() else None
    if stream is None:
        raise MigrationError(f"The package {path} has {member.name!r}, which is not a file, folder or link; it is not unpacked.")
    package.files[name] = (stream.read(), 0o755 if member.mode & 0o100 else 0o644)


def _placeholders(info: t.Mapping[str, bytes]) -> t.Dict[str, t.Tuple[str, str]]:
    found: t.Dict[str, t.Tuple[str, str]] = {}
    for line in info.get("has_prefix", b"").decode("utf-8").splitlines():
        parts = [part.strip("\"'") for part in line.split(None, 2)]
        if len(parts) == 3:
            found[parts[2]] = (parts[0], parts[1])
        elif parts:
            found[line.strip()] = (PLACEHOLDER, "text")
    for item in json.loads(info.get("paths.json", b"{}")).get("paths", ()):
        if item.get("prefix_placeholder"):
            found[item["_path"]] = (item["prefix_placeholder"], item.get("file_mode", "text"))
    return found


def _target(name: str, package: Package) -> str:
    """The path of a file of the package below the prefix; noarch packages leave that open."""
    if package.index.get("noarch") == "python":
        for start, place in (("site-packages/", SITE_PACKAGES + "/"), ("python-scripts/", "bin/")):
            if name.startswith(start):
                return place + name[len(start) :]
    return name


def _fixed(package: Package, name: str, content: bytes, prefix: str, warnings: t.List[str]) -> bytes:
    placeholder, mode = package.placeholders.get(name, ("", ""))
    if not placeholder or placeholder.encode() not in content:
        return content
    if mode == "text":
        return content.replace(placeholder.encode(), prefix.encode())
    warnings.append(f"The file {name} is binary and contains the path where it was built; it was not changed.")
    return content


def _is_python_script(content: bytes) -> bool:
    first = content.split(b"\n", 1)[0]
    return first.startswith(b"#!") and b"python" in first.rpartition(b"/")[2]


def _python_folders(package: Package) -> t.List[str]:
    """The folders below the prefix that Python has to look into."""
    found = {SITE_PACKAGES}
    for name in package.files:
        parts = name.split("/")
        if len(parts) > 3 and parts[0] == "lib" and parts[2] == "site-packages":
            found.add("/".join(parts[:3]))
    return sorted(found)


def _entry_points(package: Package) -> t.List[t.Tuple[str, str, str]]:
    points = []
    for line in (package.link.get("noarch") or {}).get("entry_points", ()):
        script, _equals, function = (part.strip() for part in str(line).partition("="))
        module, _colon, name = function.partition(":")
        # Only plain names: this becomes code.
        if os.path.basename(script) == script and all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
            points.append((script, module, name))
    return points


def _launcher(folder: str, script: str, python: str, folders: t.Sequence[str], call: str) -> None:
    text = f"{shebang(python)}\n{LAUNCHER.format(folders=list(folders), call=call)}"
    _write(folder, f"bin/{script}", text.encode(), 0o755)


def shebang(python: str) -> str:
    """The first line of a script; where the kernel would not take it, sh starts the interpreter."""
    if len(python) + 2 <= SHEBANG_LENGTH and " " not in python:
        return f"#!{python}"
    return f"#!/bin/sh\n''':'\nexec '{python}' \"$0\" \"$@\"\n'''"


def _write(folder: str, name: str, content: bytes, mode: int) -> None:
    path = os.path.join(folder, *name.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(content)
    os.chmod(path, mode)


@contextlib.contextmanager
def swapped(prefix: str) -> t.Iterator[str]:
    """A new folder next to ``prefix`` that replaces it when the block succeeds, and is removed otherwise."""
    fresh, old = f"{prefix}.new", f"{prefix}.old"
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(fresh, mode=0o755)
    try:
        yield fresh
        if os.path.lexists(prefix):
            os.rename(prefix, old)
        os.rename(fresh, prefix)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
