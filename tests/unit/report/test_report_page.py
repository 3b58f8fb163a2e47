# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as text: it says the verdict in good English, shows everything, and is inert whatever a name looks like."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import typing as t

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._report import picture
from ansible_collections.ae_ops.migration.plugins.module_utils._report.ledger import Ledger
from ansible_collections.ae_ops.migration.plugins.module_utils._report.lists import all_lists
from ansible_collections.ae_ops.migration.plugins.module_utils._report.markup import ROWS_SHOWN, element, escaped, visible
from ansible_collections.ae_ops.migration.plugins.module_utils._report.page import render
from ansible_collections.ae_ops.migration.plugins.module_utils._report.picture import Flow
from ansible_collections.ae_ops.migration.plugins.module_utils._report.script import SCRIPT
from ansible_collections.ae_ops.migration.plugins.module_utils._report.tables import Column, DataTable
from ansible_collections.ae_ops.migration.plugins.module_utils._words import counted
from tests.unit.report.page_elements import ATTRIBUTES, TAGS, Elements
from tests.unit.report.report_world import HOSTILE, hostile, page_of, shown_as, verification


def page_with(**changes: t.Any) -> str:
    """The page of an ordinary report in which something is changed; ``counts`` are those of the ledger."""
    result = verification()
    report = result.report()
    counts = changes.pop("counts", None)
    if counts is not None:
        report["ledger"]["counts"] = counts
    report.update(changes)
    return render(report, all_lists(result))


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_a_hostile_name_is_text_everywhere(name: str) -> None:
    page = page_of(hostile([name]))
    page.encode("utf-8")
    tame, found = Elements(page_of(hostile(["tame name"]))), Elements(page)
    assert found.open == []
    assert found.shape == tame.shape
    assert {tag for tag, _given in found.elements} <= TAGS
    assert {key for _tag, given in found.elements for key in given} <= ATTRIBUTES
    assert sum(shown_as(name) in text or shown_as(name).replace("_", " ") in text for text in found.texts) >= 20
    (data, script) = found.scripts
    assert script == SCRIPT
    assert "<" not in data
    words = {word for table in json.loads(data)["tables"].values() for column in table["columns"] for word in column.get("words", ())}
    assert shown_as(name) in words


def test_the_page_needs_no_network_and_runs_one_script() -> None:
    page = page_of(verification())
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = next(given["content"] for _tag, given in Elements(page).elements if given.get("http-equiv"))
    assert policy == (f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
    for word in ("http://", "https://", "//cdn", "url(", "@import", "<link", "src=", "fetch(", "XMLHttpRequest", "innerHTML", "eval("):
        assert word not in page
    for _tag, given in Elements(page).elements:
        assert str(given.get("href", "#")).startswith("#")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(
            1,
            [
                "1 problem needs a person.",
                "1 of 3 files of AE4 is on the cluster, verified by digest. 1 file is not, but should be. "
                "1 file was left out; the reasons are listed below.",
                "1|file needs a person",
                "The ledger has 400 lines, one for each file of AE4, with ",
            ],
            id="one",
        ),
        pytest.param(
            2000,
            [
                "2,000 problems need a person.",
                "2,000 of 6,000 files of AE4 are on the cluster, verified by digest. 2,000 files are not, but should be. "
                "2,000 files were left out; the reasons are listed below.",
                "6,000|files in AE4",
                "2,000|files need a person",
                "And 1,970 more, see |the findings| and |the files|.",
            ],
            id="many",
        ),
        pytest.param(
            0,
            [
                "Nothing was planned, so nothing is missing.",
                "0 of 0 files of AE4 are on the cluster, verified by digest.",
                "0|files in AE4",
            ],
            id="none",
        ),
    ],
)
def test_every_number_has_its_word(number: int, expected: list[str]) -> None:
    counts = {name: number for name in ("uploaded", "failed", "excluded") if number}
    page = page_with(counts=counts, failures=["A thing."] * min(number, 30), failures_total=number)
    text = "|".join(Elements(page).texts)
    for words in expected:
        assert words in text


def test_what_could_not_be_seen_is_said_in_the_verdict() -> None:
    summary = {**verification().summary(), "verified": False, "findings": {"unknown": 2}}
    assert "2 checks were not possible over this transport." in page_with(summary=summary)


@pytest.mark.parametrize(("number", "words"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1234567, "1,234,567 files")])
def test_a_number_and_its_word(number: int, words: str) -> None:
    assert counted(number, "file") == words


def test_the_readers_questions_are_answered_in_order() -> None:
    page = page_of(verification())
    assert page.index("<h1>Migration to prod</h1>") < page.index("<b>7 problems need a person.</b>") < page.index("</nav>")
    body = page[page.index("</nav>") :]
    headings = ["<h2>What needs a person", "<h3>Who lost access, and why", "<h3>What must be corrected", "<h2>From AE4 to AE5"]
    headings += ["<h2>Results of the files", "<h2>Owners", "<h2>Findings", "<h2>Access", "<h2>Channels", "<h2>Files", "<h2>Decisions"]
    places = [body.index(f"{heading}</") for heading in (*headings, "<h2>Proof")]
    assert places == sorted(places)
    assert "planned from an old inventory" in body[body.index("From AE4 to AE5") : body.index("Results of the files")]


def test_what_is_not_there_has_no_heading() -> None:
    page = page_of(verification(clean=True))
    assert "Everything that was planned is on the cluster." in page
    for heading in ("What needs a person<", "Who lost", "What must be corrected", ">Findings", ">Access", ">Decisions", "old inventory"):
        assert heading not in page


def test_who_lost_access_stands_first_with_the_reason() -> None:
    page = page_of(verification())
    lost = page[page.index("Who lost access") : page.index("What must be corrected")]
    assert "Anyone without a login and 6 users and groups have less access than in AE4 in 16 cases." in lost
    rows = re.findall(r"<tr><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", lost)
    assert rows[0] == ("Anyone without a login", "bio-lab", "package six made it private")
    assert ("user3", "finance, risk-models, bio-lab", "does not exist in AE5") in rows


def test_who_lost_access_is_said_where_nothing_else_needs_a_person() -> None:
    page = page_with(failures=[], failures_total=0)
    assert "Everything that was planned is on the cluster." in page
    assert "Anyone without a login and 6 users and groups have less access than in AE4." in page
    assert "<h2>Who lost access, and why</h2>" in page
    assert "What needs a person" not in page


def test_the_run_is_told_in_words() -> None:
    assert "by the plan of 2026-11-22 14:40 UTC." in page_of(verification())
    assert "by the plan of" not in page_of(dataclasses.replace(verification(), run=None))


def numbers(*rows: tuple[int, int, int]) -> DataTable:
    columns = (
        Column("all", "All", "number", split=("good", "bad")),
        Column("good", "Good", "number", hidden=True),
        Column("bad", "Bad", "number", hidden=True),
    )
    return DataTable("numbers", columns, rows, len(rows), "x.csv")


def test_bars_are_as_long_as_their_numbers() -> None:
    page = str(numbers((200, 150, 10), (50, 50, 0)).markup({}))
    bars = [(given["class"], given["style"]) for tag, given in Elements(page).elements if tag == "i"]
    assert bars == [("good", "width:75.00%"), ("rest", "width:20.00%"), ("bad", "width:5.00%"), ("good", "width:25.00%")]


def test_long_tables_are_cut_in_the_page_and_whole_in_its_data() -> None:
    columns = (Column("name", "Name"), Column("kind", "Kind"), Column("nothing", "Nothing"))
    table = DataTable("t", columns, [[f"name{n}", "even" if n % 2 == 0 else "odd", ""] for n in range(250)], 1250, "all.csv")
    text = str(table.markup({}))
    assert f"name{ROWS_SHOWN - 1}<" in text
    assert f"name{ROWS_SHOWN}<" not in text
    assert "The 250 most important rows are shown here; all 1,250 are in <code>all.csv</code>." in text
    assert "And 1,150 more, see <code>all.csv</code>." in text
    assert "Nothing" not in text
    name, kind, nothing = table.to_data()["columns"]
    assert len(name["words"]) == 250
    assert "index" not in name
    assert (kind["words"], kind["index"][:3]) == (["even", "odd"], [0, 1, 0])
    assert (nothing["words"], nothing["hidden"]) == ([""], True)


def test_very_many_files_are_a_page_that_can_be_mailed() -> None:
    """Some 60 bytes a file, so 100,000 files are 6 MB."""
    page = page_of(verification(20_000, 0))
    assert len(page) < 1_600_000
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert json.loads(data)["tables"]["files"]["rows"] == 20_000


@pytest.mark.parametrize("text", ["xz-5.2.2", "ünïcode 名前", "a b"])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_elements_escape_what_they_are_given() -> None:
    assert element("p", "<b>", element("i", "&"), title='"') == '<p title="&quot;">&lt;b&gt;<i>&amp;</i></p>'
    assert escaped(escaped("<")) == "&lt;"
    assert element("p", data_x="1", class_="c") == '<p data-x="1" class="c"></p>'


def test_the_picture_is_to_scale() -> None:
    flows = [Flow("east", 10, 60, 20, 0), Flow("west", 10, 15, 0, 5)]
    blocks = [given for tag, given in Elements(str(picture.picture(flows, "prod", 3))).elements if tag == "rect"]
    heights = {
        mood: sorted(float(str(item["height"])) for item in blocks if item["class"] == mood) for mood in ("site", "good", "rest", "bad")
    }
    assert heights == {"site": [38.0, 152.0], "good": [142.5], "rest": [38.0], "bad": [9.5]}
    bands = [given["class"] for tag, given in Elements(str(picture.picture(flows, "prod", 3))).elements if tag == "path"]
    assert sorted(map(str, bands)) == ["bad", "good", "good", "rest"]


def test_many_sites_are_drawn_as_the_largest_and_the_rest() -> None:
    owners = [
        {"site": f"s{n}", "files": 100 - n, "bytes": 1, "arrived": 90 - n, "failing": 4, "owner": "o"}
        for n in range(picture.SITES_SHOWN + 3)
    ]
    flows = picture.flows_of(owners)
    assert [flow.site for flow in flows] == [*(f"s{n}" for n in range(picture.SITES_SHOWN - 1)), "4 more sites"]
    assert sum(flow.files for flow in flows) == sum(t.cast(int, item["files"]) for item in owners)
    assert sum(flow.bytes for flow in flows) == len(owners)


def test_nothing_is_no_picture() -> None:
    assert picture.picture([], "prod", 0) == ""
    assert Ledger(()).by_owner() == []
