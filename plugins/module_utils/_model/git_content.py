# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What git makes of a file's content on its way into a repository and out again.  Private to the collection.  Pure.

Attributes alone decide: a server has neither ``core.autocrlf`` nor filters.  Content comes in blocks, and may come several times.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._model.git_attributes import Value

WHOLE = 16_000_000
"""Bytes of a file with placeholders that is looked at as a whole."""
UNKNOWN = "?"
"""In place of a digest: the content will be another one, which cannot be known before."""

Blocks = t.Callable[[], t.Iterable[bytes]]
_BINARY, _TEXT, _AUTO = "binary", "text", "auto"
_PRINTABLE = bytes([*range(32, 127), *range(128, 256), *b"\b\t\x1b\x0c\r\n"])
_IDENT, _EXPANDED = re.compile(rb"\$Id:[^$\n]*\$"), b"$Id$"
_FORMAT = re.compile(rb"\$Format:[^$]*\$", re.DOTALL)


@dataclasses.dataclass
class _Counts:
    """What git counts to tell text from binary data."""

    size: int = 0
    cr: int = 0
    lf: int = 0
    crlf: int = 0
    nul: int = 0
    odd: int = 0
    """Bytes that no text has, NUL among them."""

    @classmethod
    def of(cls, blocks: t.Iterable[bytes]) -> _Counts:
        counts, last = cls(), b""
        for block in blocks:
            counts.size += len(block)
            counts.cr += block.count(b"\r")
            counts.lf += block.count(b"\n")
            counts.crlf += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
            counts.nul += block.count(0)
            counts.odd += len(block.translate(None, _PRINTABLE))
            last = block[-1:] or last
        counts.odd -= last == b"\x1a"
        return counts

    @property
    def is_binary(self) -> bool:
        printable = self.size - self.odd - self.cr - self.lf
        return self.cr > self.crlf or self.nul > 0 or printable >> 7 < self.odd


def _line_ends(attributes: t.Mapping[str, Value]) -> t.Tuple[str, str]:
    """Whether a file is text, and which line ends it gets on the way out: lf or crlf."""
    kinds: t.Dict[Value, str] = {True: _TEXT, False: _BINARY, "input": _TEXT, "auto": _AUTO}
    kind, eol = "", attributes.get("eol")
    for name in ("text", "crlf"):
        kind = kind or kinds.get(attributes.get(name), "")
    if kind == _BINARY or eol not in ("lf", "crlf"):
        return kind or _BINARY, "lf"
    return kind or _TEXT, str(eol)


def _to_lf(blocks: t.Iterable[bytes]) -> t.Iterator[bytes]:
    kept = b""
    for block in blocks:
        data = kept + block
        kept = b"\r" if data.endswith(b"\r") else b""
        yield (data[:-1] if kept else data).replace(b"\r\n", b"\n")
    yield kept


def _to_crlf(blocks: t.Iterable[bytes]) -> t.Iterator[bytes]:
    for block in _to_lf(blocks):
        yield block.replace(b"\n", b"\r\n")


def _ends_changed(blocks: Blocks, kind: str, eol: str) -> Blocks:
    """The content as it comes out again, line ends considered; the same object if they stay."""
    counts = _Counts.of(blocks())
    if kind == _AUTO and counts.is_binary:
        return blocks
    if eol == "crlf" and counts.lf:
        return lambda: _to_crlf(blocks())
    return (lambda: _to_lf(blocks())) if counts.crlf else blocks


def digest(blocks: Blocks) -> str:
    told = hashlib.sha256()
    for block in blocks():
        told.update(block)
    return told.hexdigest()


def kept(blocks: Blocks, attributes: t.Mapping[str, Value]) -> t.Tuple[str, str]:
    """The digest of a file's content as ``git archive`` gives it out, and the attribute that changed it; empty texts if none may have.

    The digest is ``UNKNOWN`` where the content depends on what nobody knows before.
    """
    encoding = attributes.get("working-tree-encoding")
    if isinstance(encoding, str) and encoding.upper() not in ("UTF-8", "UTF8"):
        return UNKNOWN, "working-tree-encoding"
    why, out = "", blocks
    kind, eol = _line_ends(attributes)
    if kind != _BINARY:
        out = _ends_changed(blocks, kind, eol)
        why = "" if out is blocks else "eol" if eol == "crlf" else "text"
    if attributes.get("ident") is not True and attributes.get("export-subst") is not True:
        return (digest(out), why) if why else ("", "")
    whole = b""
    for block in blocks():
        whole += block
        if len(whole) > WHOLE:
            return UNKNOWN, "ident or export-subst"
    return _placeholders(whole, attributes, eol, why)


def _placeholders(whole: bytes, attributes: t.Mapping[str, Value], eol: str, why: str) -> t.Tuple[str, str]:
    """As ``kept``; ``why`` is set where line ends change."""
    ends, changed = bool(why), whole
    if ends:
        changed = b"".join(_to_lf([whole]))
    if attributes.get("ident") is True:
        blob = _IDENT.sub(b"$Id$", changed)
        if _EXPANDED in blob:
            told = hashlib.sha1(b"blob %d\0" % len(blob) + blob).hexdigest()  # noqa: S324 - git's name for the content
            blob, why = blob.replace(_EXPANDED, b"$Id: %s $" % told.encode("ascii")), why or "ident"
        changed = blob
    if ends and eol == "crlf":
        changed = b"".join(_to_crlf([changed]))
    if attributes.get("export-subst") is True and _FORMAT.search(changed):
        return UNKNOWN, "export-subst"
    return (hashlib.sha256(changed).hexdigest(), why) if why else ("", "")
