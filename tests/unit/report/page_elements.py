# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page as a browser would read it, and which elements and attributes it may have."""

from __future__ import annotations

import html.parser
import typing as t

TAGS = {"html", "head", "meta", "title", "style", "body", "script", "header", "nav", "main", "section", "h1", "h2", "h3", "p", "div", "b"}
TAGS |= {"span", "ol", "li", "code", "i", "a", "table", "thead", "tbody", "tr", "th", "td", "svg", "path", "rect", "text"}
ATTRIBUTES = {"class", "style", "lang", "charset", "name", "content", "http-equiv", "id", "href", "type", "data-table", "title", "role"}
ATTRIBUTES |= {"viewbox", "aria-label", "d", "fill", "fill-rule", "x", "y", "width", "height", "rx"}


class Elements(html.parser.HTMLParser):
    """What a browser would make of a page: elements with attributes, texts, and what stands in scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, t.Optional[str]]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, t.Optional[str]]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.scripts if self.open and self.open[-1] == "script" else self.texts).append(data)

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(given)) for tag, given in self.elements]
