# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for spreadsheets, in which no text of a dump can become a formula.  Private to the collection."""

from __future__ import annotations

import csv
import typing as t

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, the full-width forms included."""

MARK = "'"
"""Stands before a text that could be taken for a formula; spreadsheets show the text."""


ROW_END = "\r\n"


def safe(value: t.Any) -> str:
    """A cell's text that no spreadsheet calculates; what is no character (part of an undecodable name) becomes an escape."""
    text = str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    return MARK + text if text.startswith((*FORMULA, MARK)) else text


def plain(cell: str) -> str:
    """The text of a cell that ``safe`` made."""
    return cell[len(MARK) :] if cell.startswith(MARK) else cell


def write_table(stream: t.TextIO, head: t.Sequence[str], rows: t.Iterable[t.Sequence[t.Any]]) -> None:
    """Writes a table with its head, a line at a time; numbers are written as they are."""
    write = row_writer(stream)
    write(head)
    for row in rows:
        write(row)


class _LineFeeds:
    """Ends each row with a line feed alone.

    The writer puts a text in quotes that has a character of its line end in it, and a lone carriage return would end the
    row for a reader; so it must believe that a row ends with both.
    """

    def __init__(self, stream: t.TextIO) -> None:
        self._stream = stream

    def write(self, row: str) -> None:
        """Takes one row."""
        self._stream.write(row[: -len(ROW_END)] + "\n")


def row_writer(stream: t.TextIO) -> t.Callable[[t.Sequence[t.Any]], None]:
    """A function that writes one row."""
    writer = csv.writer(_LineFeeds(stream), lineterminator=ROW_END)

    def write(row: t.Sequence[t.Any]) -> None:
        writer.writerow([value if isinstance(value, int) else safe(value) for value in row])

    return write
