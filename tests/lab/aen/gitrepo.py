# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small git repository written with the standard library: objects, an index, a branch; git itself is not needed."""

from __future__ import annotations

import hashlib
import itertools
import os
import struct
import typing as t
import zlib
from pathlib import Path

AUTHOR = "Lab <lab@example.com> 1488362400 +0000"
BLOCK = 1024**2
CONFIG = """[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
[remote "origin"]
\turl = {url}
\tfetch = +refs/heads/*:refs/remotes/origin/*
"""


def _blocks(path: Path) -> t.Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block


def _store(objects: Path, kind: str, size: int, blocks: t.Iterable[bytes]) -> bytes:
    """Writes a loose object and returns its id."""
    digest, packer = hashlib.sha1(usedforsecurity=False), zlib.compressobj(1)
    draft = objects / "draft"
    with draft.open("wb") as stream:
        for block in itertools.chain([f"{kind} {size}\0".encode()], blocks):
            digest.update(block)
            stream.write(packer.compress(block))
        stream.write(packer.flush())
    hex_ = digest.hexdigest()
    target = objects / hex_[:2] / hex_[2:]
    target.parent.mkdir(exist_ok=True)
    draft.replace(target)
    return digest.digest()


def _tree(objects: Path, files: t.Mapping[str, tuple[str, bytes]]) -> bytes:
    here: dict[str, tuple[str, bytes]] = {}
    below: dict[str, dict[str, tuple[str, bytes]]] = {}
    for path, entry in files.items():
        first, separator, rest = path.partition("/")
        if separator:
            below.setdefault(first, {})[rest] = entry
        else:
            here[first] = entry
    for name, inner in below.items():
        here[name] = ("40000", _tree(objects, inner))
    ordered = sorted(here.items(), key=lambda item: item[0] + ("/" if item[1][0] == "40000" else ""))
    content = b"".join(f"{mode} {name}\0".encode() + digest for name, (mode, digest) in ordered)
    return _store(objects, "tree", len(content), [content])


def _index(project: Path, files: t.Mapping[str, tuple[str, bytes]]) -> bytes:
    content = b"DIRC" + struct.pack(">II", 2, len(files))
    for path, (mode, digest) in sorted(files.items()):
        # No times, device and inode, so that two labs are alike: git then looks into the file itself.
        size, name = os.lstat(project / path).st_size & 0xFFFFFFFF, path.encode()
        head = struct.pack(">10I", 0, 0, 0, 0, 0, 0, int(mode, 8), 0, 0, size)
        entry = head + digest + struct.pack(">H", min(len(name), 0xFFF)) + name
        content += entry + b"\0" * (8 - len(entry) % 8)
    return content + hashlib.sha1(content, usedforsecurity=False).digest()


def write_repository(project: Path, paths: t.Sequence[str], url: str) -> None:
    """Makes ``project/.git`` with one commit of ``paths`` (relative to the project) and a remote at ``url``."""
    folder = project / ".git"
    objects = folder / "objects"
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info", "hooks"):
        (folder / name).mkdir(parents=True)
    files: dict[str, tuple[str, bytes]] = {}
    for path in paths:
        full = project / path
        if full.is_symlink():
            target = os.fsencode(os.readlink(full))
            files[path] = ("120000", _store(objects, "blob", len(target), [target]))
        else:
            mode = "100755" if full.stat().st_mode & 0o100 else "100644"
            files[path] = (mode, _store(objects, "blob", full.stat().st_size, _blocks(full)))
    commit = f"tree {_tree(objects, files).hex()}\nauthor {AUTHOR}\ncommitter {AUTHOR}\n\nWork of the day\n".encode()
    head = _store(objects, "commit", len(commit), [commit]).hex()
    (folder / "refs/heads/master").write_text(head + "\n", encoding="ascii")
    (folder / "HEAD").write_text("ref: refs/heads/master\n", encoding="ascii")
    (folder / "config").write_text(CONFIG.format(url=url), encoding="utf-8")
    (folder / "description").write_text("Unnamed repository\n", encoding="ascii")
    (folder / "index").write_bytes(_index(project, files))
