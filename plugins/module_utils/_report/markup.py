# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of a self-contained page: escaping, tables, bars, style.  Private to the collection.

Every function that takes text escapes it, and every function that returns markup says so by its type.
"""

from __future__ import annotations

import html
import typing as t

ROWS_SHOWN = 500

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page can neither run a script nor ask the network, whatever a name in it looks like."""

STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --soft-text: #59636e; --page: #fff; --panel: #f6f8fa; --line: #d1d9e0;
  --good: #1a7f37; --bad: #cf222e; --odd: #9a6700; --rest: #818b98; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft-text: #9198a1; --page: #0d1117; --panel: #161b22; --line: #3d444d;
  --good: #3fb950; --bad: #f85149; --odd: #d29922; --rest: #656c76; } }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; color: var(--text); background: var(--page);
  margin: 0 auto; max-width: 66rem; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.15rem; margin: 2.6rem 0 .3rem; }
p { margin: .3rem 0 .7rem; max-width: 50rem; } .soft, .soft a { color: var(--soft-text); } .small { font-size: .87rem; }
.verdict { border: 1px solid var(--line); border-left: .5rem solid; border-radius: .4rem; padding: .8rem 1.2rem; background: var(--panel);
  margin: 1.2rem 0; }
.verdict b { display: block; font-size: 1.25rem; } .verdict.good { border-left-color: var(--good); }
.verdict.bad { border-left-color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
.figures div { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem 1rem; color: var(--soft-text); }
.figures b { display: block; font-size: 1.5rem; line-height: 1.3; color: var(--text); }
ol { margin: .5rem 0; padding-left: 1.6rem; } li { margin: .3rem 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
td, th { border-bottom: 1px solid var(--line); padding: .4rem .9rem .4rem 0; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } th { font-weight: 600; color: var(--soft-text); font-size: .87rem; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tag { border: 1px solid; border-radius: 1rem; padding: 0 .6rem; font-size: .82rem; white-space: nowrap; color: var(--soft-text); }
.tag.good { color: var(--good); } .tag.bad { color: var(--bad); } .tag.odd { color: var(--odd); }
.track { display: flex; height: .8rem; min-width: 14rem; margin-top: .35rem; } .track i { min-width: 3px; }
i.good { background: var(--good); } i.bad { background: var(--bad); } i.rest { background: var(--rest); }
.legend i { display: inline-block; width: .8rem; height: .8rem; margin: 0 .35rem 0 1rem; vertical-align: -1px; }
code { font: .85em ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; } .key { white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } .verdict, .figures div, tr { break-inside: avoid; } }
"""


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def escaped(value: t.Any) -> Markup:
    """Text that cannot become markup; what is no character (part of an undecodable name) is shown as an escape."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(str(value).encode("utf-8", "backslashreplace").decode("utf-8")))


def element(name: str, *content: t.Any, **attributes: str) -> Markup:
    """An element with escaped content and attributes; ``class_`` is the attribute class."""
    given = "".join(f' {key.rstrip("_")}="{escaped(value)}"' for key, value in attributes.items() if value)
    return Markup(f"<{name}{given}>{''.join(map(escaped, content))}</{name}>")


def joined(parts: t.Iterable[t.Any], between: str = "") -> Markup:
    """The escaped parts one after the other."""
    return Markup(escaped(between).join(map(escaped, parts)))


def tag(text: str, mood: str = "") -> Markup:
    """A word in a frame; ``mood`` is good, bad, odd or none."""
    return element("span", text, class_=f"tag {mood}".strip())


def more(total: int, shown: int, where: str) -> Markup:
    """Says that a list was cut, if it was."""
    return element("p", f"And {total - shown:,} more, see {where}.", class_="soft small") if total > shown else Markup()


def listing(items: t.Sequence[t.Any], where: str, shown: int = ROWS_SHOWN) -> Markup:
    """A numbered list, cut when it is long."""
    return joined([element("ol", *(element("li", item) for item in items[:shown])), more(len(items), shown, where)])


def table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[t.Any]], numbers: t.Container[int] = (), where: str = "report.json") -> Markup:
    """A table, cut when it is long; the columns in ``numbers`` are aligned as numbers.  Nothing if there are no rows."""
    if not rows:
        return Markup()

    def line(name: str, cells: t.Sequence[t.Any]) -> Markup:
        return element("tr", *(element(name, cell, class_="number" if at in numbers else "") for at, cell in enumerate(cells)))

    body = element("tbody", *(line("td", row) for row in rows[:ROWS_SHOWN]))
    whole = element("table", element("thead", line("th", head)), body)
    return joined([element("div", whole, class_="wide"), more(len(rows), ROWS_SHOWN, where)])


def segments(whole: int, parts: t.Sequence[t.Tuple[str, int]]) -> Markup:
    """A bar of (mood, number) pieces; ``whole`` is the number that would fill it."""
    pieces = [element("i", class_=mood, style=f"width:{100 * number / whole:.2f}%") for mood, number in parts if number]
    return element("div", *pieces, class_="track")


def section(title: str, *body: t.Any) -> Markup:
    """A part of the page under its heading; nothing if there is nothing to show."""
    content = joined(body)
    return joined([element("h2", title), content]) if content else Markup()


def document(title: str, *body: t.Any) -> str:
    """The whole page."""
    head = joined(
        [
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            element("title", title),
            element("style", Markup(STYLE)),
        ]
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{joined(body)}</body></html>\n'
