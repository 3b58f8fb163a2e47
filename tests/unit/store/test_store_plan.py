# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan in its folder: what is stored comes back, and what was damaged afterwards is one sentence that names the file."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import SkippedPlacement, SliceHead, TransferRow
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import REMOVED_ON_AE5
from ansible_collections.ae_ops.migration.plugins.module_utils._plan import build, for_people
from ansible_collections.ae_ops.migration.plugins.module_utils._store import plan as store
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventories
from tests.unit.plan.inventory_builder import Site, demo_east, draft_of, user
from tests.unit.saved_plan import save_plan


def stored(folder: Path, *sites: Site) -> Path:
    """A plan of two sites, stored below the folder."""
    (folder / "in").mkdir(parents=True)
    west = Site("west").file("alice/q/q-1-0.conda", "main", "dev", subdir="noarch").file("alice/s/s-1.tar.gz", "main", kind="pypi")
    plan, placements, left_out = build.finish(draft_of(folder / "in", *(sites or (demo_east(), west))))
    held = [SkippedPlacement.of(placements[0], REMOVED_ON_AE5, "It was taken away.")]
    save_plan(str(folder / "plan"), plan, for_people.render(plan, left_out), placements, left_out, held)
    return folder / "plan"


def read_all(folder: Path) -> None:
    plan = store.load_plan(str(folder))
    list(store.iter_placements(str(folder)))
    for site in plan.sites:
        list(store.iter_placements(str(folder), site.site))
    list(store.iter_left_out(str(folder)))
    list(store.iter_skipped(str(folder)))
    list(store.iter_transfer(str(folder)))


def test_a_plan_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    plan, placements, left_out = build.finish(draft_of(tmp_path, demo_east(), Site("west").file("alice/q/q-1-0.conda")))
    folder = str(tmp_path / "plan")
    held = [SkippedPlacement.of(placements[0], REMOVED_ON_AE5, "It was taken away.")]
    save_plan(folder, plan, for_people.render(plan, left_out), placements, left_out, held)
    assert store.load_plan(folder).digests.keys() == {
        "placements.jsonl",
        "placements/east.jsonl",
        "placements/west.jsonl",
        "left_out.jsonl",
        "skipped.jsonl",
    }
    back = store.load_plan(folder)
    assert {**back.to_json(), "digests": {}} == plan.to_json()
    assert list(store.iter_placements(folder)) == placements
    assert list(store.iter_placements(folder, "east")) == placements
    assert list(store.iter_placements(folder, "west")) == []
    assert list(store.iter_left_out(folder)) == left_out
    assert list(store.iter_skipped(folder)) == held
    head, mine = store.read_placements(f"{folder}/placements/east.jsonl")
    assert (head, list(mine)) == (SliceHead("east", plan.sites[0].sha256), placements)
    head, mine = store.read_placements(f"{folder}/placements.jsonl")
    assert (head, list(mine)) == (None, placements)
    assert list(store.iter_transfer(folder)) == []


def test_each_site_has_its_slice_and_all_of_them_are_the_whole(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    lines = (folder / "placements.jsonl").read_text().splitlines()
    slices = {site: (folder / "placements" / f"{site}.jsonl").read_text().splitlines()[1:] for site in ("east", "west")}
    assert sorted([*slices["east"], *slices["west"]]) == sorted(lines)
    assert {site: {json.loads(line)["site"] for line in found} for site, found in slices.items()} == {"east": {"east"}, "west": {"west"}}
    keys = [tuple(json.loads(line)[key] for key in ("channel", "subdir", "file")) for line in lines]
    assert keys == sorted(keys)


def test_transfers_of_all_sites_are_read_in_order_of_the_sites(tmp_path: Path) -> None:
    rows = {"west": TransferRow("a", "noarch", "x", "failed", "why"), "east": TransferRow("b", "noarch", "y", "uploaded")}
    (tmp_path / "transfer").mkdir()
    for site, row in rows.items():
        (tmp_path / "transfer" / f"{site}.jsonl").write_text(json_line(row.to_json()))
    (tmp_path / "transfer" / "notes.txt").write_text("not a record")
    assert list(store.iter_transfer(str(tmp_path))) == [rows["east"], rows["west"]]


def test_storing_again_over_another_plan_leaves_only_the_new_one(tmp_path: Path) -> None:
    folder = stored(tmp_path / "one")
    plan, placements, left_out = build.finish(draft_of(tmp_path, Site("east").file("u/p/p-1-0.conda", "main")))
    save_plan(str(folder), plan, for_people.render(plan, left_out), placements, left_out)
    assert [placement.channel for placement in store.iter_placements(str(folder))] == ["u"]
    assert [placement.channel for placement in store.iter_placements(str(folder), "east")] == ["u"]


def test_a_plan_is_no_plan_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stored(tmp_path)
    plan = store.load_plan(str(folder))
    real = store.atomic_writer

    def full_disk(path: str, *more: t.Any) -> t.Any:
        if path.endswith("plan.yml"):
            raise OSError(28, "No space left on device")
        return real(path, *more)

    monkeypatch.setattr(store, "atomic_writer", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_plan(str(folder), plan, "text", [], [])
    with pytest.raises(MigrationError, match="There is no plan in"):
        store.load_plan(str(folder))


def change(name: str, **changes: t.Any) -> t.Callable[[Path], None]:
    def apply(folder: Path) -> None:
        data = json.loads((folder / name).read_text())
        data.update(changes)
        (folder / name).write_text(json.dumps({key: value for key, value in data.items() if value is not None}))

    return apply


def write(name: str, content: bytes) -> t.Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def cut_line(name: str) -> t.Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"".join((folder / name).read_bytes().splitlines(keepends=True)[:-1])) and None


def cut_bytes(name: str) -> t.Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-5]) and None


def exchange(name: str, other: str) -> t.Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / other).read_bytes()) and None


def remove(name: str) -> t.Callable[[Path], None]:
    return lambda folder: os.unlink(folder / name)


def a_folder(name: str) -> t.Callable[[Path], None]:
    def apply(folder: Path) -> None:
        os.unlink(folder / name)
        (folder / name).mkdir()

    return apply


def transfer(text: str) -> t.Callable[[Path], None]:
    def apply(folder: Path) -> None:
        (folder / "transfer").mkdir()
        (folder / "transfer" / "east.jsonl").write_text(text)

    return apply


NOT_THE_ONE = "is not the one of the plan beside it, or is damaged; run the plan playbook again."
DAMAGE: dict[str, tuple[t.Callable[[Path], None], str, str]] = {
    # id: what is done, file the sentence names, what it says
    "no plan.json": (remove("plan.json"), "", "There is no plan in"),
    "plan.json empty": (write("plan.json", b""), "plan.json", "is not JSON, so it is damaged; create it again."),
    "plan.json cut off": (cut_bytes("plan.json"), "plan.json", "is not JSON"),
    "plan.json binary": (write("plan.json", b"\xff\xfe\x00"), "plan.json", "is not JSON"),
    "plan.json a list": (write("plan.json", b"[]"), "plan.json", "is not a JSON object"),
    "plan.json a folder": (a_folder("plan.json"), "plan.json", "cannot be read: Is a directory."),
    "plan.json of tomorrow": (
        change("plan.json", schema_version=3),
        "plan.json",
        "schema_version 3 is not 2; run the plan playbook again.",
    ),
    "plan.json without channels": (change("plan.json", channels=None), "plan.json", "a plan lacks channels; run the plan playbook again."),
    "plan.json, channels a number": (change("plan.json", channels=3), "plan.json", "cannot be used: "),
    "plan.json, a channel a text": (change("plan.json", channels=["x"]), "plan.json", "a channel must be a JSON object, not a text"),
    "plan.json, a share of access x": (
        change("plan.json", channels=[{"name": "c", "owner": "o", "public": False, "shares": [{"user": "u", "access": "x"}]}]),
        "plan.json",
        "access of a share must be one of r, rw, not 'x'",
    ),
    "plan.json, sites of another shape": (change("plan.json", sites=[{"site": "east"}]), "plan.json", "cannot be used: "),
    "plan.json, left_out a text": (change("plan.json", left_out="x"), "plan.json", "cannot be used: "),
    "plan.json without digests": (change("plan.json", digests={}), "placements.jsonl", "has no list of placements"),
    "placements missing": (remove("placements.jsonl"), "placements.jsonl", "cannot be read: No such file or directory"),
    "placements cut at a line": (cut_line("placements.jsonl"), "placements.jsonl", NOT_THE_ONE),
    "placements cut in a line": (cut_bytes("placements.jsonl"), "placements.jsonl", NOT_THE_ONE),
    "placements empty": (write("placements.jsonl", b""), "placements.jsonl", NOT_THE_ONE),
    "a site's slice is another's": (exchange("placements/east.jsonl", "placements/west.jsonl"), "placements/east.jsonl", NOT_THE_ONE),
    "a site's slice missing": (remove("placements/west.jsonl"), "placements/west.jsonl", "cannot be read: No such file"),
    "left-out files cut off": (cut_line("left_out.jsonl"), "left_out.jsonl", NOT_THE_ONE),
    "held placements cut off": (cut_line("skipped.jsonl"), "skipped.jsonl", NOT_THE_ONE),
    "left-out files exchanged": (exchange("left_out.jsonl", "placements.jsonl"), "left_out.jsonl", NOT_THE_ONE),
    "a transfer row cut off": (transfer('{"channel":"c","sub'), "transfer/east.jsonl", "Line 1 of the transfer record"),
    "a transfer row a list": (transfer("[]\n"), "transfer/east.jsonl", "is not a JSON object"),
    "a transfer row that lacks its outcome": (
        transfer('{"channel":"c","subdir":"s","file":"f"}\n'),
        "transfer/east.jsonl",
        "cannot be used: a transfer row lacks outcome; create it again.",
    ),
}


@pytest.mark.parametrize("case", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_one_sentence_that_names_the_file(tmp_path: Path, case: tuple[t.Callable[[Path], None], str, str]) -> None:
    damage, name, words = case
    folder = stored(tmp_path)
    read_all(folder)
    damage(folder)
    with pytest.raises(MigrationError) as caught:
        read_all(folder)
    sentence = str(caught.value)
    assert words in sentence
    assert str(folder) in sentence
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def inventory(folder: Path) -> tuple[Path, Path]:
    path = Path(Site("east").owner(user("idle")).file("u/p/p-1-0.conda", "main").file("u/q/q-1-0.conda", "main").write(folder))
    return path, path.with_name("east.owners.jsonl")


def head(**changes: t.Any) -> t.Callable[[Path], None]:
    def apply(folder: Path) -> None:
        lines = (folder / "east.owners.jsonl").read_text().splitlines(keepends=True)
        data = {key: value for key, value in {**json.loads(lines[0]), **changes}.items() if value is not None}
        (folder / "east.owners.jsonl").write_text("".join([json_line(data), *lines[1:]]))

    return apply


def other_inventory(folder: Path) -> None:
    (folder / "x").mkdir()
    Path(Site("east").file("u/p/p-9-0.conda", "main").write(folder / "x")).replace(folder / "east.jsonl")


INVENTORIES: dict[str, tuple[t.Callable[[Path], None], str]] = {
    "no list of owners": (remove("east.owners.jsonl"), "cannot be read: No such file or directory."),
    "list of owners empty": (write("east.owners.jsonl", b""), "a site record must be a JSON object, not null;"),
    "list of owners cut off": (cut_line("east.owners.jsonl"), "has 1 of 2 owners, so it is cut off; create the inventory again."),
    "list of owners cut in a line": (cut_bytes("east.owners.jsonl"), "Line 3 of the list of owners"),
    "of tomorrow": (head(schema_version=2), "schema_version 2 is not 1; create the inventory again."),
    "without its digest": (head(sha256=None), "a site record lacks sha256"),
    "site with a slash": (head(site="a/b"), "is of a site named 'a/b'"),
    "site ..": (head(site=".."), "is of a site named '..'"),
    "site a number": (head(site=5), "site of a site record must be a text, not a number"),
    "no list of files": (remove("east.jsonl"), "is missing beside"),
    "list of files a folder": (a_folder("east.jsonl"), "cannot be read: Is a directory."),
    "list of files cut off": (cut_line("east.jsonl"), "is not the one that"),
    "list of files of another day": (other_inventory, "is not the one that"),
}


@pytest.mark.parametrize("case", INVENTORIES.values(), ids=INVENTORIES)
def test_an_inventory_that_cannot_be_used_is_one_sentence(tmp_path: Path, case: tuple[t.Callable[[Path], None], str]) -> None:
    damage, words = case
    path, _owners = inventory(tmp_path)
    assert len(list(read_inventories([str(path)])[0].files())) == 2
    damage(tmp_path)
    with pytest.raises(MigrationError) as caught:
        read_inventories([str(path)])
    assert words in str(caught.value)
    assert str(tmp_path / "east") in str(caught.value)


def test_two_inventories_of_one_site_are_refused(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    paths = [Site("east").write(tmp_path), Site("east").write(tmp_path / "again")]
    with pytest.raises(MigrationError, match="are both of site 'east'; give each site a name of its own"):
        read_inventories(paths)


def test_inventories_are_ordered_by_site(tmp_path: Path) -> None:
    paths = [Site(name).write(tmp_path) for name in ("west", "east", "north")]
    assert [site.site for site in read_inventories(paths)] == ["east", "north", "west"]
