# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names and words of conda packages mean: subdirs.  Private to the collection.  Pure."""

from __future__ import annotations

import typing as t


def subdir_of(platform: t.Optional[str], arch: t.Optional[str]) -> t.Optional[str]:
    """The subdir that platform and arch stand for, as the upload client derived it: noarch where arch is null."""
    if arch is None:
        return "noarch"
    if platform is None:
        return None
    bits = {"x86": "32", "i386": "32", "i686": "32", "x86_64": "64", "amd64": "64", "32": "32", "64": "64"}
    return f"{platform}-{bits.get(arch, arch)}"


NOARCH = "noarch"
ALWAYS = (NOARCH, "linux-64")
"""The subdirs that are looked into whatever is planned."""
