# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML in and out, nothing executed, equal documents to equal bytes.  Private to the collection."""

from __future__ import annotations

import io
import re
import traceback
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary, reason_of
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

RUAMEL_ERROR: t.Optional[str] = None
try:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import CommentMark, YAMLError
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString
    from ruamel.yaml.tokens import CommentToken
except ImportError:
    RUAMEL_ERROR = traceback.format_exc()

MAX_BYTES = 1_000_000
"""Of a file that is read; an export of a large environment has 20,000."""
MAX_NESTING = 40
"""Levels of a document; an environment has 3, a project's file 5."""
MAX_NODES = 100_000
"""Values in a document, each counted wherever an alias repeats it: a few lines of aliases can expand to billions."""

MAX_IN_PLACE = 5_000
"""Items of a list that keeps its comments when it is edited, which takes time by the square."""

# Python 2's conda writes a long value on the line after its tag.
_PYTHON_TAG = re.compile(r"(?:!!python/[\w./:]+|!<tag:yaml\.org,2002:python/[^>\s]*>)(?:[ \t]*\n[ \t]+(?=['\"])|[ \t])?")
_BOMS = (("\ufeff", "utf-8"), ("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be"))


class NotYaml(ValueError):
    """A text is not one YAML document; the text of the exception is the end of a sentence."""


def decoded(data: bytes) -> str:
    """The text of a file whoever wrote it with whatever encoding: by its mark, else UTF-8, else what Windows writes, else Latin-1."""
    for mark, encoding in _BOMS:
        if data.startswith(mark.encode(encoding)):
            return data.decode(encoding, "replace")[1:]
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def without_tags(text: str) -> str:
    """The text without the tags that Python 2's conda wrote (``!!python/unicode``), which no safe reader takes."""
    return _PYTHON_TAG.sub("", text.replace("\r\n", "\n").replace("\0", ""))


def _yaml(kind: str) -> t.Any:
    if RUAMEL_ERROR is not None:
        raise MissingLibrary("ruamel.yaml", RUAMEL_ERROR)
    yaml = YAML(typ=kind, pure=True)
    # Of a key that is there twice conda and anaconda-project use the last one; ruamel.yaml would use the first.
    yaml.Constructor = type("Constructor", (yaml.Constructor,), {"check_mapping_key": lambda *_key: True})
    return yaml


def load(text: str, keep_comments: bool = False) -> t.Any:
    """The one document of a text as plain values, or with its comments for ``dump`` to write back.

    Raises:
        NotYaml: it is none, or nested absurdly deep.
        MissingLibrary: ruamel.yaml is not on this host.
    """
    yaml = _yaml("rt" if keep_comments else "safe")
    if len(text) > MAX_BYTES:
        raise NotYaml(f"it is larger than {size_in_words(MAX_BYTES)}")
    try:
        document = yaml.load(without_tags(text))
    except YAMLError as exc:
        raise NotYaml(_reason(exc)) from exc
    except (RecursionError, ValueError, TypeError, LookupError, AttributeError, AssertionError) as exc:
        raise NotYaml(f"it cannot be parsed ({reason_of(exc)})") from exc
    _check(document)
    return document


def _check(document: t.Any) -> None:
    """Raises ``NotYaml`` for a document that is too deep or too large to walk through, such as one that contains itself."""
    level, nodes = [document], 0
    for _depth in range(MAX_NESTING):
        below: t.List[t.Any] = []
        for box in level:
            nodes += len(box) if isinstance(box, (dict, list)) else 0
            if nodes > MAX_NODES:
                raise NotYaml(f"it expands to more than {MAX_NODES:,} values")
            below.extend(box.values() if isinstance(box, dict) else box if isinstance(box, list) else ())
        if not below:
            return
        level = below
    raise NotYaml(f"it is nested deeper than {MAX_NESTING} levels")


def _reason(exc: Exception) -> str:
    mark = getattr(exc, "problem_mark", None)
    where = f" in line {mark.line + 1}" if mark is not None else ""
    return f"{getattr(exc, 'problem', None) or 'it is not YAML'}{where}"


def dump(document: t.Any) -> str:
    """The text of a document.

    Raises:
        MissingLibrary: ruamel.yaml is not on this host.
    """
    yaml = _yaml("rt")
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _data: True
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def exact(text: str) -> str:
    """The same text, quoted where YAML would not keep every character of it otherwise."""
    if text.isprintable():
        return text
    if RUAMEL_ERROR is not None:
        raise MissingLibrary("ruamel.yaml", RUAMEL_ERROR)
    return t.cast(str, DoubleQuotedScalarString(text))


def document_of(text: str, what: str) -> t.Any:
    """As ``load`` with comments; an error names ``what`` it is.  An empty text is an empty mapping."""
    try:
        document = load(text, keep_comments=True)
    except NotYaml as exc:
        raise MigrationError(f"{what} cannot be used: {exc}; ask its owner to correct it.") from exc
    if document is None:
        document = load("{}", keep_comments=True)
        document.fa.set_block_style()
    if not isinstance(document, dict):
        raise MigrationError(f"{what} cannot be used: it has no keys; ask its owner to correct it.")
    return document


class Lists:
    """Edits the lists of a document with comments in place, so that each comment stays with its item.

    ruamel.yaml keeps with an item the comment on its line and all lines up to the next one, which mostly speak of what follows.
    A list that an alias or a merge key repeats elsewhere is copied first, so that only the one place changes.
    """

    def __init__(self, document: t.Any) -> None:
        seen: t.Set[int] = set()
        self._shared: t.Set[int] = set()
        level = [document]
        while level:  # ends: ``load`` has limited what a document expands to
            below: t.List[t.Any] = []
            for box in level:
                if isinstance(box, list):
                    (self._shared if id(box) in seen else seen).add(id(box))
                below.extend(box.values() if isinstance(box, dict) else box if isinstance(box, list) else ())
            level = below

    def own(self, box: t.Any, key: str) -> t.List[t.Any]:
        """The list ``key`` of a mapping, to be edited; a new one where there is none."""
        items = box.get(key)
        if not isinstance(items, list) or id(items) in self._shared or len(items) > MAX_IN_PLACE:
            box[key] = list(items) if isinstance(items, list) else []
        return t.cast("t.List[t.Any]", box[key])

    @staticmethod
    def add(items: t.List[t.Any], values: t.Iterable[t.Any]) -> None:
        """Adds values after the last plain item: ``- pip:`` with its list stays the last."""
        place = max((number for number, item in enumerate(items) if isinstance(item, str)), default=-1)
        rest = _take_following(items, place)
        for value in values:
            place += 1
            items.insert(place, value)
        _give_following(items, place, rest)

    @staticmethod
    def remove(items: t.List[t.Any], place: int) -> None:
        """Removes an item and the comment on its line."""
        rest = _take_following(items, place)
        del items[place]
        _give_following(items, place - 1, rest)

    def put(self, box: t.Any, key: str, values: t.Sequence[str]) -> None:
        """Makes a list of plain items one of ``values``: those in the place of others get their comments."""
        items = self.own(box, key)
        old = [str(item) for item in items]
        least = min(len(old), len(values))
        head = next((number for number in range(least) if old[number] != values[number]), least)
        tail = next((number for number in range(least - head) if old[-1 - number] != values[-1 - number]), least - head)
        for number in range(head, least - tail):
            items[number] = exact(values[number])
        for _number in range(least - tail, len(old) - tail):
            self.remove(items, least - tail)
        for number in range(least - tail, len(values) - tail):
            rest = _take_following(items, number - 1)
            items.insert(number, exact(values[number]))
            _give_following(items, number, rest)


def _take_following(items: t.List[t.Any], place: int) -> str:
    """Takes from an item the comments that follow its line."""
    held = items.ca.items.get(place) if hasattr(items, "ca") and place >= 0 else None
    if not held or held[0] is None:
        return ""
    first, mark, rest = held[0].value.partition("\n")
    if first:
        held[0].value = first + mark
    else:
        held[0] = None
    return t.cast(str, rest)


def _give_following(items: t.List[t.Any], place: int, text: str) -> None:
    """Puts comments behind the line of an item, or of the list's key, after those that are there."""
    if not text or not hasattr(items, "ca"):
        return
    if place < 0:
        before = items.ca.comment
        items.ca.comment = [before and before[0], [*((before and before[1]) or ()), _comment(text)]]
        return
    held = items.ca.items.setdefault(place, [None, None, None, None])
    if held[0] is None:
        held[0] = _comment("\n" + text)
    else:
        held[0].value += text


def _comment(text: str) -> t.Any:
    return CommentToken(text, CommentMark(0), None)
