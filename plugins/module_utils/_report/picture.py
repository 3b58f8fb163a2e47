# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the files: how many came from which site, and where they are now.  Private to the collection.

Drawn to scale: the height of a band is its number of files, and at least high enough to be seen.
"""

from __future__ import annotations

import typing as t

from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import Markup, element, joined
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted, size_in_words

SITES_SHOWN = 8
WIDTH = 1000
LEFT, RIGHT = 250, 690
BLOCK = 12
HEIGHT = 190.0
GAP = 26.0
LEAST = 3.0
TOP = 40.0

MOODS = ("good", "rest", "bad")

STYLE = """
.picture text { fill: var(--text); font-size: 15px; } .picture .soft { fill: var(--soft); font-size: 13px; }
.picture .good { fill: var(--good); } .picture .rest { fill: var(--rest); }
.picture .bad { fill: var(--bad); } .picture .site { fill: var(--soft); }
.picture path { opacity: .22; }
"""


class Flow(t.NamedTuple):
    """Files of one site: on the cluster, left out with a reason, and those that need a person."""

    site: str
    bytes: int
    good: int
    rest: int
    bad: int

    @property
    def files(self) -> int:
        return self.good + self.rest + self.bad


def flows_of(owners: t.Sequence[t.Mapping[str, t.Any]]) -> t.List[Flow]:
    """The flow of each site from the sums by owner; sites beyond the largest are drawn as one."""
    sums: t.Dict[str, t.List[int]] = {}
    for item in owners:
        mine = sums.setdefault(item["site"], [0, 0, 0, 0])
        parts = (item["bytes"], item["arrived"], item["files"] - item["arrived"] - item["failing"], item["failing"])
        mine[:] = [before + part for before, part in zip(mine, parts)]
    flows = sorted((Flow(site, *values) for site, values in sums.items()), key=lambda flow: (-flow.files, flow.site))
    if len(flows) > SITES_SHOWN:
        rest = flows[SITES_SHOWN - 1 :]
        flows = flows[: SITES_SHOWN - 1]
        flows.append(Flow(counted(len(rest), "more site"), *(sum(sums[flow.site][at] for flow in rest) for at in range(4))))
    return flows


def picture(flows: t.Sequence[Flow], cluster: str, channels: int) -> Markup:
    """The picture; nothing if there are no files."""
    total = sum(flow.files for flow in flows)
    if not total:
        return Markup()
    ends = [(mood, sum(getattr(flow, mood) for flow in flows)) for mood in MOODS]
    ends = [(mood, number) for mood, number in ends if number]
    scale = HEIGHT / total
    left = _stack([max(LEAST, flow.files * scale) for flow in flows])
    right = _stack([max(LEAST, number * scale) for _mood, number in ends])
    height = TOP + max(left[-1][1], right[-1][1]) + 30
    parts = [
        _text(0, 18, "Anaconda Enterprise 4", "soft"),
        _text(RIGHT + BLOCK + 16, 18, f"Anaconda Enterprise 5, {cluster}", "soft"),
        *_bands(flows, ends, left, right),
        *(_site(flow, *place) for flow, place in zip(flows, left)),
        *(_end(mood, number, channels, *place) for (mood, number), place in zip(ends, right)),
    ]
    label = f"{counted(total, 'file')} from {counted(len(flows), 'site')} to {cluster}"
    return element("div", element("svg", *parts, viewBox=f"0 0 {WIDTH} {height:.0f}", role="img", aria_label=label), class_="picture")


def _stack(heights: t.Sequence[float]) -> t.List[t.Tuple[float, float]]:
    """Top and bottom of blocks below each other, far enough apart for a label of two lines."""
    places: t.List[t.Tuple[float, float]] = []
    top = 0.0
    for height in heights:
        places.append((top, top + height))
        top += max(height, 18.0) + GAP
    return places


def _bands(
    flows: t.Sequence[Flow],
    ends: t.Sequence[t.Tuple[str, int]],
    left: t.Sequence[t.Tuple[float, float]],
    right: t.Sequence[t.Tuple[float, float]],
) -> t.Iterator[Markup]:
    """One band for each site and end, stacked on both sides in the same order."""
    filled = [place[0] for place in right]
    for flow, (top, bottom) in zip(flows, left):
        at = top
        for number, (mood, whole) in enumerate(ends):
            part = getattr(flow, mood)
            if not part:
                continue
            out = (bottom - top) * part / flow.files
            into = (right[number][1] - right[number][0]) * part / whole
            yield _band(mood, (at, at + out), (filled[number], filled[number] + into))
            at += out
            filled[number] += into


def _band(mood: str, start: t.Tuple[float, float], end: t.Tuple[float, float]) -> Markup:
    x1, x2 = LEFT + BLOCK, RIGHT
    middle = (x1 + x2) / 2
    (a, b), (c, d) = ((TOP + start[0], TOP + start[1]), (TOP + end[0], TOP + end[1]))
    way = f"M{x1} {a:.1f}C{middle} {a:.1f} {middle} {c:.1f} {x2} {c:.1f}V{d:.1f}C{middle} {d:.1f} {middle} {b:.1f} {x1} {b:.1f}Z"
    return element("path", class_=mood, d=way)


def _site(flow: Flow, top: float, bottom: float) -> Markup:
    middle = TOP + (top + bottom) / 2
    name = flow.site if len(flow.site) <= 26 else flow.site[:25] + "\u2026"
    return joined(
        [
            _block(LEFT, top, bottom, "site"),
            _text(0, middle - 2, name, ""),
            _text(0, middle + 16, f"{counted(flow.files, 'file')}, {size_in_words(flow.bytes)}", "soft"),
        ]
    )


def _end(mood: str, number: int, channels: int, top: float, bottom: float) -> Markup:
    words, more = {
        "good": (f"{counted(number, 'file')} on the cluster", f"verified by digest, in {counted(channels, 'channel')}"),
        "rest": (f"{counted(number, 'file')} left out", "reasons are listed below"),
        "bad": (f"{counted(number, 'file')}", "needs a person" if number == 1 else "need a person"),
    }[mood]
    middle = TOP + (top + bottom) / 2
    x = RIGHT + BLOCK + 16
    return joined([_block(RIGHT, top, bottom, mood), _text(x, middle - 2, words, ""), _text(x, middle + 16, more, "soft")])


def _block(x: int, top: float, bottom: float, mood: str) -> Markup:
    return element("rect", class_=mood, x=str(x), y=f"{TOP + top:.1f}", width=str(BLOCK), height=f"{bottom - top:.1f}", rx="3")


def _text(x: float, y: float, text: str, mood: str) -> Markup:
    return element("text", text, class_=mood, x=f"{x:g}" if x else "0", y=f"{y:.1f}")
