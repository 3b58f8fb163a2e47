# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""principals.csv: what a plan proposes, how it is read back from any spreadsheet, and that nothing in it becomes a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._model.people_map import Line
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, principals_file
from ansible_collections.ae_ops.migration.plugins.module_utils._plan.people import People
from tests.unit.plan.inventory_builder import Site, draft_of, group, organization
from tests.unit.plan.test_plan_checks import people

HEAD = "site,kind,ae4_name,organization,used_in,example,ae5_name,found_in_ae5,note"


def site() -> Site:
    owner = organization("o", group("Devs", ["ann", "ben"], ["p"]), owners=["boss"])
    found = Site("east").owner(owner).file("o/p/p-1-0.conda", "main", "dev").file("u/q/q-1-0.conda", "main", collaborators=["cat"])
    return found.file("idle/r/r-1-0.conda", "main", kind="pypi")


def proposed(folder: Path, declared: str | None = None) -> tuple[list[dict[str, str]], People]:
    path = None
    if declared is not None:
        path = str(folder / "principals-prod.csv")
        Path(path).write_text(declared, encoding="utf-8")
    found = People.of(draft_of(folder, site()), path)
    text = principals_file.render(found.used, found.draft.options.principals, people("ann", "boss", Devs=[]), {})
    return list(csv.DictReader(io.StringIO(text))), found


def test_everybody_who_gets_or_needs_a_right_has_a_line(tmp_path: Path) -> None:
    rows, _found = proposed(tmp_path)
    assert list(rows[0]) == HEAD.split(",")
    assert [tuple(row.values()) for row in rows] == [
        ("east", "group", "Devs", "o", "2", "o/Devs", "Devs", "yes", ""),
        ("east", "user", "ann", "", "2", "o/Devs", "ann", "yes", ""),
        ("east", "user", "ben", "", "2", "o/Devs", "", "no", ""),
        ("east", "user", "boss", "", "1", "o", "boss", "yes", ""),
        ("east", "user", "cat", "", "1", "u", "", "no", ""),
        ("east", "user", "u", "", "1", "u", "", "no", ""),
    ]


def test_filled_in_lines_are_the_names_of_the_plan(tmp_path: Path) -> None:
    text = f"{HEAD}\neast,user,ben,,,,b.smith,,\neast,user,u,,,,-,,\neast,group,Devs,o,,,o-devs,,\neast,user,zoe,,,,x,,\n"
    rows, found = proposed(tmp_path, text)
    plan, _placements, _left_out = build.finish(found.draft)
    assert {channel.name: [share.name for share in channel.shares] for channel in plan.channels} == {
        "o": ["boss"],
        "o/Devs": ["o-devs"],
        "o/Devs/dev": ["o-devs"],
        "u": [],
    }
    assert plan.members == {"east:o/Devs": ["ann", "b.smith", "boss"]}
    assert found.warnings == ("Line 5 of principals-prod.csv is not used: no inventory has the user 'zoe' of site 'east'.",)
    assert {row["ae4_name"]: (row["ae5_name"], row["note"]) for row in rows if row["note"]} == {
        "Devs": ("o-devs", "declared here"),
        "ben": ("b.smith", "declared here"),
        "u": ("'-", "declared here"),
    }


def test_a_proposal_that_is_copied_says_the_same_again(tmp_path: Path) -> None:
    first, _found = proposed(tmp_path, f"{HEAD}\neast,user,u,,,,-,,\n")
    copied = io.StringIO(newline="")
    writer = csv.DictWriter(copied, HEAD.split(","))
    writer.writeheader()
    writer.writerows(first)
    second, found = proposed(tmp_path, copied.getvalue())
    assert found.warnings == ()
    assert [row["ae5_name"] for row in second] == [row["ae5_name"] for row in first]


READ: dict[str, bytes] = {
    "as it was written": b"site,kind,ae4_name,organization,ae5_name\neast,user,ann,,a.smith\n",
    "a byte-order mark and line ends of Windows": b"\xef\xbb\xbfsite,kind,ae4_name,organization,ae5_name\r\neast,user,ann,,a.smith\r\n",
    "semicolons": b"site;kind;ae4_name;organization;ae5_name\neast;user;ann;;a.smith\n",
    "tabs": b"site\tkind\tae4_name\torganization\tae5_name\neast\tuser\tann\t\ta.smith\n",
    "quotes": b'"site","kind","ae4_name","organization","ae5_name"\n"east","user","ann","","a.smith"\n',
    "other order, capitals, blanks": b"AE5_Name, Kind ,ae4_name,site\n a.smith ,USER,ann, east \n",
    "an empty line": b"site,kind,ae4_name,ae5_name\neast,user,ann,a.smith\n,,,\n\n",
    "a mark before the name": b"site,kind,ae4_name,ae5_name\neast,user,ann,'a.smith\n",
}


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_a_file_is_read_as_any_spreadsheet_saves_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f.csv").write_bytes(content)
    assert principals_file.read_lines(str(tmp_path / "f.csv")) == [Line(2, "east", "user", "", "ann", "a.smith")]


BAD: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "The principals file {path} cannot be read: No such file or directory."),
    "not UTF-8": (
        "kind,ae4_name,ae5_name\nuser,é,e\n".encode("latin-1"),
        "The principals file {path} is not UTF-8; save it as CSV in UTF-8.",
    ),
    "no columns": (
        b"a,b\n1,2\n",
        "The principals file {path} has no column kind, ae4_name, ae5_name; copy the principals.csv of the plan and fill in ae5_name.",
    ),
    "empty": (
        b"",
        "The principals file {path} has no column kind, ae4_name, ae5_name; copy the principals.csv of the plan and fill in ae5_name.",
    ),
    "a cell without an end": (
        b'kind,ae4_name,ae5_name\nuser,"' + b"x" * 200_000 + b",y\n",
        "Line 2 of the principals file {path} is not CSV (field larger than field limit (131072)); correct it.",
    ),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, case: tuple[bytes | None, str]) -> None:
    content, sentence = case
    path = tmp_path / "f.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MigrationError) as raised:
        principals_file.read_lines(str(path))
    assert str(raised.value) == sentence.format(path=path)


HOSTILE = [
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\ttab",
    "{{ 7*7 }}",
    "<script>",
    'quo"te',
    "com,ma",
    "line\nbreak",
    "'mark",
    "\u202eevil",
    "é",
]


def test_hostile_names_are_no_formulas_and_come_back_as_they_were(tmp_path: Path) -> None:
    found = Site("east").owner(organization("o", group("G", HOSTILE, ["p"]), owners=["boss"])).file("o/p/p-1-0.conda", "main")
    used = People.of(draft_of(tmp_path, found), None)
    path = tmp_path / "f.csv"
    text = principals_file.render(used.used, used.draft.options.principals, None, {})
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    rows = list(csv.DictReader(io.StringIO(text)))
    copied = io.StringIO(newline="")
    writer = csv.DictWriter(copied, HEAD.split(","))
    writer.writeheader()
    writer.writerows({**row, "ae5_name": f"p{number}"} for number, row in enumerate(rows))
    path.write_text(copied.getvalue(), encoding="utf-8", newline="")
    back = People.of(draft_of(tmp_path, found), str(path))
    assert back.warnings == ()
    assert {key[3] for key in back.draft.options.principals.declared} == {*HOSTILE, "boss", "G"}
