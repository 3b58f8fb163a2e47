# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a conda package of ``noarch: python`` holds for a shared library.  Private to the collection.

Python code below ``site-packages``, programs below ``python-scripts``.  The build names a digest of all that the package holds and the
build number; no time is in the package, so two packages of one name have the same bytes wherever and whenever they are made.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.write import Built, Files, info_files, json_bytes, tar_bz2
from ansible_collections.ae_ops.migration.plugins.module_utils._model.conda_names import NOARCH

FORMAT = 2
"""Changes when the same content would give other bytes."""
SITE_PACKAGES, SCRIPTS = "site-packages", "python-scripts"
_SHORT = 7
"""Characters of the digest in a build, as conda-build has them."""
_EPOCH = 1_577_836_800
_SHEBANG = re.compile(rb"#![^\n]*python[\d.]*[^\n]*")


@dataclasses.dataclass(frozen=True)
class Content:
    """What goes into a package.  ``files`` are by path in the package, each with its bytes and whether it can be executed."""

    name: str
    version: str
    depends: t.Tuple[str, ...]
    files: Files
    summary: str = ""
    license: str = ""
    url: str = ""
    entry_points: t.Tuple[str, ...] = ()
    requires: t.Tuple[str, ...] = ()
    """Python's own requirements, for the metadata that pip and pkg_resources read."""
    dist_name: str = ""
    """The library's name in Python's world, where it differs from conda's."""


def build_of(content: Content, number: int) -> str:
    """The build of the package of ``content`` that has this build number."""
    return f"pyh{_digest(content, _payload(content))[:_SHORT]}_{number}"


def build_package(content: Content, number: int) -> Built:
    """The package of ``content`` with a build number, which conda prefers to those with a lower one.

    Clients before conda 4.3.17 know no time stamps, and where a file was restored its time is an older one.
    """
    files = _payload(content)
    digest = _digest(content, files)
    build = f"pyh{digest[:_SHORT]}_{number}"
    # Python takes what it compiled of a file for that of another one if time and size are the same.
    when = _EPOCH + int(digest[:6], 16)
    return tar_bz2(f"{content.name}-{content.version}-{build}", _info(content, files, build, number), files, when)


def _payload(content: Content) -> Files:
    return dict(sorted({**content.files, **_dist_info(content)}.items()))


def script(content: bytes) -> bytes:
    """A program of the library as it runs in any environment: whatever Python its first line names, it is the environment's."""
    return _SHEBANG.sub(b"#!/usr/bin/env python", content, count=1) if _SHEBANG.match(content) else content


def _digest(content: Content, files: Files) -> str:
    told: t.Dict[str, t.Any] = {field.name: getattr(content, field.name) for field in dataclasses.fields(content) if field.name != "files"}
    told["files"] = [[path, hashlib.sha256(data).hexdigest(), executable] for path, (data, executable) in files.items()]
    return hashlib.sha256(json_bytes({"format": FORMAT, **told})).hexdigest()


def _info(content: Content, files: Files, build: str, number: int) -> t.Dict[str, t.Tuple[bytes, bool]]:
    index: t.Dict[str, t.Any] = {
        "arch": None,
        "build": build,
        "build_number": number,
        "depends": list(content.depends),
        "name": content.name,
        "noarch": "python",
        "platform": None,
        "subdir": NOARCH,
        "version": content.version,
    }
    about = {"summary": content.summary, "home": content.url, "license": content.license}
    if content.license:
        index["license"] = content.license
    link: t.Dict[str, t.Any] = {"noarch": {"type": "python"}, "package_metadata_version": 1}
    if content.entry_points:
        link["noarch"]["entry_points"] = list(content.entry_points)
    return info_files(index, {key: value for key, value in about.items() if value}, files, link)


def _dist_info(content: Content) -> t.Dict[str, t.Tuple[bytes, bool]]:
    """The metadata of an installed Python package (PEP 376, 427), by which pip and pkg_resources find it."""
    name = content.dist_name or content.name
    folder = f"{SITE_PACKAGES}/{re.sub(r'[-_.]+', '_', name)}-{content.version}.dist-info"
    tops = sorted({path.split("/")[1].partition(".py")[0] for path in content.files if path.startswith(SITE_PACKAGES + "/")})
    head = {"Metadata-Version": "2.1", "Name": name, "Version": content.version, "Summary": content.summary, "Home-page": content.url}
    head["License"] = content.license
    lines = [f"{key}: {value}" for key, value in head.items() if value] + [f"Requires-Dist: {item}" for item in content.requires]
    made = {"INSTALLER": "conda\n", "METADATA": "\n".join(lines) + "\n", "top_level.txt": "".join(f"{top}\n" for top in tops)}
    if content.entry_points:
        made["entry_points.txt"] = "[console_scripts]\n" + "".join(f"{line}\n" for line in content.entry_points)
    files = {f"{folder}/{file}": (text.encode("utf-8", "replace"), False) for file, text in made.items()}
    rows = [_record(path, data) for path, (data, _executable) in sorted({**content.files, **files}.items())]
    rows.append(f"{folder[len(SITE_PACKAGES) + 1 :]}/RECORD,,\n")
    files[f"{folder}/RECORD"] = ("".join(row for row in rows if row).encode(), False)
    return files


def _record(path: str, data: bytes) -> str:
    """A file's line of ``RECORD``; programs are elsewhere in each environment."""
    if not path.startswith(SITE_PACKAGES + "/"):
        return ""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    name = path[len(SITE_PACKAGES) + 1 :]
    quoted = '"' + name.replace('"', '""') + '"' if re.search(r'[",]', name) else name
    return f"{quoted},sha256={digest},{len(data)}\n"
