# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML in and out, nothing executed, equal documents to equal bytes.  Private to the collection."""

from __future__ import annotations

import io
import re
import traceback
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError, MissingLibrary
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

RUAMEL_ERROR: t.Optional[str] = None
try:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString
except ImportError:
    RUAMEL_ERROR = traceback.format_exc()

MAX_BYTES = 1_000_000
"""Of a file that is read; an export of a large environment has 20,000."""
MAX_NESTING = 40
"""Levels of a document; an environment has 3, a project's file 5."""
MAX_NODES = 100_000
"""Values in a document, each counted wherever an alias repeats it: a few lines of aliases can expand to billions."""

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
        raise NotYaml(f"it cannot be parsed ({type(exc).__name__})") from exc
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
