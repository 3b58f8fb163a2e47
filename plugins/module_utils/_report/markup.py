# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of a self-contained page: escaping, tables, bars, the frame.  Private to the collection.

Every function that takes text escapes it, and every function that returns markup says so by its type.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import typing as t

ROWS_SHOWN = 100
"""Rows of a table in the page itself, for readers without script."""


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def visible(text: str) -> str:
    """The text with everything invisible, or that changes the direction of text, as an escape.

    Control characters, marks of direction, halves of undecodable names, odd spaces: a name must look like what it is.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def escaped(value: t.Any) -> Markup:
    """Text that cannot become markup."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(visible(str(value))))


def element(name: str, *content: t.Any, **attributes: str) -> Markup:
    """An element with escaped content and attributes; ``class_`` is the attribute class, ``data_x`` is data-x."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"' for key, value in attributes.items() if value)
    return Markup(f"<{name}{given}>{''.join(map(escaped, content))}</{name}>")


def joined(parts: t.Iterable[t.Any], between: str = "") -> Markup:
    """The escaped parts one after the other."""
    return Markup(escaped(between).join(map(escaped, parts)))


def tag(text: str, mood: str = "") -> Markup:
    """A word in a frame; ``mood`` is good, bad, odd or none."""
    return element("span", text, class_=f"tag {mood}".strip())


def more(total: int, shown: int, where: t.Any) -> Markup:
    """The note that a list was cut, if it was."""
    return element("p", f"And {total - shown:,} more, see ", where, ".", class_="soft small") if total > shown else Markup()


def listing(items: t.Sequence[t.Any], where: t.Any, shown: int, total: t.Optional[int] = None) -> Markup:
    """A numbered list, cut when it is long; ``total`` is their number if ``items`` are not all of them."""
    cut = items[:shown]
    return joined([element("ol", *(element("li", item) for item in cut)), more(len(items) if total is None else total, len(cut), where)])


def table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[t.Any]], kinds: t.Sequence[str] = ()) -> Markup:
    """A table; ``kinds`` are the classes of its columns.  Nothing if there are no rows."""
    if not rows:
        return Markup()

    def line(name: str, cells: t.Sequence[t.Any]) -> Markup:
        return element("tr", *(element(name, cell, class_=kinds[at] if at < len(kinds) else "") for at, cell in enumerate(cells)))

    body = element("tbody", *(line("td", row) for row in rows))
    return element("div", element("table", element("thead", line("th", head)), body), class_="wide")


def segments(whole: int, parts: t.Sequence[t.Tuple[str, int]]) -> Markup:
    """A bar of (mood, number) pieces; ``whole`` is the number of a full bar."""
    pieces = [element("i", class_=mood, style=f"width:{100 * number / whole:.2f}%") for mood, number in parts if number]
    return element("span", *pieces, class_="track") if pieces else Markup()


def link(text: t.Any, target: str) -> Markup:
    """A link inside the page."""
    return element("a", text, href=f"#{target}")


def section(name: str, title: str, *body: t.Any) -> Markup:
    """A section of the page with its heading, linked by ``name``; nothing if it is empty."""
    content = joined(body)
    return element("section", element("h2", title), content, id=name) if content else Markup()


def data_block(name: str, data: t.Any) -> Markup:
    """Data for the script, as text that no browser treats as markup or as a script."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(f'<script type="application/json" id="{name}">{text}</script>')


def document(title: str, style: str, script: str, *body: t.Any) -> str:
    """The whole page.  Its policy allows only this script and no network, whatever a name looks like."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = joined(
        [
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup('<meta name="referrer" content="no-referrer">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            element("title", title),
            element("style", Markup(style)),
        ]
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{joined(body)}<script>{script}</script></body></html>\n'
