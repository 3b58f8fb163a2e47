# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of ``.gitignore`` and ``.gitattributes``, as git matches them.  Private to the collection.  Pure.

git compares bytes, and so does this: ``?`` is one byte.  A pattern is cut at its slashes, and each part becomes a regular
expression in which a star takes the least that lets the rest up to the next star match; for patterns of this kind that is
always right, and it keeps a pattern with many stars from taking for ever.  A property test compares it with git itself.
"""

from __future__ import annotations

import re
import string
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._text import encode

_SPECIAL = re.compile(rb"[*?\[\\]")
_CLASSES: t.Dict[bytes, t.FrozenSet[int]] = {
    name: frozenset(text.encode("ascii"))
    for name, text in (
        (b"alnum", string.ascii_letters + string.digits),
        (b"alpha", string.ascii_letters),
        (b"blank", " \t"),
        (b"cntrl", "".join(map(chr, [*range(32), 127]))),
        (b"digit", string.digits),
        (b"graph", string.ascii_letters + string.digits + string.punctuation),
        (b"lower", string.ascii_lowercase),
        (b"print", string.ascii_letters + string.digits + string.punctuation + " "),
        (b"punct", string.punctuation),
        (b"space", string.whitespace),
        (b"upper", string.ascii_uppercase),
        (b"xdigit", string.hexdigits),
    )
}
_ALL = frozenset(range(256))

Token = t.Union[str, t.FrozenSet[int]]
"""A set of bytes that one byte must be in, or one of the following."""
STAR, DEEP, SLASH = "star", "deep", "slash"
Part = t.Optional["re.Pattern[bytes]"]
"""What a part of a path must match; ``None`` for ``**``, which stands for any number of parts."""


class _NeverMatches(Exception):
    """The pattern is one that git compares with everything in vain."""


def _tokens(pattern: bytes, is_path: bool) -> t.Iterator[Token]:
    """Raises ``_NeverMatches``."""
    at = 0
    while at < len(pattern):
        byte = pattern[at : at + 1]
        if byte == b"*":
            end = at
            while pattern[end : end + 1] == b"*":
                end += 1
            before, after = pattern[at - 1 : at] if at else b"/", pattern[end : end + 1] or b"/"
            yield DEEP if is_path and end - at > 1 and before == after == b"/" else STAR
            at = end
            continue
        if byte == b"[":
            taken, at = _bracket(pattern, at + 1)
            yield taken - frozenset(b"/") if is_path else taken
            continue
        if byte == b"\\":
            at += 1
            byte = pattern[at : at + 1]
            if not byte:
                raise _NeverMatches
        elif byte == b"?":
            at += 1
            yield _ALL - frozenset(b"/") if is_path else _ALL
            continue
        at += 1
        yield SLASH if byte == b"/" and is_path else frozenset(byte)


def _bracket(pattern: bytes, at: int) -> t.Tuple[t.FrozenSet[int], int]:
    """The bytes that a bracket expression stands for, and where it ends."""
    negated = pattern[at : at + 1] in (b"!", b"^")
    at += negated
    found: t.Set[int] = set()
    before, is_first = -1, True
    while is_first or pattern[at : at + 1] != b"]":
        is_first = False
        byte = _byte(pattern, at)
        if byte == ord("\\"):
            at += 1
            byte = _byte(pattern, at)
            found.add(byte)
        elif byte == ord("-") and before > 0 and pattern[at + 1 : at + 2] not in (b"", b"]"):
            at += 1
            end = _byte(pattern, at)
            if end == ord("\\"):
                at += 1
                end = _byte(pattern, at)
            found.update(range(before, end + 1))
            byte = -1
        elif pattern[at : at + 2] == b"[:":
            close = pattern.find(b"]", at + 2)
            if close < 0:
                raise _NeverMatches
            if close > at + 2 and pattern[close - 1 : close] == b":":
                name = pattern[at + 2 : close - 1]
                if name not in _CLASSES:
                    raise _NeverMatches
                found |= _CLASSES[name]
                at, byte = close, -1
            else:
                found.add(byte)
        else:
            found.add(byte)
        before = byte
        at += 1
    return (_ALL - found if negated else frozenset(found)), at + 1


def _byte(pattern: bytes, at: int) -> int:
    if at >= len(pattern):
        raise _NeverMatches
    return pattern[at]


def _one(bytes_: t.FrozenSet[int]) -> bytes:
    """A regular expression for one byte of a set."""
    if not bytes_:
        return b"(?!)"
    return b"[" + b"".join(b"\\x%02x" % byte for byte in sorted(bytes_)) + b"]" if len(bytes_) < 256 else b"."


def _expression(tokens: t.Sequence[Token]) -> re.Pattern[bytes]:
    """Of a part without slashes.  Each star but the last commits itself to the first place where what follows it fits."""
    pieces: t.List[bytes] = [b""]
    for token in tokens:
        if isinstance(token, str):
            pieces.append(b"")
        else:
            pieces[-1] += _one(token)
    middle = b"".join(b"(?=(?P<s%d>.*?%s))(?P=s%d)" % (number, piece, number) for number, piece in enumerate(pieces[1:-1]))
    last = b".*" + pieces[-1] if len(pieces) > 1 else b""
    return re.compile(pieces[0] + middle + last, re.DOTALL)


def _parts(tokens: t.Iterable[Token]) -> t.List[Part]:
    parts: t.List[t.List[Token]] = [[]]
    for token in tokens:
        if token == SLASH:
            parts.append([])
        else:
            parts[-1].append(token)
    return [None if part == [DEEP] else _expression(part) for part in parts]


def _fits(parts: t.Sequence[Part], names: t.Sequence[bytes]) -> bool:
    """Whether the parts of a pattern match those of a path.  After a ``**`` the first place that fits is the right one."""
    runs: t.List[t.List[re.Pattern[bytes]]] = [[]]
    for part in parts:
        if part is None:
            runs.append([])
        else:
            runs[-1].append(part)
    first, last = runs[0], runs[-1]

    def at(run: t.Sequence[re.Pattern[bytes]], start: int) -> bool:
        return all(part.fullmatch(name) for part, name in zip(run, names[start : start + len(run)]))

    if len(runs) == 1:
        return len(first) == len(names) and at(first, 0)
    # What ends with ** asks for something in the folder.
    here, end = len(first), len(names) - (len(last) or 1)
    if here > len(names) or not at(first, 0):
        return False
    for run in runs[1:-1]:
        while here + len(run) <= end and not at(run, here):
            here += 1
        here += len(run)
    return here <= end and (not last or at(last, end))


class GitPattern:
    """One pattern, of a file that lies in the folder ``base`` (empty, or with a slash at its end)."""

    def __init__(self, text: bytes, base: str) -> None:
        self._base = base
        self.folders_only = text.endswith(b"/")
        text = text[:-1] if self.folders_only else text
        self._is_name = b"/" not in text
        if not self._is_name and text.startswith(b"/"):
            text = text[1:]
        special = _SPECIAL.search(text)
        # git compares what comes before the first special character by itself, so that "a**/b" begins with two stars for it.
        self._plain = text[: special.start()] if special else text
        rest = text[len(self._plain) :]
        self._name, self._ending = _simple(text) if self._is_name else (None, None)
        self._parts: t.Optional[t.List[Part]] = None
        self._expression: t.Optional[re.Pattern[bytes]] = None
        self.never = False
        try:
            if self._is_name:
                self._expression = _expression(list(_tokens(text, False)))
            elif rest:
                self._parts = _parts(_tokens(rest, True))
        except _NeverMatches:
            self.never = True

    def matches(self, path: str, is_folder: bool) -> bool:
        """Whether it names this very path."""
        if self.never or (self.folders_only and not is_folder) or not path.startswith(self._base):
            return False
        if self._is_name:
            name = path.rpartition("/")[2]
            if self._name is not None:
                return name == self._name
            if self._ending is not None:
                return name.endswith(self._ending)
            return self._expression is not None and self._expression.fullmatch(encode(name)) is not None
        whole = encode(path[len(self._base) :])
        if not whole.startswith(self._plain):
            return False
        rest = whole[len(self._plain) :]
        return not rest if self._parts is None else _fits(self._parts, rest.split(b"/"))


def _simple(text: bytes) -> t.Tuple[t.Optional[str], t.Optional[str]]:
    """The name, or the end of a name, that a pattern without other special characters stands for: most do."""
    plain = text.decode("utf-8", "surrogateescape")
    is_ending = text.startswith(b"*")
    if _SPECIAL.search(text[is_ending:]) or not text or any("\udc80" <= char <= "\udcff" for char in plain):
        return None, None
    return (None, plain[1:]) if is_ending else (plain, None)


class IgnoreFile:
    """The patterns of a ``.gitignore`` in the folder ``base``."""

    def __init__(self, text: bytes, base: str) -> None:
        self._patterns: t.List[t.Tuple[str, bool, GitPattern]] = []
        """Line, whether it takes in again, and pattern; the last one first."""
        for raw in text[3:].split(b"\n") if text.startswith(b"\xef\xbb\xbf") else text.split(b"\n"):
            line = _without_blanks(raw[:-1] if raw.endswith(b"\r") else raw)
            if not line or raw.startswith(b"#"):
                continue
            is_negative = line.startswith(b"!")
            shown = line.decode("utf-8", "replace")
            self._patterns.insert(0, (shown, is_negative, GitPattern(line[1:] if is_negative else line, base)))

    def verdict(self, path: str, is_folder: bool) -> t.Optional[str]:
        """The pattern that leaves the path out; empty if one takes it in; ``None`` if none names it."""
        for line, is_negative, pattern in self._patterns:
            if pattern.matches(path, is_folder):
                return "" if is_negative else line
        return None


def _without_blanks(line: bytes) -> bytes:
    """Without the blanks at its end, unless a backslash is before them."""
    end = at = 0
    while at < len(line):
        if line[at : at + 1] == b"\\":
            at += 1
            end = at + 1
        elif line[at : at + 1] != b" ":
            end = at + 1
        at += 1
    return line[:end]


class Ignored:
    """What git leaves out of a tree, by the ``.gitignore`` files in it: path of each to its text."""

    def __init__(self, texts: t.Mapping[str, bytes]) -> None:
        self._files = {path[: -len(IGNORE)]: IgnoreFile(text, path[: -len(IGNORE)]) for path, text in texts.items()}
        self._folders: t.Dict[str, t.Tuple[str, str]] = {"": ("", "")}

    def reason(self, path: str) -> t.Tuple[str, str]:
        """The ``.gitignore`` (path) and its pattern that leave a file or link out, or a folder above it; two empty texts if none does."""
        return self._above(path.rpartition("/")[0]) if self._above(path.rpartition("/")[0])[0] else self._own(path, False)

    def _above(self, folder: str) -> t.Tuple[str, str]:
        if folder not in self._folders:
            above = self._above(folder.rpartition("/")[0])
            self._folders[folder] = above if above[0] else self._own(folder, True)
        return self._folders[folder]

    def _own(self, path: str, is_folder: bool) -> t.Tuple[str, str]:
        above = path
        while above:
            above = above.rpartition("/")[0]
            base = above + "/" if above else ""
            verdict = self._files[base].verdict(path, is_folder) if base in self._files else None
            if verdict is not None:
                return (base + IGNORE, verdict) if verdict else ("", "")
        return ("", "")


IGNORE = ".gitignore"
