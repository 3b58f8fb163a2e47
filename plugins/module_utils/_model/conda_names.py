# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names of conda packages mean: endings, dists and subdirs.  Private to the collection.  Pure."""

from __future__ import annotations

import typing as t

TAR_BZ2, CONDA = ".tar.bz2", ".conda"
ENDINGS = (TAR_BZ2, CONDA)
"""Of a package file's name: the older format, which is all that AE4 had, and the newer one."""
NOARCH = "noarch"
COMMON_SUBDIRS = (NOARCH, "linux-64")
"""The subdirs that are looked into whatever is planned: AE5's sessions run on linux-64."""


class Dist(t.NamedTuple):
    """What a package file's name says, and its subdir."""

    name: str
    version: str
    build: str
    subdir: str


def is_package(file: str) -> bool:
    """Whether a file's name is that of a conda package."""
    return file.endswith(ENDINGS)


def stem_of(file: str) -> str:
    """A package file's name without its ending: ``NAME-VERSION-BUILD``; any other name as it is."""
    return next((file[: -len(ending)] for ending in ENDINGS if file.endswith(ending)), file)


def dist_of(file: str, subdir: t.Optional[str]) -> t.Optional[Dist]:
    """Name, version and build in the name of a package file; ``None`` if it is not such a name."""
    parts = stem_of(file).rsplit("-", 2) if is_package(file) else []
    return Dist(parts[0], parts[1], parts[2], subdir or "") if len(parts) == 3 and all(parts) else None


def subdir_of(platform: t.Optional[str], arch: t.Optional[str]) -> t.Optional[str]:
    """The subdir of platform and arch, as the upload client derived it: noarch where arch is null."""
    if arch is None:
        return NOARCH
    if platform is None:
        return None
    bits = {"x86": "32", "i386": "32", "i686": "32", "x86_64": "64", "amd64": "64", "32": "32", "64": "64"}
    return f"{platform}-{bits.get(arch, arch)}"
