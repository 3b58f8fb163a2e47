# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages and environments that several projects share."""

from __future__ import annotations

import functools
import hashlib

from ..sites import east_site, west_site
from .spec import Conda, Env, Pip

WAKARI, R_CHANNEL = "@REPO@/conda/wakari", "@REPO@/conda/r-channel"


def conda(name: str, version: str, build: str, *modules: str, **more: object) -> Conda:
    return Conda(name, version, build, modules=modules, **more)  # type: ignore[arg-type]


def _python(version: str, tag: str) -> tuple[Conda, ...]:
    return (
        conda("openssl", "1.0.2k", "1"),
        conda("python", version, "0", depends=("openssl 1.0.2*",)),
        conda("pip", "9.0.1", f"{tag}_1", "pip"),
        conda("setuptools", "27.2.0", f"{tag}_0", "setuptools", "pkg_resources"),
        conda("wheel", "0.29.0", f"{tag}_0", "wheel"),
        conda("ipython", "5.3.0", f"{tag}_0", "IPython"),
        conda("ipykernel", "4.5.2", f"{tag}_0", "ipykernel"),
    )


def _science(tag: str) -> tuple[Conda, ...]:
    numpy = f"np111{tag}_0"
    return (
        conda("numpy", "1.11.3", f"{tag}_0", "numpy"),
        conda("pandas", "0.19.2", numpy, "pandas", depends=("numpy 1.11*", "python-dateutil", "pytz")),
        conda("python-dateutil", "2.6.0", f"{tag}_0", "dateutil"),
        conda("pytz", "2016.10", f"{tag}_0", "pytz"),
        conda("matplotlib", "2.0.0", numpy, "matplotlib"),
        conda("scikit-learn", "0.18.1", f"np111{tag}_1", "sklearn"),
    )


BASE27 = (*_python("2.7.13", "py27"), *_science("py27"))
BASE35 = (*_python("3.5.2", "py35"), *_science("py35"))
SMALL27, SMALL35 = _python("2.7.13", "py27"), _python("3.5.2", "py35")
BASE_R = (
    conda("r-base", "3.3.2", "0", channel=R_CHANNEL),
    conda("r-irkernel", "0.7.1", "r3.3.2_0", channel=R_CHANNEL),
    conda("r-ggplot2", "2.2.0", "r3.3.2_0", channel=R_CHANNEL),
    conda("r-dplyr", "0.5.0", "r3.3.2_0", channel=R_CHANNEL),
)


def py27(*more: Conda | Pip, name: str = "default", **rest: object) -> Env:
    """The usual environment: a clone of the root one, Python 2.7, and what was installed on top."""
    return _env(name, BASE27, "2.7", more, rest)


def py35(*more: Conda | Pip, name: str = "default", **rest: object) -> Env:
    return _env(name, BASE35, "3.5", more, rest)


def r_env(*more: Conda, name: str = "r") -> Env:
    return _env(name, BASE_R, "", more, {})


def _env(name: str, base: tuple[Conda, ...], python: str, more: tuple[Conda | Pip, ...], rest: dict[str, object]) -> Env:
    packages = (*base, *(item for item in more if isinstance(item, Conda)))
    pip = tuple(item for item in more if isinstance(item, Pip))
    return Env(name, packages, pip, python, **rest)  # type: ignore[arg-type]


@functools.lru_cache(maxsize=1)
def _demo_files() -> dict[str, tuple[str, str, str, str, int]]:
    found = {}
    for site in (east_site(), west_site()):
        for owner, package, file in site.files():
            if file.kind == "conda":
                data = file.data()
                subdir = str(file.attrs.get("subdir", "linux-64"))
                md5, sha256 = hashlib.md5(data, usedforsecurity=False).hexdigest(), hashlib.sha256(data).hexdigest()
                found[package.name] = (owner.login, file.basename.rpartition("/")[2], subdir, f"{md5} {sha256}", len(data))
    return found


def demo(name: str, channel: str = "", modern: bool = False, wrong: bool = False) -> Conda:
    """A package of the demo world's AE4 sites as it is installed from there, with its true digests (``wrong``: other ones).

    ``channel`` is an address or short name in place of ``@REPO@/conda/OWNER``.
    """
    owner, file, subdir, digests, size = _demo_files()[name]
    stem, version, build = file.removesuffix(".tar.bz2").rsplit("-", 2)
    md5, sha256 = (None, None) if wrong else digests.split(" ")
    modules = (name.replace("-", "_"),) if build.startswith("py") else ()
    where = channel or f"@REPO@/conda/{owner}"
    return Conda(stem, version, build, where, subdir, (), modules, md5, sha256, size, modern)
