# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes small, valid, deterministic package files: conda ``.tar.bz2``, wheels, R sources, notebooks, environments.

Equal arguments give equal bytes, on every machine.  Sizes are bytes.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import hashlib
import io
import json
import random
import tarfile
import typing as t
import zipfile

EPOCH = 1502744914
"""Time stamp inside the packages: the day the guide's first package was made."""

_ARCH = {"32": "x86", "64": "x86_64"}


def noise(seed: str, size: int) -> bytes:
    """``size`` bytes that no compressor makes smaller, always the same for one ``seed``."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - filler, not a secret


@functools.lru_cache(maxsize=4)
def _trailing_noise(size: int) -> bytes:
    return bz2.compress(noise("trailing", size))


def _dump(value: t.Any) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"


def _tar(files: t.Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), EPOCH, 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _index(name: str, version: str, build: str, build_number: int, subdir: str, depends: t.Sequence[str]) -> dict[str, t.Any]:
    system, _separator, bits = subdir.partition("-")
    return {
        "name": name,
        "version": version,
        "build": build,
        "build_number": build_number,
        "depends": list(depends),
        "subdir": subdir,
        "arch": _ARCH.get(bits, bits) if bits else None,
        "platform": system if bits else None,
        "license": "BSD-3-Clause",
        "license_family": "BSD",
        "timestamp": EPOCH * 1000,
    }


def conda_package(
    name: str,
    version: str,
    build: str,
    build_number: int = 0,
    subdir: str = "linux-64",
    depends: t.Sequence[str] = (),
    files: t.Mapping[str, bytes] | None = None,
    size: int | None = None,
    noarch_python: bool = False,
    old_index: bool = False,
    trailing: bool = False,
) -> tuple[str, bytes]:
    """A conda package: its file name and its bytes.

    ``files`` are what it installs, by path; by default one small text.  ``size`` pads the file to about that many
    bytes.  ``noarch_python`` declares ``noarch: python``, else a package of subdir noarch is ``generic``.
    ``old_index`` leaves ``subdir`` out of info/index.json, as the packages of AE4's early years do.
    ``trailing`` pads with a second bz2 stream behind the end of the archive instead: ten times faster for many files.
    """
    payload = dict(files) if files is not None else {f"share/{name}/about.txt": f"{name} {version} {build}\n".encode()}
    index = _index(name, version, build, build_number, subdir, depends)
    if subdir == "noarch":
        index["noarch"] = "python" if noarch_python else "generic"
    if old_index:
        del index["subdir"]
    if size is not None and not trailing:
        payload[f"share/{name}/padding-{version}-{build}.bin"] = noise(f"{name}-{version}-{build}", max(0, size - 700))
    about = {"summary": f"{name}, made for the lab", "license": "BSD-3-Clause", "license_family": "BSD", "home": "", "description": ""}
    paths = [
        {"_path": path, "path_type": "hardlink", "sha256": hashlib.sha256(content).hexdigest(), "size_in_bytes": len(content)}
        for path, content in sorted(payload.items())
    ]
    info = {
        "info/index.json": _dump(index),
        "info/about.json": _dump(about),
        "info/files": "".join(f"{path}\n" for path in sorted(payload)).encode(),
        "info/paths.json": _dump({"paths": paths, "paths_version": 1}),
    }
    if noarch_python:
        info["info/link.json"] = _dump({"noarch": {"type": "python"}, "package_metadata_version": 1})
    data = bz2.compress(_tar({**info, **{path: payload[path] for path in sorted(payload)}}))
    if size is not None and trailing:
        data += _trailing_noise(max(0, size - 700))
    return f"{name}-{version}-{build}.tar.bz2", data


def wheel_file(name: str, version: str, files: t.Mapping[str, bytes] | None = None) -> tuple[str, bytes]:
    """A pure Python wheel (kind ``pypi``): its file name and its bytes."""
    module = name.replace("-", "_")
    payload = dict(files) if files is not None else {f"{module}/__init__.py": f'__version__ = "{version}"\n'.encode()}
    info = f"{module}-{version}.dist-info"
    payload[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: made for the lab\n".encode()
    payload[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    payload[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*payload, f"{info}/RECORD"]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in payload.items():
            archive.writestr(zipfile.ZipInfo(path, (2017, 8, 14, 21, 8, 34)), content)
    return f"{module}-{version}-py3-none-any.whl", buffer.getvalue()


def r_source(name: str, version: str) -> tuple[str, bytes]:
    """An R source package (kind ``r``): its file name and its bytes."""
    description = f"Package: {name}\nVersion: {version}\nTitle: made for the lab\nLicense: BSD_3_clause\nNeedsCompilation: no\n"
    files = {f"{name}/DESCRIPTION": description.encode(), f"{name}/NAMESPACE": b"exportPattern('.')\n"}
    return f"{name}_{version}.tar.gz", gzip.compress(_tar(files), mtime=0)


def notebook_file(name: str) -> tuple[str, bytes]:
    """An empty notebook (kind ``ipynb``): its file name and its bytes."""
    return f"{name}.ipynb", _dump({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 0})


def environment_file(name: str, dependencies: t.Sequence[str] = ("python=2.7",)) -> tuple[str, bytes]:
    """A conda environment (kind ``env``): its file name and its bytes."""
    lines = [f"name: {name}", "dependencies:", *(f"- {item}" for item in dependencies)]
    return f"{name}.yml", ("\n".join(lines) + "\n").encode()
