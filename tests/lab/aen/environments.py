# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a conda environment as conda 4.3 (or, for ``modern`` packages, a later one) and pip leave it on disk.

The shapes of ``conda-meta/*.json``, ``history``, ``.dist-info``, ``.egg-info``, ``.egg-link`` and ``kernel.json`` are conda's, pip's
and Jupyter's own.  Digests are made up from the file name unless the description gives them; programs are empty files.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .spec import Conda, Env, File, Link, Node, Pip

MADE = "2017-03-01 10:00:00"
Nodes = t.Dict[str, Node]


def _digest(kind: str, name: str) -> str:
    return hashlib.new(kind, name.encode(), usedforsecurity=False).hexdigest()


def conda_record(package: Conda, files: t.Sequence[str]) -> dict[str, t.Any]:
    """The record of an installed package, with marks in its addresses."""
    url = package.channel if "://" in package.channel or package.channel.startswith("@") else f"@REPO@/conda/{package.channel}"
    file = package.dist + ".tar.bz2"
    record: dict[str, t.Any] = {
        "arch": "x86_64",
        "build": package.build,
        "build_number": int(package.build.rpartition("_")[2]) if package.build.rpartition("_")[2].isdigit() else 0,
        "channel": f"{url}/{package.subdir}",
        "depends": list(package.depends),
        "files": list(files),
        "fn": file,
        "license": "BSD",
        "link": {"source": f"@ROOT@/opt/wakari/anaconda/pkgs/{package.dist}", "type": 1},
        "md5": package.md5 or _digest("md5", file),
        "name": package.name,
        "platform": "linux",
        "requested_spec": package.name,
        "size": package.size,
        "subdir": package.subdir,
        "url": f"{url}/{package.subdir}/{file}",
        "version": package.version,
    }
    if package.modern:
        record |= {"sha256": package.sha256 or _digest("sha256", file), "timestamp": 1488362400000, "constrains": []}
    else:
        record |= {"schannel": "defaults" if url.endswith("/anaconda") else url.rpartition("/conda/")[2], "requires": [], "features": ""}
    return record


def _installed(package: Conda, site: str, python: str) -> Nodes:
    """What a Python package of conda puts into site-packages: its modules and its own metadata, which are no work of pip."""
    nodes: Nodes = {}
    for module in package.modules:
        nodes[f"{site}/{module}/__init__.py"] = f"__version__ = {package.version!r}\n"
    if package.modules:
        info = f"{site}/{package.name}-{package.version}-py{python}.egg-info"
        nodes[f"{info}/PKG-INFO"] = f"Metadata-Version: 1.1\nName: {package.name}\nVersion: {package.version}\n"
        nodes[f"{info}/top_level.txt"] = "\n".join(package.modules) + "\n"
    return nodes


def _pip(package: Pip, site: str, python: str) -> Nodes:
    """What pip, or ``setup.py develop``, leaves behind."""
    modules = package.modules or (package.name.replace("-", "_"),)
    stem, text = f"{package.name.replace('-', '_')}-{package.version}", f"Name: {package.name}\nVersion: {package.version}\n"
    nodes: Nodes = {}
    if package.style == "egg-link":
        return {f"{site}/{package.name}.egg-link": f"{package.source}\n."}
    for module in modules:
        nodes[f"{site}/{module}.py"] = f"__version__ = {package.version!r}\n"
    if package.style == "egg-info-file":
        nodes[f"{site}/{stem}-py{python}.egg-info"] = "Metadata-Version: 1.0\n" + text
        return nodes
    info = f"{site}/{stem}" + (".dist-info" if package.style == "dist-info" else f"-py{python}.egg-info")
    if package.style == "egg-info":
        nodes[f"{info}/PKG-INFO"] = "Metadata-Version: 1.1\n" + text
        nodes[f"{info}/installed-files.txt"] = "".join(f"../{module}.py\n" for module in modules)
    else:
        nodes[f"{info}/METADATA"] = "Metadata-Version: 2.0\n" + text
        nodes[f"{info}/INSTALLER"] = "pip\n"
        nodes[f"{info}/RECORD"] = "".join(f"{module}.py,,\n" for module in modules)
        if package.source:
            nodes[f"{info}/direct_url.json"] = json.dumps({"url": package.source, "vcs_info": {"vcs": "git", "commit_id": "0" * 40}})
    nodes[f"{info}/top_level.txt"] = "\n".join(modules) + "\n"
    return nodes


def _history(env: Env, prefix: str) -> str:
    dists = sorted(package.dist for package in env.packages)
    lines = [f"==> {MADE} <==", f"# cmd: @ROOT@/opt/wakari/anaconda/bin/conda create -y -p {prefix} --clone @ROOT@/opt/wakari/anaconda"]
    lines += [f"+defaults::{dist}" for dist in dists]
    if env.specs:
        lines += [f"==> {MADE.replace('10:', '11:')} <==", f"# cmd: conda install -p {prefix} {' '.join(env.specs)}"]
        lines += [f"# update specs: {list(env.specs)!r}"]
    return "\n".join(lines) + "\n"


def nodes_of(env: Env, prefix: str) -> Nodes:
    """All files of the environment, by path below its prefix; ``prefix`` is how the host calls that."""
    site = f"lib/python{env.python}/site-packages"
    nodes: Nodes = {}
    for package in env.packages:
        own = _installed(package, site, env.python)
        nodes |= own
        nodes[f"conda-meta/{package.dist}.json"] = json.dumps(conda_record(package, sorted(own)), indent=2, sort_keys=True) + "\n"
    nodes["conda-meta/history"] = _history(env, prefix)
    links: list[str] = []
    for item in env.pip:
        nodes |= _pip(item, site, env.python)
        links += [item.source] if item.style == "egg-link" else []
    if links:
        nodes[f"{site}/easy-install.pth"] = "".join(f"{link}\n" for link in links)
    if env.python:
        major = env.python[0]
        nodes |= {f"bin/python{env.python}": File(b"\x7fELF", 0o755), "bin/python": Link(f"python{env.python}")}
        nodes["bin/ipython"] = File(f"#!{prefix}/bin/python\n", 0o755)
        nodes[f"share/jupyter/kernels/{env.kernel or 'python' + major}/kernel.json"] = json.dumps(
            {"argv": [f"{prefix}/bin/python", "-m", "ipykernel", "-f", "{connection_file}"], "display_name": f"Python {major}"}
        )
    else:
        nodes["bin/R"] = File("#!/bin/sh\n", 0o755)
        argv = [f"{prefix}/bin/R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"]
        nodes["share/jupyter/kernels/ir/kernel.json"] = json.dumps({"argv": argv, "display_name": "R", "language": "R"})
    return {**nodes, **env.extra}
