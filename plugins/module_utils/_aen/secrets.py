# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for secrets in the files of one project, on the notebook host: no secret leaves it.  Private to the collection.

The rules are those of ``_model``.  Of each text the first ``MAX_BYTES`` are searched, of a project's texts ``MAX_PROJECT`` together; what
was not is told by name.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._aen.files import read_beginning
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Secret, SecretSearch
from ansible_collections.ae_ops.migration.plugins.module_utils._model.secret_lines import CODE, MAX_BYTES, SHELL, TEXT, secret_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._text import as_text
from ansible_collections.ae_ops.migration.plugins.module_utils._yaml import decoded

MAX_PROJECT = 50 * MAX_BYTES
KEPT = 500
"""Findings of a project that are told one by one."""
NOT_SEARCHED_KEPT = 50

_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}m")
_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|script)\b")
_OUTPUT_TEXTS = ("text", "evalue", "traceback", "html", "latex", "json", "javascript")
"""Keys of an output in formats 3 and 4; in format 4 there is ``data`` besides, by media type."""
_NO_TEXT = re.compile(r"(?:image/(?!svg)|audio/|video/|application/(?:pdf|octet-stream))")


class Searcher:
    """Searches one project, whose open folder is ``fd``."""

    def __init__(self, fd: int, limit: int = MAX_BYTES, project_limit: int = MAX_PROJECT) -> None:
        self._fd, self._limit, self._left = fd, limit, project_limit
        self._found: t.List[Secret] = []
        self._more = self._cut = 0
        self._not_searched: t.List[str] = []

    def result(self) -> SecretSearch:
        """What was found."""
        return SecretSearch(tuple(self._found), self._more, tuple(self._not_searched), self._cut)

    def keeps(self, path: str, what: str) -> None:
        """The file is there to keep a secret."""
        self._add(Secret(path, Secret.FILE, what))

    def file(self, path: str, style: str) -> None:
        """Searches a file."""
        try:
            data, is_whole = read_beginning(self._fd, path, self._limit)
        except MigrationError:
            self._left_out(path)  # the collection says why, where it reads it as code
            return
        if not is_whole:
            self._left_out(path)
        self._text(decoded(data), style, Secret(path, Secret.TEXT, ""), path)

    def cells(self, path: str, cells: t.Iterable[Json]) -> None:
        """Searches the cells of a notebook and their outputs."""
        left = self._limit
        for number, cell in enumerate(cells, start=1):
            code = _joined(cell.get("source", cell.get("input", "")))
            style = TEXT if cell.get("cell_type") != "code" else SHELL if _SHELL_CELL.match(code) else CODE
            self._text(code, style, Secret(path, Secret.TEXT, "", number), path)
            for text in _outputs(cell):
                if left < len(text):
                    self._left_out(path)
                self._text(text[:left], TEXT, Secret(path, Secret.OUTPUT, "", number), path)
                left -= min(left, len(text))

    def _text(self, text: str, style: str, where: Secret, path: str) -> None:
        if len(text) > self._left:
            self._left_out(path)
            text = text[: self._left]
        self._left -= len(text)
        for hit in secret_lines(text, style):
            self._add(Secret(where.path, where.kind, as_text(hit.shown), where.cell, hit.line))

    def _add(self, secret: Secret) -> None:
        if len(self._found) < KEPT:
            self._found.append(secret)
        else:
            self._more += 1

    def _left_out(self, path: str) -> None:
        if path in self._not_searched[-1:]:
            return
        self._cut += 1
        if len(self._not_searched) < NOT_SEARCHED_KEPT:
            self._not_searched.append(path)


def _joined(value: t.Any, between: str = "") -> str:
    if isinstance(value, list):
        return between.join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _of_object(value: Json) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return ""  # deeper than people and libraries write; reading it back fails too


def _outputs(cell: Json) -> t.Iterator[str]:
    """The texts in a cell's outputs."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict):
            continue
        parts = [_joined(output.get(key), "\n" if key == "traceback" else "") for key in _OUTPUT_TEXTS]
        data = output.get("data")
        for media, value in data.items() if isinstance(data, dict) else ():
            if not _NO_TEXT.match(str(media)):
                parts.append(_of_object(value) if isinstance(value, dict) else _joined(value))
        yield from (_COLOURS.sub("", part) for part in parts if part)
