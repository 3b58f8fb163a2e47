# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: it says the verdict in good English, shows everything, and is inert whatever a name looks like."""

from __future__ import annotations

import copy
import html.parser
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._model.words import counted
from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import ROWS_SHOWN, element, escaped
from ansible_collections.ae_ops.migration.plugins.module_utils._report.page import render

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "{{ 7*7 }}",
    "=cmd|' /C calc'!A0",
    "http://192.0.2.1/x.js",
    "name-\udcff\udc80",
    "&lt;b&gt;",
]
TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "b", "span", "ol", "li", "code", "i"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


class Elements(html.parser.HTMLParser):
    """What a browser would make of a page: elements with attributes, and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, t.Optional[str]]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, t.Optional[str]]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def make_report(name: str = "x") -> dict[str, t.Any]:
    """A report in which every text is ``name``."""
    line = {"site": name, "owner": name, "package": name, "file": name, "disposition": "failed", "detail": name, "channels": [], "size": 1}
    finding = {"verdict": "foreign", "channel": name, "what": name, "detail": name, "fails": False, "command": name}
    return {
        "summary": {"sites": 1, "channels": 1, "placements": 1, "bytes": 1, "findings": {"unknown": 1}},
        "failures": [name],
        "findings": [finding, {**finding, "verdict": "unknown"}, {**finding, "verdict": name}],
        "access": [{"channel": name, "kind": "user", "name": name, "planned": "r", "seen": "r", "verdict": name}],
        "ledger": {"digest": name, "counts": {"migrated": 1, "failed": 1, name: 1}},
        "owners": [{"site": name, "owner": name, "files": 3, "migrated": 1, "failing": 1}],
        "not_migrated": [line, {**line, "disposition": name}],
        "plan": {
            "cluster": name,
            "sites": [{"site": name}],
            "missing_sites": [name],
            "channels": [{"name": name, "public": False, "shared": [name], "files": 1, "bytes": 1}],
            "decisions": [{"code": code, "detail": name, "variable": name} for code in ("narrower", "stale_member", name)],
        },
    }


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_a_hostile_name_is_text_everywhere(name: str) -> None:
    page = render(make_report(name))
    page.encode("utf-8")
    tame, found = Elements(render(make_report("x"))), Elements(page)
    assert found.open == []
    assert [(tag, sorted(given)) for tag, given in found.elements] == [(tag, sorted(given)) for tag, given in tame.elements]
    assert {tag for tag, _given in found.elements} <= TAGS
    shown = name.encode("utf-8", "backslashreplace").decode()
    assert sum(shown in text or shown.replace("_", " ") in text for text in found.texts) >= 20


def test_the_page_needs_no_network_and_no_script() -> None:
    for tag, given in Elements(render(make_report())).elements:
        assert set(given) <= {"class", "style", "lang", "charset", "name", "content", "http-equiv"}, tag
    page = render(make_report())
    assert "default-src 'none'" in page
    for word in ("http://", "https://", "url(", "@import", "<script", "<link"):
        assert word not in page


def numbered(number: int) -> dict[str, t.Any]:
    """A report in which everything is there ``number`` times."""
    report = make_report()
    report["summary"].update(sites=number, channels=number, placements=number, findings={"unknown": number})
    report["failures"] = ["A thing."] * number
    report["ledger"]["counts"] = {name: number for name in ("migrated", "failed", "excluded") if number}
    return report


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(
            1,
            [
                "1 thing needs a person.",
                "1 of 3 files of AE4 is on the cluster, proven by digest. 1 file is not, and should be. "
                "1 file was left out for a reason that stands below. 1 thing could not be seen over this transport.",
                "1|site",
                "1|channel",
                "1|file migrated",
                "1|placement",
                "The ledger has 3 lines, one for each file of AE4.",
            ],
            id="one",
        ),
        pytest.param(
            2000,
            [
                "2,000 things need a person.",
                "2,000 of 6,000 files of AE4 are on the cluster, proven by digest. 2,000 files are not, and should be. "
                "2,000 files were left out for a reason that stands below. 2,000 things could not be seen over this transport.",
                "2,000|sites",
                "2,000|channels",
                "6,000|files in AE4",
                "2,000|files migrated",
                "2,000|placements",
                "And 1,950 more, see report.json.",
            ],
            id="many",
        ),
        pytest.param(
            0,
            [
                "Nothing was planned, so nothing is missing.",
                "0 of 0 files of AE4 are on the cluster, proven by digest.",
                "0|sites",
                "0|placements",
                "The ledger has 0 lines",
            ],
            id="none",
        ),
    ],
)
def test_every_number_has_its_word(number: int, expected: list[str]) -> None:
    text = "|".join(Elements(render(numbered(number))).texts)
    for words in expected:
        assert words in text


@pytest.mark.parametrize(("number", "words"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1234567, "1,234,567 files")])
def test_a_number_and_its_word(number: int, words: str) -> None:
    assert counted(number, "file") == words


def test_the_readers_questions_are_answered_in_order() -> None:
    page = render(make_report())
    headings = [
        "Migration to x",
        "1 thing needs a person.",
        "What needs a person",
        "Who lost access",
        "What differs from the plan and was left alone",
        "Files by owner",
        "Files by what became of them",
        "Channels",
        "What could not be seen",
        "Other decisions of the plan",
        "Files that are not on the cluster",
        "Proof",
    ]
    places = [page.index(f">{heading}<") for heading in headings]
    assert places == sorted(places)


def test_what_is_not_there_has_no_heading() -> None:
    report = make_report()
    for key in ("failures", "findings", "not_migrated", "owners"):
        report[key] = []
    report["plan"]["decisions"] = []
    report["ledger"]["counts"] = {"migrated": 1}
    report["summary"]["findings"] = {}
    page = render(report)
    assert "Everything that was planned is on the cluster, byte for byte." in page
    assert "1 of 1 file of AE4 is on the cluster, proven by digest.<" in page
    for heading in ("What needs", "Who lost", "What differs", "What could not", "Other decisions", "Files that are not"):
        assert heading not in page


def test_bars_are_as_long_as_their_numbers() -> None:
    report = make_report()
    report["owners"] = [
        {"site": "east", "owner": "a", "files": 200, "migrated": 150, "failing": 10},
        {"site": "east", "owner": "b", "files": 50, "migrated": 50, "failing": 0},
    ]
    bars = [(given["class"], given["style"]) for tag, given in Elements(render(report)).elements if tag == "i" and "style" in given]
    assert bars == [("good", "width:75.00%"), ("rest", "width:20.00%"), ("bad", "width:5.00%"), ("good", "width:25.00%")]


def test_long_tables_are_cut_and_say_so() -> None:
    report = make_report()
    report["not_migrated"] = [{**copy.copy(report["not_migrated"][0]), "file": f"file{n}.conda"} for n in range(ROWS_SHOWN + 1500)]
    page = render(report)
    assert f"file{ROWS_SHOWN - 1}.conda" in page
    assert f"file{ROWS_SHOWN}.conda" not in page
    assert "And 1,500 more, see ledger.jsonl." in page


def test_a_channel_shows_what_is_wrong_with_it() -> None:
    report = make_report()
    wrong = {"channel": "x", "fails": True, "detail": "", "command": ""}
    report["access"] = [{"channel": "x", "verdict": "same"}]
    for finding, shown in [
        (None, ["same"]),
        ({"what": "privacy", "verdict": "wider"}, ["wider"]),
        ({"what": "channel", "verdict": "missing"}, ["missing"]),
        ({"what": "noarch/p.conda", "verdict": "foreign"}, ["same"]),
    ]:
        report["findings"] = [{**wrong, **finding}] if finding else []
        page = render(report)
        cell = page[page.index(">Channels<") :].split("</tr>")[1]
        assert [name for name in ("same", "wider", "missing", "foreign") if f">{name}<" in cell] == shown


def test_elements_escape_what_they_are_given() -> None:
    assert element("p", "<b>", element("i", "&"), title='"') == '<p title="&quot;">&lt;b&gt;<i>&amp;</i></p>'
    assert escaped(escaped("<")) == "&lt;"
