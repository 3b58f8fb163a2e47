# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads notebooks (formats 2 to 4): the kernel they ask for and the code of their cells.  Private to the collection.

Outputs are not kept.  Names of kernels are those of AEN (nb_conda_kernels): ``conda-env-NAME-py`` and ``Python [NAME]`` stand for
an environment, ``conda-root-py`` and ``Python [Root]`` for the installation; ``python2`` and ``ir`` stand for whatever Jupyter runs in.
"""

from __future__ import annotations

import codecs
import json
import re
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._conda.installed import ROOT_NAME
from ansible_collections.ae_ops.migration.plugins.module_utils._model.json_record import Json
from ansible_collections.ae_ops.migration.plugins.module_utils._model.notebook_records import Notebook, Source
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import Problem
from ansible_collections.ae_ops.migration.plugins.module_utils._text import as_text

UNREADABLE = "notebook_unreadable"
"""Code of the problem of a notebook that is not one; ``anaconda-project init`` ends on it."""

_KERNEL_NAME = re.compile(r"conda-(?:env-(?P<env>.+)|root)-(?:py|r|[a-z]+)\Z")
_KERNEL_DISPLAY = re.compile(r"\[(?:conda\s+env:|conda\s+)?(?P<env>[^\]]+?)\s*\*?\]")
_CHUNK = re.compile(r"^\s*```+\s*\{(?P<language>\w+)[^}]*\}\s*\Z")
_FENCE = re.compile(r"^\s*```+\s*\Z")
_CHUNK_LANGUAGES = {"r": "r", "python": "python", "bash": "shell", "sh": "shell", "sql": "sql"}
_LANGUAGES = {"ir": "r", "bash": "shell", "sh": "shell", "ipython": "python"}


def kernel_environment(name: str, display: str) -> str:
    """Name of the environment of a kernel; ``root`` for the installation, ``""`` if the names do not say."""
    match = _KERNEL_NAME.match(name)
    if match:
        return match.group("env") or ROOT_NAME
    for text in (name, display):
        shown = _KERNEL_DISPLAY.search(text)
        if shown:
            env = shown.group("env").strip()
            return ROOT_NAME if env.lower() == ROOT_NAME else env
    return ""


def read_notebook(
    owner: str, project: str, path: str, content: bytes, each: t.Callable[[t.List[Json]], None] = lambda _cells: None
) -> t.Tuple[Notebook, t.List[Source]]:
    """The notebook whose file holds ``content``, and the code of its cells.  One that Jupyter refuses has a problem and no code.

    ``each`` is called with its cells as they are.
    """
    try:
        data = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _unreadable(path, "it is not UTF-8"), []
    except (ValueError, RecursionError):
        begins = "it begins with a byte order mark" if content.startswith(codecs.BOM_UTF8) else "it is not JSON"
        return _unreadable(path, begins if content.strip() else "it is empty"), []
    cells = _cells(data)
    if cells is None:
        return _unreadable(path, "it has no cells"), []
    each(cells)
    metadata = data.get("metadata")
    spec = _dict(_dict(metadata).get("kernelspec"))
    name, display = as_text(str(spec.get("name") or "")), as_text(str(spec.get("display_name") or ""))
    language = _language(spec, _dict(metadata), cells)
    sources = [
        Source(owner, project, path, language or "python", code, number)
        for number, cell in enumerate(cells, start=1)
        if cell.get("cell_type") == "code"
        for code in [_code(cell)]
        if code.strip()
    ]
    nbformat = data.get("nbformat")
    return Notebook(
        path=path,
        nbformat=nbformat if isinstance(nbformat, int) else 0,
        kernel_name=name,
        kernel_display=display,
        kernel_language=language,
        kernel_env=kernel_environment(name, display),
        cells=len(sources),
    ), sources


def _unreadable(path: str, why: str) -> Notebook:
    return Notebook(path, problems=(Problem(UNREADABLE, f"The notebook {path} cannot be read: {why}."),))


def _dict(value: t.Any) -> Json:
    return value if isinstance(value, dict) else {}


def _cells(data: t.Any) -> t.Optional[t.List[Json]]:
    """All cells: of format 4 they are in the notebook, before that in its worksheets; None if it is not a notebook."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("cells"), list):
        found = data["cells"]
    elif isinstance(data.get("worksheets"), list):
        found = [cell for sheet in data["worksheets"] for cells in [_dict(sheet).get("cells")] if isinstance(cells, list) for cell in cells]
    elif "worksheets" not in data and data.get("nbformat") in (2, 3):
        return []  # Jupyter takes it for an empty one
    else:
        return None
    return [_dict(cell) for cell in found]


def _code(cell: Json) -> str:
    text = cell.get("source", cell.get("input", ""))
    return as_text("".join(part for part in text if isinstance(part, str)) if isinstance(text, list) else str(text or ""))


def _language(spec: Json, metadata: Json, cells: t.Iterable[Json]) -> str:
    told = spec.get("language") or _dict(metadata.get("language_info")).get("name")
    if not told:
        told = next((cell["language"] for cell in cells if isinstance(cell.get("language"), str)), "")
    language = as_text(str(told or "")).lower()
    return _LANGUAGES.get(language, language)


def chunks(source: Source) -> t.Iterator[Source]:
    """The code chunks of an R Markdown file, each with the line it begins at."""
    lines: t.List[str] = []
    language, first = "", 0
    for number, line in enumerate(source.text.splitlines(), start=1):
        opening = _CHUNK.match(line)
        if language and _FENCE.match(line):
            yield Source(source.owner, source.project, source.path, language, "\n".join(lines) + "\n", None, first)
            language, lines = "", []
        elif language:
            lines.append(line)
        elif opening:
            language = _CHUNK_LANGUAGES.get(opening.group("language").lower(), "")
            first = number + 1
