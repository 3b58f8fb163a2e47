# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What commit 0d9f334 wrote is read, or refused with a sentence that says what to do.

``old_files`` was made by that commit: a site of the unit tests, planned, applied and verified against the lab (``plan``,
``records``, ``east.jsonl``), a dump with its inventory (``dump.jsonl``), both caches, and a collection of notebook projects.
Further lists of notebook projects are the samples of ``tests/unit/notebooks``, which did not change since.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.cache import ReadingCache
from ansible_collections.ae_ops.migration.plugins.module_utils._ae4.output import inventory_line
from ansible_collections.ae_ops.migration.plugins.module_utils._ae5.repodata_cache import RepodataCache
from ansible_collections.ae_ops.migration.plugins.module_utils._errors import MigrationError
from ansible_collections.ae_ops.migration.plugins.module_utils._files import json_line, read_records, sound_lines
from ansible_collections.ae_ops.migration.plugins.module_utils._model.access import principal_key
from ansible_collections.ae_ops.migration.plugins.module_utils._model.plan_records import Share
from ansible_collections.ae_ops.migration.plugins.module_utils._model.records import GROUP, USER, OwnerRecord, SiteRecord
from ansible_collections.ae_ops.migration.plugins.module_utils._store import access, plan, projects, vendor_owners
from ansible_collections.ae_ops.migration.plugins.module_utils._store.conversions import read_conversions
from ansible_collections.ae_ops.migration.plugins.module_utils._store.inventories import read_inventories
from ansible_collections.ae_ops.migration.plugins.module_utils._store.libraries import read_libraries
from ansible_collections.ae_ops.migration.plugins.module_utils._store.records import Records
from ansible_collections.ae_ops.migration.plugins.module_utils._store.resolutions import Resolution
from ansible_collections.ae_ops.migration.plugins.module_utils._store.uploads import read_rows
from ansible_collections.ae_ops.migration.plugins.module_utils._transfer.vendor_import.slice import Slice

SAMPLES = Path(__file__).parents[1] / "notebooks" / "samples"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(__file__).parent / "old_files", tmp_path / "old"))


REFUSED: dict[str, tuple[str, t.Callable[[Path], object]]] = {
    "the plan": ("plan/plan.json", lambda old: plan.load_plan(str(old / "plan"))),
    "its placements": ("plan/plan.json", lambda old: plan.iter_placements(str(old / "plan"))),
    "its rights": ("plan/plan.json", lambda old: access.read(str(old / "plan"))),
    "a site's slice": ("plan/placements/east.jsonl", lambda old: plan.read_placements(str(old / "plan/placements/east.jsonl"))),
    "a slice for the vendor's import": ("plan/placements/east.jsonl", lambda old: Slice(str(old / "plan/placements/east.jsonl"), "east")),
    "a site's owners": ("plan/owners/east.jsonl", lambda old: vendor_owners.read_owners(str(old / "plan/owners/east.jsonl"))),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_plan_is_refused_and_says_what_to_do(old: Path, case: tuple[str, t.Callable[[Path], object]]) -> None:
    name, read = case
    with pytest.raises(MigrationError) as caught:
        read(old)
    words = re.escape(str(old / name))
    assert re.fullmatch(rf"[^.]*{words} cannot be used: schema_version 1 is not 2; run the plan playbook again\.", str(caught.value))


def test_a_last_good_inventory_is_read(old: Path) -> None:
    [site] = read_inventories([str(old / "east.jsonl")])
    assert site.owners["o"].groups[0].packages == ("two",)
    assert [(file.owner, file.package, file.labels, file.access, file.groups) for file in site.files()] == [
        ("ann", "one", ("main", "dev"), "public", ()),
        ("ann", "three", ("main",), "public", ()),
        ("o", "two", ("main",), "private", ("Devs",)),
    ]


def test_an_inventory_of_a_dump_is_written_again_as_it_was(old: Path) -> None:
    [site] = read_inventories([str(old / "dump.jsonl")])
    assert "".join(inventory_line(file.to_json()) for file in site.files()) == (old / "dump.jsonl").read_text()
    head, *owners = sound_lines(str(old / "dump.owners.jsonl"))
    written = [SiteRecord.from_json(head).to_json(), *(OwnerRecord.from_json(owner).to_json() for owner in owners)]
    assert "".join(map(inventory_line, written)) == (old / "dump.owners.jsonl").read_text()


def test_records_are_read_and_become_those_of_today(old: Path) -> None:
    shares = {
        name: {principal_key(kind, who): Share(kind, who, "rw")}
        for name, kind, who in (("ann", USER, "ann"), ("ann/dev", USER, "ann"), ("o", USER, "ann"), ("o/Devs", GROUP, "Devs"))
    }
    for _again in range(2):
        found = Records(str(old / "records"))
        assert found.warnings == []
        assert found.shares.given == shares
        assert found.applied.shares == {name: frozenset(mine) for name, mine in shares.items()}
        assert ("o/Devs", "linux-64", "two-1.0-0.tar.bz2") in found.applied.placements
        assert len(found.applied.placements) == 4
        assert found.applied.public == {"ann", "ann/dev"}
        assert found.members == {"east:o/Devs": ["ann", "bob"]}
        found.shares.save()
    assert [path.name for path in (old / "records").glob("*shares*")] == ["last_shares.json"]


def test_caches_are_read(old: Path) -> None:
    kept = RepodataCache(str(old / "cache"), "https://ae5.example.com", "user migrator").load("ann", "noarch")
    assert kept is None, "it knows no build numbers, so that repodata is read again"
    keys = [key for key, _reading in sound_lines(str(old / "cache" / "readings.jsonl"))]
    cache = ReadingCache(str(old / "cache" / "readings.jsonl"), writable=False)
    readings = [cache.get(key) for key in keys]
    assert len(keys) == 5
    assert [reading is not None and reading.identity is not None and reading.identity.name for reading in readings] == (
        ["six", "six", "x--y", "moto", "pysocks"]
    )


def unpacked(samples: Path, dest: Path) -> Path:
    for sample in samples.iterdir():
        (dest / sample.stem).write_bytes(gzip.decompress(sample.read_bytes()))
    return dest


def test_what_became_of_notebook_projects_is_read_and_written_as_it_was(old: Path, tmp_path: Path) -> None:
    unpacked(SAMPLES, tmp_path)
    unpacked(old / "notebooks", tmp_path)
    head, found = projects.read_projects(str(tmp_path / "projects.jsonl"))
    lists: dict[str, list[t.Any]] = {
        "projects.jsonl": [head, *found],
        "sources.jsonl": list(projects.read_sources(str(tmp_path / "sources.jsonl"), head)),
        "findings.jsonl": list(projects.read_findings(str(tmp_path / "findings.jsonl"))),
        "conversions.jsonl": list(read_conversions(str(tmp_path / "conversions.jsonl"))),
        "libraries.jsonl": read_libraries(str(tmp_path / "libraries.jsonl")),
        "uploads.jsonl": list(read_rows(str(tmp_path / "uploads.jsonl"))),
        "resolutions.jsonl": list(read_records(str(tmp_path / "resolutions.jsonl"), "list", Resolution.from_json)),
    }
    for name, records in lists.items():
        assert len(records) == 2 + (name == "projects.jsonl"), name
        # A byte that is no UTF-8 is written as an escape since, so the lines are compared as what they say.
        old = (tmp_path / name).read_bytes().decode("utf-8", "surrogateescape").split("\n")[:-1]
        assert [json.loads(json_line(record.to_json())) for record in records] == [json.loads(line) for line in old], name
