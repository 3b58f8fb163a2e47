# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what a conda package says of itself."""

from __future__ import annotations

import bz2
import io
import json
import re
import tarfile
import typing as t
import zipfile
import zlib
from pathlib import Path

import zstandard

WHOLE_CHECK_BYTES = 8 * 1024**2
"""Invented: an archive up to this size is read to its end, so that a cut one is noticed; a larger one only up to its index."""

PLATFORMS = {
    ("linux", "x86_64"): "linux-64",
    ("linux", "x86"): "linux-32",
    ("osx", "x86_64"): "osx-64",
    ("osx", "x86"): "osx-32",
    ("win", "x86_64"): "win-64",
    ("win", "x86"): "win-32",
}
SUBDIRS = frozenset(PLATFORMS.values()) | {
    "noarch",
    "linux-aarch64",
    "linux-armv6l",
    "linux-armv7l",
    "linux-ppc64le",
    "linux-s390x",
    "osx-arm64",
    "win-arm64",
    "zos-z",
}
_NAME = re.compile(r"(?P<stem>[A-Za-z0-9][A-Za-z0-9._+!~-]*)(?P<suffix>\.tar\.bz2|\.conda)")


class BrokenArchive(ValueError):
    """The bytes are no conda package, or not the one their file name says.  The text is a sentence."""


def read_index(path: Path, name: str) -> dict[str, t.Any]:
    """``info/index.json`` of the package at ``path`` whose file name is ``name``, with ``subdir`` filled in."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise BrokenArchive(f"{name} is not a conda package: its name must end in .tar.bz2 or .conda")
    try:
        raw = _from_tar_bz2(path) if match["suffix"] == ".tar.bz2" else _from_conda(path)
        index = json.loads(raw)
    except (OSError, EOFError, ValueError, KeyError, tarfile.TarError, zipfile.BadZipFile, zlib.error, zstandard.ZstdError) as exc:
        raise BrokenArchive(f"{name} is not a readable conda package: {exc}") from exc
    missing = [key for key in ("name", "version", "build") if not isinstance(index, dict) or key not in index]
    if missing:
        raise BrokenArchive(f"info/index.json of {name} lacks {', '.join(missing)}")
    stem = f"{index['name']}-{index['version']}-{index['build']}"
    if stem != match["stem"]:
        raise BrokenArchive(f"{name} says in its info/index.json that it is {stem}")
    index.setdefault("build_number", 0)
    index.setdefault("depends", [])
    index["subdir"] = _subdir(index)
    if index["subdir"] not in SUBDIRS:
        raise BrokenArchive(f"{name} is for the unknown platform {index['subdir']}")
    return index


def _subdir(index: t.Mapping[str, t.Any]) -> str:
    """Old packages name no subdir: it follows from platform and arch, and is noarch without an arch."""
    if index.get("subdir"):
        return str(index["subdir"])
    if index.get("noarch") or not index.get("arch"):
        return "noarch"
    return PLATFORMS.get((str(index.get("platform")), str(index["arch"])), "unknown")


def _from_tar_bz2(path: Path) -> bytes:
    if path.stat().st_size <= WHOLE_CHECK_BYTES:
        with bz2.open(path) as stream:
            while stream.read(1024**2):
                pass
    with tarfile.open(path, "r|bz2") as tar:
        return _index_of(tar)


def _from_conda(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        if path.stat().st_size <= WHOLE_CHECK_BYTES:
            damaged = archive.testzip()
            if damaged:
                raise ValueError(f"its member {damaged} is damaged")
        infos = [name for name in archive.namelist() if name.startswith("info-") and name.endswith(".tar.zst")]
        if not infos:
            raise ValueError("it has no info member")
        with archive.open(infos[0]) as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
            with tarfile.open(fileobj=io.BufferedReader(stream), mode="r|") as tar:
                return _index_of(tar)


def _index_of(tar: tarfile.TarFile) -> bytes:
    for member in tar:
        if member.name in ("info/index.json", "./info/index.json"):
            content = tar.extractfile(member)
            if content is not None:
                return content.read()
    raise ValueError("it has no info/index.json")
