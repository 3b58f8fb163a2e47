# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The long tables of the page: as data for its script, and their first rows for readers without script.  Private to the collection.

A column of words is written once per word and as indexes, so that 100,000 rows are a few megabytes.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import (
    ROWS_SHOWN,
    Markup,
    element,
    joined,
    more,
    segments,
    table,
    tag,
    visible,
)
from ansible_collections.ae_ops.migration.plugins.module_utils._words import size_in_words

TEXT = "text"
NAME = "name"
SHORT = "short"
TAGS = "tags"
CODE = "code"
NUMBER = "number"
SIZE = "size"

WIDTHS = {TEXT: 12, NAME: 8, SHORT: 5, TAGS: 6, CODE: 8, NUMBER: 5, SIZE: 6}
"""The relative widths of the kinds of columns; one with a bar is as wide as a name."""

Row = t.Sequence[t.Any]


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its key in addresses, its title, and how it is shown."""

    key: str
    title: str
    kind: str = TEXT
    facet: bool = False
    """It has a filter, and a row's value can be filtered for."""
    hidden: bool = False
    """It can be searched and is shown in a selected row."""
    split: t.Tuple[str, ...] = ()
    """It is shown with a bar: the columns with the good part of the number, and the bad part."""
    width: int = 0
    """Its relative width; 0 is that of its kind."""

    @property
    def weight(self) -> int:
        return self.width or (WIDTHS[NAME] if self.split else WIDTHS[self.kind])

    @property
    def is_number(self) -> bool:
        return self.kind in (NUMBER, SIZE)


@dataclasses.dataclass(frozen=True)
class DataTable:
    """Rows under columns; ``total`` is how many there are if the page does not have all."""

    name: str
    columns: t.Tuple[Column, ...]
    rows: t.Sequence[Row]
    total: int
    where: str
    """The file that has all rows."""

    def shown(self, at: int) -> bool:
        """Whether a column is shown: an empty one is not."""
        column = self.columns[at]
        return not column.hidden and (column.is_number or any(row[at] for row in self.rows))

    def to_data(self) -> t.Dict[str, t.Any]:
        """For the script."""
        return {"rows": len(self.rows), "columns": [self._column(at) for at in range(len(self.columns))]}

    def _column(self, at: int) -> t.Dict[str, t.Any]:
        column = self.columns[at]
        whole = sum(other.weight for number, other in enumerate(self.columns) if self.shown(number))
        width = round(100 * column.weight / whole, 2)
        given: t.Dict[str, t.Any] = {"key": column.key, "title": column.title, "kind": column.kind, "width": width}
        given.update({name: True for name, holds in (("facet", column.facet), ("hidden", not self.shown(at))) if holds})
        if column.hidden and not column.is_number:
            given["detail"] = True
        values = [row[at] for row in self.rows]
        if column.is_number:
            given["values"] = values
            if column.split:
                given.update(split=list(column.split), most=max(values, default=1) or 1)
            return given
        known: t.Dict[str, int] = {}
        index = [known.setdefault(value, len(known)) for value in values]
        given["words"] = [visible(word) for word in known]
        if len(known) < len(values):
            given["index"] = index
        return given

    def markup(self, moods: t.Mapping[str, str]) -> Markup:
        """The first rows, in the element where the script shows all of them."""
        if not self.rows:
            return Markup()
        shown = list(filter(self.shown, range(len(self.columns))))
        head = [self.columns[at].title for at in shown]
        kinds = ["bar" if self.columns[at].split else "number" if self.columns[at].is_number else self.columns[at].kind for at in shown]
        body = [[self._cell(row, at, moods) for at in shown] for row in self.rows[:ROWS_SHOWN]]
        first = table(head, body, kinds)
        cut = more(self.total, min(len(self.rows), ROWS_SHOWN), element("code", self.where))
        place = element("div", first, cut, data_table=self.name)
        if self.total == len(self.rows):
            return place
        words = f"The {len(self.rows):,} most important rows are shown here; all {self.total:,} are in "
        return joined([element("p", words, element("code", self.where), ".", class_="soft small"), place])

    def _cell(self, row: Row, at: int, moods: t.Mapping[str, str]) -> t.Any:
        column, value = self.columns[at], row[at]
        if column.split:
            keys = [other.key for other in self.columns]
            good, bad = (row[keys.index(key)] for key in column.split)
            most = max(other[at] for other in self.rows) or 1
            return joined([_in_words(column, value), segments(most, [("good", good), ("rest", value - good - bad), ("bad", bad)])])
        if column.is_number:
            return _in_words(column, value)
        if column.kind == TAGS:
            return joined((tag(word, moods.get(word, "")) for word in value.split(", ") if word), " ")
        return element("code", value) if column.kind == CODE and value else value


def in_words(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ")


def _in_words(column: Column, value: int) -> str:
    return size_in_words(value) if column.kind == SIZE else f"{value:,}"
