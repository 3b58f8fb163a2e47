# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small projects for the tests of conversion, and what the real anaconda-project 0.6.0 was seen to do with one of them."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

from ansible_collections.ae_ops.migration.plugins.module_utils._model.project_ignore import Ignore
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.pack import write_archive
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.archive.survey import Survey, survey
from ansible_collections.ae_ops.migration.plugins.module_utils._notebooks.environments.channel_map import Catalog, ChannelView

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 0})

SAMPLE = """\
Fetching package metadata ...........
Using Anaconda API: https://api.example.com
WARNING conda.base.context:use_only_tar_bz2(632): Conda is constrained to only using the old .tar.bz2 file format
channels:
- !!python/unicode 'wakari'
- !!python/unicode
  'r'
- !!python/unicode 'https://conda.example.com/wakari'
- !!python/unicode 'defaults'
/opt/wakari/anaconda/lib/python2.7/site-packages/conda/cli.py:12: UserWarning: the cache is old
  warnings.warn("the cache is old")
- !!python/unicode 'anaconda-adam'
prefix: /projects/anaconda/MigrationExample/envs/default
dependencies:
- _license=1.1=py27_1
- accelerate=2.3.1=np111py27_0
- accelerate_cudalib=2.0=0
- !!python/unicode 'alabaster=0.7.9=py27_0'
- pip:
  - !!python/unicode 'flask-restless==0.17.0'
"""
"""The vendor guide's sample, its "etc ..." filled in, with all that a host of that time writes into it."""

GUIDE = """\
    - wakari
    - r
    - https://conda.example.com/wakari
    - defaults
    - anaconda-adam
    prefix: /projects/anaconda/MigrationExample/envs/default
    - _license=1.1=py27_1
    - accelerate=2.3.1=np111py27_0
    - accelerate_cudalib=2.0=0
    - alabaster=0.7.9=py27_0
    # ... etc ...
"""
"""The same as the guide prints it: indented, and without the keys of its two lists."""

IGNORE = """\
# a comment
/private
*.log
cache/
\\#odd

sub/keep.txt
/data/*.tmp
[ab].bin
name with blank
!not-a-negation.txt
"""

TREE = (
    *("analysis.ipynb", "sub/second.ipynb", "An odd name.ipynb", "environment.yml", ".indexer.pid", "README.md"),
    *("private", "sub/private", "a.log", "sub/deep/b.log", "cache/x", "sub/cache/y", "plain/cache", "#odd", "sub/#odd"),
    *("sub/keep.txt", "x/sub/keep.txt", "data/1.tmp", "data/deep/2.tmp", "x/data/3.tmp", "a.bin", "sub/b.bin", "c.bin", "name with blank"),
    *("!not-a-negation.txt", "not-a-negation.txt", "envs/default/lib", "services/redis", "sub/envs/kept", "sub/services/kept", "m.pyc"),
    *("pkg/__pycache__/m.cpython.bin", ".spyderproject", "sub/.spyderproject", "anaconda-project-local.yml", ".Trash-0/gone", "A.LOG"),
)
LINKS = {"link.ipynb": "sub/second.ipynb", "to-folder": "sub", "sub/up.md": "../README.md"}
EMPTY = ("empty", "emptied-by-patterns")

MEASURED = frozenset(
    {
        *(".Trash-0/gone", ".indexer.pid", ".projectignore", ".spyderproject", "A.LOG", "An odd name.ipynb", "README.md"),
        *("anaconda-project-local.yml", "anaconda-project.yml", "analysis.ipynb", "c.bin", "data/deep", "data/deep/2.tmp"),
        *("emptied-by-patterns", "emptied-by-patterns/only.log", "empty", "environment.yml", "link.ipynb", "m.pyc"),
        *("not-a-negation.txt", "pkg/__pycache__/m.cpython.bin", "plain/cache", "services/redis", "sub/.spyderproject", "sub/deep"),
        *("sub/deep/b.log", "sub/envs/kept", "sub/private", "sub/second.ipynb", "sub/services/kept", "sub/up.md", "to-folder"),
        *("x/data/3.tmp", "x/sub", "x/sub/keep.txt"),
    }
)
"""What 0.6.0, run from its source on Python 3.8, put into its archive of ``make_tree`` after ``init -y``, with ``IGNORE`` alone.

It is not on the ordinary index, so this is a recording; ``test_notebooks_convert_tool.py`` repeats it where the program is.
"""
MEASURED_LEAKS = frozenset({"data/deep/2.tmp", "emptied-by-patterns/only.log", "sub/deep/b.log", "x/sub/keep.txt"})
"""Of these, what its own patterns leave out: a folder that they empty is added with all that is in it."""
OURS_OUT = frozenset({".indexer.pid", "services/redis"})
"""Of these, what we never take: the guide's file, and a folder that 0.6.0 leaves out only if the project declares a service."""


def make_tree(folder: Path) -> Path:
    """The project that 0.6.0 was measured with."""
    for name in TREE:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NOTEBOOK if name.endswith(".ipynb") else f"content of {name}\n")
    (folder / "environment.yml").write_text("name: default\nchannels:\n  - main\ndependencies:\n  - python=2.7.13=0\n")
    (folder / ".projectignore").write_text(IGNORE)
    for name in EMPTY:
        (folder / name).mkdir()
    (folder / "emptied-by-patterns" / "only.log").write_text("gone\n")
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    return folder


def looked_at(folder: Path, *lines: str, **more: object) -> Survey:
    """A survey of a folder with these patterns."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return survey(fd, str(folder), Ignore(lines), **more)  # type: ignore[arg-type]
    finally:
        os.close(fd)


def archived(folder: Path, target: Path, found: Survey | None = None, top: str = "proj", **more: object) -> Path:
    """The archive of a folder, written to ``target``."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with target.open("wb") as stream:
            write_archive(found or looked_at(folder), fd, top, stream.write, **more)  # type: ignore[arg-type]
    finally:
        os.close(fd)
    return target


def names_in(archive: Path) -> list[str]:
    """The names of the members, in their order."""
    with tarfile.open(archive, encoding="utf-8", errors="surrogateescape") as tar:
        return tar.getnames()


def view(name: str, *packages: str, readers: str | None = None, origins: str = "", sha256: str = "") -> ChannelView:
    """A channel with packages given as ``name=version=build`` or ``name=version=build@sha256``."""
    held = {}
    for text in packages:
        spec, _at, digest = text.partition("@")
        package, version, build = spec.split("=")
        held[package, version, build] = (digest or sha256, "")
    allowed = None if readers is None else frozenset(readers.split())
    return ChannelView(name, allowed, held, frozenset(origins.split()))


def catalog(*views: ChannelView) -> Catalog:
    return Catalog(views)
