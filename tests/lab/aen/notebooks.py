# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notebooks of formats 3 and 4 as JSON text, from the text of their cells.  Equal arguments give equal text."""

from __future__ import annotations

import json
import typing as t

Kernel = t.Tuple[str, str, str]
PY2: Kernel = ("python2", "Python 2", "python")
PY3: Kernel = ("python3", "Python 3", "python")
ROOT: Kernel = ("Python [Root]", "Python [Root]", "python")
IR: Kernel = ("ir", "R", "R")


def env_kernel(env: str, language: str = "python") -> Kernel:
    """The kernel that nb_conda_kernels makes of an environment."""
    return (f"conda-env-{env}-{'r' if language == 'R' else 'py'}", f"{language.capitalize()} [conda env:{env}]", language)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _language(kernel: Kernel) -> dict[str, t.Any]:
    version = {"python2": "2.7.13", "R": "3.3.2"}.get(kernel[0] if kernel[2] != "R" else "R", "3.5.2")
    return {"name": kernel[2].lower() if kernel[2] != "R" else "R", "version": version}


def nb4(*cells: str, kernel: Kernel | None = PY2, minor: int = 1, outputs: t.Sequence[t.Any] = ()) -> str:
    """A cell is code, or markdown if it begins with ``# `` and has one line.  ``kernel`` None leaves the kernelspec out."""
    made: list[dict[str, t.Any]] = []
    for number, text in enumerate(cells):
        if text.startswith("# ") and "\n" not in text:
            made.append({"cell_type": "markdown", "metadata": {}, "source": _lines(text)})
        else:
            shown = list(outputs) if number == len(cells) - 1 else []
            code = {"execution_count": number + 1, "metadata": {"collapsed": False}, "outputs": shown, "source": _lines(text)}
            made.append({"cell_type": "code", **code})
    metadata: dict[str, t.Any] = {"anaconda-cloud": {}}
    if kernel is not None:
        metadata["kernelspec"] = {"display_name": kernel[1], "language": kernel[2], "name": kernel[0]}
        metadata["language_info"] = _language(kernel)
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}, indent=1, sort_keys=True) + "\n"


def nb3(*cells: str, name: str = "") -> str:
    """Format 3: worksheets, ``input``, and no kernelspec at all."""
    made = [
        {"cell_type": "code", "collapsed": False, "input": _lines(text), "language": "python", "metadata": {}, "outputs": []}
        for text in cells
    ]
    book = {"metadata": {"name": name}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": made, "metadata": {}}]}
    return json.dumps(book, indent=1, sort_keys=True) + "\n"


def stream(text: str) -> dict[str, t.Any]:
    """An output of a code cell."""
    return {"name": "stdout", "output_type": "stream", "text": _lines(text)}
