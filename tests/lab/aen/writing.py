# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts descriptions of files onto a disk: regular and sparse ones, links, empty folders, what is no file at all."""

from __future__ import annotations

import os
import socket
import typing as t
from pathlib import Path

from .spec import File, Folder, Link, Node, Special


def write_nodes(folder: Path, nodes: t.Mapping[str, Node], text: t.Callable[[str], str]) -> None:
    """``text`` replaces the marks in texts and targets.  What is there is replaced; hard links and the like come last."""
    later: list[tuple[Path, Special]] = []
    for name, node in nodes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(node, Folder):
            path.mkdir(exist_ok=True)
            continue
        if path.is_symlink() or isinstance(node, (Link, Special)):
            path.unlink(missing_ok=True)
        if isinstance(node, Link):
            path.symlink_to(text(node.target))
        elif isinstance(node, Special):
            later.append((path, node))
        else:
            _write_file(path, node if isinstance(node, File) else File(node), text)
    for path, special in later:
        _make_special(path, special.kind, folder / special.target)


def _write_file(path: Path, file: File, text: t.Callable[[str], str]) -> None:
    content = text(file.content).encode("utf-8", "surrogateescape") if isinstance(file.content, str) else file.content
    path.write_bytes(content)
    if file.sparse is not None:
        os.truncate(path, file.sparse)
    path.chmod(file.mode)


def _make_special(path: Path, kind: str, target: Path) -> None:
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "hardlink":
        os.link(target, path)
    else:
        # The path of a socket must be short: it is bound by way of its folder's descriptor.
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
